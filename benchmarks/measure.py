"""CPU time, medians, and the table that is printed and kept.

Machines are shared, so times alone say little: each row sets ours beside a reference measured in
turns with it, in the same run.
"""

import gc
import json
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Final

ROUNDS: Final = 7
FOLDER: Final = Path(__file__).resolve().parent.parent / "var" / "benchmarks"
# CPU seconds used so far by everything that is being measured
CpuClock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the cost of a piece of work, less is better. `goal` is the ratio of
    ours to the reference that is aimed at."""

    work: str
    unit: str
    ours: float
    reference: float | None = None
    ours_at_10x: float | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.reference if self.reference else None

    @property
    def growth(self) -> float | None:
        return self.ours_at_10x / self.ours if self.ours_at_10x else None


def cpu_ms(work: Callable[[], object], clock: CpuClock = process_time) -> float:
    """CPU milliseconds of one call, the garbage of others swept away before."""
    gc.collect()
    start = clock()
    work()
    return (clock() - start) * 1000


def in_turns(works: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> Mapping[str, float]:
    """Let each work measure itself once a round; the median of each. The first round warms up;
    what is there afterwards is left alone by the collector, as in a worker of gunicorn.conf.py."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            took = work()
            if turn:
                found[name].append(took)
        if not turn:
            gc.collect()
            gc.freeze()
    return {name: statistics.median(times) for name, times in found.items()}


def report(name: str, rows: Sequence[Row]) -> None:
    """Print the rows and write them to var/benchmarks/<name>.json."""
    print(f"\n{name}")
    print(_line("", "ours", "reference", "ratio", "goal", "at 10x"))
    for row in rows:
        numbers = (row.ours, row.reference, row.ratio, row.goal, row.growth)
        print(_line(f"{row.work} [{row.unit}]", *map(_number, numbers)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = {
        "python": platform.python_version(),
        "rows": [_document(row) for row in rows],
    }
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _line(first: str, *others: str) -> str:
    return f"{first:<58}" + "".join(f"{other:>11}" for other in others)


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _document(row: Row) -> dict[str, object]:
    return {
        "work": row.work,
        "unit": row.unit,
        "ours": row.ours,
        "reference": row.reference,
        "ratio": row.ratio,
        "goal": row.goal,
        "ours_at_10x": row.ours_at_10x,
        "growth": row.growth,
    }

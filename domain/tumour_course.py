"""How a tumour grew or shrank: each measurement against the baseline (trial.md §6).

Several lesions add up, but a sum is compared with the baseline only where the same lesions were
measured: a lesion left out would look like one that went away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.percent import is_baseline, percent_lost
from domain.volume import total_ml


@dataclass(frozen=True, slots=True)
class Measured:
    """One lesion on one day, in mL, and how it was measured."""

    lesion: str
    on: date
    volume_ml: Decimal
    method: str
    modality: str


@dataclass(frozen=True, slots=True)
class Change:
    """A measurement (or the sum of a day) against the baseline it is compared with.

    `lost_percent` is exact, negative when the tumour grew; None without a baseline to compare
    with. `how_changed` says that method or modality is not that of the baseline.
    """

    on: date
    lesion: str | None
    volume_ml: Decimal
    lost_percent: Fraction | None
    how_changed: bool


@dataclass(frozen=True, slots=True)
class TumourCourse:
    """`baseline` holds the last measurement of each lesion up to the baseline day."""

    baseline: Mapping[str, Measured]
    lesions: tuple[Change, ...]
    totals: tuple[Change, ...]

    @property
    def baseline_ml(self) -> Decimal | None:
        parts = [measured.volume_ml for measured in self.baseline.values()]
        return total_ml(parts) if parts else None


def tumour_course(measured: Iterable[Measured], baseline_until: date | None) -> TumourCourse:
    """Each measurement and each day's sum against the baseline, the earliest first.

    `baseline_until` is the last day of the baseline visit's window; None where there is none.
    """
    ordered = sorted(measured, key=lambda one: one.on)
    baseline = {
        one.lesion: one
        for one in ordered
        if baseline_until is not None and one.on <= baseline_until
    }
    by_day: dict[date, dict[str, Measured]] = {}
    for one in ordered:
        by_day.setdefault(one.on, {})[one.lesion] = one
    totals = tuple(_total(on, day, baseline) for on, day in by_day.items())
    return TumourCourse(baseline, tuple(_lesion(one, baseline) for one in ordered), totals)


def _lesion(one: Measured, baseline: Mapping[str, Measured]) -> Change:
    first = baseline.get(one.lesion)
    lost = _lost(first.volume_ml if first else None, one.volume_ml)
    return Change(
        one.on, one.lesion, one.volume_ml, lost, first is not None and _differs(one, first)
    )


def _total(on: date, day: Mapping[str, Measured], baseline: Mapping[str, Measured]) -> Change:
    volume = total_ml([one.volume_ml for one in day.values()])
    same = day.keys() == baseline.keys()
    before = total_ml([one.volume_ml for one in baseline.values()]) if same else None
    changed = same and any(_differs(one, baseline[name]) for name, one in day.items())
    return Change(on, None, volume, _lost(before, volume), changed)


def _lost(before: Decimal | None, now: Decimal) -> Fraction | None:
    return percent_lost(before, now) if is_baseline(before) else None


def _differs(one: Measured, first: Measured) -> bool:
    return (one.method, one.modality) != (first.method, first.modality)

"""Adherence in words: figures as rows, the three readings as columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from clinician.presenters_orders import slot_words
from domain.adherence import Adherence, Ratio
from domain.bursts import Burst
from domain.protocol import Protocol
from domain.readings import Reading
from domain.slots import SlotKey
from services.adherence import AdherenceReport
from web.formats import day, decimal, moment

_TENTH: Final = Decimal("0.1")
_PERCENT: Final = 100
Figure = Callable[[Adherence], str]
Run = tuple[SlotKey, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure in each reading."""

    label: str
    cells: tuple[str, ...]
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class BurstLine:
    who: str
    entered: str
    oldest: str
    visit: str
    slots: str
    count: int


@dataclass(frozen=True, slots=True)
class AdherenceView:
    """`readings` are the headings of the columns."""

    readings: tuple[tuple[str, str], ...]
    rows: tuple[FigureRow, ...]
    lists: tuple[tuple[str, str], ...]
    bursts: tuple[BurstLine, ...]
    inpatient: str


def adherence_view(
    report: AdherenceReport, protocol: Protocol, names: Mapping[int, str], zone: ZoneInfo
) -> AdherenceView:
    everything = report.by_reading[Reading.EVERYTHING]
    return AdherenceView(
        readings=tuple(_headings(protocol)[reading] for reading in report.by_reading),
        rows=tuple(
            FigureRow(label, tuple(figure(found) for found in report.by_reading.values()), is_main)
            for label, figure, is_main in _figures(protocol)
        ),
        lists=_lists(everything),
        bursts=tuple(_burst(burst, names, zone) for burst in report.bursts),
        inpatient=", ".join(day(on) for on in sorted(report.inpatient_on)),
    )


def ratio_text(ratio: Ratio) -> str:
    """ "57.5 of 62 = 92.7 %", or a dash where there is nothing to count."""
    if ratio.fraction is None:
        return "–"
    percent = (ratio.fraction * _PERCENT).quantize(_TENTH, ROUND_HALF_UP)
    # rounding must not make a miss invisible
    if percent == _PERCENT and ratio.part < ratio.whole:
        percent -= _TENTH
    return str(
        gettext(
            "%(part)s of %(whole)s = %(percent)s%%",
            part=_short(ratio.part),
            whole=ratio.whole,
            percent=decimal(percent),
        )
    )


def _short(part: Decimal) -> str:
    """A sum of shares to three places, without zeros nobody needs."""
    text = f"{part.quantize(Decimal('0.001'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _headings(protocol: Protocol) -> Mapping[Reading, tuple[str, str]]:
    rules = protocol.adherence
    prompt, same_day = rules.prompt_entry_hours, rules.same_day_entry_hours
    return {
        Reading.PROMPT: (
            str(gettext("At once")),
            str(gettext("entered within %(hours)s h of the dose", hours=prompt)),
        ),
        Reading.SAME_DAY: (
            str(gettext("Within a day")),
            str(gettext("entered within %(hours)s h", hours=same_day)),
        ),
        Reading.EVERYTHING: (
            str(gettext("Everything")),
            str(gettext("clinic and corrections too")),
        ),
    }


def _figures(protocol: Protocol) -> list[tuple[str, Figure, bool]]:
    main = protocol.slots.on_time_hours
    timing: list[tuple[str, Figure, bool]] = [
        (
            _timing_label(hours, is_main=hours == main),
            lambda found, hours=hours: ratio_text(found.timing[hours]),  # type: ignore[misc]  # a default binds the loop's value
            hours == main,
        )
        for hours in protocol.adherence.timing_hours
    ]
    return [
        (
            str(_("Taken, unknown counts as missed")),
            lambda f: ratio_text(f.worst_case.taking),
            True,
        ),
        (str(_("Taken, unknown left out")), lambda f: ratio_text(f.observed.taking), True),
        (
            str(_("Days fully right, unknown counts as missed")),
            lambda f: ratio_text(f.worst_case.correct_days),
            False,
        ),
        (
            str(_("Days fully right, unknown left out")),
            lambda f: ratio_text(f.observed.correct_days),
            False,
        ),
        *timing,
        (str(_("Drug holidays, unknown counts as missed")), _holidays("worst_case"), False),
        (str(_("Drug holidays, unknown left out")), _holidays("observed"), False),
        (str(_("Vomited")), lambda f: str(len(f.vomited)), False),
        (str(_("Given twice")), lambda f: str(len(f.doubled)), False),
        (str(_("Unknown")), lambda f: str(len(f.unknown)), False),
    ]


def _timing_label(hours: Decimal, *, is_main: bool) -> str:
    if is_main:
        return str(gettext("Given within %(hours)s h of the time (main figure)", hours=hours))
    return str(gettext("Given within %(hours)s h of the time", hours=hours))


def _holidays(way: str) -> Figure:
    def told(found: Adherence) -> str:
        figures = getattr(found, way)
        return str(
            gettext(
                "%(all)s, of which long: %(long)s",
                all=len(figures.holidays),
                long=len(figures.long_holidays),
            )
        )

    return told


def _lists(found: Adherence) -> tuple[tuple[str, str], ...]:
    """Which slots stand behind the counts, in the widest reading."""
    named: Sequence[tuple[Any, Sequence[Run]]] = (
        (_("Drug holidays, unknown left out"), found.observed.holidays),
        (_("Vomited"), [(key,) for key in found.vomited]),
        (_("Given twice"), [(key,) for key in found.doubled]),
    )
    return tuple((str(name), "; ".join(map(_run, runs))) for name, runs in named if runs)


def _run(run: Run) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return slot_words(first.on, first.half)
    return f"{slot_words(first.on, first.half)} – {slot_words(last.on, last.half)} ({len(run)})"


def _burst(burst: Burst, names: Mapping[int, str], zone: ZoneInfo) -> BurstLine:
    slots = sorted({one.slot for one in burst.told})
    return BurstLine(
        who=names.get(int(burst.by), ""),
        entered=moment(burst.entered_at, zone),
        oldest=moment(burst.oldest_claim, zone),
        visit=day(burst.visit_on),
        slots="; ".join(slot_words(slot.on, slot.half) for slot in slots),
        count=len(burst.told),
    )

"""All levels of a child and how often they were in range, in words and with the workings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.level_words import NO_VARIABILITY, UNBRIDGED
from clinician.presenters_levels import LevelCard, interval_text, level_card
from clinician.result_words import word
from domain.in_range import Stretch, Trough, Unbridged
from domain.level_variability import NoVariability, Variability
from domain.protocol import Protocol
from services.level_book import LevelBook
from services.range_statistics import RangeStatistics
from web.formats import NO_BREAK, decimal, local_day

_ALL = Decimal(1)
_NEARLY_ALL = Decimal("99.9")
_LITTLE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class StretchLine:
    """From one trough to the next; `why` where no line is drawn between them."""

    since: str
    until: str
    span: str
    below: str
    within: str
    above: str
    why: str


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A level and the number it goes into the variation with."""

    drawn: str
    result: str
    number: str


@dataclass(frozen=True, slots=True)
class StatisticsView:
    target: str
    time: str
    time_note: str
    fraction: str
    variation: str
    variation_note: str
    per_dose: bool
    mean: str
    deviation: str
    stretches: tuple[StretchLine, ...]
    numbers: tuple[NumberLine, ...]
    left_out: tuple[LevelCard, ...]
    most_days: int
    least_levels: int
    rule_version: str


@dataclass(frozen=True, slots=True)
class CorrectedLine:
    card: LevelCard
    reason: str


@dataclass(frozen=True, slots=True)
class LevelList:
    """The newest first."""

    cards: tuple[LevelCard, ...]
    corrected: tuple[CorrectedLine, ...]
    statistics: StatisticsView


def level_list(book: LevelBook, zone: ZoneInfo, protocol: Protocol) -> LevelList:
    """Everything the page of all levels says."""
    cards = {judged.row.id: level_card(judged, zone, protocol) for judged in book.all}
    corrected = [
        judged.row.id for judged in reversed(book.all) if judged.row.id in book.corrected_by
    ]
    return LevelList(
        cards=tuple(cards[judged.row.id] for judged in reversed(book.standing)),
        corrected=tuple(
            CorrectedLine(cards[number], book.corrected_by[number].amend_reason or "")
            for number in corrected
        ),
        statistics=_statistics(book.statistics, cards, zone, protocol),
    )


def _statistics(
    found: RangeStatistics, cards: Mapping[int, LevelCard], zone: ZoneInfo, protocol: Protocol
) -> StatisticsView:
    spread, rules = found.variability, protocol.trough
    return StatisticsView(
        target=f"{interval_text(found.target)} ng/mL",
        time=_percent(found.time.fraction),
        time_note=_time_note(found),
        fraction=_fraction(found),
        variation=f"{spread.percent:.1f}{NO_BREAK}%" if spread.percent is not None else "–",
        variation_note=_variation_note(spread, rules.min_levels_for_cv),
        per_dose=spread.per_dose,
        mean=_number(spread.mean),
        deviation=_number(spread.deviation),
        stretches=tuple(_stretch(stretch, zone) for stretch in found.time.stretches),
        numbers=tuple(
            NumberLine(_day(one.trough, zone), one.trough.level.text, _number(one.number))
            for one in spread.compared
        ),
        left_out=tuple(cards[judged.row.id] for judged in reversed(found.left_out)),
        most_days=rules.max_gap_days_in_range,
        least_levels=rules.min_levels_for_cv,
        rule_version=found.rule_version,
    )


def _time_note(found: RangeStatistics) -> str:
    if not found.time.bridged:
        return str(_("No two valid troughs that a line can join."))
    of = {"part": _days(found.time.within), "whole": _days(found.time.bridged)}
    return str(_("%(part)s of %(whole)s days", **of))


def _fraction(found: RangeStatistics) -> str:
    if found.fraction is None:
        return "–"
    of = _("%(part)s of %(whole)s", part=found.in_range, whole=len(found.counted))
    return f"{_percent(found.fraction)} ({of})"


def _variation_note(spread: Variability, least: int) -> str:
    if spread.refusal is NoVariability.TOO_FEW:
        few = {"count": len(spread.compared), "least": least}
        return str(_("%(count)s valid levels with a number; it takes %(least)s.", **few))
    if spread.refusal is not None:
        return word(NO_VARIABILITY, spread.refusal)
    count = {"count": len(spread.compared)}
    if spread.per_dose:
        return str(_("of %(count)s levels, each divided by mg/m² a day: the dose changed", **count))
    return str(_("of %(count)s levels on one dose", **count))


def _stretch(stretch: Stretch, zone: ZoneInfo) -> StretchLine:
    bridged = stretch.unbridged is None
    parts = (stretch.below, stretch.within, stretch.above)
    below, within, above = (_days(part) if bridged else "–" for part in parts)
    return StretchLine(
        since=_end(stretch.one, zone),
        until=_end(stretch.other, zone),
        span=_days(stretch.span),
        below=below,
        within=within,
        above=above,
        why=word(UNBRIDGED, Unbridged(stretch.unbridged)) if stretch.unbridged else "",
    )


def _end(trough: Trough, zone: ZoneInfo) -> str:
    return f"{_day(trough, zone)}: {trough.level.text}"


def _day(trough: Trough, zone: ZoneInfo) -> str:
    return local_day(trough.drawn_at, zone)


def _days(span: timedelta) -> str:
    """Days with two digits after the point."""
    return f"{Decimal(span // timedelta(seconds=1)) / 86_400:.2f}"


def _number(number: Decimal | None) -> str:
    return "–" if number is None else decimal(round(number, 4)).rstrip("0").rstrip(".")


def _percent(fraction: Decimal | None) -> str:
    """One digit after the point; rounding never makes all or nothing of nearly so."""
    if fraction is None:
        return "–"
    percent = (fraction * 100).quantize(_LITTLE, ROUND_HALF_UP)
    if fraction < _ALL:
        percent = min(percent, _NEARLY_ALL)
    if fraction > 0:
        percent = max(percent, _LITTLE)
    return f"{percent:.1f}{NO_BREAK}%"

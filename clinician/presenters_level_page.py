"""The page of one level in words: what its verdict rests on, line by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from clinician.level_words import STARTS
from clinician.presenters_levels import LOOKS, hours_text, interval_text, near, order_text
from clinician.result_words import CHANNELS, FINDINGS, HALVES, word
from domain.diary import SlotState
from domain.entries import Entry, Outcome
from domain.protocol import Protocol, TroughRules
from domain.slots import SlotKey
from domain.trough import Verdict
from models.laboratory import Level, LevelOverrule
from models.visit import BloodDraw
from services.verdicts import JudgedLevel
from web.formats import clock, day, decimal, moment, short_day

Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One entry about a slot the verdict rests on; a slot without entries has one row. `state` is
    what became of the slot, `said` what the entry says: both states of the badges."""

    slot: str
    state: str
    said: str
    said_word: str
    claimed: str
    before: str
    entered: str
    by: str
    how: str
    is_decisive: bool
    is_contradictory: bool


@dataclass(frozen=True, slots=True)
class OverruleLine:
    verdict: str
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule with its numbers, and what it found here."""

    rule: str
    found: str


@dataclass(frozen=True, slots=True)
class LevelPage:
    doses: tuple[DoseRow, ...]
    overrules: tuple[OverruleLine, ...]
    rules: tuple[RuleLine, ...]
    told: str
    told_apart: str
    draws: tuple[str, ...]
    recorded: str
    window_hours: str


def level_page(
    judged: JudgedLevel,
    overrules: Sequence[LevelOverrule],
    draws: Sequence[BloodDraw],
    names: Names,
    *,
    zone: ZoneInfo,
    protocol: Protocol,
) -> LevelPage:
    """`draws` are the blood draws reported for the local day of the sample."""
    verdict, row = judged.verdict, judged.row
    return LevelPage(
        doses=tuple(_dose_rows(verdict, row.drawn_at, names, zone)) if verdict else (),
        overrules=tuple(_overrule(one, names, zone) for one in reversed(overrules)),
        rules=_rules(judged, verdict, protocol.trough, zone) if verdict else (),
        told=_told(row, zone),
        told_apart=_told_apart(row, verdict, protocol.trough) if verdict else "",
        draws=tuple(_draw(draw, row, zone) for draw in draws),
        recorded=f"{moment(row.recorded_at, zone)} · {names.get(row.recorded_by_id or 0, '?')}",
        window_hours=decimal(protocol.trough.diary_window_hours),
    )


def people_of(judged: JudgedLevel, overrules: Sequence[LevelOverrule]) -> set[int | None]:
    """The accounts whose names the page says."""
    entries = (
        e for state in (judged.verdict.doses if judged.verdict else ()) for e in state.entries
    )
    said = {int(entry.by) for entry in entries}
    return {*said, judged.row.recorded_by_id, *(row.recorded_by_id for row in overrules)}


def slot_text(key: SlotKey) -> str:
    """Mon 2 Mar · evening."""
    return f"{short_day(key.on)} · {word(HALVES, key.half)}"


def _dose_rows(
    verdict: Verdict, drawn_at: datetime, names: Names, zone: ZoneInfo
) -> Iterator[DoseRow]:
    for state in verdict.doses:
        entries: tuple[Entry | None, ...] = state.entries or (None,)
        for entry in entries:
            decisive = _is_decisive(state, entry, verdict)
            yield _dose_row(state, entry, (drawn_at, decisive), names=names, zone=zone)


def _is_decisive(state: SlotState, entry: Entry | None, verdict: Verdict) -> bool:
    """The entry with the very time of the last dose; the slot itself where none has it."""
    decisive = verdict.decisive
    if decisive.state is None or decisive.state.key != state.key:
        return False
    times = {told.taken_at for told in state.entries}
    return entry is None or decisive.taken_at not in times or entry.taken_at == decisive.taken_at


def _dose_row(
    state: SlotState,
    entry: Entry | None,
    sample: tuple[datetime, bool],
    *,
    names: Names,
    zone: ZoneInfo,
) -> DoseRow:
    drawn_at, is_decisive = sample
    taken_at = entry.taken_at if entry else None
    return DoseRow(
        slot=slot_text(state.key),
        state=LOOKS.get(state.status, state.status.value),
        said=entry.outcome.value if entry else "",
        said_word=_said(entry) if entry else "",
        claimed=_claimed(entry, state, zone),
        before=hours_text(drawn_at - taken_at) if taken_at and taken_at < drawn_at else "",
        entered=near(entry.entered_at, state, zone) if entry else "",
        by=names.get(int(entry.by), "?") if entry else "",
        how=word(CHANNELS, entry.channel) if entry else "",
        is_decisive=is_decisive,
        is_contradictory=state.contradictory,
    )


def _claimed(entry: Entry | None, state: SlotState, zone: ZoneInfo) -> str:
    if entry is None or entry.outcome is Outcome.MISSED:
        return ""
    return near(entry.taken_at, state, zone) if entry.taken_at else str(_("time not known"))


def _said(entry: Entry) -> str:
    """Empty where the word of the outcome says it all."""
    if entry.outcome is Outcome.VOMITED and entry.vomited_after_minutes is not None:
        return str(_("Vomited after %(minutes)s min", minutes=entry.vomited_after_minutes))
    return ""


def _overrule(row: LevelOverrule, names: Names, zone: ZoneInfo) -> OverruleLine:
    by = names.get(row.recorded_by_id or 0, "?")
    return OverruleLine(word(FINDINGS, row.verdict), row.reason, by, moment(row.recorded_at, zone))


def _told(row: Level, zone: ZoneInfo) -> str:
    if row.last_dose_at is None:
        return ""
    return f"{moment(row.last_dose_at, zone)} · {row.last_dose_told_by}"


def _told_apart(row: Level, verdict: Verdict, rules: TroughRules) -> str:
    """How far what was told lies from the diary, and how far it may."""
    told_at, taken_at = row.last_dose_at, verdict.decisive.taken_at
    if told_at is None or taken_at is None or verdict.decisive.by_word_of_mouth:
        return ""
    words = _(
        "%(apart)s from the diary; up to %(limit)s min agree",
        apart=hours_text(abs(told_at - taken_at)),
        limit=rules.told_differs_beyond_minutes,
    )
    return str(words)


def _draw(draw: BloodDraw, row: Level, zone: ZoneInfo) -> str:
    text = clock(draw.drawn_at, zone)
    apart = abs(draw.drawn_at - row.drawn_at)
    if apart >= timedelta(minutes=1):
        words = _("%(apart)s from this level", apart=hours_text(apart))
        return f"{text} ({words})"
    return text


def _rules(
    judged: JudgedLevel, verdict: Verdict, rules: TroughRules, zone: ZoneInfo
) -> tuple[RuleLine, ...]:
    last = verdict.decisive
    taken = near(last.taken_at, last.state, zone) if last.taken_at and last.state else ""
    if last.taken_at and not last.state:
        taken = moment(last.taken_at, zone)
    valid, ideal = interval_text(rules.valid_hours), interval_text(rules.ideal_hours)
    slot = slot_text(last.state.key) if last.state else ""
    lines = (
        (_("Decisive dose: the last one before the sample"), f"{slot} {taken}".strip()),
        (
            _("Valid %(valid)s h after it, ideal %(ideal)s h", valid=valid, ideal=ideal),
            hours_text(verdict.elapsed) if verdict.elapsed is not None else "",
        ),
        (
            _(
                "Steady state from %(days)s days after the first dose, early up to %(early)s days",
                days=rules.steady_from_days,
                early=rules.early_until_days,
            ),
            _count(verdict),
        ),
        (_("Order then"), order_text(judged.order)),
        (_("Target range of the arm"), f"{interval_text(judged.target)} ng/mL"),
    )
    return tuple(RuleLine(str(rule), found or str(_("not known"))) for rule, found in lines)


def _count(verdict: Verdict) -> str:
    """20 days since 3 Feb 2026, morning: new dose."""
    start, days = verdict.start, verdict.days_on_dose
    if start is None or days is None:
        return ""
    counted = ngettext("%(num)d day", "%(num)d days", days)
    since = f"{day(start.key.on)} · {word(HALVES, start.key.half)}"
    kind = word(STARTS, start.kind)
    return str(_("%(counted)s since %(since)s: %(kind)s", counted=counted, since=since, kind=kind))

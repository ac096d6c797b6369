"""Proposed adverse events in words: what each rests on, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.event_words import CHOICES, term_word
from clinician.grade_words import DraftCard, draft_card
from clinician.lab_words import name_of, range_text, unit_word
from domain.protocol import Protocol
from domain.protocol_events import FeverBounds
from domain.reported import Comparator, Reported
from domain.symptoms import FEVER, NOT_SO
from models.adverse_event import AdverseEvent, CandidateDecision
from models.laboratory import LabResult
from models.symptom import SymptomReport
from services.candidate_decisions import choice_of
from services.candidates import Candidate
from web.formats import decimal, language, moment


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """A proposal. `inputs` are the facts it rests on, `rule` how the grade came about; `draft`
    holds the steps of a laboratory result."""

    kind: str
    evidence_id: str
    term: str
    terms: tuple[str, ...]
    on: date
    evidence: str
    grade: str
    baseline: str
    inputs: tuple[tuple[str, str], ...]
    rule: str
    draft: DraftCard | None
    version: str
    decided: "Decided | None"


@dataclass(frozen=True, slots=True)
class Decided:
    """Who made what of it, when and why."""

    words: str
    event: AdverseEvent | None
    event_term: str
    reason: str
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cards of one child need: `names` by account, `events` by database id."""

    protocol: Protocol
    zone: ZoneInfo
    names: Mapping[int, str]
    events: Mapping[int, AdverseEvent]


def candidate_card(one: Candidate, reading: Reading) -> CandidateCard:
    protocol = reading.protocol
    return CandidateCard(
        kind=one.kind,
        evidence_id=str(one.evidence_id),
        term=one.term,
        terms=tuple(term_word(protocol, term) for term in one.terms),
        on=one.started_on,
        evidence=evidence_words(one, protocol),
        grade=_grade(one.grade),
        baseline="" if one.baseline_grade is None else str(one.baseline_grade),
        inputs=tuple(_inputs(one, reading)),
        rule=_fever_rule(protocol.events.fever) if _is_fever(one) else "",
        draft=draft_card(one.draft, protocol) if one.draft else None,
        version=one.rule_version,
        decided=_decided(one.decision, reading) if one.decision else None,
    )


def evidence_words(one: Candidate, protocol: Protocol) -> str:
    """What was seen, in one line: the words of an event that comes of it."""
    if one.report is not None:
        return _report_words(one.report, protocol)
    return "" if one.result is None else _result_words(one.result, protocol)


def other_reports(
    rows: Sequence[SymptomReport], candidates: Sequence[Candidate]
) -> list[SymptomReport]:
    """Reports that propose nothing: fevers below the bound, and what was corrected."""
    used = {one.report.id for one in candidates if one.report is not None}
    return [row for row in rows if row.id not in used]


def report_words(row: SymptomReport, protocol: Protocol) -> str:
    """ "Fever, moderate, 38.4 °C: since noon"."""
    return _report_words(row, protocol)


def _report_words(row: SymptomReport, protocol: Protocol) -> str:
    kind = protocol.symptoms.kind(row.kind)
    parts = [_label(kind.label) if kind else row.kind, _severity(row, protocol)]
    if row.celsius is not None:
        parts.append(f"{decimal(row.celsius)} °C")
    if row.lasted_hours is not None:
        parts.append(str(_("for %(hours)s h", hours=decimal(row.lasted_hours))))
    told = ", ".join(parts)
    return f"{told}: {row.note}" if row.note else told


def _severity(row: SymptomReport, protocol: Protocol) -> str:
    if row.severity == NOT_SO:
        return str(_("taken back"))
    found = [one for one in protocol.symptoms.severities if one.code == row.severity]
    return _label(found[0].label) if found else row.severity


def _result_words(row: LabResult, protocol: Protocol) -> str:
    value = Reported(row.value, Comparator(row.comparator)).text
    return f"{name_of(row.analyte, protocol)} {value} {unit_word(row.unit)}"


def _inputs(one: Candidate, reading: Reading) -> list[tuple[str, str]]:
    if one.report is not None:
        who = reading.names.get(one.report.entered_by_id, "")
        at = moment(one.report.received_at, reading.zone)
        told = [(str(_("Reported by")), f"{who}, {at}")]
        if one.report.advice_shown:
            told.append((str(_("Advice shown")), one.report.advice_shown))
        return told
    if one.result is None:
        return []
    limits = range_text(one.result.reference_low, one.result.reference_high)
    return [
        (str(_("Drawn")), moment(one.result.drawn_at, reading.zone)),
        (str(_("Normal")), limits or "–"),
    ]


def _is_fever(one: Candidate) -> bool:
    return one.report is not None and one.report.kind == FEVER


def _fever_rule(bounds: FeverBounds) -> str:
    return str(
        _(
            "%(from)s–%(two)s °C: grade 1; >%(two)s–%(three)s °C: grade 2; >%(three)s °C for up to "
            "%(hours)s h: grade 3, for longer: grade 4",
            **{
                "from": decimal(bounds.from_celsius),
                "two": decimal(bounds.grade_2_above),
                "three": decimal(bounds.grade_3_above),
                "hours": decimal(bounds.grade_4_beyond_hours),
            },
        )
    )


def _grade(text: str | None) -> str:
    if text is None:
        return str(_("a clinician decides"))
    low, _dash, high = text.partition("-")
    return str(_("%(low)s or %(high)s", low=low, high=high)) if high else low


def _decided(row: CandidateDecision, reading: Reading) -> Decided:
    event = reading.events.get(row.event_id or 0)
    return Decided(
        words=str(CHOICES[choice_of(row, event)]),
        event=event,
        event_term=term_word(reading.protocol, event.term) if event else "",
        reason=row.reason or "",
        who=reading.names.get(row.recorded_by_id, ""),
        at=moment(row.recorded_at, reading.zone),
    )


def _label(label: Mapping[str, Any]) -> str:
    return str(label.get(language()) or label["en"])

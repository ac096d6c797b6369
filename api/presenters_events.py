"""Adverse events, proposals and their numbers as they travel."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.presenters import Shown
from api.presenters_labs import draft_shown
from domain.protocol import Protocol
from models.adverse_event import AdverseEvent, CandidateDecision
from services.adverse_events import EventView
from services.candidate_decisions import choice_of
from services.candidates import Candidate
from services.event_table import EventTable, TermCount

_SYMPTOM = ("kind", "severity", "celsius", "lasted_hours", "note")
_RESULT = (
    *("analyte", "comparator", "value", "unit"),
    *("reference_low", "reference_high", "drawn_at"),
)


def event_shown(found: EventView, protocol: Protocol) -> Shown:
    event = found.event
    columns = {column.key: getattr(event, column.key) for column in event.__mapper__.column_attrs}
    term = protocol.events.term(event.term)
    socs = {soc.code: soc.label["en"] for soc in protocol.events.classes}
    return columns | {
        "soc": socs.get(term.soc) if term else None,
        "serious_criteria": event.serious_criteria or [],
        "is_related": found.is_related,
        "grade": found.grade,
        "highest_grade": found.highest,
        "grades": found.steps,
        "changes": found.changes,
    }


def candidate_shown(one: Candidate, events: Mapping[int, AdverseEvent]) -> Shown:
    return {
        "evidence_id": one.evidence_id,
        "kind": one.kind,
        "term": one.term,
        "terms": one.terms,
        "grade": one.grade,
        "baseline_grade": one.baseline_grade,
        "started_on": one.started_on,
        "rule_version": one.rule_version,
        "symptom": _picked(one.report, _SYMPTOM),
        "result": _picked(one.result, _RESULT),
        "draft": draft_shown(one.draft) if one.draft else None,
        "decision": decision_shown(one.decision, events) if one.decision else None,
    }


def decision_shown(row: CandidateDecision, events: Mapping[int, AdverseEvent]) -> Shown:
    event = events.get(row.event_id or 0)
    return {
        "choice": choice_of(row, event),
        "event": _id_of(event),
        "reason": row.reason,
        "recorded_at": row.recorded_at,
        "term": row.term,
        "draft_grade": row.draft_grade,
        "rule_version": row.rule_version,
    }


def table_shown(table: EventTable) -> list[Shown]:
    """Any event first, then term by term."""
    return [_count_shown(line, table) for line in (*table.totals, *table.lines)]


def _count_shown(line: TermCount, table: EventTable) -> Shown:
    grades = [{"grade": grade, "children": count} for grade, count in line.by_grade.items()]
    return {
        "term": line.term or None,
        "arm": line.arm,
        "children_in_arm": table.children[line.arm],
        "by_grade": grades,
        "any_grade": line.children,
        "grade_3_or_worse": line.severe,
        "serious": line.serious,
        "related": line.related,
    }


def _picked(row: Any, names: tuple[str, ...]) -> Shown | None:
    return None if row is None else {name: getattr(row, name) for name in names}


def _id_of(event: AdverseEvent | None) -> uuid.UUID | None:
    return event.public_id if event else None

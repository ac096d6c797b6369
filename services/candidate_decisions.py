"""A clinician decides on a proposed adverse event: a new event, one that is there, or none."""

import uuid
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.events import grade_on
from models.adverse_event import AdverseEvent, CandidateDecision
from services.actor import account_of
from services.adverse_events import SaidEvent, record_event, view_of
from services.audit import Act, record
from services.candidates import Candidate, find_candidate
from services.errors import ConflictError, NotFoundError, RefusedError
from services.event_changes import Changing, SaidGrade, regrade_event
from services.lab_candidate_matters import tell_lab_candidates
from services.once import add_once
from services.results import find_result


class Choice(StrEnum):
    """What is made of a proposal."""

    NEW = "new"
    JOIN = "join"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidDecision:
    """`evidence_id` names the report or result, `term` the proposed term where a result has
    several. NEW needs `event`, which takes the id of the decision; JOIN needs `event_id` and may
    bring another `grade` from `since_on` (the day of the evidence unless said); NONE needs a
    `reason`."""

    client_id: uuid.UUID
    evidence_id: uuid.UUID
    term: str | None = None
    choice: Choice
    event: SaidEvent | None = None
    event_id: uuid.UUID | None = None
    grade: int | None = None
    since_on: date | None = None
    reason: str | None = None


def decide(
    session: Session, changing: Changing, said: SaidDecision
) -> tuple[CandidateDecision, bool]:
    """Decide on one proposal, once.

    Raises NotFoundError where nothing is proposed, RefusedError("already_decided") and others
    beside a field, ConflictError.
    """
    candidate = find_candidate(
        session,
        changing.participant,
        changing.protocol,
        evidence_id=said.evidence_id,
        term=said.term,
    )
    if candidate is None:
        raise NotFoundError
    if candidate.decision is not None:
        return _same(session, changing, candidate.decision, said), False
    event = _event(session, changing, candidate, said)
    row = _row(changing, candidate, said, event)
    about = {"lab_result_id": row.lab_result_id, "symptom_id": row.symptom_id, "term": row.term}
    row, is_new = add_once(session, row, about, {"client_id": said.client_id})
    if is_new:
        _trace(session, changing, row)
    if is_new and row.lab_result_id is not None:
        child, rules = changing.participant, changing.protocol
        tell_lab_candidates(session, child, protocol=rules, now=changing.now)
    return row, is_new


def choice_of(row: CandidateDecision, event: AdverseEvent | None) -> Choice:
    """What was chosen: an event that came of the decision carries the decision's own id."""
    if event is None:
        return Choice.NONE
    return Choice.NEW if event.client_id == row.client_id else Choice.JOIN


def _event(
    session: Session, changing: Changing, candidate: Candidate, said: SaidDecision
) -> AdverseEvent | None:
    match said.choice:
        case Choice.NEW:
            return _new_event(session, changing, said)
        case Choice.JOIN:
            return _joined(session, changing, candidate, said)
        case Choice.NONE:
            if not (said.reason or "").strip():
                raise RefusedError("reason_needed", "reason")
            return None


def _new_event(session: Session, changing: Changing, said: SaidDecision) -> AdverseEvent:
    if said.event is None:
        raise RefusedError("required", "event")
    row, _is_new = record_event(
        session,
        changing.actor,
        changing.participant,
        replace(said.event, client_id=said.client_id),
        protocol=changing.protocol,
        now=changing.now,
    )
    return row


def _joined(
    session: Session, changing: Changing, candidate: Candidate, said: SaidDecision
) -> AdverseEvent:
    """An open event of the child; it gets the grade unless it has it on that day already."""
    if said.event_id is None:
        raise RefusedError("required", "event_id")
    event = find_result(session, AdverseEvent, changing.participant, said.event_id)
    if event.ended_on is not None:
        raise RefusedError("event_is_over", "event_id")
    since_on = said.since_on or candidate.started_on
    steps = view_of(session, event).steps
    if said.grade is not None and grade_on(steps, since_on) != said.grade:
        step = SaidGrade(grade=said.grade, since_on=since_on, reason=said.reason)
        regrade_event(session, changing, event, step)
    return event


def _row(
    changing: Changing, candidate: Candidate, said: SaidDecision, event: AdverseEvent | None
) -> CandidateDecision:
    return CandidateDecision(
        client_id=said.client_id,
        participant_id=changing.participant.id,
        lab_result_id=candidate.result.id if candidate.result else None,
        symptom_id=candidate.report.id if candidate.report else None,
        term=candidate.term,
        draft_grade=candidate.grade,
        event_id=event.id if event else None,
        reason=said.reason,
        rule_version=candidate.rule_version,
        recorded_at=changing.now,
        recorded_by_id=account_of(changing.actor),
    )


def _same(
    session: Session, changing: Changing, kept: CandidateDecision, said: SaidDecision
) -> CandidateDecision:
    """The same form again, or somebody who came too late."""
    if kept.client_id != said.client_id:
        raise RefusedError("already_decided")
    if said.choice is Choice.NEW:
        _new_event(session, changing, said)
        return kept
    first: dict[str, Any] = {"event_id": _public_id(session, kept), "reason": kept.reason}
    offered: dict[str, Any] = {"event_id": said.event_id, "reason": said.reason}
    if first != offered:
        raise ConflictError(first=first, offered=offered)
    return kept


def _public_id(session: Session, row: CandidateDecision) -> uuid.UUID | None:
    return session.scalar(select(AdverseEvent.public_id).where(AdverseEvent.id == row.event_id))


def _trace(session: Session, changing: Changing, row: CandidateDecision) -> None:
    act = Act(
        action="event_candidate.decided",
        subject="candidate_decision",
        subject_id=row.id,
        participant_id=row.participant_id,
        site_id=changing.participant.site_id,
        new={
            "term": row.term,
            "draft_grade": row.draft_grade,
            "event_id": row.event_id,
            "lab_result_id": row.lab_result_id,
            "symptom_id": row.symptom_id,
        },
        reason=row.reason,
    )
    record(session, changing.actor, act, changing.now)

"""The end of a child's part in the study: contact stops, everything recorded stays (trial.md §10).

Nobody writes in the diary from then on; the family goes on reading it. The place on the
randomisation list stays used.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.consent import Consent
from models.message import Message, MessageKind, MessageState
from models.participant import Participant, ParticipantStatus
from models.visit import Visit
from services.access import Permission, may
from services.actor import Actor
from services.audit import Act, record
from services.consents import SaidConsent, record_consent
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.message_events import Source, note
from services.message_states import end
from services.randomisation import allocation_of
from services.site_day import today_at_site
from services.turns import take_turn

STUDY_OVER: Final = "study_over"
_ENDS: Final = frozenset({ParticipantStatus.WITHDRAWN, ParticipantStatus.COMPLETED})
# codes to sign in and answers are asked for by the person: the diary stays readable
_OUR_OWN: Final = frozenset(MessageKind) - {MessageKind.SIGN_IN, MessageKind.ANSWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidEnd:
    """Withdrawn, or completed as planned; on which day, and why."""

    status: ParticipantStatus
    ended_on: date
    reason: str


def end_participation(
    session: Session, actor: Actor, child: Participant, said: SaidEnd, *, now: datetime
) -> bool:
    """End the child's part in the study; False when this very end was recorded before.

    Raises ForbiddenError; ConflictError when another end is recorded; RefusedError
    `ended_on_impossible`, `reason_needed`, and for a completed study `never_randomised` or
    `not_complete_yet` before the window of the last planned visit.
    """
    if not may(actor, Permission.ENROL, child.site_id):
        raise ForbiddenError(Permission.ENROL)
    take_turn(session, child)
    if child.status is not ParticipantStatus.ACTIVE:
        return _same_end(child, said)
    _check(session, child, said, now)
    child.status, child.ended_on = said.status, said.ended_on
    child.ended_reason = said.reason.strip()
    session.flush()
    cancelled = _cancel_messages(session, child, now)
    new = {"status": child.status, "ended_on": child.ended_on, "messages_cancelled": cancelled}
    act = Act(
        action=f"participant.{said.status}",
        subject="participant",
        subject_id=child.id,
        participant_id=child.id,
        site_id=child.site_id,
        old={"status": ParticipantStatus.ACTIVE},
        new=new,
        reason=child.ended_reason,
    )
    record(session, actor, act, now)
    session.flush()
    return True


def take_back_consent(
    session: Session,
    actor: Actor,
    child: Participant,
    said: SaidConsent,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[Consent, bool]:
    """Keep that consent was taken back. A child that is in the study leaves it with that day; one
    that is not randomised yet may still be consented for again.

    Raises as `record_consent`, and RefusedError `reason_needed` without a note.
    """
    if not (said.note or "").strip():
        raise RefusedError("reason_needed", "note")
    row, is_new = record_consent(session, actor, child, said, protocol=protocol, now=now)
    is_in_study = child.status is ParticipantStatus.ACTIVE and allocation_of(session, child)
    if is_new and is_in_study:
        ending = SaidEnd(
            status=ParticipantStatus.WITHDRAWN,
            ended_on=max(row.given_on, child.enrolled_on),
            reason=row.note or "",
        )
        end_participation(session, actor, child, ending, now=now)
    return row, is_new


def _same_end(child: Participant, said: SaidEnd) -> bool:
    kept = {
        "status": child.status,
        "ended_on": child.ended_on,
        "reason": child.ended_reason or "",
    }
    offered = {"status": said.status, "ended_on": said.ended_on, "reason": said.reason.strip()}
    if kept != offered:
        raise ConflictError(first=kept, offered=offered)
    return False


def _check(session: Session, child: Participant, said: SaidEnd, now: datetime) -> None:
    if said.status not in _ENDS:
        raise RefusedError("not_a_choice", "status")
    if not said.reason.strip():
        raise RefusedError("reason_needed", "reason")
    if not child.enrolled_on <= said.ended_on <= today_at_site(session, child.site_id, now):
        raise RefusedError("ended_on_impossible", "ended_on")
    if said.status is ParticipantStatus.COMPLETED:
        _check_complete(session, child, said)


def _check_complete(session: Session, child: Participant, said: SaidEnd) -> None:
    if allocation_of(session, child) is None:
        raise RefusedError("never_randomised", "status")
    windows = session.scalars(
        select(Visit.window_from).where(
            Visit.participant_id == child.id, Visit.is_unscheduled.is_(False)
        )
    ).all()
    if windows and said.ended_on < max(windows):
        raise RefusedError("not_complete_yet", "ended_on")


def _cancel_messages(session: Session, child: Participant, now: datetime) -> int:
    """End what still waits to be sent about the child. What a notifier holds at this moment it
    checks against the facts itself before it sends."""
    rows = session.scalars(
        select(Message)
        .where(
            Message.participant_id == child.id,
            Message.state == MessageState.PLANNED,
            Message.kind.in_(_OUR_OWN),
        )
        .order_by(Message.key)
        .with_for_update(skip_locked=True)
    ).all()
    steps = [end(row, MessageState.CANCELLED, now, reason=STUDY_OVER) for row in rows]
    session.flush()
    note(session, steps, source=Source.PLANNER, now=now)
    return len(steps)

"""What a family says of days its diary no longer takes: the investigator decides (trial.md §5)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Channel, Entry, Outcome, sort_out
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.dose import CorrectionRequest, CorrectionState, DoseEntry
from models.participant import Participant
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.diary import read
from services.doses import correct, log_dose
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.once import add_once
from services.said_dose import SaidDose, check_words


@dataclass(frozen=True, slots=True)
class Decision:
    accepted: bool
    reason: str


def ask(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidDose,
    *,
    reason: str,
    protocol: Protocol,
    now: datetime,
) -> tuple[CorrectionRequest, bool]:
    """Ask the investigator to put `said` into the diary; the second value says if it is new.

    Outcome `retracted` asks to take out what stands in the slot; `second_dose` to put another dose
    beside it. Raises RefusedError and
    ConflictError as logging a dose does.
    """
    check_words(said, protocol)
    if said.slot is None:
        raise RefusedError("required", "slot")
    if not reason.strip():
        raise RefusedError("required", "reason")
    if said.claimed_at is not None and said.claimed_at > now:
        raise RefusedError("dose_in_the_future", "taken_at")
    told = _told(said, reason.strip())
    row = CorrectionRequest(
        client_id=said.client_id,
        participant_id=participant.id,
        state=CorrectionState.ASKED,
        asked_at=now,
        asked_by_id=account_of(actor),
        **told,
    )
    key = {"participant_id": participant.id, "client_id": said.client_id}
    row, created = add_once(session, row, key, told)
    if created:
        act = _act("ask_correction", participant, row, new=told, reason=row.reason)
        record(session, actor, act, now)
    return row, created


def decide(
    session: Session,
    actor: Actor,
    participant: Participant,
    request_id: uuid.UUID,
    *,
    decision: Decision,
    protocol: Protocol,
    now: datetime,
) -> CorrectionRequest:
    """Accept or decline a request (public id) with a reason; the same decision twice is one.

    Accepted, what was asked enters the diary as an entry of the clinic that amends what stood
    there; both stay. Raises ForbiddenError without the right to decide, NotFoundError, and
    RefusedError `already_decided`.
    """
    if not may(actor, Permission.DECIDE, participant.site_id):
        raise ForbiddenError(Permission.DECIDE)
    row = _request(session, participant, request_id)
    state = CorrectionState.ACCEPTED if decision.accepted else CorrectionState.DECLINED
    if row.state is not CorrectionState.ASKED:
        if row.state is state and row.decided_by_id == actor.account_id:
            return row
        raise RefusedError("already_decided")
    reason = decision.reason.strip()
    if not reason:
        raise RefusedError("required", "reason")
    entry = None
    if decision.accepted:
        entry = _enter(session, actor, participant, row, protocol=protocol, now=now)
    row.state, row.entry_id = state, entry.id if entry else None
    row.decided_at, row.decided_by_id = now, account_of(actor)
    row.decision_reason = reason
    new = {"state": state, "entry_id": row.entry_id}
    act = _act("decide_correction", participant, row, new=new, reason=reason)
    record(session, actor, act, now)
    session.flush()
    return row


def open_requests(session: Session, site_ids: Sequence[int]) -> tuple[CorrectionRequest, ...]:
    """What waits for a decision at these sites, the oldest first."""
    return tuple(
        session.scalars(
            select(CorrectionRequest)
            .join(Participant, Participant.id == CorrectionRequest.participant_id)
            .where(
                Participant.site_id.in_(site_ids), CorrectionRequest.state == CorrectionState.ASKED
            )
            .order_by(CorrectionRequest.asked_at, CorrectionRequest.id)
        )
    )


def requests_of(session: Session, participant_id: int) -> tuple[CorrectionRequest, ...]:
    """All requests of a child, decided ones too, the oldest first."""
    return tuple(
        session.scalars(
            select(CorrectionRequest)
            .where(CorrectionRequest.participant_id == participant_id)
            .order_by(CorrectionRequest.asked_at, CorrectionRequest.id)
        )
    )


def _request(
    session: Session, participant: Participant, request_id: uuid.UUID
) -> CorrectionRequest:
    """Locked, so that two investigators cannot decide differently at the same moment."""
    row = session.scalar(
        select(CorrectionRequest)
        .where(
            CorrectionRequest.participant_id == participant.id,
            CorrectionRequest.public_id == request_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError
    return row


def _enter(
    session: Session,
    actor: Actor,
    participant: Participant,
    row: CorrectionRequest,
    *,
    protocol: Protocol,
    now: datetime,
) -> DoseEntry | None:
    """Write the entry; whatever else stands in the slot is taken out beside it. A second dose
    stands beside what is there: both were given."""
    standing = _standing(session, participant, row, protocol=protocol, now=now)
    if not standing or row.is_second_dose:
        if row.outcome is Outcome.RETRACTED:
            return None
        said = _said(row, row.outcome, row.public_id, now)
        return log_dose(session, actor, participant, said, protocol=protocol, now=now).entry
    written: list[DoseEntry] = []
    for place, old in enumerate(standing):
        # the newest is replaced by what was asked, the others leave the diary
        outcome = Outcome.RETRACTED if place else row.outcome
        logged = correct(
            session,
            actor,
            participant,
            _said(row, outcome, old.public_id, now),
            entry_id=old.public_id,
            reason=row.reason,
            protocol=protocol,
            now=now,
        )
        written.append(logged.entry)
    return written[0]


def _standing(
    session: Session,
    participant: Participant,
    row: CorrectionRequest,
    *,
    protocol: Protocol,
    now: datetime,
) -> list[DoseEntry]:
    """What counts in the slot now, the newest first."""
    key = SlotKey(row.slot_on, row.half)
    on = row.slot_on
    diary = read(session, participant, protocol, first_on=on, last_on=on, now=now)
    entries: list[Entry] = [e for e in sort_out(diary.entries).standing if e.slot == key]
    return [diary.rows[entry.id] for entry in reversed(entries)]


def _said(row: CorrectionRequest, outcome: Outcome, for_id: uuid.UUID, now: datetime) -> SaidDose:
    in_slot = SlotKey(row.slot_on, row.half)
    client_id = uuid.uuid5(row.public_id, str(for_id))
    if outcome is Outcome.RETRACTED:
        return SaidDose(
            client_id=client_id,
            entered_at=now,
            channel=Channel.CLINIC,
            slot=in_slot,
            outcome=outcome,
        )
    return SaidDose(
        client_id=client_id,
        entered_at=now,
        channel=Channel.CLINIC,
        slot=in_slot,
        outcome=outcome,
        taken_at=row.taken_at,
        given_ml=row.given_ml,
        vomited_after_minutes=row.vomited_after_minutes,
        missed_reason=row.missed_reason,
        second_dose=row.is_second_dose,
        second_dose_reason=row.reason if row.is_second_dose else None,
    )


def _told(said: SaidDose, reason: str) -> dict[str, object]:
    return {
        "slot_on": said.slot.on if said.slot else None,
        "half": said.slot.half if said.slot else None,
        "outcome": said.outcome,
        "given_ml": said.given_ml,
        "taken_at": said.claimed_at,
        "vomited_after_minutes": said.vomited_after_minutes,
        "missed_reason": said.missed_reason,
        "is_second_dose": said.second_dose,
        "reason": reason,
    }


def _act(
    action: str,
    participant: Participant,
    row: CorrectionRequest,
    *,
    new: Mapping[str, object],
    reason: str,
) -> Act:
    return Act(
        action=action,
        subject="correction_request",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        new=new,
        reason=reason,
    )

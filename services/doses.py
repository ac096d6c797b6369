"""Logging a dose, taking it back, correcting it: the one way into the diary (trial.md §5)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.diary import SlotState
from domain.entries import Channel, Outcome
from domain.lateness import hours
from domain.protocol import Protocol
from models.dose import DoseEntry
from models.participant import Participant
from services.actor import Actor, account_of
from services.alerts import raise_once
from services.audit import Act, record
from services.clinic_entries import check_far_back
from services.dose_guards import ask_first
from services.dose_matters import advice_of, matters_of, read_advice, write_advice
from services.dose_scene import Scene, look_around
from services.errors import NotFoundError, RefusedError
from services.once import first_result
from services.said_dose import SaidDose, content

# the reason that a retraction by the undo button gives
UNDONE: Final = "undo"

__all__ = ["UNDONE", "LoggedDose", "SaidDose", "correct", "entry_of_child", "log_dose", "undo"]


@dataclass(frozen=True, slots=True)
class LoggedDose:
    """`created` is False when the same client id had arrived before. `advice` names texts of the
    protocol to show word for word; `state` is what became of the slot."""

    entry: DoseEntry
    created: bool
    advice: tuple[str, ...]
    state: SlotState | None


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every step of one piece of writing needs."""

    session: Session
    actor: Actor
    participant: Participant
    protocol: Protocol
    now: datetime


@dataclass(frozen=True, slots=True)
class _Amendment:
    row: DoseEntry
    reason: str


def log_dose(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidDose,
    *,
    protocol: Protocol,
    now: datetime,
) -> LoggedDose:
    """Put what was said of a dose into the diary, once per client id.

    Whether the actor may write in this child's diary is for the caller to check. A person at a
    page is asked before a second or too early dose (NeedsConfirmationError `already_given`,
    `too_soon`; details `at`, `by`, `slot`); what comes by other ways already happened, so it is
    recorded, folded, and told to the clinic. Far back in the diary only some may write for the
    clinic (`needs_investigator`). Raises RefusedError (code and field) and
    ConflictError for the same id with other content.
    """
    if said.outcome is Outcome.RETRACTED:
        raise RefusedError("not_a_choice", "outcome")
    return _write(_Desk(session, actor, participant, protocol, now), said, None)


def correct(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidDose,
    *,
    entry_id: uuid.UUID,
    reason: str,
    protocol: Protocol,
    now: datetime,
) -> LoggedDose:
    """Say anew what the entry `entry_id` (public id) said wrongly; the old one stays visible.

    As `log_dose`; beside that RefusedError `needs_correction_request` when the entry itself is
    older than a family may correct, and `entry_superseded`.
    """
    desk = _Desk(session, actor, participant, protocol, now)
    row = entry_of_child(session, participant, entry_id)
    if not reason.strip():
        raise RefusedError("required", "reason")
    if row.outcome is Outcome.RETRACTED:
        raise RefusedError("entry_superseded", "reason")
    return _write(desk, said, _Amendment(row, reason.strip()))


def undo(
    session: Session,
    actor: Actor,
    participant: Participant,
    entry_id: uuid.UUID,
    *,
    protocol: Protocol,
    now: datetime,
) -> DoseEntry:
    """Take back an entry just made: a retraction is added. A second tap changes nothing.

    Raises RefusedError `undo_not_yours`, `undo_too_late` (correct it instead),
    `undo_not_possible` for a correction and `entry_superseded`.
    """
    desk = _Desk(session, actor, participant, protocol, now)
    _lock(desk)
    row = entry_of_child(session, participant, entry_id)
    client_id = uuid.uuid5(row.public_id, "undo")
    earlier = first_result(session, DoseEntry, _key(desk, client_id), {"amends_id": row.id})
    if earlier is not None:
        return earlier
    _check_undo(desk, row)
    back = _retraction(desk, row, client_id)
    _keep(desk, back, row, "undo_dose")
    return back


def entry_of_child(session: Session, participant: Participant, entry_id: uuid.UUID) -> DoseEntry:
    """An entry of this child by its public id. Raises NotFoundError."""
    row = session.scalar(
        select(DoseEntry).where(
            DoseEntry.participant_id == participant.id, DoseEntry.public_id == entry_id
        )
    )
    if row is None:
        raise NotFoundError
    return row


def _write(desk: _Desk, said: SaidDose, amendment: _Amendment | None) -> LoggedDose:
    _lock(desk)
    told = dict(content(said)) | {"amends_id": amendment.row.id if amendment else None}
    earlier = first_result(desk.session, DoseEntry, _key(desk, said.client_id), told)
    if earlier is not None:
        return _again(desk, earlier)
    if amendment is not None:
        _check_amendable(desk, amendment.row, said)
    amended = amendment.row if amendment else None
    scene = look_around(
        desk.session, desk.participant, said, amended, protocol=desk.protocol, now=desk.now
    )
    check_far_back(desk.session, desk.actor, said, scene)
    row = _row(desk, said, scene, amendment)
    view = scene.with_entry(desk.session, row)
    if said.channel is Channel.PAGE:
        ask_first(desk.session, said, view, desk.protocol)
    advice = advice_of(view, desk.protocol)
    row.advice_shown = write_advice(advice, desk.protocol)
    _keep(desk, row, amended, "correct_dose" if amended else "log_dose")
    for matter in matters_of(view, desk.protocol):
        raise_once(
            desk.session, desk.participant, matter, rule_version=desk.protocol.key, now=desk.now
        )
    return LoggedDose(row, True, advice, view.state)


def _again(desk: _Desk, row: DoseEntry) -> LoggedDose:
    """What the first arrival was answered."""
    scene = Scene.of_row(desk.session, desk.participant, row, protocol=desk.protocol, now=desk.now)
    return LoggedDose(row, False, read_advice(row), scene.diary.state(scene.slot.key))


def _lock(desk: _Desk) -> None:
    """One writer per child at a time: two phones at the same moment must see each other's dose.
    SQLite has one writer anyway, who holds the lock already."""
    if desk.session.get_bind().dialect.name == "sqlite":
        return
    child = select(Participant.id).where(Participant.id == desk.participant.id)
    desk.session.execute(child.with_for_update(key_share=True))


def _key(desk: _Desk, client_id: uuid.UUID) -> Mapping[str, object]:
    return {"participant_id": desk.participant.id, "client_id": client_id}


def _row(desk: _Desk, said: SaidDose, scene: Scene, amendment: _Amendment | None) -> DoseEntry:
    in_full = said.outcome in {Outcome.GIVEN, Outcome.VOMITED}
    return DoseEntry(
        public_id=uuid.uuid4(),
        client_id=said.client_id,
        participant_id=desk.participant.id,
        slot_on=scene.slot.on,
        half=scene.slot.half,
        outcome=said.outcome,
        order_id=int(scene.order.order_id),
        ordered_ml=scene.order.ml,
        given_ml=scene.order.ml if in_full else said.given_ml,
        taken_at=said.claimed_at,
        vomited_after_minutes=said.vomited_after_minutes,
        missed_reason=said.missed_reason,
        is_second_dose=said.second_dose,
        note=said.words,
        entered_at=said.entered_at,
        entered_zone=said.entered_zone,
        clock_offset_seconds=said.clock_offset_seconds,
        received_at=desk.now,
        entered_by_id=account_of(desk.actor),
        channel=said.channel,
        source=said.source,
        is_late_entry=scene.is_late_entry,
        amends_id=amendment.row.id if amendment else None,
        amend_reason=amendment.reason if amendment else None,
    )


def _retraction(desk: _Desk, row: DoseEntry, client_id: uuid.UUID) -> DoseEntry:
    return DoseEntry(
        client_id=client_id,
        participant_id=row.participant_id,
        slot_on=row.slot_on,
        half=row.half,
        outcome=Outcome.RETRACTED,
        order_id=row.order_id,
        ordered_ml=row.ordered_ml,
        is_second_dose=False,
        entered_at=desk.now,
        received_at=desk.now,
        entered_by_id=account_of(desk.actor),
        channel=Channel(desk.actor.channel),
        is_late_entry=False,
        amends_id=row.id,
        amend_reason=UNDONE,
    )


def _keep(desk: _Desk, row: DoseEntry, amended: DoseEntry | None, action: str) -> None:
    desk.session.add(row)
    desk.session.flush()
    act = Act(
        action=action,
        subject="dose_entry",
        subject_id=row.id,
        participant_id=desk.participant.id,
        site_id=desk.participant.site_id,
        old=_facts(amended) if amended else None,
        new=_facts(row),
        reason=row.amend_reason,
    )
    record(desk.session, desk.actor, act, desk.now)


def _facts(row: DoseEntry) -> Mapping[str, object]:
    names = ("slot_on", "half", "outcome", "taken_at", "given_ml", "vomited_after_minutes")
    more = ("missed_reason", "is_second_dose", "source")
    facts = {name: getattr(row, name) for name in (*names, *more)}
    return {name: value for name, value in facts.items() if value is not None}


def _check_undo(desk: _Desk, row: DoseEntry) -> None:
    rules = desk.protocol.slots
    if row.entered_by_id != desk.actor.account_id:
        raise RefusedError("undo_not_yours")
    if desk.now - row.received_at > timedelta(
        seconds=rules.undo_seconds + rules.undo_grace_seconds
    ):
        raise RefusedError("undo_too_late")
    # taking a correction back would leave two rows to amend the first one; it is corrected again
    if row.amends_id is not None:
        raise RefusedError("undo_not_possible")
    _check_not_amended(desk, row)


def _check_amendable(desk: _Desk, row: DoseEntry, said: SaidDose) -> None:
    _check_not_amended(desk, row)
    if said.channel is Channel.CLINIC:
        return
    told_at = row.taken_at or row.received_at
    if desk.now - told_at > hours(desk.protocol.slots.log_back_hours):
        raise RefusedError("needs_correction_request", "taken_at")


def _check_not_amended(desk: _Desk, row: DoseEntry) -> None:
    later = select(DoseEntry.id).where(DoseEntry.amends_id == row.id)
    if desk.session.scalar(later) is not None:
        raise RefusedError("entry_superseded")

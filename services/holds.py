"""Pausing the medicine and going on: a hold is a signed order too (trial.md §2)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.orders import OrderKind, order_at
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.order import DoseOrder
from models.participant import Participant
from services.access import Permission
from services.actor import Actor, ActorKind, account_of
from services.errors import ForbiddenError, RefusedError
from services.once import add_once, first_result
from services.order_history import signed_orders, step_of
from services.order_slots import check_from_slot
from services.orders import audit_order, check_may_order


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidHold:
    """No doses from `from_slot` on; `until_slot`, if known, is the first slot dosed again."""

    client_id: uuid.UUID
    from_slot: SlotKey
    reason: str
    until_slot: SlotKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRestart:
    """The slot from which the dose ordered before the hold is given again."""

    client_id: uuid.UUID
    from_slot: SlotKey
    reason: str


def hold(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidHold,
    *,
    protocol: Protocol,
    now: datetime,
) -> DoseOrder:
    """Pause the medicine. Held slots are not missed doses, and reminders fall silent.

    Raises ForbiddenError; RefusedError `nothing_to_hold` when no dose is ordered at that slot,
    `until_not_after_from`, and those of `check_from_slot`; ConflictError.
    """
    _check_person(actor, participant)
    fields = {**_slot_fields(said.from_slot, said.until_slot), "reason": said.reason.strip()}
    earlier = first_result(session, DoseOrder, _key(participant, said.client_id), fields)
    if earlier is not None:
        return earlier
    _check_reason(said.reason)
    check_from_slot(session, participant, said.from_slot, now=now)
    if said.until_slot is not None and said.until_slot <= said.from_slot:
        raise RefusedError("until_not_after_from", "until_on")
    ruling = _ruling(session, participant, said.from_slot)
    if ruling is None or ruling.kind is not OrderKind.DOSE:
        raise RefusedError("nothing_to_hold", "from_on")
    return _add(session, actor, participant, said, fields=fields, protocol=protocol, now=now)


def open_hold(session: Session, participant: Participant, slot: SlotKey) -> DoseOrder | None:
    """The hold that rules just before `slot` or at it, and could end there."""
    for at in (slot, slot.shifted(-1)):
        row = _ruling(session, participant, at)
        if row is not None and row.kind is OrderKind.HOLD:
            return row
    return None


def restart(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidRestart,
    *,
    protocol: Protocol,
    now: datetime,
) -> DoseOrder:
    """End a hold at a slot, sooner or later than it said: a new row takes the old one's place.

    To go on with another dose, write an order instead. Raises ForbiddenError; RefusedError
    `no_hold`, and those of `check_from_slot`; ConflictError.
    """
    _check_person(actor, participant)
    key = _key(participant, said.client_id)
    until = {"until_on": said.from_slot.on, "until_half": said.from_slot.half}
    earlier = first_result(session, DoseOrder, key, {**until, "reason": said.reason.strip()})
    if earlier is not None:
        return earlier
    _check_reason(said.reason)
    check_from_slot(session, participant, said.from_slot, now=now)
    held = open_hold(session, participant, said.from_slot)
    if held is None or said.from_slot <= SlotKey(held.from_on, held.from_half):
        raise RefusedError("no_hold", "from_on")
    begun = {"from_on": held.from_on, "from_half": held.from_half}
    fields = {**begun, **until, "reason": said.reason.strip(), "amends_id": held.id}
    return _add(session, actor, participant, said, fields=fields, protocol=protocol, now=now)


def _ruling(session: Session, participant: Participant, slot: SlotKey) -> DoseOrder | None:
    rows = {str(row.id): row for row in signed_orders(session, participant.id)}
    step = order_at([step_of(row) for row in rows.values()], slot)
    return None if step is None else rows[step.order_id]


def _key(participant: Participant, client_id: uuid.UUID) -> dict[str, Any]:
    return {"participant_id": participant.id, "client_id": client_id}


def _slot_fields(from_slot: SlotKey, until: SlotKey | None) -> dict[str, Any]:
    return {
        "kind": OrderKind.HOLD,
        "from_on": from_slot.on,
        "from_half": from_slot.half,
        "until_on": None if until is None else until.on,
        "until_half": None if until is None else until.half,
    }


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise RefusedError("reason_needed", "reason")


def _check_person(actor: Actor, participant: Participant) -> None:
    """A pause takes effect at once, so a person must stand behind it: machines only draft doses."""
    check_may_order(actor, participant)
    if actor.kind is not ActorKind.STAFF:
        raise ForbiddenError(Permission.ORDER)


def _add(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidHold | SaidRestart,
    *,
    fields: dict[str, Any],
    protocol: Protocol,
    now: datetime,
) -> DoseOrder:
    key = _key(participant, said.client_id)
    row = DoseOrder(
        **key,
        **{"kind": OrderKind.HOLD, **fields},
        guards=[],
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
        signed_at=now,
        signed_by_id=account_of(actor),
    )
    row, is_new = add_once(session, row, key, fields)
    if is_new:
        action = "order.hold_ended" if row.amends_id else "order.held"
        audit_order(session, actor, participant, row, action=action, now=now)
    return row

"""Writing and signing dose orders, with the guards of trial.md §2.

An order is valid, and visible to families, from the moment `signed_at` is set. Until then
`signed_by` may already hold the first prescriber of an order that needs two.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.dosing import exact
from domain.order_guards import Guard, OrderAnswers, open_guards
from domain.orders import OrderKind
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.laboratory import Level
from models.order import DoseOrder
from models.participant import Participant
from services.access import Permission, may
from services.actor import Actor, ActorKind, account_of
from services.audit import Act, record
from services.errors import (
    ForbiddenError,
    NeedsConfirmationError,
    NotFoundError,
    RefusedError,
)
from services.measurements import kept, surface_of
from services.once import add_once, first_result
from services.order_history import signed_orders
from services.order_slots import check_from_slot
from services.order_weighing import SaidOrder, WeighedOrder, weigh
from services.results import find_result
from services.visits import replan

__all__ = ["SaidOrder", "WeighedOrder", "weigh", "write_order"]


def write_order(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidOrder,
    *,
    protocol: Protocol,
    now: datetime,
) -> DoseOrder:
    """Write an order and sign it, unless a guard or a machine's hand asks for a (second) person.

    Raises ForbiddenError; RefusedError; NeedsConfirmationError with the guards still open, until
    they come in `confirmed` (and the mL typed again where asked); ConflictError.
    """
    check_may_order(actor, participant)
    content = _said(session, participant, said)
    key = {"participant_id": participant.id, "client_id": said.client_id}
    earlier = first_result(session, DoseOrder, key, content)
    if earlier is not None:
        return earlier
    if not said.reason.strip():
        raise RefusedError("reason_needed", "reason")
    check_from_slot(session, participant, said.from_slot, now=now)
    weighed = weigh(session, participant, said, protocol=protocol, now=now)
    _check_guards(actor, said, weighed)
    row = _row(actor, content, weighed, protocol=protocol, key=key, now=now)
    row, is_new = add_once(session, row, key, content)
    if is_new:
        audit_order(session, actor, participant, row, action="order.written", now=now)
        if weighed.is_first and row.signed_at is not None:
            on = said.from_slot.on
            replan(session, actor, participant, protocol=protocol, first_dose_on=on, now=now)
    return row


def check_may_order(actor: Actor, participant: Participant) -> None:
    if not may(actor, Permission.ORDER, participant.site_id):
        raise ForbiddenError(Permission.ORDER)


def sign_order(
    session: Session,
    actor: Actor,
    participant: Participant,
    order_id: uuid.UUID,
    *,
    protocol: Protocol,
    now: datetime,
) -> DoseOrder:
    """Put a signature under an order that waits for one: the second, or the first under a draft.

    Signing again what one has signed changes nothing. Raises NotFoundError; ForbiddenError, also
    for machines; RefusedError `second_person_needed`, `order_overtaken`, or `from_slot_passed`.
    """
    check_may_order(actor, participant)
    if actor.kind is not ActorKind.STAFF:
        raise ForbiddenError(Permission.ORDER)
    row = order_of(session, participant, order_id)
    me = account_of(actor)
    if row.signed_at is not None and me in {row.signed_by_id, row.second_signed_by_id}:
        return row
    check_still_open(session, participant, row, now=now)
    if row.signed_by_id is None:
        row.signed_by_id = me
        row.signed_at = None if needs_two(row) else now
    elif row.signed_by_id == me:
        raise RefusedError("second_person_needed")
    else:
        row.second_signed_by_id, row.second_signed_at, row.signed_at = me, now, now
    session.flush()
    audit_order(session, actor, participant, row, action="order.signed", now=now)
    if row.signed_at is not None and len(signed_orders(session, participant.id)) == 1:
        replan(session, actor, participant, protocol=protocol, first_dose_on=row.from_on, now=now)
    return row


def needs_two(row: DoseOrder) -> bool:
    return Guard.SECOND_SIGNATURE.value in row.guards


def orders_of(session: Session, participant_id: int) -> Sequence[DoseOrder]:
    """Everything ever ordered for a child, signed or not, the newest first."""
    return session.scalars(
        select(DoseOrder)
        .where(DoseOrder.participant_id == participant_id)
        .order_by(DoseOrder.recorded_at.desc(), DoseOrder.id.desc())
    ).all()


def order_of(session: Session, participant: Participant, order_id: uuid.UUID) -> DoseOrder:
    row = session.scalar(
        select(DoseOrder).where(
            DoseOrder.participant_id == participant.id, DoseOrder.public_id == order_id
        )
    )
    if row is None:
        raise NotFoundError
    return row


def check_still_open(
    session: Session, participant: Participant, row: DoseOrder, *, now: datetime
) -> None:
    """An order that waited too long is written anew, so that its guards look at today's facts.

    Raises RefusedError `order_overtaken` when another one was signed since, `already_signed`, or
    what `check_from_slot` raises.
    """
    if row.signed_at is not None:
        raise RefusedError("already_signed")
    if is_overtaken(row, signed_orders(session, participant.id)):
        raise RefusedError("order_overtaken")
    check_from_slot(session, participant, SlotKey(row.from_on, row.from_half), now=now)


def is_overtaken(row: DoseOrder, signed: Sequence[DoseOrder]) -> bool:
    """Of two at the same instant the one written later overtakes."""
    written = (row.recorded_at, row.id)
    return any(other.signed_at and (other.signed_at, other.id) > written for other in signed)


def audit_order(
    session: Session,
    actor: Actor,
    participant: Participant,
    row: DoseOrder,
    *,
    action: str,
    now: datetime,
) -> None:
    names = (
        *("kind", "from_on", "from_half", "until_on", "until_half", "prescribed_mg", "given_ml"),
        *("guards", "signed_at", "signed_by_id", "second_signed_by_id", "rule_version"),
        *("level_id", "proposal"),
    )
    facts = {name: getattr(row, name) for name in names}
    new = {name: value for name, value in facts.items() if value is not None}
    act = Act(action, "dose_order", row.id, participant.id, participant.site_id, new=new)
    record(session, actor, replace(act, reason=row.reason), now)


def _check_guards(actor: Actor, said: SaidOrder, weighed: WeighedOrder) -> None:
    answers = OrderAnswers(
        prescriber=str(account_of(actor)),
        reason=said.reason if Guard.CONFIRM_WITH_REASON in said.confirmed else "",
        retyped_ml=said.retyped_ml,
        warning_read=Guard.UNDER_AGE_WARNING in said.confirmed,
    )
    still_open = open_guards(weighed.guards, answers, weighed.amount.given_ml)
    asked_of_writer = still_open - {Guard.SECOND_SIGNATURE}
    if Guard.RETYPE_ML in asked_of_writer and said.retyped_ml is not None:
        raise RefusedError("retyped_ml_differs", "retyped_ml")
    if asked_of_writer:
        raise NeedsConfirmationError(tuple(sorted(asked_of_writer)))


def _said(session: Session, participant: Participant, said: SaidOrder) -> dict[str, Any]:
    mg = None if said.prescribed_mg is None else kept(said.prescribed_mg)
    level = said.level and find_result(session, Level, participant, said.level).id
    given = {"given_ml": said.given_ml, "prescribed_mg": mg, "level_id": level}
    return {
        "kind": OrderKind.DOSE,
        "from_on": said.from_slot.on,
        "from_half": said.from_slot.half,
        "reason": said.reason.strip(),
        **{name: value for name, value in given.items() if value is not None},
    }


def _row(
    actor: Actor,
    content: dict[str, Any],
    weighed: WeighedOrder,
    *,
    protocol: Protocol,
    key: dict[str, Any],
    now: datetime,
) -> DoseOrder:
    amount, size = weighed.amount, weighed.measured
    by_person = actor.kind is ActorKind.STAFF
    complete = by_person and Guard.SECOND_SIGNATURE not in weighed.guards
    surface = surface_of(size)
    with exact():
        per_m2 = kept(amount.given_mg / surface.m2)
    return DoseOrder(
        **key,
        **content | {"given_ml": amount.given_ml, "prescribed_mg": kept(amount.prescribed_mg)},
        proposal=weighed.document,
        strength_mg_per_ml=protocol.dosing.strength_mg_per_ml,
        rounding_error_mg=kept(amount.rounding_error_mg),
        dose_mg_per_m2=per_m2,
        height_cm=size.height_cm,
        weight_kg=size.weight_kg,
        measured_on=size.measured_on,
        bsa_m2=kept(surface.m2),
        bsa_formula=surface.formula,
        guards=sorted(weighed.guards),
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
        signed_by_id=account_of(actor) if by_person else None,
        signed_at=now if complete else None,
    )

"""Dose orders: the history, a new one, and the signatures."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.order_forms import OrderForm, OrderSchema, Unit
from clinician.place import Place, place_of
from clinician.presenters_orders import order_check, order_rows, slot_words
from clinician.signing import needs_code, signed_now
from clinician.work_words import GUARDS, HALVES, options
from domain.errors import DomainError
from domain.orders import OrderKind, order_at
from models.order import DoseOrder
from services import orders as ordering
from services.access import Permission
from services.errors import NeedsConfirmationError, RefusedError
from services.growth import has_outgrown_order
from services.order_history import order_history
from services.order_slots import check_from_slot, earliest_slot, is_given
from services.orders import WeighedOrder, order_of, orders_of, weigh, write_order
from services.people import names_of
from services.starting_dose import propose_start
from web.forms import Filled, blank, read_form
from web.sentences import sentence

_ORDERS = "/participants/<uuid:participant>/orders"


@blueprint.get(_ORDERS)
def orders(participant: UUID) -> str:
    """What is ordered now, what waits for a signature, and everything before."""
    place = place_of(participant)
    rows = orders_of(place.session, place.child.id)
    now_slot = earliest_slot(place.session, place.child, now=place.now)
    ruling = order_at(order_history(place.session, place.child.id), now_slot)
    return place.show(
        "orders",
        "orders",
        rows=order_rows(rows, _names(place, rows)),
        ruling=ruling,
        is_held=ruling is not None and ruling.kind is OrderKind.HOLD,
        has_orders=bool(rows),
        has_outgrown=has_outgrown_order(place.session, place.child, protocol=place.protocol),
    )


@blueprint.route(f"{_ORDERS}/new", methods=["GET", "POST"])
def new_order(participant: UUID) -> ResponseReturnValue:
    """Dose and slot → check (mg, mL, rounding, guards) → sign. Written only with the signature."""
    place = place_of(participant, Permission.ORDER)
    if request.method != "POST":
        return _form(place, blank(_first_values(place)))
    filled = read_form(OrderSchema(), OrderForm)
    if filled.form is None:
        return _form(place, filled), 422
    try:
        weighed = _weighed(place, filled.form)
    except (RefusedError, DomainError) as error:
        return _form(place, filled.refused(error)), 422
    match request.form.get("step"):
        case "change":
            return _form(place, filled)
        case "sign":
            return _sign_new(place, filled, filled.form, weighed)
        case _:
            return _check(place, filled, filled.form, weighed)


@blueprint.route(f"{_ORDERS}/<uuid:order>/sign", methods=["GET", "POST"])
def sign_order(participant: UUID, order: UUID) -> ResponseReturnValue:
    """The second signature, or the first under another program's draft."""
    place = place_of(participant, Permission.ORDER)
    row = order_of(place.session, place.child, order)
    if request.method != "POST":
        return _sign_page(place, row, blank())
    filled: Filled[Any] = blank()
    try:
        signed_now()
        ordering.sign_order(
            place.session, place.actor, place.child, order, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _sign_page(place, row, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.orders", participant=participant), 303)


def _sign_new(
    place: Place, filled: Filled[OrderForm], form: OrderForm, weighed: WeighedOrder
) -> ResponseReturnValue:
    try:
        signed_now()
        said = form.said(_starting_mg(place, form))
        write_order(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _check(place, filled.refused(error), form, weighed), 422
    except NeedsConfirmationError as error:
        for warning in error.warnings:
            filled = filled.with_error(_field_of(warning), sentence(warning))
        return _check(place, filled, form, weighed), 422
    place.session.commit()
    return redirect(url_for("clinician.orders", participant=place.child.public_id), 303)


def _field_of(warning: str) -> str:
    return "retyped_ml" if warning == "retype_ml" else f"confirmed-{warning}"


def _weighed(place: Place, form: OrderForm) -> WeighedOrder:
    """The order worked out, after the checks that need no signature."""
    said = form.said(_starting_mg(place, form))
    check_from_slot(place.session, place.child, said.from_slot, now=place.now)
    return weigh(place.session, place.child, said, protocol=place.protocol, now=place.now)


def _starting_mg(place: Place, form: OrderForm) -> Decimal:
    """Unrounded; asked only where the arm's starting dose is chosen."""
    if form.unit is not Unit.START:
        return Decimal(0)
    start = propose_start(place.session, place.child, protocol=place.protocol, on=form.from_on)
    return start.amount.prescribed_mg


def _first_values(place: Place) -> dict[str, str]:
    """The next slot that can still be ordered for; for a first order, the arm's dose."""
    slot = earliest_slot(place.session, place.child, now=place.now)
    if is_given(place.session, place.child, slot):
        slot = slot.shifted(1)
    first = not order_history(place.session, place.child.id)
    values = {"from_on": slot.on.isoformat(), "from_half": slot.half.value}
    return {**values, "unit": Unit.START.value if first else Unit.ML.value}


def _form(place: Place, filled: Filled[Any]) -> str:
    start = propose_start(place.session, place.child, protocol=place.protocol, on=place.today)
    ruling = order_at(
        order_history(place.session, place.child.id),
        earliest_slot(place.session, place.child, now=place.now),
    )
    return place.show(
        "order_new",
        "orders",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        halves=options(HALVES),
        start=start,
        ruling=ruling,
        is_first=not order_history(place.session, place.child.id),
        has_outgrown=has_outgrown_order(place.session, place.child, protocol=place.protocol),
        note=place.text(place.protocol.dosing.neonatal_note) if start.warnings else "",
    )


def _check(place: Place, filled: Filled[Any], form: OrderForm, weighed: WeighedOrder) -> str:
    return place.show(
        "order_check",
        "orders",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        check=order_check(weighed),
        begins=slot_words(form.from_on, form.from_half),
        guard_words=GUARDS,
        note=place.text(place.protocol.dosing.neonatal_note),
        needs_code=needs_code(),
    )


def _sign_page(place: Place, row: DoseOrder, filled: Filled[Any]) -> str:
    shown = order_rows([row], _names(place, [row]))[0]
    return place.show(
        "order_sign",
        "orders",
        shown=shown,
        errors=filled.errors,
        is_mine=row.signed_by_id == place.actor.account_id,
        needs_code=needs_code(),
    )


def _names(place: Place, rows: Iterable[DoseOrder]) -> dict[int, str]:
    signers = [(row.signed_by_id, row.second_signed_by_id) for row in rows]
    return names_of(place.session, [one for pair in signers for one in pair])

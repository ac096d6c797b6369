"""A new dose order, and the signatures under it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.order_forms import OrderForm, OrderSchema, Unit
from clinician.order_place import (
    adjustment_for,
    note_of,
    ruling_now,
    signers_of,
    size_now,
)
from clinician.place import Place, place_of
from clinician.presenters_orders import order_check, order_rows, slot_words
from clinician.presenters_proposals import ProposalView, proposal_view
from clinician.signing import needs_code, signed_now
from clinician.work_words import GUARDS, HALVES, options
from domain.errors import DomainError
from domain.order_guards import Guard
from models.order import DoseOrder
from services import orders as ordering
from services.access import Permission
from services.adjustments import document_of
from services.errors import NeedsConfirmationError, RefusedError
from services.order_history import order_history
from services.order_slots import check_from_slot, earliest_slot, is_given
from services.order_weighing import WeighedOrder, weigh
from services.orders import order_of, write_order
from services.records import is_kept
from services.starting_dose import propose_start
from web.forms import Filled, blank, read_form
from web.sentences import sentence

_ORDERS = "/participants/<uuid:participant>/orders"


@blueprint.route(f"{_ORDERS}/new", methods=["GET", "POST"])
def new_order(participant: UUID) -> ResponseReturnValue:
    """Dose and slot → check (mg, mL, rounding, guards) → sign. Written only with the signature."""
    place = place_of(participant, Permission.ORDER)
    if request.method != "POST":
        return _form(place, blank(_first_values(place)))
    filled = read_form(OrderSchema(), OrderForm)
    if filled.form is None:
        return _form(place, filled), 422
    if request.form.get("step") == "sign" and _came_before(place, filled.form):
        return _repeat(place, filled.form)
    try:
        weighed = _weighed(place, filled.form)
    except (RefusedError, DomainError) as error:
        return _form(place, _beside(filled, error)), 422
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


def _came_before(place: Place, form: OrderForm) -> bool:
    key = {"participant_id": place.child.id, "client_id": form.client_id}
    return is_kept(place.session, DoseOrder, key)


def _repeat(place: Place, form: OrderForm) -> ResponseReturnValue:
    """The same form once more: its order stands, though the facts it was weighed with moved on."""
    said = form.said(_starting_mg(place, form))
    write_order(
        place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
    )
    return redirect(url_for("clinician.orders", participant=place.child.public_id), 303)


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


def _beside(filled: Filled[Any], error: RefusedError | DomainError) -> Filled[Any]:
    """On this form both amounts are one field, and a proposal is a choice."""
    fields = {"given_ml": "amount", "prescribed_mg": "amount"}
    name = "unit" if "proposal" in error.code else fields.get(getattr(error, "field", None) or "")
    if name is None:
        return filled.refused(error)
    return filled.with_error(name, sentence(error.code))


def _first_values(place: Place) -> dict[str, str]:
    """The next slot that can still be ordered for; for a first order, the arm's dose."""
    slot = earliest_slot(place.session, place.child, now=place.now)
    if is_given(place.session, place.child, slot):
        slot = slot.shifted(1)
    first = not order_history(place.session, place.child.id)
    unit = Unit.START if first else Unit.ML
    values = {"from_on": slot.on.isoformat(), "from_half": slot.half.value, "unit": unit.value}
    level = request.args.get("level", type=UUID)
    if level is None:
        return values
    taken = {"unit": Unit.PROPOSAL.value} if request.args.get("take") else {}
    return {**values, "level": str(level), **taken}


def _form(place: Place, filled: Filled[Any]) -> str:
    start = propose_start(place.session, place.child, protocol=place.protocol, on=place.today)
    found = adjustment_for(place, _ident(filled.values.get("level")), [])
    return place.show(
        "order_new",
        "orders",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        halves=options(HALVES),
        start=start,
        rule_version=place.protocol.key,
        ruling=ruling_now(place),
        is_first=not order_history(place.session, place.child.id),
        size=size_now(place),
        next_dose=proposal_view(document_of(found), place.child, place.zone) if found else None,
        note=place.text(place.protocol.dosing.neonatal_note) if start.warnings else "",
    )


def _ident(typed: object) -> UUID | None:
    try:
        return UUID(str(typed)) if typed else None
    except ValueError:
        return None


def _check(place: Place, filled: Filled[Any], form: OrderForm, weighed: WeighedOrder) -> str:
    return place.show(
        "order_check",
        "orders",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        check=order_check(weighed),
        rule_version=place.protocol.key,
        begins=slot_words(form.from_on, form.from_half),
        guard_words=GUARDS,
        next_dose=_proposal_of(place, weighed),
        seen_ml=weighed.amount.given_ml if weighed.takes_proposal else None,
        note=place.text(place.protocol.dosing.neonatal_note),
        needs_code=needs_code(),
    )


def _sign_page(place: Place, row: DoseOrder, filled: Filled[Any]) -> str:
    shown = order_rows([row], signers_of(place, [row]))[0]
    return place.show(
        "order_sign",
        "orders",
        shown=shown,
        proposal=proposal_view(row.proposal, place.child, place.zone) if row.proposal else None,
        guards=[GUARDS[Guard(code)] for code in row.guards],
        note=note_of(place, row),
        errors=filled.errors,
        is_mine=row.signed_by_id == place.actor.account_id,
        needs_code=needs_code(),
    )


def _proposal_of(place: Place, weighed: WeighedOrder) -> ProposalView | None:
    document = weighed.document
    return proposal_view(document, place.child, place.zone) if document else None

"""Orders in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from clinician.amounts import short, signed_short
from clinician.order_words import GUARDS_MET
from clinician.result_words import word
from clinician.work_words import HALVES
from domain.order_guards import Guard
from domain.orders import OrderKind
from domain.protocol import Half
from domain.slots import SlotKey
from models.order import DoseOrder
from services.growth import SizeReview
from services.measurements import surface_of
from services.order_weighing import WeighedOrder
from services.orders import is_overtaken
from web.formats import day, millilitres, plain_amount


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the history. `waits` means that a signature could still make it valid."""

    row: DoseOrder
    what: str
    detail: str
    begins: str
    ends: str
    state: str
    signers: tuple[str, ...]
    waits: bool
    rests_on: str


@dataclass(frozen=True, slots=True)
class SizeWords:
    """The dose ordered last against the body of then and of now."""

    is_due: bool
    measured_on: str
    change: str
    mg: str
    per_m2_then: str
    per_m2_now: str
    surface_then: str
    surface_now: str


@dataclass(frozen=True, slots=True)
class OrderCheck:
    """An order before it is signed, with the guards to confirm and what each says."""

    ml: str
    given_mg: str
    prescribed_mg: str
    rounding: str
    per_m2: str
    change: str
    before: str
    size: str
    bsa: str
    confirm: tuple[Guard, ...]
    needs_retype: bool
    needs_second: bool
    is_first: bool


def slot_words(on: date | None, half: Half | None) -> str:
    """10 Mar 2026, Morning; nothing for the end of an order that has none."""
    return f"{day(on)}, {HALVES[half]}" if on is not None and half is not None else ""


def order_rows(rows: Sequence[DoseOrder], names: Mapping[int, str]) -> list[OrderRow]:
    """The history, the newest first; `names` by account id."""
    signed_rows = [row for row in rows if row.signed_at is not None]
    amended = {row.amends_id for row in signed_rows}
    return [
        OrderRow(
            row=row,
            what=_what(row),
            detail=_detail(row),
            begins=slot_words(row.from_on, row.from_half),
            ends=_ends(row, signed_rows),
            state=_state(row, signed_rows, row.id in amended),
            signers=_signers(row, names),
            waits=row.signed_at is None and not is_overtaken(row, signed_rows),
            rests_on=_rests_on(row),
        )
        for row in rows
    ]


def _ends(row: DoseOrder, signed_rows: Sequence[DoseOrder]) -> str:
    """The first slot of the dose or stop signed since; of a hold its restart."""
    if row.kind is OrderKind.HOLD or row.signed_at is None:
        return slot_words(row.until_on, row.until_half)
    since = [
        SlotKey(later.from_on, later.from_half)
        for later in signed_rows
        if later.kind is not OrderKind.HOLD and _is_later(later, row)
    ]
    end = min(since, default=None)
    return "" if end is None else slot_words(end.on, end.half)


def _is_later(later: DoseOrder, row: DoseOrder) -> bool:
    if later.signed_at is None or row.signed_at is None:
        return False
    return (later.signed_at, later.id) > (row.signed_at, row.id)


def _rests_on(row: DoseOrder) -> str:
    """The formula's proposal, another dose in view of a level, or no level at all."""
    if row.kind is not OrderKind.DOSE:
        return ""
    if row.proposal is None:
        return str(_("written by hand"))
    result = row.proposal["result"]
    if row.proposal["taken"]:
        return str(_("the proposal for %(level)s ng/mL", level=result))
    return str(_("written by hand for %(level)s ng/mL", level=result))


def _what(row: DoseOrder) -> str:
    if row.kind is OrderKind.HOLD:
        return str(_("Hold"))
    if row.kind is OrderKind.STOP or row.given_ml is None:
        return str(_("Stop"))
    return millilitres(row.given_ml)


def _detail(row: DoseOrder) -> str:
    if row.given_ml is None or row.prescribed_mg is None or row.strength_mg_per_ml is None:
        return ""
    given = plain_amount(row.given_ml * row.strength_mg_per_ml)
    rounding = signed_short(row.rounding_error_mg or Decimal(0), 4)
    return str(
        _(
            "%(given)s mg given, %(prescribed)s mg prescribed, rounding %(rounding)s mg",
            given=given,
            prescribed=short(row.prescribed_mg, 4),
            rounding=rounding,
        )
    )


def _state(row: DoseOrder, signed_rows: Sequence[DoseOrder], is_amended: bool) -> str:
    if is_amended:
        return str(_("replaced"))
    if row.signed_at is not None:
        return str(_("signed"))
    overtaken = is_overtaken(row, signed_rows)
    return str(_("never signed") if overtaken else _("waits for a signature"))


def _signers(row: DoseOrder, names: Mapping[int, str]) -> tuple[str, ...]:
    ids = (row.signed_by_id, row.second_signed_by_id)
    return tuple(names.get(account, "?") for account in ids if account is not None)


def order_check(weighed: WeighedOrder) -> OrderCheck:
    """Everything a prescriber should see before signing."""
    amount, size, surface = weighed.amount, weighed.measured, surface_of(weighed.measured)
    guards = weighed.guards
    return OrderCheck(
        ml=millilitres(amount.given_ml),
        given_mg=plain_amount(amount.given_mg),
        prescribed_mg=short(amount.prescribed_mg, 4),
        rounding=signed_short(amount.rounding_error_mg, 4),
        per_m2=short(amount.given_mg / surface.m2, 2),
        change=_change(amount.given_mg, weighed.reference_mg),
        before=plain_amount(weighed.reference_mg),
        size=f"{size.height_cm:f} cm, {size.weight_kg:f} kg ({day(size.measured_on)})",
        bsa=f"{short(surface.m2, 4)} m² ({surface.formula.capitalize()})",
        confirm=tuple(
            guard
            for guard in (Guard.UNDER_AGE_WARNING, Guard.CONFIRM_WITH_REASON)
            if guard in guards
        ),
        needs_retype=Guard.RETYPE_ML in guards,
        needs_second=Guard.SECOND_SIGNATURE in guards,
        is_first=weighed.is_first,
    )


def _change(given: Decimal, before: Decimal) -> str:
    """ "+18.8 %" against the dose before."""
    return f"{signed_short((given - before) / before * 100, 1)} %"


def order_basis(row: DoseOrder) -> list[tuple[str, str]]:
    """Everything a dose order was computed from, as name and value."""
    if row.given_ml is None or row.strength_mg_per_ml is None or row.bsa_m2 is None:
        return []
    given = row.given_ml * row.strength_mg_per_ml
    size = f"{row.height_cm:f} cm, {row.weight_kg:f} kg"
    met = [str(word(GUARDS_MET, code)) for code in row.guards]
    return [
        (_("Prescribed"), f"{short(row.prescribed_mg or Decimal(0), 4)} mg"),
        (_("On the syringe"), f"{millilitres(row.given_ml)} = {plain_amount(given)} mg"),
        (_("Rounding"), f"{signed_short(row.rounding_error_mg or Decimal(0), 4)} mg"),
        (_("For body surface"), f"{short(row.dose_mg_per_m2 or Decimal(0), 3)} mg/m²"),
        (_("Size"), f"{size} ({day(row.measured_on)})" if row.measured_on else size),
        (_("Body surface"), f"{short(row.bsa_m2, 4)} m² ({(row.bsa_formula or '').capitalize()})"),
        (_("Guards"), "; ".join(met) or str(_("none touched"))),
    ]


def size_words(review: SizeReview | None) -> SizeWords | None:
    """None before the first order."""
    if review is None:
        return None
    return SizeWords(
        is_due=review.is_due,
        measured_on=day(review.measured.measured_on),
        change=f"{signed_short(review.change * 100, 1)} %",
        mg=plain_amount(review.mg),
        per_m2_then=short(review.mg_per_m2_then, 3),
        per_m2_now=short(review.mg_per_m2_now, 3),
        surface_then=short(review.then.m2, 4),
        surface_now=short(review.now.m2, 4),
    )

"""What several pages about the orders of a child ask for."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from clinician.place import Place
from clinician.presenters_orders import SizeWords, size_words
from domain.order_guards import Guard
from domain.orders import OrderStep, order_at
from models.laboratory import Level
from models.order import DoseOrder
from services.adjustments import Adjustment, adjustment, level_named
from services.growth import size_review
from services.order_history import order_history
from services.order_slots import earliest_slot
from services.people import names_of


def ruling_now(place: Place) -> OrderStep | None:
    """The order of the dose time nearest to now."""
    now_slot = earliest_slot(place.session, place.child, now=place.now)
    return order_at(order_history(place.session, place.child.id), now_slot)


def adjustment_for(
    place: Place, public_id: UUID | None, levels: Sequence[Level]
) -> Adjustment | None:
    """What the formula says to the level that is asked for, or to the newest of `levels`."""
    level = levels[0] if levels else None
    if public_id is not None:
        level = level_named(place.session, place.child, public_id)
    if level is None:
        return None
    return adjustment(place.session, place.child, level, protocol=place.protocol, now=place.now)


def size_now(place: Place) -> SizeWords | None:
    """The dose ordered last against the body of now."""
    return size_words(size_review(place.session, place.child, protocol=place.protocol))


def note_of(place: Place, row: DoseOrder) -> str:
    """The warning for a child so young, with the words of its source."""
    is_young = Guard.UNDER_AGE_WARNING.value in row.guards
    return place.text(place.protocol.dosing.neonatal_note) if is_young else ""


def signers_of(place: Place, rows: Iterable[DoseOrder]) -> dict[int, str]:
    """Names by account id."""
    signers = [(row.signed_by_id, row.second_signed_by_id) for row in rows]
    return names_of(place.session, [one for pair in signers for one in pair])

"""From the form of a dose to what the diary is told, on the clock of the family's wall."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from caregiver.place import Place
from caregiver.presenters import slot_choice
from caregiver.schemas import DoseForm
from domain.entries import DOSE_OUTCOMES, Channel, Outcome
from domain.errors import DomainError
from domain.orders import order_at
from domain.said_time import latest_until
from domain.slots import DAY, Slot, SlotKey, local_date, nearest_slot, slots_between
from services.diary import read
from services.doses import SaidDose
from services.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Choices:
    """Slots to choose from as cards of a form, what the chosen one is ordered at, and whether a
    dose is recorded there already."""

    cards: tuple[tuple[str, str, str, str], ...]
    ordered_ml: Decimal | None
    has_dose: bool


def said_of(form: DoseForm, outcome: Outcome, place: Place) -> SaidDose:
    """What the form says. Raises RefusedError `required` where an answer is missing."""
    if outcome is Outcome.MISSED and form.missed_reason is None:
        raise RefusedError("required", "missed_reason")
    if outcome is Outcome.PARTIAL and form.given_ml is None:
        raise RefusedError("required", "given_ml")
    if _needs_time(form, outcome):
        raise RefusedError("required", "taken_at")
    return SaidDose(
        client_id=form.client_id,
        entered_at=place.now,
        channel=Channel.PAGE,
        slot=form.slot,
        outcome=outcome,
        taken_at=_taken_at(form, outcome, place),
        just_now=form.just_now and outcome in DOSE_OUTCOMES,
        given_ml=form.given_ml if outcome is Outcome.PARTIAL else None,
        vomited_after_minutes=(form.vomited_after_minutes if outcome is Outcome.VOMITED else None),
        missed_reason=form.missed_reason if outcome is Outcome.MISSED else None,
        second_dose=form.second_dose,
        second_dose_reason=form.second_dose_reason,
        knows_too_soon=form.knows_too_soon,
        note=form.note,
        entered_zone=place.zone.key,
    )


def _needs_time(form: DoseForm, outcome: Outcome) -> bool:
    """After vomiting the time belongs to a dose that is perhaps recorded already."""
    if outcome not in {Outcome.GIVEN, Outcome.PARTIAL}:
        return False
    return not (form.just_now or form.time_unknown or form.taken_at)


def _taken_at(form: DoseForm, outcome: Outcome, place: Place) -> datetime | None:
    if form.just_now or form.time_unknown or form.taken_at is None:
        return None
    if outcome not in DOSE_OUTCOMES:
        return None
    return latest_until(form.taken_at, place.zone, place.until)


def wrong_slot(form: DoseForm, outcome: Outcome, place: Place) -> bool:
    """Is another slot nearer to the time than the one chosen? Then the reader is asked."""
    if outcome not in DOSE_OUTCOMES:
        return False
    at = place.now if form.just_now else _taken_at(form, outcome, place)
    try:
        return at is not None and nearest_slot(place.timetables, at).key != form.slot
    except DomainError:
        return False


def slots_to_choose(place: Place, chosen: SlotKey | None) -> Choices:
    """The last slots a family may speak of and the coming one; beside them the chosen one."""
    if not place.timetables:
        return Choices((), None, has_dose=False)
    on = local_date(place.timetables, place.now)
    diary = read(
        place.session, place.child, place.protocol, first_on=on - 2 * DAY, last_on=on + DAY,
        now=place.now,
    )  # fmt: skip
    slots = _near(slots_between(place.timetables, on - 2 * DAY, on + DAY), place)
    state = diary.state(chosen) if chosen else None
    key = chosen or (slots[0].key if slots else None)
    order = order_at(diary.orders, key) if key else None
    return Choices(
        tuple(slot_choice(slot, place.zone) for slot in slots),
        order.ml if order else None,
        has_dose=state is not None and bool(state.doses),
    )


def _near(slots: tuple[Slot, ...], place: Place) -> list[Slot]:
    """The last two slots that were due and the next one, in order."""
    past = [slot for slot in slots if slot.due_at <= place.now][-2:]
    coming = [slot for slot in slots if slot.due_at > place.now][:1]
    return past + coming

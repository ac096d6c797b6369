"""From the form of a correction to what the diary is told."""

from collections.abc import Mapping
from datetime import date

from caregiver.place import Place
from caregiver.presenters import key_text, slot_choice
from caregiver.schemas import ChangeForm
from domain.entries import DOSE_OUTCOMES, Channel, Outcome
from domain.lateness import hours
from domain.said_time import nearest_to
from domain.slots import DAY, Slot, SlotKey, local_date, slots_between
from models.dose import DoseEntry
from services.doses import SaidDose
from services.errors import RefusedError
from web.formats import clock, plain_amount


def first_values(row: DoseEntry, place: Place) -> Mapping[str, str]:
    """The form as the entry stands now."""
    partial = row.outcome is Outcome.PARTIAL and row.given_ml is not None
    minutes = row.vomited_after_minutes
    return {
        "outcome": row.outcome,
        "slot": key_text(SlotKey(row.slot_on, row.half)),
        "taken_at": clock(row.taken_at, place.zone) if row.taken_at else "",
        "given_ml": plain_amount(row.given_ml) if partial and row.given_ml is not None else "",
        "vomited_after_minutes": "" if minutes is None else str(minutes),
        "missed_reason": row.missed_reason or "",
    }


def said_of(form: ChangeForm, slot: Slot, place: Place) -> SaidDose:
    """What the form says; fields of other outcomes do not count. Raises RefusedError."""
    if form.outcome is Outcome.MISSED and form.missed_reason is None:
        raise RefusedError("required", "missed_reason")
    if form.outcome is Outcome.PARTIAL and form.given_ml is None:
        raise RefusedError("required", "given_ml")
    timed = form.outcome in DOSE_OUTCOMES and form.taken_at is not None
    return SaidDose(
        client_id=form.client_id,
        entered_at=place.now,
        channel=Channel.PAGE,
        slot=slot.key,
        outcome=form.outcome,
        taken_at=(
            nearest_to(form.taken_at, place.zone, slot.due_at)
            if timed and form.taken_at is not None
            else None
        ),
        given_ml=form.given_ml if form.outcome is Outcome.PARTIAL else None,
        vomited_after_minutes=(
            form.vomited_after_minutes if form.outcome is Outcome.VOMITED else None
        ),
        missed_reason=form.missed_reason if form.outcome is Outcome.MISSED else None,
        second_dose=form.second_dose and form.outcome in DOSE_OUTCOMES,
        second_dose_reason=form.reason if form.second_dose else None,
        knows_too_soon=form.knows_too_soon,
        entered_zone=place.zone.key,
    )


def asks_doctor(place: Place, slot: Slot) -> bool:
    """Is the slot so long ago that only the study doctor can change it?"""
    return place.now - slot.due_at > hours(place.protocol.slots.log_back_hours)


def slot_of_child(place: Place, key: SlotKey) -> Slot | None:
    """The slot of this name, if the child has one and it has begun."""
    tables = place.timetables
    today = local_date(tables, place.now) if tables else None
    if today is None or not tables[0].from_on <= key.on <= today:
        return None
    return next((s for s in slots_between(tables, key.on, key.on) if s.half is key.half), None)


def slots_around(place: Place, slot: Slot) -> list[tuple[str, str, str, str]]:
    """The slot and its neighbours that have begun, as cards of a form."""
    near = slots_between(place.timetables, slot.on - DAY, slot.on + DAY)
    begun = [s for s in near if abs(s.key.number - slot.key.number) <= 1 and s.on <= _today(place)]
    return [slot_choice(found, place.zone) for found in begun]


def _today(place: Place) -> date:
    return local_date(place.timetables, place.now)

"""Questions to a person before a dose is recorded twice or too early. They warn and never block:
said a second time, it is recorded (trial.md §5, ux.md)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from domain.entries import Entry, Outcome, sort_out
from domain.protocol import Protocol
from domain.slots import SlotKey, Timetable, slots_between
from models.account import Account
from services.diary import Diary
from services.dose_matters import Told, nearby_dose
from services.errors import NeedsConfirmationError, RefusedError
from services.said_dose import SaidDose

_DAY = timedelta(days=1)


def ask_first(session: Session, said: SaidDose, told: Told, protocol: Protocol) -> None:
    """Raises NeedsConfirmationError (`already_given`, `too_soon`; who gave it, and when) and
    RefusedError `not_in_slot`, or `required` for a second dose without a reason."""
    if not said.tells_a_dose:
        return
    _check_fits_slot(told.entry, told.diary)
    earlier = _earlier_doses(told)
    if said.second_dose:
        if not (said.second_dose_reason or "").strip():
            raise RefusedError("required", "second_dose_reason")
        return
    if any(_same_dose(told.entry, dose, protocol) for dose in earlier):
        return
    if earlier:
        raise _question("already_given", earlier[0], session, told.diary)
    near = nearby_dose(told.entry.taken_at, told.others, protocol)
    if near is not None and not said.knows_too_soon:
        raise _question("too_soon", near, session, told.diary)


def _earlier_doses(told: Told) -> list[Entry]:
    """Doses told for the slot that stand beside the new entry; the first one entered first."""
    standing = sort_out((*told.diary.entries, told.entry)).standing
    here = [e for e in standing if e.slot == told.entry.slot and e.tells_a_dose]
    return sorted(
        (entry for entry in here if entry is not told.entry), key=lambda entry: entry.entered_at
    )


def _same_dose(new: Entry, earlier: Entry, protocol: Protocol) -> bool:
    """A second witness, or the same dose that came up again later."""
    came_up_again = new.outcome is Outcome.VOMITED
    if new.by == earlier.by and not came_up_again:
        return False
    if new.taken_at is None or earlier.taken_at is None:
        return came_up_again
    apart = abs(new.taken_at - earlier.taken_at)
    return apart <= timedelta(minutes=protocol.slots.same_dose_within_minutes)


def _check_fits_slot(entry: Entry, diary: Diary) -> None:
    """A time beyond the neighbouring slots is a slip of the finger, not a dose of this slot."""
    if entry.taken_at is None:
        return
    before = _due_at(diary.timetables, entry.slot.shifted(-1))
    after = _due_at(diary.timetables, entry.slot.shifted(1))
    if (before and entry.taken_at <= before) or (after and entry.taken_at >= after):
        raise RefusedError("not_in_slot", "taken_at")


def _due_at(timetables: tuple[Timetable, ...], key: SlotKey) -> datetime | None:
    slots = slots_between(timetables, key.on, key.on)
    return next((slot.due_at for slot in slots if slot.half is key.half), None)


def _question(warning: str, entry: Entry, session: Session, diary: Diary) -> NeedsConfirmationError:
    row = diary.rows[entry.id]
    author = session.get_one(Account, row.entered_by_id)
    return NeedsConfirmationError(
        (warning,), at=entry.taken_at, by=author.display_name, slot=entry.slot, entry=row.public_id
    )

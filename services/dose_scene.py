"""Where a new entry lands: its slot, the order valid there, and the diary around it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.diary import fold
from domain.entries import Outcome, sort_out
from domain.errors import DomainError
from domain.orders import OrderStep, order_at
from domain.protocol import Protocol
from domain.slots import Slot, SlotKey, nearest_slot, slot_at
from models.dose import DoseEntry
from models.participant import Participant, ParticipantStatus
from services.blood_draws import is_before_trough
from services.diary import Diary, entry_of, read
from services.dose_matters import Told
from services.errors import RefusedError
from services.said_dose import SaidDose, admit, check_amount, check_words

# neighbours that can be too close, or nearer than the slot first thought of
_AROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Scene:
    participant: Participant
    protocol: Protocol
    now: datetime
    slot: Slot
    order: OrderStep
    diary: Diary
    is_late_entry: bool = False

    @classmethod
    def of_row(
        cls,
        session: Session,
        participant: Participant,
        row: DoseEntry,
        *,
        protocol: Protocol,
        now: datetime,
    ) -> "Scene":
        """The scene of an entry that is there already."""
        on = row.slot_on
        diary = read(session, participant, protocol, first_on=on, last_on=on, now=now)
        slot = slot_at(diary.timetables, on, row.half)
        return cls(participant, protocol, now, slot, _order(diary, slot.key), diary)

    def with_entry(self, session: Session, row: DoseEntry) -> Told:
        """The diary as it is with a row that is not yet written."""
        entry = entry_of(row)
        entries = (*self.diary.entries, entry)
        slots = tuple(state.slot for state in self.diary.states)
        if self.slot not in slots:
            slots = tuple(sorted({*slots, self.slot}, key=lambda slot: slot.key))
        states = fold(slots, entries, self.diary.orders, now=self.now, rules=self.protocol.slots)
        standing = [e for e in sort_out(entries).standing if e.tells_a_dose]
        return Told(
            entry=entry,
            diary=self.diary,
            states=states,
            others=[other for other in standing if other.slot != entry.slot],
            before_trough=entry.tells_a_dose
            and is_before_trough(
                session,
                self.participant.id,
                entry.slot,
                taken_at=entry.taken_at,
                tables=self.diary.timetables,
            ),
        )


def look_around(
    session: Session,
    participant: Participant,
    said: SaidDose,
    amended: DoseEntry | None,
    *,
    protocol: Protocol,
    now: datetime,
) -> Scene:
    """Find slot and order of what was said and check that it may be said. Raises RefusedError."""
    check_words(said, protocol)
    if participant.status is not ParticipantStatus.ACTIVE:
        raise RefusedError("diary_closed")
    wanted = said.slot or (SlotKey(amended.slot_on, amended.half) if amended else None)
    first_on, last_on = _days(session, participant, said, wanted)
    diary = read(session, participant, protocol, first_on=first_on, last_on=last_on, now=now)
    slot = _slot(said, wanted, diary)
    is_late_entry = admit(said, slot.due_at, protocol, now)
    order = _order(diary, slot.key)
    check_amount(said, order.ml)
    return Scene(participant, protocol, now, slot, order, diary, is_late_entry)


def _days(
    session: Session, participant: Participant, said: SaidDose, wanted: SlotKey | None
) -> tuple[date, date]:
    """The days to read: for a missed dose those since the first one missed, as missed doses are
    counted on from each alert; what came before it counts for nothing."""
    on = wanted.on if wanted else (said.claimed_at or said.entered_at_true).date()
    try:
        first_on, last_on = on - _AROUND, on + _AROUND
    except OverflowError:
        raise RefusedError("no_such_slot", "slot") from None
    if said.outcome is Outcome.MISSED:
        missed = (DoseEntry.participant_id == participant.id, DoseEntry.outcome == Outcome.MISSED)
        first_missed_on = session.scalar(select(func.min(DoseEntry.slot_on)).where(*missed))
        first_on = min(first_on, first_missed_on or first_on)
    return first_on, last_on


def _slot(said: SaidDose, wanted: SlotKey | None, diary: Diary) -> Slot:
    try:
        if wanted is not None:
            return slot_at(diary.timetables, wanted.on, wanted.half)
        return nearest_slot(diary.timetables, said.claimed_at or said.entered_at_true)
    except (DomainError, OverflowError):
        raise RefusedError("no_such_slot", "slot") from None


def _order(diary: Diary, key: SlotKey) -> OrderStep:
    """The order of the slot, be it a hold or a stop: a dose given against it must be known."""
    order = order_at(diary.orders, key)
    if order is None:
        raise RefusedError("no_order", "slot")
    return order

"""Three readings of one diary: what was written down at once, within a day, and ever (§8).

Adherence is computed from each; the distance between them shows how much was filled in later.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.entries import Channel, Entry
from domain.lateness import hours
from domain.protocol import AdherenceRules
from domain.slots import SlotKey


class Reading(StrEnum):
    PROMPT = "prompt"
    SAME_DAY = "same_day"
    EVERYTHING = "everything"


def entries_of(
    reading: Reading,
    entries: Sequence[Entry],
    due_at: Callable[[SlotKey], datetime],
    rules: AdherenceRules,
) -> tuple[Entry, ...]:
    """The entries that a reading sees; fold them like any others.

    The two narrow readings see what carers wrote down within the delay of the time they claim.
    An undo claims the time of what it takes back, so a quick undo of a late dose is seen with it;
    an entry that claims none is measured from the slot's due time. What the clinic entered belongs
    to `everything` only.
    """
    delay = _delay(reading, rules)
    if delay is None:
        return tuple(entries)
    by_id = {entry.id: entry for entry in entries}
    return tuple(
        entry
        for entry in entries
        if entry.channel is not Channel.CLINIC
        and entry.entered_at - _claimed_at(entry, by_id, due_at) <= hours(delay)
    )


def _delay(reading: Reading, rules: AdherenceRules) -> Decimal | None:
    match reading:
        case Reading.PROMPT:
            return rules.prompt_entry_hours
        case Reading.SAME_DAY:
            return rules.same_day_entry_hours
        case Reading.EVERYTHING:
            return None


def _claimed_at(
    entry: Entry, by_id: Mapping[str, Entry], due_at: Callable[[SlotKey], datetime]
) -> datetime:
    if entry.taken_at is not None:
        return entry.taken_at
    amended = by_id.get(entry.amends) if entry.amends else None
    return due_at(entry.slot) if amended is None else _claimed_at(amended, by_id, due_at)

"""What people said about doses, entry by entry, and which of it still counts.

Entries are only ever added (trial.md §5). A correction names the entry it amends; an undo is a
retraction that amends. What no longer counts stays visible as superseded.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.slots import SlotKey


class Outcome(StrEnum):
    GIVEN = "given"
    PARTIAL = "partial"
    VOMITED = "vomited"
    MISSED = "missed"
    RETRACTED = "retracted"


class Channel(StrEnum):
    """How an entry reached the diary; `clinic` includes corrections an investigator decided."""

    PAGE = "page"
    OFFLINE = "offline"
    SMS = "sms"
    CLINIC = "clinic"
    API = "api"


class DoseSource(StrEnum):
    """Where the clinic knows a dose from that it enters itself."""

    WARD_CHART = "ward_chart"
    PHONE_CALL = "phone_call"
    FAMILY_PAPER = "family_paper"
    SEEN_GIVEN = "seen_given"


DOSE_OUTCOMES = frozenset({Outcome.GIVEN, Outcome.PARTIAL, Outcome.VOMITED})


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person said once about one slot.

    `taken_at` is the claimed time of the dose (None: unknown, or missed), `entered_at` when it was
    written down (the phone's time, put right by its clock offset), `received_at` when the server
    got it. `share` is the part of the prescribed dose that was given, `ml` the same as measured;
    a partial dose without a share is one whose size nobody knows. `second_dose` says that the
    person was warned of an earlier dose and means another one.
    """

    id: str
    slot: SlotKey
    outcome: Outcome
    taken_at: datetime | None
    entered_at: datetime
    received_at: datetime
    by: str
    channel: Channel
    share: Decimal | None = None
    ml: Decimal | None = None
    vomited_after_minutes: int | None = None
    amends: str | None = None
    second_dose: bool = False

    @property
    def tells_a_dose(self) -> bool:
        return self.outcome in DOSE_OUTCOMES


@dataclass(frozen=True, slots=True)
class Sorted:
    """Entries that count, and those that were corrected or taken back."""

    standing: tuple[Entry, ...]
    superseded: tuple[Entry, ...]


def sort_out(entries: Iterable[Entry]) -> Sorted:
    """Part all entries of a child into those that count and those superseded.

    An entry is superseded by any entry that amends it, also one that moves it to another slot. A
    correction that was itself taken back supersedes nothing: what it amended counts again.
    """
    everything = tuple(entries)
    amendments = _amendments(everything)
    said = [entry for entry in everything if entry.outcome is not Outcome.RETRACTED]
    if not amendments:
        return Sorted(tuple(said), ())
    superseded = {entry.id for entry in said if not _stands(entry, amendments)}
    return Sorted(
        tuple(entry for entry in said if entry.id not in superseded),
        tuple(entry for entry in said if entry.id in superseded),
    )


def existing_dose(entries: Iterable[Entry], slot: SlotKey) -> Entry | None:
    """The dose already told for a slot, to warn before another is given: the first one entered."""
    doses = [
        entry for entry in sort_out(entries).standing if entry.slot == slot and entry.tells_a_dose
    ]
    return min(doses, key=lambda entry: entry.entered_at) if doses else None


def _amendments(entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.amends is not None and entry.amends != entry.id:
            found[entry.amends].append(entry)
    return found


def _stands(entry: Entry, amendments: Mapping[str, list[Entry]]) -> bool:
    later = amendments.get(entry.id, [])
    return all(_taken_back(amendment, amendments) for amendment in later)


def _taken_back(entry: Entry, amendments: Mapping[str, list[Entry]]) -> bool:
    later = amendments.get(entry.id, [])
    return any(
        amendment.outcome is Outcome.RETRACTED and not _taken_back(amendment, amendments)
        for amendment in later
    )

"""Doses that the clinic enters: one told by phone, or a whole stay from the ward's chart (§5)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Channel, DoseSource, Entry, Outcome, sort_out
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.dose import DoseEntry
from models.participant import Participant
from services.access import Permission, may
from services.actor import Actor
from services.diary import Diary, read
from services.doses import LoggedDose, correct, log_dose
from services.errors import ForbiddenError, RefusedError
from services.said_dose import SaidDose


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicDose:
    """What happened in one slot. Outcome `retracted` takes out what stands there; a `taken_at` of
    None says that nobody knows the time."""

    slot: SlotKey
    outcome: Outcome
    taken_at: datetime | None = None
    given_ml: Decimal | None = None
    vomited_after_minutes: int | None = None
    missed_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicDoses:
    """One sheet of entries from one `source`. `reason` is needed where something stands already:
    those lines are corrections."""

    client_id: uuid.UUID
    source: DoseSource
    lines: tuple[ClinicDose, ...]
    reason: str | None = None
    note: str | None = None


def enter_doses(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: ClinicDoses,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[LoggedDose, ...]:
    """Put all lines into the diary, or none of them; each once per client id and slot.

    A slot with entries gets a correction of the newest, the others are taken out beside it; all
    stay visible. Raises RefusedError as `log_dose`, with `slot` among the details, and beside that
    `nothing_entered`, `slot_twice` and `reason_needed` where a line would correct without a reason.
    """
    if not may(actor, Permission.DIARY, participant.site_id):
        raise ForbiddenError(Permission.DIARY)
    slots = [line.slot for line in said.lines]
    if not slots:
        raise RefusedError("nothing_entered")
    if len(set(slots)) < len(slots):
        raise RefusedError("slot_twice")
    desk = _Sheet(session, actor, participant, said, protocol, now)
    diary = read(
        session, participant, protocol, first_on=min(slots).on, last_on=max(slots).on, now=now
    )
    kept = desk.kept()
    written = (desk.enter(line, diary, kept) for line in sorted(said.lines, key=_slot))
    return tuple(entry for entries in written for entry in entries)


def _slot(line: ClinicDose) -> SlotKey:
    return line.slot


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Who enters which sheet, and when."""

    session: Session
    actor: Actor
    participant: Participant
    said: ClinicDoses
    protocol: Protocol
    now: datetime

    def kept(self) -> Mapping[uuid.UUID, DoseEntry]:
        """What an earlier arrival of the same sheet wrote, by client id."""
        ids = [self._line_id(line.slot) for line in self.said.lines]
        rows = self.session.scalars(
            select(DoseEntry).where(
                DoseEntry.participant_id == self.participant.id, DoseEntry.client_id.in_(ids)
            )
        )
        return {row.client_id: row for row in rows}

    def enter(
        self, line: ClinicDose, diary: Diary, kept: Mapping[uuid.UUID, DoseEntry]
    ) -> list[LoggedDose]:
        try:
            return self._enter(line, diary, kept)
        except RefusedError as error:
            raise RefusedError(
                error.code, error.field, **{**error.details, "slot": line.slot}
            ) from error

    def _enter(
        self, line: ClinicDose, diary: Diary, kept: Mapping[uuid.UUID, DoseEntry]
    ) -> list[LoggedDose]:
        earlier = kept.get(self._line_id(line.slot))
        if earlier is not None:
            amended = self.session.get(DoseEntry, earlier.amends_id) if earlier.amends_id else None
            return [self._write(line, amended, self._line_id(line.slot), line.outcome)]
        standing = _standing(diary, line.slot)
        if not standing and line.outcome is Outcome.RETRACTED:
            raise RefusedError("nothing_to_take_back", "outcome")
        if not standing:
            return [self._write(line, None, self._line_id(line.slot), line.outcome)]
        first, *others = standing
        done = [self._write(line, first, self._line_id(line.slot), line.outcome)]
        return done + [
            self._write(
                line,
                other,
                uuid.uuid5(self.said.client_id, str(other.public_id)),
                Outcome.RETRACTED,
            )
            for other in others
        ]

    def _write(
        self, line: ClinicDose, amended: DoseEntry | None, client_id: uuid.UUID, outcome: Outcome
    ) -> LoggedDose:
        entry = self._entry(line, client_id, outcome)
        if amended is None:
            return log_dose(
                self.session,
                self.actor,
                self.participant,
                entry,
                protocol=self.protocol,
                now=self.now,
            )
        if not (self.said.reason or "").strip():
            raise RefusedError("reason_needed", "reason")
        return correct(
            self.session,
            self.actor,
            self.participant,
            entry,
            entry_id=amended.public_id,
            reason=self.said.reason or "",
            protocol=self.protocol,
            now=self.now,
        )

    def _entry(self, line: ClinicDose, client_id: uuid.UUID, outcome: Outcome) -> SaidDose:
        taken_out = outcome is Outcome.RETRACTED
        return SaidDose(
            client_id=client_id,
            entered_at=self.now,
            channel=Channel.CLINIC,
            slot=line.slot,
            outcome=outcome,
            taken_at=None if taken_out else line.taken_at,
            given_ml=None if taken_out else line.given_ml,
            vomited_after_minutes=None if taken_out else line.vomited_after_minutes,
            missed_reason=None if taken_out else line.missed_reason,
            note=self.said.note,
            source=self.said.source,
        )

    def _line_id(self, slot: SlotKey) -> uuid.UUID:
        return uuid.uuid5(self.said.client_id, f"{slot.on.isoformat()}:{slot.half}")


def _standing(diary: Diary, slot: SlotKey) -> list[DoseEntry]:
    """What counts in the slot now, the newest first."""
    told: list[Entry] = [e for e in sort_out(diary.entries).standing if e.slot == slot]
    return [diary.rows[entry.id] for entry in reversed(told)]

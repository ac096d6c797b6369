"""Putting the year into the diary: everyday entries in bulk, everything else by the services."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert

from demo.children import Kind
from demo.diary_story import EARLIEST, Telling, incident_on, tellings
from demo.stage import Story, minutes
from domain.lateness import is_late_entry
from domain.orders import order_at
from domain.slots import Slot, slots_between
from models.audit import AuditEntry
from models.dose import DoseEntry
from services.actor import account_of
from services.audit import plain
from services.doses import LoggedDose, correct, log_dose, undo


class Diary:
    """Writes for one child. Entries gather until somebody needs to read them."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._gathered: list[Telling] = []

    def put_on_agenda(self) -> None:
        """Every slot from the first dose until now."""
        story = self._story
        now = story.stage.now
        for slot in slots_between(story.tables, story.first_on, story.day_of(now)):
            if slot.due_at - EARLIEST <= now:
                story.agenda.at(slot.due_at - EARLIEST, partial(self._play, slot))

    def flush(self) -> None:
        """Write down what gathered."""
        if self._gathered:
            _insert(self._story, self._gathered)
            self._gathered = []

    def _play(self, slot: Slot, _now: datetime) -> None:
        for telling in tellings(self._story, slot):
            incident = incident_on(self._story, slot)
            kind = incident.kind if incident else None
            self._story.agenda.at(telling.received_at, partial(self._receive, telling, kind))

    def _receive(self, telling: Telling, kind: Kind | None, now: datetime) -> None:
        if telling.is_plain and kind not in {Kind.CORRECTED, Kind.TAKEN_BACK}:
            self._gathered.append(telling)
            return
        self.flush()
        logged = log(self._story, telling, now)
        if kind is Kind.CORRECTED:
            self._correct(telling, logged, now + minutes(9))
        elif kind is Kind.TAKEN_BACK:
            self._take_back(telling, logged, now + timedelta(seconds=6))

    def _correct(self, telling: Telling, logged: LoggedDose, now: datetime) -> None:
        """It was given half an hour earlier than was written first."""
        story, said = self._story, telling.said
        taken_at = said.taken_at and said.taken_at - minutes(25)
        earlier = _changed(telling, "corrected", taken_at=taken_at, entered_at=now)
        correct(
            story.stage.session,
            telling.by,
            story.row,
            earlier.said,
            entry_id=logged.entry.public_id,
            reason="时间写错了",
            protocol=story.stage.protocol,
            now=now,
        )

    def _take_back(self, telling: Telling, logged: LoggedDose, now: datetime) -> None:
        """A slip of the thumb, undone within seconds and entered again."""
        stage, row = self._story.stage, self._story.row
        entry_id = logged.entry.public_id
        undo(stage.session, telling.by, row, entry_id, protocol=stage.protocol, now=now)
        later = now + minutes(3)
        log(self._story, _changed(telling, "after undo", entered_at=later), later)


def log(story: Story, telling: Telling, now: datetime) -> LoggedDose:
    """Enter by the service, with all its checks, advice and alerts."""
    protocol = story.stage.protocol
    return log_dose(
        story.stage.session, telling.by, story.row, telling.said, protocol=protocol, now=now
    )


def _changed(telling: Telling, name: str, **changes: Any) -> Telling:
    client_id = uuid.uuid5(telling.said.client_id, name)
    return replace(telling, said=replace(telling.said, client_id=client_id, **changes))


def _insert(story: Story, gathered: Sequence[Telling]) -> None:
    """Rows and their traces as services.doses writes them for an everyday dose."""
    session = story.stage.session
    rows = [_row(story, telling) for telling in gathered]
    ids = session.scalars(
        insert(DoseEntry).returning(DoseEntry.id, sort_by_parameter_order=True), rows
    ).all()
    traces = [
        _trace(story, telling, row, row_id)
        for telling, row, row_id in zip(gathered, rows, ids, strict=True)
    ]
    session.execute(insert(AuditEntry), traces)


def _row(story: Story, telling: Telling) -> dict[str, Any]:
    said = telling.said
    key = said.slot
    order = order_at(story.orders, key) if key else None
    if key is None or order is None or said.claimed_at is None:
        raise ValueError("an everyday dose has a slot, an order and a time")
    return {
        "client_id": said.client_id,
        "participant_id": story.row.id,
        "slot_on": key.on,
        "half": key.half,
        "outcome": said.outcome,
        "order_id": int(order.order_id),
        "ordered_ml": order.ml,
        "given_ml": order.ml,
        "taken_at": said.claimed_at,
        "is_second_dose": False,
        "entered_at": said.entered_at,
        "entered_zone": said.entered_zone,
        "received_at": telling.received_at,
        "entered_by_id": account_of(telling.by),
        "channel": said.channel,
        "is_late_entry": is_late_entry(
            said.claimed_at, said.entered_at, story.stage.protocol.slots
        ),
    }


def _trace(story: Story, telling: Telling, row: Mapping[str, Any], row_id: int) -> dict[str, Any]:
    told = ("slot_on", "half", "outcome", "taken_at", "given_ml", "is_second_dose")
    return {
        "at": telling.received_at,
        "actor_id": telling.by.account_id,
        "actor_name": telling.by.name,
        "channel": telling.by.channel,
        "action": "log_dose",
        "subject": "dose_entry",
        "subject_id": row_id,
        "participant_id": story.row.id,
        "site_id": story.row.site_id,
        "new": {name: plain(row[name]) for name in told},
    }

"""Planned visits of a child and the blood draws that reminders turn on."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded, one_of


class VisitState(enum.StrEnum):
    PLANNED = "planned"
    DONE = "done"
    MISSED = "missed"


class Visit(Addressable, Recorded, Base):
    """One visit of the plan. `on` is the appointment; moving it is audited, the window stays."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("participant_id", "code"),)

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    code: Mapped[str] = mapped_column(String(24))
    on: Mapped[date]
    window_from: Mapped[date]
    window_to: Mapped[date]
    # a level is due: the morning dose waits for the blood draw
    is_trough_day: Mapped[bool]
    state: Mapped[VisitState] = mapped_column(one_of(VisitState, "state"))
    rule_version: Mapped[str] = mapped_column(String(64))
    # a visit outside the plan says what it is for; the code is then "extra_1", "extra_2" …
    is_unscheduled: Mapped[bool] = mapped_column(default=False)
    client_id: Mapped[uuid.UUID | None] = mapped_column(unique=True, index=True)
    purpose: Mapped[str | None] = mapped_column(String(200))
    # what an unscheduled visit has to do; a planned one has it in the protocol
    due: Mapped[list[Any] | None]
    # when it really took place, and why it was moved or missed
    done_on: Mapped[date | None]
    state_reason: Mapped[str | None]


class InpatientStay(Addressable, Recorded, Base):
    """Days in hospital, both included: doses are given by the ward and leave the denominator of
    adherence (trial.md §8)."""

    __tablename__ = "inpatient_stay"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    note: Mapped[str | None]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("inpatient_stay.id"), unique=True)
    amend_reason: Mapped[str | None]


class BloodDraw(Addressable, Base):
    """ "Blood taken at": from the carer's page or the clinic; the morning dose may follow."""

    __tablename__ = "blood_draw"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    drawn_at: Mapped[datetime]
    received_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(String(16))

"""The diary: what a carer, the clinic or a reply by SMS said of a dose slot."""

import enum
import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.entries import Channel, Outcome
from domain.protocol import Half
from models.base import Addressable, Base, one_of


class DoseEntry(Addressable, Base):
    """One statement about one slot; rows are only ever added (a trigger holds that).

    Claimed time (`taken_at`), time on the phone (`entered_at`) and time at the server
    (`received_at`) stay apart. A correction or an undo names the row it `amends`.
    """

    __tablename__ = "dose_entry"
    __table_args__ = (
        # the same phone sending twice gets its first answer, whoever asks second
        UniqueConstraint("participant_id", "client_id"),
        Index("ix_dose_entry_slot", "participant_id", "slot_on", "half"),
        Index("ix_dose_entry_received", "participant_id", "received_at"),
        CheckConstraint("given_ml IS NULL OR outcome IN ('given','partial','vomited')", name="ml"),
        CheckConstraint(
            "vomited_after_minutes IS NULL OR outcome = 'vomited'", name="vomited_after"
        ),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    slot_on: Mapped[date]
    half: Mapped[Half] = mapped_column(one_of(Half, "half"))
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome, "outcome"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("dose_order.id"))
    ordered_ml: Mapped[Decimal | None]
    given_ml: Mapped[Decimal | None]
    taken_at: Mapped[datetime | None]
    vomited_after_minutes: Mapped[int | None]
    missed_reason: Mapped[str | None] = mapped_column(String(32))
    # a second dose of the slot that the carer recorded knowingly, after the warning
    is_second_dose: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]

    entered_at: Mapped[datetime]
    entered_zone: Mapped[str | None] = mapped_column(String(64))
    clock_offset_seconds: Mapped[int | None]
    received_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    # tags such as "entered late": shown, never a reason to refuse
    is_late_entry: Mapped[bool] = mapped_column(default=False)
    # where a dose entered by the clinic is known from: the ward's chart, a call, the family
    source: Mapped[str | None] = mapped_column(String(32))
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("dose_entry.id"), unique=True)
    amend_reason: Mapped[str | None]
    # name and version of the advice text shown with this entry
    advice_shown: Mapped[str | None] = mapped_column(String(96))


class CorrectionState(enum.StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class CorrectionRequest(Addressable, Base):
    """What a carer says of a slot older than the diary takes: the investigator decides."""

    __tablename__ = "correction_request"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    slot_on: Mapped[date]
    half: Mapped[Half] = mapped_column(one_of(Half, "half"))
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome, "outcome"))
    given_ml: Mapped[Decimal | None]
    taken_at: Mapped[datetime | None]
    vomited_after_minutes: Mapped[int | None]
    missed_reason: Mapped[str | None] = mapped_column(String(32))
    is_second_dose: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[CorrectionState] = mapped_column(
        one_of(CorrectionState, "state"), default=CorrectionState.ASKED
    )
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decision_reason: Mapped[str | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("dose_entry.id"))

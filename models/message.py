"""Messages to and from phones, and what became of them."""

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.protocol import Half
from models.base import Addressable, Base, one_of


class MessageKind(enum.StrEnum):
    DOSE = "dose"
    TROUGH_EVE = "trough_eve"
    TROUGH_MORNING = "trough_morning"
    ANSWER = "answer"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"


class MessageState(enum.StrEnum):
    """planned → sending → sent → delivered, or one of the ends that need no more sending."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Message(Addressable, Base):
    """One outgoing SMS. `key` makes planning idempotent: the same reminder is planned once."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "state", "due_at"),
        Index("ix_message_participant", "participant_id", "due_at"),
        Index("ix_message_account", "account_id", "sent_at"),
        Index(
            "ix_message_lease",
            "lease_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        # siblings on one number are merged: is the same text already waiting for this person?
        Index(
            "ix_message_waiting",
            "account_id",
            "due_at",
            sqlite_where=text("state IN ('planned', 'sending')"),
            postgresql_where=text("state IN ('planned', 'sending')"),
        ),
    )

    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[MessageKind] = mapped_column(one_of(MessageKind, "kind"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    slot_on: Mapped[date | None]
    half: Mapped[Half | None] = mapped_column(one_of(Half, "half"))
    phone: Mapped[str] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(8))
    # a sign-in code is not kept after it was handed to the provider
    body: Mapped[str | None]
    rule_version: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    planned_at: Mapped[datetime]

    state: Mapped[MessageState] = mapped_column(one_of(MessageState, "state"))
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    provider: Mapped[str | None] = mapped_column(String(16))
    provider_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    error_code: Mapped[str | None] = mapped_column(String(32))
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(40))


class MessageEvent(Base):
    """Every state a message went through: added, never changed."""

    __tablename__ = "message_event"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(24))
    code: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(16))


class InboundMessage(Base):
    """A reply as it came in, what it was understood as, and what it led to."""

    __tablename__ = "inbound_message"

    provider_id: Mapped[str] = mapped_column(String(64), unique=True)
    phone: Mapped[str] = mapped_column(String(32), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    body: Mapped[str]
    meaning: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime]
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    dose_entry_id: Mapped[int | None] = mapped_column(ForeignKey("dose_entry.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))


class ContactPreference(Base):
    """Opting out of messages and back in, per phone number: the newest row counts."""

    __tablename__ = "contact_preference"
    __table_args__ = (Index("ix_contact_preference_phone", "phone", "at"),)

    phone: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    wants_messages: Mapped[bool]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))


class NotifierBeat(Base):
    """The last time each notifier process was alive and did its round."""

    __tablename__ = "notifier_beat"

    notifier: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime]
    planned: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)

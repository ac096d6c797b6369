"""The carers of children, as messages to them need them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.account import Account
from models.participant import Guardianship, Participant, ParticipantStatus
from services.preferences import wanted_at


class CarerSilence(StrEnum):
    """Why a carer gets no reminders of a child."""

    TIE_ENDED = "tie_ended"
    NOT_IN_STUDY = "not_in_study"
    ACCOUNT_CLOSED = "account_closed"
    NOT_WANTED = "reminders_not_wanted"
    NO_PHONE = "no_phone"
    UNREACHABLE = "phone_unreachable"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Tie:
    """An open tie between a carer and a child; `phone` is in E.164, "" if there is none."""

    participant_id: int
    protocol_key: str
    account_id: int
    phone: str = field(repr=False)
    locale: str
    silence: CarerSilence | None


def ties_of(session: Session, children: Collection[int]) -> tuple[Tie, ...]:
    """The open ties of these children (database ids); `silence` where no reminder may be sent."""
    rows = session.execute(
        select(
            Participant.id,
            Participant.protocol_key,
            Participant.status,
            Guardianship.wants_reminders,
            Account.id.label("account_id"),
            Account.us_phone_number,
            Account.locale,
            Account.active,
            Account.phone_unreachable_at,
            wanted_at(Account.us_phone_number).label("wants_messages"),
        )
        .join(Guardianship, Guardianship.participant_id == Participant.id)
        .join(Account, Account.id == Guardianship.account_id)
        .where(Participant.id.in_(children), Guardianship.ended_at.is_(None))
        .order_by(Participant.id, Account.id)
    )
    return tuple(
        Tie(
            row.id,
            row.protocol_key,
            row.account_id,
            row.us_phone_number or "",
            row.locale,
            _silence(row),
        )
        for row in rows
    )


def _silence(row: Row[*tuple[Any, ...]]) -> CarerSilence | None:
    reasons = (
        (row.status is not ParticipantStatus.ACTIVE, CarerSilence.NOT_IN_STUDY),
        (not row.active, CarerSilence.ACCOUNT_CLOSED),
        (not row.wants_reminders, CarerSilence.NOT_WANTED),
        (not row.us_phone_number, CarerSilence.NO_PHONE),
        (row.phone_unreachable_at is not None, CarerSilence.UNREACHABLE),
        (not row.wants_messages, CarerSilence.OPTED_OUT),
    )
    return next((reason for holds, reason in reasons if holds), None)

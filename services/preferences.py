"""Who may be written to: opting out and in per phone number, and numbers that cannot be reached."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.account import Account
from models.attention import Urgency
from models.message import ContactPreference
from models.participant import Guardianship, Participant, ParticipantStatus
from services.actor import SYSTEM, Actor
from services.alerts import Matter, raise_once
from services.audit import Act, record


class ChoiceSource(StrEnum):
    """Where an opt-out or opt-in came from: a page, a reply, or the provider's own record."""

    PAGE = "page"
    SMS = "sms"
    PROVIDER = "provider"


class PhoneTrouble(StrEnum):
    """What a refusal says about the phone rather than about the message."""

    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"


def wants_messages(session: Session, phone: str) -> bool:
    """The newest choice made for this number (E.164); somebody who never chose wants them."""
    return bool(session.scalar(select(wanted_at(phone))))


def wanted_at(phone: str | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    """The same as an SQL expression, for a number or a column of numbers."""
    newest = (
        select(ContactPreference.wants_messages)
        .where(ContactPreference.phone == phone)
        .order_by(ContactPreference.at.desc(), ContactPreference.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, True)


def choose(
    session: Session,
    phone: str,
    *,
    wants: bool,
    source: ChoiceSource,
    now: datetime,
    actor: Actor = SYSTEM,
) -> bool:
    """Keep that this number opts out of messages, or in again. False if it stood so already.

    Codes to sign in and answers to a reply still go out: they are asked for.
    """
    if wants_messages(session, phone) is wants:
        return False
    account_id = session.scalar(select(Account.id).where(Account.us_phone_number == phone))
    row = ContactPreference(
        phone=phone, account_id=account_id, wants_messages=wants, at=now, source=source
    )
    session.add(row)
    session.flush()
    new = {"wants_messages": wants, "account_id": account_id, "source": source}
    record(session, actor, Act("choose_messages", "contact_preference", row.id, new=new), now)
    return True


def note_trouble(
    session: Session,
    account_id: int,
    phone: str,
    trouble: PhoneTrouble,
    *,
    code: str,
    now: datetime,
) -> None:
    """Keep what the provider refused for good: its opt-out becomes ours, and a number that cannot
    be reached stops the reminders to it and is told to the clinic."""
    if trouble is PhoneTrouble.OPTED_OUT:
        choose(session, phone, wants=False, source=ChoiceSource.PROVIDER, now=now)
        return
    account = session.get(Account, account_id)
    # a verdict on a number that was replaced meanwhile says nothing of the new one
    if account is None or account.us_phone_number != phone or account.phone_unreachable_at:
        return
    account.phone_unreachable_at, account.phone_unreachable_code = now, code
    session.flush()
    new = {"phone_unreachable_code": code}
    record(session, SYSTEM, Act("note_unreachable", "account", account.id, new=new), now)
    _tell_the_clinic(session, account, code, now)


def _tell_the_clinic(session: Session, account: Account, code: str, now: datetime) -> None:
    children = session.scalars(
        select(Participant)
        .join(Guardianship, Guardianship.participant_id == Participant.id)
        .where(
            Guardianship.account_id == account.id,
            Guardianship.ended_at.is_(None),
            Participant.status == ParticipantStatus.ACTIVE,
        )
    )
    for child in children:
        matter = Matter(
            code="phone_unreachable",
            name=f"{account.id}:{now.isoformat()}",
            urgency=Urgency.THIS_WEEK,
            facts={"account_id": account.id, "code": code},
        )
        raise_once(session, child, matter, rule_version=child.protocol_key, now=now)

"""The family's ties to a child: inviting by phone number, ending a tie, a new number."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.account import Account, AccountKind
from models.audit import AuditEntry
from models.message import Message, MessageKind, MessageState
from models.participant import Guardianship, Participant, ParticipantStatus, Relation
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from services.phones import canonical_phone, takes_links
from services.preferences import wanted_at

# a family that does not look at its phone for two days is told again by the clinic
INVITATION_VALID_FOR: Final = timedelta(hours=48)
LOCALES: Final = frozenset({"zh", "en"})
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whom to invite. `phone` in any usual spelling; without a country it is a Chinese number."""

    phone: str
    display_name: str
    relation: Relation
    may_log: bool = True
    locale: str = "zh"


@dataclass(frozen=True, slots=True)
class Carer:
    """A carer of a child as the clinic sees them. `last_seen_at` is their last act with us."""

    account: Account
    tie: Guardianship
    wants_messages: bool
    last_message: Message | None
    last_seen_at: datetime | None


def invite(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: Invitation,
    *,
    protocol: Protocol,
    public_url: str,
    now: datetime,
) -> Guardianship:
    """Tie a carer to a child and queue the invitation. A number known already is its owner's
    account: one carer may have several children.

    Inviting the same carer again returns the tie there is; with another relation or other rights
    ConflictError. Raises ForbiddenError; RefusedError, `study_over` and `phone_of_staff` too.
    """
    _check_permission(actor, participant)
    phone = _phone(said.phone)
    _check_said(participant, said)
    _take_turns(session, participant)
    account = _account(session, said, phone, now=now)
    tie = _open_tie(session, account.id, participant.id)
    if tie is not None:
        return _same_tie(tie, said)
    tie = Guardianship(
        account_id=account.id,
        participant_id=participant.id,
        relation=said.relation,
        may_log=said.may_log,
        invited_at=now,
        invited_by_id=account_of(actor),
    )
    session.add(tie)
    session.flush()
    text = _text(account, protocol, public_url)
    _queue(session, participant, tie, account=account, text=text, now=now)
    new = {"account_id": account.id, "relation": said.relation, "may_log": said.may_log}
    invited = Act("carer.invited", "guardianship", tie.id, new=new)
    _audit(session, actor, participant, invited, now=now)
    return tie


def end_tie(
    session: Session,
    actor: Actor,
    participant: Participant,
    account_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> None:
    """From now on this carer sees nothing of the child. Ending it twice is ending it once.

    Raises NotFoundError for somebody who never cared for the child.
    """
    _check_permission(actor, participant)
    account = carer_of(session, participant, account_id)
    tie = _open_tie(session, account.id, participant.id)
    if tie is None:
        return
    tie.ended_at, tie.ended_by_id = now, account_of(actor)
    session.flush()
    ended = Act("carer.ended", "guardianship", tie.id, reason=reason, new={"ended_at": now})
    _audit(session, actor, participant, ended, now=now)


def change_phone(
    session: Session,
    actor: Actor,
    participant: Participant,
    account_id: uuid.UUID,
    *,
    phone: str,
    now: datetime,
) -> Account:
    """Give a carer another number; what was wrong with the old one is forgotten.

    Whoever is signed in with the old number is signed out: it may have been a stranger's.
    Raises RefusedError `not_a_phone`, `phone_taken`, and `carer_of_other_site` while they also
    care for a child elsewhere: whoever has the number sees that child too.
    """
    _check_permission(actor, participant)
    account = carer_of(session, participant, account_id)
    canonical = _phone(phone)
    if canonical == account.us_phone_number and account.phone_unreachable_at is None:
        return account
    _check_only_ours(session, actor, account)
    other = session.scalar(select(Account.id).where(Account.us_phone_number == canonical))
    if other not in {None, account.id}:
        raise RefusedError("phone_taken", "phone")
    account.us_phone_number, account.us_totp_secrets = canonical, None
    account.phone_unreachable_at = account.phone_unreachable_code = None
    account.fs_uniquifier = uuid.uuid4().hex
    session.flush()
    # the numbers themselves stay out of the trail: it is read by many
    _audit(session, actor, participant, Act("carer.phone_changed", "account", account.id), now=now)
    return account


def carers_of(session: Session, participant: Participant) -> tuple[Carer, ...]:
    """Everybody who cares or cared for the child, open ties first, in three queries."""
    rows = session.execute(
        select(Account, Guardianship, wanted_at(Account.us_phone_number))
        .join(Guardianship, Guardianship.account_id == Account.id)
        .where(Guardianship.participant_id == participant.id)
        .order_by(Guardianship.ended_at.is_not(None), Guardianship.invited_at, Guardianship.id)
    ).all()
    ids = [account.id for account, _tie, _wanted in rows]
    messages = _last_messages(session, participant.id, ids)
    seen = _last_seen(session, ids)
    return tuple(
        Carer(
            account=account,
            tie=tie,
            wants_messages=bool(wanted) and tie.wants_reminders,
            last_message=messages.get(account.id),
            last_seen_at=seen.get(account.id),
        )
        for account, tie, wanted in rows
    )


def carer_of(session: Session, participant: Participant, account_id: uuid.UUID) -> Account:
    """Somebody who is or was tied to this child. Raises NotFoundError for anybody else."""
    account = session.scalar(
        select(Account)
        .join(Guardianship, Guardianship.account_id == Account.id)
        .where(
            Guardianship.participant_id == participant.id,
            Account.public_id == account_id,
            Account.kind == AccountKind.CARER,
        )
        .limit(1)
    )
    if account is None:
        raise NotFoundError
    return account


def _last_messages(
    session: Session, participant_id: int, account_ids: Sequence[int]
) -> dict[int, Message]:
    """The newest message to each carer about this child."""
    newest = (
        select(func.max(Message.id))
        .where(Message.participant_id == participant_id, Message.account_id.in_(account_ids))
        .group_by(Message.account_id)
    )
    rows = session.scalars(select(Message).where(Message.id.in_(newest)))
    return {row.account_id: row for row in rows}


def _last_seen(session: Session, account_ids: Sequence[int]) -> dict[int, datetime]:
    rows = session.execute(
        select(AuditEntry.actor_id, func.max(AuditEntry.at))
        .where(AuditEntry.actor_id.in_(account_ids))
        .group_by(AuditEntry.actor_id)
    )
    found: dict[int, datetime] = {}
    for row in rows:
        account_id: int | None = row[0]
        if account_id is not None:
            found[account_id] = row[1]
    return found


def _check_permission(actor: Actor, participant: Participant) -> None:
    if not may(actor, Permission.ENROL, participant.site_id):
        raise ForbiddenError(Permission.ENROL)


def _take_turns(session: Session, participant: Participant) -> None:
    """A second tap on the button waits for the first one. SQLite has one writer anyway."""
    child = select(Participant.id).where(Participant.id == participant.id)
    session.execute(child.with_for_update(key_share=True))


def _check_only_ours(session: Session, actor: Actor, account: Account) -> None:
    sites = session.scalars(
        select(Participant.site_id)
        .join(Guardianship, Guardianship.participant_id == Participant.id)
        .where(Guardianship.account_id == account.id, Guardianship.ended_at.is_(None))
        .distinct()
    )
    if not all(may(actor, Permission.ENROL, site) for site in sites):
        raise RefusedError("carer_of_other_site", "phone")


def _phone(text: str) -> str:
    phone = canonical_phone(text)
    if phone is None:
        raise RefusedError("not_a_phone", "phone")
    return phone


def _check_said(participant: Participant, said: Invitation) -> None:
    if participant.status is not ParticipantStatus.ACTIVE:
        raise RefusedError("study_over")
    if not 0 < len(said.display_name.strip()) <= _LONGEST_NAME:
        raise RefusedError("required", "display_name")
    if said.locale not in LOCALES:
        raise RefusedError("not_a_choice", "locale")


def _account(session: Session, said: Invitation, phone: str, *, now: datetime) -> Account:
    account = session.scalar(select(Account).where(Account.us_phone_number == phone))
    if account is not None:
        if account.kind is not AccountKind.CARER:
            raise RefusedError("phone_of_staff", "phone")
        return account
    account = Account(
        kind=AccountKind.CARER,
        display_name=said.display_name.strip(),
        locale=said.locale,
        created_at=now,
        active=True,
        # what sessions name the account by: random, so that it tells nothing
        fs_uniquifier=uuid.uuid4().hex,
        us_phone_number=phone,
    )
    session.add(account)
    session.flush()
    return account


def _open_tie(session: Session, account_id: int, participant_id: int) -> Guardianship | None:
    return session.scalar(
        select(Guardianship).where(
            Guardianship.account_id == account_id,
            Guardianship.participant_id == participant_id,
            Guardianship.ended_at.is_(None),
        )
    )


def _same_tie(tie: Guardianship, said: Invitation) -> Guardianship:
    kept = {"relation": tie.relation, "may_log": tie.may_log}
    offered = {"relation": said.relation, "may_log": said.may_log}
    if kept != offered:
        raise ConflictError(first=kept, offered=offered)
    return tie


def _text(account: Account, protocol: Protocol, public_url: str) -> str:
    """The invitation, with our address only where networks let it through."""
    if takes_links(account.us_phone_number or ""):
        return protocol.text("invitation", account.locale).format(link=public_url)
    return protocol.text("invitation_one_way", account.locale)


def _queue(
    session: Session,
    participant: Participant,
    tie: Guardianship,
    *,
    account: Account,
    text: str,
    now: datetime,
) -> None:
    """Plan the message; the notifier sends it after the commit."""
    session.add(
        Message(
            key=f"invitation:{tie.id}",
            kind=MessageKind.INVITATION,
            account_id=account.id,
            participant_id=participant.id,
            phone=account.us_phone_number,
            locale=account.locale,
            body=text,
            rule_version=participant.protocol_key,
            due_at=now,
            expires_at=now + INVITATION_VALID_FOR,
            planned_at=now,
            state=MessageState.PLANNED,
            next_try_at=now,
        )
    )
    session.flush()


def _audit(
    session: Session, actor: Actor, participant: Participant, act: Act, *, now: datetime
) -> None:
    at_child = replace(act, participant_id=participant.id, site_id=participant.site_id)
    record(session, actor, at_child, now)
    session.flush()

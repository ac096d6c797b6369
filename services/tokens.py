"""Bearer tokens of machines: made and revoked at the command line, bound to a site and to verbs.

A secret is 32 random bytes, shown once; the table keeps its SHA-256, which nobody can turn back.
Each token is an account of its own, so that whatever it records names it.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.account import Account, AccountKind
from models.api_token import ApiToken
from models.site import Site, StaffRole
from services.access import Permission
from services.actor import Actor, ActorKind, Grant
from services.audit import Act, record
from services.errors import NotFoundError, RefusedError

# a secret that slipped into a file is found by this beginning
PREFIX: Final = "sirolog_"
SECRET_BYTES: Final = 32
LONGEST_SECRET: Final = 100
# so that a machine asking every second does not make every question a write
USE_NOTED_EVERY: Final = timedelta(hours=1)


class Reading(StrEnum):
    """What a machine may read, beside participants:read. People who may see a child see all."""

    DOSES = "doses:read"
    ORDERS = "orders:read"
    RESULTS = "results:read"
    PHOTOS = "photos:read"
    ASSESSMENTS = "assessments:read"
    MESSAGES = "messages:read"
    READINGS = "readings:read"


# a response assessment is signed, a correction decided and a photo read by a person, never by a
# machine
_OF_PEOPLE: Final = frozenset(
    {
        Permission.ASSESS,
        Permission.DECIDE,
        Permission.READ_MASKED,
        Permission.MANAGE_READINGS,
    }
)
VERBS: Final = frozenset(
    {verb.value for verb in Reading} | {verb.value for verb in Permission if verb not in _OF_PEOPLE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What is asked for: `name` stands in the audit trail beside everything the machine does."""

    site_code: str
    name: str
    verbs: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token that was just made; `secret` exists nowhere else."""

    row: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token that came with a request: who it is, and whether its use is to be noted."""

    id: int
    actor: Actor
    is_use_due: bool


def create_token(session: Session, actor: Actor, asked: NewToken, *, now: datetime) -> ShownToken:
    """Make a token. Raises NotFoundError for an unknown site, RefusedError `unknown_verb`."""
    check_verbs(asked.verbs)
    site = session.scalar(select(Site).where(Site.code == asked.site_code))
    if site is None:
        raise NotFoundError
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken(
        public_id=uuid.uuid4(),
        account_id=_account(session, asked.name, now).id,
        site_id=site.id,
        secret_hash=_hash(secret),
        verbs=sorted(asked.verbs),
        created_at=now,
        expires_at=asked.expires_at,
    )
    session.add(row)
    session.flush()
    facts = {"name": asked.name, "verbs": row.verbs, "expires_at": asked.expires_at}
    act = Act("token.created", "api_token", row.id, site_id=site.id, new=facts)
    record(session, actor, act, now)
    return ShownToken(row, secret)


def check_verbs(verbs: Iterable[str]) -> None:
    """Raises RefusedError `unknown_verb`, also for no verb at all."""
    asked = frozenset(verbs)
    if not asked or not asked <= VERBS:
        raise RefusedError("unknown_verb", "verbs", unknown=sorted(asked - VERBS))


def find_token(session: Session, secret: str, now: datetime) -> KnownToken | None:
    """The machine behind a secret; None if there is none, or its token is over or revoked."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    found = session.execute(
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.secret_hash == _hash(secret))
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    if not _is_good(row, account, now):
        return None
    return KnownToken(row.id, _actor(row, account), _is_use_due(row, now))


def note_use(session: Session, token_id: int, *, now: datetime) -> None:
    """Keep that the token was used: an owner sees which ones nobody needs any more."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def revoke_token(session: Session, actor: Actor, public_id: uuid.UUID, *, now: datetime) -> None:
    """End a token at once; a second time changes nothing. Raises NotFoundError."""
    row = session.scalar(select(ApiToken).where(ApiToken.public_id == public_id))
    if row is None:
        raise NotFoundError
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    session.flush()
    record(session, actor, Act("token.revoked", "api_token", row.id, site_id=row.site_id), now)


def tokens(session: Session) -> tuple[tuple[ApiToken, Account, Site], ...]:
    """Every token with its account and site, the newest last."""
    found = session.execute(
        select(ApiToken, Account, Site)
        .join(Account, Account.id == ApiToken.account_id)
        .join(Site, Site.id == ApiToken.site_id)
        .order_by(ApiToken.id)
    )
    return tuple((row, account, site) for row, account, site in found)


def _hash(secret: str) -> str:
    """No salt and no slow hash: the secret is random already, not a word somebody thought of."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _account(session: Session, name: str, now: datetime) -> Account:
    account = Account(
        kind=AccountKind.MACHINE,
        display_name=name,
        locale="en",
        created_at=now,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
    )
    session.add(account)
    session.flush()
    return account


def _is_good(row: ApiToken, account: Account, now: datetime) -> bool:
    is_over = row.expires_at is not None and row.expires_at <= now
    return account.active and row.revoked_at is None and not is_over


def _is_use_due(row: ApiToken, now: datetime) -> bool:
    return row.last_used_at is None or now - row.last_used_at >= USE_NOTED_EVERY


def _actor(row: ApiToken, account: Account) -> Actor:
    return Actor(
        kind=ActorKind.MACHINE,
        account_id=account.id,
        name=account.display_name,
        channel="api",
        locale=account.locale,
        # the role that may least: for a machine only the site counts, and its verbs
        grants=(Grant(row.site_id, StaffRole.MONITOR),),
        verbs=frozenset(str(verb) for verb in row.verbs),
    )

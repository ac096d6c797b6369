"""Who asks: the signed-in person, or the machine whose token came with the request."""

from flask import g, request
from flask_login import current_user
from sqlalchemy import select

from models.account import Account, AccountKind
from models.site import StaffGrant
from services.actor import Actor, ActorKind, Grant
from services.tokens import find_token, note_use
from web.db import db
from web.parts import now
from web.security import session_grants

BEARER = "Bearer "


def signed_in() -> Account | None:
    """The account of the session, or None."""
    # the account itself: the proxy is not what SQLAlchemy knows
    account = current_user._get_current_object()  # pyright: ignore[reportPrivateUsage]  # werkzeug's documented way
    return account if isinstance(account, Account) else None


def bearer_token() -> str | None:
    """The token in the Authorization header. Its presence alone decides that no session counts."""
    header = request.headers.get("Authorization", "")
    return header[len(BEARER) :].strip() if header.startswith(BEARER) else None


def current_actor() -> Actor:
    """The actor of this request, read once.

    Raises LookupError when nobody is signed in; behind the access table that cannot happen.
    """
    actor = actor_or_none()
    if actor is None:
        raise LookupError("nobody is signed in")
    return actor


def actor_or_none() -> Actor | None:
    if "actor" not in g:
        g.actor = _read_actor()
    actor: Actor | None = g.actor
    return actor


def _read_actor() -> Actor | None:
    token = bearer_token()
    if token is not None:
        return _machine(token)
    account = signed_in()
    if account is None:
        return None
    kept = session_grants(account.id)
    grants = None if kept is None else kept.grants
    return actor_of(account, channel=_channel(account), grants=grants)


def _machine(token: str) -> Actor | None:
    known = find_token(db.session(), token, now())
    if known is None:
        return None
    if known.is_use_due:
        # a transaction of its own: the request may be one that only reads
        db.session.commit()
        note_use(db.session(), known.id, now=now())
        db.session.commit()
    return known.actor


def actor_of(account: Account, *, channel: str, grants: tuple[Grant, ...] | None = None) -> Actor:
    """The account as an actor, with the roles it holds now: `grants` where they are known."""
    if account.kind is not AccountKind.STAFF:
        grants = ()
    return Actor(
        kind=ActorKind(account.kind.value),
        account_id=account.id,
        name=account.display_name,
        channel=channel,
        locale=account.locale,
        grants=_grants(account) if grants is None else grants,
    )


def _grants(account: Account) -> tuple[Grant, ...]:
    rows = db.session.scalars(
        select(StaffGrant)
        .where(StaffGrant.account_id == account.id, StaffGrant.revoked_at.is_(None))
        .order_by(StaffGrant.id)
    )
    return tuple(Grant(site_id=row.site_id, role=row.role) for row in rows)


def _channel(account: Account) -> str:
    """How the act comes in. What the pages' own script sends from its outbox came offline."""
    if request.path.startswith("/api/"):
        return "offline"
    return "page" if account.kind is AccountKind.CARER else "clinic"

"""Who works at which site: accounts of staff and their roles. Used from the command line."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import Account, AccountKind
from models.site import Site, StaffGrant, StaffRole
from services.actor import Actor
from services.audit import Act, record
from services.errors import NotFoundError, RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """A person to be added. Both secrets come as they are to be stored: hashed and encrypted."""

    email: str
    name: str
    locale: str
    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


def add_staff(session: Session, actor: Actor, new: NewStaff, now: datetime) -> Account:
    """Add an account that can sign in and may nothing yet.

    Raises RefusedError("email_taken") when somebody has the address, in whatever case.
    """
    if _with_email(session, new.email) is not None:
        raise RefusedError("email_taken", field="email")
    account = Account(
        kind=AccountKind.STAFF,
        display_name=new.name,
        locale=new.locale,
        created_at=now,
        email=new.email.strip().lower(),
        password=new.password_hash,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=now,
        tf_primary_method="authenticator",
        tf_totp_secret=new.totp_secret,
    )
    session.add(account)
    session.flush()
    record(session, actor, Act("staff_added", "account", account.id), now)
    return account


def staff_by_email(session: Session, email: str) -> Account:
    """Raises NotFoundError."""
    account = _with_email(session, email)
    if account is None or account.kind is not AccountKind.STAFF:
        raise NotFoundError
    return account


def grant(
    session: Session, actor: Actor, to: Account, *, site_code: str, role: StaffRole, now: datetime
) -> StaffGrant:
    """Give a role at a site; one that the person has already is left as it is.

    Raises NotFoundError for a site that does not exist.
    """
    site = session.scalar(select(Site).where(Site.code == site_code))
    if site is None:
        raise NotFoundError
    open_grant = session.scalar(
        select(StaffGrant).where(
            StaffGrant.account_id == to.id,
            StaffGrant.site_id == site.id,
            StaffGrant.role == role,
            StaffGrant.revoked_at.is_(None),
        )
    )
    if open_grant is not None:
        return open_grant
    row = StaffGrant(
        account_id=to.id, site_id=site.id, role=role, granted_at=now, granted_by_id=actor.account_id
    )
    session.add(row)
    session.flush()
    act = Act("role_granted", "account", to.id, site_id=site.id, new={"role": role})
    record(session, actor, act, now)
    return row


def roles_of(session: Session, account: Account) -> Sequence[tuple[StaffGrant, Site]]:
    """The roles that the person has now, by site."""
    found = session.execute(
        select(StaffGrant, Site)
        .join(Site, Site.id == StaffGrant.site_id)
        .where(StaffGrant.account_id == account.id, StaffGrant.revoked_at.is_(None))
        .order_by(Site.code, StaffGrant.role)
    )
    return [(row, site) for row, site in found]


def all_staff(session: Session) -> Sequence[Account]:
    """Everybody who works or worked here, those with an open account first."""
    query = select(Account).where(Account.kind == AccountKind.STAFF)
    return session.scalars(query.order_by(Account.active.desc(), Account.email)).all()


def revoke(
    session: Session, actor: Actor, of: Account, *, site_code: str, role: StaffRole, now: datetime
) -> None:
    """End a role at a site. Raises NotFoundError when the person does not have it."""
    for row, site in roles_of(session, of):
        if site.code == site_code and row.role is role:
            _end_role(session, actor, row, now)
            return
    raise NotFoundError


def close_account(session: Session, actor: Actor, of: Account, now: datetime) -> None:
    """End all roles of somebody who leaves, and every session. What they wrote and signed stays."""
    for row, _site in roles_of(session, of):
        _end_role(session, actor, row, now)
    if of.active:
        of.active = False
        of.fs_uniquifier = uuid.uuid4().hex
        session.flush()
        record(session, actor, Act("account_closed", "account", of.id), now)


def renew_password(
    session: Session, actor: Actor, of: Account, *, password_hash: str, now: datetime
) -> None:
    """Replace a forgotten password (hashed). Every session of the person ends."""
    of.password = password_hash
    of.fs_uniquifier = uuid.uuid4().hex
    session.flush()
    record(session, actor, Act("password_renewed", "account", of.id), now)


def renew_totp(session: Session, actor: Actor, of: Account, *, secret: str, now: datetime) -> None:
    """Replace a lost phone's secret (encrypted). Every session of the person ends."""
    of.tf_totp_secret = secret
    of.fs_uniquifier = uuid.uuid4().hex
    session.flush()
    record(session, actor, Act("second_factor_renewed", "account", of.id), now)


def _end_role(session: Session, actor: Actor, row: StaffGrant, now: datetime) -> None:
    row.revoked_at, row.revoked_by_id = now, actor.account_id
    session.flush()
    told = {"role": row.role}
    act = Act("role_revoked", "account", row.account_id, site_id=row.site_id, old=told)
    record(session, actor, act, now)


def _with_email(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(func.lower(Account.email) == email.strip().lower()))

"""Flask-Security: accounts, passwords, one-time codes and the session. No page of its own.

Its own views are not registered: they are one-size pages for e-mail accounts, and each of them
would be another door to guard. Ours (web/signin/) use its primitives.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Request, current_app, g
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import hash_password as _hash_password
from flask_security.utils import verify_password
from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from config import Environment, Settings
from models.account import Account, Role, WebAuthn
from models.site import Site, StaffGrant
from services.actor import Grant
from web.db import db
from web.totp import CountedTotp

# nobody makes us hash a book; beyond 4096 the library raises
LONGEST_PASSWORD: Final = 200

# with the roles a person holds now and what these sites are: one query for every request
_BY_SESSION: Final = (
    select(Account, StaffGrant.site_id, StaffGrant.role, Site.is_made_up)
    .outerjoin(
        StaffGrant, and_(StaffGrant.account_id == Account.id, StaffGrant.revoked_at.is_(None))
    )
    .outerjoin(Site, Site.id == StaffGrant.site_id)
    .where(Account.fs_uniquifier == bindparam("name"))
    .order_by(StaffGrant.id)
)


@dataclass(frozen=True, slots=True)
class SessionGrants:
    """What was read with the account of a session: its grants, and is any of the sites invented?"""

    account_id: int
    grants: tuple[Grant, ...]
    sees_made_up: bool


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's, but the account of a session, asked for at each request, is found without
    its roles: nobody has one. What a person may do stands in `staff_grant`, read beside it."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Any:
        if kwargs.keys() != {"fs_uniquifier"}:
            return super().find_user(case_insensitive, **kwargs)
        name = {"name": kwargs["fs_uniquifier"]}
        rows: Sequence[Any] = db.session.execute(_BY_SESSION, name).all()
        if not rows:
            return None
        account: Account = rows[0][0]
        set_committed_value(account, "roles", [])
        held = [row for row in rows if row[1] is not None]
        g.session_grants = SessionGrants(
            account.id,
            tuple(Grant(site_id=site, role=role) for _, site, role, _ in held),
            any(made_up for *_, made_up in held),
        )
        return account


def session_grants(account_id: int | None) -> SessionGrants | None:
    """What this request's session read with this account; None for any other account."""
    kept: SessionGrants | None = g.get("session_grants")
    return kept if kept is not None and kept.account_id == account_id else None


datastore: Any = Datastore(db, Account, Role, WebAuthn)

# tests sign in hundreds of times: one round and 8 KiB each instead of 64 MiB
_HURRIED = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


def init_security(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="sirolog",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        # the session's own time limits stand in web/session.py
        SESSION_REFRESH_EACH_REQUEST=False,
        SECURITY_TOTP_ISSUER="Sirolog",
        SECURITY_TOTP_SECRETS={"1": derived(settings, "totp").hex()},
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_REQUIRED=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=8,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[
            base64.urlsafe_b64encode(derived(settings, "recovery"))
        ],
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a method
        # argon2 salts by itself; a second salt in the settings would only be one more to lose
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_PHONE_REGION_DEFAULT="CN",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
    )
    if settings.env is Environment.TESTING:
        app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = _HURRIED
    _register(app)


def _register(app: Flask) -> None:
    with app.app_context():  # the codes read our clock already while they are set up
        Security(app, datastore, register_blueprint=False, totp_cls=CountedTotp)
    # machines are known by our own tokens: no other key opens a session's doors
    extension_of(app).login_manager.request_loader(_nobody)


def _nobody(_request: Request) -> None:
    """Who asks without a session and without a token of ours."""


def derived(settings: Settings, purpose: str) -> bytes:
    """A key of its own for each purpose: what one leaks opens nothing else."""
    return hmac.digest(settings.secret_key.encode(), purpose.encode(), hashlib.sha256)


def extension() -> Any:
    """Flask-Security of the running app."""
    return extension_of(current_app)


def extension_of(app: Flask) -> Any:
    return app.extensions["security"]


def totp() -> CountedTotp:
    codes: CountedTotp = extension().totp_factory
    return codes


def hash_password(password: str) -> str:
    hashed: str = _hash_password(_normal(password))
    return hashed


def faults_of(password: str) -> list[str]:
    """Why a new password will not do; empty when it will."""
    faults, _normalised = extension().password_util.validate(password, False)
    return [str(fault) for fault in faults or []]


def password_is(account: Account | None, password: str) -> bool:
    """Is it theirs? Takes as long for nobody and for an account without a password."""
    if len(password) > LONGEST_PASSWORD:
        return False
    if account is None or account.password is None:
        hash_password(password)
        return False
    return bool(verify_password(_normal(password), account.password))


def _normal(password: str) -> str:
    normalised: str = extension().password_util.normalize(password)
    return normalised

"""People and machines that sign in. Columns beyond ours are those Flask-Security asks for.

Flask-Security's mixins are the one exception to "no Flask below web": they carry the password and
token logic that we do not want to write again. Its ready-made tables are not used, because they
demand an e-mail address, which a parent signing in by phone does not have.
"""

# The mixins annotate their attributes as the library's own tables have them (never null, lists of
# its mixins); ours say what our columns really hold.
# mypy: disable-error-code="assignment"
# pyright: reportIncompatibleVariableOverride=false

import enum
from datetime import datetime

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Addressable, Base, Identity, one_of


class AccountKind(enum.StrEnum):
    CARER = "carer"
    STAFF = "staff"
    MACHINE = "machine"


account_roles = Table(
    "account_roles",
    Base.metadata,
    Column("account_id", Identity, ForeignKey("account.id"), primary_key=True),
    Column("role_id", Identity, ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """Flask-Security's roles; what a person may do at a site stands in `staff_grant`."""

    __tablename__ = "role"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))


class Account(Addressable, Base, UserMixin):
    """A person (or machine). `locale` is the language of pages and messages."""

    __tablename__ = "account"

    kind: Mapped[AccountKind] = mapped_column(one_of(AccountKind, "kind"))
    display_name: Mapped[str] = mapped_column(String(80))
    locale: Mapped[str] = mapped_column(String(8), default="zh")
    created_at: Mapped[datetime]
    # set by permanent delivery failures; cleared when the clinic enters another number
    phone_unreachable_at: Mapped[datetime | None]
    phone_unreachable_code: Mapped[str | None] = mapped_column(String(16))

    email: Mapped[str | None] = mapped_column(String(255), unique=True)
    username: Mapped[str | None] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    us_totp_secrets: Mapped[str | None]
    us_phone_number: Mapped[str | None] = mapped_column(String(32), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))

    roles: Mapped[list[Role]] = relationship(secondary=account_roles)
    webauthn: Mapped[list["WebAuthn"]] = relationship(back_populates="user", cascade="all, delete")


class WebAuthn(Base, WebAuthnMixin):
    """A passkey."""

    __tablename__ = "webauthn"

    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime]
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    user: Mapped[Account] = relationship(back_populates="webauthn")


class CodeAttempt(Base):
    """Sign-in codes asked for and tried, per phone or account: what the limits count."""

    __tablename__ = "code_attempt"

    # a keyed hash of the canonical phone or e-mail: the table must not be a phone book
    subject_hash: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(index=True)


class SpentCode(Base):
    """The last time-step a code was accepted for: a code works once."""

    __tablename__ = "spent_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    method: Mapped[str] = mapped_column(String(16))
    counter: Mapped[int]
    at: Mapped[datetime]

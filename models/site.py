"""Hospitals that take part, and who works there in which role."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, one_of


class StaffRole(enum.StrEnum):
    INVESTIGATOR = "investigator"
    PRESCRIBER = "prescriber"
    COORDINATOR = "coordinator"
    READER = "reader"
    MONITOR = "monitor"


class Site(Addressable, Base):
    """A study site. `clinic_phone` is what families are shown to call."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    clinic_phone: Mapped[str | None] = mapped_column(String(32))
    protocol_key: Mapped[str] = mapped_column(String(64))
    is_made_up: Mapped[bool] = mapped_column(default=False)


class StaffGrant(Base):
    """A role at a site from `granted_at` until `revoked_at`; rows are ended, never deleted."""

    __tablename__ = "staff_grant"
    __table_args__ = (
        # one open grant per person, site and role
        Index(
            "uq_staff_grant_open",
            "account_id",
            "site_id",
            "role",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    role: Mapped[StaffRole] = mapped_column(one_of(StaffRole, "role"))
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

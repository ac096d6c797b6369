"""Bearer tokens for machines: hashed at rest, bound to a site and to verbs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base


class ApiToken(Addressable, Base):
    """`verbs` are names like "doses:read"; the secret itself is shown once and never stored."""

    __tablename__ = "api_token"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    verbs: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

"""The randomisation list: made once, sealed, used from the top, one stratum at a time."""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded


class RandomisationList(Addressable, Recorded, Base):
    """One list of a study. `sealed_seed` can be opened only with the key of the installation;
    `commitment` is the SHA-256 of seed and parameters, so that an audit can make the list again
    and see that it is the same."""

    __tablename__ = "randomisation_list"
    __table_args__ = (CheckConstraint("method IN ('seed', 'import')", name="method"),)

    client_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    protocol_key: Mapped[str] = mapped_column(String(64), index=True)
    method: Mapped[str] = mapped_column(String(16))
    sealed_seed: Mapped[str | None]
    commitment: Mapped[str] = mapped_column(String(64))
    # block sizes, strata and version of the algorithm: all that a reproduction needs
    parameters: Mapped[dict[str, Any]]
    rule_version: Mapped[str] = mapped_column(String(64))


class RandomisationPlace(Base):
    """One place on a list. The arm is sealed until a child is allocated to the place."""

    __tablename__ = "randomisation_place"
    __table_args__ = (UniqueConstraint("list_id", "stratum", "position"),)

    list_id: Mapped[int] = mapped_column(ForeignKey("randomisation_list.id"))
    stratum: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    sealed_arm: Mapped[str]

"""Dose orders: what the child shall be given from a named slot on, and holds."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.orders import OrderKind
from domain.protocol import Half
from models.base import Addressable, Base, Recorded, one_of


class DoseOrder(Addressable, Recorded, Base):
    """A signed order. A `dose` carries mg and mL; a `hold` or `stop` carries none.

    Effective from slot (`from_on`, `from_half`); a hold ends before slot (`until_on`,
    `until_half`), which is null while open. Ending a hold adds a row that amends it.
    """

    __tablename__ = "dose_order"
    __table_args__ = (
        UniqueConstraint("participant_id", "client_id"),
        CheckConstraint(
            "kind <> 'dose' OR (prescribed_mg IS NOT NULL AND given_ml IS NOT NULL)",
            name="dose_has_amount",
        ),
        CheckConstraint("(until_on IS NULL) = (until_half IS NULL)", name="until_is_a_slot"),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    kind: Mapped[OrderKind] = mapped_column(one_of(OrderKind, "kind"))
    from_on: Mapped[date]
    from_half: Mapped[Half] = mapped_column(one_of(Half, "from_half"))
    until_on: Mapped[date | None]
    until_half: Mapped[Half | None] = mapped_column(one_of(Half, "until_half"))
    # a later row may amend an order; the amended one no longer counts
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("dose_order.id"), unique=True)

    prescribed_mg: Mapped[Decimal | None]
    given_ml: Mapped[Decimal | None]
    strength_mg_per_ml: Mapped[Decimal | None]
    rounding_error_mg: Mapped[Decimal | None]
    dose_mg_per_m2: Mapped[Decimal | None]
    height_cm: Mapped[Decimal | None]
    weight_kg: Mapped[Decimal | None]
    measured_on: Mapped[date | None]
    bsa_m2: Mapped[Decimal | None]
    bsa_formula: Mapped[str | None] = mapped_column(String(16))

    # the level and the formula's proposal that the prescriber saw, as a document
    level_id: Mapped[int | None] = mapped_column(ForeignKey("level.id"))
    proposal: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    # codes of the guards that were shown and confirmed when it was written
    guards: Mapped[list[Any]]
    rule_version: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    second_signed_at: Mapped[datetime | None]
    second_signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

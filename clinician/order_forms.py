"""The forms about orders, as they are read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.order_guards import Guard
from domain.protocol import Half
from domain.slots import SlotKey
from services.errors import RefusedError
from services.holds import SaidHold, SaidRestart
from services.orders import SaidOrder
from web.fields import Amount, Choice, Day, Ident, Many, Words
from web.forms import WriteSchema


class Unit(StrEnum):
    """How the dose is said. `start` is the arm's starting dose, worked out by the protocol, and
    `proposal` what the formula says to a level."""

    PROPOSAL = "proposal"
    START = "start"
    ML = "ml"
    MG = "mg"


class OrderSchema(WriteSchema):
    amount = Amount(load_default=None)
    unit = Choice(Unit, required=True)
    from_on = Day(required=True)
    from_half = Choice(Half, required=True)
    reason = Words(required=True, longest=500)
    level = Ident(load_default=None)
    # what the check page showed of a proposal: it must still be that when it is signed
    seen_ml = Amount(load_default=None)
    confirmed = Many(Choice(Guard), load_default=list)
    retyped_ml = Amount(load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    client_id: UUID
    amount: Decimal | None
    unit: Unit
    from_on: date
    from_half: Half
    reason: str
    level: UUID | None
    seen_ml: Decimal | None
    confirmed: list[Guard]
    retyped_ml: Decimal | None

    def said(self, starting_mg: Decimal) -> SaidOrder:
        """As the use case takes it. Raises RefusedError when the amount is missing."""
        if self.unit in {Unit.ML, Unit.MG} and self.amount is None:
            raise RefusedError("required", "amount")
        ml = {Unit.ML: self.amount, Unit.PROPOSAL: self.seen_ml}
        mg = {Unit.START: starting_mg, Unit.MG: self.amount}
        return SaidOrder(
            client_id=self.client_id,
            from_slot=SlotKey(self.from_on, self.from_half),
            reason=self.reason,
            confirmed=frozenset(self.confirmed),
            retyped_ml=self.retyped_ml,
            prescribed_mg=mg.get(self.unit),
            given_ml=ml.get(self.unit),
            level=self.level,
            takes_proposal=self.unit is Unit.PROPOSAL,
        )


class HoldSchema(WriteSchema):
    from_on = Day(required=True)
    from_half = Choice(Half, required=True)
    until_on = Day(load_default=None)
    until_half = Choice(Half, load_default=None)
    reason = Words(required=True, longest=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldForm:
    client_id: UUID
    from_on: date
    from_half: Half
    until_on: date | None
    until_half: Half | None
    reason: str

    def said(self) -> SaidHold:
        """As the use case takes it; a day alone means its morning."""
        until = None
        if self.until_on is not None:
            until = SlotKey(self.until_on, self.until_half or Half.MORNING)
        return SaidHold(
            client_id=self.client_id,
            from_slot=SlotKey(self.from_on, self.from_half),
            until_slot=until,
            reason=self.reason,
        )


class RestartSchema(WriteSchema):
    from_on = Day(required=True)
    from_half = Choice(Half, required=True)
    reason = Words(required=True, longest=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartForm:
    client_id: UUID
    from_on: date
    from_half: Half
    reason: str

    def said(self) -> SaidRestart:
        return SaidRestart(
            client_id=self.client_id,
            from_slot=SlotKey(self.from_on, self.from_half),
            reason=self.reason,
        )

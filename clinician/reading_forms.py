"""Forms of masked reading for the study team: which pairs, which readers, which cases."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from services.masked_cases import SaidPair
from services.masked_readers import SaidReaders
from web.fields import Ident, Many, Words, clean
from web.forms import FormSchema, WriteSchema

_PARTS = 4


class Pair(Words):
    """Child, visit, baseline and follow-up photo in one value of a tick box."""

    def read(self, value: Any) -> Any:
        said = clean(value).split("~")
        if len(said) != _PARTS:
            raise ValidationError("not_a_choice")
        try:
            return SaidPair(UUID(said[0]), said[1], UUID(said[2]), UUID(said[3]))
        except ValueError:
            raise ValidationError("not_a_choice") from None


class ReadersSchema(WriteSchema):
    first = Ident(required=True)
    second = Ident(required=True)
    third = Ident(load_default=None)


class PairsSchema(ReadersSchema):
    pair = Many(Pair(), required=True)


class ChosenSchema(ReadersSchema):
    visit_code = Words(required=True, longest=24)
    baseline = Ident(required=True)
    followup = Ident(required=True)


class ThirdSchema(FormSchema):
    third = Ident(required=True)


class CasesSchema(FormSchema):
    case = Many(Ident(), load_default=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsForm:
    """Ticked pairs, each with an id of its own, so that the form sent twice makes each once."""

    client_id: UUID
    first: UUID
    second: UUID
    third: UUID | None
    pair: Sequence[SaidPair]

    @property
    def readers(self) -> SaidReaders:
        return SaidReaders(first=self.first, second=self.second, third=self.third)

    def id_of(self, pair: SaidPair) -> UUID:
        return uuid.uuid5(self.client_id, f"{pair.child}:{pair.visit_code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenForm:
    """One pair of photos, chosen by hand."""

    client_id: UUID
    first: UUID
    second: UUID
    third: UUID | None
    visit_code: str
    baseline: UUID
    followup: UUID

    def pairs(self, child: UUID) -> PairsForm:
        pair = SaidPair(child, self.visit_code, self.baseline, self.followup)
        return PairsForm(
            client_id=self.client_id,
            first=self.first,
            second=self.second,
            third=self.third,
            pair=(pair,),
        )


@dataclass(frozen=True, slots=True)
class ThirdForm:
    third: UUID


@dataclass(frozen=True, slots=True)
class CasesForm:
    case: Sequence[UUID]

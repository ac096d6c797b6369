"""Masked readings as they travel: who has read, and what only once a case is unmasked."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from marshmallow import Schema, fields, validate

from api.fields import Choice, Computed, Count, Day, Ident, Instant, Secret, Words, YesNo
from api.schemas import WriteSchema
from domain.agreement import Kappa, decimal_of
from domain.masked_answers import CaseState, Comparison
from services.masked_readers import Reader
from services.masked_results import CaseLine, ReadersAgreement, SeatLine

_PLACES: Final = Decimal("0.000001")
_MOST_CASES: Final = 400
_MOST: Final = 1_000_000
_MASKED: Final = {"description": "null until the case is unmasked"}


class MaskedReaderSchema(Schema):
    """Somebody who may be named as a reader, unless another role at the site shows the children."""

    id = Ident(required=True)
    name = Words(required=True)
    site = Words(required=True)
    is_masked = YesNo(required=True)


class ReadingSeatSchema(Schema):
    """A reader of a case; `answer` compares the follow-up with the baseline."""

    seat = Count(
        least=1,
        most=3,
        required=True,
        metadata={"description": "1, 2, or 3 for the one who decides"},
    )
    reader = Words(required=True)
    task = Ident(required=True)
    is_locked = YesNo(required=True)
    locked_at = Instant(required=True, allow_none=True)
    answer = Choice(Comparison, required=True, allow_none=True, metadata=_MASKED)
    baseline_is_left = YesNo(required=True, allow_none=True, metadata=_MASKED)
    note = Words(required=True, allow_none=True, metadata=_MASKED)


class MaskedReadingSchema(Schema):
    """A pair of photos of a child, read for a visit."""

    id = Ident(required=True)
    client_id = Ident(required=True)
    child = Ident(required=True)
    visit_code = Words(required=True)
    baseline_photo = Ident(required=True)
    baseline_on = Day(required=True)
    followup_photo = Ident(required=True)
    followup_on = Day(required=True)
    view = Words(required=True)
    body_site = Words(required=True)
    state = Choice(CaseState, required=True)
    readers = fields.List(fields.Nested(ReadingSeatSchema), required=True)
    consensus = Choice(Comparison, required=True, allow_none=True, metadata=_MASKED)
    recorded_at = Instant(required=True)
    unmasked_at = Instant(required=True, allow_none=True)
    rule_version = Words(required=True)


class KappaSchema(Schema):
    """Kappa with its workings, rounded to six places; null where there is none. `low` and `high`
    are the 95 % interval, value ± 1.96 standard errors (Cohen 1960, 1968)."""

    n = Count(least=0, most=_MOST, required=True)
    observed = Computed(required=True, allow_none=True)
    expected = Computed(required=True, allow_none=True)
    value = Computed(required=True, allow_none=True)
    standard_error = Computed(required=True, allow_none=True)
    low = Computed(required=True, allow_none=True)
    high = Computed(required=True, allow_none=True)


class ReadersAgreementSchema(Schema):
    """The first reader (rows of the table) against the second (columns), unmasked cases only.
    `weighted`: linear weights, without pairs in which somebody cannot say."""

    categories = fields.List(Choice(Comparison), required=True)
    table = fields.List(fields.List(Count(least=0, most=_MOST)), required=True)
    share = Computed(required=True, allow_none=True)
    kappa = fields.Nested(KappaSchema, required=True)
    weighted = fields.Nested(KappaSchema, required=True)
    rule_versions = fields.List(Words(), required=True)


class MaskedReadingsSchema(Schema):
    """All cases of one's sites, the newest first."""

    items = fields.List(fields.Nested(MaskedReadingSchema), required=True)
    agreement = fields.Nested(ReadersAgreementSchema, required=True)


class SaidReadingCaseSchema(WriteSchema):
    """Which two photos to compare, and who reads them. Sides and order are drawn."""

    visit_code = Words(required=True, longest=24)
    baseline_photo = Ident(required=True)
    followup_photo = Ident(required=True)
    first_reader = Ident(required=True)
    second_reader = Ident(required=True)
    third_reader = Ident(load_default=None, allow_none=True)


class ThirdReaderSchema(Schema):
    """Who decides where the first two do not settle it."""

    third_reader = Ident(required=True)


class UnmaskSchema(Schema):
    """Which cases, with the proof of who unmasks."""

    cases = fields.List(
        Ident(), required=True, validate=validate.Length(max=_MOST_CASES, error="too_many")
    )
    password = Secret(required=True, load_only=True)
    code = Words(
        load_default="",
        longest=20,
        load_only=True,
        metadata={"description": "of the authenticator app, unless it was given just before"},
    )


def reading_shown(line: CaseLine) -> Mapping[str, Any]:
    case = line.case
    return {
        "id": case.public_id,
        "client_id": case.client_id,
        "child": line.child.public_id,
        "visit_code": case.visit_code,
        "baseline_photo": line.baseline.public_id,
        "baseline_on": line.baseline.shown_on,
        "followup_photo": line.followup.public_id,
        "followup_on": line.followup.shown_on,
        "view": line.baseline.view,
        "body_site": line.baseline.body_site,
        "state": line.state,
        "readers": [_seat(seat) for seat in line.seats],
        "consensus": line.consensus,
        "recorded_at": case.recorded_at,
        "unmasked_at": case.unmasked_at,
        "rule_version": case.rule_version,
    }


def agreement_shown(found: ReadersAgreement) -> Mapping[str, Any]:
    return {
        "categories": found.plain.categories,
        "table": found.plain.table,
        "share": _rounded(found.plain.share),
        "kappa": _kappa(found.plain.plain),
        "weighted": _kappa(found.weighted),
        "rule_versions": found.rule_versions,
    }


def reader_shown(reader: Reader, site_code: str) -> Mapping[str, Any]:
    return {
        "id": reader.account.public_id,
        "name": reader.account.display_name,
        "site": site_code,
        "is_masked": reader.is_masked,
    }


def _seat(seat: SeatLine) -> Mapping[str, Any]:
    return {
        "seat": seat.seat,
        "reader": seat.reader,
        "task": seat.task,
        "is_locked": seat.is_locked,
        "locked_at": seat.locked_at,
        "answer": seat.said,
        "baseline_is_left": seat.baseline_is_left,
        "note": seat.note,
    }


def _kappa(kappa: Kappa) -> Mapping[str, Any]:
    exact = ("observed", "expected", "value", "standard_error", "low", "high")
    return {"n": kappa.n, **{name: _rounded(getattr(kappa, name)) for name in exact}}


def _rounded(value: Fraction | Decimal | None) -> Decimal | None:
    if value is None:
        return None
    exact = decimal_of(value) if isinstance(value, Fraction) else value
    return exact.quantize(_PLACES) + 0

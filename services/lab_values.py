"""One laboratory result as said, read into the columns of its row; and what is refused."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from domain.dipstick import PLUSES, read_dipstick
from domain.errors import DomainError
from domain.protocol import LabPlan, Protocol
from domain.reported import Reported, in_study_unit, read_reported
from models.participant import Participant
from services.errors import RefusedError
from services.results import check_not_future, check_reason


class RangeSource(StrEnum):
    """Where the limits of normal beside a result came from."""

    PRINTED = "printed"
    FILE = "file"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidResult:
    """One analyte: `result` as printed ("45", "<0.5"), `unit` one of the protocol's, the range
    printed beside it in the same unit. `amends` is the public id of the result it corrects."""

    analyte: str
    result: str
    unit: str
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None
    fasting: bool | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None

    @property
    def has_range(self) -> bool:
        return self.reference_low is not None or self.reference_high is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLabs:
    """The results of one sample; `import_id` names the file they came in."""

    client_id: uuid.UUID
    drawn_at: datetime
    laboratory: str | None = None
    results: tuple[SaidResult, ...]
    import_id: int | None = None


def plan_of(analyte: str, protocol: Protocol) -> LabPlan:
    """Raises RefusedError("unknown_analyte") beside the analyte."""
    try:
        return protocol.lab(analyte)
    except KeyError:
        raise RefusedError("unknown_analyte", analyte) from None


def read_result(result: SaidResult, protocol: Protocol) -> Mapping[str, Any]:
    """The columns that one result fills. Raises RefusedError for what cannot be read or converted,
    or is implausible, with the analyte as its field."""
    plan = plan_of(result.analyte, protocol)
    try:
        reported = _reported(result, plan)
        study_value = in_study_unit(reported.value, result.unit, plan)
    except DomainError as error:
        raise RefusedError(error.code, result.analyte) from None
    if not plan.plausible.contains(study_value):
        raise RefusedError("out_of_range", result.analyte)
    _check_range(result)
    return {
        "analyte": result.analyte,
        "comparator": reported.comparator.value,
        "value": reported.value,
        "unit": result.unit,
        "study_value": study_value,
        "reference_low": result.reference_low,
        "reference_high": result.reference_high,
        "fasting": result.fasting,
    }


def check_drawn(
    participant: Participant, drawn_at: datetime, protocol: Protocol, *, now: datetime, zone: str
) -> None:
    """Raises RefusedError for blood drawn in the future, before the child was born, or earlier than
    the study looks back from enrolment (all days by the wall clock of `zone`)."""
    check_not_future(drawn_at, protocol, now, field="drawn_on")
    on = drawn_at.astimezone(ZoneInfo(zone)).date()
    if on < participant.born_on:
        raise RefusedError("drawn_before_birth", "drawn_on")
    back = timedelta(days=protocol.lab_rules.earliest_days_before_enrolment)
    if on < participant.enrolled_on - back:
        raise RefusedError("before_screening", "drawn_on")


def check_panel(said: SaidLabs) -> None:
    """A panel has results, none twice, and a reason for each correction."""
    if not said.results:
        raise RefusedError("no_results")
    analytes = [result.analyte for result in said.results]
    for result in said.results:
        if analytes.count(result.analyte) > 1:
            raise RefusedError("analyte_twice", result.analyte)
        check_reason(result.amends, result.amend_reason)


def _reported(result: SaidResult, plan: LabPlan) -> Reported:
    return read_dipstick(result.result) if plan.unit == PLUSES else read_reported(result.result)


def _check_range(result: SaidResult) -> None:
    low, high = result.reference_low, result.reference_high
    if low is not None and high is not None and low > high:
        raise RefusedError("range_reversed", result.analyte)

"""Laboratory results: a panel of one sample, each value as printed and in the study's unit."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from domain.errors import DomainError
from domain.protocol import LabPlan, Protocol
from domain.reported import Reported, in_study_unit, read_reported
from models.laboratory import LabResult
from models.participant import Participant
from services.actor import Actor, account_of
from services.audit import Act, plain, record
from services.errors import ConflictError, RefusedError
from services.results import amended_row, check_not_future, check_reason


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLabs:
    """The results of one sample."""

    client_id: uuid.UUID
    drawn_at: datetime
    laboratory: str | None = None
    results: tuple[SaidResult, ...]


def record_labs(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidLabs,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[tuple[LabResult, ...], bool]:
    """Store a panel (True), or return what an earlier arrival of the same form stored (False).

    Raises RefusedError with the analyte as its field, ConflictError, NotFoundError.
    """
    contents = [_content(said, result, protocol) for result in said.results]
    earlier = _earlier(session, participant, said, contents)
    if earlier is not None:
        return earlier, False
    _check(said, protocol, now)
    rows = tuple(
        _row(session, participant, (said, result), content)
        for result, content in zip(said.results, contents, strict=True)
    )
    for row in rows:
        row.recorded_at, row.recorded_by_id = now, account_of(actor)
    try:
        with session.begin_nested():
            session.add_all(rows)
            session.flush()
    except IntegrityError:
        winner = _earlier(session, participant, said, contents)
        if winner is None:
            raise
        return winner, False
    for row in rows:
        _audit(session, actor, participant, row, now=now)
    return rows, True


def _row(
    session: Session,
    participant: Participant,
    said: tuple[SaidLabs, SaidResult],
    content: Mapping[str, Any],
) -> LabResult:
    labs, result = said
    amended = amended_row(session, LabResult, participant, result.amends)
    if amended is not None and amended.analyte != result.analyte:
        raise RefusedError("other_analyte", result.analyte)
    return LabResult(
        client_id=labs.client_id,
        participant_id=participant.id,
        amends_id=amended.id if amended else None,
        amend_reason=result.amend_reason,
        **content,
    )


def _content(said: SaidLabs, result: SaidResult, protocol: Protocol) -> dict[str, Any]:
    """The columns of a result. Refuses what cannot be read or converted, or is implausible."""
    plan = _plan(result.analyte, protocol)
    reported = _reported(result)
    study_value = _converted(reported.value, result, plan)
    if not plan.plausible.contains(study_value):
        raise RefusedError("out_of_range", result.analyte)
    return {
        "analyte": result.analyte,
        "drawn_at": said.drawn_at,
        "comparator": reported.comparator.value,
        "value": reported.value,
        "unit": result.unit,
        "study_value": study_value,
        "reference_low": result.reference_low,
        "reference_high": result.reference_high,
        "fasting": result.fasting,
        "laboratory": said.laboratory,
    }


def _plan(analyte: str, protocol: Protocol) -> LabPlan:
    try:
        return protocol.lab(analyte)
    except KeyError:
        raise RefusedError("unknown_analyte", analyte) from None


def _reported(result: SaidResult) -> Reported:
    try:
        return read_reported(result.result)
    except DomainError as error:
        raise RefusedError(error.code, result.analyte) from None


def _converted(value: Decimal, result: SaidResult, plan: LabPlan) -> Decimal:
    try:
        return in_study_unit(value, result.unit, plan)
    except DomainError as error:
        raise RefusedError(error.code, result.analyte) from None


def _check(said: SaidLabs, protocol: Protocol, now: datetime) -> None:
    if not said.results:
        raise RefusedError("no_results")
    check_not_future(said.drawn_at, protocol, now, field="drawn_on")
    analytes = [result.analyte for result in said.results]
    for result in said.results:
        if analytes.count(result.analyte) > 1:
            raise RefusedError("analyte_twice", result.analyte)
        low, high = result.reference_low, result.reference_high
        if low is not None and high is not None and low > high:
            raise RefusedError("range_reversed", result.analyte)
        check_reason(result.amends, result.amend_reason)


def _earlier(
    session: Session,
    participant: Participant,
    said: SaidLabs,
    contents: list[dict[str, Any]],
) -> tuple[LabResult, ...] | None:
    """What the same form stored before. ConflictError if it said something else then."""
    rows = session.scalars(
        select(LabResult)
        .where(LabResult.participant_id == participant.id, LabResult.client_id == said.client_id)
        .order_by(LabResult.id)
    ).all()
    if not rows:
        return None
    kept = {row.analyte: {name: getattr(row, name) for name in contents[0]} for row in rows}
    offered = {str(content["analyte"]): content for content in contents}
    if kept != offered:
        raise ConflictError(first=plain(kept), offered=plain(offered))
    return tuple(rows)


def _audit(
    session: Session, actor: Actor, participant: Participant, row: LabResult, *, now: datetime
) -> None:
    act = Act(
        action="lab_result.corrected" if row.amends_id else "lab_result.recorded",
        subject="lab_result",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        old={"amends_id": row.amends_id} if row.amends_id else None,
        new={
            "analyte": row.analyte,
            "drawn_at": row.drawn_at,
            "result": f"{row.comparator}{row.value:f}",
            "unit": row.unit,
        },
        reason=row.amend_reason,
    )
    record(session, actor, act, now)


def results_of(session: Session, participant: Participant) -> tuple[LabResult, ...]:
    """All results of the child that no other row corrects, in the order they were drawn."""
    later = aliased(LabResult)
    rows = session.scalars(
        select(LabResult)
        .where(
            LabResult.participant_id == participant.id,
            ~exists(select(later.id).where(later.amends_id == LabResult.id)),
        )
        .order_by(LabResult.drawn_at, LabResult.id)
    )
    return tuple(rows)


def latest_of(session: Session, participant: Participant) -> dict[str, LabResult]:
    """The newest result of each analyte, by its code."""
    return {row.analyte: row for row in results_of(session, participant)}

"""Laboratory results: a panel of one sample, each value as printed and in the study's unit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.laboratory import LabResult, ReferenceRange
from models.participant import Participant
from models.site import Site
from services.actor import Actor, account_of
from services.audit import Act, plain, record
from services.errors import ConflictError, RefusedError
from services.lab_candidate_matters import tell_lab_candidates
from services.lab_values import (
    RangeSource,
    SaidLabs,
    SaidResult,
    check_drawn,
    check_panel,
    read_result,
)
from services.matters_of_results import tell_platelets
from services.reference_ranges import Asked, limits_for, ranges_of
from services.results import amended_row

__all__ = ["SaidLabs", "SaidResult", "filled", "record_labs"]

# a result with the limits it will be stored with, and where they come from
Filled = tuple[SaidResult, RangeSource | None]


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

    A result without limits of normal gets those of the site's table for its laboratory, the
    child's age at the draw and sex. Raises RefusedError with the analyte as its field,
    ConflictError, NotFoundError.
    """
    contents = [_content(said, result, protocol) for result in said.results]
    earlier = _earlier(session, participant, said, contents)
    if earlier is not None:
        return earlier, False
    check_panel(said)
    site = session.get_one(Site, participant.site_id)
    check_drawn(participant, said.drawn_at, protocol, now=now, zone=site.time_zone)
    fill = _filler(session, participant, site, said, protocol=protocol)
    found = [fill(result) for result in said.results]
    rows = tuple(_row(session, participant, (said, each), protocol) for each in found)
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
    _tell(session, participant, rows, protocol=protocol, now=now)
    return rows, True


def _tell(
    session: Session,
    participant: Participant,
    rows: Sequence[LabResult],
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    """What the clinic must know of new results."""
    tell_platelets(session, participant, rows, protocol=protocol, now=now)
    if rows[0].import_id is None:
        # an import has many panels of a child: it tells once, at its end
        tell_lab_candidates(session, participant, protocol=protocol, now=now)


def filled(
    result: SaidResult,
    participant: Participant,
    said: SaidLabs,
    rows: Sequence[ReferenceRange],
    *,
    protocol: Protocol,
    zone: str,
) -> Filled:
    """The result with its limits: those said, else those of the site's table, else none."""
    if result.has_range:
        return result, RangeSource.FILE if said.import_id else RangeSource.PRINTED
    if said.laboratory is None:
        return result, None
    drawn_on = said.drawn_at.astimezone(ZoneInfo(zone)).date()
    asked = Asked(
        laboratory=said.laboratory,
        analyte=result.analyte,
        unit=result.unit,
        sex=participant.sex,
        age_days=(drawn_on - participant.born_on).days,
        drawn_on=drawn_on,
    )
    limits = limits_for(rows, asked, protocol)
    if limits is None:
        return result, None
    found = replace(result, reference_low=limits.low, reference_high=limits.high)
    return found, RangeSource.SITE


def _filler(
    session: Session, participant: Participant, site: Site, said: SaidLabs, *, protocol: Protocol
) -> Callable[[SaidResult], Filled]:
    """The site's table is read once, and only when somebody asks for it."""
    wanted = said.laboratory is not None and not all(each.has_range for each in said.results)
    rows = ranges_of(session, site.id) if wanted else ()
    return lambda result: filled(
        result, participant, said, rows, protocol=protocol, zone=site.time_zone
    )


def _row(
    session: Session, participant: Participant, sample: tuple[SaidLabs, Filled], protocol: Protocol
) -> LabResult:
    labs, (result, source) = sample
    amended = amended_row(session, LabResult, participant, result.amends)
    if amended is not None and amended.analyte != result.analyte:
        raise RefusedError("other_analyte", result.analyte)
    return LabResult(
        client_id=labs.client_id,
        participant_id=participant.id,
        amends_id=amended.id if amended else None,
        amend_reason=result.amend_reason,
        import_id=labs.import_id,
        range_source=source,
        **_content(labs, result, protocol),
    )


def _content(said: SaidLabs, result: SaidResult, protocol: Protocol) -> dict[str, Any]:
    """What the sender said, as columns."""
    columns = read_result(result, protocol)
    return {**columns, "drawn_at": said.drawn_at, "laboratory": said.laboratory}


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
    kept = {row.analyte: _said_then(row, contents[0]) for row in rows}
    offered = {str(content["analyte"]): content for content in contents}
    if kept != offered:
        raise ConflictError(first=plain(kept), offered=plain(offered))
    return tuple(rows)


def _said_then(row: LabResult, names: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as they were sent: limits that the site's table gave were not."""
    kept = {name: getattr(row, name) for name in names}
    if row.range_source == RangeSource.SITE:
        kept |= {"reference_low": None, "reference_high": None}
    return kept


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

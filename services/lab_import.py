"""Results of many children in one table: looked at row by row, then stored all or not at all."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.laboratory import LabImport, LabResult
from models.participant import Participant
from models.site import Site
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.lab_candidate_matters import tell_lab_candidates
from services.lab_file import ImportRow
from services.lab_grades import LabDraft, baseline_rows, grade_rows
from services.lab_rows import ImportLine, RowError, RowReading
from services.lab_values import SaidLabs
from services.labs import record_labs
from services.once import first_result
from services.standing_labs import results_of
from services.turns import take_turn


@dataclass(frozen=True, slots=True)
class Preview:
    """`lines` are the rows without errors; `earlier` is the same file, taken in before."""

    lines: tuple[ImportLine, ...]
    errors: tuple[RowError, ...]
    earlier: LabImport | None

    @property
    def new_count(self) -> int:
        return sum(not line.is_stored for line in self.lines)

    @property
    def may_import(self) -> bool:
        return not self.errors and self.earlier is None and self.new_count > 0


class RowsRefusedError(RefusedError):
    """Some rows are wrong, so none is stored. `errors` lists every one."""

    def __init__(self, errors: tuple[RowError, ...]) -> None:
        super().__init__("rows_wrong", count=len(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidImport:
    """A table to take in: `sha256` of its text knows it again."""

    client_id: uuid.UUID
    sha256: str
    rows: tuple[ImportRow, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """A table taken in, and what it stored; `is_new` is False for a second arrival."""

    row: LabImport
    results: tuple[LabResult, ...]
    is_new: bool


def preview(
    session: Session,
    site: Site,
    rows: Sequence[ImportRow],
    sha256: str,
    *,
    protocol: Protocol,
    now: datetime,
) -> Preview:
    """Look at every row as the import would, and store nothing."""
    lines, errors = RowReading(session, site, rows, protocol=protocol, now=now).lines()
    earlier = session.scalar(
        select(LabImport).where(LabImport.site_id == site.id, LabImport.sha256 == sha256)
    )
    return Preview(_graded(session, lines, protocol), errors, earlier)


def import_rows(
    session: Session,
    actor: Actor,
    site: Site,
    said: SaidImport,
    *,
    protocol: Protocol,
    now: datetime,
) -> Import:
    """Store every row, or none. Rows that are stored already are left out.

    Raises RowsRefusedError with every row error, RefusedError `file_before` for a table taken in
    before by another form and `nothing_new`, ConflictError.
    """
    take_turn(session, site)
    key, content = {"client_id": said.client_id}, {"site_id": site.id, "sha256": said.sha256}
    first = first_result(session, LabImport, key, content)
    if first is not None:
        return Import(first, _results_of_import(session, first), is_new=False)
    found = preview(session, site, said.rows, said.sha256, protocol=protocol, now=now)
    _check(found)
    row = LabImport(
        client_id=said.client_id,
        site_id=site.id,
        sha256=said.sha256,
        row_count=found.new_count,
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    _store(session, actor, row)
    children: set[Participant] = set()
    for labs, child in _samples(said, row, found.lines):
        record_labs(session, actor, child, labs, protocol=protocol, now=now)
        children.add(child)
    for child in sorted(children, key=lambda one: one.id):
        tell_lab_candidates(session, child, protocol=protocol, now=now)
    return Import(row, _results_of_import(session, row), is_new=True)


def _check(found: Preview) -> None:
    if found.errors:
        raise RowsRefusedError(found.errors)
    if found.earlier is not None:
        raise RefusedError("file_before")
    if not found.new_count:
        raise RefusedError("nothing_new")


def _store(session: Session, actor: Actor, row: LabImport) -> None:
    session.add(row)
    session.flush()
    act = Act(
        action="lab_import.recorded",
        subject="lab_import",
        subject_id=row.id,
        site_id=row.site_id,
        new={"sha256": row.sha256, "rows": row.row_count},
    )
    record(session, actor, act, row.recorded_at)


def _samples(
    said: SaidImport, row: LabImport, lines: Iterable[ImportLine]
) -> Iterable[tuple[SaidLabs, Participant]]:
    """The new rows as panels: one for each child, moment and laboratory."""
    panels: dict[tuple[int, datetime, str | None], list[ImportLine]] = {}
    for line in lines:
        if not line.is_stored:
            key = (line.child.id, line.result.drawn_at, line.result.laboratory)
            panels.setdefault(key, []).append(line)
    for (_, drawn_at, laboratory), panel in panels.items():
        child = panel[0].child
        name = f"{child.public_id} {drawn_at.isoformat()} {laboratory or ''}"
        labs = SaidLabs(
            client_id=uuid.uuid5(said.client_id, name),
            drawn_at=drawn_at,
            laboratory=laboratory,
            results=tuple(line.said for line in panel),
            import_id=row.id,
        )
        yield labs, child


def _results_of_import(session: Session, row: LabImport) -> tuple[LabResult, ...]:
    return tuple(
        session.scalars(
            select(LabResult).where(LabResult.import_id == row.id).order_by(LabResult.id)
        )
    )


def _graded(
    session: Session, lines: Sequence[ImportLine], protocol: Protocol
) -> tuple[ImportLine, ...]:
    """Each line with the drafts its result will have beside what is stored already."""
    by_child: dict[int, list[ImportLine]] = {}
    for line in lines:
        by_child.setdefault(line.child.id, []).append(line)
    graded: dict[int, LabDraft] = {}
    for group in by_child.values():
        stored = results_of(session, group[0].child)
        fresh = [line.result for line in group]
        both = sorted((*stored, *fresh), key=lambda row: row.drawn_at)
        baselines = baseline_rows(session, group[0].child, both)
        drafts = grade_rows(fresh, baselines, protocol, beside=stored)
        graded |= {line.row.number: draft for line, draft in zip(group, drafts, strict=True)}
    return tuple(replace(line, graded=graded[line.row.number]) for line in lines)

"""The rows of a table of results, each held against the study, the site's children and ranges, and
what is stored: what it would store, and everything that is wrong with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from models.laboratory import LabResult
from models.participant import Participant
from models.site import Site
from services.errors import RefusedError
from services.lab_cells import (
    analyte_of,
    fasting_of,
    instant_of,
    laboratory_of,
    limit_of,
    tried,
    unit_of,
)
from services.lab_file import ImportRow
from services.lab_grades import LabDraft
from services.lab_values import RangeSource, SaidLabs, SaidResult, check_drawn, read_result
from services.labs import filled
from services.reference_ranges import ranges_of
from services.standing_labs import results_of

# refusals of the use case name the analyte; in a file it is the result that is wrong
_COLUMN_OF: Final[Mapping[str, str]] = {
    "unknown_unit": "unit",
    "range_reversed": "upper_limit",
    "in_the_future": "drawn_at",
    "drawn_before_birth": "drawn_at",
    "before_screening": "drawn_at",
}


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong where: the line of the file, the column, and the code of the sentence."""

    row: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What a good row will store. `is_stored` says that the very same result is there already."""

    row: ImportRow
    child: Participant
    result: LabResult
    said: SaidResult
    is_stored: bool
    graded: LabDraft | None = None


class RowReading:
    """One look at a table: what its rows are held against is read once."""

    def __init__(
        self,
        session: Session,
        site: Site,
        rows: Sequence[ImportRow],
        *,
        protocol: Protocol,
        now: datetime,
    ) -> None:
        self.session, self.site, self.rows = session, site, rows
        self.protocol, self.now = protocol, now
        self.zone = ZoneInfo(site.time_zone)
        self.children = self._children()
        self.ranges = ranges_of(session, site.id)
        self.stored = self._stored()

    def lines(self) -> tuple[list[ImportLine], tuple[RowError, ...]]:
        """The rows that are right, and what is wrong with the others."""
        lines: list[ImportLine] = []
        errors: list[RowError] = []
        seen: set[tuple[object, ...]] = set()
        for row in self.rows:
            wrong: list[RefusedError] = []
            line = self._line(row, wrong)
            if line is not None:
                self._check_once(line, seen, wrong)
            errors.extend(_row_error(row, error) for error in wrong)
            if line is not None and not wrong:
                lines.append(line)
        return lines, tuple(errors)

    def _line(self, row: ImportRow, wrong: list[RefusedError]) -> ImportLine | None:
        """The row read cell by cell, so that all that is wrong with it is told at once."""
        child = tried(lambda: self._child(row.study_number), wrong)
        plan = tried(lambda: analyte_of(row.analyte, self.protocol), wrong)
        unit = None if plan is None else tried(lambda: unit_of(row.unit, plan), wrong)
        drawn_at = tried(lambda: instant_of(row.drawn_at, self.zone), wrong)
        low = tried(lambda: limit_of(row.lower_limit, "lower_limit"), wrong)
        high = tried(lambda: limit_of(row.upper_limit, "upper_limit"), wrong)
        fasting = tried(lambda: fasting_of(row.fasting), wrong)
        laboratory = tried(lambda: laboratory_of(row.laboratory), wrong)
        if child is not None and drawn_at is not None:
            tried(lambda: self._check_drawn(child, drawn_at), wrong)
        if plan is None or unit is None:
            return None
        said = SaidResult(
            analyte=plan.code,
            result=row.result,
            unit=unit,
            reference_low=low,
            reference_high=high,
            fasting=fasting,
        )
        read = tried(lambda: read_result(said, self.protocol), wrong)
        if child is None or drawn_at is None or read is None or wrong:
            return None
        labs = SaidLabs(
            client_id=uuid.uuid4(), drawn_at=drawn_at, laboratory=laboratory, results=()
        )
        return self._made(row, child, labs, said)

    def _made(
        self, row: ImportRow, child: Participant, labs: SaidLabs, said: SaidResult
    ) -> ImportLine:
        """The line with the result as it would be stored; it joins no session."""
        found, source = filled(
            said, child, labs, self.ranges, protocol=self.protocol, zone=self.site.time_zone
        )
        result = LabResult(
            participant_id=child.id,
            drawn_at=labs.drawn_at,
            laboratory=labs.laboratory,
            range_source=RangeSource.FILE if said.has_range else source,
            **read_result(found, self.protocol),
        )
        return ImportLine(row, child, result, said, self._is_stored(result))

    def _check_drawn(self, child: Participant, drawn_at: datetime) -> None:
        check_drawn(child, drawn_at, self.protocol, now=self.now, zone=self.site.time_zone)

    def _check_once(
        self, line: ImportLine, seen: set[tuple[object, ...]], wrong: list[RefusedError]
    ) -> None:
        """Neither the file nor the chart may say two things about one sample."""
        result = line.result
        key = (result.participant_id, result.analyte, result.drawn_at)
        if key in seen:
            wrong.append(RefusedError("row_twice", "analyte"))
        elif not line.is_stored and self.stored.get(key):
            wrong.append(RefusedError("other_value_stored", "result"))
        seen.add(key)

    def _is_stored(self, result: LabResult) -> bool:
        key = (result.participant_id, result.analyte, result.drawn_at)
        said = (result.comparator, result.value, result.unit)
        return any(
            (row.comparator, row.value, row.unit) == said for row in self.stored.get(key, ())
        )

    def _child(self, study_number: str) -> Participant:
        if not study_number.strip():
            raise RefusedError("required", "study_number")
        child = self.children.get(study_number.strip().upper())
        if child is None:
            raise RefusedError("unknown_child", "study_number")
        return child

    def _children(self) -> dict[str, Participant]:
        wanted = {row.study_number.strip().upper() for row in self.rows}
        rows = self.session.scalars(select(Participant).where(Participant.site_id == self.site.id))
        return {row.study_number.upper(): row for row in rows if row.study_number.upper() in wanted}

    def _stored(self) -> dict[tuple[int, str, datetime], list[LabResult]]:
        """Standing results of these children by child, analyte and moment."""
        found: dict[tuple[int, str, datetime], list[LabResult]] = {}
        for child in self.children.values():
            for row in results_of(self.session, child):
                key = (row.participant_id, row.analyte, row.drawn_at)
                found.setdefault(key, []).append(row)
        return found


def _row_error(row: ImportRow, error: RefusedError) -> RowError:
    column = _COLUMN_OF.get(error.code) or error.field or "result"
    known = column in {each for each in ImportRow.__slots__ if each != "number"}
    return RowError(row.number, column if known else "result", error.code)

"""Draft grades and tables of results as they travel."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask.typing import ResponseReturnValue

from api.presenters import Shown, shown
from domain.ctcae_draft import Draft, LabValue, StepReading
from domain.reported import Reported
from services.ctcae import ctcae
from services.lab_file import ImportRow
from services.lab_grades import LabDraft
from services.lab_import import Import, Preview
from services.lab_rows import ImportLine, RowError
from web.errors import answer
from web.sentences import sentence

# columns of a file have other names than fields
_FIELDS: Final = {"lower_limit": "reference_low", "upper_limit": "reference_high"}


def drafts_shown(graded: LabDraft) -> Shown:
    row = graded.result
    return {
        "result": row.public_id,
        "analyte": row.analyte,
        "drawn_at": row.drawn_at,
        "comparator": row.comparator,
        "value": row.value,
        "unit": row.unit,
        "baseline": graded.baseline and graded.baseline.public_id,
        "drafts": [draft_shown(draft) for draft in graded.drafts],
    }


def draft_shown(draft: Draft) -> Shown:
    span, before = draft.span, draft.baseline_span
    return {
        "term_code": draft.term.code,
        "term": draft.term.name["en"],
        "soc": ctcae().socs[draft.term.soc]["en"],
        "direction": draft.direction,
        "grade": draft.grade,
        "least": span and span.least,
        "most": span and span.most,
        "reason": draft.reason,
        "flags": draft.flags,
        "graded": _measured(draft.graded, draft.unit),
        "reference_low": draft.low,
        "reference_high": draft.high,
        "baseline": _value(draft.baseline),
        "albumin": _value(draft.albumin),
        "correction": draft.correction,
        "grade_before": before and before.text,
        "steps": [_step(step) for step in draft.steps],
        "decided_by": draft.decided_by and _step(draft.decided_by),
        "ctcae_version": draft.ctcae_version,
        "rule_version": draft.rule_version,
    }


def _step(step: StepReading) -> Shown:
    return {
        "basis": step.basis,
        "grade": step.grade,
        "factor": step.factor,
        "number": step.number,
        "unit": step.unit,
        "included": step.included,
        "holds": step.holds.name.lower(),
    }


def _value(value: LabValue | None) -> Shown | None:
    return None if value is None else _measured(value.reported, value.unit)


def _measured(reported: Reported, unit: str) -> Shown:
    return {"comparator": reported.comparator, "value": reported.value, "unit": unit}


def read_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[ImportRow, ...], str]:
    """Rows as those of a file, numbered from 0, and the hash that knows them again."""
    read = tuple(_row(number, row) for number, row in enumerate(rows))
    text = json.dumps([[getattr(row, name) for name in row.__slots__] for row in read])
    return read, hashlib.sha256(text.encode()).hexdigest()


def _row(number: int, row: Mapping[str, Any]) -> ImportRow:
    return ImportRow(
        number=number,
        study_number=row["study_number"],
        drawn_at=row["drawn_at"],
        analyte=row["analyte"],
        result=row["result"],
        unit=row["unit"],
        lower_limit=_text(row["reference_low"]),
        upper_limit=_text(row["reference_high"]),
        fasting={True: "yes", False: "no", None: ""}[row["fasting"]],
        laboratory=row["laboratory"] or "",
    )


def _text(value: Any) -> str:
    return "" if value is None else f"{value:f}"


def rows_refused(errors: Iterable[RowError]) -> ResponseReturnValue:
    """422 with every mistake under the path of its field, such as `rows.3.unit`."""
    told: dict[str, list[Shown]] = {}
    for error in errors:
        path = f"rows.{error.row}.{_FIELDS.get(error.column, error.column)}"
        told.setdefault(path, []).append({"code": error.code, "detail": sentence(error.code)})
    count = sum(len(found) for found in told.values())
    return answer(422, sentence("rows_wrong", count=count), "rows_wrong", errors=told)


def preview_shown(found: Preview) -> dict[str, Any]:
    return {
        "imported_before": found.earlier and found.earlier.recorded_at,
        "new": found.new_count,
        "rows": [_line(line) for line in found.lines],
    }


def _line(line: ImportLine) -> Shown:
    columns = ("analyte", "drawn_at", "comparator", "value", "unit", "study_value")
    more = ("reference_low", "reference_high", "range_source", "laboratory")
    return {
        "row": line.row.number,
        "study_number": line.child.study_number,
        **{name: getattr(line.result, name) for name in (*columns, *more)},
        "is_stored": line.is_stored,
        "drafts": [draft_shown(draft) for draft in line.graded.drafts] if line.graded else [],
    }


def import_shown(done: Import) -> dict[str, Any]:
    return {**shown(done.row, None), "results": [row.public_id for row in done.results]}

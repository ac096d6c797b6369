"""Draft grades of all laboratory results of a child, for a clinician to decide on (trial.md §7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.ctcae import draft_grades
from domain.ctcae_draft import Draft, GradingContext, LabValue
from domain.protocol import Protocol
from domain.reported import Comparator, Reported
from domain.slots import local_date
from models.adverse_event import CandidateDecision
from models.laboratory import LabResult
from models.participant import Participant
from models.visit import Visit
from services.chart import BASELINE
from services.ctcae import ctcae
from services.standing_labs import results_of
from services.timetables import timetables

ALBUMIN: Final = "albumin"


@dataclass(frozen=True, slots=True)
class LabDraft:
    """A result with its draft for each term, and the child's result before treatment."""

    result: LabResult
    drafts: tuple[Draft, ...]
    baseline: LabResult | None


def drafts_of_child(
    session: Session, participant: Participant, protocol: Protocol
) -> tuple[LabDraft, ...]:
    """Results that are or may be grade 1 or worse, or cannot be graded, in the order drawn; each
    with those drafts alone. Three queries, however many results there are."""
    return tuple(
        LabDraft(each.result, worth, each.baseline)
        for each in graded_results(session, participant, protocol)
        if (worth := tuple(draft for draft in each.drafts if draft.is_worth_a_look))
    )


def undecided(
    session: Session, participant: Participant, protocol: Protocol
) -> tuple[LabDraft, ...]:
    """`drafts_of_child` without the terms that a clinician decided on for that very result."""
    decided = {
        (row.lab_result_id, row.term)
        for row in session.scalars(
            select(CandidateDecision).where(CandidateDecision.participant_id == participant.id)
        )
    }
    return tuple(
        LabDraft(each.result, open_drafts, each.baseline)
        for each in drafts_of_child(session, participant, protocol)
        if (
            open_drafts := tuple(
                draft
                for draft in each.drafts
                if not {(each.result.id, draft.term.code), (each.result.id, draft.term.name["en"])}
                & decided
            )
        )
    )


def graded_results(
    session: Session, participant: Participant, protocol: Protocol
) -> tuple[LabDraft, ...]:
    """Every standing result of the child with its drafts, in the order drawn."""
    rows = results_of(session, participant)
    return grade_rows(rows, baseline_rows(session, participant, rows), protocol)


def grade_rows(
    rows: Sequence[LabResult],
    baselines: Mapping[str, LabResult],
    protocol: Protocol,
    *,
    beside: Sequence[LabResult] = (),
) -> tuple[LabDraft, ...]:
    """Grade rows of one child; `baselines` by analyte. `beside` are further results of the child
    that are not graded themselves."""
    albumins = _albumins((*beside, *rows))
    return tuple(
        LabDraft(row, _drafts(row, baselines, albumins, protocol), baselines.get(row.analyte))
        for row in rows
    )


def baseline_rows(
    session: Session, participant: Participant, rows: Iterable[LabResult]
) -> dict[str, LabResult]:
    """Of each analyte the last number up to the end of the baseline visit's window."""
    until = session.scalar(
        select(Visit.window_to).where(
            Visit.participant_id == participant.id, Visit.code == BASELINE
        )
    )
    if until is None:
        return {}
    tables = timetables(session, participant.id)
    found: dict[str, LabResult] = {}
    for row in rows:
        on = local_date(tables, row.drawn_at) if tables else row.drawn_at.date()
        if row.comparator == Comparator.EQUAL and _is_by(on, until):
            found[row.analyte] = row
    return found


def lab_value(row: LabResult) -> LabValue:
    """A stored result as the rule takes it."""
    return LabValue(
        analyte=row.analyte,
        reported=Reported(row.value, Comparator(row.comparator)),
        unit=row.unit,
        low=row.reference_low,
        high=row.reference_high,
        fasting=row.fasting,
    )


def _drafts(
    row: LabResult,
    baselines: Mapping[str, LabResult],
    albumins: Mapping[datetime, LabResult],
    protocol: Protocol,
) -> tuple[Draft, ...]:
    baseline = baselines.get(row.analyte)
    was_before = baseline is not None and row.drawn_at <= baseline.drawn_at
    context = GradingContext(
        table=ctcae(),
        protocol=protocol,
        baseline=None if baseline is None else lab_value(baseline),
        is_baseline=was_before,
        albumin=_value_at(albumins, row.drawn_at),
        baseline_albumin=None if baseline is None else _value_at(albumins, baseline.drawn_at),
    )
    return draft_grades(lab_value(row), context)


def _albumins(rows: Iterable[LabResult]) -> dict[datetime, LabResult]:
    """By the moment the blood was drawn: that makes them of the same sample."""
    return {row.drawn_at: row for row in rows if row.analyte == ALBUMIN}


def _value_at(rows: Mapping[datetime, LabResult], at: datetime) -> LabValue | None:
    row = rows.get(at)
    return None if row is None else lab_value(row)


def _is_by(on: date, until: date) -> bool:
    return on <= until

"""Proposed adverse events: what symptoms and laboratory results suggest, and what a clinician made
of each (trial.md §7)."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.ctcae_draft import Draft, Flag
from domain.protocol import Protocol
from domain.slots import Timetable, local_date
from domain.symptoms import fever_grade, is_high, proposes_event
from models.adverse_event import CandidateDecision
from models.laboratory import LabResult
from models.participant import Participant
from models.symptom import SymptomReport
from services.adverse_events import EventSource
from services.lab_grades import LabDraft, drafts_of_child
from services.symptoms import as_report, reports_of, standing_reports
from services.timetables import timetables

# what the key of a decision and an address call the two kinds of evidence
SYMPTOM: Final = "symptom"
LAB: Final = "lab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One proposal. `terms` are the clinical terms it may be, the first of them names it; `grade`
    is drafted ("2", "3-4") or None where only a clinician can say. Either `report` or `result`
    with `draft` is what it rests on. `decision` is None while nobody decided."""

    terms: tuple[str, ...]
    grade: str | None
    started_on: date
    since: datetime
    rule_version: str
    baseline_grade: int | None = None
    report: SymptomReport | None = None
    result: LabResult | None = None
    draft: Draft | None = None
    decision: CandidateDecision | None = None

    @property
    def term(self) -> str:
        return self.terms[0]

    @property
    def kind(self) -> str:
        return LAB if self.report is None else SYMPTOM

    @property
    def source(self) -> EventSource:
        return EventSource.LAB if self.report is None else EventSource.DIARY

    @property
    def evidence_id(self) -> uuid.UUID:
        """The public id of the report or result."""
        row = self.report or self.result
        if row is None:
            raise ValueError("a candidate rests on something")
        return row.public_id

    @property
    def only_grade(self) -> int | None:
        """The drafted grade where there is but one."""
        return int(self.grade) if self.grade is not None and self.grade.isdecimal() else None


def candidates_of(
    session: Session, participant: Participant, protocol: Protocol
) -> tuple[Candidate, ...]:
    """Everything that is proposed or was decided for the child, the newest first.

    A result or report that was corrected since stays only if it was decided on; what corrected it
    is proposed anew.
    """
    decided = _decisions(session, [participant.id])
    reports = reports_of(session, participant)
    found = [
        *_from_reports(reports, decided, protocol),
        *_from_results(session, participant, decided, protocol),
    ]
    return tuple(sorted(found, key=lambda one: (one.started_on, one.since), reverse=True))


def open_candidates(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(one for one in candidates if one.decision is None)


def open_lab_candidates(
    session: Session, participant: Participant, protocol: Protocol
) -> tuple[Candidate, ...]:
    """What the child's results propose and nobody decided on."""
    decided = _decisions(session, [participant.id])
    return open_candidates(_from_results(session, participant, decided, protocol))


def find_candidate(
    session: Session,
    participant: Participant,
    protocol: Protocol,
    *,
    evidence_id: uuid.UUID,
    term: str | None,
) -> Candidate | None:
    """The proposal that rests on this report or result; `term` (or its `proposal_key`) where a
    result has several."""
    decided = _decisions(session, [participant.id])
    reports = reports_of(session, participant)
    if any(row.public_id == evidence_id for row in reports):
        found = tuple(_from_reports(reports, decided, protocol))
    else:
        found = _from_results(session, participant, decided, protocol)
    about = (one for one in found if one.evidence_id == evidence_id)
    return next((one for one in about if term in {None, one.term, proposal_key(one.term)}), None)


def proposal_key(term: str) -> str:
    """A term for an address, where the name of an illness must not stand: eight hex digits."""
    return hashlib.blake2s(term.encode(), digest_size=4).hexdigest()


Decided = Mapping[tuple[str, int], Sequence[CandidateDecision]]


def _decisions(session: Session, participant_ids: Sequence[int]) -> Decided:
    """By what they were about."""
    rows = session.scalars(
        select(CandidateDecision)
        .where(CandidateDecision.participant_id.in_(participant_ids))
        .order_by(CandidateDecision.id)
    )
    found: dict[tuple[str, int], list[CandidateDecision]] = {}
    for row in rows:
        about = (LAB, row.lab_result_id) if row.lab_result_id else (SYMPTOM, row.symptom_id or 0)
        found.setdefault(about, []).append(row)
    return found


def _from_reports(
    rows: Sequence[SymptomReport], decided: Decided, protocol: Protocol
) -> Iterator[Candidate]:
    """A report proposes one event, whichever of its terms a clinician chooses."""
    bounds = protocol.events.fever
    standing = standing_reports(rows)
    high_days = {row.noticed_on for row in standing if is_high(as_report(row), bounds)}
    stands = {row.id for row in standing}
    for row in rows:
        kind = protocol.symptoms.kind(row.kind)
        decision = next(iter(decided.get((SYMPTOM, row.id), ())), None)
        is_open = row.id in stands and proposes_event(as_report(row), bounds)
        if kind is None or (decision is None and not is_open):
            continue
        drafted = fever_grade(as_report(row), high_days, bounds)
        yield Candidate(
            terms=kind.terms,
            grade=drafted.text if drafted else None,
            started_on=row.noticed_on,
            since=row.received_at,
            rule_version=protocol.key,
            report=row,
            decision=decision,
        )


def _from_results(
    session: Session, participant: Participant, decided: Decided, protocol: Protocol
) -> tuple[Candidate, ...]:
    """One for each term that a result may be graded for, unless it was as bad before treatment."""
    tables = timetables(session, participant.id)
    found: list[Candidate] = []
    for each in drafts_of_child(session, participant, protocol):
        on = _drawn_on(each.result, tables)
        for draft in each.drafts:
            decision = _decision_on(draft, decided.get((LAB, each.result.id), ()))
            if decision is not None or is_proposed(each, draft):
                found.append(_lab_candidate(each, draft, on, decision))
    return (*found, *_overtaken(session, decided, found, tables))


def _drawn_on(result: LabResult, tables: Sequence[Timetable]) -> date:
    """The day on the family's wall."""
    return local_date(tables, result.drawn_at) if tables else result.drawn_at.date()


def is_proposed(each: LabDraft, draft: Draft) -> bool:
    """Is a draft grade 1 or worse and, where there was one before treatment, worse than that?"""
    if draft.span is None or draft.span.most < 1 or Flag.NOT_WORSE_THAN_BASELINE in draft.flags:
        return False
    return each.baseline is None or each.result.drawn_at > each.baseline.drawn_at


def _decision_on(draft: Draft, rows: Iterable[CandidateDecision]) -> CandidateDecision | None:
    names = {draft.term.code, draft.term.name["en"]}
    return next((row for row in rows if row.term in names), None)


def _lab_candidate(
    each: LabDraft, draft: Draft, on: date, decision: CandidateDecision | None
) -> Candidate:
    before = draft.baseline_span
    return Candidate(
        terms=(draft.term.name["en"],),
        grade=draft.grade,
        started_on=on,
        since=each.result.recorded_at,
        rule_version=draft.rule_version,
        baseline_grade=before.least if before is not None and before.is_settled else None,
        result=each.result,
        draft=draft,
        decision=decision,
    )


def _overtaken(
    session: Session, decided: Decided, found: Iterable[Candidate], tables: Sequence[Timetable]
) -> Iterator[Candidate]:
    """Decisions on results that were corrected since, or are drafted otherwise now: the draft is no
    more, the decision is."""
    shown = {one.decision.id for one in found if one.decision is not None}
    lost = {
        about: [row for row in rows if row.id not in shown]
        for (kind, about), rows in decided.items()
        if kind == LAB
    }
    ids = [about for about, rows in lost.items() if rows]
    results = session.scalars(select(LabResult).where(LabResult.id.in_(ids))) if ids else ()
    for result in results:
        for row in lost[result.id]:
            yield Candidate(
                terms=(row.term,),
                grade=row.draft_grade,
                started_on=_drawn_on(result, tables),
                since=result.recorded_at,
                rule_version=row.rule_version,
                result=result,
                decision=row,
            )

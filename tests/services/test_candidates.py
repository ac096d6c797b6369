"""Proposed adverse events: a clinician decides on each once, and a correction asks again."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from events_of_a_child import NOW, a_symptom, an_event, changing
from factories import a_clinician, a_participant, as_actor
from models.adverse_event import AdverseEvent, CandidateDecision
from models.audit import AuditEntry
from models.laboratory import LabResult
from models.participant import Participant
from models.symptom import SymptomReport
from results_of_a_child import KHE, a_panel, a_result, local, the_visits
from services.actor import Actor
from services.adverse_events import record_event, view_of
from services.candidate_decisions import Choice, SaidDecision, decide
from services.candidates import (
    Candidate,
    candidates_of,
    open_candidates,
)
from services.errors import ConflictError, NotFoundError, RefusedError
from services.labs import record_labs
from services.symptoms import report_symptom

D = Decimal
BEFORE = local(date(2026, 2, 2))
LATER = local(date(2026, 3, 3))


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def doctor(session: Session) -> Actor:
    return as_actor(session, a_clinician(session))


class Proposals:
    """The evidence about one child, and what a doctor makes of it."""

    def __init__(self, session: Session, child: Participant, doctor: Actor) -> None:
        self.session, self.child, self.doctor = session, child, doctor

    def symptom(self, **changes: Any) -> SymptomReport:
        said = a_symptom(**changes)
        return report_symptom(
            self.session, self.doctor, self.child, said, protocol=KHE, now=NOW
        ).row

    def lab(self, drawn_at: datetime = LATER, **result: Any) -> LabResult:
        panel = a_panel(a_result(**result), drawn_at=drawn_at)
        rows, _ = record_labs(self.session, self.doctor, self.child, panel, protocol=KHE, now=NOW)
        return rows[0]

    @property
    def all(self) -> Sequence[Candidate]:
        return candidates_of(self.session, self.child, KHE)

    @property
    def open(self) -> Sequence[Candidate]:
        return open_candidates(self.all)

    def terms(self) -> list[tuple[str, str | None]]:
        return [(one.term, one.grade) for one in self.open]

    def decide(self, evidence: uuid.UUID, choice: Choice, **said: Any) -> CandidateDecision:
        return self.say(
            SaidDecision(client_id=uuid.uuid4(), evidence_id=evidence, choice=choice, **said)
        )[0]

    def say(self, said: SaidDecision) -> tuple[CandidateDecision, bool]:
        return decide(self.session, changing(self.doctor, self.child), said)

    def event(self, **changes: Any) -> AdverseEvent:
        said = an_event(**changes)
        return record_event(self.session, self.doctor, self.child, said, protocol=KHE, now=NOW)[0]


@pytest.fixture
def proposals(session: Session, child: Participant, doctor: Actor) -> Proposals:
    return Proposals(session, child, doctor)


def test_a_report_proposes_the_terms_of_its_kind_and_no_grade(proposals: Proposals) -> None:
    report = proposals.symptom(kind="cold", note="runny nose")
    (one,) = proposals.open
    assert one.terms == ("Upper respiratory infection", "Cough", "Lung infection")
    assert (one.grade, one.report, one.rule_version) == (None, report, KHE.key)


@pytest.mark.parametrize(
    ("celsius", "terms"),
    [("37.9", []), ("38.0", [("Fever", "1")]), ("40.2", [("Fever", "3")])],
)
def test_a_fever_is_proposed_with_its_grade(
    proposals: Proposals, celsius: str, terms: list[tuple[str, str]]
) -> None:
    proposals.symptom(kind="fever", celsius=D(celsius))
    assert proposals.terms() == terms


def test_high_fever_on_two_days_may_be_of_either_grade(proposals: Proposals) -> None:
    for day in (9, 10):
        proposals.symptom(kind="fever", celsius=D("40.3"), noticed_on=date(2026, 3, day))
    assert proposals.terms() == [("Fever", "3-4"), ("Fever", "3")]


def test_a_result_is_proposed_with_its_draft(proposals: Proposals) -> None:
    row = proposals.lab(analyte="triglycerides", result="2.1", unit="mmol/L")
    (one,) = proposals.open
    assert (one.term, one.grade, one.only_grade) == ("Hypertriglyceridemia", "1", 1)
    assert one.result == row
    assert one.draft is not None
    assert one.started_on == date(2026, 3, 3)


def test_a_normal_result_proposes_nothing(proposals: Proposals) -> None:
    proposals.lab(analyte="triglycerides", result="1.0", unit="mmol/L")
    assert proposals.open == ()


@pytest.mark.parametrize(
    ("platelets", "terms"),
    [("45", []), ("30", []), ("24", [("Platelet count decreased", "4")])],
)
def test_low_platelets_at_baseline_are_disease_until_they_are_worse(
    session: Session, proposals: Proposals, platelets: str, terms: list[tuple[str, str]]
) -> None:
    the_visits(session, proposals.child)
    limits: dict[str, Any] = {"reference_low": D(125), "reference_high": D(350)}
    proposals.lab(BEFORE, result="28", **limits)
    proposals.lab(result=platelets, **limits)
    assert proposals.terms() == terms
    assert [one.baseline_grade for one in proposals.open] == [3 for _ in terms]


def test_a_new_event_answers_a_proposal(session: Session, proposals: Proposals) -> None:
    report = proposals.symptom()
    event = an_event(client_id=uuid.uuid4())
    decision = proposals.decide(report.public_id, Choice.NEW, event=event)
    assert proposals.open == ()
    row = session.scalars(select(AdverseEvent)).one()
    assert decision.event_id == row.id
    assert (decision.term, decision.symptom_id) == ("Mucositis oral", report.id)
    assert "event_candidate.decided" in session.scalars(select(AuditEntry.action)).all()


def test_what_the_form_refuses_decides_nothing(session: Session, proposals: Proposals) -> None:
    report = proposals.symptom(kind="cold")
    event = an_event(term="Upper respiratory infection", grade=1)
    with pytest.raises(RefusedError, match="grade_not_in_term"):
        proposals.decide(report.public_id, Choice.NEW, event=event)
    assert len(proposals.open) == 1


def test_a_proposal_joins_an_open_event_as_a_new_grade(proposals: Proposals) -> None:
    event = proposals.event(term="Hypertriglyceridemia", started_on=date(2026, 2, 20))
    row = proposals.lab(analyte="triglycerides", result="4.0", unit="mmol/L")
    assert proposals.terms() == [("Hypertriglyceridemia", "2")]
    decision = proposals.decide(row.public_id, Choice.JOIN, event_id=event.public_id, grade=2)
    assert decision.event_id == event.id
    steps = view_of(proposals.session, event).steps
    assert [(step.grade, step.since_on) for step in steps] == [
        (1, date(2026, 2, 20)),
        (2, date(2026, 3, 3)),
    ]


def test_the_grade_an_event_has_already_is_not_written_again(proposals: Proposals) -> None:
    event = proposals.event()
    report = proposals.symptom()
    proposals.decide(report.public_id, Choice.JOIN, event_id=event.public_id, grade=1)
    assert len(view_of(proposals.session, event).grades) == 1


def test_an_event_that_is_over_takes_no_more(session: Session, proposals: Proposals) -> None:
    over = proposals.event(ended_on=date(2026, 3, 8))
    report = proposals.symptom()
    with pytest.raises(RefusedError, match="event_is_over"):
        proposals.decide(report.public_id, Choice.JOIN, event_id=over.public_id)
    elsewhere = Proposals(session, a_participant(session), proposals.doctor).event()
    with pytest.raises(NotFoundError):
        proposals.decide(report.public_id, Choice.JOIN, event_id=elsewhere.public_id)


def test_no_event_needs_a_reason_and_stays_visible(proposals: Proposals) -> None:
    report = proposals.symptom()
    with pytest.raises(RefusedError, match="reason_needed"):
        proposals.decide(report.public_id, Choice.NONE, reason=" ")
    proposals.decide(report.public_id, Choice.NONE, reason="teething")
    (one,) = proposals.all
    assert one.decision is not None
    assert (one.decision.reason, one.decision.event_id) == ("teething", None)


def test_nobody_decides_twice(session: Session, proposals: Proposals) -> None:
    report = proposals.symptom()
    proposals.decide(report.public_id, Choice.NONE, reason="teething")
    with pytest.raises(RefusedError, match="already_decided"):
        proposals.decide(report.public_id, Choice.NEW, event=an_event())
    assert session.scalars(select(AdverseEvent)).all() == []


def test_the_same_form_twice_is_one_decision(session: Session, proposals: Proposals) -> None:
    report = proposals.symptom()
    said = SaidDecision(
        client_id=uuid.uuid4(),
        evidence_id=report.public_id,
        choice=Choice.NEW,
        event=an_event(),
    )
    first, _ = proposals.say(said)
    assert proposals.say(said) == (first, False)
    assert len(session.scalars(select(AdverseEvent)).all()) == 1
    with pytest.raises(ConflictError):
        proposals.say(replace(said, choice=Choice.NONE, event=None, reason="teething"))


def test_a_correction_of_a_result_asks_again(proposals: Proposals) -> None:
    wrong = proposals.lab(analyte="triglycerides", result="2.1", unit="mmol/L")
    proposals.decide(wrong.public_id, Choice.NONE, reason="not fasting")
    right = proposals.lab(
        analyte="triglycerides",
        result="5.8",
        unit="mmol/L",
        amends=wrong.public_id,
        amend_reason="misread",
    )
    assert [(one.result, one.grade) for one in proposals.open] == [(right, "3")]
    decided = [one for one in proposals.all if one.decision is not None]
    assert [one.result for one in decided] == [wrong]


def test_a_decision_on_a_corrected_result_keeps_the_familys_day(proposals: Proposals) -> None:
    seven_in_the_morning = datetime(2026, 3, 2, 23, tzinfo=UTC)
    said: dict[str, Any] = {"analyte": "triglycerides", "unit": "mmol/L"}
    wrong = proposals.lab(seven_in_the_morning, result="2.1", **said)
    proposals.decide(wrong.public_id, Choice.NONE, reason="not fasting")
    correction = {"amends": wrong.public_id, "amend_reason": "misread"}
    proposals.lab(seven_in_the_morning, result="1.2", **said, **correction)
    assert [one.started_on for one in proposals.all] == [date(2026, 3, 3)]


def test_a_corrected_report_is_proposed_no_more_and_its_correction_is(
    proposals: Proposals,
) -> None:
    wrong = proposals.symptom(kind="fever", celsius=D("38.2"))
    right = proposals.symptom(
        kind="fever", celsius=D("39.2"), amends=wrong.public_id, amend_reason="misread"
    )
    assert [(one.report, one.grade) for one in proposals.open] == [(right, "2")]
    with pytest.raises(NotFoundError):
        proposals.decide(wrong.public_id, Choice.NONE, reason="teething")

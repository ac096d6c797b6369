"""Draft grades of results wait on the worklist until somebody decides or corrects them."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from events_of_a_child import changing
from factories import a_carer, a_clinician, a_participant, a_site, as_actor
from models.attention import Urgency
from models.laboratory import LabResult
from models.participant import Participant
from models.site import Site
from results_of_a_child import KHE, a_panel, a_result, local, the_visits
from services.actor import Actor
from services.candidate_decisions import Choice, SaidDecision, decide
from services.errors import RefusedError
from services.escalation import sweep
from services.labs import record_labs
from worklist_of_a_site import NOW, PROTOCOLS, answer, seen

CODE = "lab_candidates"
BEFORE, THIRD, FIFTH = date(2026, 2, 2), date(2026, 3, 3), date(2026, 3, 5)


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    child = a_participant(session, site)
    a_carer(session, child)
    return child


class Laboratory:
    def __init__(self, session: Session, doctor: Actor, child: Participant) -> None:
        self.session, self.doctor, self.child = session, doctor, child

    def fat(self, result: str, on: date = THIRD, **said: Any) -> LabResult:
        """Triglycerides in mmol/L: 2.1 is grade 1, 6 grade 3."""
        told = a_result(analyte="triglycerides", result=result, unit="mmol/L", **said)
        panel = a_panel(told, drawn_at=local(on))
        rows, _ = record_labs(self.session, self.doctor, self.child, panel, protocol=KHE, now=NOW)
        return rows[0]

    def nothing(self, row: LabResult) -> None:
        said = SaidDecision(
            client_id=uuid.uuid4(), evidence_id=row.public_id, choice=Choice.NONE, reason="known"
        )
        decide(self.session, changing(self.doctor, self.child), said)

    def waiting(self) -> list[tuple[Urgency, object]]:
        return [
            (item.urgency, item.facts["count"])
            for item in seen(self.session, self.doctor).items
            if item.code == CODE
        ]


@pytest.fixture
def laboratory(session: Session, doctor: Actor, child: Participant) -> Laboratory:
    return Laboratory(session, doctor, child)


@pytest.mark.parametrize(
    ("result", "waiting"),
    [
        ("1.0", []),
        ("2.1", [(Urgency.REVIEW, 1)]),
        ("5.7", [(Urgency.REVIEW, 1)]),
        ("5.8", [(Urgency.SAME_DAY, 1)]),
    ],
)
def test_the_grade_says_how_pressing_a_draft_is(
    laboratory: Laboratory, result: str, waiting: list[tuple[Urgency, int]]
) -> None:
    laboratory.fat(result)
    assert laboratory.waiting() == waiting


def test_drafts_of_one_urgency_wait_as_one_matter_until_the_last_is_decided(
    laboratory: Laboratory,
) -> None:
    first, second = laboratory.fat("2.1"), laboratory.fat("2.2", FIFTH)
    assert laboratory.waiting() == [(Urgency.REVIEW, 2)]
    laboratory.nothing(first)
    assert laboratory.waiting() == [(Urgency.REVIEW, 1)]
    laboratory.nothing(second)
    assert laboratory.waiting() == []


def test_a_correction_to_a_normal_result_ends_the_matter(laboratory: Laboratory) -> None:
    row = laboratory.fat("6.0")
    laboratory.fat("1.0", amends=row.public_id, amend_reason="misread")
    assert laboratory.waiting() == []


def test_a_draft_after_all_were_decided_is_another_matter(laboratory: Laboratory) -> None:
    laboratory.nothing(laboratory.fat("2.1"))
    laboratory.fat("2.1", FIFTH)
    assert laboratory.waiting() == [(Urgency.REVIEW, 1)]


def test_a_result_no_worse_than_before_treatment_calls_nobody(
    session: Session, laboratory: Laboratory, child: Participant
) -> None:
    the_visits(session, child)
    laboratory.fat("2.4", BEFORE)
    laboratory.fat("2.1")
    assert laboratory.waiting() == []


def test_it_cannot_be_answered_with_a_word(
    session: Session, laboratory: Laboratory, doctor: Actor, child: Participant
) -> None:
    laboratory.fat("2.1")
    (matter,) = [one for one in seen(session, doctor).items if one.code == CODE]
    assert not matter.can_be_acknowledged
    with pytest.raises(RefusedError, match="ends_by_work"):
        answer(session, doctor, child, matter)


def test_the_notifier_ends_it_when_the_baseline_moves_and_passes_it_on_otherwise(
    session: Session, laboratory: Laboratory, child: Participant
) -> None:
    laboratory.fat("2.1", BEFORE)
    later = NOW + timedelta(days=8)
    assert sweep(session, child.site_id, PROTOCOLS, now=later).escalated >= 1
    assert laboratory.waiting() == [(Urgency.REVIEW, 1)]
    the_visits(session, child)
    sweep(session, child.site_id, PROTOCOLS, now=later)
    assert laboratory.waiting() == []

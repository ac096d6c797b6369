"""Draft grades of a child's results, beside the sample before treatment."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.ctcae_draft import Flag, Ungradable
from factories import a_clinician, a_participant, as_actor
from models.adverse_event import CandidateDecision
from models.laboratory import LabResult
from models.participant import Participant
from results_of_a_child import FIRST_DOSE_ON, KHE, a_panel, a_result, local, the_visits
from services.actor import Actor
from services.lab_grades import drafts_of_child, graded_results, undecided
from services.labs import SaidResult, record_labs

NOW = local(date(2026, 5, 1), "09:00")
BEFORE = FIRST_DOSE_ON - timedelta(days=3)


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    the_visits(session, child)
    return child


@pytest.fixture
def draw(session: Session, child: Participant) -> Any:
    actor: Actor = as_actor(session, a_clinician(session))

    def drawn(on: date, *results: SaidResult) -> tuple[LabResult, ...]:
        said = a_panel(*results, drawn_at=local(on))
        return record_labs(session, actor, child, said, protocol=KHE, now=NOW)[0]

    return drawn


def fibrinogen(printed: str, **changes: Any) -> SaidResult:
    limits = {"reference_low": Decimal("2.0"), "reference_high": Decimal("4.0")}
    return a_result(analyte="fibrinogen", result=printed, unit="g/L", **(limits | changes))


def grades(session: Session, child: Participant) -> list[str | None]:
    found = graded_results(session, child, KHE)
    return [draft.grade for each in found for draft in each.drafts]


def test_the_last_number_before_treatment_is_the_baseline(
    session: Session, child: Participant, draw: Any
) -> None:
    draw(BEFORE - timedelta(days=7), fibrinogen("8.0"))
    (baseline,) = draw(BEFORE, fibrinogen("6.0"))
    draw(BEFORE + timedelta(days=1), fibrinogen("<0.5"))
    draw(FIRST_DOSE_ON + timedelta(days=14), fibrinogen("3.0"))
    found = graded_results(session, child, KHE)
    assert {each.baseline and each.baseline.id for each in found} == {baseline.id}
    # before and at the baseline only the limits count; 3.0 is half of 6.0
    assert grades(session, child) == ["0", "0", "4", "3"]
    assert Flag.BASELINE_SAMPLE in found[0].drafts[0].flags


def test_a_corrected_result_is_neither_graded_nor_the_baseline(
    session: Session, child: Participant, draw: Any
) -> None:
    (wrong,) = draw(BEFORE, fibrinogen("60.0".replace("60", "16")))
    draw(BEFORE, fibrinogen("6.0", amends=wrong.public_id, amend_reason="a slip"))
    draw(FIRST_DOSE_ON + timedelta(days=14), fibrinogen("5.0"))
    assert grades(session, child) == ["0", "1"]


def test_albumin_of_the_same_moment_corrects_calcium(
    session: Session, child: Participant, draw: Any
) -> None:
    limits = {"reference_low": Decimal("2.1"), "reference_high": Decimal("2.6")}
    calcium = a_result(analyte="calcium", result="1.80", unit="mmol/L", **limits)
    albumin = a_result(analyte="albumin", result="30", unit="g/L", reference_low=Decimal(30))
    draw(date(2026, 3, 3), calcium, albumin)
    draw(date(2026, 3, 10), calcium)
    first, _, alone = graded_results(session, child, KHE)
    assert [draft.grade for draft in first.drafts] == ["0", "1"]
    assert {draft.reason for draft in alone.drafts} == {Ungradable.ALBUMIN_MISSING}


def test_only_what_is_worth_a_look_is_proposed(
    session: Session, child: Participant, draw: Any
) -> None:
    low = {"reference_low": Decimal(125)}
    draw(date(2026, 3, 3), a_result(result="125", **low))
    draw(date(2026, 3, 4), a_result(result="74.9", **low))
    draw(date(2026, 3, 5), a_result(result="100"))
    draw(date(2026, 3, 6), a_result(analyte="alt", result="90", unit="U/L"))
    found = drafts_of_child(session, child, KHE)
    assert [draft.grade for each in found for draft in each.drafts] == ["2", "0-1", None]


def test_a_decided_term_of_a_result_is_not_proposed_again(
    session: Session, child: Participant, draw: Any
) -> None:
    limits = {"reference_low": Decimal(125)}
    first, second = (draw(date(2026, 3, day), a_result(result="60", **limits))[0] for day in (3, 4))
    session.add(
        CandidateDecision(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            lab_result_id=first.id,
            term="Platelet count decreased",
            draft_grade="2",
            reason="disease",
            rule_version=KHE.key,
            recorded_at=NOW,
            recorded_by_id=child.recorded_by_id,
        )
    )
    session.flush()
    assert [each.result.id for each in undecided(session, child, KHE)] == [second.id]
    assert len(drafts_of_child(session, child, KHE)) == 2


def test_the_number_of_queries_does_not_grow_with_the_results(
    session: Session, child: Participant, draw: Any
) -> None:
    counts: list[int] = []
    for _ in range(2):
        for day in range(3, 9):
            draw(date(2026, 3 + len(counts), day), a_result(result="60"), fibrinogen("1.2"))
        session.expire_all()
        assert child.id
        counts.append(_queries(session, child))
    assert counts[0] == counts[1] <= 4


def _queries(session: Session, child: Participant) -> int:
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        undecided(session, child, KHE)
    finally:
        event.remove(bind, "before_cursor_execute", note)
    return len(seen)

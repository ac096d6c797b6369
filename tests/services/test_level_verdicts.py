"""The verdict on a stored level, case by case (tests/level_cases.py)."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from factories import a_clinician, as_actor
from level_cases import AUTUMN, CASES
from level_stories import Case, child_of
from results_of_a_child import KHE, a_level
from services.level_book import level_book
from services.levels import record_level
from services.verdicts import verdict_of


@pytest.mark.parametrize("told", [*CASES, *AUTUMN], ids=lambda told: told.name)
def test_the_verdict_is_the_one_worked_out_by_hand(session: Session, told: Case) -> None:
    child = child_of(session, told)
    doctor = as_actor(session, a_clinician(session))
    drawn_at = told.instant(told.drawn)
    said = a_level(
        drawn_at=drawn_at,
        last_dose_at=told.instant(told.told) if told.told else None,
        last_dose_told_by="mother" if told.told else None,
    )
    now = drawn_at + timedelta(days=1)
    row, _ = record_level(session, doctor, child, said, protocol=KHE, now=now)
    judged = verdict_of(session, child, row, protocol=KHE, now=now)
    assert judged.verdict is not None
    assert (judged.verdict.reasons, judged.verdict.flags) == (told.reasons, told.flags)
    assert judged.headline is told.headline
    assert level_book(session, child, KHE, now=now).of(row).verdict == judged.verdict

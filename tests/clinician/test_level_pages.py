"""The pages of levels: the list with its statistics, one level, the entry form."""

import uuid
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import a_participant, an_order
from level_cases import CASES
from level_stories import child_of
from models.laboratory import Level
from models.participant import Participant
from models.visit import BloodDraw
from results_of_a_child import FIRST_DOSE_ON, SHANGHAI, days_from, doses_given, local

LEVEL = {"drawn_on": "2026-03-03", "drawn_time": "08:00", "level": "11.20", "unit": "ng/mL"}
WORDS = {
    "valid": "Valid trough",
    "after_the_dose": "Drawn after the dose",
    "cannot_say": "Cannot say: last dose not certain",
    "not_at_steady_state": "Not at steady state",
    "too_early": "Drawn too early",
    "too_late": "Drawn too late",
    "irregular_doses_before": "Irregular doses before",
}


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    doses_given(session, child, days_from(FIRST_DOSE_ON, 34))
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def enter(desk: Desk, **said: str) -> str:
    """Enter a level and give the address of its page."""
    answer = desk.send("/levels/new", {**LEVEL, **said}, client_id=new_id())
    assert answer.status_code == 303, answer.text
    return answer.location.removeprefix(desk.url(""))


def words_of(page: str) -> str:
    """However the template is laid out."""
    return " ".join(page.split())


def a_draw(session: Session, child: Participant, clock: str) -> BloodDraw:
    drawn_at = local(date(2026, 3, 3), clock)
    row = BloodDraw(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        drawn_at=drawn_at,
        received_at=drawn_at + timedelta(minutes=5),
        entered_by_id=child.recorded_by_id,
        channel="clinic",
    )
    session.add(row)
    session.flush()
    return row


def test_every_kind_of_verdict_stands_on_its_page(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    first_of_a_kind = {
        told.headline: told for told in reversed(CASES) if told.drawn.count(":") == 1
    }
    assert {headline.value for headline in first_of_a_kind} == set(WORDS)
    for told in first_of_a_kind.values():
        desk = sit_down(app, client, session, child_of(session, told))
        drawn = told.instant(told.drawn).astimezone(SHANGHAI)
        page = words_of(
            desk.see(enter(desk, drawn_on=f"{drawn:%Y-%m-%d}", drawn_time=f"{drawn:%H:%M}"))
        )
        for reason in told.reasons:
            assert f"<li>{WORDS[reason.value]}</li>" in page, told.name
        assert f"</svg> {WORDS[told.headline.value]}" in page, told.name


def test_each_entry_says_who_when_how_and_how_long_before(session: Session, desk: Desk) -> None:
    page = words_of(desk.see(enter(desk)))
    assert page.count("diary page") == 6
    assert page.count("decisive dose") == 1
    for hours in (12, 24, 36, 48, 60, 72):
        assert f"{hours} h 00 min" in page
    assert "28 days since 3 Feb 2026 · morning: first dose" in page
    assert "khe-sirolimus-v1" in page


def test_what_was_told_stands_beside_its_difference_from_the_diary(desk: Desk) -> None:
    told = {"last_dose_on": "2026-03-02", "last_dose_time": "20:30", "last_dose_told_by": "mother"}
    page = words_of(desk.see(enter(desk, **told)))
    assert "2 Mar 2026, 20:30 · mother" in page
    assert "0 h 30 min from the diary; up to 30 min agree" in page


def test_the_list_has_the_newest_first_with_verdict_order_and_what_to_do(desk: Desk) -> None:
    enter(desk, drawn_on="2026-02-24", level="21.5")
    enter(desk)
    page = words_of(desk.see("/levels"))
    assert page.index("11.20 ng/mL") < page.index("▲ 21.5 ng/mL")
    assert "call the same day" in page
    assert "0.36 mL · 0.36 mg" in page


def test_the_statistics_open_their_workings(desk: Desk) -> None:
    for on, level in (("2026-02-11", "8"), ("2026-02-19", "12"), ("2026-03-01", "17")):
        enter(desk, drawn_on=on, level=level)
    enter(desk, drawn_on="2026-03-03", drawn_time="04:00", level="14")
    page = words_of(desk.see("/levels"))
    # 8 to 12 in 8 days: 4 below, 4 within; 12 to 17 in 10 days: 6 within, 4 above
    assert "55.6 % <small>10.00 of 18.00 days</small>" in page
    assert "33.3 % (1 of 3)" in page
    assert "36.6 % <small>of 3 levels on one dose</small>" in page
    assert "Mean 12.3333, standard deviation 4.5092" in page
    left_out = page[page.index("Levels that do not count") :]
    assert left_out.index("Drawn too early") < left_out.index("Numbers compared")


def test_a_child_without_valid_levels_has_empty_statistics(desk: Desk) -> None:
    page = words_of(desk.see("/levels"))
    assert "No level is known yet." in page
    assert "No two valid troughs that a line can join." in page
    assert "0 valid levels with a number; it takes 3." in page


def test_a_correction_leaves_the_first_level_readable(session: Session, desk: Desk) -> None:
    address = enter(desk)
    row = session.scalars(select(Level)).one()
    enter(desk, level="12.1", amends=str(row.public_id), amend_reason="digits swapped")
    page = words_of(desk.see("/levels"))
    assert "Levels that were corrected" in page
    assert "digits swapped" in page
    old = words_of(desk.see(address))
    assert "This level was corrected: digits swapped" in old
    assert "/verdict" not in old
    said = {"verdict": "valid", "reason": "seen", "client_id": new_id()}
    assert desk.send(f"{address}/verdict", said).status_code == 422


def test_every_word_of_a_clinician_stays_and_the_newest_counts(desk: Desk) -> None:
    address = enter(desk, drawn_time="04:00")
    for verdict, reason in (("valid", "clock was wrong"), ("cannot_say", "family not sure")):
        said = {"verdict": verdict, "reason": reason, "client_id": new_id()}
        assert desk.send(f"{address}/verdict", said).status_code == 303
    page = words_of(desk.see(address))
    assert page.index("family not sure") < page.index("clock was wrong")
    assert "decided by a clinician; by the rule: Drawn too early" in page
    assert "<li>Drawn too early</li>" in page


@pytest.mark.parametrize(("unit", "status"), [("ug/L", 303), ("nmol/L", 422)])
def test_only_the_two_equal_units_are_taken(desk: Desk, unit: str, status: int) -> None:
    answer = desk.send("/levels/new", LEVEL, unit=unit, client_id=new_id())
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("drawn_on", "words"),
    [
        ("2025-01-19", "The child was not born yet."),
        ("2026-02-01", "The child was not in the study yet."),
        ("2026-03-11", "This time is still to come."),
    ],
)
def test_blood_that_cannot_be_is_refused_beside_the_day(
    desk: Desk, drawn_on: str, words: str
) -> None:
    answer = desk.send("/levels/new", {**LEVEL, "drawn_on": drawn_on}, client_id=new_id())
    assert answer.status_code == 422
    assert words in answer.text
    assert 'href="#field-drawn_on"' in answer.text


def test_a_second_level_of_one_sample_is_refused(desk: Desk) -> None:
    enter(desk)
    answer = desk.send("/levels/new", {**LEVEL, "level": "12.0"}, client_id=new_id())
    assert answer.status_code == 422
    assert "This sample has a level already." in answer.text


def test_the_form_offers_the_blood_draw_that_waits_for_its_level(
    session: Session, desk: Desk
) -> None:
    draw = a_draw(session, desk.child, "08:12")
    form = words_of(desk.see("/levels/new"))
    assert 'value="2026-03-03"' in form
    assert 'value="08:12"' in form
    assert f"draw={draw.client_id}" in form
    page = desk.see(enter(desk, drawn_time="08:20"))
    assert "0 h 08 min from this level" in page
    assert 'value="08:12"' not in desk.see("/levels/new")


def test_a_dose_that_was_missed_and_one_vomited_say_so(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    wanted = ("vomited after 120 minutes", "missed exactly 72 hours before")
    pages = [
        words_of(desk.see(enter(desk)))
        for told in CASES
        if told.name in wanted and (desk := sit_down(app, client, session, child_of(session, told)))
    ]
    assert "Missed" in pages[0]
    assert "Vomited after 120 min" in pages[1]

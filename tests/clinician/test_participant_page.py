"""The page of one child: facts, the time axis and its tables."""

import json
import re
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from domain.entries import Outcome
from domain.orders import OrderKind
from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_participant, a_site, an_order
from models.participant import Participant
from models.photo import Photo
from plugins.app import START
from results_of_a_child import a_dose, days_from, doses_given, local, the_visits

TODAY = date(2026, 3, 10)
FIRST = date(2026, 2, 3)


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session, call_name="Lele")
    an_order(session, child)
    the_visits(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def drawing(page: str) -> dict[str, Any]:
    """What the script of the time axis is given."""
    found = re.search(r'<script[^>]*id="timeline-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document


def a_photo(session: Session, child: Participant, on: date) -> Photo:
    row = Photo(
        client_id=uuid.uuid4(),
        participant_id=child.id,
        view="overview",
        body_site="leg",
        shown_on=on,
        position_removed=True,
        sha256="0" * 64,
        byte_count=1,
        media_type="image/jpeg",
        width=4,
        height=3,
        original_key="o",
        display_key="d",
        thumbnail_key="t",
        received_at=START,
        uploaded_by_id=child.recorded_by_id,
        channel="page",
    )
    session.add(row)
    session.flush()
    return row


def test_the_facts_stand_on_top(session: Session, desk: Desk, child: Participant) -> None:
    page = desk.see("")
    assert child.study_number in page
    assert "Lele" in page
    assert "10.5 kg" in page
    assert "0.36 mg · 0.36\N{NO-BREAK SPACE}mL" in page
    assert "day 35 on this dose" in page
    assert "&gt; 10 to ≤ 15 ng/mL" in page


def test_a_hold_is_told_instead_of_a_dose(session: Session, desk: Desk, child: Participant) -> None:
    an_order(
        session,
        child,
        kind=OrderKind.HOLD,
        from_on=date(2026, 3, 8),
        prescribed_mg=None,
        given_ml=None,
        reason="fever",
        signed_at=local(date(2026, 3, 8)),
    )
    page = desk.see("")
    assert "On hold" in page
    assert "since 8 Mar 2026: fever" in page


def test_a_child_that_has_not_begun_has_a_page(session: Session, desk: Desk) -> None:
    fresh = a_participant(session)
    fresh.site_id = desk.child.site_id
    session.flush()
    answer = desk.client.get(f"/clinic/participants/{fresh.public_id}")
    assert answer.status_code == 200
    assert "No order yet" in answer.text


def test_the_other_hospitals_children_do_not_exist(session: Session, desk: Desk) -> None:
    theirs = a_participant(session, a_site(session))
    assert desk.client.get(f"/clinic/participants/{theirs.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("?days=30", date(2026, 2, 9)),
        ("?days=90", date(2025, 12, 11)),
        ("", date(2025, 12, 11)),
        ("?days=all", date(2026, 1, 19)),
        ("?days=7%27", date(2025, 12, 11)),
    ],
)
def test_the_range_stands_in_the_address(desk: Desk, asked: str, first: date) -> None:
    found = drawing(desk.see(asked))
    assert (found["from"], found["to"]) == (first.isoformat(), TODAY.isoformat())


def test_the_strip_has_two_letters_a_day(session: Session, desk: Desk, child: Participant) -> None:
    doses_given(session, child, days_from(FIRST, 30))  # to 4 March
    key = SlotKey(date(2026, 3, 5), Half.MORNING)
    a_dose(session, child, key, local(key.on, "10:01"))
    a_dose(session, child, key.shifted(1), None, outcome=Outcome.MISSED)
    a_dose(session, child, key.shifted(2), local(date(2026, 3, 6), "10:00"))
    a_dose(session, child, key.shifted(3), local(date(2026, 3, 6), "17:59"))
    late = key.shifted(4)
    a_dose(session, child, late, local(late.on), outcome=Outcome.VOMITED)
    a_dose(session, child, late.shifted(1), local(late.on, "20:00"), outcome=Outcome.PARTIAL)
    session.flush()
    strip = drawing(desk.see("?days=30"))["strip"]
    assert strip["first"] == "2026-02-09"
    assert strip["cells"].endswith("gg" + "lm" + "ge" + "vp" + "uu" + "uu" + "..")
    assert strip["minutes"][-12:-8] == [121, None, 120, -121]


def test_the_doses_table_counts_by_month_and_lists_what_was_remarkable(
    session: Session, desk: Desk, child: Participant
) -> None:
    doses_given(session, child, days_from(FIRST, 34))
    a_dose(session, child, SlotKey(date(2026, 3, 9), Half.MORNING), None, outcome=Outcome.MISSED)
    session.flush()
    page = desk.see("?days=30")
    table = page[page.index("Slots by month") : page.index('id="track-levels"')]
    assert "March 2026" in table
    assert "Missed" in table
    assert "Sun 8 Mar" not in table.split("Every slot")[1]


def test_levels_and_labs_are_drawn_and_stand_in_tables(desk: Desk) -> None:
    said = {"drawn_on": "2026-03-03", "drawn_time": "08:00"}
    desk.send("/levels/new", {**said, "level": "<2.0"}, client_id=new_id())
    labs = {**said, "platelets": "45", "platelets_low": "125", "fibrinogen": "1.60"}
    desk.send("/labs/new", labs, client_id=new_id())
    page = desk.see("?days=30")
    found = drawing(page)
    (level,) = found["levels"]
    assert (level["at"], level["below"]) == ("2026-03-03T08:00", True)
    assert "&lt;2.0 ng/mL" in page
    points = {lab["code"]: lab["points"] for lab in found["labs"]}
    assert points["platelets"][0]["text"] == "▼ 45 10⁹/L"
    assert points["fibrinogen"][0]["text"] == "1.60 g/L"
    assert found["band"] == {"low": 10.0, "high": 15.0}


def test_photos_are_drawn_and_shown_small(session: Session, desk: Desk, child: Participant) -> None:
    photo = a_photo(session, child, date(2026, 3, 1))
    a_photo(session, child, TODAY - timedelta(days=120))
    page = desk.see("?days=30")
    assert f'src="/photos/{photo.public_id}/thumbnail"' in page
    assert page.count("/thumbnail") == 1 + 1  # in the table and in the drawing
    photos = [mark for mark in drawing(page)["marks"] if mark["track"] == "photo"]
    assert [mark["url"] for mark in photos] == [desk.url(f"/photos/{photo.public_id}")]


def test_visits_are_drawn_inside_the_days_and_all_stand_in_the_table(desk: Desk) -> None:
    page = desk.see("?days=30")
    visits = [mark["text"] for mark in drawing(page)["marks"] if mark["track"] == "visit"]
    assert visits == ["Day 14", "Month 1"]
    assert "Month 12" in page


def test_orders_are_steps_with_their_reason(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_order(
        session,
        child,
        from_on=date(2026, 2, 20),
        given_ml=Decimal("0.44"),
        prescribed_mg=Decimal("0.44"),
        reason="level too low",
        signed_at=local(date(2026, 2, 19)),
    )
    page = desk.see("")
    orders = drawing(page)["orders"]
    assert [(order["at"], order["ml"]) for order in orders] == [
        ("2026-02-03T08:00", 0.36),
        ("2026-02-20T08:00", 0.44),
    ]
    assert "level too low" in page


def test_what_a_person_wrote_cannot_leave_the_data_block(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_order(
        session,
        child,
        from_on=date(2026, 2, 20),
        reason="</script><script>alert(1)</script>",
        signed_at=local(date(2026, 2, 19)),
    )
    page = desk.see("")
    assert "<script>alert(1)" not in page
    assert drawing(page)["orders"][-1]["reason"] == "</script><script>alert(1)</script>"


def test_every_script_of_the_page_carries_the_nonce(desk: Desk) -> None:
    answer = desk.client.get(desk.url(""))
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    assert " style=" not in answer.text


def test_a_year_of_diary_stays_a_light_page(
    session: Session, desk: Desk, child: Participant
) -> None:
    before = len(desk.see("?days=30"))
    doses_given(session, child, days_from(FIRST, 34))
    assert len(desk.see("?days=365")) < before + 4_000


def test_the_page_speaks_chinese(desk: Desk) -> None:
    desk.person.locale = "zh"
    page = desk.see("")
    assert "当前医嘱" in page
    assert drawing(page)["words"]["level"] == "血药浓度, ng/mL"


def test_days_of_ones_own_stand_in_the_address(desk: Desk) -> None:
    found = drawing(desk.see("?from=2026-02-10&to=2026-02-20"))
    assert (found["from"], found["to"]) == ("2026-02-10", "2026-02-20")
    open_end = drawing(desk.see("?from=2026-02-10"))
    assert (open_end["from"], open_end["to"]) == ("2026-02-10", TODAY.isoformat())


@pytest.mark.parametrize(
    "asked",
    ["?from=yesterday", "?from=2026-03-01&to=2026-02-01", "?track=moon", "?lab=gold", "?days=7"],
)
def test_an_address_that_cannot_be_understood_is_told(desk: Desk, asked: str) -> None:
    page = desk.see(asked)
    assert "A part of this address could not be understood" in page
    assert drawing(page)["from"] == "2025-12-11"


def test_days_outside_the_study_are_cut_to_it(desk: Desk) -> None:
    found = drawing(desk.see("?from=1990-01-01&to=2090-01-01"))
    assert (found["from"], found["to"]) == ("2026-01-19", TODAY.isoformat())


def test_only_the_chosen_tracks_are_drawn_and_stand_in_tables(desk: Desk) -> None:
    page = desk.see("?track=levels&track=visits")
    assert drawing(page)["tracks"] == ["levels", "visits"]
    assert drawing(page)["rows"] == ["visit"]
    assert 'id="track-levels"' in page
    assert 'id="track-doses"' not in page
    # the other ranges keep the choice
    assert "days=30&amp;track=levels&amp;track=visits" in page


def test_any_analyte_can_be_drawn(desk: Desk) -> None:
    said = {"drawn_on": "2026-03-03", "drawn_time": "08:00", "alt": "55"}
    desk.send("/labs/new", said, client_id=new_id())
    page = desk.see("?lab=alt")
    (alt,) = drawing(page)["labs"]
    assert (alt["code"], [point["value"] for point in alt["points"]]) == ("alt", [55.0])
    assert 'id="track-alt"' in page
    assert 'id="track-platelets"' not in page


def test_the_course_is_a_file_of_what_is_shown(
    session: Session, desk: Desk, child: Participant
) -> None:
    doses_given(session, child, days_from(FIRST, 2))
    said = {"drawn_on": "2026-03-03", "drawn_time": "08:00", "level": "<2.0"}
    desk.send("/levels/new", said, client_id=new_id())
    answer = desk.client.get(desk.url("/course.csv?days=all&track=levels&track=doses"))
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("study_number,track,from_local")
    assert {line.split(",")[1] for line in lines[1:]} == {"levels", "doses"}
    assert any(",<2.0,ng/mL," in line for line in lines)
    assert "Lele" not in answer.text


def test_a_formula_in_a_file_is_only_words(
    session: Session, desk: Desk, child: Participant
) -> None:
    an_order(session, child, from_on=date(2026, 2, 20), reason="=1+1", signed_at=local(FIRST))
    answer = desk.client.get(desk.url("/course.csv?days=all&track=orders"))
    assert ",'=1+1," in answer.data.decode()


def test_another_hospitals_course_is_no_file(session: Session, desk: Desk) -> None:
    theirs = a_participant(session, a_site(session))
    address = f"/clinic/participants/{theirs.public_id}/course.csv"
    assert desk.client.get(address).status_code == 404


def test_the_next_child_is_one_tap_away(session: Session, desk: Desk, child: Participant) -> None:
    child.study_number = "K-05"
    other = a_participant(session, study_number="K-06")
    other.site_id = desk.child.site_id
    session.flush()
    page = desk.see("?days=30")
    assert f'href="/clinic/participants/{other.public_id}?days=30"' in page
    assert 'rel="prev"' not in page

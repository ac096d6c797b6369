"""Levels, laboratory, tumour, treatments and adverse events: the forms and what they show."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import a_participant, an_order
from models.adverse_event import AdverseEvent
from models.attention import Alert
from models.base import Base
from models.laboratory import LabResult, Level, LevelOverrule
from models.participant import Participant
from models.site import StaffRole
from models.tumour import SkinFinding, Treatment, TumourVolume
from results_of_a_child import days_from, doses_given

FORMS = (
    "/levels/new",
    "/labs/new",
    "/volumes/new",
    "/skin/new",
    "/treatments/new",
    "/events/new",
)
LISTS = ("/labs", "/events", "/assessments", "")

LEVEL = {"drawn_on": "2026-03-03", "drawn_time": "08:00", "level": "11.20"}
LABS = {
    "drawn_on": "2026-03-03",
    "drawn_time": "08:00",
    "laboratory": "Central lab",
    "platelets": "45000",
    "platelets_unit": "/uL",
    "platelets_low": "125000",
    "platelets_high": "350000",
    "fibrinogen": "<0.5",
    "fibrinogen_unit": "g/L",
    "haemoglobin_low": "105",
}
VOLUME = {
    "measured_on": "2026-03-03",
    "lesion": "left thigh",
    "modality": "mri",
    "reader": "Dr Reader",
    "length_mm": "50",
    "width_mm": "40",
    "height_mm": "30",
}
SKIN = {"examined_on": "2026-03-03", "colour": "lighter", "firmness": "slightly_softer"}
TREATMENT = {"kind": "platelets", "name": "one unit", "started_on": "2026-03-01"}
EVENT = {
    "term": "Mucositis oral",
    "grade": "2",
    "verbatim": "sore mouth",
    "source": "diary",
    "started_on": "2026-03-01",
    "relatedness": "probable",
    "action": "none",
    "outcome": "recovering",
}
HAPPY = (
    ("/levels/new", LEVEL, Level),
    ("/labs/new", LABS, LabResult),
    ("/volumes/new", VOLUME, TumourVolume),
    ("/skin/new", SKIN, SkinFinding),
    ("/treatments/new", TREATMENT, Treatment),
    ("/events/new", EVENT, AdverseEvent),
)


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    return child


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def in_one_line(page: str) -> str:
    """However the template is laid out."""
    return " ".join(page.split())


@pytest.mark.parametrize("page", FORMS + LISTS)
def test_nobody_comes_in_without_signing_in(
    client: FlaskClient, child: Participant, page: str
) -> None:
    answer = client.get(f"/clinic/participants/{child.public_id}{page}")
    assert answer.status_code == 303
    assert answer.location.startswith("/staff/sign-in")


@pytest.mark.parametrize("page", FORMS + LISTS)
def test_another_sites_child_does_not_exist(
    session: Session, desk: Desk, child: Participant, page: str
) -> None:
    theirs = a_participant(session)
    assert desk.client.get(f"/clinic/participants/{theirs.public_id}{page}").status_code == 404
    assert desk.client.get(f"/clinic/participants/{uuid.uuid4()}{page}").status_code == 404


@pytest.mark.parametrize(("page", "said", "table"), HAPPY)
def test_nobody_writes_about_another_sites_child(
    session: Session, desk: Desk, page: str, said: dict[str, str], table: type[Base]
) -> None:
    theirs = a_participant(session)
    url = f"/clinic/participants/{theirs.public_id}{page}"
    assert desk.client.post(url, data={**said, "client_id": new_id()}).status_code == 404
    assert count(session, table) == 0


@pytest.mark.parametrize("page", FORMS + LISTS)
def test_a_masked_reader_sees_nothing(
    app: Flask, client: FlaskClient, session: Session, child: Participant, page: str
) -> None:
    desk = sit_down(app, client, session, child, StaffRole.READER)
    assert desk.client.get(desk.url(page)).status_code == 403


@pytest.mark.parametrize(("page", "said", "table"), HAPPY)
def test_a_monitor_reads_and_does_not_write(
    app: Flask,
    client: FlaskClient,
    session: Session,
    child: Participant,
    *,
    page: str,
    said: dict[str, str],
    table: type[Base],
) -> None:
    desk = sit_down(app, client, session, child, StaffRole.MONITOR)
    assert desk.send(page, said, client_id=new_id()).status_code == 403
    assert count(session, table) == 0
    assert "/levels/new" not in desk.see("")


@pytest.mark.parametrize(("page", "said", "table"), HAPPY)
def test_each_form_stores_what_it_says_once(
    session: Session, desk: Desk, page: str, said: dict[str, str], table: type[Base]
) -> None:
    assert 'name="client_id"' in desk.see(page)
    client_id = new_id()
    first = desk.send(page, said, client_id=client_id)
    again = desk.send(page, said, client_id=client_id)
    assert (first.status_code, again.status_code) == (303, 303)
    rows = 2 if table is LabResult else 1
    assert count(session, table) == rows


@pytest.mark.parametrize(("page", "said", "table"), HAPPY)
def test_an_empty_form_is_shown_again_with_every_error(
    session: Session, desk: Desk, page: str, said: dict[str, str], table: type[Base]
) -> None:
    answer = desk.send(page, {}, client_id=new_id())
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert count(session, table) == 0


@pytest.mark.parametrize(("page", "said", "_table"), HAPPY)
def test_the_same_form_with_other_words_is_a_conflict(
    desk: Desk, page: str, said: dict[str, str], _table: type[Base]
) -> None:
    client_id = new_id()
    desk.send(page, said, client_id=client_id)
    other = {**said, **{name: "2026-02-27" for name in said if name.endswith("_on")}}
    assert desk.send(page, other, client_id=client_id).status_code == 409


def test_what_was_typed_comes_back_with_the_error(desk: Desk) -> None:
    answer = desk.send("/levels/new", LEVEL, client_id=new_id(), level="11,2")
    assert answer.status_code == 422
    assert 'value="11,2"' in answer.text
    assert "Please write the number as reported" in answer.text
    assert 'href="#field-level"' in answer.text


def test_the_level_is_drawn_by_the_familys_wall_clock(session: Session, desk: Desk) -> None:
    desk.send("/levels/new", LEVEL, client_id=new_id())
    row = session.scalars(select(Level)).one()
    assert row.drawn_at.isoformat() == "2026-03-03T00:00:00+00:00"
    assert str(row.value) == "11.20"


def test_what_was_told_of_the_last_dose_needs_all_its_parts(session: Session, desk: Desk) -> None:
    told = {"last_dose_on": "2026-03-02", "last_dose_told_by": "grandmother"}
    assert desk.send("/levels/new", {**LEVEL, **told}, client_id=new_id()).status_code == 422
    told["last_dose_time"] = "20:00"
    assert desk.send("/levels/new", {**LEVEL, **told}, client_id=new_id()).status_code == 303
    assert session.scalars(select(Level.last_dose_told_by)).one() == "grandmother"


def a_level_at(desk: Desk, session: Session, **changes: str) -> str:
    """Enter a level and give the address of its page."""
    answer = desk.send("/levels/new", {**LEVEL, **changes}, client_id=new_id())
    assert answer.status_code == 303
    return answer.location.removeprefix(f"/clinic/participants/{desk.child.public_id}")


def test_a_level_shows_its_verdict_and_the_doses_it_rests_on(
    session: Session, desk: Desk, child: Participant
) -> None:
    doses_given(session, child, days_from(date(2026, 2, 3), 28))
    page = desk.see(a_level_at(desk, session))
    assert "11.20 ng/mL" in page
    assert "Valid trough" in page
    assert "Doses it rests on (last 72 h)" in page
    assert page.count("diary page") == 6
    assert page.count("decisive dose") == 1
    assert "khe-sirolimus-v1" in page


def test_a_high_level_says_what_to_do_and_reaches_the_worklist(
    session: Session, desk: Desk
) -> None:
    page = desk.see(a_level_at(desk, session, level="21.3"))
    assert "above range" in page
    assert "call the same day" in page
    assert session.scalars(select(Alert.code)).all() == ["level_concern"]
    assert "Level outside the range" in desk.see("")


def test_the_worklist_says_that_ten_is_outside_of_the_high_range(
    session: Session, desk: Desk
) -> None:
    a_level_at(desk, session, level="10.0")
    assert "▼ 10.0 ng/mL · range &gt;10–15" in desk.see("/matters")


def test_a_clinician_overrules_with_a_reason_and_the_rule_stays_visible(
    session: Session, desk: Desk
) -> None:
    address = a_level_at(desk, session)
    nothing = desk.send(f"{address}/verdict", {"verdict": "valid"}, client_id=new_id())
    assert nothing.status_code == 422
    assert count(session, LevelOverrule) == 0
    said = {"verdict": "valid", "reason": "I saw the dose given", "client_id": new_id()}
    for _twice in range(2):
        assert desk.send(f"{address}/verdict", said).status_code == 303
    assert count(session, LevelOverrule) == 1
    page = desk.see(address)
    assert "I saw the dose given" in page
    assert "by the rule: Cannot say" in page


def test_a_coordinator_does_not_overrule(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    desk = sit_down(app, client, session, child, StaffRole.COORDINATOR)
    address = a_level_at(desk, session)
    assert "/verdict" not in desk.see(address)
    said = {"verdict": "valid", "reason": "because"}
    assert desk.send(f"{address}/verdict", said).status_code == 403


def test_another_childs_level_is_not_shown_here(session: Session, desk: Desk) -> None:
    address = a_level_at(desk, session)
    other = a_participant(session, None)
    other.site_id = desk.child.site_id
    session.flush()
    url = f"/clinic/participants/{other.public_id}{address}"
    assert desk.client.get(url).status_code == 404


def test_a_correction_is_prefilled_and_replaces_the_level(session: Session, desk: Desk) -> None:
    address = a_level_at(desk, session)
    row = session.scalars(select(Level)).one()
    form = desk.see(f"/levels/new?amends={row.public_id}")
    assert 'value="11.20"' in form
    said = {**LEVEL, "level": "12.1", "amends": str(row.public_id)}
    assert desk.send("/levels/new", said, client_id=new_id()).status_code == 422
    right = desk.send("/levels/new", said, client_id=new_id(), amend_reason="swapped")
    assert right.status_code == 303
    overview = desk.see("?days=30")
    assert "12.1 ng/mL" in overview
    assert "11.20 ng/mL" not in overview
    assert "11.20 ng/mL" in desk.see(address)


def test_a_panel_keeps_the_units_of_the_laboratory(session: Session, desk: Desk) -> None:
    desk.send("/labs/new", LABS, client_id=new_id())
    rows = {row.analyte: row for row in session.scalars(select(LabResult))}
    assert set(rows) == {"platelets", "fibrinogen"}
    assert rows["platelets"].study_value == 45
    assert (rows["fibrinogen"].comparator, rows["fibrinogen"].value) == ("<", Decimal("0.5"))
    page = desk.see("/labs")
    assert "▼ 45" in page
    assert "45000 /µL" in page
    assert "&lt;0.5" in page


def test_the_next_panel_offers_the_ranges_of_the_last(desk: Desk) -> None:
    desk.send("/labs/new", LABS, client_id=new_id())
    page = in_one_line(desk.see("/labs/new"))
    assert 'name="platelets_low" value="125000"' in page
    assert '<option value="/uL" selected>' in page
    assert 'name="platelets" value=""' in page


def test_an_unusable_result_is_named_in_its_row(session: Session, desk: Desk) -> None:
    answer = desk.send("/labs/new", LABS, client_id=new_id(), platelets="many")
    assert answer.status_code == 422
    assert 'href="#field-platelets"' in answer.text
    assert 'value="many"' in answer.text
    assert count(session, LabResult) == 0


def test_one_result_is_corrected_with_a_reason(session: Session, desk: Desk) -> None:
    desk.send("/labs/new", LABS, client_id=new_id())
    row = session.scalars(select(LabResult).filter_by(analyte="platelets")).one()
    form = in_one_line(desk.see(f"/labs/new?amends={row.public_id}"))
    assert 'name="platelets" value="45000"' in form
    assert 'name="wbc"' not in form
    said = {
        "drawn_on": "2026-03-03",
        "drawn_time": "08:00",
        "platelets": "54000",
        "platelets_unit": "/uL",
        "amends": str(row.public_id),
        "amend_reason": "digits swapped",
    }
    assert desk.send("/labs/new", said, client_id=new_id()).status_code == 303
    page = desk.see("/labs")
    assert "54000" in page
    assert "45000" not in page
    assert "digits swapped" in page


def test_two_diameters_are_not_enough(session: Session, desk: Desk) -> None:
    answer = desk.send("/volumes/new", VOLUME, client_id=new_id(), width_mm="")
    assert answer.status_code == 422
    assert 'href="#field-width_mm"' in answer.text
    assert count(session, TumourVolume) == 0


def test_a_readers_volume_needs_no_diameters(session: Session, desk: Desk) -> None:
    said = {**VOLUME, "length_mm": "", "width_mm": "", "height_mm": "", "volume_ml": "31.4"}
    assert desk.send("/volumes/new", said, client_id=new_id()).status_code == 303
    assert session.scalars(select(TumourVolume.method)).one() == "slice_sum"


@pytest.mark.parametrize(
    ("page", "said", "table", "change"),
    [
        ("/volumes/new", VOLUME, TumourVolume, {"length_mm": "45"}),
        ("/skin/new", SKIN, SkinFinding, {"colour": "darker"}),
        ("/treatments/new", TREATMENT, Treatment, {"name": "two units"}),
    ],
)
def test_measurements_and_findings_are_corrected_by_their_form(
    session: Session,
    desk: Desk,
    *,
    page: str,
    said: dict[str, str],
    table: type[Any],
    change: dict[str, str],
) -> None:
    desk.send(page, said, client_id=new_id())
    row = session.scalars(select(table)).one()
    assert f'value="{row.public_id}"' in desk.see(f"{page}?amends={row.public_id}")
    right = {**said, **change, "amends": str(row.public_id)}
    assert desk.send(page, right, client_id=new_id()).status_code == 422
    answer = desk.send(page, right, client_id=new_id(), amend_reason="misread")
    assert answer.status_code == 303
    assert f"amends={row.public_id}" not in desk.see("?days=30")

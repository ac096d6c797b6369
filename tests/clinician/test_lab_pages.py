"""Draft grades, limits of normal and imported tables on their pages."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic_desk import Desk, new_id, sit_down
from factories import a_participant, a_site, an_order
from models.laboratory import LabImport, LabResult, ReferenceRange
from models.participant import Participant
from models.site import Site, StaffRole
from services.candidates import proposal_key

SAMPLE = {
    "drawn_on": "2026-03-03",
    "drawn_time": "08:00",
    "laboratory": "Central lab",
    "platelets": "74.9",
    "platelets_low": "125",
    "platelets_high": "350",
}
HEADER = "study_number,drawn_at,analyte,result,unit,lower_limit,upper_limit"
RANGE = {
    "laboratory": "Central lab",
    "analyte": "neutrophils",
    "unit": "10*9/L",
    "from_days": "365",
    "to_days": "730",
    "low": "1.0",
    "high": "7.0",
    "valid_from_on": "2026-01-01",
}
PAGES = ("/clinic/ranges", "/clinic/ranges/new", "/clinic/lab-import")


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session, study_number="S01-001")
    an_order(session, child)
    return child


@pytest.fixture
def site(session: Session, child: Participant) -> Site:
    return session.get_one(Site, child.site_id)


@pytest.fixture
def desk(app: Flask, client: FlaskClient, session: Session, child: Participant) -> Desk:
    return sit_down(app, client, session, child)


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def text(answer: Any) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def upload(desk: Desk, content: bytes, **more: str) -> Any:
    data = {"file": (io.BytesIO(content), "results.csv"), **more}
    return desk.client.post("/clinic/lab-import", data=data, content_type="multipart/form-data")


def a_file(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows)).encode()


# ------------------------------------------------------------------ draft grades


def test_a_draft_grade_shows_how_it_was_worked_out(desk: Desk) -> None:
    desk.send("/labs/new", SAMPLE, client_id=new_id())
    page = " ".join(desk.see("/labs").split())
    assert "Draft grades to look at: 1" in page
    for words in (
        "Grade 2",
        "Platelet count decreased",
        "▼ 74.9",
        "below normal",
        "&lt; 125 10⁹/L (1 × lower limit)",
        "&lt; 75 10⁹/L → grade 2: <strong>yes</strong>",
        "&lt; 50 10⁹/L → grade 3: no",
        "CTCAE 4.03 · khe-sirolimus-v1",
        "Decide under adverse events",
        f"?proposal={proposal_key('Platelet count decreased')}",
    ):
        assert words in page


def test_the_course_of_one_analyte_shows_every_result(desk: Desk) -> None:
    desk.send("/labs/new", SAMPLE, client_id=new_id())
    later = {**SAMPLE, "drawn_on": "2026-03-05", "platelets": "130"}
    desk.send("/labs/new", later, client_id=new_id())
    page = " ".join(desk.see("/labs?analyte=platelets").split())
    assert page.index("130") < page.index("74.9")
    assert "Grade 0" in page
    assert "as printed with the result" in page
    assert desk.client.get(desk.url("/labs?analyte=unobtainium")).status_code == 404


def test_a_span_and_a_missing_limit_are_said_in_words(desk: Desk) -> None:
    sample = {**SAMPLE, "platelets": "100", "platelets_low": "", "platelets_high": ""}
    desk.send("/labs/new", {**sample, "alt": "90"}, client_id=new_id())
    page = " ".join(desk.see("/labs").split())
    assert "Grade 0 or 1" in page
    assert "Not gradable: the limit of normal is not known" in page


def test_corrected_calcium_shows_by_what_it_was_corrected(desk: Desk) -> None:
    calcium = {"calcium": "1.80", "calcium_low": "2.1", "calcium_high": "2.6"}
    day = {"drawn_on": "2026-03-03", "drawn_time": "08:00"}
    desk.send("/labs/new", {**day, **calcium, "albumin": "30"}, client_id=new_id())
    page = " ".join(desk.see("/labs").split())
    assert "+ 0.02 × (40 − albumin in g/L)" in page
    assert "Graded as" in page


def test_words_are_chinese_for_chinese_readers(desk: Desk, session: Session) -> None:
    desk.send("/labs/new", SAMPLE, client_id=new_id())
    desk.person.locale = "zh"
    session.commit()
    page = desk.see("/labs")
    assert "血小板计数降低" in page
    assert "2 级" in page


def test_blood_from_before_birth_is_refused_at_its_day(desk: Desk, session: Session) -> None:
    answer = desk.send("/labs/new", {**SAMPLE, "drawn_on": "2025-01-19"}, client_id=new_id())
    assert answer.status_code == 422
    assert "The child was not born yet" in text(answer)
    assert count(session, LabResult) == 0


# ------------------------------------------------------------------ limits of normal


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_a_site_need_a_sign_in(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 303
    assert answer.location.startswith("/staff/sign-in")


@pytest.mark.parametrize("page", PAGES)
def test_another_site_does_not_exist(desk: Desk, session: Session, page: str) -> None:
    elsewhere = a_site(session)
    session.commit()
    assert desk.client.get(f"{page}?site={elsewhere.code}").status_code == 404
    assert desk.client.get(f"{page}?site=NOWHERE").status_code == 404


def test_a_monitor_looks_and_does_not_write(
    app: Flask, client: FlaskClient, session: Session, child: Participant
) -> None:
    desk = sit_down(app, client, session, child, StaffRole.MONITOR)
    assert desk.client.get("/clinic/ranges").status_code == 200
    for page in PAGES[1:]:
        assert desk.client.get(page).status_code == 403


def test_limits_are_added_shown_and_used(desk: Desk, session: Session, site: Site) -> None:
    said = {**RANGE, "site": site.code, "client_id": new_id()}
    answer = desk.client.post("/clinic/ranges/new", data=said)
    assert answer.status_code == 303
    page = text(desk.client.get("/clinic/ranges"))
    assert "1.0–7.0 10⁹/L" in page
    assert "365 to 729 days" in page
    sample = {"drawn_on": "2026-03-03", "drawn_time": "08:00", "laboratory": "central lab"}
    desk.send("/labs/new", {**sample, "neutrophils": "1.2"}, client_id=new_id())
    row = session.scalars(select(LabResult)).one()
    assert (str(row.reference_low), row.range_source) == ("1.0", "site")
    assert "beyond the adult bound" in desk.see("/labs?analyte=neutrophils")
    assert 'placeholder="1.0"' in desk.see("/labs/new")


def test_limits_are_corrected_by_a_new_row(desk: Desk, session: Session, site: Site) -> None:
    said = {**RANGE, "site": site.code, "client_id": new_id()}
    desk.client.post("/clinic/ranges/new", data=said)
    row = session.scalars(select(ReferenceRange)).one()
    form = text(desk.client.get(f"/clinic/ranges/new?amends={row.public_id}"))
    assert 'value="Central lab"' in form
    again = {**said, "client_id": new_id(), "low": "1.5", "amends": str(row.public_id)}
    assert desk.client.post("/clinic/ranges/new", data=again).status_code == 303
    page = text(desk.client.get("/clinic/ranges"))
    assert "1.5–7.0" in page
    assert "1.0–7.0" not in page
    assert count(session, ReferenceRange) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to_days": "365"}, "The second age must be above the first one."),
        ({"from_days": "1.5"}, "Please write a number"),
        ({"low": "", "high": ""}, "Please give a lower limit, an upper limit or both."),
        ({"unit": "mg/dL"}, "The study cannot convert this unit."),
        ({"laboratory": ""}, "Please fill this in."),
    ],
)
def test_wrong_limits_come_back_with_what_was_typed(
    desk: Desk, session: Session, site: Site, changes: dict[str, str], words: str
) -> None:
    said = {**RANGE, "site": site.code, "client_id": new_id(), **changes}
    answer = desk.client.post("/clinic/ranges/new", data=said)
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'value="730"' in text(answer) or "to_days" in changes
    assert count(session, ReferenceRange) == 0


# ------------------------------------------------------------------ a file


def test_a_file_is_looked_at_and_then_stored(desk: Desk, session: Session, site: Site) -> None:
    row = "S01-001,2026-03-03 08:10,platelets,45000,/uL,125000,350000"
    look = upload(desk, a_file(row), site=site.code)
    assert look.status_code == 200
    page = text(look)
    for words in ("45000 /µL", "= 45 10⁹/L", "125000–350000", "Grade 3", "Store 1 results"):
        assert words in page
    assert count(session, LabResult) == 0
    confirmed = confirm(desk, site, a_file(row).decode())
    assert confirmed.status_code == 303
    assert "One result was stored." in text(desk.client.get(confirmed.location))
    stored = session.scalars(select(LabResult)).one()
    assert (str(stored.value), str(stored.study_value.normalize())) == ("45000", "45")
    assert stored.drawn_at.date() == date(2026, 3, 3)


def confirm(desk: Desk, site: Site, content: str, client_id: str = "") -> Any:
    data = {"site": site.code, "text": content, "client_id": client_id or new_id()}
    url = "/clinic/lab-import/confirm"
    return desk.client.post(url, data=data, content_type="multipart/form-data")


def test_mistakes_are_listed_by_row_and_column_and_nothing_is_stored(
    desk: Desk, session: Session, site: Site
) -> None:
    good = "S01-001,2026-03-03 08:10,platelets,45,10*9/L,,"
    bad = "S01-999,2026-03-03 08:10,platelets,<b>many</b>,10*9/L,,"
    page = text(upload(desk, a_file(good, bad), site=site.code))
    assert "Row 3" in page
    assert "There is no child with this number at this site." in page
    assert "<b>many" not in page
    assert "Store 1" not in page
    forced = confirm(desk, site, a_file(good, bad).decode())
    assert forced.status_code == 422
    assert (count(session, LabResult), count(session, LabImport)) == (0, 0)


def test_the_same_file_twice_says_so(desk: Desk, session: Session, site: Site) -> None:
    content = a_file("S01-001,2026-03-03 08:10,platelets,45,10*9/L,,")
    confirm(desk, site, content.decode())
    page = text(upload(desk, content, site=site.code))
    assert "This file was imported on" in page
    assert "stored already" in page
    again = confirm(desk, site, content.decode())
    assert again.status_code == 422
    assert "This file was imported before." in text(again)
    assert count(session, LabResult) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "There are no rows in this file."),
        (b"a,b,c\n1,2,3", "These columns are missing: study_number"),
        (b"\x00\x01", "This is no table we can read."),
        (b"x" * 2_000_001, "The file is larger than 2 MB."),
    ],
)
def test_what_is_no_table_is_said_at_the_file(
    desk: Desk, site: Site, content: bytes, words: str
) -> None:
    answer = upload(desk, content, site=site.code)
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_table_of_two_megabytes_comes_back_from_its_page(desk: Desk, site: Site) -> None:
    rows = ("S01-999,2026-03-03 08:10,platelets,45,10*9/L,," + " " * 350,) * 4_900
    answer = confirm(desk, site, "\n".join((HEADER, *rows)))
    assert answer.status_code == 422
    assert "What is wrong" in text(answer)


def test_the_file_to_fill_in_is_a_csv(desk: Desk) -> None:
    answer = desk.client.get("/clinic/lab-import/template.csv")
    assert answer.mimetype == "text/csv"
    assert answer.get_data(as_text=True).startswith("\ufeffstudy_number,drawn_at")

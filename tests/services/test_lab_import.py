"""Tables of results: every row right, or nothing stored."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, a_site, as_actor
from models.laboratory import LabImport, LabResult
from models.participant import Participant
from models.site import Site
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import ConflictError, RefusedError
from services.lab_file import MOST_BYTES, MOST_ROWS, ImportRow, decoded, read_table, template_csv
from services.lab_import import (
    Import,
    Preview,
    RowsRefusedError,
    SaidImport,
    import_rows,
    preview,
)
from services.lab_rows import RowError

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
HEADER = "study_number,drawn_at,analyte,result,unit,lower_limit,upper_limit,fasting,laboratory"
SHA = "0" * 64


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def child(session: Session, site: Site) -> Participant:
    return a_participant(session, site, study_number="S01-001")


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


def a_row(number: int = 2, **changes: str) -> ImportRow:
    row = ImportRow(
        number=number,
        study_number="S01-001",
        drawn_at="2026-03-03 08:10",
        analyte="platelets",
        result="45",
        unit="10*9/L",
        lower_limit="125",
        upper_limit="350",
        laboratory="Central lab",
    )
    return replace(row, **changes)  # type: ignore[arg-type]  # all but the number are texts


def look(session: Session, site: Site, *rows: ImportRow) -> Preview:
    return preview(session, site, rows, SHA, protocol=KHE, now=NOW)


def take(session: Session, actor: Actor, site: Site, said: SaidImport) -> Import:
    return import_rows(session, actor, site, said, protocol=KHE, now=NOW)


def a_table(*rows: ImportRow, sha: str = SHA) -> SaidImport:
    return SaidImport(client_id=uuid.uuid4(), sha256=sha, rows=rows or (a_row(),))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LabResult)) or 0


# ------------------------------------------------------------------ the file


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_each_encoding_and_separator(separator: str, encoding: str) -> None:
    text = "研究编号,采血时间,项目,结果,单位\r\nS01-001,2026-03-03 08:10,血小板,45,10⁹/L\r\n"
    table = read_table(decoded(text.replace(",", separator).encode(encoding)))
    (row,) = table.rows
    assert (row.number, row.study_number, row.analyte, row.result) == (
        2,
        "S01-001",
        "血小板",
        "45",
    )


def test_the_same_text_is_known_again_in_another_encoding() -> None:
    text = f"{HEADER}\nS01-001,2026-03-03 08:10,血小板,45,10*9/L,,,,\n"
    one, other = (read_table(decoded(text.encode(e))) for e in ("utf-8-sig", "gb18030"))
    assert one.sha256 == other.sha256


def test_empty_rows_keep_the_numbers_of_the_others() -> None:
    text = f"{HEADER}\n\n,,,\nS01-001,2026-03-03 08:10,platelets,45,10*9/L\n"
    assert [row.number for row in read_table(text).rows] == [4]


def test_unknown_columns_are_left_out_and_told() -> None:
    table = read_table(f"{HEADER},ward\n{',' * 8},\nS01-001,x,y,z,u,,,,,3B\n")
    assert table.ignored == ("ward",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        (HEADER, "file_empty"),
        ("study_number,drawn_at,analyte,result\n1,2,3,4", "columns_missing"),
        (f"{HEADER},Result\n", "columns_twice"),
        (f"{HEADER}\n" + "a,b,c,d,e\n" * (MOST_ROWS + 1), "too_many_rows"),
        ("study_number,drawn_at,analyte,unit,result\na,b,platelets,/uL,1,200", "row_too_long"),
    ],
)
def test_a_file_that_is_no_table_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        read_table(text)


def test_five_thousand_rows_fit() -> None:
    assert len(read_table(f"{HEADER}\n" + "a,b,c,d,e\n" * MOST_ROWS).rows) == MOST_ROWS


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * (MOST_BYTES + 1), "file_too_large"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file_unreadable"),
        (b"a\0b", "file_unreadable"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        decoded(content)


def test_the_file_to_fill_in_is_one_that_can_be_read() -> None:
    assert [row.analyte for row in read_table(template_csv()).rows] == [
        "platelets",
        "fibrinogen",
        "glucose",
    ]


# ------------------------------------------------------------------ looking at it


def test_a_good_row_shows_what_it_will_store(
    session: Session, site: Site, child: Participant
) -> None:
    row = a_row(result="45000", unit="/µL", lower_limit="125000", upper_limit="350000")
    (line,) = look(session, site, row).lines
    assert (line.result.study_value, line.result.unit, line.child) == (Decimal(45), "/uL", child)
    assert line.result.drawn_at == datetime(2026, 3, 3, 0, 10, tzinfo=UTC)
    assert line.graded is not None
    assert [draft.grade for draft in line.graded.drafts] == ["3"]
    assert count(session) == 0


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"study_number": ""}, "study_number", "required"),
        ({"study_number": "S01-999"}, "study_number", "unknown_child"),
        ({"drawn_at": ""}, "drawn_at", "required"),
        ({"drawn_at": "3 March"}, "drawn_at", "not_a_moment"),
        ({"drawn_at": "2026-13-03 08:10"}, "drawn_at", "not_a_moment"),
        ({"drawn_at": "2026-03-11 08:10"}, "drawn_at", "in_the_future"),
        ({"drawn_at": "2025-01-19 08:10"}, "drawn_at", "drawn_before_birth"),
        ({"drawn_at": "2025-10-03 08:10"}, "drawn_at", "before_screening"),
        ({"analyte": "unobtainium"}, "analyte", "unknown_analyte"),
        ({"unit": "mg/dL"}, "unit", "unknown_unit"),
        ({"unit": ""}, "unit", "required"),
        ({"result": ""}, "result", "not_a_result"),
        ({"result": "=1+1"}, "result", "not_a_result"),
        ({"result": "1,2"}, "result", "not_a_result"),
        ({"result": "3001"}, "result", "out_of_range"),
        ({"lower_limit": "many"}, "lower_limit", "not_a_number"),
        ({"upper_limit": "1e5"}, "upper_limit", "not_a_number"),
        ({"lower_limit": "400"}, "upper_limit", "range_reversed"),
        ({"fasting": "maybe"}, "fasting", "not_yes_or_no_cell"),
        ({"laboratory": "=cmd|' /C calc'!A0"}, "laboratory", "looks_like_formula"),
        ({"laboratory": "x" * 81}, "laboratory", "too_long"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_column(
    session: Session,
    site: Site,
    child: Participant,
    changes: dict[str, str],
    column: str,
    code: str,
) -> None:
    assert child.site_id == site.id
    found = look(session, site, a_row(7, **changes))
    assert found.errors == (RowError(7, column, code),)
    assert not found.may_import


def test_everything_wrong_with_a_row_is_told_at_once(
    session: Session, site: Site, child: Participant
) -> None:
    assert child.site_id == site.id
    row = a_row(study_number="?", drawn_at="?", analyte="?", lower_limit="?", fasting="?")
    found = look(session, site, row)
    assert {error.column for error in found.errors} == {
        "study_number",
        "drawn_at",
        "analyte",
        "lower_limit",
        "fasting",
    }


def test_a_child_of_another_site_is_unknown(session: Session, site: Site) -> None:
    a_participant(session, study_number="S01-001")
    assert look(session, site, a_row()).errors == (RowError(2, "study_number", "unknown_child"),)


def test_one_analyte_of_one_sample_stands_once(
    session: Session, site: Site, child: Participant
) -> None:
    assert child.site_id == site.id
    found = look(session, site, a_row(2), a_row(3, result="46"), a_row(4, analyte="wbc"))
    assert found.errors == (RowError(3, "analyte", "row_twice"),)


@pytest.mark.parametrize(
    "drawn_at",
    [
        "2026-03-03T08:10",
        "2026/3/3 8:10",
        "2026-03-03 08:10:00",
        "2026-03-03T00:10:00Z",
        "2026-03-03T01:10:00+01:00",
    ],
)
def test_the_clock_of_the_site_counts_unless_a_zone_is_written(
    session: Session, site: Site, child: Participant, drawn_at: str
) -> None:
    assert child.site_id == site.id
    (line,) = look(session, site, a_row(drawn_at=drawn_at)).lines
    assert line.result.drawn_at == datetime(2026, 3, 3, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("analyte", "printed", "unit"),
    [
        ("platelets", "x10^9/L", "10*9/L"),
        ("血小板", "10⁹/L", "10*9/L"),
        ("Platelets", "/mm3", "/uL"),
        ("wbc", "10^3/μL", "10*3/uL"),
        ("creatinine", "μmol/L", "umol/L"),
        ("potassium", "mEq/L", "meq/L"),
        ("inr", "", "1"),
        ("urine_dipstick", "", "{plus}"),
        ("urine_protein", "g/24h", "g/(24.h)"),
    ],
)
def test_units_are_known_as_laboratories_print_them(
    session: Session, site: Site, child: Participant, analyte: str, printed: str, unit: str
) -> None:
    assert child.site_id == site.id
    row = a_row(analyte=analyte, result="4", unit=printed, lower_limit="", upper_limit="")
    (line,) = look(session, site, row).lines
    assert line.result.unit == unit


# ------------------------------------------------------------------ taking it in


def test_every_row_is_stored_with_its_import(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    rows = (a_row(2), a_row(3, analyte="fibrinogen", result="<0.5", unit="g/L", upper_limit=""))
    done = take(session, doctor, site, a_table(*rows))
    session.expire_all()
    assert [(row.analyte, row.comparator, row.range_source) for row in done.results] == [
        ("platelets", "=", "file"),
        ("fibrinogen", "<", "file"),
    ]
    assert {row.import_id for row in done.results} == {done.row.id}
    assert {row.participant_id for row in done.results} == {child.id}
    assert (done.row.row_count, done.row.rule_version) == (2, KHE.key)


def test_one_wrong_row_stops_the_whole_file(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    assert child.site_id == site.id
    with pytest.raises(RowsRefusedError) as refused:
        take(session, doctor, site, a_table(a_row(2), a_row(3, analyte="wbc", result="many")))
    assert refused.value.errors == (RowError(3, "result", "not_a_result"),)
    assert count(session) == 0
    assert session.scalar(select(LabImport)) is None


def test_the_same_form_again_stores_nothing_twice(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    assert child.site_id == site.id
    said = a_table()
    first = take(session, doctor, site, said)
    again = take(session, doctor, site, said)
    assert (again.row.id, again.is_new, count(session)) == (first.row.id, False, 1)
    with pytest.raises(ConflictError):
        take(session, doctor, site, replace(said, sha256="1" * 64))


def test_the_same_file_by_another_form_says_so(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    assert child.site_id == site.id
    take(session, doctor, site, a_table())
    with pytest.raises(RefusedError, match="file_before"):
        take(session, doctor, site, a_table())
    found = look(session, site, a_row())
    assert (found.may_import, [line.is_stored for line in found.lines]) == (False, [True])


def test_rows_that_are_stored_already_are_left_out(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    assert child.site_id == site.id
    take(session, doctor, site, a_table())
    grown = a_table(a_row(2), a_row(3, analyte="wbc", result="6.0", lower_limit="5"), sha="1" * 64)
    done = take(session, doctor, site, grown)
    assert ([row.analyte for row in done.results], done.row.row_count) == (["wbc"], 1)
    with pytest.raises(RefusedError, match="nothing_new"):
        take(session, doctor, site, replace(grown, client_id=uuid.uuid4(), sha256="2" * 64))


def test_another_value_of_a_stored_sample_is_to_be_corrected(
    session: Session, site: Site, child: Participant, doctor: Actor
) -> None:
    assert child.site_id == site.id
    take(session, doctor, site, a_table())
    found = look(session, site, a_row(result="46"))
    assert found.errors == (RowError(2, "result", "other_value_stored"),)


def test_the_albumin_of_the_same_file_corrects_the_calcium(
    session: Session, site: Site, child: Participant
) -> None:
    assert child.site_id == site.id
    bare = {"lower_limit": "2.1", "upper_limit": "2.6"}
    calcium = a_row(2, analyte="calcium", result="1.80", unit="mmol/L", **bare)
    albumin = a_row(3, analyte="albumin", result="30", unit="g/L", lower_limit="", upper_limit="")
    line, _ = look(session, site, calcium, albumin).lines
    assert line.graded is not None
    grades = {draft.term.code: draft.grade for draft in line.graded.drafts}
    assert grades == {"hypocalcemia": "1", "hypercalcemia": "0"}
    assert line.graded.drafts[0].graded.value == Decimal("2.00")

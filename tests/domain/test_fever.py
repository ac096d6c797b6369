"""Fever by CTCAE v4.03: 38.0-39.0, >39.0-40.0, >40.0 up to 24 h, >40.0 for longer."""

from datetime import date
from decimal import Decimal

import pytest

from domain.protocol_events import FeverBounds, SymptomKind
from domain.symptoms import NOT_SO, Report, calls_clinic, fever_grade, proposes_event

D = Decimal
BOUNDS = FeverBounds(D("38.0"), D("39.0"), D("40.0"), D(24))
FROM = D("38.0")
FEVER = SymptomKind("fever", {"en": "Fever"}, "fever", "fever", ("Fever",))
SORES = SymptomKind("mouth_sores", {"en": "Sores"}, None, None, ("Mucositis oral",))
ON = date(2026, 3, 10)


def a_fever(celsius: str | None, hours: str | None = None, severity: str = "mild") -> Report:
    return Report(
        "fever", severity, ON, D(celsius) if celsius else None, D(hours) if hours else None
    )


@pytest.mark.parametrize(
    ("celsius", "hours", "grade"),
    [
        ("37.9", None, None),
        ("38.0", None, "1"),
        ("39.0", None, "1"),
        ("39.1", None, "2"),
        ("39.01", None, "2"),
        ("40.0", None, "2"),
        ("40.0", "30", "2"),
        ("40.1", "24", "3"),
        ("40.1", "24.5", "4"),
        ("40.1", None, "3"),
        (None, None, None),
    ],
)
def test_the_milder_grade_owns_each_bound(
    celsius: str | None, hours: str | None, grade: str | None
) -> None:
    drafted = fever_grade(a_fever(celsius, hours), {ON}, BOUNDS)
    assert (drafted.text if drafted else None) == grade


@pytest.mark.parametrize(
    ("days", "grade"),
    [
        ([10], "3"),
        ([9, 10], "3-4"),
        ([8, 9, 10], "4"),
        ([7, 8, 10], "3"),
        ([10, 11, 12], "3"),
    ],
)
def test_where_nobody_said_how_long_the_days_in_a_row_decide(days: list[int], grade: str) -> None:
    high = {date(2026, 3, day) for day in days}
    drafted = fever_grade(a_fever("40.5"), high, BOUNDS)
    assert drafted is not None
    assert drafted.text == grade
    assert (drafted.only is None) == ("-" in grade)


@pytest.mark.parametrize(
    ("celsius", "calls"), [("37.9", False), ("38.0", True), ("40.0", True), (None, True)]
)
def test_fever_from_38_calls_the_clinic_and_so_does_one_that_nobody_measured(
    celsius: str | None, calls: bool
) -> None:
    assert calls_clinic(a_fever(celsius), FEVER, FROM) is calls
    assert proposes_event(a_fever(celsius), BOUNDS) is calls


def test_what_was_taken_back_means_nothing() -> None:
    gone = a_fever("40.5", severity=NOT_SO)
    assert not calls_clinic(gone, FEVER, FROM)
    assert not proposes_event(gone, BOUNDS)
    assert fever_grade(gone, {ON}, BOUNDS) is None


def test_a_symptom_without_advice_calls_nobody_and_is_proposed() -> None:
    report = Report("mouth_sores", "severe", ON)
    assert not calls_clinic(report, SORES, FROM)
    assert proposes_event(report, BOUNDS)

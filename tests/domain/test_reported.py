from decimal import Decimal

import pytest

from domain.errors import DomainError
from domain.interval import Interval
from domain.protocol import LabPlan
from domain.reported import Comparator, Reported, in_study_unit, read_reported

D = Decimal
FIBRINOGEN = LabPlan(
    code="fibrinogen",
    label={"en": "Fibrinogen"},
    unit="g/L",
    plausible=Interval(D(0), D(20), low_included=True, high_included=True),
    units={"g/L": D(1), "mg/dL": D("0.01")},
)


@pytest.mark.parametrize(
    ("text", "comparator", "value"),
    [
        ("11.20", Comparator.EQUAL, "11.20"),
        (" < 2.0 ", Comparator.BELOW, "2.0"),
        (">500", Comparator.ABOVE, "500"),
        ("＜2．0", Comparator.BELOW, "2.0"),
        ("１１。２", Comparator.EQUAL, "11.2"),
    ],
)
def test_a_result_is_read_to_the_digit(text: str, comparator: Comparator, value: str) -> None:
    reported = read_reported(text)
    assert (reported.comparator, str(reported.value)) == (comparator, value)


@pytest.mark.parametrize("text", ["", "<", "1,2", "-1", "+1", "1e3", "NaN", "2..0", "<=2", "٣"])
def test_what_no_laboratory_prints_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match="not_a_result"):
        read_reported(text)


def test_a_result_is_written_as_it_was_read() -> None:
    assert Reported(D("2.0"), Comparator.BELOW).text == "<2.0"
    assert Reported(D("10.0")).text == "10.0"


def test_conversion_rounds_nothing() -> None:
    assert in_study_unit(D("123.456789"), "mg/dL", FIBRINOGEN) == D("1.23456789")
    assert in_study_unit(D("1.6"), "g/L", FIBRINOGEN) == D("1.6")


def test_a_unit_the_protocol_does_not_name_is_refused() -> None:
    with pytest.raises(DomainError, match="unknown_unit"):
        in_study_unit(D(1), "mmol/L", FIBRINOGEN)

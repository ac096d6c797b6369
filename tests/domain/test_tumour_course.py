"""Volumes against the baseline: each lesion, and the sum of the same lesions."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.tumour_course import Measured, TumourCourse, tumour_course

BASELINE = date(2026, 1, 31)
LATER = date(2026, 7, 1)


def measured(
    lesion: str, on: date, ml: str, method: str = "ellipsoid", modality: str = "mri"
) -> Measured:
    return Measured(lesion, on, Decimal(ml), method, modality)


def course(*rows: Measured, until: date | None = BASELINE) -> TumourCourse:
    return tumour_course(rows, until)


def test_a_fifth_is_left_of_the_baseline() -> None:
    found = course(measured("thigh", date(2026, 1, 20), "100"), measured("thigh", LATER, "20"))
    assert found.baseline_ml == 100
    assert [change.lost_percent for change in found.lesions] == [0, 80]
    assert found.totals[-1].lost_percent == 80


def test_a_third_stays_exact() -> None:
    found = course(measured("thigh", date(2026, 1, 20), "3"), measured("thigh", LATER, "1"))
    assert found.totals[-1].lost_percent == Fraction(200, 3)


def test_growth_is_negative() -> None:
    found = course(measured("thigh", date(2026, 1, 20), "10"), measured("thigh", LATER, "12"))
    assert found.totals[-1].lost_percent == -20


def test_the_last_measurement_up_to_the_baseline_day_counts() -> None:
    found = course(
        measured("thigh", date(2026, 1, 10), "50"),
        measured("thigh", BASELINE, "40"),
        measured("thigh", date(2026, 2, 1), "20"),
    )
    assert found.baseline["thigh"].on == BASELINE
    assert found.lesions[-1].lost_percent == 50


def test_several_lesions_add_up() -> None:
    first, then = date(2026, 1, 20), LATER
    found = course(
        measured("arm", first, "30"),
        measured("leg", first, "70"),
        measured("arm", then, "15"),
        measured("leg", then, "35"),
    )
    assert found.totals[-1].volume_ml == 50
    assert found.totals[-1].lost_percent == 50


def test_a_sum_without_one_of_the_lesions_is_not_compared() -> None:
    first = date(2026, 1, 20)
    found = course(
        measured("arm", first, "30"), measured("leg", first, "70"), measured("leg", LATER, "35")
    )
    assert found.totals[-1].lost_percent is None
    assert found.lesions[-1].lost_percent == 50


def test_a_new_lesion_has_nothing_to_be_compared_with() -> None:
    found = course(measured("leg", date(2026, 1, 20), "70"), measured("arm", LATER, "5"))
    assert found.lesions[-1].lost_percent is None
    assert found.totals[-1].lost_percent is None


def test_without_a_baseline_nothing_is_compared() -> None:
    found = course(measured("leg", LATER, "70"), until=None)
    assert found.baseline_ml is None
    assert found.lesions[0].lost_percent is None


def test_another_method_or_examination_is_told() -> None:
    first = measured("leg", date(2026, 1, 20), "70")
    same = course(first, measured("leg", LATER, "35"))
    method = course(first, measured("leg", LATER, "35", method="slice_sum"))
    modality = course(first, measured("leg", LATER, "35", modality="ultrasound"))
    assert [found.totals[-1].how_changed for found in (same, method, modality)] == [
        False,
        True,
        True,
    ]


def test_of_two_measurements_of_a_day_the_later_row_counts() -> None:
    found = course(
        measured("leg", date(2026, 1, 20), "70"),
        measured("leg", LATER, "35"),
        measured("leg", LATER, "7"),
    )
    assert found.totals[-1].volume_ml == 7

from decimal import Decimal
from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.percent import percent_lost
from domain.volume import Diameters, ellipsoid_ml, total_ml

millimetres = st.decimals(min_value="0.1", max_value="999.9", places=1)


def a_lesion(length: str, width: str, height: str) -> Diameters:
    return Diameters(Decimal(length), Decimal(width), Decimal(height))


def test_a_ball_of_ten_millimetres_is_about_half_a_millilitre() -> None:
    assert str(ellipsoid_ml(a_lesion("10", "10", "10"))).startswith("0.523598775598298")


def test_the_ellipsoid_of_a_large_tumour() -> None:
    volume = ellipsoid_ml(a_lesion("62.5", "48.1", "30.4"))
    assert float(volume) == pytest.approx(pi / 6 * 62.5 * 48.1 * 30.4 / 1000, rel=1e-12)


def test_a_lesion_that_is_gone_has_no_volume() -> None:
    assert ellipsoid_ml(a_lesion("0", "0", "0")) == 0


def test_a_fifth_of_the_product_of_diameters_is_exactly_eighty_percent_less() -> None:
    before = ellipsoid_ml(a_lesion("53.3", "40.7", "30.1"))
    after = ellipsoid_ml(a_lesion("10.66", "40.7", "30.1"))
    assert percent_lost(before, after) == 80


@given(length=millimetres, width=millimetres, height=millimetres)
def test_half_a_diameter_is_exactly_half_the_volume(
    length: Decimal, width: Decimal, height: Decimal
) -> None:
    whole = ellipsoid_ml(Diameters(length, width, height))
    half = ellipsoid_ml(Diameters(length / 2, width, height))
    assert percent_lost(whole, half) == 50


@pytest.mark.parametrize("side", ["-1", "NaN", "Infinity"])
def test_an_impossible_diameter_is_refused(side: str) -> None:
    with pytest.raises(DomainError, match="diameter_impossible"):
        ellipsoid_ml(a_lesion("10", side, "10"))


def test_several_lesions_add_up_whatever_their_method() -> None:
    by_ellipsoid = ellipsoid_ml(a_lesion("20", "10", "10"))
    by_slices = Decimal("3.7")
    assert total_ml([by_ellipsoid, by_slices]) == by_ellipsoid + by_slices


def test_two_lesions_at_a_fifth_have_lost_exactly_eighty_percent() -> None:
    before = [a_lesion("53.3", "40.7", "30.1"), a_lesion("15.5", "9.9", "7.7")]
    after = [a_lesion("10.66", "40.7", "30.1"), a_lesion("3.1", "9.9", "7.7")]
    assert (
        percent_lost(total_ml([*map(ellipsoid_ml, before)]), total_ml([*map(ellipsoid_ml, after)]))
        == 80
    )


def test_no_lesion_measured_is_not_a_tumour_of_nothing() -> None:
    with pytest.raises(DomainError, match="no_lesion_measured"):
        total_ml([])


def test_an_impossible_part_is_refused() -> None:
    with pytest.raises(DomainError, match="volume_impossible"):
        total_ml([Decimal(3), Decimal("-0.1")])

"""Forms as people fill them in: numbers, days, phones, and what comes back with an error."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

import pytest
from flask import Flask
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from domain.errors import DomainError
from services.errors import RefusedError
from web.fields import (
    Amount,
    Choice,
    ClockTime,
    Day,
    Many,
    Phone,
    Tick,
    Words,
    exact,
)
from web.forms import Filled, WriteSchema, blank, read


class Fruit(StrEnum):
    PLUM = "plum"
    PEAR = "pear"


@dataclass(frozen=True)
class Basket:
    client_id: uuid.UUID
    weight: Decimal
    name: str
    picked_on: date | None
    picked_local: time | None
    fruits: list[Fruit]
    is_ripe: bool
    phone: str | None


class BasketSchema(WriteSchema):
    weight = Amount(required=True)
    name = Words(required=True, longest=5)
    picked_on = Day(load_default=None)
    picked_local = ClockTime(load_default=None)
    fruits = Many(Choice(Fruit), load_default=list)
    is_ripe = Tick()
    phone = Phone(load_default=None)


@pytest.fixture(autouse=True)
def request_in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def fill(**values: str | list[str]) -> Filled[Basket]:
    given: dict[str, str | list[str]] = {
        "client_id": str(uuid.UUID(int=7)),
        "weight": "1.50",
        "name": "Lele",
    }
    return read(BasketSchema(), Basket, MultiDict(given | values))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0.18", "0.18"),
        ("0,18", "0.18"),
        ("0,180", "0.180"),
        ("-0,125", "-0.125"),
        (" 10.0 ", "10.0"),
        ("１２．５", "12.5"),
        ("１２，５", "12.5"),
        ("−3", "-3"),
        ("123456789.123456", "123456789.123456"),
    ],
)
def test_a_number_keeps_its_digits_however_it_is_written(typed: str, meant: str) -> None:
    assert str(exact(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    ["1e5", "NaN", "Infinity", "+1", "1.", ".5", "1 000", "0x10", "1_0", "1.2.3", "1,2,3",
     "1234567890", "0.1234567", "五", "١٢", "12 ml"],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="not_a_number"):
        exact(typed)


@pytest.mark.parametrize("typed", ["1,234", "12,500", "-1,000", "１，２３４"])
def test_a_comma_that_might_mean_thousands_is_asked_about(typed: str) -> None:
    with pytest.raises(ValidationError, match="thousands_or_decimals"):
        exact(typed)


def test_a_good_form_becomes_a_frozen_object() -> None:
    filled = fill(
        picked_on="2026-03-10",
        picked_local="08:04",
        fruits=["plum", "pear"],
        is_ripe="yes",
        phone="13812345678",
    )
    assert filled.form == Basket(
        client_id=uuid.UUID(int=7),
        weight=Decimal("1.50"),
        name="Lele",
        picked_on=date(2026, 3, 10),
        picked_local=time(8, 4),
        fruits=[Fruit.PLUM, Fruit.PEAR],
        is_ripe=True,
        phone="+8613812345678",
    )
    assert not filled.errors


def test_fields_left_empty_count_as_absent() -> None:
    filled = fill(picked_on="", picked_local="  ", phone="")
    assert filled.form is not None
    assert (filled.form.picked_on, filled.form.picked_local, filled.form.phone) == (None,) * 3


def test_errors_stand_at_their_fields_and_what_was_typed_is_kept() -> None:
    filled = fill(weight="heavy", name="", picked_on="tomorrow", fruits=["plum", "stone"])
    assert filled.form is None
    assert filled.errors == {
        "weight": ["Please write a number, for example 0.18."],
        "name": ["Please fill this in."],
        "picked_on": ["Please write a date."],
        "fruits": ["Please choose one of the answers."],
    }
    assert filled.values["weight"] == "heavy"
    assert filled.values["fruits"] == ["plum", "stone"]
    assert filled.client_id == str(uuid.UUID(int=7))


def test_a_text_may_be_as_long_as_its_limit_and_no_longer() -> None:
    assert fill(name="12345").form is not None
    assert fill(name="123456").errors == {"name": ["That is too long."]}


def test_invisible_characters_are_dropped() -> None:
    filled = fill(name="L\x00e\x1ble ")
    assert filled.form is not None
    assert filled.form.name == "Lele"


def test_a_form_without_its_id_is_an_error_of_the_whole_form() -> None:
    filled = fill(client_id="no uuid")
    assert list(filled.errors) == ["_form"]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (RefusedError("out_of_range", field="weight"), "weight"),
        (RefusedError("out_of_range"), "_form"),
        (DomainError("out_of_range"), "_form"),
    ],
)
def test_a_refusal_of_the_use_case_goes_to_its_field(
    error: RefusedError | DomainError, name: str
) -> None:
    filled = fill().refused(error)
    assert filled.form is None
    assert filled.errors == {name: ["That is outside of what is possible. Please check it."]}


def test_every_blank_form_has_an_id_of_its_own() -> None:
    first, second = blank({"name": "x"}), blank()
    assert uuid.UUID(first.client_id) != uuid.UUID(second.client_id)
    assert first.values == {"name": "x"}

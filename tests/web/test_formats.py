"""Dates, times, amounts and ages as a reader sees them, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from scripts.compile_translations import ROOT, compile_all
from web import formats

SHANGHAI = "Asia/Shanghai"
SUNDAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 0, 4, tzinfo=UTC)
LATE_EVENING = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def app() -> Flask:
    compile_all()
    app = Flask("formats")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    Babel(app)
    formats.init_app(app)
    return app


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    with app.test_request_context(), force_locale(request.param):
        yield request.param


def in_words(language: str, english: str, chinese: str) -> str:
    return {"en": english, "zh": chinese}[language]


def test_a_day_cannot_be_misread(language: str) -> None:
    assert formats.day(SUNDAY) == in_words(language, "22 Nov 2026", "2026年11月22日")


def test_a_day_may_lack_its_year_or_have_its_weekday(language: str) -> None:
    assert formats.short_day(SUNDAY) == in_words(language, "Sun 22 Nov", "11月22日 周日")
    assert formats.full_day(SUNDAY) == in_words(
        language, "Sunday, 22 November 2026", "2026年11月22日 星期日"
    )


def test_months_and_weekdays_have_names(language: str) -> None:
    assert formats.month(SUNDAY) == in_words(language, "November 2026", "2026年11月")
    assert formats.weekday(SUNDAY) == in_words(language, "Sun", "周日")


def test_an_instant_is_shown_by_the_childs_clock(language: str) -> None:
    expected = in_words(language, "22 Nov 2026, 08:04", "2026年11月22日 08:04")
    assert formats.moment(MORNING, SHANGHAI) == expected
    assert formats.clock(MORNING, SHANGHAI) == "08:04"


def test_the_day_of_an_instant_is_the_childs_day(language: str) -> None:
    assert formats.local_day(LATE_EVENING, SHANGHAI) == formats.day(SUNDAY)
    assert formats.local_day(LATE_EVENING, "UTC") == formats.day(date(2026, 11, 21))


def test_the_clock_has_24_hours() -> None:
    assert formats.clock(time(20, 0)) == "20:00"
    assert formats.clock(datetime(2026, 11, 22, 0, 5)) == "00:05"  # noqa: DTZ001 - a wall clock


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        formats.clock(MORNING)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0.650", "0.65"),
        (".18", "0.18"),
        ("1.0", "1"),
        ("1", "1"),
        ("10", "10"),
        ("1E+1", "10"),
        ("0.00", "0"),
    ],
)
def test_an_amount_has_its_leading_zero_and_no_trailing_one(amount: str, shown: str) -> None:
    assert formats.plain_amount(Decimal(amount)) == shown
    assert formats.millilitres(Decimal(amount)) == f"{shown}\N{NO-BREAK SPACE}mL"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("8.20", "8.20"), ("1E+2", "100"), ("-0.5", "−0.5"), ("0.00000010", "0.00000010")],
)
def test_a_measured_value_keeps_the_digits_it_was_entered_with(number: str, shown: str) -> None:
    assert formats.decimal(Decimal(number)) == shown


@pytest.mark.parametrize(
    ("born_on", "english", "chinese"),
    [
        (date(2026, 11, 21), "1 day", "1天"),
        (date(2026, 10, 23), "30 days", "30天"),
        (date(2026, 10, 22), "1 month", "1个月"),
        (date(2026, 4, 22), "7 months", "7个月"),
        (date(2026, 4, 23), "6 months", "6个月"),
        (date(2024, 11, 23), "23 months", "23个月"),
        (date(2024, 11, 22), "2 years", "2岁"),
        (date(2024, 8, 1), "2 years 3 months", "2岁3个月"),
    ],
)
def test_an_age_is_told_as_people_tell_it(
    language: str, born_on: date, english: str, chinese: str
) -> None:
    assert formats.age(born_on, SUNDAY) == in_words(language, english, chinese)


def test_the_page_names_its_language_and_script(language: str) -> None:
    assert formats.language() == language
    assert formats.language_tag() == in_words(language, "en", "zh-Hans")

"""How dates, times, amounts and ages read on a page, in the reader's language.

Chinese and English, and never a form that two people read differently: the month is a word or a 月,
the clock has 24 hours, an amount in mL has its leading zero and loses its trailing ones.
`init_app` makes all of them template filters; beside that they are plain functions.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale, gettext, ngettext

LANGUAGE_TAGS: Final = {"zh": "zh-Hans", "en": "en"}
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"

_PATTERNS: Final = {
    "day": {"zh": "y年M月d日", "en": "d MMM y"},
    "short_day": {"zh": "M月d日 EEE", "en": "EEE d MMM"},
    "full_day": {"zh": "y年M月d日 EEEE", "en": "EEEE, d MMMM y"},
    "month": {"zh": "y年M月", "en": "MMMM y"},
    "weekday": {"zh": "EEE", "en": "EEE"},
}


def language() -> str:
    """The reader's language as the catalogues name it: "zh" or "en"."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGE_TAGS else "en"


def language_tag() -> str:
    """The reader's language for `<html lang>`; it also chooses the shapes of Han characters."""
    return LANGUAGE_TAGS[language()]


@lru_cache(maxsize=4096)
def _written(on: date, kind: str, language_code: str) -> str:
    # a page shows the same few hundred days again and again
    return format_date(on, _PATTERNS[kind][language_code], locale=language_code)


def day(on: date) -> str:
    """22 Nov 2026, 2026年11月22日."""
    return _written(on, "day", language())


def short_day(on: date) -> str:
    """Sun 22 Nov, 11月22日 周日: where the year is plain from what stands around."""
    return _written(on, "short_day", language())


def full_day(on: date) -> str:
    """Sunday, 22 November 2026; 2026年11月22日 星期日."""
    return _written(on, "full_day", language())


def month(on: date) -> str:
    """November 2026, 2026年11月."""
    return _written(on, "month", language())


def weekday(on: date) -> str:
    """Sun, 周日."""
    return _written(on, "weekday", language())


def clock(at: datetime | time, zone: ZoneInfo | str | None = None) -> str:
    """08:04 by the clock on the wall.

    Args:
        at: an instant (aware; needs `zone`), or a wall clock as it is (naive).
        zone: where the wall is: the child's zone.

    Raises:
        ValueError: an instant without a zone; the server's own clock is nobody's wall.
    """
    return f"{at if isinstance(at, time) else _local(at, zone):%H:%M}"


def moment(at: datetime, zone: ZoneInfo | str | None = None) -> str:
    """22 Nov 2026, 08:04 by the clock on the wall; `zone` as for `clock`."""
    local = _local(at, zone)
    return f"{day(local.date())}{' ' if language() == 'zh' else ', '}{local:%H:%M}"


def local_day(at: datetime, zone: ZoneInfo | str) -> str:
    """The day an instant falls on in `zone`, as `day` writes it."""
    return day(_local(at, zone).date())


def _local(at: datetime, zone: ZoneInfo | str | None) -> datetime:
    if at.tzinfo is None:
        return at
    if zone is None:
        raise ValueError("an instant is shown in a named zone")
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def decimal(number: Decimal) -> str:
    """As stored: 8.20 stays 8.20, never 1E+1; a real minus sign before a negative."""
    return f"{number:f}".replace("-", MINUS)


def millilitres(amount: Decimal) -> str:
    """0.65 mL: a leading zero and no trailing one, so that no point is overlooked (trial.md §2)."""
    return f"{plain_amount(amount)}{NO_BREAK}mL"


def plain_amount(amount: Decimal) -> str:
    """The number of `millilitres` alone, for the big figure of the Today page."""
    written = f"{amount:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def age(born_on: date, on: date) -> str:
    """How old on a day: 12 days, 7 months, 2 years 3 months; for people, not for rules."""
    months = (on.year - born_on.year) * 12 + on.month - born_on.month - (on.day < born_on.day)
    if months < 1:
        return str(ngettext("%(num)d day", "%(num)d days", (on - born_on).days))
    if months < 24:
        return str(ngettext("%(num)d month", "%(num)d months", months))
    years = str(ngettext("%(num)d year", "%(num)d years", months // 12))
    if not months % 12:
        return years
    rest = ngettext("%(num)d month", "%(num)d months", months % 12)
    return str(gettext("%(years)s %(months)s", years=years, months=rest))


FILTERS: Final[tuple[Callable[..., str], ...]] = (
    day,
    short_day,
    full_day,
    month,
    weekday,
    clock,
    moment,
    local_day,
    decimal,
    millilitres,
    plain_amount,
    age,
)


def init_app(app: Flask) -> None:
    """Give the templates the filters above, and `language()` and `language_tag()`."""
    for function in FILTERS:
        app.add_template_filter(function)
    app.add_template_global(language)
    app.add_template_global(language_tag)

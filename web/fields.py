"""Form fields as people fill them in. Each refuses with a code that web/sentences.py puts in words.

Shape only: whether a value makes sense is for the use case, whose limits stand in the protocol.
"""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from marshmallow import ValidationError, fields
from marshmallow.types import ErrorMessages

from services.phones import canonical_phone

Value = TypeVar("Value")
Choices = TypeVar("Choices", bound=StrEnum)

# the names are marshmallow's, the values are codes; never changed in place
_CODES: Final[ErrorMessages] = {
    "required": "required",
    "null": "required",
    "invalid": "not_a_choice",
}
_IDENT_CODES: Final[ErrorMessages] = {**_CODES, "invalid_uuid": "not_a_choice"}
# up to nine digits before and six after the mark: more is a slip, and no lab reports it
_NUMBER: Final = re.compile(r"(-?\d{1,9})(?:([.,])(\d{1,6}))?")
_THOUSANDS_PLACES: Final = 3
_LONGEST_TEXT: Final = 2_000
# nobody alive was born before
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
_LONGEST_SECRET: Final = 200


class _Read(fields.Field[Value]):
    """A field of which only the reading differs."""

    default_error_messages = _CODES

    def read(self, value: Any) -> Value:
        """The value. Raises ValidationError with a code."""
        raise NotImplementedError

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> Value:
        return self.read(value)


class Words(_Read[str]):
    """Text a person typed: outer blanks and control characters gone, at most `longest` long."""

    def __init__(self, *, longest: int = _LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def read(self, value: Any) -> str:
        text = clean(value)
        if len(text) > self.longest:
            raise ValidationError("too_long")
        return text


class Secret(_Read[str]):
    """A password: exactly as typed, bounded so that nobody makes us hash a book."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > _LONGEST_SECRET:
            raise ValidationError("too_long")
        return value


class Amount(_Read[Decimal]):
    """A decimal as it was written: 0.180 keeps its last zero.

    Takes "0,18" and full-width digits ０．１８. Refuses "1,234", which means a thousand to some
    and a bit more than one to others, and every other way of writing a number (1e5, +1, NaN).
    """

    def read(self, value: Any) -> Decimal:
        return exact(value)


class Day(_Read[date]):
    def read(self, value: Any) -> date:
        return day(value)


class ClockTime(_Read[time]):
    """A wall-clock time to the minute, 08:04."""

    def read(self, value: Any) -> time:
        for pattern in ("%H:%M", "%H:%M:%S"):
            try:
                # no zone: it is what the clock on the wall says
                return datetime.strptime(clean(value), pattern).time()  # noqa: DTZ007 - as above
            except ValueError:
                continue
        raise ValidationError("not_a_time")


class Choice(_Read[Choices]):
    """One of the states of a StrEnum."""

    def __init__(self, states: type[Choices], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.states = states

    def read(self, value: Any) -> Choices:
        try:
            return self.states(clean(value))
        except ValueError:
            raise ValidationError("not_a_choice") from None


class Ident(fields.UUID):
    """The public id of a row, or a client-made id."""

    default_error_messages = _IDENT_CODES


class Tick(_Read[bool]):
    """A check box: absent is no."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("load_default", False)
        super().__init__(**kwargs)

    def read(self, value: Any) -> bool:
        return clean(value) in {"yes", "on", "true", "1"}


class Phone(_Read[str]):
    """A phone number in its one canonical form, +8613812345678."""

    def read(self, value: Any) -> str:
        found = canonical_phone(clean(value))
        if found is None:
            raise ValidationError("not_a_phone")
        return found


class Many(fields.List[Any]):
    """Several answers of one name, such as ticked boxes."""

    default_error_messages = _CODES


def clean(value: Any) -> str:
    """Typed text without outer blanks and without characters nobody can see."""
    if not isinstance(value, str):
        raise ValidationError("not_a_choice")
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) != "Cc").strip()


def day(value: Any) -> date:
    """A date of our time. Raises ValidationError `not_a_date`, also for what no child lives to see:
    arithmetic with days must not fall off the calendar."""
    try:
        on = date.fromisoformat(clean(value))
    except ValueError:
        raise ValidationError("not_a_date") from None
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise ValidationError("not_a_date")
    return on


def exact(value: Any) -> Decimal:
    """See Amount. Raises ValidationError with the code that says what is wrong."""
    text = unicodedata.normalize("NFKC", clean(value)).replace("\N{MINUS SIGN}", "-")
    found = _NUMBER.fullmatch(text)
    if found is None or not text.isascii():
        raise ValidationError("not_a_number")
    whole, mark, places = found.groups()
    if mark == "," and len(places) == _THOUSANDS_PLACES and whole.lstrip("-") != "0":
        raise ValidationError("thousands_or_decimals")
    return Decimal(whole if places is None else f"{whole}.{places}")

"""Values as they travel in JSON: strict, exact, and described in OpenAPI by the same pattern.

Pages forgive what people type (web/fields.py); a program has no excuse.
"""

import re
import unicodedata
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from marshmallow import ValidationError, fields
from marshmallow.types import ErrorMessages
from werkzeug.datastructures import FileStorage

from web.fields import FIRST_YEAR, LAST_YEAR

Value = TypeVar("Value")

DECIMAL: Final = r"^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,12})?$"
INSTANT: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})$"
)
DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CLOCK: Final = r"^[0-9]{2}:[0-9]{2}$"
UUID: Final = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
LONGEST_TEXT: Final = 2_000

_CODES: Final[ErrorMessages] = {
    "required": "required",
    "null": "required",
    "validator_failed": "not_a_choice",
}


class TextField(fields.Field[Value]):
    """A value written as a text of one form."""

    default_error_messages = _CODES
    pattern: str | None = None
    refusal = "not_a_choice"
    format: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        described = {"pattern": self.pattern, "format": self.format}
        known = {name: value for name, value in described.items() if value is not None}
        kwargs["metadata"] = known | dict(kwargs.get("metadata", {}))
        super().__init__(**kwargs)

    def read(self, text: str) -> Value:
        """The value. ValueError becomes the field's refusal."""
        raise NotImplementedError

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> Value:
        # fullmatch: to Python alone, "$" also fits before a last line feed
        if not isinstance(value, str) or not re.fullmatch(self.pattern or ".*", value, re.DOTALL):
            raise ValidationError(self.refusal)
        try:
            return self.read(value)
        except ValueError:
            raise ValidationError(self.refusal) from None


class Exact(TextField[Decimal]):
    """A decimal as text: "10.0" stays "10.0"."""

    pattern = DECIMAL
    refusal = "not_a_number"

    def read(self, text: str) -> Decimal:
        return Decimal(text)

    def _serialize(self, value: Decimal | None, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else format(value, "f")


class Computed(Exact):
    """A decimal that we worked out: as many digits as it takes."""

    pattern = r"^-?[0-9]+(\.[0-9]+)?$"


class Instant(TextField[datetime]):
    """An instant with its zone (RFC 3339); answered in UTC."""

    pattern = INSTANT
    refusal = "not_an_instant"
    format = "date-time"

    def read(self, text: str) -> datetime:
        at = datetime.fromisoformat(text)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(text)
        return at.astimezone(UTC)

    def _serialize(self, value: datetime | None, *_where: Any, **_more: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Day(TextField[date]):
    """A date of the calendar on the family's wall."""

    pattern = DAY
    refusal = "not_a_date"
    format = "date"

    def read(self, text: str) -> date:
        on = date.fromisoformat(text)
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise ValueError(text)
        return on

    def _serialize(self, value: date | None, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else value.isoformat()


class ClockTime(TextField[time]):
    """A wall-clock time to the minute."""

    pattern = CLOCK
    refusal = "not_a_time"

    def read(self, text: str) -> time:
        return time.fromisoformat(text)

    def _serialize(self, value: time | None, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else value.strftime("%H:%M")


class Ident(TextField[uuid.UUID]):
    """The public id of a row, or a client-made id."""

    pattern = UUID
    refusal = "not_an_id"
    format = "uuid"

    def read(self, text: str) -> uuid.UUID:
        return uuid.UUID(text)

    def _serialize(self, value: uuid.UUID | None, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else str(value)


class Words(TextField[str]):
    """A text for people, without control characters."""

    refusal = "not_text"

    def __init__(self, *, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        self.longest = longest
        kwargs["metadata"] = {"maxLength": longest} | dict(kwargs.get("metadata", {}))
        super().__init__(**kwargs)

    def read(self, text: str) -> str:
        if len(text) > self.longest:
            raise ValidationError("too_long")
        # Cc are controls, Cs halves of characters that no database takes
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
            raise ValueError(text)
        return text.strip()


class Secret(TextField[str]):
    """A password: exactly as typed, bounded so that nobody makes us hash a book."""

    refusal = "too_long"
    pattern = "^.{0,200}$"

    def read(self, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:  # half a character is in nobody's password
            raise ValidationError("not_text") from None
        return text


class Choice(fields.Field[Any]):
    """One of the states of a StrEnum."""

    default_error_messages = _CODES

    def __init__(self, states: type[StrEnum], **kwargs: Any) -> None:
        self.states = states
        choices = [state.value for state in states]
        if kwargs.get("allow_none"):
            choices.append(None)  # type: ignore[arg-type]  # null is one of the choices then
        kwargs["metadata"] = {"enum": choices} | dict(kwargs.get("metadata", {}))
        super().__init__(**kwargs)

    def _serialize(self, value: Any, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> StrEnum:
        if not isinstance(value, str) or value not in {state.value for state in self.states}:
            raise ValidationError("not_a_choice")
        return self.states(value)


class YesNo(fields.Field[bool]):
    """true or false, and nothing that merely looks like it."""

    default_error_messages = _CODES

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("not_yes_or_no")
        return value


class YesNoInForm(YesNo):
    """The same in a form or a query string, where everything is text."""

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> bool:
        if value not in {"true", "false"}:
            raise ValidationError("not_yes_or_no")
        return bool(value == "true")


class Upload(fields.Field[bytes]):
    """A file in a multipart body, read whole; its size is bounded before it gets here."""

    default_error_messages = _CODES

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> bytes:
        if not isinstance(value, FileStorage):
            raise ValidationError("not_a_file")
        return bytes(value.read())


class Count(fields.Field[int]):
    """A whole number between two bounds, both included."""

    default_error_messages = _CODES

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        kwargs["metadata"] = {"minimum": least, "maximum": most} | dict(kwargs.get("metadata", {}))
        super().__init__(**kwargs)

    def read(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("not_a_number")
        return value

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> int:
        number = self.read(value)
        if not self.least <= number <= self.most:
            raise ValidationError("out_of_range")
        return number


class CountInAddress(Count):
    """The same in a query string, where everything is text."""

    def read(self, value: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch("-?[0-9]{1,9}", value):
            raise ValidationError("not_a_number")
        return int(value)

"""From one day to another, as an address says it: `?from=…&to=…`."""

from dataclasses import dataclass
from datetime import date

from web.fields import Day
from web.forms import FormSchema


class DaysSchema(FormSchema):
    first_on = Day(data_key="from", load_default=None)
    last_on = Day(data_key="to", load_default=None)


@dataclass(frozen=True, slots=True)
class DaysForm:
    first_on: date | None
    last_on: date | None

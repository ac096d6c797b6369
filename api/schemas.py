"""Parts that several schemas share."""

from typing import Any, Final

from marshmallow import Schema, post_load

from api.fields import Choice, Day, Ident, Instant, Words
from domain.protocol import Half
from domain.slots import SlotKey

CLIENT_ID: Final = "made by the sender; the same one again writes nothing twice"


class SlotSchema(Schema):
    """A dose slot: a date on the family's wall, morning or evening."""

    on = Day(required=True)
    half = Choice(Half, required=True)

    @post_load
    def build(self, fields: dict[str, Any], **_more: Any) -> SlotKey:
        return SlotKey(**fields)


class WriteSchema(Schema):
    """What every write carries."""

    client_id = Ident(required=True, metadata={"description": CLIENT_ID})


class ResultSchema(WriteSchema):
    """What every result carries: a correction names the one it corrects, and why."""

    amends = Ident(load_default=None, allow_none=True)
    amend_reason = Words(load_default=None, allow_none=True, longest=500)


class RecordedSchema(Schema):
    """What every stored row answers."""

    id = Ident(attribute="public_id", required=True)
    client_id = Ident(required=True)
    recorded_at = Instant(required=True)


class DaysSchema(Schema):
    """From one local date to another, both included."""

    first_on = Day(data_key="from")
    last_on = Day(data_key="to")

"""Matters for the clinic, in JSON."""

from marshmallow import Schema, fields

from api.fields import Choice, Count, Day, Ident, Instant, Words, YesNo
from api.schemas import WriteSchema
from domain.protocol_worklist import TriggerKind
from models.attention import Urgency
from services.alert_acts import AlertOutcome
from services.alert_history import AlertStep
from services.worklist import Order

LONGEST_NOTE = 500
LONGEST_KEY = 160


class MattersQuerySchema(Schema):
    """What of the worklist is asked for."""

    order = Choice(Order, load_default=Order.PRESSING)
    urgency = Choice(Urgency, load_default=None)
    kind = Choice(TriggerKind, load_default=None)
    site = Words(load_default=None, longest=8)


class StepSchema(Schema):
    """Something that happened to a matter; `by` is null where the notifier acted."""

    step = Choice(AlertStep, required=True)
    at = Instant(required=True)
    by = Words(required=True, allow_none=True)
    to = Words(required=True, allow_none=True)
    note = Words(required=True, allow_none=True)


class MatterSchema(Schema):
    """One matter that waits. `facts` are what the rule `rule_version` rests on."""

    key = Words(required=True)
    child = Ident(required=True)
    study_number = Words(required=True)
    site = Words(required=True)
    code = Words(required=True)
    kind = Choice(TriggerKind, required=True)
    urgency = Choice(Urgency, required=True)
    since = Instant(required=True)
    facts = fields.Dict(required=True)
    rule_version = Words(required=True)
    may_be_answered = YesNo(required=True)
    assigned_to = Words(required=True, allow_none=True)
    assigned_at = Instant(required=True, allow_none=True)
    escalations = Count(least=0, most=1_000_000, required=True)
    escalated_at = Instant(required=True, allow_none=True)


class AlertSchema(Schema):
    """A matter with its story: raised, perhaps answered."""

    id = Ident(attribute="public_id", required=True)
    key = Words(required=True)
    code = Words(required=True)
    urgency = Choice(Urgency, required=True)
    facts = fields.Dict(required=True)
    rule_version = Words(required=True)
    raised_at = Instant(required=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    outcome = Words(required=True, allow_none=True)
    outcome_note = Words(required=True, allow_none=True)
    assigned_at = Instant(required=True, allow_none=True)
    escalations = Count(least=0, most=1_000_000, required=True)
    escalated_at = Instant(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)


class SaidKeySchema(Schema):
    """Names the matter as the worklist does."""

    key = Words(required=True, longest=LONGEST_KEY)


class SaidOutcomeSchema(SaidKeySchema):
    outcome = Choice(AlertOutcome, required=True)
    note = Words(load_default="", longest=LONGEST_NOTE)


class SaidHandOverSchema(SaidKeySchema):
    """`to` is a colleague of the site."""

    to = Ident(required=True)
    note = Words(load_default="", longest=LONGEST_NOTE)


class SaidNoteSchema(SaidKeySchema):
    note = Words(required=True, longest=LONGEST_NOTE)


class ColleagueSchema(Schema):
    """Somebody to whom a matter of this child may be handed over."""

    id = Ident(attribute="public_id", required=True)
    name = Words(required=True)


class ReviewedSchema(WriteSchema):
    """ "I have seen everything of this child up to now.\""""


class ReviewMarkSchema(Schema):
    client_id = Ident(required=True)
    reviewed_at = Instant(required=True)


class NewSchema(Schema):
    """What came since the reader last reviewed the child; everything where that never happened."""

    child = Ident(required=True)
    study_number = Words(required=True)
    born_on = Day(required=True)
    reviewed_at = Instant(required=True, allow_none=True)
    mishaps = Count(least=0, most=1_000_000, required=True)
    levels = Count(least=0, most=1_000_000, required=True)
    labs = Count(least=0, most=1_000_000, required=True)
    events = Count(least=0, most=1_000_000, required=True)
    symptoms = Count(least=0, most=1_000_000, required=True)
    photos = Count(least=0, most=1_000_000, required=True)
    messages = Count(least=0, most=1_000_000, required=True)

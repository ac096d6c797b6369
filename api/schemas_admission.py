"""Eligibility, consent, randomisation and the end of the study as they travel."""

from marshmallow import Schema, fields

from api.fields import Choice, Count, Day, Ident, Instant, Words, YesNo
from api.schemas import RecordedSchema, SlotSchema, WriteSchema
from domain.eligibility import Answer
from models.consent import ConsentKind
from models.participant import ParticipantStatus, Relation

_MOST: int = 1_000_000


class SaidEligibilitySchema(WriteSchema):
    """Every criterion of the protocol, answered."""

    checked_on = Day(required=True)
    answers = fields.Dict(
        keys=fields.String(),
        values=Choice(Answer),
        required=True,
        metadata={"description": "yes or no by the code of the criterion"},
    )
    note = Words(longest=500, load_default=None, allow_none=True)


class EligibilitySchema(RecordedSchema):
    """One check and what it came to."""

    checked_on = Day(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    is_eligible = YesNo(required=True)
    failed = fields.List(
        fields.String(), required=True, metadata={"description": "criteria that keep the child out"}
    )
    note = Words(required=True, allow_none=True)
    rule_version = Words(required=True)


class EligibilitiesSchema(Schema):
    """The newest first: it is the one that counts."""

    items = fields.List(fields.Nested(EligibilitySchema), required=True)


class SaidConsentSchema(WriteSchema):
    """A signed document, the child's assent (or why it could not be asked), or a withdrawal."""

    kind = Choice(ConsentKind, required=True)
    document_version = Words(required=True, longest=40)
    given_by = Words(required=True, longest=80, metadata={"description": "never answered"})
    relation = Choice(Relation, required=True)
    given_on = Day(required=True)
    note = Words(longest=500, load_default=None, allow_none=True)
    amends = Ident(load_default=None, allow_none=True)
    amend_reason = Words(longest=500, load_default=None, allow_none=True)


class ConsentSchema(RecordedSchema):
    """One record, without the name of who signed."""

    kind = Choice(ConsentKind, required=True)
    document_version = Words(required=True)
    relation = Choice(Relation, required=True)
    given_on = Day(required=True)
    note = Words(required=True, allow_none=True)
    amend_reason = Words(required=True, allow_none=True)


class ConsentsSchema(Schema):
    """The newest first."""

    items = fields.List(fields.Nested(ConsentSchema), required=True)


class EnvelopeSchema(Schema):
    """What stood in the envelope: only where the child's stratum has no list."""

    number = Words(required=True, longest=32)
    arm = Words(required=True, longest=16)


class SaidRandomisationSchema(WriteSchema):
    """Visits are counted from the day of `first_slot`. No arm is sent: it is answered."""

    first_slot = fields.Nested(SlotSchema, required=True)
    envelope = fields.Nested(EnvelopeSchema, load_default=None, allow_none=True)


class AllocationSchema(Schema):
    """Which place the child got."""

    arm = Words(required=True)
    number = Words(attribute="randomisation_number", required=True)
    stratum = Words(required=True, allow_none=True)
    method = Words(required=True, metadata={"enum": ["block", "envelope"]})
    recorded_at = Instant(required=True)


class RandomisationSchema(Schema):
    """The allocation, or what still keeps the child from being randomised."""

    stratum = Words(required=True)
    has_list = YesNo(required=True)
    obstacles = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "codes of what is missing; empty after randomisation"},
    )
    allocation = fields.Nested(AllocationSchema, required=True, allow_none=True)


class SaidEndSchema(Schema):
    """How, when and why the child's part in the study ends."""

    status = Choice(ParticipantStatus, required=True)
    ended_on = Day(required=True)
    reason = Words(required=True, longest=500)


class StratumSchema(Schema):
    """How far a stratum's places are used."""

    stratum = Words(required=True)
    places = Count(least=0, most=_MOST, required=True)
    used = Count(least=0, most=_MOST, required=True)
    left = Count(least=0, most=_MOST, required=True)


class ListSchema(Schema):
    """A list by what was published of it."""

    id = Ident(attribute="row.public_id", required=True)
    protocol = Words(attribute="row.protocol_key", required=True)
    method = Words(attribute="row.method", required=True, metadata={"enum": ["seed", "import"]})
    commitment = Words(attribute="row.commitment", required=True)
    rule_version = Words(attribute="row.rule_version", required=True)
    strata = fields.List(fields.String(), required=True)
    recorded_at = Instant(attribute="row.recorded_at", required=True)


class ListsSchema(Schema):
    """The strata of one's sites and their lists. No arm to come."""

    strata = fields.List(fields.Nested(StratumSchema), attribute="uses", required=True)
    lists = fields.List(fields.Nested(ListSchema), required=True)

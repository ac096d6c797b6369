"""Adverse events, proposals for them, and their numbers, as they travel."""

from typing import Any

from marshmallow import Schema, fields

from api.fields import Choice, Count, Day, Exact, Ident, Instant, Words, YesNo, YesNoInForm
from api.schemas import RecordedSchema, WriteSchema
from api.schemas_labs import DraftGradeSchema
from domain.events import DEATH_GRADE, Criterion
from models.adverse_event import Relatedness
from services.adverse_events import Action, EventOutcome, EventSource
from services.candidate_decisions import Choice as Decision

_LONGEST_TERM = 120
_BEFORE = {"description": "the grade before treatment, where it was graded; 0 for normal"}


def _grade(**more: Any) -> Count:
    return Count(least=1, most=DEATH_GRADE, **more)


def _grade_before(**more: Any) -> Count:
    return Count(least=0, most=DEATH_GRADE - 1, allow_none=True, metadata=_BEFORE, **more)


def _criteria(**more: Any) -> Any:
    text = {"description": "which criteria of seriousness hold; none: not serious"}
    return fields.List(Choice(Criterion), metadata=text, **more)


class EventFactsSchema(Schema):
    """An event as a clinician decided it; `term` as CTCAE v4.03 names it."""

    term = Words(required=True, longest=_LONGEST_TERM)
    grade = _grade(required=True)
    verbatim = Words(required=True, longest=500)
    source = Choice(EventSource, required=True)
    started_on = Day(required=True)
    ended_on = Day(load_default=None, allow_none=True)
    serious_criteria = _criteria(load_default=list)
    relatedness = Choice(Relatedness, required=True)
    action = Choice(Action, required=True)
    outcome = Choice(EventOutcome, required=True)
    baseline_grade = _grade_before(load_default=None)


class SaidEventSchema(WriteSchema, EventFactsSchema):
    """The same, sent by itself."""


class SaidGradeSchema(Schema):
    """Another grade from a day on; the same one again changes nothing. To put it in the place of
    another grade of that day, a reason."""

    grade = _grade(required=True)
    since_on = Day(required=True)
    reason = Words(load_default=None, allow_none=True, longest=500)


class ChangedFactsSchema(Schema):
    """The facts that are to be different; what is absent stays."""

    term = Words(longest=_LONGEST_TERM)
    verbatim = Words(longest=500)
    source = Choice(EventSource)
    started_on = Day()
    ended_on = Day(allow_none=True)
    serious_criteria = _criteria()
    relatedness = Choice(Relatedness)
    action = Choice(Action)
    outcome = Choice(EventOutcome)
    baseline_grade = _grade_before()


class SaidEventChangeSchema(WriteSchema):
    """Facts of an event as they should be, and why."""

    facts = fields.Nested(ChangedFactsSchema, required=True)
    reason = Words(required=True, longest=500)


class GradeInForceSchema(Schema):
    grade = _grade(required=True)
    since_on = Day(required=True)


class EventChangeSchema(Schema):
    """What was changed, with old and new."""

    recorded_at = Instant(required=True)
    reason = Words(required=True)
    old = fields.Dict(required=True)
    new = fields.Dict(required=True)


class EventSchema(RecordedSchema):
    """An event with its grades in force and its changes."""

    term = Words(required=True)
    soc = Words(required=True, allow_none=True)
    verbatim = Words(required=True)
    source = Choice(EventSource, required=True)
    started_on = Day(required=True)
    ended_on = Day(required=True, allow_none=True)
    is_serious = YesNo(required=True)
    serious_criteria = _criteria(required=True)
    relatedness = Choice(Relatedness, required=True)
    is_related = YesNo(required=True, metadata={"description": "possible, probable or definite"})
    action = Choice(Action, required=True)
    outcome = Choice(EventOutcome, required=True)
    baseline_grade = _grade_before(required=True)
    ctcae_version = Words(required=True)
    grade = _grade(required=True, metadata={"description": "the one in force last"})
    highest_grade = _grade(required=True)
    grades = fields.List(fields.Nested(GradeInForceSchema), required=True)
    changes = fields.List(fields.Nested(EventChangeSchema), required=True)


class EvidenceSymptomSchema(Schema):
    """The report that a proposal rests on."""

    kind = Words(required=True)
    severity = Words(required=True)
    celsius = Exact(required=True, allow_none=True)
    lasted_hours = Exact(required=True, allow_none=True)
    note = Words(required=True, allow_none=True)


class EvidenceResultSchema(Schema):
    """The laboratory result that a proposal rests on."""

    analyte = Words(required=True)
    comparator = Words(required=True)
    value = Exact(required=True)
    unit = Words(required=True)
    reference_low = Exact(required=True, allow_none=True)
    reference_high = Exact(required=True, allow_none=True)
    drawn_at = Instant(required=True)


class DecisionSchema(Schema):
    """What a clinician made of a proposal; `event` is the public id of the event."""

    choice = Choice(Decision, required=True)
    event = Ident(required=True, allow_none=True)
    reason = Words(required=True, allow_none=True)
    recorded_at = Instant(required=True)
    term = Words(required=True)
    draft_grade = Words(required=True, allow_none=True)
    rule_version = Words(required=True)


class CandidateSchema(Schema):
    """A proposed event. `grade` is drafted ("2", or "3-4" where nobody can tell), or null where
    only a clinician can say; `draft` holds the steps of a laboratory grade."""

    evidence_id = Ident(required=True, metadata={"description": "of the symptom or the result"})
    kind = Words(required=True, metadata={"description": "symptom or lab"})
    term = Words(required=True)
    terms = fields.List(Words(), required=True)
    grade = Words(required=True, allow_none=True)
    baseline_grade = _grade_before(required=True)
    started_on = Day(required=True)
    rule_version = Words(required=True)
    symptom = fields.Nested(EvidenceSymptomSchema, required=True, allow_none=True)
    result = fields.Nested(EvidenceResultSchema, required=True, allow_none=True)
    draft = fields.Nested(DraftGradeSchema, required=True, allow_none=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)


class SaidDecisionSchema(WriteSchema):
    """`new` needs `event`, `join` needs `event_id` and may bring a `grade`, `none` needs a
    `reason`. `term` where a result has several proposals."""

    evidence_id = Ident(required=True)
    term = Words(load_default=None, allow_none=True, longest=_LONGEST_TERM)
    choice = Choice(Decision, required=True)
    event = fields.Nested(EventFactsSchema, load_default=None, allow_none=True)
    event_id = Ident(load_default=None, allow_none=True)
    grade = _grade(load_default=None, allow_none=True)
    since_on = Day(load_default=None, allow_none=True)
    reason = Words(load_default=None, allow_none=True, longest=500)


class GradeCountSchema(Schema):
    grade = _grade(required=True)
    children = Count(least=0, most=1_000_000, required=True)


class EventTableQuerySchema(Schema):
    """Which events are counted: all, or only those related to the treatment."""

    related = YesNoInForm(load_default=False)


class TermCountSchema(Schema):
    """Children with events of one term in one arm (`term` null: with any), each at its highest
    grade; `related` is possible, probable or definite."""

    term = Words(required=True, allow_none=True)
    arm = Words(required=True)
    children_in_arm = Count(least=0, most=1_000_000, required=True)
    by_grade = fields.List(fields.Nested(GradeCountSchema), required=True)
    any_grade = Count(least=0, most=1_000_000, required=True)
    grade_3_or_worse = Count(least=0, most=1_000_000, required=True)
    serious = Count(least=0, most=1_000_000, required=True)
    related = Count(least=0, most=1_000_000, required=True)

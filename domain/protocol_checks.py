"""What must hold between the values of a study, beyond each being of the right kind."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from itertools import pairwise
from typing import Final

from domain.errors import DomainError
from domain.interval import Interval
from domain.protocol import (
    Bound,
    BsaFormula,
    ConcernTier,
    DoseRules,
    Due,
    LabPlan,
    PhotoPlan,
    Protocol,
    RoundingStep,
    SlotRules,
    VisitPlan,
)
from domain.protocol_events import EventRules
from domain.protocol_medicines import Effect, MedicinePlan
from domain.protocol_randomisation import (
    ConsentRules,
    Criterion,
    CriterionKind,
    Factor,
    RandomisationRules,
)
from domain.protocol_worklist import URGENCIES, GradeUrgency, Trigger, TriggerKind, WorklistRules
from domain.randomisation import Design, check_design

LANGUAGES: Final = ("zh", "en")

Fault = tuple[str, str]  # the field (empty: the record itself) and the complaint


@singledispatch
def record_faults(record: object) -> Iterator[Fault]:
    """What is wrong inside one record."""
    del record
    yield from ()


@record_faults.register
def _(record: Protocol) -> Iterator[Fault]:
    if not record.arms:
        yield "arms", "a study has at least one"
    yield from _unknown_terms(record)
    if record.arms and set(record.randomisation.ratio) != {arm.code for arm in record.arms}:
        yield "randomisation.ratio", "does not name each arm once"
    known = {lab.code for lab in record.labs}
    for code, analytes in record.visit_labs.items():
        if code not in set(Due):
            yield f"visit_labs.{code}", "unknown"
        for analyte in (analyte for analyte in analytes if analyte not in known):
            yield f"visit_labs.{code}", f"unknown {analyte!r}"


@record_faults.register
def _(record: RandomisationRules) -> Iterator[Fault]:
    if not record.block_sizes:
        yield "block_sizes", "there is at least one"
    try:
        check_design(Design(tuple(record.ratio.items()), record.block_sizes))
    except DomainError as error:
        yield "block_sizes", f"{error.details['size']} is no multiple of the sum of the ratio"
    for factor in record.strata:
        if factor not in set(Factor):
            yield "strata", f"unknown {factor!r}"


@record_faults.register
def _(record: Criterion) -> Iterator[Fault]:
    if record.kind not in set(CriterionKind):
        yield "kind", f"unknown {record.kind!r}"


@record_faults.register
def _(record: ConsentRules) -> Iterator[Fault]:
    if not record.documents:
        yield "documents", "there is at least one"


def _unknown_terms(record: Protocol) -> Iterator[Fault]:
    for kind in record.symptoms.kinds:
        for term in kind.terms:
            if record.events.term(term) is None:
                yield "symptoms", f"{kind.code!r} proposes an unknown term {term!r}"
        if not kind.terms:
            yield "symptoms", f"{kind.code!r} proposes nothing"
        if (kind.advice is None) != (kind.matter is None):
            yield "symptoms", f"{kind.code!r} needs both advice and matter, or neither"
        if kind.matter is not None and record.worklist.trigger(kind.matter) is None:
            yield "symptoms", f"{kind.code!r} raises an unknown matter {kind.matter!r}"


@record_faults.register
def _(record: Interval) -> Iterator[Fault]:
    if record.low > record.high:
        yield "", f"low {record.low} is above high {record.high}"
    elif record.low == record.high and not (record.low_included and record.high_included):
        yield "", f"nothing lies between {record.low} and {record.high}"


@record_faults.register
def _(record: DoseRules) -> Iterator[Fault]:
    if record.bsa_formula not in set(BsaFormula):
        yield "bsa_formula", f"unknown {record.bsa_formula!r}"


@record_faults.register
def _(record: Bound) -> Iterator[Fault]:
    if record.partial_above > record.complete_above:
        yield "partial_above", f"is above complete_above {record.complete_above}"


@record_faults.register
def _(record: SlotRules) -> Iterator[Fault]:
    if record.min_gap_hours > record.max_gap_hours:
        yield "min_gap_hours", "is above max_gap_hours"
    elif not record.min_gap_hours <= _hours_of_day(record) <= record.max_gap_hours:
        yield "evening", "is not between min_gap_hours and max_gap_hours after morning"
    if record.zone_gap_min_hours > record.zone_gap_max_hours:
        yield "zone_gap_min_hours", "is above zone_gap_max_hours"


@record_faults.register
def _(record: VisitPlan) -> Iterator[Fault]:
    if (record.day is None) == (record.month is None):
        yield "", "needs either day or month"
    for code in record.due:
        if code not in set(Due):
            yield "due", f"unknown {code!r}"


@record_faults.register
def _(record: PhotoPlan) -> Iterator[Fault]:
    if record.weekly_until_day < 0:
        yield "weekly_until_day", "is below 0"
    if record.then_every_days < 1:
        yield "then_every_days", "is below 1"


@record_faults.register
def _(record: LabPlan) -> Iterator[Fault]:
    if record.units.get(record.unit) != 1:
        yield "units", f"{record.unit!r} must be there with factor 1"


@record_faults.register
def _(record: Trigger) -> Iterator[Fault]:
    if record.kind not in set(TriggerKind):
        yield "kind", f"unknown {record.kind!r}"
    if record.urgency not in URGENCIES:
        yield "urgency", f"unknown {record.urgency!r}"
    if record.escalate_after_hours is not None and record.escalate_after_hours <= 0:
        yield "escalate_after_hours", "is not above 0"


@record_faults.register
def _(record: WorklistRules) -> Iterator[Fault]:
    for urgency in URGENCIES:
        if record.escalate_after_hours.get(urgency, 0) <= 0:
            yield "escalate_after_hours", f"{urgency} is missing or not above 0"
    if not 0 < record.platelets_fall_fraction < 1:
        yield "platelets_fall_fraction", "is not between 0 and 1"


@record_faults.register
def _(record: GradeUrgency) -> Iterator[Fault]:
    if record.urgency not in URGENCIES:
        yield "urgency", f"{record.urgency!r} is none of {', '.join(URGENCIES)}"


@record_faults.register
def _(record: MedicinePlan) -> Iterator[Fault]:
    ruled = {rule.code for rule in record.effects}
    for effect in sorted(set(Effect) ^ ruled):
        yield (
            "effects",
            f"{effect!r} must stand there once"
            if effect in set(Effect)
            else (f"unknown {effect!r}"),
        )
    for listed in record.listed:
        if listed.effect not in ruled:
            yield "listed", f"{listed.code}: unknown effect {listed.effect!r}"


@record_faults.register
def _(record: EventRules) -> Iterator[Fault]:
    classes = {soc.code for soc in record.classes}
    for term in record.terms:
        if term.soc not in classes:
            yield "terms", f"{term.code!r} is of an unknown class {term.soc!r}"
        if not term.grades or not set(term.grades) <= set(record.other_grades):
            yield "terms", f"{term.code!r} has impossible grades"


def series_faults(items: Sequence[object]) -> Iterator[str]:
    """What is wrong between the elements of one list."""
    steps = [item for item in items if isinstance(item, RoundingStep)]
    if steps and steps[0].from_ml != 0:
        yield "the first step must start from_ml = 0"
    if not _ascending([step.from_ml for step in steps]):
        yield "steps are not ascending by from_ml"
    if not _ascending([item.above for item in items if isinstance(item, ConcernTier)]):
        yield "tiers are not ascending by above"


def words_faults(words: Mapping[str, object]) -> Iterator[Fault]:
    """A text of the protocol file must stand in each language."""
    return ((language, "missing") for language in LANGUAGES if language not in words)


def _ascending(values: Sequence[Decimal]) -> bool:
    return all(low < high for low, high in pairwise(values))


def _hours_of_day(slots: SlotRules) -> Decimal:
    """From the morning slot to the evening slot by the clock on the wall."""
    day = date.min
    gap = datetime.combine(day, slots.evening) - datetime.combine(day, slots.morning)
    return Decimal(gap.total_seconds()) / 3600

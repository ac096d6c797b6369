"""A laboratory result → draft grades by CTCAE 4.03 that a clinician confirms (trial.md §7).

The milder grade owns a printed bound, except where the file says `at`. A value inside its own
normal range is grade 0, unless the rule looks at the baseline or does not spare the normal. Where
a limit or an exact value is missing, the answer is the span of grades that remain possible.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.ctcae_draft import Draft, Flag, GradingContext, LabValue, StepReading, Ungradable
from domain.ctcae_table import Basis, Correction, Direction, GradeStep, Measure, Term
from domain.grade_span import GradeSpan, Holds, beyond, may_lie_in
from domain.protocol import LabPlan
from domain.reported import UNROUNDED, Reported

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One result held against one term, in the unit it is graded in."""

    term: Term
    measure: Measure
    result: LabValue
    context: GradingContext
    value: Reported
    unit: str
    low: Decimal | None
    high: Decimal | None
    flags: tuple[Flag, ...] = ()

    @property
    def direction(self) -> Direction:
        return Direction(self.term.direction)

    @property
    def limit(self) -> Decimal | None:
        return self.low if self.direction is Direction.LOW else self.high

    @property
    def plan(self) -> LabPlan:
        return self.context.protocol.lab(self.result.analyte)


def draft_grades(result: LabValue, context: GradingContext) -> tuple[Draft, ...]:
    """A draft for each term that the analyte can be graded for; none if there is no such term."""
    before = _baseline_spans(context)
    drafts = [
        _draft(_case(term, measure, result, context), before.get(term.code))
        for term, measure in context.table.terms_of(result.analyte)
    ]
    return tuple(_one_way_only(draft, drafts) for draft in drafts)


def _baseline_spans(context: GradingContext) -> dict[str, GradeSpan]:
    """The grade of each term before treatment, by the term's code."""
    if context.baseline is None or context.is_baseline:
        return {}
    then = replace(context, baseline=None, is_baseline=True, albumin=context.baseline_albumin)
    drafts = draft_grades(context.baseline, then)
    return {draft.term.code: draft.span for draft in drafts if draft.span is not None}


def _one_way_only(draft: Draft, drafts: list[Draft]) -> Draft:
    """A value that is surely too low is not too high, though no upper limit is known."""
    opposite = any(
        other.direction is not draft.direction and other.span is not None and other.span.least
        for other in drafts
    )
    if not opposite or (draft.span is not None and draft.span.least):
        return draft
    return replace(draft, span=GradeSpan(0, 0), reason=None)


# ------------------------------------------------------------------ the value in its unit


def _case(term: Term, measure: Measure, result: LabValue, context: GradingContext) -> _Case:
    """The result in its own unit where NCI prints that one, else in the study's."""
    case = _Case(
        term=term,
        measure=measure,
        result=result,
        context=context,
        value=result.reported,
        unit=result.unit,
        low=result.low,
        high=result.high,
    )
    factor = case.plan.units.get(result.unit)
    if not measure.units or result.unit in measure.units or factor is None:
        return case
    return replace(
        case,
        value=replace(result.reported, value=_times(result.reported.value, factor)),
        unit=case.plan.unit,
        low=None if result.low is None else _times(result.low, factor),
        high=None if result.high is None else _times(result.high, factor),
        flags=(Flag.CONVERTED,),
    )


def _corrected(case: _Case) -> _Case | Ungradable:
    """Total calcium as if albumin were normal; other analytes as they are."""
    correction = _correction(case)
    if correction is None:
        return case
    albumin = _albumin(case, correction)
    if albumin is None:
        return Ungradable.ALBUMIN_MISSING
    shift = UNROUNDED.multiply(correction.slope, UNROUNDED.subtract(correction.normal, albumin))
    value = replace(case.value, value=UNROUNDED.add(case.value.value, shift))
    return replace(case, value=value, flags=(*case.flags, Flag.CORRECTED_FOR_ALBUMIN))


def _correction(case: _Case) -> Correction | None:
    return next(
        (
            each
            for each in case.context.table.corrections
            if (each.analyte, each.unit) == (case.result.analyte, case.unit)
        ),
        None,
    )


def _albumin(case: _Case, correction: Correction) -> Decimal | None:
    """The albumin of the sample in the unit of the correction; None if it is no number."""
    albumin = case.context.albumin
    if albumin is None or not albumin.is_number or albumin.analyte != correction.by_analyte:
        return None
    units = case.context.protocol.lab(albumin.analyte).units
    if not {albumin.unit, correction.by_unit} <= units.keys():
        return None
    in_study_unit = _times(albumin.reported.value, units[albumin.unit])
    return UNROUNDED.divide(in_study_unit, units[correction.by_unit])


# ------------------------------------------------------------------ one draft


def _draft(case: _Case, before: GradeSpan | None) -> Draft:
    corrected = _corrected(case)
    if isinstance(corrected, Ungradable):
        return _answer(case, corrected, (), before)
    if corrected.measure.units and corrected.unit not in corrected.measure.units:
        return _answer(corrected, Ungradable.UNIT, (), before)
    outside = _outside_normal(corrected)
    steps = (*_limit_steps(corrected, outside), *_bound_steps(corrected, outside))
    steps = (*steps, *_baseline_steps(corrected))
    return _answer(corrected, _outcome(corrected, steps, outside), steps, before)


def _outside_normal(case: _Case) -> Holds | None:
    """Is the value past its limit of normal? None when that limit is not known.

    A value that does not even pass the other limit is not past this one.
    """
    if case.limit is not None:
        return beyond(case.value, case.limit, case.direction, included=False)
    low = case.direction is Direction.LOW
    other, opposite = (case.high, Direction.HIGH) if low else (case.low, Direction.LOW)
    if other is not None and beyond(case.value, other, opposite, included=True) is Holds.YES:
        return Holds.NO
    return None


def _limit_steps(case: _Case, outside: Holds | None) -> Iterator[StepReading]:
    for step in case.measure.rules_of(Basis.LIMIT):
        number = None if case.limit is None else _times(case.limit, step.number)
        holds = Holds.PERHAPS if number is None else _holds(case, case.value, number, step)
        if outside is not None:
            holds = min(holds, outside)
        yield _reading(Basis.LIMIT, step, (number, case.unit), holds)


def _bound_steps(case: _Case, outside: Holds | None) -> Iterator[StepReading]:
    spares = outside is not None and not case.measure.even_within_normal
    for step in case.measure.rules_of(Basis.BOUND, case.unit):
        holds = _holds(case, case.value, step.number, step)
        if spares and outside is not None:
            holds = min(holds, outside)
        yield _reading(Basis.BOUND, step, (step.number, case.unit), holds)


def _baseline_steps(case: _Case) -> Iterator[StepReading]:
    """Rules that compare with the value before treatment; it is never compared with itself."""
    pair = _now_and_then(case)
    if pair is None:
        return
    now, then, unit = pair
    for step in case.measure.rules_of(Basis.BASELINE):
        number = _times(then, step.number)
        yield _reading(Basis.BASELINE, step, (number, unit), _holds(case, now, number, step))
    for step in case.measure.rules_of(Basis.FALL):
        left = UNROUNDED.divide(UNROUNDED.subtract(_HUNDRED, step.number), _HUNDRED)
        number = _times(then, left)
        yield _reading(Basis.FALL, step, (number, unit), _holds(case, now, number, step))


def _now_and_then(case: _Case) -> tuple[Reported, Decimal, str] | None:
    """This value and the one before treatment in one unit, with that unit."""
    result, baseline = case.result, case.context.baseline
    if baseline is None or case.context.is_baseline or not baseline.is_number:
        return None
    if baseline.reported.value <= 0:
        return None
    if baseline.unit == result.unit:
        return result.reported, baseline.reported.value, result.unit
    units = case.plan.units
    if not {baseline.unit, result.unit} <= units.keys():
        return None
    now = replace(result.reported, value=_times(result.reported.value, units[result.unit]))
    return now, _times(baseline.reported.value, units[baseline.unit]), case.plan.unit


def _holds(case: _Case, value: Reported, number: Decimal, step: GradeStep) -> Holds:
    return beyond(value, number, case.direction, included=step.included)


def _reading(
    basis: Basis, step: GradeStep, at: tuple[Decimal | None, str], holds: Holds
) -> StepReading:
    number, unit = at
    return StepReading(
        basis=basis,
        grade=step.grade,
        factor=step.number,
        number=number,
        unit=unit,
        included=step.included,
        holds=holds,
    )


# ------------------------------------------------------------------ what the steps say together


def _outcome(
    case: _Case, steps: tuple[StepReading, ...], outside: Holds | None
) -> GradeSpan | Ungradable:
    if outside is not Holds.NO:
        refusal = _not_printed(case) or _not_fasting(case, steps)
        if refusal is not None:
            return refusal
    span = _span(steps)
    says_nothing = span.least == 0 and span.most == case.measure.top_grade
    return Ungradable.LIMIT_MISSING if says_nothing and _lacks_limit(case, outside) else span


def _span(steps: tuple[StepReading, ...]) -> GradeSpan:
    """The worse of all rules wins. A rule whose limit is not known says nothing where another one
    already gives a grade, as a baseline rule does; without that it may hold or not."""
    least = max((step.grade for step in steps if step.holds is Holds.YES), default=0)
    counted = [step for step in steps if step.number is not None] if least else steps
    most = max((step.grade for step in counted if step.holds is not Holds.NO), default=0)
    return GradeSpan(least, most)


def _lacks_limit(case: _Case, outside: Holds | None) -> bool:
    return outside is None and bool(case.measure.rules_of(Basis.LIMIT))


def _not_printed(case: _Case) -> Ungradable | None:
    blank = any(
        may_lie_in(case.value, each.range)
        for each in case.context.table.unprinted
        if (each.analyte, each.unit) == (case.result.analyte, case.unit)
    )
    return Ungradable.NOT_PRINTED if blank else None


def _not_fasting(case: _Case, steps: tuple[StepReading, ...]) -> Ungradable | None:
    """Without fasting only the grades count that do not ask for it."""
    below = case.measure.fasting_below_grade
    if below is None or case.result.fasting:
        return None
    if any(step.grade >= below and step.holds is Holds.YES for step in steps):
        return None
    unknown = case.result.fasting is None
    return Ungradable.FASTING_UNKNOWN if unknown else Ungradable.NOT_FASTING


def _answer(
    case: _Case,
    outcome: GradeSpan | Ungradable,
    steps: tuple[StepReading, ...],
    before: GradeSpan | None,
) -> Draft:
    span = outcome if isinstance(outcome, GradeSpan) else None
    decided = [step for step in steps if step.holds is Holds.YES]
    return Draft(
        term=case.term,
        span=span,
        reason=outcome if isinstance(outcome, Ungradable) else None,
        result=case.result,
        graded=case.value,
        unit=case.unit,
        low=case.low,
        high=case.high,
        baseline=case.context.baseline,
        albumin=case.context.albumin if _correction(case) else None,
        correction=_correction(case) if Flag.CORRECTED_FOR_ALBUMIN in case.flags else None,
        baseline_span=before,
        steps=steps,
        decided_by=max(decided, key=lambda step: step.grade, default=None) if span else None,
        top_grade=case.measure.top_grade,
        flags=(*case.flags, *_flags(case, span, before)),
        ctcae_version=case.context.table.version,
        rule_version=case.context.protocol.key,
    )


def _flags(case: _Case, span: GradeSpan | None, before: GradeSpan | None) -> Iterator[Flag]:
    if _correction(case) is not None and Flag.CORRECTED_FOR_ALBUMIN not in case.flags:
        # the uncorrected number was held against nothing
        return
    outside = _outside_normal(case)
    if outside is Holds.NO and any(_bounds_passed(case)):
        yield Flag.BEYOND_ADULT_BOUND
    if _lacks_limit(case, outside):
        yield Flag.LIMIT_MISSING
    if any(case.value == Reported(step.number) for step in _bounds(case)):
        yield Flag.ON_BOUND
    adult = case.measure.adult_from_grade
    if span is not None and adult is not None and span.most >= adult:
        yield Flag.ADULT_GRADE
    worse = case.term.with_symptoms_grade
    if span is not None and worse is not None and span.most == worse - 1:
        yield Flag.WITH_SYMPTOMS_WORSE
    yield from _baseline_flags(case, span, before)


def _baseline_flags(
    case: _Case, span: GradeSpan | None, before: GradeSpan | None
) -> Iterator[Flag]:
    looks_back = case.measure.rules_of(Basis.BASELINE) or case.measure.rules_of(Basis.FALL)
    if looks_back and case.context.is_baseline:
        yield Flag.BASELINE_SAMPLE
    elif looks_back and _now_and_then(case) is None:
        yield Flag.BASELINE_MISSING
    if span is not None and before is not None and 0 < span.most <= before.least:
        yield Flag.NOT_WORSE_THAN_BASELINE


def _bounds(case: _Case) -> tuple[GradeStep, ...]:
    return case.measure.rules_of(Basis.BOUND, case.unit)


def _bounds_passed(case: _Case) -> Iterator[bool]:
    if case.measure.even_within_normal:
        return
    for step in _bounds(case):
        yield _holds(case, case.value, step.number, step) is Holds.YES


def _times(value: Decimal, factor: Decimal) -> Decimal:
    return UNROUNDED.multiply(value, factor)

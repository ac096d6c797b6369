"""Draft grades in words, with the numbers that decided them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from clinician.lab_words import label_of, unit_word
from domain.ctcae_draft import Draft, Flag, LabValue, StepReading, Ungradable
from domain.ctcae_table import Basis, Correction, Direction
from domain.grade_span import GradeSpan, Holds
from domain.protocol import Protocol
from web.formats import decimal, language

REASONS: Final[Mapping[Ungradable, Any]] = {
    Ungradable.LIMIT_MISSING: lazy_gettext("the limit of normal is not known"),
    Ungradable.NOT_FASTING: lazy_gettext("not fasting"),
    Ungradable.FASTING_UNKNOWN: lazy_gettext("fasting or not is not known"),
    Ungradable.ALBUMIN_MISSING: lazy_gettext("no albumin of the same sample"),
    Ungradable.NOT_PRINTED: lazy_gettext("CTCAE prints no grade for this value"),
    Ungradable.UNIT: lazy_gettext("no bounds in this unit"),
}
FLAGS: Final[Mapping[Flag, Any]] = {
    Flag.BEYOND_ADULT_BOUND: lazy_gettext("Within its own normal range, beyond the adult bound"),
    Flag.LIMIT_MISSING: lazy_gettext("No limit of normal is stored with the result"),
    Flag.ON_BOUND: lazy_gettext("Exactly on a printed bound"),
    Flag.CONVERTED: lazy_gettext("Converted into another unit for grading"),
    Flag.CORRECTED_FOR_ALBUMIN: lazy_gettext("Corrected for the albumin of the same sample"),
    Flag.ADULT_GRADE: lazy_gettext("CTCAE prints this grade for adults"),
    Flag.WITH_SYMPTOMS_WORSE: lazy_gettext("With symptoms or treatment it is one grade worse"),
    Flag.BASELINE_MISSING: lazy_gettext("No value before treatment to compare with"),
    Flag.BASELINE_SAMPLE: lazy_gettext("From before treatment: not compared with itself"),
    Flag.NOT_WORSE_THAN_BASELINE: lazy_gettext("Not worse than before treatment"),
}
HOLDS: Final[Mapping[Holds, Any]] = {
    Holds.YES: lazy_gettext("yes"),
    Holds.NO: lazy_gettext("no"),
    Holds.PERHAPS: lazy_gettext("perhaps"),
}
_SIGNS: Final = {
    (Direction.LOW, False): "<",
    (Direction.LOW, True): "≤",
    (Direction.HIGH, False): ">",
    (Direction.HIGH, True): "≥",
}
_WORST_BUT_ONE: Final = 3


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: what it asks, its grade, whether it holds."""

    asks: str
    grade: int
    holds: str
    decided: bool


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A draft for the page. `code` is the term as events keep it. `look` is "serious" from grade 3
    on, else "graded", "open" or "quiet"."""

    term: str
    code: str
    grade: str
    look: str
    before: str
    inputs: tuple[tuple[str, str], ...]
    steps: tuple[StepLine, ...]
    flags: tuple[str, ...]
    versions: str


def draft_card(draft: Draft, protocol: Protocol) -> DraftCard:
    before = draft.baseline_span
    return DraftCard(
        term=draft.term.name.get(language(), draft.term.name["en"]),
        code=draft.term.name["en"],
        grade=grade_word(draft),
        look=_look(draft),
        before="" if before is None else span_word(before, draft.top_grade),
        inputs=tuple(_inputs(draft, protocol)),
        steps=tuple(_step(draft, step) for step in draft.steps),
        flags=tuple(str(FLAGS[flag]) for flag in draft.flags),
        versions=f"{draft.ctcae_version} · {draft.rule_version}",
    )


def grade_word(draft: Draft) -> str:
    """ "Grade 2", "Grade 0 or 1", "At least grade 3", "Not gradable: …"."""
    if draft.span is None:
        why = REASONS[draft.reason] if draft.reason else ""
        return str(_("Not gradable: %(why)s", why=why))
    return span_word(draft.span, draft.top_grade)


def span_word(span: GradeSpan, top: int) -> str:
    if span.is_settled:
        return str(_("Grade %(grade)s", grade=span.least))
    if span.most == top and span.least:
        return str(_("At least grade %(grade)s", grade=span.least))
    if span.most - span.least == 1:
        return str(_("Grade %(least)s or %(most)s", least=span.least, most=span.most))
    return str(_("Grade %(least)s to %(most)s", least=span.least, most=span.most))


def shown(number: Decimal) -> str:
    """A number we worked out: exact, without zeros that nobody measured."""
    return decimal(number.normalize()) if number else "0"


def _look(draft: Draft) -> str:
    if draft.span is None or not draft.span.is_settled:
        return "open"
    if draft.span.least >= _WORST_BUT_ONE:
        return "serious"
    return "graded" if draft.span.least else "quiet"


def _inputs(draft: Draft, protocol: Protocol) -> Iterator[tuple[str, str]]:
    yield str(_("Result")), _value(draft.result)
    if draft.graded != draft.result.reported or draft.unit != draft.result.unit:
        graded = draft.graded
        mark = "" if graded.comparator == "=" else graded.comparator.value
        yield (
            str(_("Graded as")),
            f"{mark}{shown(graded.value)} {unit_word(draft.unit)}",
        )
    if draft.correction is not None:
        yield str(_("Corrected by")), _correction(draft.correction)
    yield str(_("Normal")), _limits(draft)
    if draft.albumin is not None:
        yield label_of(protocol.lab(draft.albumin.analyte)), _value(draft.albumin)
    if draft.baseline is not None:
        yield str(_("Before treatment")), _value(draft.baseline)


def _correction(by: Correction) -> str:
    return str(
        _(
            "+ %(slope)s × (%(normal)s − albumin in %(unit)s)",
            slope=shown(by.slope),
            normal=shown(by.normal),
            unit=unit_word(by.by_unit),
        )
    )


def _limits(draft: Draft) -> str:
    low, high = draft.low, draft.high
    if low is None and high is None:
        return str(_("not known"))
    unit = unit_word(draft.unit)
    write = decimal if draft.unit == draft.result.unit else shown
    return f"{'…' if low is None else write(low)} – {'…' if high is None else write(high)} {unit}"


def _value(value: LabValue) -> str:
    return f"{value.reported.text} {unit_word(value.unit)}"


def _step(draft: Draft, step: StepReading) -> StepLine:
    return StepLine(
        asks=_asks(draft, step),
        grade=step.grade,
        holds=str(HOLDS[step.holds]),
        decided=step == draft.decided_by,
    )


def _asks(draft: Draft, step: StepReading) -> str:
    sign = _SIGNS[draft.direction, step.included]
    derived = _derivation(draft, step)
    if step.number is None:
        return f"{sign} {derived}"
    number = f"{sign} {shown(step.number)} {unit_word(step.unit)}"
    return f"{number} ({derived})" if derived else number


def _derivation(draft: Draft, step: StepReading) -> str:
    factor = shown(step.factor)
    match step.basis:
        case Basis.BOUND:
            return ""
        case Basis.LIMIT if draft.direction is Direction.LOW:
            return str(_("%(factor)s × lower limit", factor=factor))
        case Basis.LIMIT:
            return str(_("%(factor)s × upper limit", factor=factor))
        case Basis.BASELINE:
            return str(_("%(factor)s × before treatment", factor=factor))
        case Basis.FALL:
            return str(_("%(percent)s %% less than before treatment", percent=factor))

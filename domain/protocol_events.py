"""Symptoms and adverse events as study data: what families may report, which clinical terms there
are, and how fever is graded."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SymptomKind:
    """What a family may report. `advice` names the text that answers it at once, `matter` the
    trigger of the worklist that tells the clinic: both or neither. `terms` are the clinical terms
    that a report proposes."""

    code: str
    label: Label
    advice: str | None
    matter: str | None
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad it was, in the words of a family."""

    code: str
    label: Label
    hint: Label


@dataclass(frozen=True, slots=True)
class SymptomRules:
    """`back_days`: how long ago a family may still report by itself."""

    back_days: int
    kinds: tuple[SymptomKind, ...]
    severities: tuple[Severity, ...]

    def kind(self, code: str) -> SymptomKind | None:
        return next((kind for kind in self.kinds if kind.code == code), None)


@dataclass(frozen=True, slots=True)
class FeverBounds:
    """Grade 1 from `from_celsius`, 2 above `grade_2_above`, then 3 above `grade_3_above`, or 4 if
    it lasted more than `grade_4_beyond_hours`. The milder grade owns each bound."""

    from_celsius: Decimal
    grade_2_above: Decimal
    grade_3_above: Decimal
    grade_4_beyond_hours: Decimal


@dataclass(frozen=True, slots=True)
class EventClass:
    """A system organ class."""

    code: str
    label: Label

    @property
    def other(self) -> str:
        """The term of this class for what has no term of its own."""
        return f"{self.label['en']} - Other, specify"


@dataclass(frozen=True, slots=True)
class EventTerm:
    """A clinical term; `code` is its name in CTCAE, `grades` are those that CTCAE has for it."""

    code: str
    label: Label
    soc: str
    grades: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventRules:
    """`version` of CTCAE. `other_grades` are those of every "Other, specify"."""

    version: str
    fever: FeverBounds
    other_grades: tuple[int, ...]
    classes: tuple[EventClass, ...]
    terms: tuple[EventTerm, ...]

    def term(self, name: str) -> EventTerm | None:
        """The term of this name, "Other, specify" included; None for a name CTCAE lacks."""
        found = next((term for term in self.terms if term.code == name), None)
        return found or next((term for term in self.others if term.code == name), None)

    @property
    def others(self) -> tuple[EventTerm, ...]:
        """One "Other, specify" for each class."""
        return tuple(
            EventTerm(
                soc.other,
                {"zh": f"{soc.label['zh']}：其他，请注明", "en": soc.other},
                soc.code,
                self.other_grades,
            )
            for soc in self.classes
        )

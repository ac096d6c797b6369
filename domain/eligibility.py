"""What the answers to the criteria come to, and who must agree (trial.md §1, §10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.dosing import completed_months
from domain.errors import DomainError
from domain.protocol_randomisation import (
    ConsentRules,
    Criterion,
    CriterionKind,
    EligibilityRules,
)

_MONTHS_A_YEAR: Final = 12


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`failed` are the codes of the criteria that keep the child out, in the order asked."""

    failed: tuple[str, ...]

    @property
    def is_eligible(self) -> bool:
        return not self.failed


def judge(
    answers: Mapping[str, Answer], rules: EligibilityRules, *, born_on: date, on: date
) -> Judgement:
    """Every inclusion criterion yes and every exclusion criterion no.

    Raises DomainError with the criterion in `criterion`: `unanswered`, `unknown_criterion`, or
    `answer_contradicts_age` where the date of birth says otherwise.
    """
    asked = {criterion.code for criterion in rules.criteria}
    for code in answers:
        if code not in asked:
            raise DomainError("unknown_criterion", criterion=code)
    failed: list[str] = []
    for criterion in rules.criteria:
        answer = answers.get(criterion.code)
        if answer is None:
            raise DomainError("unanswered", criterion=criterion.code)
        _check_age(criterion, answer, born_on, on)
        if answer is not _wanted(criterion):
            failed.append(criterion.code)
    return Judgement(tuple(failed))


def completed_years(born_on: date, on: date) -> int:
    return completed_months(born_on, on) // _MONTHS_A_YEAR


def asks_assent(born_on: date, on: date, rules: ConsentRules) -> bool:
    """Is the child old enough on that day to be asked for assent?"""
    return completed_years(born_on, on) >= rules.assent_from_years


def may_consent_alone(born_on: date, on: date, rules: ConsentRules) -> bool:
    """Does the person's own consent count as a guardian's?"""
    return completed_years(born_on, on) >= rules.own_consent_from_years


def _wanted(criterion: Criterion) -> Answer:
    return Answer.YES if criterion.kind == CriterionKind.INCLUSION else Answer.NO


def _check_age(criterion: Criterion, answer: Answer, born_on: date, on: date) -> None:
    if criterion.under_years is None:
        return
    is_under = completed_years(born_on, on) < criterion.under_years
    if (answer is Answer.YES) is not is_under:
        raise DomainError("answer_contradicts_age", criterion=criterion.code)

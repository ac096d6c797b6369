from datetime import date

import pytest

from domain.eligibility import Answer, asks_assent, judge, may_consent_alone
from domain.errors import DomainError
from domain.protocol_randomisation import CriterionKind
from results_of_a_child import KHE

BORN = date(2020, 3, 10)
TODAY = date(2026, 3, 10)
RULES = KHE.eligibility
FITTING = {
    criterion.code: Answer.YES if criterion.kind == CriterionKind.INCLUSION else Answer.NO
    for criterion in RULES.criteria
}


def test_all_inclusions_yes_and_all_exclusions_no_is_eligible() -> None:
    assert judge(FITTING, RULES, born_on=BORN, on=TODAY).is_eligible


@pytest.mark.parametrize("code", [code for code in FITTING if code != "child"])
def test_each_criterion_alone_keeps_a_child_out(code: str) -> None:
    other = Answer.NO if FITTING[code] is Answer.YES else Answer.YES
    found = judge({**FITTING, code: other}, RULES, born_on=BORN, on=TODAY)
    assert (found.is_eligible, found.failed) == (False, (code,))


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({code: FITTING[code] for code in FITTING if code != "khe"}, "unanswered"),
        ({**FITTING, "weather": Answer.YES}, "unknown_criterion"),
        ({**FITTING, "child": Answer.NO}, "answer_contradicts_age"),
    ],
)
def test_answers_that_do_not_fit_are_refused(answers: dict[str, Answer], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        judge(answers, RULES, born_on=BORN, on=TODAY)


def test_the_eighteenth_birthday_is_too_late() -> None:
    born_on = date(2008, 3, 10)
    assert judge(FITTING, RULES, born_on=born_on, on=date(2026, 3, 9)).is_eligible
    with pytest.raises(DomainError, match="answer_contradicts_age"):
        judge(FITTING, RULES, born_on=born_on, on=TODAY)
    grown_up = {**FITTING, "child": Answer.NO}
    assert judge(grown_up, RULES, born_on=born_on, on=TODAY).failed == ("child",)


def test_assent_is_asked_from_the_birthday_on() -> None:
    born_on = date(2018, 3, 10)
    assert not asks_assent(born_on, date(2026, 3, 9), KHE.consent)
    assert asks_assent(born_on, TODAY, KHE.consent)


def test_who_is_of_age_consents_alone() -> None:
    born_on = date(2008, 3, 10)
    assert not may_consent_alone(born_on, date(2026, 3, 9), KHE.consent)
    assert may_consent_alone(born_on, TODAY, KHE.consent)

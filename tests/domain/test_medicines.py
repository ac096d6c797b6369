"""Which medicine a typed name means, and that a name nobody knows stays unknown."""

import pytest

from domain.medicines import find_medicine
from domain.protocol_medicines import Effect
from results_of_a_child import KHE

PLAN = KHE.medicines


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("clarithromycin", "clarithromycin"),
        ("  CLARITHROMYCIN  ", "clarithromycin"),
        ("Clarithromycin 125 mg/5 mL", "clarithromycin"),
        ("克拉霉素", "clarithromycin"),
        ("克拉 霉素干混悬剂", "clarithromycin"),
        ("Ｆluconazole", "fluconazole"),  # a full-width letter
        ("伊曲康唑口服液", "itraconazole"),
        ("st. john’s WORT", "st_johns_wort"),
        ("rifampin", "rifampicin"),
        ("Cyclosporine A", "ciclosporin"),
        ("西柚汁", "grapefruit"),
        ("pomelo", "grapefruit"),
        ("水痘疫苗", "varicella_vaccine"),
    ],
)
def test_a_listed_medicine_is_found_by_any_of_its_names(name: str, code: str) -> None:
    found = find_medicine(name, PLAN)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "name", ["Prednisolone", "罗红霉素", "erythromycins-like", "fluconazol", "  ", "", "维生素D"]
)
def test_an_unknown_name_stays_unknown(name: str) -> None:
    assert find_medicine(name, PLAN) is None


@pytest.mark.parametrize(
    ("effect", "names"),
    [
        (
            Effect.STRONG_INHIBITOR,
            "ketoconazole itraconazole voriconazole posaconazole clarithromycin erythromycin "
            "telithromycin ritonavir cobicistat",
        ),
        (Effect.STRONG_INDUCER, "rifampicin rifabutin"),
        (
            Effect.MODERATE_INHIBITOR,
            "fluconazole clotrimazole diltiazem verapamil nicardipine cimetidine ciclosporin "
            "metoclopramide",
        ),
        (Effect.MODERATE_INDUCER, "carbamazepine phenobarbital phenytoin"),
    ],
)
def test_the_study_lists_the_medicines_of_its_rule(effect: Effect, names: str) -> None:
    found = [find_medicine(name, PLAN) for name in names.split()]
    assert [one.effect if one else None for one in found] == [effect] * len(found)

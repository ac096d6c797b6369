"""Spans, infants' ranges, baselines, fasting, albumin; and worse values never grade milder."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ctcae import draft_grades
from domain.ctcae_draft import Draft, Flag, GradingContext, LabValue, Ungradable
from domain.ctcae_file import parse_ctcae
from domain.ctcae_table import Basis, Direction, Measure, Term
from domain.protocol_file import load_protocol
from domain.reported import Reported, read_reported

PROTOCOLS = Path(__file__).parents[2] / "protocols"
KHE = load_protocol(PROTOCOLS / "khe-sirolimus-v1.toml")
TABLE = parse_ctcae((PROTOCOLS / "ctcae-4.03.toml").read_text("utf-8"), "ctcae-4.03")


def a_value(
    analyte: str,
    printed: str,
    unit: str = "g/L",
    low: str | None = None,
    high: str | None = None,
    **more: bool,
) -> LabValue:
    return LabValue(
        analyte=analyte,
        reported=read_reported(printed),
        unit=unit,
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        **more,
    )


def drafts_of(value: LabValue, **context: LabValue | bool) -> dict[str, Draft]:
    found = draft_grades(value, GradingContext(table=TABLE, protocol=KHE, **context))  # type: ignore[arg-type]  # by name
    return {draft.term.code: draft for draft in found}


def grade_of(term: str, value: LabValue, **context: LabValue | bool) -> str | None:
    return drafts_of(value, **context)[term].grade


# ------------------------------------------------------------------ limits of normal


def test_an_infant_inside_its_own_range_is_grade_0_and_flagged() -> None:
    value = a_value("neutrophils", "1.2", "10*9/L", "1.0", "7.0")
    draft = drafts_of(value)["neutrophil_count_decreased"]
    assert draft.grade == "0"
    assert draft.flags == (Flag.BEYOND_ADULT_BOUND,)


def test_just_below_an_infants_limit_the_printed_bounds_grade() -> None:
    value = a_value("neutrophils", "0.99", "10*9/L", "1.0", "7.0")
    draft = drafts_of(value)["neutrophil_count_decreased"]
    assert (draft.grade, draft.flags) == ("3", ())


def test_a_wide_normal_range_does_not_spare_triglycerides() -> None:
    value = a_value("triglycerides", "2.0", "mmol/L", None, "2.3")
    assert grade_of("hypertriglyceridemia", value) == "1"


@pytest.mark.parametrize(
    ("value", "term", "grade"),
    [
        (a_value("platelets", "100", "10*9/L"), "platelet_count_decreased", "0-1"),
        (a_value("platelets", "75", "10*9/L"), "platelet_count_decreased", "0-1"),
        (a_value("platelets", "74.9", "10*9/L"), "platelet_count_decreased", "2"),
        (a_value("platelets", "300", "10*9/L", None, "350"), "platelet_count_decreased", "0-1"),
        (a_value("platelets", "350", "10*9/L", None, "350"), "platelet_count_decreased", "0"),
        (a_value("potassium", "4.4", "mmol/L"), "hyperkalemia", "0-1"),
        (a_value("potassium", "5.6", "mmol/L"), "hyperkalemia", "2"),
        (a_value("potassium", "5.6", "mmol/L"), "hypokalemia", "0"),
        (a_value("potassium", "2.9", "mmol/L"), "hyperkalemia", "0"),
        (a_value("urine_protein", "0.9", "g/(24.h)"), "proteinuria", "0-1"),
        (a_value("urine_protein", "1.0", "g/(24.h)"), "proteinuria", "2"),
        (a_value("fibrinogen", "0.49"), "fibrinogen_decreased", "4"),
    ],
)
def test_without_a_limit_only_the_printed_bounds_decide(
    value: LabValue, term: str, grade: str
) -> None:
    assert grade_of(term, value) == grade


@pytest.mark.parametrize(
    "value",
    [
        a_value("alt", "400", "U/L"),
        a_value("aptt", "60", "s", "28"),
        a_value("fibrinogen", "0.5"),
        a_value("creatinine", "60", "umol/L"),
    ],
)
def test_multiples_of_an_unknown_limit_are_not_gradable(value: LabValue) -> None:
    (draft,) = drafts_of(value).values()
    assert (draft.grade, draft.reason) == (None, Ungradable.LIMIT_MISSING)


# ------------------------------------------------------------------ "<x" and ">x"


@pytest.mark.parametrize(
    ("printed", "grade"),
    [
        ("<0.1", "4"),
        ("<25", "4"),
        ("<25.1", "3-4"),
        ("<75", "2-4"),
        ("<300", "0-4"),
        (">24.9", "0-4"),
        (">74.9", "0-2"),
        (">75", "0-1"),
        (">125", "0"),
        (">125.1", "0"),
    ],
)
def test_a_comparator_is_graded_only_as_far_as_every_possible_value_agrees(
    printed: str, grade: str
) -> None:
    value = a_value("platelets", printed, "10*9/L", "125", "350")
    assert grade_of("platelet_count_decreased", value) == grade


@pytest.mark.parametrize(
    ("printed", "grade"),
    [(">11.4", "4"), (">11.3", "3-4"), (">1.71", "1-4"), ("<1.71", "0"), ("<1.72", "0-1")],
)
def test_a_comparator_on_the_high_side(printed: str, grade: str) -> None:
    value = a_value("triglycerides", printed, "mmol/L")
    assert grade_of("hypertriglyceridemia", value) == grade


def test_below_the_measurable_fibrinogen_is_grade_4() -> None:
    assert grade_of("fibrinogen_decreased", a_value("fibrinogen", "<0.5", low="2.0")) == "4"
    assert grade_of("fibrinogen_decreased", a_value("fibrinogen", "<0.6", low="2.0")) == "3-4"


# ------------------------------------------------------------------ baselines

CREATININE = a_value("creatinine", "30", "umol/L", "13", "60")


@pytest.mark.parametrize(
    ("printed", "grade"),
    [
        ("30", "0"),
        ("30.1", "1"),
        ("45", "1"),
        ("45.1", "2"),
        ("90", "2"),
        ("90.1", "3"),
        ("180", "3"),
        ("360", "3"),
        ("360.1", "4"),
        ("29", "0"),
    ],
)
def test_creatinine_takes_the_worse_of_limit_and_baseline(printed: str, grade: str) -> None:
    value = a_value("creatinine", printed, "umol/L", "13", "60")
    assert grade_of("creatinine_increased", value, baseline=CREATININE) == grade


def test_the_limit_alone_decides_creatinine_without_a_baseline() -> None:
    draft = drafts_of(a_value("creatinine", "45.1", "umol/L", "13", "60"))["creatinine_increased"]
    assert (draft.grade, draft.flags) == ("0", (Flag.BASELINE_MISSING,))
    high = a_value("creatinine", "90.1", "umol/L", "13", "60")
    assert grade_of("creatinine_increased", high) == "2"


def test_the_baseline_alone_decides_without_a_limit() -> None:
    value = a_value("creatinine", "50", "umol/L")
    draft = drafts_of(value, baseline=CREATININE)["creatinine_increased"]
    assert (draft.grade, Flag.LIMIT_MISSING in draft.flags) == ("2", True)


@pytest.mark.parametrize(
    ("printed", "grade"),
    [("3.99", "1"), ("3.01", "1"), ("3.00", "2"), ("2.00", "3"), ("1.00", "4"), ("4.00", None)],
)
def test_a_fall_of_fibrinogen_is_graded_without_a_limit(printed: str, grade: str | None) -> None:
    then = a_value("fibrinogen", "4.00")
    draft = drafts_of(a_value("fibrinogen", printed), baseline=then)["fibrinogen_decreased"]
    assert draft.grade == grade
    assert Flag.LIMIT_MISSING in draft.flags


def test_a_baseline_in_another_unit_is_converted_exactly() -> None:
    then = a_value("creatinine", "0.5", "mg/dL", "0.1", "0.6")  # 44.2 µmol/L
    at = a_value("creatinine", "66.3", "umol/L", "13", "60")
    past = a_value("creatinine", "66.31", "umol/L", "13", "60")
    assert grade_of("creatinine_increased", at, baseline=then) == "1"
    assert grade_of("creatinine_increased", past, baseline=then) == "2"


FIBRINOGEN = a_value("fibrinogen", "6.0", low="2.0", high="4.0")


@pytest.mark.parametrize(
    ("printed", "grade"),
    [
        ("6.1", "0"),
        ("6.0", "0"),
        ("5.99", "1"),
        ("4.51", "1"),
        ("4.5", "2"),
        ("3.01", "2"),
        ("3.0", "3"),
        ("1.51", "3"),
        ("1.5", "4"),
    ],
)
def test_percent_falls_of_fibrinogen_take_the_worse_grade_on_the_bound(
    printed: str, grade: str
) -> None:
    value = a_value("fibrinogen", printed, low="2.0", high="4.0")
    assert grade_of("fibrinogen_decreased", value, baseline=FIBRINOGEN) == grade


def test_the_limit_rule_wins_where_the_fall_is_small() -> None:
    then = a_value("fibrinogen", "1.0", low="2.0", high="4.0")
    value = a_value("fibrinogen", "0.9", low="2.0", high="4.0")
    draft = drafts_of(value, baseline=then)["fibrinogen_decreased"]
    assert draft.grade == "3"
    assert draft.decided_by is not None
    assert (draft.decided_by.basis, draft.decided_by.number) == (Basis.LIMIT, Decimal("1.00"))


def test_the_baseline_sample_is_never_graded_against_itself() -> None:
    draft = drafts_of(FIBRINOGEN, baseline=FIBRINOGEN, is_baseline=True)["fibrinogen_decreased"]
    assert draft.grade == "0"
    assert Flag.BASELINE_SAMPLE in draft.flags
    assert {step.basis for step in draft.steps} == {Basis.LIMIT, Basis.BOUND}


def test_a_baseline_below_the_measurable_is_none() -> None:
    then = a_value("fibrinogen", "<0.5", low="2.0")
    value = a_value("fibrinogen", "2.5", low="2.0")
    draft = drafts_of(value, baseline=then)["fibrinogen_decreased"]
    assert (draft.grade, draft.flags) == ("0", (Flag.BASELINE_MISSING,))


def test_platelets_low_from_the_start_show_the_grade_before_treatment() -> None:
    then = a_value("platelets", "20", "10*9/L", "125")
    same = drafts_of(a_value("platelets", "30", "10*9/L", "125"), baseline=then)
    draft = same["platelet_count_decreased"]
    assert (draft.grade, draft.baseline_span and draft.baseline_span.text) == ("3", "4")
    assert Flag.NOT_WORSE_THAN_BASELINE in draft.flags
    mild = a_value("platelets", "80", "10*9/L", "125")
    worse = drafts_of(a_value("platelets", "30", "10*9/L", "125"), baseline=mild)
    assert Flag.NOT_WORSE_THAN_BASELINE not in worse["platelet_count_decreased"].flags


# ------------------------------------------------------------------ fasting, calcium, units


def test_a_glucose_of_unknown_fasting_says_so() -> None:
    unknown = drafts_of(a_value("glucose", "10", "mmol/L", "3.9", "6.1"))["hyperglycemia"]
    fed = drafts_of(a_value("glucose", "10", "mmol/L", "3.9", "6.1", fasting=False))
    assert unknown.reason is Ungradable.FASTING_UNKNOWN
    assert fed["hyperglycemia"].reason is Ungradable.NOT_FASTING


def test_a_low_glucose_without_any_limit_is_not_perhaps_high() -> None:
    drafts = drafts_of(a_value("glucose", "2.0", "mmol/L"))
    assert (drafts["hypoglycemia"].grade, drafts["hyperglycemia"].grade) == ("3", "0")


def test_total_calcium_needs_the_albumin_of_its_sample() -> None:
    value = a_value("calcium", "1.2", "mmol/L", "2.1", "2.6")
    draft = drafts_of(value)["hypocalcemia"]
    assert (draft.grade, draft.reason) == (None, Ungradable.ALBUMIN_MISSING)
    assert drafts_of(a_value("calcium", "2.0", "mmol/L", "1.9"))["hypocalcemia"].flags == ()
    vague = a_value("albumin", "<20")
    assert grade_of("hypocalcemia", value, albumin=vague) is None


@pytest.mark.parametrize(
    ("printed", "albumin", "low", "high"),
    [
        ("1.90", a_value("albumin", "30"), "0", "0"),  # corrected 2.10
        ("1.89", a_value("albumin", "30"), "1", "0"),  # 2.09
        ("1.80", a_value("albumin", "30"), "1", "0"),  # 2.00
        ("1.79", a_value("albumin", "30"), "2", "0"),
        ("1.55", a_value("albumin", "3.0", "g/dL"), "2", "0"),  # 1.75
        ("1.54", a_value("albumin", "3.0", "g/dL"), "3", "0"),
        ("1.30", a_value("albumin", "30"), "3", "0"),  # 1.50
        ("1.29", a_value("albumin", "30"), "4", "0"),
        ("2.60", a_value("albumin", "40"), "0", "0"),
        ("2.60", a_value("albumin", "39"), "0", "1"),  # 2.62
        ("2.70", a_value("albumin", "30"), "0", "1"),  # 2.90
        ("2.71", a_value("albumin", "30"), "0", "2"),
        ("2.90", a_value("albumin", "30"), "0", "2"),  # 3.10
        ("2.91", a_value("albumin", "30"), "0", "3"),
        ("3.20", a_value("albumin", "30"), "0", "3"),  # 3.40
        ("3.21", a_value("albumin", "30"), "0", "4"),
        ("2.20", a_value("albumin", "50"), "1", "0"),  # 2.00
    ],
)
def test_corrected_calcium(printed: str, albumin: LabValue, low: str, high: str) -> None:
    drafts = drafts_of(a_value("calcium", printed, "mmol/L", "2.1", "2.6"), albumin=albumin)
    assert (drafts["hypocalcemia"].grade, drafts["hypercalcemia"].grade) == (low, high)


@pytest.mark.parametrize(
    ("printed", "grade"), [("7.2", "1"), ("7.1", "2"), ("6.2", "2"), ("6.1", "3"), ("5.1", "4")]
)
def test_calcium_in_mg_is_corrected_and_graded_in_mg(printed: str, grade: str) -> None:
    albumin = a_value("albumin", "30")  # 3.0 g/dL adds 0.8 mg/dL
    value = a_value("calcium", printed, "mg/dL", "8.5", "10.5")
    draft = drafts_of(value, albumin=albumin)["hypocalcemia"]
    assert (draft.grade, draft.unit) == (grade, "mg/dL")
    assert draft.correction is not None
    assert (draft.correction.slope, draft.correction.by_unit) == (Decimal("0.8"), "g/dL")
    assert Flag.CORRECTED_FOR_ALBUMIN in draft.flags


def test_a_unit_that_nci_does_not_print_is_converted_with_its_limits() -> None:
    draft = drafts_of(a_value("urine_protein", "1000", "mg/(24.h)", None, "150"))["proteinuria"]
    assert (draft.graded.value, draft.unit, draft.high) == (
        Decimal(1),
        "g/(24.h)",
        Decimal("0.150"),
    )
    assert Flag.CONVERTED in draft.flags
    assert Flag.ADULT_GRADE in draft.flags


def test_a_number_alone_leaves_the_symptoms_of_hypokalemia_open() -> None:
    draft = drafts_of(a_value("potassium", "3.2", "mmol/L", "3.5", "5.2"))["hypokalemia"]
    assert (draft.grade, draft.flags) == ("1", (Flag.WITH_SYMPTOMS_WORSE,))


def test_a_value_on_a_printed_bound_is_flagged() -> None:
    draft = drafts_of(a_value("platelets", "75.0", "10*9/L", "125"))["platelet_count_decreased"]
    assert (draft.grade, draft.flags) == ("1", (Flag.ON_BOUND,))


def test_a_draft_names_its_rules() -> None:
    draft = drafts_of(a_value("platelets", "40", "10*9/L", "125"))["platelet_count_decreased"]
    assert (draft.ctcae_version, draft.rule_version) == ("CTCAE 4.03", "khe-sirolimus-v1")
    assert draft.term.name == {"en": "Platelet count decreased", "zh": "血小板计数降低"}


# ------------------------------------------------------------------ nothing worse is milder

SIMPLE = [
    (term, measure, unit)
    for term in TABLE.terms
    for measure in term.measures
    for unit in (measure.units or (KHE.lab(measure.analyte).unit,))
    if measure.analyte not in {each.analyte for each in TABLE.unprinted}
]
NUMBERS = st.decimals(min_value=0, max_value=1000, places=2)


@given(st.sampled_from(SIMPLE), NUMBERS, NUMBERS, st.tuples(NUMBERS, NUMBERS), NUMBERS)
def test_a_worse_value_never_has_a_milder_grade(
    which: tuple[Term, Measure, str],
    one: Decimal,
    other: Decimal,
    limits: tuple[Decimal, Decimal],
    before: Decimal,
) -> None:
    term, measure, unit = which
    low, high = sorted(limits)
    worse, better = sorted((one, other))
    if term.direction == Direction.HIGH:
        worse, better = better, worse
    grades: list[int] = []
    for number in (better, worse):
        value = LabValue(
            analyte=measure.analyte,
            reported=Reported(number),
            unit=unit,
            low=low,
            high=high,
            fasting=True,
        )
        baseline = LabValue(
            analyte=value.analyte, reported=Reported(before), unit=value.unit, low=low, high=high
        )
        albumin = a_value("albumin", "40")
        draft = drafts_of(value, baseline=baseline, albumin=albumin)[term.code]
        assert draft.span is not None
        assert draft.span.is_settled
        grades.append(draft.span.least)
    assert grades[0] <= grades[1]

"""Every term of CTCAE 4.03 that a number grades: each printed bound and both of its sides."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from domain.ctcae import draft_grades
from domain.ctcae_draft import Draft, GradingContext, LabValue
from domain.ctcae_file import parse_ctcae
from domain.protocol_file import ProtocolFileError, load_protocol
from domain.reported import read_reported

PROTOCOLS = Path(__file__).parents[2] / "protocols"
TEXT = (PROTOCOLS / "ctcae-4.03.toml").read_text("utf-8")
TABLE = parse_ctcae(TEXT, "ctcae-4.03")
KHE = load_protocol(PROTOCOLS / "khe-sirolimus-v1.toml")
CONTEXT = GradingContext(table=TABLE, protocol=KHE)


@dataclass(frozen=True)
class Sample:
    """What the laboratory printed: analyte, unit, limits of normal."""

    analyte: str
    unit: str
    low: str | None = None
    high: str | None = None
    fasting: bool | None = None

    def of(self, printed: str) -> LabValue:
        return LabValue(
            analyte=self.analyte,
            reported=read_reported(printed),
            unit=self.unit,
            low=None if self.low is None else Decimal(self.low),
            high=None if self.high is None else Decimal(self.high),
            fasting=self.fasting,
        )


def draft_of(term: str, sample: Sample, printed: str) -> Draft:
    drafts = draft_grades(sample.of(printed), CONTEXT)
    return {draft.term.name["en"]: draft for draft in drafts}[term]


# value → grade; None is not gradable
CASES = [
    (
        "Anemia",
        Sample("haemoglobin", "g/L", "110"),
        "110:0 109.9:1 109:1 100:1 99.9:2 99:2 80:2 79.9:3 79:3 30:3",
    ),
    (
        "Anemia",
        Sample("haemoglobin", "g/dL", "11.0"),
        "11.0:0 10.9:1 10.0:1 9.99:2 9.9:2 8.0:2 7.99:3 7.9:3",
    ),
    (
        "Anemia",
        Sample("haemoglobin", "mmol/L", "6.8"),
        "6.8:0 6.7:1 6.2:1 6.19:2 6.1:2 4.9:2 4.89:3 4.8:3",
    ),
    (
        "Leukocytosis",
        Sample("wbc", "10*9/L", "5", "12"),
        "5:0 12:0 20:0 100:0 100.1:3 300:3",
    ),
    ("Leukocytosis", Sample("wbc", "/uL", "5000", "12000"), "100000:0 100001:3"),
    ("Leukocytosis", Sample("wbc", "10*3/uL", "5", "12"), "100.0:0 100.1:3"),
    (
        "White blood cell decreased",
        Sample("wbc", "10*9/L", "5.0", "12"),
        "5.0:0 4.9:1 3.0:1 2.99:2 2.0:2 1.99:3 1.0:3 0.99:4 0:4",
    ),
    (
        "White blood cell decreased",
        Sample("wbc", "/uL", "5000", "12000"),
        "5000:0 4999:1 3000:1 2999:2 2000:2 1999:3 1000:3 999:4",
    ),
    (
        "Neutrophil count decreased",
        Sample("neutrophils", "10*9/L", "1.8"),
        "1.8:0 1.79:1 1.5:1 1.49:2 1.0:2 0.99:3 0.5:3 0.49:4 0:4",
    ),
    (
        "Neutrophil count decreased",
        Sample("neutrophils", "/uL", "1800"),
        "1800:0 1799:1 1500:1 1499:2 1000:2 999:3 500:3 499:4",
    ),
    (
        "Lymphocyte count decreased",
        Sample("lymphocytes", "10*9/L", "2.0", "8.0"),
        "30:0 2.0:0 1.9:1 0.8:1 0.79:2 0.5:2 0.49:3 0.2:3 0.19:4",
    ),
    (
        "Lymphocyte count decreased",
        Sample("lymphocytes", "/uL", "2000"),
        "2000:0 1999:1 800:1 799:2 500:2 499:3 200:3 199:4",
    ),
    (
        "Platelet count decreased",
        Sample("platelets", "10*9/L", "125", "350"),
        "125:0 124:1 75:1 75.0:1 74.9:2 50:2 49.9:3 25:3 24.9:4 0:4",
    ),
    (
        "Platelet count decreased",
        Sample("platelets", "10*3/uL", "125", "350"),
        "125:0 124:1 75:1 74:2 50:2 49:3 25:3 24:4",
    ),
    (
        "Platelet count decreased",
        Sample("platelets", "/uL", "125000", "350000"),
        "125000:0 124999:1 75000:1 74999:2 50000:2 49999:3 25000:3 24999:4",
    ),
    (
        "Fibrinogen decreased",
        Sample("fibrinogen", "g/L", "2.0", "4.0"),
        "2.0:0 1.99:1 1.5:1 1.49:2 1.0:2 0.99:3 0.5:3 0.49:4",
    ),
    # a quarter of this limit lies below 50 mg/dL, which is grade 4 by itself
    (
        "Fibrinogen decreased",
        Sample("fibrinogen", "mg/dL", "180", "400"),
        "180:0 179:1 135:1 134:2 90:2 89:3 50:3 49:4 44:4",
    ),
    (
        "Activated partial thromboplastin time prolonged",
        Sample("aptt", "s", "28", "40"),
        "40:0 40.1:1 60:1 60.1:2 100:2 100.1:3 300:3",
    ),
    (
        "INR increased",
        Sample("inr", "1", "0.8", "1.2"),
        "1.2:0 1.21:1 1.8:1 1.81:2 3.0:2 3.01:3",
    ),
    (
        "Alanine aminotransferase increased",
        Sample("alt", "U/L", "7", "40"),
        "40:0 41:1 120:1 121:2 200:2 201:3 800:3 801:4",
    ),
    (
        "Alanine aminotransferase increased",
        Sample("alt", "ukat/L", "0.1", "0.7"),
        "0.7:0 0.71:1 2.1:1 2.11:2 3.5:2 3.51:3 14.0:3 14.01:4",
    ),
    (
        "Aspartate aminotransferase increased",
        Sample("ast", "U/L", "15", "50"),
        "50:0 51:1 150:1 151:2 250:2 251:3 1000:3 1001:4",
    ),
    (
        "GGT increased",
        Sample("ggt", "U/L", None, "20"),
        "20:0 21:1 50:1 51:2 100:2 101:3 400:3 401:4",
    ),
    (
        "Alkaline phosphatase increased",
        Sample("alp", "U/L", None, "400"),
        "400:0 401:1 1000:1 1001:2 2000:2 2001:3 8000:3 8001:4",
    ),
    (
        "Blood bilirubin increased",
        Sample("bilirubin", "umol/L", None, "21.0"),
        "21.0:0 21.1:1 31.5:1 31.6:2 63.0:2 63.1:3 210:3 210.1:4",
    ),
    (
        "Blood bilirubin increased",
        Sample("bilirubin", "mg/dL", None, "1.2"),
        "1.2:0 1.21:1 1.8:1 1.81:2 3.6:2 3.61:3 12:3 12.1:4",
    ),
    (
        "Creatinine increased",
        Sample("creatinine", "umol/L", "13", "40"),
        "40:0 41:1 60:1 61:2 120:2 121:3 240:3 241:4",
    ),
    (
        "Cholesterol high",
        Sample("cholesterol", "mmol/L", None, "5.20"),
        "5.20:0 5.21:1 7.75:1 7.76:2 10.34:2 10.35:3 12.92:3 12.93:4",
    ),
    (
        "Cholesterol high",
        Sample("cholesterol", "mg/dL", None, "200"),
        "200:0 201:1 300:1 301:2 400:2 401:3 500:3 501:4",
    ),
    (
        "Hypertriglyceridemia",
        Sample("triglycerides", "mmol/L", None, "2.3"),
        "1.70:0 1.709:0 1.71:1 2.0:1 3.42:1 3.43:2 5.7:2 5.71:3 11.4:3 11.41:4",
    ),
    (
        "Hypertriglyceridemia",
        Sample("triglycerides", "mg/dL", None, None),
        "149:0 149.9:0 150:1 300:1 301:2 500:2 501:3 1000:3 1001:4",
    ),
    (
        "Hyperglycemia",
        Sample("glucose", "mmol/L", "3.9", "6.1", True),
        "3.0:0 6.1:0 6.2:1 8.9:1 8.91:2 13.9:2 13.91:3 27.8:3 27.81:4",
    ),
    (
        "Hyperglycemia",
        Sample("glucose", "mg/dL", "70", "110", True),
        "110:0 111:1 160:1 161:2 250:2 251:3 500:3 501:4",
    ),
    (
        "Hyperglycemia",
        Sample("glucose", "mmol/L", "3.9", "6.1", False),
        "3.0:0 6.1:0 6.2:None 8.9:None 13.9:None 13.91:3 27.8:3 27.81:4",
    ),
    (
        "Hyperglycemia",
        Sample("glucose", "mg/dL", "70", "110", None),
        "110:0 111:None 250:None 251:3 501:4",
    ),
    (
        "Hypoglycemia",
        Sample("glucose", "mmol/L", "3.9", "6.1"),
        "9:0 3.9:0 3.8:1 3.0:1 2.99:2 2.2:2 2.19:3 1.7:3 1.69:4",
    ),
    (
        "Hypoglycemia",
        Sample("glucose", "mg/dL", "70", "110", False),
        "70:0 69:1 55:1 54:2 40:2 39:3 30:3 29:4",
    ),
    (
        "Hyperkalemia",
        Sample("potassium", "mmol/L", "3.5", "5.2"),
        "5.2:0 5.3:1 5.5:1 5.51:2 6.0:2 6.01:3 7.0:3 7.01:4",
    ),
    # with symptoms grade 2 has the numbers of grade 1: a number alone is 1
    (
        "Hypokalemia",
        Sample("potassium", "mmol/L", "3.5", "5.2"),
        "3.5:0 3.4:1 3.0:1 2.99:3 2.5:3 2.49:4",
    ),
    ("Hypokalemia", Sample("potassium", "meq/L", "3.5", "5.2"), "3.5:0 3.4:1 3.0:1 2.9:3 2.4:4"),
    (
        "Hypernatremia",
        Sample("sodium", "mmol/L", "135", "145"),
        "145:0 146:1 150:1 151:2 155:2 156:3 160:3 161:4",
    ),
    (
        "Hyponatremia",
        Sample("sodium", "mmol/L", "135", "145"),
        "135:0 134:1 130:1 129:3 120:3 119:4",
    ),
    (
        "Hypophosphatemia",
        Sample("phosphate", "mmol/L", "1.3", "2.3"),
        "3:0 1.3:0 1.29:1 0.8:1 0.79:2 0.6:2 0.59:3 0.3:3 0.29:4",
    ),
    (
        "Hypophosphatemia",
        Sample("phosphate", "mg/dL", "4.0"),
        "4.0:0 3.9:1 2.5:1 2.4:2 2.0:2 1.9:3 1.0:3 0.9:4",
    ),
    (
        "Hypercalcemia",
        Sample("calcium_ionised", "mmol/L", "1.15", "1.35"),
        "1.35:0 1.36:1 1.5:1 1.51:2 1.6:2 1.61:3 1.8:3 1.81:4",
    ),
    (
        "Hypocalcemia",
        Sample("calcium_ionised", "mmol/L", "1.15", "1.35"),
        "1.15:0 1.14:1 1.0:1 0.99:2 0.9:2 0.89:3 0.8:3 0.79:4",
    ),
    (
        "Hypoalbuminemia",
        Sample("albumin", "g/L", "35"),
        "35:0 34.9:1 30:1 29.9:2 20:2 19.9:3",
    ),
    ("Hypoalbuminemia", Sample("albumin", "g/dL", "3.5"), "3.5:0 3.4:1 3:1 2.9:2 2:2 1.9:3"),
    ("Proteinuria", Sample("urine_dipstick", "{plus}"), "0:0 0.5:0 1:1 2:2 3:None 4:None"),
    (
        "Proteinuria",
        Sample("urine_protein", "g/(24.h)", None, "0.15"),
        "0.15:0 0.16:1 0.99:1 1.0:2 3.4:2 3.45:None 3.5:3 9:3",
    ),
    (
        "Proteinuria",
        Sample("urine_protein", "mg/(24.h)", None, "150"),
        "150:0 151:1 999:1 1000:2 3400:2 3450:None 3500:3",
    ),
    (
        "Proteinuria",
        Sample("urine_protein_creatinine", "g/g", None, "0.2"),
        "0.2:0 0.3:None 0.49:None 0.5:2 1.9:2 1.91:3 4:3",
    ),
]


def _rows() -> list[tuple[str, Sample, str, str]]:
    rows: list[tuple[str, Sample, str, str]] = []
    for term, sample, cases in CASES:
        for case in cases.split():
            printed, _colon, grade = case.partition(":")
            rows.append((term, sample, printed, grade))
    return rows


@pytest.mark.parametrize(("term", "sample", "printed", "grade"), _rows())
def test_each_bound_and_both_of_its_sides(
    term: str, sample: Sample, printed: str, grade: str
) -> None:
    assert str(draft_of(term, sample, printed).grade) == grade


def test_every_term_of_the_table_is_tried() -> None:
    assert {term.name["en"] for term in TABLE.terms} == {term for term, _, _ in CASES}


def test_every_analyte_of_the_table_is_one_of_the_study() -> None:
    known = {plan.code for plan in KHE.labs}
    assert {measure.analyte for term in TABLE.terms for measure in term.measures} <= known


def test_every_bound_is_also_printed_in_the_unit_of_the_study() -> None:
    for term in TABLE.terms:
        for measure in term.measures:
            if measure.units:
                assert KHE.lab(measure.analyte).unit in measure.units, (term.code, measure.analyte)


def test_a_number_never_makes_grade_5() -> None:
    assert max(measure.top_grade for term in TABLE.terms for measure in term.measures) == 4


def test_lymphocytes_have_no_term_for_too_many() -> None:
    drafts = draft_grades(Sample("lymphocytes", "10*9/L", "2", "8").of("60"), CONTEXT)
    assert [draft.term.code for draft in drafts] == ["lymphocyte_count_decreased"]


def test_an_analyte_without_terms_has_no_drafts() -> None:
    assert draft_grades(Sample("d_dimer", "mg/L", None, "0.5").of("18"), CONTEXT) == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('direction = "low"', 'direction = "sideways"', "unknown 'sideways'"),
        ('soc = "renal"', 'soc = "feet"', "unknown 'feet'"),
        ("{ grade = 3, beyond = 80 }", "{ grade = 2, beyond = 80 }", "grades go up"),
        ("{ grade = 3, beyond = 80 }", "{ grade = 5, beyond = 80 }", "grades go up"),
        ("{ grade = 3, beyond = 80 }", "{ grade = 3 }", "beyond a number or at it"),
        ('of = "fall"', 'of = "moon"', "unknown basis 'moon'"),
        ('of = "bound", unit = "g/L"', 'of = "bound"', "a bound has a unit"),
        ("beyond = 80 }", 'beyond = "80" }', "expected a number"),
        ("version =", "= version", "Invalid"),
    ],
)
def test_a_spoilt_table_is_refused_by_name(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    with pytest.raises(ProtocolFileError, match=problem):
        parse_ctcae(TEXT.replace(old, new, 1), "ctcae-4.03")

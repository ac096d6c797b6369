"""Analytes, units and limits of normal as laboratories print them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from domain.protocol import LabPlan, Protocol
from web.formats import decimal, language
from web.sentences import add_sentences

# as laboratories print what UCUM writes
PRINTED: Final[Mapping[str, str]] = {
    "10*9/L": "10⁹/L",
    "10*3/uL": "10³/µL",
    "/uL": "/µL",
    "umol/L": "µmol/L",
    "ukat/L": "µkat/L",
    "ug/mL": "µg/mL",
    "ug/L": "µg/L",
    "meq/L": "mEq/L",
    "g/(24.h)": "g/24 h",
    "mg/(24.h)": "mg/24 h",
    "{plus}": "+",
    "1": "–",
}
SOURCES: Final[Mapping[str, Any]] = {
    "printed": lazy_gettext("as printed with the result"),
    "file": lazy_gettext("from the file"),
    "site": lazy_gettext("from the site's table"),
}
COLUMN_WORDS: Final[Mapping[str, Any]] = {
    "study_number": lazy_gettext("Study number"),
    "drawn_at": lazy_gettext("Drawn"),
    "analyte": lazy_gettext("Analyte"),
    "result": lazy_gettext("Result"),
    "unit": lazy_gettext("Unit"),
    "lower_limit": lazy_gettext("Lower limit"),
    "upper_limit": lazy_gettext("Upper limit"),
    "fasting": lazy_gettext("Fasting"),
    "laboratory": lazy_gettext("Laboratory"),
}

add_sentences(
    {
        "not_a_dipstick": lazy_gettext("Please write the pluses, for example neg, ±, 1+ or ++."),
        "before_screening": lazy_gettext(
            "This lies too long before enrolment to be a result of this study."
        ),
        "ages_reversed": lazy_gettext("The second age must be above the first one."),
        "no_limits": lazy_gettext("Please give a lower limit, an upper limit or both."),
        "range_overlaps": lazy_gettext(
            "There is a range for some of these days of life. Please correct that one."
        ),
        "file_too_large": lazy_gettext("The file is larger than 2 MB. Please divide it."),
        "file_unreadable": lazy_gettext(
            "This is no table we can read. Please save it as CSV (UTF-8 or GB18030)."
        ),
        "file_empty": lazy_gettext("There are no rows in this file."),
        "columns_missing": lazy_gettext("These columns are missing: %(columns)s."),
        "columns_twice": lazy_gettext("These columns stand there twice: %(columns)s."),
        "row_too_long": lazy_gettext(
            "Row %(row)s has more cells than there are columns. Is a comma part of a number?"
        ),
        "too_many_rows": lazy_gettext(
            "%(count)s rows are more than the %(most)s that fit. Please divide the file."
        ),
        "not_a_moment": lazy_gettext("Please write date and time as 2026-03-03 08:10."),
        "not_yes_or_no_cell": lazy_gettext("Please write yes or no, or leave it empty."),
        "looks_like_formula": lazy_gettext("A name cannot begin with =, +, - or @."),
        "unknown_child": lazy_gettext("There is no child with this number at this site."),
        "row_twice": lazy_gettext("This analyte of this sample stands in the file twice."),
        "other_value_stored": lazy_gettext(
            "Another value of this sample is stored. Please correct it on the child's page."
        ),
        "rows_wrong": lazy_gettext("%(count)s mistakes: nothing was stored."),
        "file_before": lazy_gettext("This file was imported before. Nothing was stored again."),
        "nothing_new": lazy_gettext("Every row is stored already. There is nothing to import."),
    }
)


def unit_word(code: str) -> str:
    return PRINTED.get(code, code)


def label_of(plan: LabPlan) -> str:
    """The analyte in the reader's language."""
    return plan.label.get(language(), plan.label["en"])


def name_of(analyte: str, protocol: Protocol) -> str:
    return label_of(protocol.lab(analyte))


def range_text(low: Decimal | None, high: Decimal | None) -> str:
    """125–350, from 125, up to 350; empty when nothing is known."""
    if low is not None and high is not None:
        return f"{decimal(low)}–{decimal(high)}"
    if low is not None:
        return str(_("from %(low)s", low=decimal(low)))
    return str(_("up to %(high)s", high=decimal(high))) if high is not None else ""

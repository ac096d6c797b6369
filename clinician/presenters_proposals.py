"""What the formula says, in words: from the document that an order keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from clinician.amounts import short, signed_short
from clinician.order_words import REFUSALS
from clinician.presenters_levels import interval_text
from clinician.result_words import FINDINGS, word
from domain.interval import Interval
from models.laboratory import Level
from models.participant import Participant
from services.verdicts import reported_level
from web.formats import day, millilitres, moment, plain_amount


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the formula looked at, and the page it comes from."""

    name: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ProposedDose:
    """The proposal itself; `formula` and `step` are the sums written out."""

    ml: str
    mg: str
    prescribed: str
    rounding: str
    formula: str
    step: str
    low_end: str
    high_end: str
    predicted: str
    change: str
    changes_nothing: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """`refusals` and `dose` exclude each other."""

    level: str
    drawn: str
    url: str
    facts: tuple[Fact, ...]
    refusals: tuple[str, ...]
    dose: ProposedDose | None
    unknown_medicines: str
    is_newest: bool
    rule_version: str


def proposal_view(document: Mapping[str, Any], child: Participant, zone: ZoneInfo) -> ProposalView:
    """The words for one document of `services.adjustments.document_of`."""
    drawn = moment(datetime.fromisoformat(document["drawn_at"]), zone)
    url = url_for("clinician.level", participant=child.public_id, level=document["level"])
    return ProposalView(
        level=f"{document['result']} ng/mL",
        drawn=drawn,
        url=url,
        facts=_facts(document, child, drawn, url),
        refusals=tuple(_refusal(code, document) for code in document["refusals"]),
        dose=_dose(document),
        unknown_medicines=", ".join(document["unknown_medicines"]),
        is_newest=bool(document["is_newest_level"]),
        rule_version=document["rule_version"],
    )


def level_options(levels: list[Level], zone: ZoneInfo) -> list[tuple[str, str]]:
    """The levels to choose from, as the form macros take them."""
    return [
        (str(row.public_id), f"{day(row.drawn_at.astimezone(zone).date())} · {_text(row)}")
        for row in levels
    ]


def _text(row: Level) -> str:
    return f"{reported_level(row).text} ng/mL"


def _facts(
    document: Mapping[str, Any], child: Participant, drawn: str, level_url: str
) -> tuple[Fact, ...]:
    orders = url_for("clinician.orders", participant=child.public_id, _anchor="history")
    medicines = url_for("clinician.orders", participant=child.public_id, _anchor="medicines")
    current = document["current_ml"]
    days = document["days_on_dose"]
    return (
        Fact(_("Level"), f"{document['result']} ng/mL · {drawn}", level_url),
        Fact(_("Verdict on the sample"), _verdict(document), level_url),
        Fact(_("Range of the arm"), f"{interval_text(_target(document))} ng/mL"),
        Fact(_("Dose now"), millilitres(Decimal(current)) if current else _("none"), orders),
        Fact(_("Days on this dose at the sample"), "–" if days is None else str(days), level_url),
        Fact(_("Dose changed after the sample"), _yes(document["changed_after_sample"]), orders),
        Fact(_("Irregular doses before"), _yes(document["irregular_before"]), level_url),
        Fact(
            _("Interacting medicines"),
            ", ".join(document["interacting_medicines"]) or _("none"),
            medicines,
        ),
        Fact(_("Age in completed months"), str(document["age_months"])),
    )


def _target(document: Mapping[str, Any]) -> Interval:
    return Interval(
        Decimal(document["target_low"]),
        Decimal(document["target_high"]),
        document["target_low_included"],
        document["target_high_included"],
    )


def _verdict(document: Mapping[str, Any]) -> str:
    counted = word(FINDINGS, document["verdict"])
    if not document["overruled"]:
        return counted
    ruled = word(FINDINGS, document["verdict_by_rule"])
    return str(
        _("%(verdict)s, decided by a clinician (rule: %(rule)s)", verdict=counted, rule=ruled)
    )


def _yes(is_so: bool) -> str:
    return str(_("yes") if is_so else _("no"))


def _refusal(code: str, document: Mapping[str, Any]) -> str:
    named = ", ".join(document["interacting_medicines"])
    words = word(REFUSALS, code)
    return f"{words} ({named})" if code == "interacting_drug_open" else words


def _dose(document: Mapping[str, Any]) -> ProposedDose | None:
    found: Mapping[str, Any] | None = document["proposal"]
    if found is None:
        return None
    current, given = Decimal(found["current_mg"]), Decimal(found["given_mg"])
    share = (given - current) / current * 100
    return ProposedDose(
        ml=millilitres(Decimal(found["given_ml"])),
        mg=plain_amount(given),
        prescribed=short(Decimal(found["prescribed_mg"]), 4),
        rounding=signed_short(Decimal(found["rounding_error_mg"]), 4),
        formula=_formula(document, found),
        step=_step(document, found),
        low_end=_end(found["at_low_end"], document["target_low"]),
        high_end=_end(found["at_high_end"], document["target_high"]),
        predicted=f"{short(Decimal(found['predicted_level']), 2)} ng/mL",
        change=f"{signed_short(share, 1)} %",
        changes_nothing=bool(found["changes_nothing"]),
    )


def _formula(document: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """0.4 mg × 12.5 ÷ 9.0 = 0.5556 mg."""
    mg, target = plain_amount(Decimal(found["current_mg"])), found["target_level"]
    answer = short(Decimal(found["by_formula_mg"]), 4)
    return f"{mg} mg × {target} ÷ {document['result']} = {answer} mg"


def _step(document: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    percent = plain_amount(Decimal(document["max_step_fraction"]) * 100)
    if not found["capped"]:
        return str(_("within %(percent)s %% of the dose now", percent=percent))
    capped = short(Decimal(found["prescribed_mg"]), 4)
    return str(_("at most %(percent)s %% in one step: %(mg)s mg", percent=percent, mg=capped))


def _end(amount: Mapping[str, Any], level: str) -> str:
    return str(
        _(
            "%(ml)s (%(mg)s mg) for %(level)s ng/mL",
            ml=millilitres(Decimal(amount["given_ml"])),
            mg=short(Decimal(amount["prescribed_mg"]), 4),
            level=level,
        )
    )

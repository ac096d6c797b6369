"""The facts that a matter rests on, in words: what the rule looked at when it called the clinic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

from clinician.event_words import term_word
from clinician.result_words import FINDINGS, HALVES, POSITIONS
from domain.level import Position
from domain.protocol import Half, Protocol
from domain.trough import Finding
from web.formats import day, language, moment

NAMES: Final[Mapping[str, Any]] = {
    "at": _("Time"),
    "before": _("Result before"),
    "celsius": _("Temperature, °C"),
    "change_fraction": _("Share that calls"),
    "count": _("Number"),
    "drafts": _("Draft grades"),
    "drawn_at": _("Drawn"),
    "effect": _("Effect"),
    "fall_below": _("A fall calls below"),
    "fall_fraction": _("Share of the fall that calls"),
    "grade": _("Grade"),
    "half": _("Half of the day"),
    "height_cm": _("Height, cm"),
    "high": _("Upper end of the range"),
    "kind": _("Kind"),
    "low": _("Lower end of the range"),
    "measured_on": _("Measured on"),
    "minutes": _("Minutes"),
    "named": _("Named"),
    "noticed_on": _("Noticed on"),
    "on": _("Day"),
    "position": _("Against the range"),
    "reason": _("Reason"),
    "result": _("Result"),
    "severity": _("Severity"),
    "since": _("Since"),
    "slot_on": _("Day of the slot"),
    "slots": _("Slots"),
    "started_on": _("Started on"),
    "symptom": _("Symptom"),
    "taken_at": _("Given at"),
    "term": _("Term"),
    "tier": _("Tier"),
    "urgent_below": _("Urgent below"),
    "verdict": _("Verdict on the sample"),
    "visit": _("Visit"),
    "vomited_after_minutes": _("Vomited after minutes"),
    "weight_kg": _("Weight, kg"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose zone times are told, and the study that knows symptoms and terms by their names."""

    protocol: Protocol
    zone: ZoneInfo


def fact_lines(facts: Mapping[str, object], reader: Reader) -> tuple[tuple[str, str], ...]:
    """Name and value of each fact; one without a word of ours is for machines and left out."""
    return tuple(
        (str(NAMES[name]), _value(name, value, reader))
        for name, value in facts.items()
        if name in NAMES and value is not None
    )


def _value(name: str, value: object, reader: Reader) -> str:
    if isinstance(value, list):
        return "; ".join(_value(name, one, reader) for one in cast(Sequence[object], value))
    if isinstance(value, dict):
        parts = cast(Mapping[str, object], value)
        return ", ".join(_value(key, one, reader) for key, one in parts.items())
    return _one(name, str(value), reader)


def _one(name: str, text: str, reader: Reader) -> str:
    """A code in words, a date or an instant as people write it; else as stored."""
    words: Mapping[str, Mapping[Any, Any]] = {
        "half": {half.value: HALVES[half] for half in Half},
        "position": {position.value: POSITIONS[position] for position in Position},
        "verdict": {finding.value: FINDINGS[finding] for finding in Finding},
    }
    if text in words.get(name, {}):
        return str(words[name][text])
    match name:
        case "tier":
            return _tier(text)
        case "term":
            return term_word(reader.protocol, text)
        case "symptom":
            found = reader.protocol.symptoms.kind(text)
            return _label(found.label) if found else text
        case "severity":
            return next(
                (
                    _label(one.label)
                    for one in reader.protocol.symptoms.severities
                    if one.code == text
                ),
                text,
            )
        case _:
            pass
    return (
        _moment(text, reader.zone)
        if name.endswith(("_at", "_on")) or name in {"on", "at"}
        else text
    )


def _label(words: Mapping[str, str]) -> str:
    return words.get(language()) or words["en"]


def _tier(code: str) -> str:
    """above_range, over_15, from_30: the codes of the study's tiers."""
    if code in {position.value for position in Position}:
        return str(POSITIONS[Position(code)])
    sign = {"over": ">", "from": "≥"}.get(code.partition("_")[0])
    return f"{sign} {code.partition('_')[2]} ng/mL" if sign else code


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        pass
    try:
        return moment(datetime.fromisoformat(text), zone)
    except ValueError:
        return text

"""The texts of a study: one catalogue a language, the same names and placeholders in each."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final, cast

from domain.protocol_checks import LANGUAGES

PLACEHOLDER: Final = re.compile(r"\{([a-z0-9_.]+)\}")

NAMES: Final = (
    *("dose_morning", "dose_evening", "trough_eve", "trough_morning"),
    *("dose_morning_one_way", "dose_evening_one_way"),
    *("trough_eve_one_way", "trough_morning_one_way", "login_code"),
    *("invitation", "invitation_one_way"),
    *("reply_given_ack", "reply_missed_ack", "reply_unclear", "reply_ask_back"),
    *("reply_nothing_open", "help", "stopped", "started"),
    *("late", "late_skip", "vomited_early", "vomited_later", "doubled", "too_soon", "missed"),
    *("fever", "call_today", "new_medicine", "grapefruit"),
    *("dose_before_trough", "trough_give_now", "blood_tomorrow", "blood_today"),
    *("visit_bring", "visit_trough", "visit_plain"),
    *("what_late", "what_vomited", "what_doubled", "what_fever", "what_medicine"),
)
"""Texts that pages and messages ask for; a study may add its own."""

Catalogues = Mapping[str, Mapping[str, str]]


def read_texts(sources: Mapping[str, str], problems: list[str]) -> Catalogues:
    """Language → name → text from TOML; what is wrong is appended to `problems`."""
    found = {
        language: dict(_catalogue(source, language, problems))
        for language, source in sources.items()
    }
    languages = (*LANGUAGES, *sorted(found.keys() - set(LANGUAGES)))
    catalogues = {language: found.get(language, {}) for language in languages}
    problems.extend(_missing(catalogues))
    problems.extend(_differing(catalogues))
    return catalogues


def fill(catalogues: Catalogues, values: Mapping[str, object], problems: list[str]) -> Catalogues:
    """Put the protocol's own numbers (`{slots.too_soon_hours}`) into the texts.

    Placeholders without a dot stay for whoever shows the text.
    """
    return {
        language: {
            name: _filled(text, values, (f"texts.{language}.{name}", problems))
            for name, text in texts.items()
        }
        for language, texts in catalogues.items()
    }


def _filled(text: str, values: Mapping[str, object], where: tuple[str, list[str]]) -> str:
    key, problems = where

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if "." in name and name not in values:
            problems.append(f"{key}: the protocol has no value {name}")
        return str(values.get(name, found[0]))

    return PLACEHOLDER.sub(value, text)


def _catalogue(source: str, language: str, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Names and texts of one language; the file's sections only order it for the reader."""
    try:
        sections = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"texts.{language}: {error}")
        return
    seen: set[str] = set()
    for name, text in _flat(sections):
        key = f"texts.{language}.{name}"
        if name in seen:
            problems.append(f"{key}: the same name twice")
        seen.add(name)
        if not isinstance(text, str) or not text.strip():
            problems.append(f"{key}: expected a text, found {text!r}")
        else:
            yield name, text


def _flat(sections: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in sections.items():
        if isinstance(value, dict):
            yield from cast(dict[str, object], value).items()
        else:
            yield name, value


def _missing(catalogues: Catalogues) -> Iterator[str]:
    names = dict.fromkeys((*NAMES, *(name for texts in catalogues.values() for name in texts)))
    for name in names:
        for language, texts in catalogues.items():
            if name not in texts:
                yield f"texts.{language}.{name}: missing"


def _differing(catalogues: Catalogues) -> Iterator[str]:
    """Texts whose placeholders are not those of the first language that has the text."""
    first: dict[str, list[str]] = {}
    for language, texts in catalogues.items():
        for name, text in texts.items():
            placeholders = sorted(set(PLACEHOLDER.findall(text)))
            expected = first.setdefault(name, placeholders)
            if placeholders != expected:
                yield f"texts.{language}.{name}: placeholders {placeholders}, not {expected}"

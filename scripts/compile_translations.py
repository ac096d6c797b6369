"""Merge the catalogues of our parts, translations/<language>/LC_MESSAGES/*.po, into messages.mo.

    .venv/bin/python scripts/compile_translations.py           writes the .mo files
    .venv/bin/python scripts/compile_translations.py --check   compares with the code, too

A part (web, caregiver, clinician, …) keeps its own .po. Two parts may translate the same words, but
only to the same words: on the page nobody can tell which part was asked.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
# the folders that speak to people; the rules and tables below them have no words
SPEAKING = ("web", "caregiver", "clinician", "api", "notifications")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")

# context (or None) and the English words, the singular of two
Key = tuple[str | None, str]


def key_of(message: Message) -> Key:
    words = message.id
    return message.context, words if isinstance(words, str) else words[0]


def translated(message: Message) -> tuple[str, ...]:
    """The translation, one text per plural form; empty texts mean that it is missing."""
    words = message.string or ""
    return (words,) if isinstance(words, str) else tuple(words)


def read_parts(folder: Path) -> list[tuple[str, Catalog]]:
    """Name and catalogue of every .po of one language."""
    language = folder.parent.name
    parts: list[tuple[str, Catalog]] = []
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            parts.append((path.name, read_po(file, locale=language, abort_invalid=True)))
    return parts


def merge(language: str, parts: Iterable[tuple[str, Catalog]]) -> tuple[Catalog, list[str]]:
    """One catalogue of all parts, and what speaks against it."""
    merged = Catalog(locale=language, domain="messages", fuzzy=False)
    first: dict[Key, tuple[str, tuple[str, ...]]] = {}
    faults: list[str] = []
    for name, catalogue in parts:
        for message in catalogue:
            if not message.id:
                continue
            key, words = key_of(message), translated(message)
            before, known = first.setdefault(key, (name, words))
            if known != words:
                faults.append(f"{language}: {key[1]!r} is {known} in {before}, {words} in {name}")
            elif before == name:
                merged.add(message.id, message.string, flags=message.flags, context=message.context)
    return merged, faults


def words_in_code(root: Path = ROOT) -> dict[Key, str]:
    """Every text that asks for a translation, and where it first stands."""
    found: dict[Key, str] = {}
    for part in SPEAKING:
        for filename, line, words, _comments, context in extract_from_dir(
            root / part, METHODS, keywords=KEYWORDS
        ):
            singular = words if isinstance(words, str) else words[0]
            found.setdefault((context, singular), f"{part}/{filename}:{line}")
    return found


def compare(language: str, catalogue: Catalog, wanted: dict[Key, str]) -> Iterator[str]:
    """What the catalogue lacks, has too much, or says with other placeholders."""
    have = {key_of(message): message for message in catalogue if message.id}
    for key, where in wanted.items():
        if key not in have or not all(translated(have[key])):
            yield f"{language}: {key[1]!r} has no translation ({where})"
    for key, message in have.items():
        if key not in wanted:
            yield f"{language}: {key[1]!r} is used nowhere"
        if message.fuzzy:
            yield f"{language}: {key[1]!r} is marked fuzzy"
        yield from _other_placeholders(language, message)


def _other_placeholders(language: str, message: Message) -> Iterator[str]:
    english = message.id if isinstance(message.id, str) else message.id[-1]
    expected = sorted(PLACEHOLDER.findall(english))
    for words in filter(None, translated(message)):
        if sorted(PLACEHOLDER.findall(words)) != expected:
            yield f"{language}: {english!r} and {words!r} differ in their placeholders"


def compile_all(root: Path = ROOT, *, check: bool = False) -> list[str]:
    """Write every messages.mo below `root`; returns the faults, and writes nothing then."""
    wanted = words_in_code(root) if check else {}
    faults: list[str] = []
    for folder in sorted((root / "translations").glob("*/LC_MESSAGES")):
        language = folder.parent.name
        merged, found = merge(language, read_parts(folder))
        found += compare(language, merged, wanted) if check else ()
        if not found:
            _write(folder / "messages.mo", merged)
        faults += found
    return faults


def _write(path: Path, catalogue: Catalog) -> None:
    # in one step: tests and a running server may read it meanwhile
    fresh = path.with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, catalogue)
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit("\n".join(compile_all(check="--check" in sys.argv)) or 0)

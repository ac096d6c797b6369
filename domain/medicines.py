"""Which listed medicine a typed name means (trial.md §5).

People write names in two scripts, with a strength or a form behind them. What is not recognised
stays unknown and goes to a person; it is never taken for harmless.
"""

import re
import unicodedata
from typing import Final

from domain.protocol_medicines import ListedMedicine, MedicinePlan

_BETWEEN_WORDS: Final = re.compile(r"[\s\-_·・'’.]+")


def find_medicine(name: str, plan: MedicinePlan) -> ListedMedicine | None:
    """The listed medicine of this name, whatever its case and spaces; None where nobody knows.

    A name may go on with a strength or a form: "Clarithromycin 125 mg/5 mL", "伊曲康唑口服液".
    The longest listed name wins.
    """
    typed = plain_name(name)
    if not typed:
        return None
    found = [
        (len(known), listed)
        for listed in plan.listed
        for known in map(plain_name, listed.names)
        if _begins_with(typed, known)
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def plain_name(name: str) -> str:
    """Without case, width of characters, and with one blank between words (St. John's wort)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _BETWEEN_WORDS.sub(" ", folded).strip()


def _begins_with(typed: str, known: str) -> bool:
    """Is `typed` this name, alone or followed by something that is no part of a Latin word?"""
    joined, wanted = typed.replace(" ", ""), known.replace(" ", "")
    if joined == wanted:
        return True
    if not known[-1].isascii():
        return joined.startswith(wanted)
    following = typed.removeprefix(known)[:1]
    return typed.startswith(known) and not (following.isascii() and following.isalpha())

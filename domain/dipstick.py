"""A protein dipstick as it is read off: the number of pluses (trial.md §7)."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from domain.errors import DomainError
from domain.reported import Reported

# the unit of results that are pluses, as in UCUM's annotations
PLUSES: Final = "{plus}"
_WORDS: Final[Mapping[str, Decimal]] = {
    **dict.fromkeys(("-", "(-)", "neg", "negative", "阴性"), Decimal(0)),
    # more than nothing, less than one
    **dict.fromkeys(("±", "+-", "+/-", "(±)", "trace", "微量", "弱阳性"), Decimal("0.5")),
}
_COUNTED: Final = re.compile(r"\(?([0-5])\+?\)?|\(?\+([1-5])\)?")
_DRAWN: Final = re.compile(r"\(?(\+{1,5})\)?")


def read_dipstick(text: str) -> Reported:
    """ "neg", "±", "++", "2+", "+2" or "2". Raises DomainError("not_a_dipstick")."""
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").lower()
    plain = "".join(plain.split())
    if plain in _WORDS:
        return Reported(_WORDS[plain])
    drawn, counted = _DRAWN.fullmatch(plain), _COUNTED.fullmatch(plain)
    if drawn is not None:
        return Reported(Decimal(len(drawn[1])))
    if plain == "0.5":
        return Reported(Decimal(plain))
    if counted is None:
        raise DomainError("not_a_dipstick")
    return Reported(Decimal(counted[1] or counted[2]))

"""What the phone networks of a country let us do (trial.md §9). A country not listed has no limits.

Mainland China: nobody can answer a message, and links are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Destination:
    """`two_way`: replies reach us. `links`: a message may carry an address."""

    two_way: bool
    links: bool


OPEN: Final = Destination(two_way=True, links=True)
# By calling code. No calling code begins with another one, so a prefix is enough.
_LIMITED: Final[Mapping[str, Destination]] = {
    "+86": Destination(two_way=False, links=False),
}


def destination(phone: str) -> Destination:
    """The possibilities of a number in E.164."""
    limits = (limited for code, limited in _LIMITED.items() if phone.startswith(code))
    return next(limits, OPEN)

"""Phone numbers in their one canonical form."""

import unicodedata
from typing import Final

import phonenumbers

HOME_REGION: Final = "CN"
# networks that refuse messages with a link in them (trial.md §9)
_WITHOUT_LINKS: Final = frozenset({86})


def canonical_phone(text: str) -> str | None:
    """E.164, +8613812345678, or None. A number without a country is a Chinese one."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def takes_links(phone: str) -> bool:
    """May a message to this canonical number carry an address to tap on?"""
    return phonenumbers.parse(phone).country_code not in _WITHOUT_LINKS

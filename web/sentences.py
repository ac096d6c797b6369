"""Codes of refusals and warnings → sentences a person reads.

Use cases and rules speak in codes (services/errors.py). Each part adds its own with `add_sentences`
when its blueprint is imported; a code without a sentence fails a test and reads as a general one.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

Sentences = Mapping[str, Any]

_SENTENCES: dict[str, Any] = {
    "required": _("Please fill this in."),
    "too_long": _("That is too long."),
    "not_a_number": _("Please write a number, for example 0.18."),
    "thousands_or_decimals": _(
        "Is the comma for thousands or for decimals? Please write it without a comma."
    ),
    "out_of_range": _("That is outside of what is possible. Please check it."),
    "not_a_date": _("Please write a date."),
    "not_a_time": _("Please write a time, for example 08:30."),
    "not_a_choice": _("Please choose one of the answers."),
    "not_a_phone": _("That does not look like a phone number. Please check it."),
    "form_id": _("This form is incomplete. Please open the page again."),
    "password_wrong": _("The password is not right."),
    "code_wrong": _("The code is not right, or it was used already. Please wait for the next one."),
    "locked": _("Too many wrong tries. Please wait 15 minutes and try again."),
}


def add_sentences(sentences: Sentences) -> None:
    """Add a part's own codes. The same code twice, with other words, is a mistake: ValueError."""
    for code, sentence in sentences.items():
        if _SENTENCES.get(code, sentence) != sentence:
            raise ValueError(f"two sentences for {code}")
        _SENTENCES[code] = sentence


def sentence(code: str, **details: object) -> str:
    """The sentence for `code` in the reader's language; `details` fill its %(name)s places."""
    found = _SENTENCES.get(code)
    if found is None:
        return str(_("That is not possible. Please check what you entered."))
    return str(found) % details if details else str(found)


def known_codes() -> frozenset[str]:
    return frozenset(_SENTENCES)

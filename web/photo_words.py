"""Words for views, sites of the body and refused photos, for families and staff alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

from web.sentences import add_sentences

# value, word, hint: what a card of a form needs
Card = tuple[str, str, str]

# "overview", "back" and "arm" mean other things elsewhere: the context tells them apart
_VIEWS: Mapping[str, tuple[Any, Any]] = {
    "overview": (
        lazy_pgettext("photo", "Overview"),
        _("The whole part of the body, from an arm's length away"),
    ),
    "close_up": (lazy_pgettext("photo", "Close-up"), _("The skin fills the picture and is sharp")),
    "ruler": (lazy_pgettext("photo", "With a ruler"), _("A ruler or a colour card lies beside it")),
}
_SITES: Mapping[str, Any] = {
    "head": lazy_pgettext("body", "Head"),
    "face": lazy_pgettext("body", "Face"),
    "neck": lazy_pgettext("body", "Neck"),
    "chest": lazy_pgettext("body", "Chest"),
    "abdomen": lazy_pgettext("body", "Belly"),
    "back": lazy_pgettext("body", "Back"),
    "arm": lazy_pgettext("body", "Arm"),
    "hand": lazy_pgettext("body", "Hand"),
    "leg": lazy_pgettext("body", "Leg"),
    "foot": lazy_pgettext("body", "Foot"),
    "pelvis": lazy_pgettext("body", "Hips and groin"),
}

add_sentences(
    {
        "empty": _("This file is empty. Please choose the photo again."),
        "too_large": _("This photo is too large. Please choose a smaller one."),
        "not_an_image": _("This file is not a photo."),
        "unsupported": _(
            "Photos of this kind cannot be read here. Please send a JPEG, PNG or HEIC photo."
        ),
        "truncated": _("Only a part of this photo arrived. Please send it again."),
        "damaged": _("This photo is damaged and cannot be opened. Please take it again."),
        "too_many_pixels": _("This photo has too many pixels. Please choose a smaller one."),
        "animated": _("This is a moving picture. Please send a still photo."),
        "no_photo": _("Please choose a photo."),
        "too_many_photos": _("Please send at most %(most)s photos at once."),
        "unknown_view": _("Please choose what the photo shows."),
        "unknown_body_site": _("Please choose which part of the body it is."),
        "store_unavailable": _(
            "The photo could not be kept just now. Please send it again in a few minutes."
        ),
    }
)


def view_word(code: str) -> str:
    """What a view is called; a view that only a newer protocol knows reads as its code."""
    return str(_VIEWS[code][0]) if code in _VIEWS else _from_code(code)


def site_word(code: str) -> str:
    return str(_SITES[code]) if code in _SITES else _from_code(code)


def view_cards(codes: Sequence[str]) -> list[Card]:
    """The views of a protocol as choices of a form, in its order."""
    return [
        (code, view_word(code), str(_VIEWS[code][1]) if code in _VIEWS else "") for code in codes
    ]


def site_cards(codes: Sequence[str]) -> list[Card]:
    return [(code, site_word(code), "") for code in codes]


def _from_code(code: str) -> str:
    return code.replace("_", " ").capitalize()

"""Photos side by side: which two belong together, and all of them view by view."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.photo_cards import PhotoCard
from web.photo_words import view_word


@dataclass(frozen=True, slots=True)
class Pair:
    """The first usable photo of a view and site of the body, and the newest if there is another."""

    view: str
    body_site: str
    baseline: PhotoCard
    newest: PhotoCard | None


@dataclass(frozen=True, slots=True)
class ViewGroup:
    """All photos of one view, the newest first."""

    view: str
    cards: tuple[PhotoCard, ...]


def pairs(shown: Sequence[PhotoCard], views: Sequence[str]) -> list[Pair]:
    """One pair a view and site, from photos in the order newest first; those set aside are not
    compared. Sites come in the order of their newest photo, views in that of the protocol."""
    usable: dict[tuple[str, str], list[PhotoCard]] = {}
    for card in shown:
        if card.unusable_reason is None:
            usable.setdefault((card.body_site, card.view_code), []).append(card)
    sites = list(dict.fromkeys(site for site, _ in usable))
    order = {code: place for place, code in enumerate(views)}
    keys = sorted(usable, key=lambda key: (sites.index(key[0]), order.get(key[1], len(order))))
    return [_pair(usable[key]) for key in keys]


def by_view(shown: Sequence[PhotoCard], views: Sequence[str]) -> list[ViewGroup]:
    """Every photo, grouped by view: those of the protocol first, and none left out."""
    codes = dict.fromkeys([*views, *(card.view_code for card in shown)])
    groups = (
        ViewGroup(view_word(code), tuple(card for card in shown if card.view_code == code))
        for code in codes
    )
    return [group for group in groups if group.cards]


def _pair(newest_first: Sequence[PhotoCard]) -> Pair:
    baseline, newest = newest_first[-1], newest_first[0]
    return Pair(
        view=baseline.view,
        body_site=baseline.body_site,
        baseline=baseline,
        newest=None if newest is baseline else newest,
    )

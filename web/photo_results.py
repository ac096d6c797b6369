"""What became of the photos of one form: kept for the page after it, and put in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import session as cookie
from flask_babel import gettext as _

from web.formats import local_day
from web.forms import Filled
from web.photo_form import FILES, PhotoForm
from web.photo_words import site_word, view_word
from web.sentences import sentence

STORE_UNAVAILABLE: Final = "store_unavailable"
_KEPT: Final = "photos_sent"
_LONGEST_NAME: Final = 24


class Outcome(StrEnum):
    """What became of one file."""

    ARRIVED = "arrived"
    # this very form brought it before
    AGAIN = "again"
    # kept, and the same picture came with an earlier form too
    SENT_BEFORE = "sent_before"
    # this form brought it before and said something else of it: the first word stands
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of the form. `code`: why it was refused; `before_at`: when it came before (ISO);
    `first_…`: what was said of it the first time."""

    name: str
    outcome: Outcome
    photo_id: str | None = None
    code: str | None = None
    before_at: str | None = None
    first_view: str | None = None
    first_site: str | None = None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """The same for a reader: `kind` is the kind of a notice, which brings icon and colour."""

    name: str
    kind: str
    words: str
    photo_id: str | None


def status_of(sent: Sequence[SentFile]) -> int:
    """How the form is answered: 303 when at least one photo is kept and none contradicts."""
    if any(file.outcome is Outcome.CONFLICT for file in sent):
        return 409
    if any(file.outcome is not Outcome.REFUSED for file in sent):
        return 303
    return 503 if any(file.code == STORE_UNAVAILABLE for file in sent) else 422


def with_refusals(filled: Filled[PhotoForm], sent: Sequence[SentFile]) -> Filled[PhotoForm]:
    """The form once more, with the reason for each file; a single file needs no name."""
    for file in sent:
        words = sentence(file.code or "refused")
        filled = filled.with_error(FILES, f"{file.name}: {words}" if len(sent) > 1 else words)
    return filled


def remember(child_id: UUID, sent: Sequence[SentFile]) -> None:
    """Keep the outcome in the visitor's session for the page that the answer leads to."""
    cookie[_KEPT] = {"child": str(child_id), "files": [asdict(file) for file in sent]}


def remembered(child_id: UUID) -> list[SentFile]:
    """The outcome of the last form for this child; a reload of the page shows it again."""
    kept: Any = cookie.get(_KEPT) or {}
    if kept.get("child") != str(child_id):
        return []
    return [SentFile(**{**file, "outcome": Outcome(file["outcome"])}) for file in kept["files"]]


def short_name(name: str) -> str:
    """A file's own name, short enough for the session: beginning and ending tell it apart."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:12]}…{name[-11:]}"


def lines(
    sent: Sequence[SentFile], zone: ZoneInfo, form: PhotoForm | None = None
) -> list[ResultLine]:
    """One line a file, in the reader's language; days as on the wall in `zone`. `form` is what was
    said now, to be shown beside what was said first."""
    return [
        ResultLine(file.name, _KINDS[file.outcome], _words(file, zone, form), file.photo_id)
        for file in sent
    ]


_KINDS: Final = {
    Outcome.ARRIVED: "success",
    Outcome.AGAIN: "success",
    Outcome.SENT_BEFORE: "info",
    Outcome.CONFLICT: "warning",
    Outcome.REFUSED: "error",
}


def _words(file: SentFile, zone: ZoneInfo, form: PhotoForm | None) -> str:
    match file.outcome:
        case Outcome.ARRIVED:
            words = _("Arrived")
        case Outcome.AGAIN:
            words = _("Arrived already; it is kept once")
        case Outcome.SENT_BEFORE:
            day = local_day(datetime.fromisoformat(file.before_at or ""), zone)
            words = _("Arrived. The same photo was already sent on %(day)s.", day=day)
        case Outcome.CONFLICT:
            words = _(
                "Sent before as: %(first)s. That is kept. Said now: %(now)s.",
                first=_said(file.first_view, file.first_site),
                now=_said(form.view, form.body_site) if form else "",
            )
        case Outcome.REFUSED:
            words = sentence(file.code or "refused")
    return str(words)


def _said(view: str | None, body_site: str | None) -> str:
    return f"{view_word(view or '')} · {site_word(body_site or '')}"

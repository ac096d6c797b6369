"""What the script of the time axis draws: one small document, in words the script cannot find."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from clinician.assessment_words import CATEGORIES
from clinician.course_view import CourseView, Track
from clinician.dose_strip import LETTERS, STATE_WORDS, strip
from clinician.presenters_labs import label_of, result_cell, unit_word
from clinician.presenters_levels import LevelCard
from clinician.result_words import (
    FIRMNESSES,
    MESSAGE_KINDS,
    MESSAGE_STATES,
    MODALITIES,
    REPLIES,
    SKIN_COLOURS,
    TREATMENTS,
    word,
)
from clinician.visit_words import visit_label
from domain.orders import OrderKind
from domain.protocol import Half
from models.order import DoseOrder
from services.chart import Sample
from services.review import Review
from services.review_marks import Mark, MarkKind
from services.verdicts import JudgedLevel
from web.formats import language, plain_amount
from web.photo_words import site_word, view_word

Document = dict[str, Any]
_NOBODY: Final = UUID(int=0)
# the row of the drawing that a kind of mark stands in, and the track of the page it belongs to
_ROWS: Final = {
    MarkKind.PHOTO: ("photo", Track.PHOTOS),
    MarkKind.SKIN: ("examination", Track.SKIN),
    MarkKind.ASSESSMENT: ("assessment", Track.ASSESSMENTS),
    MarkKind.TREATMENT: ("treatment", Track.TREATMENTS),
    MarkKind.VISIT: ("visit", Track.VISITS),
    MarkKind.MESSAGE: ("message", Track.MESSAGES),
    MarkKind.REPLY: ("message", Track.MESSAGES),
}
# where a slot stands on the drawing; the tables say when it really was
_HOUR: Final[Mapping[Half, str]] = {Half.MORNING: "08:00", Half.EVENING: "20:00"}


class Addresses:
    """Addresses of many rows from one look at the map of the app for each kind."""

    def __init__(self, child: UUID) -> None:
        self._level = url_for("clinician.level", participant=child, level=_NOBODY)
        self._assessment = url_for("clinician.assessment", participant=child, assessment=_NOBODY)
        self.events = url_for("clinician.events", participant=child)
        self._photo = url_for("clinician.photo", participant=child, photo=_NOBODY)
        self._thumbnail = url_for("web.photo_file", photo_id=_NOBODY, size="thumbnail")

    def level(self, public_id: UUID) -> str:
        return _filled(self._level, public_id)

    def assessment(self, public_id: UUID | None) -> str:
        return _filled(self._assessment, public_id)

    def photo(self, public_id: UUID | None) -> str:
        return _filled(self._photo, public_id)

    def thumbnail(self, public_id: UUID | None) -> str:
        return _filled(self._thumbnail, public_id)


def _filled(pattern: str, public_id: UUID | None) -> str:
    return pattern.replace(str(_NOBODY), str(public_id))


def timeline_data(
    review: Review,
    view: CourseView,
    cards: Iterable[LevelCard],
    *,
    addresses: Addresses,
    zone: ZoneInfo,
) -> Document:
    """Everything drawn; times are the child's wall clock, without a zone."""
    doses = strip(review.states, review.first_on, review.protocol.slots)
    return {
        "from": review.first_on.isoformat(),
        "to": review.last_on.isoformat(),
        "today": review.today.isoformat(),
        "language": language(),
        "words": _words(),
        "tracks": [track.value for track in Track if track in view.tracks],
        "rows": list(dict.fromkeys(row for row, track in _ROWS.values() if track in view.tracks)),
        "band": _band(review),
        "orders": [_order(row) for row in review.orders],
        "strip": {
            "first": doses.first_on.isoformat(),
            "cells": doses.cells,
            "minutes": doses.minutes,
            "states": {letter: str(STATE_WORDS[code]) for code, letter in LETTERS.items()},
        },
        "levels": [
            _level(judged, card, addresses, zone)
            for judged, card in zip(review.levels, cards, strict=True)
        ],
        "labs": [_analyte(code, review, zone) for code in view.labs],
        "volumes": _volumes(review),
        "grades": _grades(review, addresses),
        "marks": list(_marks(review, view, addresses, zone)),
    }


def _words() -> Document:
    return {
        "order": _("Dose, mL"),
        "doses": _("Doses"),
        "morning": _("morning"),
        "evening": _("evening"),
        "level": _("Level, ng/mL"),
        "volume": _("Volume, mL"),
        "grade": _("Events, grade"),
        "photo": _("Photos"),
        "examination": _("Examined"),
        "assessment": _("Response"),
        "treatment": _("Treatments"),
        "message": _("Messages"),
        "visit": _("Visits"),
        "hold": _("On hold"),
        "stop": _("Stopped"),
        "today": _("Today"),
        "minutes_late": _("%(minutes)s min after its time", minutes="{0}"),
        "minutes_early": _("%(minutes)s min before its time", minutes="{0}"),
    }


def _band(review: Review) -> Document | None:
    if review.arm is None:
        return None
    return {"low": float(review.arm.trough.low), "high": float(review.arm.trough.high)}


def _order(row: DoseOrder) -> Document:
    """A step of the dose; a hold or a stop has no amount. An amount is drawn, not computed with."""
    is_dose = row.kind is OrderKind.DOSE and row.given_ml is not None
    return {
        "at": _slot(row.from_on, row.from_half),
        "until": _slot(row.until_on, row.until_half) if row.until_on and row.until_half else None,
        "kind": row.kind.value,
        "ml": _drawn(row.given_ml) if is_dose else None,
        "text": f"{plain_amount(row.given_ml)} mL" if row.given_ml is not None else "",
        "reason": row.reason,
    }


def _level(judged: JudgedLevel, card: LevelCard, addresses: Addresses, zone: ZoneInfo) -> Document:
    return {
        "at": _wall(judged.row.drawn_at, zone),
        "value": _drawn(judged.level.value),
        "text": f"{card.arrow} {card.result} ng/mL · {card.position}".strip(),
        "verdict": card.headline,
        "valid": card.is_valid,
        "below": judged.level.below_quantification,
        "url": addresses.level(judged.row.public_id),
    }


def _analyte(code: str, review: Review, zone: ZoneInfo) -> Document:
    plan = review.protocol.lab(code)
    return {
        "code": code,
        "name": f"{label_of(plan)}, {unit_word(plan.unit)}",
        "points": [_lab(sample, review, zone) for sample in review.labs_of(code)],
    }


def _volumes(review: Review) -> list[Document]:
    """A line a lesion."""
    lesions: dict[str, list[Document]] = {}
    for mark in review.marks_of(MarkKind.VOLUME):
        amount = f"{mark.amount:.3f} mL" if mark.amount is not None else ""
        text = f"{mark.code}: {amount} · {word(MODALITIES, mark.detail)}"
        point = {"at": f"{mark.on}T12:00", "value": _drawn(mark.amount), "text": text}
        lesions.setdefault(mark.code, []).append(point)
    return [{"name": lesion, "points": points} for lesion, points in lesions.items()]


def _grades(review: Review, addresses: Addresses) -> list[Document]:
    """How bad each event was from when to when; an open end goes on to the edge of the drawing."""
    by_event: dict[UUID | None, list[Mark]] = {}
    for mark in review.marks_of(MarkKind.GRADE):
        by_event.setdefault(mark.public_id, []).append(mark)
    return [
        _grade(mark, steps[place + 1].on if place + 1 < len(steps) else mark.until, addresses)
        for steps in by_event.values()
        for place, mark in enumerate(steps)
    ]


def _grade(mark: Mark, until: date | None, addresses: Addresses) -> Document:
    serious = f" · {_('serious')}" if mark.extra else ""
    grade = int(mark.amount or 0)
    return {
        "at": f"{mark.on}T00:00",
        "until": f"{until}T23:59" if until else None,
        "grade": grade,
        "text": f"{mark.code} · {_('grade %(grade)s', grade=grade)}{serious}",
        "url": addresses.events,
    }


def _lab(sample: Sample, review: Review, zone: ZoneInfo) -> Document:
    plan = review.protocol.lab(sample.row.analyte)
    cell = result_cell(sample.row, plan)
    return {
        "at": _wall(sample.row.drawn_at, zone),
        "value": _drawn(sample.row.study_value),
        "text": f"{cell.mark} {cell.text} {unit_word(plan.unit)}".strip(),
    }


def _marks(
    review: Review, view: CourseView, addresses: Addresses, zone: ZoneInfo
) -> Iterable[Document]:
    writers = {
        MarkKind.PHOTO: _photo,
        MarkKind.SKIN: _skin,
        MarkKind.ASSESSMENT: _assessment,
        MarkKind.TREATMENT: _treatment,
        MarkKind.MESSAGE: _message,
        MarkKind.REPLY: _reply,
    }
    for kind, write in writers.items():
        row, track = _ROWS[kind]
        for mark in review.marks_of(kind) if track in view.tracks else ():
            at = f"{mark.on}T12:00" if mark.on else _wall(mark.at, zone)
            yield {"track": row, "at": at, **write(mark, addresses)}
    if Track.VISITS in view.tracks:
        yield from _visits(review)


def _visits(review: Review) -> Iterable[Document]:
    """Those of the days; the plan ahead stands in the table."""
    for mark in review.marks_of(MarkKind.VISIT):
        if mark.on is not None and review.first_on <= mark.on <= review.last_on:
            text = mark.extra or visit_label(review.protocol, mark.code)
            yield {"track": "visit", "at": f"{mark.on}T12:00", "text": text}


def _photo(mark: Mark, addresses: Addresses) -> Document:
    return {
        "text": f"{view_word(mark.code)} · {site_word(mark.detail or '')}",
        "url": addresses.photo(mark.public_id),
        "image": addresses.thumbnail(mark.public_id),
    }


def _skin(mark: Mark, _addresses: Addresses) -> Document:
    return {"text": f"{word(SKIN_COLOURS, mark.code)} · {word(FIRMNESSES, mark.detail)}"}


def _assessment(mark: Mark, addresses: Addresses) -> Document:
    return {
        "text": f"{mark.code} · {word(CATEGORIES, mark.code)}",
        "label": mark.code,
        "url": addresses.assessment(mark.public_id),
    }


def _treatment(mark: Mark, _addresses: Addresses) -> Document:
    return {"text": f"{word(TREATMENTS, mark.code)}: {mark.detail}"}


def _message(mark: Mark, _addresses: Addresses) -> Document:
    return {"text": f"{word(MESSAGE_KINDS, mark.code)} · {word(MESSAGE_STATES, mark.detail)}"}


def _reply(mark: Mark, _addresses: Addresses) -> Document:
    logged = _("in the diary") if mark.detail else _("not in the diary")
    return {"text": f"{_('Reply')}: {word(REPLIES, mark.code)} · {logged}"}


def _slot(on: date, half: Half) -> str:
    return f"{on}T{_HOUR[half]}"


def _wall(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""


def _drawn(value: Decimal | None) -> float | None:
    """A number for the eye alone: the words beside it keep every digit."""
    return None if value is None else float(value)

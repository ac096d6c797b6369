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
from clinician.dose_strip import LETTERS, STATE_WORDS, strip
from clinician.presenters_labs import label_of, result_cell, unit_word
from clinician.presenters_levels import LevelCard
from clinician.result_words import (
    FIRMNESSES,
    MESSAGE_KINDS,
    MESSAGE_STATES,
    MODALITIES,
    SKIN_COLOURS,
    TREATMENTS,
    word,
)
from domain.orders import OrderKind
from domain.protocol import Half
from models.order import DoseOrder
from services.chart import FIBRINOGEN, PLATELETS, Sample
from services.review import Review
from services.review_marks import Mark, MarkKind
from services.verdicts import JudgedLevel
from web.formats import language, plain_amount
from web.photo_words import site_word, view_word

Document = dict[str, Any]
_NOBODY: Final = UUID(int=0)
# volumes and findings share a track
_TRACKS: Final = {MarkKind.VOLUME: "examination", MarkKind.SKIN: "examination"}
# where a slot stands on the drawing; the tables say when it really was
_HOUR: Final[Mapping[Half, str]] = {Half.MORNING: "08:00", Half.EVENING: "20:00"}


class Addresses:
    """Addresses of many rows from one look at the map of the app for each kind."""

    def __init__(self, child: UUID) -> None:
        self._level = url_for("clinician.level", participant=child, level=_NOBODY)
        self._assessment = url_for("clinician.assessment", participant=child, assessment=_NOBODY)
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
    review: Review, cards: Iterable[LevelCard], addresses: Addresses, zone: ZoneInfo
) -> Document:
    """Everything drawn; times are the child's wall clock, without a zone."""
    doses = strip(review.states, review.first_on, review.protocol.slots)
    return {
        "from": review.first_on.isoformat(),
        "to": review.last_on.isoformat(),
        "today": review.today.isoformat(),
        "language": language(),
        "words": _words(review),
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
        "platelets": [_lab(s, review, zone) for s in review.labs_of(PLATELETS)],
        "fibrinogen": [_lab(s, review, zone) for s in review.labs_of(FIBRINOGEN)],
        "marks": list(_marks(review, addresses, zone)),
    }


def _words(review: Review) -> Document:
    platelets, fibrinogen = review.protocol.lab(PLATELETS), review.protocol.lab(FIBRINOGEN)
    return {
        "order": _("Dose, mL"),
        "doses": _("Doses"),
        "morning": _("morning"),
        "evening": _("evening"),
        "level": _("Level, ng/mL"),
        "platelets": f"{label_of(platelets)}, {unit_word(platelets.unit)}",
        "fibrinogen": f"{label_of(fibrinogen)}, {unit_word(fibrinogen.unit)}",
        "photo": _("Photos"),
        "examination": _("Examined"),
        "assessment": _("Response"),
        "event": _("Events"),
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


def _lab(sample: Sample, review: Review, zone: ZoneInfo) -> Document:
    plan = review.protocol.lab(sample.row.analyte)
    cell = result_cell(sample.row, plan)
    return {
        "at": _wall(sample.row.drawn_at, zone),
        "value": _drawn(sample.row.study_value),
        "text": f"{cell.mark} {cell.text} {unit_word(plan.unit)}".strip(),
    }


def _marks(review: Review, addresses: Addresses, zone: ZoneInfo) -> Iterable[Document]:
    tracks = (
        (MarkKind.PHOTO, _photo),
        (MarkKind.VOLUME, _volume),
        (MarkKind.SKIN, _skin),
        (MarkKind.ASSESSMENT, _assessment),
        (MarkKind.EVENT, _event),
        (MarkKind.TREATMENT, _treatment),
        (MarkKind.MESSAGE, _message),
    )
    for kind, write in tracks:
        for mark in review.marks_of(kind):
            at = f"{mark.on}T12:00" if mark.on else _wall(mark.at, zone)
            yield {"track": _TRACKS.get(kind, kind.value), "at": at, **write(mark, addresses)}
    for mark in review.marks_of(MarkKind.VISIT):
        if mark.on is not None and review.first_on <= mark.on <= review.last_on:
            label = review.protocol.visit(mark.code).label
            text = label.get(language(), label["en"])
            yield {"track": "visit", "at": f"{mark.on}T12:00", "text": text}


def _photo(mark: Mark, addresses: Addresses) -> Document:
    return {
        "text": f"{view_word(mark.code)} · {site_word(mark.detail or '')}",
        "url": addresses.photo(mark.public_id),
        "image": addresses.thumbnail(mark.public_id),
    }


def _volume(mark: Mark, _addresses: Addresses) -> Document:
    amount = f"{mark.amount:.1f} mL" if mark.amount is not None else ""
    return {"text": f"{mark.code}: {amount} · {word(MODALITIES, mark.detail)}"}


def _skin(mark: Mark, _addresses: Addresses) -> Document:
    return {"text": f"{word(SKIN_COLOURS, mark.code)} · {word(FIRMNESSES, mark.detail)}"}


def _assessment(mark: Mark, addresses: Addresses) -> Document:
    return {
        "text": f"{mark.code} · {word(CATEGORIES, mark.code)}",
        "label": mark.code,
        "url": addresses.assessment(mark.public_id),
    }


def _event(mark: Mark, _addresses: Addresses) -> Document:
    grade = f"{mark.amount:f}" if mark.amount is not None else ""
    return {"text": f"{mark.code} · {_('grade %(grade)s', grade=grade)}", "label": grade}


def _treatment(mark: Mark, _addresses: Addresses) -> Document:
    return {"text": f"{word(TREATMENTS, mark.code)}: {mark.detail}"}


def _message(mark: Mark, _addresses: Addresses) -> Document:
    return {"text": f"{word(MESSAGE_KINDS, mark.code)} · {word(MESSAGE_STATES, mark.detail)}"}


def _slot(on: date, half: Half) -> str:
    return f"{on}T{_HOUR[half]}"


def _wall(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""


def _drawn(value: Decimal | None) -> float | None:
    """A number for the eye alone: the words beside it keep every digit."""
    return None if value is None else float(value)

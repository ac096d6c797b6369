"""The course of a child as a file: what the page shows, one happening a line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Response

from clinician.course_view import CourseView, Track
from clinician.dose_strip import look
from domain.diary import SlotState
from exports.csv_file import csv_bytes
from services.order_history import given_mg
from services.review import Review
from services.review_marks import Mark, MarkKind
from web.formats import plain_amount

# codes, not words: the file is for a program and for the next ten years
HEADINGS: Final = (
    "study_number",
    "track",
    "from_local",
    "until_local",
    "code",
    "value",
    "unit",
    "detail",
    "more",
    "rule_version",
)
Line = tuple[str, ...]

_MARKS: Final[Mapping[Track, tuple[MarkKind, str]]] = {
    Track.VOLUMES: (MarkKind.VOLUME, "mL"),
    Track.SKIN: (MarkKind.SKIN, ""),
    Track.PHOTOS: (MarkKind.PHOTO, ""),
    Track.EVENTS: (MarkKind.GRADE, "CTCAE grade"),
    Track.ASSESSMENTS: (MarkKind.ASSESSMENT, ""),
    Track.TREATMENTS: (MarkKind.TREATMENT, ""),
    Track.VISITS: (MarkKind.VISIT, ""),
    Track.MESSAGES: (MarkKind.MESSAGE, ""),
}


def course_csv(review: Review, view: CourseView, zone: ZoneInfo) -> Response:
    """The tracks that the view shows; its name holds the study number and the days."""
    number = review.participant.study_number
    lines = (
        (number, *line)
        for track in Track
        if track in view.tracks
        for line in _of(track, review, zone)
    )
    name = f"{number}_{view.first_on}_{view.last_on}.csv"
    return Response(
        csv_bytes(HEADINGS, lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _of(track: Track, review: Review, zone: ZoneInfo) -> Iterable[Line]:
    written: Mapping[Track, Callable[[Review, ZoneInfo], Iterable[Line]]] = {
        Track.ORDERS: _orders,
        Track.DOSES: _doses,
        Track.LEVELS: _levels,
        Track.LABS: _labs,
    }
    if track in written:
        return written[track](review, zone)
    kind, unit = _MARKS[track]
    return (_mark(track, mark, unit, zone) for mark in review.marks_of(kind))


def _orders(review: Review, _zone: ZoneInfo) -> Iterator[Line]:
    for row in review.orders:
        until = f"{row.until_on} {row.until_half}" if row.until_on else ""
        mg = given_mg(row)
        amount = plain_amount(mg) if mg is not None else ""
        millilitres = f"{plain_amount(row.given_ml)} mL" if row.given_ml is not None else ""
        slot = f"{row.from_on} {row.from_half}"
        unit = "mg" if amount else ""
        yield (
            "orders",
            slot,
            until,
            row.kind,
            amount,
            unit,
            millilitres,
            row.reason,
            row.rule_version,
        )


def _doses(review: Review, zone: ZoneInfo) -> Iterator[Line]:
    for state in review.states:
        yield _dose(state, review, zone)


def _dose(state: SlotState, review: Review, zone: ZoneInfo) -> Line:
    dose = state.doses[0] if state.doses else None
    millilitres = state.order.ml if state.order else None
    ordered = plain_amount(millilitres) if millilitres is not None else ""
    return (
        "doses",
        f"{state.slot.on} {state.slot.half}",
        "",
        look(state, review.protocol.slots),
        ordered,
        "mL ordered" if ordered else "",
        _wall(dose.taken_at, zone) if dose else "",
        _wall(dose.entered_at, zone) if dose else "",
        review.protocol.key,
    )


def _levels(review: Review, zone: ZoneInfo) -> Iterator[Line]:
    for judged in review.levels:
        row = judged.row
        value = f"<{row.below_loq:f}" if row.below_loq is not None else f"{row.value:f}"
        reasons = " ".join(judged.verdict.reasons) if judged.verdict else ""
        at, by = _wall(row.drawn_at, zone), "overruled" if judged.overrule else ""
        rule = review.protocol.key
        yield ("levels", at, "", judged.headline, value, "ng/mL", reasons, by, rule)


def _labs(review: Review, zone: ZoneInfo) -> Iterator[Line]:
    for sample in review.labs:
        row = sample.row
        value = f"{'' if row.comparator == '=' else row.comparator}{row.value:f}"
        limits = f"{_plain(row.reference_low)}..{_plain(row.reference_high)}"
        at = _wall(row.drawn_at, zone)
        yield ("labs", at, "", row.analyte, value, row.unit, limits, row.laboratory or "", "")


def _mark(track: Track, mark: Mark, unit: str, zone: ZoneInfo) -> Line:
    start = mark.on.isoformat() if mark.on else _wall(mark.at, zone)
    value = f"{mark.amount:f}" if mark.amount is not None else ""
    unit = unit if value else ""
    end = _day(mark.until)
    return (
        track.value,
        start,
        end,
        mark.code,
        value,
        unit,
        mark.detail or "",
        mark.extra or "",
        "",
    )


def _plain(amount: object) -> str:
    return "" if amount is None else f"{amount:f}"


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _wall(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""

"""The participant page in words: the facts on top and the tables beside the time axis."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.amounts import places
from clinician.assessment_words import CATEGORIES
from clinician.course_view import CourseView
from clinician.dose_strip import STATE_WORDS, MonthLine, months, remarkable
from clinician.presenters_labs import label_of, result_cell, unit_word
from clinician.presenters_levels import DoseLine, LevelCard, interval_text, level_card
from clinician.result_words import (
    FIRMNESSES,
    HALVES,
    MESSAGE_KINDS,
    MESSAGE_STATES,
    METHODS,
    MODALITIES,
    OUTCOMES,
    REPLIES,
    SKIN_COLOURS,
    TREATMENTS,
    VISIT_STATES,
    word,
)
from clinician.timeline_data import Addresses
from clinician.visit_words import visit_label
from clinician.work_words import MATTERS
from domain.adherence import Ratio
from domain.orders import OrderKind
from models.order import DoseOrder
from services.chart import Sample
from services.order_history import given_mg
from services.review import Review
from services.review_marks import Mark, MarkKind
from web.formats import day, decimal, millilitres, moment, plain_amount, short_day
from web.photo_words import site_word, view_word

_MOST_PHOTOS: Final = 12
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Facts:
    """The header: what one looks for first."""

    order: str
    order_note: str
    is_held: bool
    reweigh: bool
    weight: str
    weighed: str
    surface: str
    target: str
    taken: str
    taken_note: str
    on_time: str
    on_time_hours: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells of a table in the order of its headings; `url` opens the row, `amends` names the row
    that the form beside it corrects."""

    cells: tuple[str, ...]
    url: str = ""
    amends: str = ""


@dataclass(frozen=True, slots=True)
class PhotoThumb:
    url: str
    image: str
    caption: str


@dataclass(frozen=True, slots=True)
class LabTable:
    code: str
    label: str
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    orders: tuple[TableRow, ...]
    months: tuple[MonthLine, ...]
    state_words: tuple[str, ...]
    remarkable: tuple[DoseLine, ...]
    levels: tuple[LevelCard, ...]
    labs: tuple[LabTable, ...]
    volumes: tuple[TableRow, ...]
    skin: tuple[TableRow, ...]
    treatments: tuple[TableRow, ...]
    events: tuple[TableRow, ...]
    photos: tuple[PhotoThumb, ...]
    photo_count: int
    assessments: tuple[TableRow, ...]
    visits: tuple[TableRow, ...]
    messages: tuple[TableRow, ...]
    message_counts: tuple[TableRow, ...]
    alerts: str


def facts_of(review: Review) -> Facts:
    now, size, taking = review.order_now, review.size, review.adherence
    main = review.protocol.slots.on_time_hours
    return Facts(
        order=_order_text(now.row) if now else str(_("No order yet")),
        order_note=_order_note(review),
        is_held=now is not None and not now.is_dose,
        reweigh=now is not None and now.reweigh,
        weight=f"{decimal(size.weight_kg)} kg" if size else "–",
        weighed=day(size.measured_on) if size else "",
        surface=f"{size.bsa_m2:.2f} m²" if size else "–",
        target=f"{interval_text(review.arm.trough)} ng/mL" if review.arm else "–",
        taken=_percent(taking.observed.taking),
        taken_note=str(_("worst case %(percent)s", percent=_percent(taking.worst_case.taking))),
        on_time=_percent(taking.timing[main]) if main in taking.timing else "–",
        on_time_hours=decimal(main),
    )


def tables_of(review: Review, view: CourseView, addresses: Addresses, zone: ZoneInfo) -> Tables:
    rules = review.protocol.slots
    photos = review.marks_of(MarkKind.PHOTO)
    return Tables(
        orders=tuple(_order_row(row) for row in reversed(review.orders)),
        months=months(review.states, rules),
        state_words=tuple(str(words) for words in STATE_WORDS.values()),
        remarkable=remarkable(review.states, rules, zone),
        levels=tuple(level_card(judged, zone, review.protocol) for judged in review.levels),
        labs=tuple(_lab_table(code, review, zone) for code in view.labs),
        volumes=_rows(review, MarkKind.VOLUME, _volume),
        skin=_rows(review, MarkKind.SKIN, _skin),
        treatments=_rows(review, MarkKind.TREATMENT, _treatment),
        events=_rows(review, MarkKind.EVENT, _event),
        photos=tuple(_thumb(mark, addresses) for mark in reversed(photos[-_MOST_PHOTOS:])),
        photo_count=len(photos),
        assessments=tuple(
            _assessment(mark, review, addresses)
            for mark in reversed(review.marks_of(MarkKind.ASSESSMENT))
        ),
        visits=_visits(review),
        messages=_messages(review, zone),
        message_counts=_message_counts(review),
        alerts=_alerts(review),
    )


def _lab_table(code: str, review: Review, zone: ZoneInfo) -> LabTable:
    plan = review.protocol.lab(code)
    rows = tuple(_lab(sample, review, zone) for sample in reversed(review.labs_of(code)))
    return LabTable(code, f"{label_of(plan)} ({unit_word(plan.unit)})", rows)


def _percent(ratio: Ratio) -> str:
    """Whole percent with its numbers: 96 % (57.5 of 60)."""
    if ratio.fraction is None:
        return "–"
    percent = (ratio.fraction * 100).quantize(Decimal(1), ROUND_HALF_UP)
    # rounding must not make a miss invisible
    if percent == 100 and ratio.part < ratio.whole:
        percent = Decimal(99)
    of = _("%(part)s of %(whole)s", part=f"{ratio.part.normalize():f}", whole=ratio.whole)
    return f"{percent} % ({of})"


def _order_text(row: DoseOrder) -> str:
    if row.kind is OrderKind.HOLD:
        return str(_("On hold"))
    mg = given_mg(row)
    if row.kind is OrderKind.STOP or mg is None or row.given_ml is None:
        return str(_("Stopped"))
    return f"{plain_amount(mg)} mg · {millilitres(row.given_ml)}"


def _order_note(review: Review) -> str:
    now = review.order_now
    if now is None:
        return ""
    if now.is_dose and now.days is not None:
        return str(_("twice daily, day %(days)s on this dose", days=now.days))
    return str(_("since %(day)s: %(reason)s", day=day(now.row.from_on), reason=now.row.reason))


def _order_row(row: DoseOrder) -> TableRow:
    slot = f"{short_day(row.from_on)} {row.from_on.year} · {word(HALVES, row.from_half)}"
    dose = f"{places(row.dose_mg_per_m2, 4)} mg/m²" if row.dose_mg_per_m2 is not None else ""
    return TableRow((slot, _order_text(row), dose, row.reason))


def _lab(sample: Sample, review: Review, zone: ZoneInfo) -> TableRow:
    cell = result_cell(sample.row, review.protocol.lab(sample.row.analyte))
    result = f"{cell.mark} {cell.text}".strip()
    return TableRow((moment(sample.row.drawn_at, zone), result, cell.range, cell.converted))


def _rows(review: Review, kind: MarkKind, write: Any) -> tuple[TableRow, ...]:
    """The newest first; each can be corrected by the form of its kind."""
    return tuple(
        TableRow(write(mark), amends=str(mark.public_id or ""))
        for mark in reversed(review.marks_of(kind))
    )


def _volume(mark: Mark) -> tuple[str, ...]:
    amount = f"{mark.amount:.3f} mL" if mark.amount is not None else ""
    told = (word(MODALITIES, mark.detail), word(METHODS, mark.extra))
    return (_day(mark.on), mark.code, amount, ", ".join(told))


def _skin(mark: Mark) -> tuple[str, ...]:
    found = (word(SKIN_COLOURS, mark.code), word(FIRMNESSES, mark.detail))
    return (_day(mark.on), *found, mark.extra or "")


def _treatment(mark: Mark) -> tuple[str, ...]:
    return (_span(mark), word(TREATMENTS, mark.code), mark.detail or "")


def _event(mark: Mark) -> tuple[str, ...]:
    grade = f"{mark.amount:f}" if mark.amount is not None else ""
    serious = str(_("serious")) if mark.extra else ""
    return (_span(mark), mark.code, grade, word(OUTCOMES, mark.detail), serious)


def _thumb(mark: Mark, addresses: Addresses) -> PhotoThumb:
    caption = f"{view_word(mark.code)} · {site_word(mark.detail or '')} · {_day(mark.on)}"
    return PhotoThumb(addresses.photo(mark.public_id), addresses.thumbnail(mark.public_id), caption)


def _assessment(mark: Mark, review: Review, addresses: Addresses) -> TableRow:
    decided = f"{mark.code} · {word(CATEGORIES, mark.code)}"
    proposed = "" if mark.extra == mark.code else word(CATEGORIES, mark.extra)
    visit = visit_label(review.protocol, mark.detail or "")
    return TableRow(
        (_day(mark.on), visit, decided, proposed), url=addresses.assessment(mark.public_id)
    )


def _visits(review: Review) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            (
                _day(mark.on),
                mark.extra or visit_label(review.protocol, mark.code),
                word(VISIT_STATES, mark.detail),
            )
        )
        for mark in review.marks_of(MarkKind.VISIT)
    )


def _messages(review: Review, zone: ZoneInfo) -> tuple[TableRow, ...]:
    """What was sent and what came back, the newest first; ordinary reminders are only counted."""
    both = (*review.marks_of(MarkKind.MESSAGE), *review.marks_of(MarkKind.REPLY))
    newest_first = sorted(both, key=lambda mark: mark.at or _LONG_AGO, reverse=True)
    return tuple(_message(mark, zone) for mark in newest_first)


def _message(mark: Mark, zone: ZoneInfo) -> TableRow:
    at = moment(mark.at, zone) if mark.at else ""
    if mark.kind is MarkKind.REPLY:
        logged = _("in the diary") if mark.detail else _("not in the diary")
        return TableRow((at, f"{_('Reply')}: {word(REPLIES, mark.code)}", str(logged)))
    return TableRow((at, word(MESSAGE_KINDS, mark.code), word(MESSAGE_STATES, mark.detail)))


def _message_counts(review: Review) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            (
                word(MESSAGE_KINDS, mark.code),
                word(MESSAGE_STATES, mark.detail),
                f"{mark.amount:f}" if mark.amount is not None else "",
            )
        )
        for mark in review.marks_of(MarkKind.MESSAGES_OF_A_KIND)
    )


def _alerts(review: Review) -> str:
    """What nobody has answered yet: each kind of matter, and how many where there are several."""
    open_ones = (mark for mark in review.marks_of(MarkKind.ALERT) if mark.extra is None)
    counts = Counter(word(MATTERS, mark.code) for mark in open_ones).most_common()
    return " · ".join(f"{matter} ({n})" if n > 1 else matter for matter, n in counts)


def _span(mark: Mark) -> str:
    return f"{_day(mark.on)} – {_day(mark.until)}" if mark.until else _day(mark.on)


def _day(on: date | None) -> str:
    return day(on) if on else ""

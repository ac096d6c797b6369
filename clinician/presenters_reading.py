"""Masked readings for the study team: rows, choices and the workings of kappa, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from clinician.reading_words import AGAINST_BASELINE, ANSWERS, LOOKS, STATES
from clinician.visit_words import visit_label
from domain.agreement import Kappa, decimal_of
from domain.masked_answers import (
    FIRST,
    SECOND,
    THIRD,
    CaseState,
    Comparison,
    against_baseline,
    needs_third,
)
from domain.protocol import Protocol
from models.photo import Photo
from services.masked_readers import Reader
from services.masked_results import CaseLine, ReadersAgreement, SeatLine
from services.photo_pairs import PhotoPair
from web.formats import day
from web.photo_words import site_word, view_word

Protocols = Mapping[str, Protocol]
_HUNDREDTHS, _FINE = Decimal("0.01"), Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One reader of a case: who, whether read, and after unmasking what."""

    seat: str
    name: str
    state: str
    said: str
    baseline: str
    note: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a row of the list."""

    case_id: UUID
    url: str
    child: str
    visit: str
    what: str
    days: str
    look: str
    state: str
    readers: tuple[ReaderRow, ...]
    consensus: str
    rule_version: str
    is_complete: bool
    is_unmasked: bool
    may_name_third: bool


@dataclass(frozen=True, slots=True)
class PairChoice:
    """A pair that can be ticked."""

    value: str
    number: str
    label: str
    detail: str
    photos: tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class KappaWords:
    """Kappa with its interval and workings, as text."""

    n: int
    value: str
    interval: str
    observed: str
    expected: str
    standard_error: str


@dataclass(frozen=True, slots=True)
class AgreementWords:
    share: str
    plain: KappaWords
    weighted: KappaWords
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    rule_versions: str

    @property
    def number_heads(self) -> list[tuple[str, str]]:
        """Headings of the table's columns of numbers."""
        return [(head, "number") for head in self.heads]


def case_rows(lines: Iterable[CaseLine], protocols: Protocols) -> list[CaseRow]:
    return [case_row(line, protocols) for line in lines]


def case_row(line: CaseLine, protocols: Protocols) -> CaseRow:
    return CaseRow(
        case_id=line.case.public_id,
        url=url_for("clinician.reading_case", case=line.case.public_id),
        child=line.child.study_number,
        visit=visit_label(protocols[line.child.protocol_key], line.case.visit_code),
        what=_what(line.baseline),
        days=_days(line.baseline, line.followup),
        look=LOOKS[line.state],
        state=str(STATES[line.state]),
        readers=tuple(_reader(seat, line) for seat in line.seats),
        consensus="" if line.consensus is None else str(AGAINST_BASELINE[line.consensus]),
        rule_version=line.case.rule_version,
        is_complete=line.state is CaseState.COMPLETE,
        is_unmasked=line.state is CaseState.UNMASKED,
        may_name_third=_may_name_third(line),
    )


def pair_choices(pairs: Iterable[PhotoPair], protocols: Protocols) -> list[PairChoice]:
    return [_choice(pair, protocols) for pair in pairs]


def reader_options(readers: Sequence[Reader]) -> list[tuple[str, str]]:
    """Readers to choose from; who cannot be masked is left out and named apart."""
    return [
        (str(reader.account.public_id), reader.account.display_name)
        for reader in readers
        if reader.is_masked
    ]


def agreement_words(found: ReadersAgreement) -> AgreementWords:
    categories = [Comparison(code) for code in found.plain.categories]
    heads = tuple(str(ANSWERS[each]) for each in categories)
    return AgreementWords(
        share=_percent(found.plain.share),
        plain=_kappa(found.plain.plain),
        weighted=_kappa(found.weighted),
        heads=heads,
        rows=tuple(zip(heads, found.plain.table, strict=True)),
        rule_versions=", ".join(found.rule_versions),
    )


def _reader(seat: SeatLine, line: CaseLine) -> ReaderRow:
    return ReaderRow(
        seat=_seat_word(seat.seat),
        name=seat.reader,
        state=_seat_state(seat, line),
        said="" if seat.said is None else str(AGAINST_BASELINE[seat.said]),
        baseline=_sides(seat),
        note=seat.note or "",
    )


def _seat_state(seat: SeatLine, line: CaseLine) -> str:
    """Masked: read or waiting. A third stays "if needed" until it has read, so that nothing tells
    before whether the others disagree."""
    if seat.is_locked:
        return str(STATES[CaseState.COMPLETE])
    if seat.seat == THIRD:
        is_settled = line.state is CaseState.UNMASKED and not needs_third(line.said)
        return str(_("not needed") if is_settled else _("if needed"))
    return str(STATES[CaseState.WAITING])


def _sides(seat: SeatLine) -> str:
    """What was on which side, and the words that were really chosen."""
    if seat.said is None or seat.baseline_is_left is None:
        return ""
    told = against_baseline(seat.said, baseline_is_left=seat.baseline_is_left)
    if seat.baseline_is_left:
        return str(_("baseline on the left; right: “%(word)s”", word=ANSWERS[told]))
    return str(_("baseline on the right; right: “%(word)s”", word=ANSWERS[told]))


def _seat_word(seat: int) -> str:
    words = {FIRST: _("First reader"), SECOND: _("Second reader"), THIRD: _("Third reader")}
    return str(words[seat])


def _may_name_third(line: CaseLine) -> bool:
    open_states = {CaseState.WAITING, CaseState.NEEDS_THIRD}
    return line.state in open_states and all(seat.seat != THIRD for seat in line.seats)


def _choice(pair: PhotoPair, protocols: Protocols) -> PairChoice:
    label = visit_label(protocols[pair.child.protocol_key], pair.visit.code)
    days = _days(pair.baseline, pair.followup)
    outside = _("outside of the visit's window")
    photos = (pair.baseline.public_id, pair.followup.public_id)
    return PairChoice(
        value="~".join(map(str, (pair.child.public_id, pair.visit.code, *photos))),
        number=pair.child.study_number,
        label=f"{pair.child.study_number} · {label} · {_what(pair.baseline)}",
        detail=f"{days} · {outside}" if pair.is_outside_window else days,
        photos=photos,
    )


def _what(photo: Photo) -> str:
    return f"{view_word(photo.view)} · {site_word(photo.body_site)}"


def _days(baseline: Photo, followup: Photo) -> str:
    return f"{day(baseline.shown_on)} → {day(followup.shown_on)}"


def _kappa(kappa: Kappa) -> KappaWords:
    interval = "–"
    if kappa.low is not None and kappa.high is not None:
        low, high = (_minus(_short(bound, _HUNDREDTHS)) for bound in (kappa.low, kappa.high))
        interval = _("%(low)s to %(high)s", low=low, high=high)
    error: Any = kappa.standard_error
    return KappaWords(
        n=kappa.n,
        value=_rounded(kappa.value, _HUNDREDTHS),
        interval=interval,
        observed=_rounded(kappa.observed, _FINE),
        expected=_rounded(kappa.expected, _FINE),
        standard_error="–" if error is None else str(_short(error, _FINE)),
    )


def _rounded(share: Fraction | None, places: Decimal) -> str:
    return "–" if share is None else _minus(_short(decimal_of(share), places))


def _short(number: Decimal, places: Decimal) -> Decimal:
    """Rounded as on paper: a tie goes away from zero."""
    return number.quantize(places, ROUND_HALF_UP)


def _minus(number: Decimal) -> str:
    """Zero has no sign, and a negative number the sign of its own."""
    text = format(number + 0, "f")
    return text.replace("-", "\N{MINUS SIGN}") if number else text.lstrip("-")


def _percent(share: Fraction | None) -> str:
    if share is None:
        return "–"
    return f"{_short(decimal_of(share) * 100, Decimal('0.1'))} %"

"""A proposed assessment in words: each domain with its why and the evidence it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _

from clinician.assessment_words import CATEGORIES, DOMAINS, FLAGS, STATES, VIEWS, why
from clinician.presenters_labs import result_cell, unit_word
from clinician.result_words import FIRMNESSES, METHODS, MODALITIES, SKIN_COLOURS, TREATMENTS, word
from domain.protocol import Protocol
from domain.response import Overall, ResponseResult
from domain.response_flags import Flag
from domain.response_score import DomainScore, DomainState
from domain.response_views import SensitivityViews
from models.photo import Photo
from models.tumour import SkinFinding, Treatment, TumourVolume
from services.assessment_draft import Draft
from services.chart import Chart, Sample, Tumour, is_transfusion
from web.formats import NO_BREAK, day
from web.photo_words import site_word, view_word

LOOKS: Final = {
    DomainState.COMPLETE: "check",
    DomainState.PARTIAL: "half",
    DomainState.NONE: "cross",
    DomainState.MISSING: "question",
    DomainState.NOT_APPLICABLE: "ring",
    DomainState.CONTRADICTORY: "warning",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of evidence: what it is, and what it says."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class DomainCard:
    code: str
    name: str
    state: str
    state_word: str
    icon: str
    score: int | None
    why: str


@dataclass(frozen=True, slots=True)
class TreatmentTick:
    """A treatment of the chart; a transfusion can be counted or not."""

    public_id: UUID
    text: str
    is_transfusion: bool


@dataclass(frozen=True, slots=True)
class PhotoSide:
    public_id: UUID
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rule's answer. `token` names it, so that nobody signs another than was seen."""

    code: str
    category: str
    provisional: bool
    domains: tuple[DomainCard, ...]
    flags: tuple[str, ...]
    views: tuple[Line, ...]
    token: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands beside the inputs of each group."""

    platelets: tuple[Line, ...]
    volume: tuple[Line, ...]
    fibrinogen: tuple[Line, ...]
    skin: tuple[Line, ...]
    lesions_differ: bool
    treatments: tuple[TreatmentTick, ...]
    photos: tuple[tuple[PhotoSide, PhotoSide], ...]


def proposal_of(result: ResponseResult, views: SensitivityViews) -> Proposal:
    return Proposal(
        code=result.category.value,
        category=word(CATEGORIES, result.category),
        provisional=result.provisional,
        domains=tuple(domain_card(score) for score in result.domains),
        flags=tuple(flag_text(flag) for flag in result.flags),
        views=(
            _view("labs_and_volume", views.labs_and_volume),
            _view("volume_only", views.volume_only),
            with_counts(_view("durable_platelets", views.durable_platelets), _pair(views)),
        ),
        token=token_of(result),
        needs_reason=result.needs_reason,
    )


def token_of(result: ResponseResult) -> str:
    """Category and flags in a few letters."""
    flags = ",".join(f"{flag.code}:{flag.domain or ''}" for flag in result.flags)
    return f"{result.category}|{result.provisional}|{flags}"


def domain_card(score: DomainScore) -> DomainCard:
    numbers = {number.what.value: f"{number.amount:f}" for number in score.numbers}
    return DomainCard(
        code=score.domain.value,
        name=word(DOMAINS, score.domain),
        state=score.state.value,
        state_word=word(STATES, score.state),
        icon=LOOKS[score.state],
        score=score.score,
        why=why(score.why, numbers),
    )


def flag_text(flag: Flag) -> str:
    """Platelets: transfusion shortly before the sample."""
    said = word(FLAGS, flag.code)
    return f"{word(DOMAINS, flag.domain)}: {said}" if flag.domain else said


def evidence_of(offered: Draft, protocol: Protocol) -> Evidence:
    chart = offered.chart
    return Evidence(
        platelets=_samples(chart.platelets, chart.platelets_baseline, protocol),
        fibrinogen=_samples(chart.fibrinogen, chart.fibrinogen_baseline, protocol),
        volume=(*_lesions(_("Now"), chart.tumour), *_lesions(_("Baseline"), chart.tumour_baseline)),
        skin=_skin(chart),
        lesions_differ=chart.lesions_differ,
        treatments=tuple(_treatment(row) for row in chart.treatments),
        photos=tuple(_sides(pair.first, pair.newest) for pair in chart.photos),
    )


def _view(name: str, overall: Overall) -> Line:
    category = word(CATEGORIES, overall.category)
    text = _("%(category)s (provisional)", category=category) if overall.provisional else category
    return Line(word(VIEWS, name), str(text))


def with_counts(line: Line, pair: Sequence[tuple[str, date]]) -> Line:
    """The view of lasting platelets with the two counts (10⁹/L) that it rests on."""
    told = ", ".join(f"{count}{NO_BREAK}×10⁹/L ({day(on)})" for count, on in pair)
    none = _("no two high counts far enough apart, without a transfusion before")
    return Line(line.label, f"{line.text} · {told or none}")


def _pair(views: SensitivityViews) -> list[tuple[str, date]]:
    found = views.durable
    pair = (found.earlier, found.later) if found else ()
    return [(f"{one.count:f}", one.on) for one in pair]


def _samples(now: Sample | None, baseline: Sample | None, protocol: Protocol) -> tuple[Line, ...]:
    return (
        Line(str(_("Now")), _sample(now, protocol)),
        Line(str(_("Baseline")), _sample(baseline, protocol)),
    )


def _sample(sample: Sample | None, protocol: Protocol) -> str:
    if sample is None:
        return str(_("nothing in the chart"))
    plan = protocol.lab(sample.row.analyte)
    cell = result_cell(sample.row, plan)
    amount = f"{cell.mark} {cell.text} {unit_word(plan.unit)}".strip()
    told = (amount, cell.converted, cell.range)
    return " · ".join([part for part in told if part] + [day(sample.on)])


def _lesions(label: Any, tumour: Tumour) -> Iterable[Line]:
    if not tumour.lesions:
        yield Line(str(label), str(_("nothing in the chart")))
    for row in tumour.lesions:
        yield Line(f"{label} · {row.lesion}", volume_text(row))


def volume_text(row: TumourVolume) -> str:
    """9.425 mL (15 × 40 × 30 mm) · MRI · Dr Reader · 3 May 2026."""
    sides: Sequence[Any] = (row.length_mm, row.width_mm, row.height_mm)
    known = [f"{side:f}" for side in sides if side is not None]
    measured = f"({' × '.join(known)} mm)" if known else word(METHODS, row.method)
    amount = f"{row.volume_ml:.3f} mL {measured}"
    return " · ".join((amount, word(MODALITIES, row.modality), row.reader, day(row.measured_on)))


def _skin(chart: Chart) -> tuple[Line, ...]:
    if chart.skin is not None:
        return (Line(str(_("Now")), skin_text(chart.skin)),)
    nothing = Line(str(_("Now")), str(_("nothing in the window of this visit")))
    if chart.all_deep:
        deep = _("every lesion is noted as deep: nothing to see or to palpate")
        return (nothing, Line(str(_("Lesions")), str(deep)))
    if chart.skin_before is None:
        return (nothing,)
    return (nothing, Line(str(_("Before")), skin_text(chart.skin_before)))


def skin_text(row: SkinFinding) -> str:
    told = (word(SKIN_COLOURS, row.colour), word(FIRMNESSES, row.firmness), row.note or "")
    return " · ".join([part for part in told if part] + [day(row.examined_on)])


def _treatment(row: Treatment) -> TreatmentTick:
    days = day(row.started_on)
    if row.ended_on is not None and row.ended_on != row.started_on:
        days = f"{days} – {day(row.ended_on)}"
    text = f"{word(TREATMENTS, row.kind)}: {row.name}, {days}"
    return TreatmentTick(row.public_id, text, is_transfusion(row))


def _sides(first: Photo, newest: Photo) -> tuple[PhotoSide, PhotoSide]:
    return _side(first), _side(newest)


def _side(photo: Photo) -> PhotoSide:
    caption = f"{view_word(photo.view)} · {site_word(photo.body_site)} · {day(photo.shown_on)}"
    return PhotoSide(photo.public_id, caption, caption)

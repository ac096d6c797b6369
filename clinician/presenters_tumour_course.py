"""The course of a tumour as its page shows it: each volume against the baseline, with workings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext as _

from clinician.presenters_assessment import skin_text, volume_text
from clinician.result_words import METHODS, MODALITIES, word
from domain.percent import shown_percent
from domain.protocol import Protocol
from domain.tumour_course import Change
from models.tumour import Lesion, SkinFinding, TumourVolume
from services.tumour import VolumeMethod
from services.tumour_course import TumourView
from web.formats import day
from web.photo_words import site_word


@dataclass(frozen=True, slots=True)
class LesionLine:
    public_id: str
    name: str
    place: str
    kind: str
    noted: str
    note: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """`change` is words with ▲▼; `workings` the computation with its numbers."""

    on: str
    lesion: str
    volume: str
    how: str
    change: str
    looks_worse: bool
    remark: str
    workings: tuple[str, ...]
    amends: str


@dataclass(frozen=True, slots=True)
class TumourPage:
    lesions: tuple[LesionLine, ...]
    totals: tuple[ChangeLine, ...]
    volumes: tuple[ChangeLine, ...]
    findings: tuple[tuple[str, str], ...]
    baseline: str


def tumour_page(view: TumourView, protocol: Protocol) -> TumourPage:
    """The newest first."""
    course = view.course
    volumes = zip(view.volumes, course.lesions, strict=True)
    return TumourPage(
        lesions=tuple(_lesion(row) for row in view.lesions),
        totals=tuple(_total(change, view, protocol) for change in reversed(course.totals)),
        volumes=tuple(_volume(*pair, view, protocol) for pair in reversed(tuple(volumes))),
        findings=tuple(_finding(row) for row in reversed(view.findings)),
        baseline=_millilitres(course.baseline_ml) if course.baseline_ml is not None else "",
    )


def _lesion(row: Lesion) -> LesionLine:
    kind = _("deep: nothing to see or to palpate") if row.is_deep else _("to be seen or palpated")
    noted = day(row.noted_on)
    return LesionLine(
        str(row.public_id), row.name, site_word(row.body_site), str(kind), noted, row.note or ""
    )


def _finding(row: SkinFinding) -> tuple[str, str]:
    return str(row.public_id), skin_text(row)


def _volume(row: TumourVolume, change: Change, view: TumourView, protocol: Protocol) -> ChangeLine:
    first = view.course.baseline.get(row.lesion)
    workings = (_formula(row), *_comparison(change, first.volume_ml if first else None))
    how = ", ".join((word(MODALITIES, row.modality), word(METHODS, row.method), row.reader))
    is_first = first is not None and first.on == row.measured_on
    return ChangeLine(
        on=day(row.measured_on),
        lesion=row.lesion,
        volume=_millilitres(row.volume_ml),
        how=how,
        change=str(_("baseline")) if is_first else _percent(change.lost_percent, protocol),
        looks_worse=_is_progression(change, protocol),
        remark=_remark(change, protocol),
        workings=(volume_text(row), *workings, _rule(row.rule_version)),
        amends=str(row.public_id),
    )


def _total(change: Change, view: TumourView, protocol: Protocol) -> ChangeLine:
    measured = [row for row in view.volumes if row.measured_on == change.on]
    is_first = all(
        row.lesion in view.course.baseline and view.course.baseline[row.lesion].on == change.on
        for row in measured
    )
    parts = " + ".join(_millilitres(row.volume_ml) for row in measured)
    comparison = _comparison(change, view.course.baseline_ml)
    return ChangeLine(
        on=day(change.on),
        lesion=", ".join(row.lesion for row in measured),
        volume=_millilitres(change.volume_ml),
        how="",
        change=str(_("baseline")) if is_first else _percent(change.lost_percent, protocol),
        looks_worse=_is_progression(change, protocol),
        remark=_remark(change, protocol),
        workings=(f"{parts} = {_millilitres(change.volume_ml)}", *comparison, _rule(protocol.key)),
        amends="",
    )


def _formula(row: TumourVolume) -> str:
    if row.method != VolumeMethod.ELLIPSOID:
        return str(_("The sum of slices as the reader gave it."))
    sides: Sequence[Decimal | None] = (row.length_mm, row.width_mm, row.height_mm)
    product = " × ".join(f"{side:f}" for side in sides if side is not None)
    return f"π/6 × {product} mm³ ÷ 1000 = {_millilitres(row.volume_ml)}"


def _comparison(change: Change, before: Decimal | None) -> tuple[str, ...]:
    if change.lost_percent is None or before is None:
        return (str(_("No baseline of the same lesions: nothing to compare with.")),)
    then, now = _millilitres(before), _millilitres(change.volume_ml)
    return (f"({then} − {now}) ÷ {then} × 100",)


def _percent(lost: Fraction | None, protocol: Protocol) -> str:
    """Smaller or bigger, with enough digits to see on which side of each bound it is."""
    if lost is None:
        return "–"
    bounds = protocol.response.volume_reduction_percent
    limits = (bounds.complete_above, bounds.partial_above, -protocol.response.progression_percent)
    shown = shown_percent(lost, (*limits, Decimal(0)))
    if lost < 0:
        return str(_("▲ %(percent)s %% bigger", percent=f"{-shown:f}"))
    return str(_("▼ %(percent)s %% smaller", percent=f"{shown:f}"))


def _remark(change: Change, protocol: Protocol) -> str:
    said = []
    if change.how_changed:
        said.append(_("measured in another way than at baseline"))
    if _is_progression(change, protocol):
        said.append(_("progression: so much bigger is flagged"))
    return ", ".join(str(words) for words in said)


def _is_progression(change: Change, protocol: Protocol) -> bool:
    lost = change.lost_percent
    return lost is not None and -lost >= protocol.response.progression_percent


def _rule(version: str) -> str:
    return str(_("Rule: %(version)s", version=version))


def _millilitres(volume: Decimal) -> str:
    return f"{volume:.3f} mL"

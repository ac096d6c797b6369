"""Reading from the tables what an assessment rests on (see services/chart.py)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.slots import local_date
from models.laboratory import LabResult
from models.participant import Participant
from models.photo import Photo
from models.tumour import SkinFinding, Treatment, TumourVolume
from models.visit import Visit
from services.chart import (
    BASELINE,
    FIBRINOGEN,
    PLATELETS,
    Chart,
    PhotoPair,
    Sample,
    Tumour,
    is_transfusion,
)
from services.errors import NotFoundError
from services.lesions import lesions_of
from services.results import standing
from services.timetables import timetables

Fact = TypeVar("Fact", TumourVolume, SkinFinding, Treatment)


def read_chart(session: Session, participant: Participant, visit_code: str, now: datetime) -> Chart:
    """Read the chart for a visit of the child. Raises NotFoundError for a visit it has not."""
    visits = _visits(session, participant, visit_code)
    visit, baseline = visits.get(visit_code), visits.get(BASELINE)
    if visit is None:
        raise NotFoundError
    tables = timetables(session, participant.id)
    samples = [
        Sample(row, local_date(tables, row.drawn_at) if tables else row.drawn_at.date())
        for row in _labs(session, participant)
    ]
    counts = [sample for sample in samples if sample.row.analyte == PLATELETS]
    fibrinogen = [sample for sample in samples if sample.row.analyte == FIBRINOGEN]
    volumes = _standing(session, TumourVolume, participant)
    skin = sorted(
        (
            row
            for row in _standing(session, SkinFinding, participant)
            if row.examined_on <= visit.window_to
        ),
        key=lambda row: (row.examined_on, row.id),
    )
    in_window = [row for row in skin if row.examined_on >= visit.window_from]
    return Chart(
        visit=visit,
        baseline=baseline,
        today=local_date(tables, now) if tables else now.date(),
        platelets=_nearest(counts, visit),
        platelets_baseline=_last_before(counts, baseline),
        platelet_counts=tuple(counts),
        fibrinogen=_nearest(fibrinogen, visit),
        fibrinogen_baseline=_last_before(fibrinogen, baseline),
        tumour=_tumour_at(volumes, visit),
        tumour_baseline=_tumour_before(volumes, baseline),
        skin=in_window[-1] if in_window else None,
        skin_before=skin[-1] if skin and not in_window else None,
        treatments=_treatments(session, participant, visit, baseline),
        photos=_photo_pairs(session, participant, visit),
        all_deep=_all_deep(session, participant),
    )


def _all_deep(session: Session, participant: Participant) -> bool:
    lesions = lesions_of(session, participant.id)
    return bool(lesions) and all(row.is_deep for row in lesions)


def _visits(session: Session, participant: Participant, code: str) -> dict[str, Visit]:
    rows = session.scalars(
        select(Visit).where(
            Visit.participant_id == participant.id, Visit.code.in_([code, BASELINE])
        )
    )
    return {row.code: row for row in rows}


def _labs(session: Session, participant: Participant) -> list[LabResult]:
    rows = session.scalars(
        select(LabResult)
        .where(
            LabResult.participant_id == participant.id,
            LabResult.analyte.in_([PLATELETS, FIBRINOGEN]),
        )
        .order_by(LabResult.drawn_at, LabResult.id)
    )
    return standing(list(rows))


def _standing(session: Session, table: type[Fact], participant: Participant) -> list[Fact]:
    rows = session.scalars(
        select(table).where(table.participant_id == participant.id).order_by(table.id)
    )
    return standing(list(rows))


def _nearest(samples: Iterable[Sample], visit: Visit) -> Sample | None:
    """The sample in the visit's window that is nearest to its day; of two the later one. A number
    comes before a result beyond a limit ("<0.5"), which no rule can compute with."""
    day = visit.done_on or visit.on
    inside = [s for s in samples if visit.window_from <= s.on <= visit.window_to]
    return min(reversed(inside), key=lambda s: (s.number is None, abs(s.on - day)), default=None)


def _last_before(samples: Sequence[Sample], baseline: Visit | None) -> Sample | None:
    if baseline is None:
        return None
    before = [sample for sample in samples if sample.on <= baseline.window_to]
    return before[-1] if before else None


def _tumour_at(volumes: Iterable[TumourVolume], visit: Visit) -> Tumour:
    """For each lesion the measurement in the window that is nearest to the visit's day."""
    found: dict[str, TumourVolume] = {}
    day = visit.done_on or visit.on
    for row in sorted(volumes, key=lambda row: (row.measured_on, row.id)):
        if not visit.window_from <= row.measured_on <= visit.window_to:
            continue
        kept = found.get(row.lesion)
        if kept is None or abs(row.measured_on - day) <= abs(kept.measured_on - day):
            found[row.lesion] = row
    return Tumour(tuple(found[name] for name in sorted(found)))


def _tumour_before(volumes: Iterable[TumourVolume], baseline: Visit | None) -> Tumour:
    """For each lesion the last measurement before treatment."""
    if baseline is None:
        return Tumour(())
    found = {
        row.lesion: row
        for row in sorted(volumes, key=lambda row: (row.measured_on, row.id))
        if row.measured_on <= baseline.window_to
    }
    return Tumour(tuple(found[name] for name in sorted(found)))


def _treatments(
    session: Session, participant: Participant, visit: Visit, baseline: Visit | None
) -> tuple[Treatment, ...]:
    """Those going on between baseline and the end of the visit's window, and all transfusions up
    to then: one may have lifted a count from before the baseline."""
    since = baseline.on if baseline else visit.window_from
    return tuple(
        row
        for row in _standing(session, Treatment, participant)
        if row.started_on <= visit.window_to
        # a rescue therapy or a medicine without an end goes on
        and (is_transfusion(row) or (row.ended_on or date.max) >= since)
    )


def _photo_pairs(session: Session, participant: Participant, visit: Visit) -> tuple[PhotoPair, ...]:
    rows = session.scalars(
        select(Photo)
        .where(Photo.participant_id == participant.id, Photo.shown_on <= visit.window_to)
        .order_by(Photo.shown_on, Photo.id)
    )
    by_view: dict[tuple[str, str], list[Photo]] = {}
    for row in rows:
        by_view.setdefault((row.body_site, row.view), []).append(row)
    return tuple(_pair(photos) for _, photos in sorted(by_view.items()))


def _pair(photos: Sequence[Photo]) -> PhotoPair:
    """First and last of a view; photos that staff marked unusable only where there is no other."""
    usable = [photo for photo in photos if photo.unusable_reason is None] or photos
    return PhotoPair(usable[0], usable[-1])

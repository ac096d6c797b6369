"""The course of a child's tumour, read from the tables."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.tumour_course import Measured, TumourCourse, tumour_course
from models.participant import Participant
from models.tumour import Lesion, SkinFinding, TumourVolume
from models.visit import Visit
from services.chart import BASELINE
from services.lesions import lesions_of
from services.results import standing


@dataclass(frozen=True, slots=True)
class TumourView:
    """`volumes` and `findings` stand uncorrected, the earliest first."""

    lesions: tuple[Lesion, ...]
    volumes: tuple[TumourVolume, ...]
    findings: tuple[SkinFinding, ...]
    course: TumourCourse


def tumour_of(session: Session, participant: Participant) -> TumourView:
    """Lesions, measurements and findings of a child, in four queries."""
    of_child = {"participant_id": participant.id}
    volumes = standing(
        list(session.scalars(select(TumourVolume).filter_by(**of_child).order_by(TumourVolume.id)))
    )
    findings = standing(
        list(session.scalars(select(SkinFinding).filter_by(**of_child).order_by(SkinFinding.id)))
    )
    baseline = session.scalar(select(Visit.window_to).filter_by(**of_child, code=BASELINE))
    measured = [
        Measured(row.lesion, row.measured_on, row.volume_ml, row.method, row.modality)
        for row in volumes
    ]
    return TumourView(
        lesions=lesions_of(session, participant.id),
        volumes=tuple(sorted(volumes, key=lambda row: (row.measured_on, row.id))),
        findings=tuple(sorted(findings, key=lambda row: (row.examined_on, row.id))),
        course=tumour_course(measured, baseline),
    )

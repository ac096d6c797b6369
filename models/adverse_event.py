"""Adverse events with their grade history (CTCAE v4.03)."""

import enum
import uuid
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Addressable, Base, Recorded, one_of


class Relatedness(enum.StrEnum):
    UNRELATED = "unrelated"
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    DEFINITE = "definite"


class AdverseEvent(Addressable, Recorded, Base):
    """One event; its grades over time are rows of their own."""

    __tablename__ = "adverse_event"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    term: Mapped[str] = mapped_column(String(120))
    ctcae_version: Mapped[str] = mapped_column(String(8))
    verbatim: Mapped[str]
    source: Mapped[str] = mapped_column(String(16))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    is_serious: Mapped[bool]
    relatedness: Mapped[Relatedness] = mapped_column(one_of(Relatedness, "relatedness"))
    action: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(32))
    # which criteria of seriousness hold, as codes
    serious_criteria: Mapped[list[Any] | None]
    # the grade at baseline, where the finding was there before treatment
    baseline_grade: Mapped[int | None]


class AdverseEventChange(Recorded, Base):
    """A later change of an event's facts: old, new, and why."""

    __tablename__ = "adverse_event_change"
    __table_args__ = (UniqueConstraint("event_id", "client_id"),)

    client_id: Mapped[uuid.UUID]
    event_id: Mapped[int] = mapped_column(ForeignKey("adverse_event.id"), index=True)
    old: Mapped[dict[str, Any]]
    new: Mapped[dict[str, Any]]
    reason: Mapped[str]


class CandidateDecision(Recorded, Base):
    """What a clinician made of a proposed event: an adverse event, or none, with the reason.

    The proposal came from a laboratory result or from a symptom in the diary.
    """

    __tablename__ = "candidate_decision"
    __table_args__ = (
        UniqueConstraint("lab_result_id", "term"),
        UniqueConstraint("symptom_id", "term"),
        CheckConstraint("(lab_result_id IS NULL) <> (symptom_id IS NULL)", name="one_source"),
    )

    client_id: Mapped[uuid.UUID]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    lab_result_id: Mapped[int | None] = mapped_column(ForeignKey("lab_result.id"))
    symptom_id: Mapped[int | None] = mapped_column(ForeignKey("symptom_report.id"))
    term: Mapped[str] = mapped_column(String(120))
    # as drafted: "2", or "0-1" where the limit of normal is not known
    draft_grade: Mapped[str | None] = mapped_column(String(8))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("adverse_event.id"))
    reason: Mapped[str | None]
    rule_version: Mapped[str] = mapped_column(String(64))


class AdverseEventGrade(Recorded, Base):
    """The grade of an event from a day on."""

    __tablename__ = "adverse_event_grade"
    __table_args__ = (CheckConstraint("grade BETWEEN 1 AND 5", name="grade"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("adverse_event.id"), index=True)
    grade: Mapped[int]
    from_on: Mapped[date]

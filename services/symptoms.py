"""Symptoms that a family reports: the advice they get at once, and what the clinic is told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Channel
from domain.protocol import Protocol
from domain.symptoms import FEVER, NOT_SO, OTHER, Report, calls_clinic, fever_grade
from models.participant import Participant, ParticipantStatus
from models.symptom import SymptomReport
from services.actor import Actor, ActorKind, account_of
from services.alerts import Matter, raise_once
from services.alerts import matter as matter_of
from services.audit import Act, record
from services.errors import RefusedError
from services.local_today import today_of
from services.once import add_once
from services.results import amended_row, check_reason, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSymptom:
    """What somebody says of one symptom on one day. `language` is that of the page that answers;
    `amends` names the report that this one corrects, whose severity may then be "none"."""

    client_id: uuid.UUID
    kind: str
    severity: str
    noticed_on: date
    celsius: Decimal | None = None
    lasted_hours: Decimal | None = None
    note: str | None = None
    entered_at: datetime
    channel: Channel
    language: str
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """`advice` names the protocol's text to show, if there is one."""

    row: SymptomReport
    is_new: bool

    @property
    def advice(self) -> str | None:
        return advice_of(self.row)


def report_symptom(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidSymptom,
    *,
    protocol: Protocol,
    now: datetime,
) -> Reported:
    """Keep a report, or return the one the same form made before (trial.md §5).

    Raises RefusedError beside a field, NotFoundError for an unknown report to correct,
    ConflictError.
    """
    key = {"participant_id": participant.id, "client_id": said.client_id}
    is_known = session.scalar(select(SymptomReport.id).filter_by(**key)) is not None
    amended = None if is_known else amended_row(session, SymptomReport, participant, said.amends)
    if not is_known:
        _check(session, actor, participant, said, protocol=protocol, now=now)
    content = _content(said)
    row = SymptomReport(
        **key,
        **content,
        channel=said.channel,
        entered_at=said.entered_at,
        received_at=now,
        entered_by_id=account_of(actor),
        advice_shown=_advice(said, protocol),
        amends_id=amended.id if amended else None,
    )
    row, is_new = add_once(session, row, key, content)
    if is_new:
        _tell(session, actor, participant, row, protocol=protocol, now=now)
    return Reported(row, is_new)


def reports_of(session: Session, participant: Participant) -> Sequence[SymptomReport]:
    """All reports about the child, the newest day first; corrected ones too."""
    return session.scalars(
        select(SymptomReport)
        .where(SymptomReport.participant_id == participant.id)
        .order_by(SymptomReport.noticed_on.desc(), SymptomReport.id.desc())
    ).all()


def standing_reports(rows: Sequence[SymptomReport]) -> tuple[SymptomReport, ...]:
    """Those that nobody corrected, without those that were taken back."""
    return tuple(row for row in standing(list(rows)) if row.severity != NOT_SO)


def as_report(row: SymptomReport) -> Report:
    """A row as the rules see it."""
    return Report(row.kind, row.severity, row.noticed_on, row.celsius, row.lasted_hours)


def advice_of(row: SymptomReport) -> str | None:
    """The name of the text that was shown with a report."""
    return (row.advice_shown or "").partition("@")[0] or None


def _content(said: SaidSymptom) -> dict[str, object]:
    return {
        "kind": said.kind,
        "severity": said.severity,
        "celsius": said.celsius,
        "lasted_hours": said.lasted_hours,
        "noticed_on": said.noticed_on,
        "note": said.note,
        "amend_reason": said.amend_reason,
    }


def _check(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidSymptom,
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    is_carer = actor.kind is ActorKind.CARER
    if is_carer and participant.status is not ParticipantStatus.ACTIVE:
        raise RefusedError("diary_closed")
    check_reason(said.amends, said.amend_reason)
    _check_words(said, protocol)
    today = today_of(session, participant, now)
    if said.noticed_on > today:
        raise RefusedError("in_the_future", "noticed_on")
    if said.noticed_on < participant.born_on:
        raise RefusedError("symptom_before_birth", "noticed_on")
    if is_carer and said.noticed_on < today - timedelta(days=protocol.symptoms.back_days):
        raise RefusedError("too_long_ago", "noticed_on")


def _check_words(said: SaidSymptom, protocol: Protocol) -> None:
    if protocol.symptoms.kind(said.kind) is None:
        raise RefusedError("not_a_choice", "kind")
    known = {severity.code for severity in protocol.symptoms.severities}
    if said.severity not in known | ({NOT_SO} if said.amends else set()):
        raise RefusedError("not_a_choice", "severity")
    if said.kind == OTHER and not said.note:
        raise RefusedError("required", "note")
    _check_fever(said, protocol)


def _check_fever(said: SaidSymptom, protocol: Protocol) -> None:
    if said.celsius is not None and said.kind != FEVER:
        raise RefusedError("only_for_fever", "celsius")
    if said.celsius is not None and not protocol.plausible.fever_celsius.contains(said.celsius):
        raise RefusedError("temperature_impossible", "celsius")
    if said.lasted_hours is None:
        return
    if said.celsius is None:
        raise RefusedError("hours_need_temperature", "lasted_hours")
    if said.lasted_hours <= 0:
        raise RefusedError("out_of_range", "lasted_hours")


def _advice(said: SaidSymptom, protocol: Protocol) -> str | None:
    """The text to show, its version and its language, as a report keeps it."""
    kind = protocol.symptoms.kind(said.kind)
    report = Report(said.kind, said.severity, said.noticed_on, said.celsius, said.lasted_hours)
    if kind is None or not calls_clinic(report, kind, protocol.safety.fever_from_celsius):
        return None
    return f"{kind.advice}@{protocol.key}.{said.language}"


def _tell(
    session: Session,
    actor: Actor,
    participant: Participant,
    row: SymptomReport,
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    """The trail, and the clinic if it must know today."""
    act = Act(
        action="symptom.corrected" if row.amends_id else "symptom.reported",
        subject="symptom_report",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        new={
            "kind": row.kind,
            "severity": row.severity,
            "celsius": row.celsius,
            "noticed_on": row.noticed_on,
        },
        reason=row.amend_reason,
    )
    record(session, actor, act, now)
    kind = protocol.symptoms.kind(row.kind)
    if row.advice_shown is not None and kind is not None and kind.matter is not None:
        matter = _matter(row, kind.matter, protocol)
        raise_once(session, participant, matter, rule_version=protocol.key, now=now)


def _matter(row: SymptomReport, code: str, protocol: Protocol) -> Matter:
    """The same symptom of the same day is told again only when it is worse."""
    drafted = fever_grade(as_report(row), {row.noticed_on}, protocol.events.fever)
    weight = drafted.text if drafted else row.severity
    facts = {
        "symptom": row.kind,
        "noticed_on": row.noticed_on,
        "severity": row.severity,
        "celsius": row.celsius,
    }
    name = f"{row.kind}:{row.noticed_on.isoformat()}:{weight}"
    return matter_of(protocol, code, name, facts)

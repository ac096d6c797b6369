"""A child's visits as a calendar file (iCalendar, RFC 5545).

It lands in calendars that anybody may look over: no child, drug, illness or department, only that
there is an appointment. Days are whole days, since the study plans days. The UID of a visit never
changes and its SEQUENCE grows with each change, so that a file loaded again moves the old entry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.participant import Participant
from models.visit import Visit, VisitState
from services.visits import visits_of

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
LONGEST_LINE: Final = 75  # octets, without the line's end (RFC 5545 3.1)
_CHANGES: Final = ("visit.marked", "visit.moved", "visit.planned_again")


@dataclass(frozen=True, slots=True)
class _Revision:
    """How often a visit was changed, and when last."""

    number: int
    at: datetime


def calendar_file(session: Session, participant: Participant, *, summary: str) -> bytes:
    """All visits of the child; missed ones as cancelled. `summary` is what each is called."""
    visits = visits_of(session, participant.id)
    revisions = _revisions(session, participant, visits)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Appointments//EN",
        "CALSCALE:GREGORIAN",
        *(line for visit in visits for line in _event(visit, revisions[visit.id], summary)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(visit: Visit, revision: _Revision, summary: str) -> Iterator[str]:
    on = visit.done_on or visit.on
    yield "BEGIN:VEVENT"
    yield f"UID:{visit.public_id}"
    yield f"DTSTAMP:{_instant(revision.at)}"
    yield f"SEQUENCE:{revision.number}"
    yield f"DTSTART;VALUE=DATE:{_day(on)}"
    yield f"DTEND;VALUE=DATE:{_day(on + timedelta(days=1))}"
    yield f"SUMMARY:{_text(summary)}"
    yield f"STATUS:{'CANCELLED' if visit.state is VisitState.MISSED else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _revisions(
    session: Session, participant: Participant, visits: Sequence[Visit]
) -> Mapping[int, _Revision]:
    """From the audit trail: marking and moving name the visit, planning anew means all of them."""
    rows = session.execute(
        select(AuditEntry.subject_id, func.count(), func.max(AuditEntry.at))
        .where(
            AuditEntry.participant_id == participant.id,
            AuditEntry.subject == "visit",
            AuditEntry.action.in_(_CHANGES),
        )
        .group_by(AuditEntry.subject_id)
    )
    changes = {visit_id: (number, at) for visit_id, number, at in rows}
    return {visit.id: _revision(visit, changes) for visit in visits}


def _revision(visit: Visit, changes: Mapping[int | None, tuple[int, datetime]]) -> _Revision:
    own = [changes[key] for key in (visit.id, None) if key in changes]
    at = max([visit.recorded_at, *(at for _, at in own)])
    return _Revision(sum(number for number, _ in own), at)


def _folded(line: str) -> bytes:
    """A line in UTF-8, folded so that no part is longer than 75 octets and no character is cut."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        # a folded part begins with the blank that says so
        if len(part) + len(octets) > LONGEST_LINE:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"


def _text(text: str) -> str:
    """As a TEXT value: what has a meaning there is escaped (RFC 5545 3.3.11)."""
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _day(on: date) -> str:
    return on.strftime("%Y%m%d")

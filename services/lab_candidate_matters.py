"""Draft grades from laboratory results that nobody decided on, as matters for the clinic.

They are worked out when results or decisions change, not each time the worklist is read: grading
needs all results of a child. There is at most one open matter for each urgency of a child.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.protocol_worklist import WorklistRules
from models.attention import Alert, Urgency
from models.participant import Participant
from services.alert_ends import end_itself
from services.alerts import Matter, stand
from services.audit import plain
from services.candidates import Candidate, open_lab_candidates

LAB_CANDIDATES: Final = "lab_candidates"


def tell_lab_candidates(
    session: Session, participant: Participant, *, protocol: Protocol, now: datetime
) -> None:
    """Raise, bring up to date or end the child's matters of this kind. Doing it twice changes
    nothing."""
    waiting = _by_urgency(session, participant, protocol)
    rows = {row.urgency: row for row in _open_rows(session, participant)}
    for urgency in Urgency:
        found, row = waiting.get(urgency, ()), rows.get(urgency)
        if found and row is not None:
            row.facts = plain(_facts(found))
        elif found:
            # one that ended and comes back is another matter: it waits from now on
            name = f"{urgency}:{max(found, key=_since).evidence_id}"
            matter = Matter(LAB_CANDIDATES, name, urgency, _facts(found))
            stand(session, participant, matter, since=now, now=now)
        elif row is not None:
            end_itself(session, row, now=now)
    session.flush()


def still_waits(
    session: Session, participant: Participant, row: Alert, *, protocol: Protocol
) -> bool:
    """Is anything left to decide of what this open matter tells? A moved baseline visit may have
    made a draft no worse than before treatment."""
    return row.urgency in _by_urgency(session, participant, protocol)


def _by_urgency(
    session: Session, participant: Participant, protocol: Protocol
) -> Mapping[Urgency, list[Candidate]]:
    found: dict[Urgency, list[Candidate]] = {}
    for one in open_lab_candidates(session, participant, protocol):
        found.setdefault(_urgency(one, protocol.worklist), []).append(one)
    return found


def _urgency(candidate: Candidate, rules: WorklistRules) -> Urgency:
    """Where a result leaves several grades open, the worst of them counts."""
    span = candidate.draft.span if candidate.draft else None
    return Urgency(rules.urgency_of_grade(span.most if span else 0))


def _open_rows(session: Session, participant: Participant) -> Iterable[Alert]:
    return session.scalars(
        select(Alert).where(
            Alert.participant_id == participant.id,
            Alert.code == LAB_CANDIDATES,
            Alert.acknowledged_at.is_(None),
        )
    ).all()


def _facts(found: Iterable[Candidate]) -> dict[str, object]:
    """The newest first."""
    drafts = [
        {"term": one.term, "grade": one.grade, "on": one.started_on}
        for one in sorted(found, key=_since, reverse=True)
    ]
    return {"count": len(drafts), "drafts": drafts}


def _since(candidate: Candidate) -> tuple[object, str]:
    return candidate.started_on, str(candidate.evidence_id)

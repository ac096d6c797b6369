"""Correction requests with what an investigator needs to decide them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Entry, sort_out
from models.account import Account
from models.dose import CorrectionRequest, CorrectionState, DoseEntry
from models.participant import Participant
from models.site import Site
from services.diary import entry_of


@dataclass(frozen=True, slots=True)
class CorrectionCase:
    """What is asked, by whom, and what the diary says of the slot now (empty: nothing)."""

    request: CorrectionRequest
    child: Participant
    site: Site
    asked_by: str
    standing: tuple[Entry, ...]


def open_cases(session: Session, site_ids: Sequence[int]) -> tuple[CorrectionCase, ...]:
    """What waits for a decision at these sites, the oldest first, in two queries."""
    rows = session.execute(
        select(CorrectionRequest, Participant, Site, Account.display_name)
        .join(Participant, Participant.id == CorrectionRequest.participant_id)
        .join(Site, Site.id == Participant.site_id)
        .join(Account, Account.id == CorrectionRequest.asked_by_id)
        .where(Participant.site_id.in_(site_ids), CorrectionRequest.state == CorrectionState.ASKED)
        .order_by(CorrectionRequest.asked_at, CorrectionRequest.id)
    ).all()
    entries = _entries(session, [row[0] for row in rows])
    return tuple(
        CorrectionCase(request, child, site, name, _standing(request, entries))
        for request, child, site, name in rows
    )


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """What was asked, and who decided what."""

    request: CorrectionRequest
    child: Participant
    site: Site
    decided_by: str


def decided_cases(
    session: Session, site_ids: Sequence[int], *, at_most: int
) -> tuple[DecidedCase, ...]:
    """What was decided at these sites, the newest first, in one query."""
    rows = session.execute(
        select(CorrectionRequest, Participant, Site, Account.display_name)
        .join(Participant, Participant.id == CorrectionRequest.participant_id)
        .join(Site, Site.id == Participant.site_id)
        .join(Account, Account.id == CorrectionRequest.decided_by_id)
        .where(Participant.site_id.in_(site_ids), CorrectionRequest.state != CorrectionState.ASKED)
        .order_by(CorrectionRequest.decided_at.desc(), CorrectionRequest.id.desc())
        .limit(at_most)
    ).all()
    return tuple(DecidedCase(*row) for row in rows)


def _entries(session: Session, requests: Sequence[CorrectionRequest]) -> Sequence[DoseEntry]:
    """Everything said about the children's days in question."""
    return session.scalars(
        select(DoseEntry)
        .where(
            DoseEntry.participant_id.in_({one.participant_id for one in requests}),
            DoseEntry.slot_on.in_({one.slot_on for one in requests}),
        )
        .order_by(DoseEntry.received_at, DoseEntry.id)
    ).all()


def _standing(request: CorrectionRequest, entries: Sequence[DoseEntry]) -> tuple[Entry, ...]:
    of_child = [row for row in entries if row.participant_id == request.participant_id]
    told = sort_out(entry_of(row) for row in of_child).standing
    return tuple(
        entry
        for entry in told
        if (entry.slot.on, entry.slot.half) == (request.slot_on, request.half)
    )

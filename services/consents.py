"""Consent of the guardians, assent of the child: which version, who, when, and taken back when."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.eligibility import may_consent_alone
from domain.protocol import Protocol
from models.consent import Consent, ConsentKind
from models.participant import Participant, Relation
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, RefusedError
from services.once import add_once, first_result
from services.results import amended_row, check_reason, standing
from services.site_day import today_at_site

_ABOUT_CONSENT: Final = frozenset({ConsentKind.CONSENT, ConsentKind.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidConsent:
    """`given_by` is the person's name as signed. The note says why a child could not be asked.

    `amends` is the public id of the record that this one corrects, with the reason.
    """

    client_id: uuid.UUID
    kind: ConsentKind
    document_version: str
    given_by: str
    relation: Relation
    given_on: date
    note: str | None = None
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What stands: the newest word of the guardians, and what was said of the child's assent."""

    newest: Consent | None
    assent: Consent | None

    @property
    def is_withdrawn(self) -> bool:
        return self.newest is not None and self.newest.kind is ConsentKind.WITHDRAWN


def record_consent(
    session: Session,
    actor: Actor,
    child: Participant,
    said: SaidConsent,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[Consent, bool]:
    """Keep what was signed or taken back (True), or return an earlier arrival of it (False).

    Raises ForbiddenError, ConflictError, NotFoundError for an unknown `amends`, and RefusedError
    beside the field. Taking consent back ends nothing by itself: services.withdrawal does.
    """
    if not may(actor, Permission.ENROL, child.site_id):
        raise ForbiddenError(Permission.ENROL)
    key = {"participant_id": child.id, "client_id": said.client_id}
    content = _content(said)
    earlier = first_result(session, Consent, key, content)
    if earlier is not None:
        return earlier, False
    _check_day(session, child, said, now)
    _check(session, child, said, protocol)
    amended = amended_row(session, Consent, child, said.amends)
    row = Consent(
        **key,
        **content,
        amends_id=amended.id if amended else None,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    row, is_new = add_once(session, row, key, content)
    if is_new:
        _audit(session, actor, child, row, now=now)
    return row, is_new


def consents_of(session: Session, child: Participant) -> Sequence[Consent]:
    """Everything recorded, the newest first, what was corrected too."""
    return session.scalars(
        select(Consent).where(Consent.participant_id == child.id).order_by(Consent.id.desc())
    ).all()


def consent_state(session: Session, child: Participant) -> ConsentState:
    """What stands now. A correction takes the place of what it corrects."""
    rows = list(consents_of(session, child))
    first_of = _first_ids(rows)
    in_order = sorted(
        standing(rows), key=lambda row: (row.given_on, first_of[row.id]), reverse=True
    )
    about = {kind: [row for row in in_order if _is_about(row, kind)] for kind in (True, False)}
    return ConsentState(newest=next(iter(about[True]), None), assent=next(iter(about[False]), None))


def _first_ids(rows: Sequence[Consent]) -> dict[int, int]:
    """For each row the one that it corrects, and so on back to the first: of one day's words the
    later one counts, and to correct an earlier one does not make it the later."""
    first_of: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: row.id):
        first_of[row.id] = row.id if row.amends_id is None else first_of[row.amends_id]
    return first_of


def _is_about(row: Consent, consent: bool) -> bool:
    return (row.kind in _ABOUT_CONSENT) is consent


def _content(said: SaidConsent) -> dict[str, Any]:
    return {
        "kind": said.kind,
        "document_version": said.document_version,
        "given_by": said.given_by.strip(),
        "relation": said.relation,
        "given_on": said.given_on,
        "note": (said.note or "").strip() or None,
        "amend_reason": (said.amend_reason or "").strip() or None,
    }


def _check(session: Session, child: Participant, said: SaidConsent, protocol: Protocol) -> None:
    """What does not hang on the day. Raises RefusedError."""
    if said.document_version not in {document.code for document in protocol.consent.documents}:
        raise RefusedError("consent_version_unknown", "document_version")
    if not said.given_by.strip():
        raise RefusedError("required", "given_by")
    if said.kind is ConsentKind.ASSENT_NOT_POSSIBLE and not (said.note or "").strip():
        raise RefusedError("reason_needed", "note")
    of_age = may_consent_alone(child.born_on, said.given_on, protocol.consent)
    if said.kind in _ABOUT_CONSENT and said.relation is Relation.SELF and not of_age:
        raise RefusedError("guardian_must_consent", "relation")
    if said.kind is ConsentKind.WITHDRAWN and said.amends is None:
        _check_can_be_withdrawn(session, child, said)
    check_reason(said.amends, said.amend_reason)


def _check_day(session: Session, child: Participant, said: SaidConsent, now: datetime) -> None:
    if said.given_on > today_at_site(session, child.site_id, now):
        raise RefusedError("in_the_future", "given_on")
    if said.given_on < child.born_on:
        raise RefusedError("consent_before_birth", "given_on")


def _check_can_be_withdrawn(session: Session, child: Participant, said: SaidConsent) -> None:
    newest = consent_state(session, child).newest
    if newest is None or newest.kind is ConsentKind.WITHDRAWN:
        raise RefusedError("no_consent_to_withdraw")
    if said.given_on < newest.given_on:
        raise RefusedError("withdrawn_before_consent", "given_on")


def _audit(
    session: Session, actor: Actor, child: Participant, row: Consent, *, now: datetime
) -> None:
    """The name of who signed stays in the record; the trail is read by many."""
    names = ("kind", "document_version", "relation", "given_on", "note", "amends_id")
    new = {name: getattr(row, name) for name in names if getattr(row, name) is not None}
    reason = row.amend_reason
    act = Act("consent.recorded", "consent", row.id, child.id, child.site_id, None, new, reason)
    record(session, actor, act, now)
    session.flush()

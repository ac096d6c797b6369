"""Response assessments: prefilled from the chart, proposed by the rule, decided and signed."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.response import Category, ResponseResult
from domain.response_inputs import ResponseInputs
from models.assessment import Assessment
from models.participant import Participant
from services.actor import Actor, account_of
from services.assessment_draft import Draft, draft, propose
from services.assessment_record import (
    content_hash,
    evidence_document,
    inputs_document,
    proposal_document,
)
from services.audit import Act, record
from services.errors import RefusedError
from services.once import add_once, first_result
from services.results import amended_row, check_day, check_reason
from services.turns import take_turn

__all__ = [
    "GROUPS",
    "Draft",
    "Meaning",
    "SaidAssessment",
    "assessments_of",
    "changes",
    "check",
    "draft",
    "needs_reason",
    "propose",
    "sign",
]

# the inputs by the part of the page on which they are confirmed or changed, each with its reason
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "platelets": (
        "platelets",
        "platelets_on",
        "platelets_baseline",
        "platelets_lower_limit",
        "platelets_applicable",
    ),
    "volume": (
        "volume_ml",
        "volume_baseline_ml",
        "volume_applicable",
        "volume_method_changed",
        "modality_changed",
    ),
    "fibrinogen": (
        "fibrinogen",
        "fibrinogen_on",
        "fibrinogen_baseline",
        "fibrinogen_applicable",
    ),
    "skin": ("skin_colour", "firmness"),
    "treatments": ("transfusions", "rescue_therapy"),
}


class Meaning(StrEnum):
    """What a signature under an assessment says."""

    ASSESSED = "assessed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAssessment:
    """What a clinician signs: the inputs as confirmed or changed, with a reason for each group
    (`GROUPS`) that differs from the chart, and the category decided."""

    client_id: uuid.UUID
    visit_code: str
    inputs: ResponseInputs
    change_reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    decided: Category
    reason: str | None = None
    meaning: Meaning = Meaning.ASSESSED
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


def sign(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidAssessment,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[Assessment, bool]:
    """Store a signed assessment (True), or return what the same form signed before (False).

    The caller has made sure who signs: password and code again. Raises RefusedError
    `change_needs_reason` (field: the group), `reason_needed` where a flag, a decision other than
    the proposal, or a review demands one, `already_assessed`, `already_corrected`; ConflictError;
    NotFoundError.
    """
    key = {"participant_id": participant.id, "client_id": said.client_id}
    told = _told(said)
    earlier = first_result(session, Assessment, key, told)
    if earlier is not None:
        return earlier, False
    take_turn(session, participant)
    offered = draft(session, participant, said.visit_code, protocol, now=now)
    amended = check(session, participant, said, offered, protocol=protocol, now=now)
    row = Assessment(
        **key,
        **told,
        **_proposed(said, offered, protocol),
        signed_name=actor.name,
        signed_at=now.astimezone(UTC),
        signed_by_id=account_of(actor),
        amends_id=amended.id if amended else None,
    )
    row.content_hash = content_hash(row, participant.public_id)
    row, new = add_once(session, row, key, told)
    if new:
        _audit(session, actor, participant, row, now=now)
    return row, new


def _proposed(said: SaidAssessment, offered: Draft, protocol: Protocol) -> dict[str, Any]:
    """The columns that say what the rule made of the confirmed inputs, and what was changed."""
    proposal, views = propose(said.inputs, offered.chart, protocol)
    return {
        "proposal": proposal_document(proposal, views, evidence_document(offered.chart)),
        "changes": list(changes(offered.inputs, said)),
        "proposed": proposal.category,
        "provisional": proposal.provisional and said.decided is proposal.category,
        "rule_version": protocol.key,
    }


def check(
    session: Session,
    participant: Participant,
    said: SaidAssessment,
    offered: Draft,
    *,
    protocol: Protocol,
    now: datetime,
) -> Assessment | None:
    """May this be signed as it is? The assessment that it amends, if any; raises as `sign`.

    Pages ask before they ask for password and code.
    """
    proposal, _views = propose(said.inputs, offered.chart, protocol)
    check_day(said.inputs.assessed_on, now, field="assessed_on")
    _check_reasons(said, offered, proposal)
    return _amended(session, participant, said, offered)


def changes(chart: ResponseInputs, said: SaidAssessment) -> Iterator[dict[str, Any]]:
    """Each input that differs from the chart, with the reason given for its group."""
    offered, kept = inputs_document(chart), inputs_document(said.inputs)
    for group, names in GROUPS.items():
        for name in names:
            if getattr(chart, name) != getattr(said.inputs, name):
                yield {
                    "group": group,
                    "field": name,
                    "chart": offered[name],
                    "said": kept[name],
                    "reason": said.change_reasons.get(group, "").strip(),
                }


def needs_reason(proposal: ResponseResult, decided: Category) -> bool:
    """Must the decision be explained (trial.md §6)?"""
    return proposal.needs_reason or decided is not proposal.category or decided is Category.REVIEW


def assessments_of(session: Session, participant: Participant) -> tuple[Assessment, ...]:
    """All signed assessments of the child, amended ones too, in the order of signing."""
    return tuple(
        session.scalars(
            select(Assessment)
            .where(Assessment.participant_id == participant.id)
            .order_by(Assessment.signed_at, Assessment.id)
        )
    )


def _told(said: SaidAssessment) -> dict[str, Any]:
    """The columns that say what the clinician sent."""
    return {
        "visit_code": said.visit_code,
        "assessed_on": said.inputs.assessed_on,
        "inputs": inputs_document(said.inputs),
        "decided": said.decided,
        "reason": (said.reason or "").strip() or None,
        "signed_meaning": said.meaning.value,
        "amend_reason": said.amend_reason,
    }


def _check_reasons(said: SaidAssessment, offered: Draft, proposal: ResponseResult) -> None:
    for change in changes(offered.inputs, said):
        if not change["reason"]:
            raise RefusedError("change_needs_reason", f"{change['group']}_reason")
    if needs_reason(proposal, said.decided):
        check_reason(proposal, said.reason, field="reason")
    check_reason(said.amends, said.amend_reason)


def _amended(
    session: Session, participant: Participant, said: SaidAssessment, offered: Draft
) -> Assessment | None:
    """The assessment that this one replaces: a visit has one standing assessment."""
    amended = amended_row(session, Assessment, participant, said.amends)
    if offered.signed is not None and amended is None:
        raise RefusedError("already_assessed")
    if amended is not None and amended.visit_code != said.visit_code:
        raise RefusedError("other_visit")
    return amended


def _audit(
    session: Session, actor: Actor, participant: Participant, row: Assessment, *, now: datetime
) -> None:
    act = Act(
        action="assessment.amended" if row.amends_id else "assessment.signed",
        subject="assessment",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        old={"amends_id": row.amends_id} if row.amends_id else None,
        new={
            "visit_code": row.visit_code,
            "proposed": row.proposed,
            "decided": row.decided,
            "content_hash": row.content_hash,
        },
        reason=row.amend_reason or row.reason,
    )
    record(session, actor, act, now)

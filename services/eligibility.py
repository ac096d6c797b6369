"""The criteria of the protocol as answered for a child: a new check is a new row."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.eligibility import Answer, Judgement, judge
from domain.errors import DomainError
from domain.protocol import Protocol
from models.consent import EligibilityCheck
from models.participant import Allocation, Participant
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, RefusedError
from services.once import add_once, first_result
from services.site_day import today_at_site


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidEligibility:
    """Answers by the code of the criterion, as found on a day."""

    client_id: uuid.UUID
    checked_on: date
    answers: Mapping[str, Answer]
    note: str | None = None


def check_eligibility(
    session: Session,
    actor: Actor,
    child: Participant,
    said: SaidEligibility,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[EligibilityCheck, bool]:
    """Keep the answers and what they come to (True), or return an earlier arrival of them (False).

    Raises ForbiddenError, ConflictError, RefusedError: `required`, `unknown_criterion` or
    `answer_contradicts_age` beside the criterion, `checked_on_impossible`, and
    `already_randomised`: what stood when the child was randomised is not answered again.
    """
    if not may(actor, Permission.ENROL, child.site_id):
        raise ForbiddenError(Permission.ENROL)
    key = {"participant_id": child.id, "client_id": said.client_id}
    content: dict[str, Any] = {
        "checked_on": said.checked_on,
        "answers": {code: answer.value for code, answer in said.answers.items()},
        "note": said.note or None,
    }
    earlier = first_result(session, EligibilityCheck, key, content)
    if earlier is not None:
        return earlier, False
    _check(session, child, said, now)
    judgement = judged(child, said, protocol)
    row = EligibilityCheck(
        **key,
        **content,
        is_eligible=judgement.is_eligible,
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    row, is_new = add_once(session, row, key, content)
    if is_new:
        record(session, actor, replace(_act(row, judgement), site_id=child.site_id), now)
    return row, is_new


def judged(child: Participant, said: SaidEligibility, protocol: Protocol) -> Judgement:
    """What the answers come to. Raises RefusedError beside the criterion."""
    rules = protocol.eligibility
    try:
        return judge(said.answers, rules, born_on=child.born_on, on=said.checked_on)
    except DomainError as error:
        code = "required" if error.code == "unanswered" else error.code
        raise RefusedError(code, str(error.details["criterion"])) from error


def failed_criteria(row: EligibilityCheck, child: Participant, protocol: Protocol) -> Sequence[str]:
    """The codes of the criteria that a kept check did not meet."""
    answers = {code: Answer(value) for code, value in row.answers.items()}
    rules = protocol.eligibility
    return judge(answers, rules, born_on=child.born_on, on=row.checked_on).failed


def checks_of(session: Session, child: Participant) -> Sequence[EligibilityCheck]:
    """All checks of a child, the newest first: the first one counts."""
    return session.scalars(
        select(EligibilityCheck)
        .where(EligibilityCheck.participant_id == child.id)
        .order_by(EligibilityCheck.id.desc())
    ).all()


def _check(session: Session, child: Participant, said: SaidEligibility, now: datetime) -> None:
    today = today_at_site(session, child.site_id, now)
    if not child.born_on <= said.checked_on <= today:
        raise RefusedError("checked_on_impossible", "checked_on")
    allocated = select(Allocation.id).where(Allocation.participant_id == child.id)
    if session.scalar(allocated) is not None:
        raise RefusedError("already_randomised")


def _act(row: EligibilityCheck, judgement: Judgement) -> Act:
    names = ("checked_on", "answers", "is_eligible", "rule_version")
    new = {name: getattr(row, name) for name in names} | {"failed": judgement.failed}
    return Act("eligibility.checked", "eligibility_check", row.id, row.participant_id, new=new)

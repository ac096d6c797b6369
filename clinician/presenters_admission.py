"""The way into the study and out of it, in words and rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clinician.admission_words import (
    ANSWERS,
    CONSENT_KINDS,
    METHODS,
    STATUSES,
    obstacle_anchor,
)
from clinician.place import Place
from clinician.work_words import RELATIONS
from domain.eligibility import Answer, asks_assent
from domain.protocol_randomisation import CriterionKind
from models.consent import Consent, ConsentKind, EligibilityCheck
from models.participant import Allocation, ParticipantStatus
from services.access import Permission
from services.consents import ConsentState, consent_state, consents_of
from services.eligibility import checks_of
from services.people import names_of
from services.randomisation import allocation_of, readiness
from services.site_day import today_at_site
from web.sentences import sentence


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One criterion with its answer; `fits` says whether the answer lets the child in."""

    words: str
    is_inclusion: bool
    answer: str
    fits: bool


@dataclass(frozen=True, slots=True)
class CheckCard:
    """One eligibility check."""

    checked_on: date
    is_eligible: bool
    rows: tuple[AnswerRow, ...]
    note: str
    by: str
    at: datetime
    rule_version: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    kind: str
    is_withdrawal: bool
    version: str
    given_by: str
    relation: str
    given_on: date
    note: str
    by: str
    at: datetime
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class AllocationCard:
    number: str
    stratum: str
    method: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AdmissionPage:
    """`obstacles` are (sentence, where on the page it is cleared away)."""

    check: CheckCard | None
    older_checks: tuple[CheckCard, ...]
    consents: tuple[ConsentRow, ...]
    state: ConsentState
    needs_assent: bool
    allocation: AllocationCard | None
    stratum: str
    has_list: bool
    obstacles: tuple[tuple[str, str], ...]
    status: str
    is_active: bool
    may_enrol: bool
    may_randomise: bool


def admission_page(place: Place) -> AdmissionPage:
    session, child = place.session, place.child
    checks, consents = checks_of(session, child), consents_of(session, child)
    allocation = allocation_of(session, child)
    recorders = [row.recorded_by_id for row in checks] + [row.recorded_by_id for row in consents]
    names = names_of(session, [*recorders, allocation.recorded_by_id if allocation else None])
    cards = [_check_card(place, row, names) for row in checks]
    ready = readiness(session, child, protocol=place.protocol, now=place.now)
    today = today_at_site(session, child.site_id, place.now)
    return AdmissionPage(
        check=cards[0] if cards else None,
        older_checks=tuple(cards[1:]),
        consents=tuple(_consent_row(row, consents, names) for row in consents),
        state=consent_state(session, child),
        needs_assent=asks_assent(child.born_on, today, place.protocol.consent),
        allocation=_allocation_card(allocation, names) if allocation else None,
        stratum=ready.stratum,
        has_list=ready.has_list,
        obstacles=tuple((sentence(code), obstacle_anchor(code)) for code in ready.obstacles),
        status=str(STATUSES[child.status]),
        is_active=child.status is ParticipantStatus.ACTIVE,
        may_enrol=place.may(Permission.ENROL),
        may_randomise=place.may(Permission.RANDOMISE),
    )


def _check_card(place: Place, row: EligibilityCheck, names: dict[int, str]) -> CheckCard:
    return CheckCard(
        checked_on=row.checked_on,
        is_eligible=row.is_eligible,
        rows=tuple(_answer_rows(place, row.answers)),
        note=row.note or "",
        by=names.get(row.recorded_by_id, ""),
        at=row.recorded_at,
        rule_version=row.rule_version,
    )


def _answer_rows(place: Place, answers: dict[str, Any]) -> list[AnswerRow]:
    rows: list[AnswerRow] = []
    for criterion in place.protocol.eligibility.criteria:
        if criterion.code not in answers:
            continue
        answer = Answer(answers[criterion.code])
        is_inclusion = criterion.kind == CriterionKind.INCLUSION
        fits = (answer is Answer.YES) is is_inclusion
        words = place.text(criterion.words)
        rows.append(AnswerRow(words, is_inclusion, str(ANSWERS[answer]), fits))
    return rows


def _consent_row(row: Consent, all_rows: Sequence[Consent], names: dict[int, str]) -> ConsentRow:
    return ConsentRow(
        kind=str(CONSENT_KINDS[row.kind]),
        is_withdrawal=row.kind is ConsentKind.WITHDRAWN,
        version=row.document_version,
        given_by=row.given_by,
        relation=str(RELATIONS[row.relation]),
        given_on=row.given_on,
        note=" · ".join(text for text in (row.note, row.amend_reason) if text),
        by=names.get(row.recorded_by_id, ""),
        at=row.recorded_at,
        is_corrected=any(other.amends_id == row.id for other in all_rows),
    )


def _allocation_card(row: Allocation, names: dict[int, str]) -> AllocationCard:
    return AllocationCard(
        number=row.randomisation_number,
        stratum=row.stratum or "",
        method=str(METHODS[row.method]),
        by=names.get(row.recorded_by_id, ""),
        at=row.recorded_at,
    )

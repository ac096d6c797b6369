"""Correction requests in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

from clinician.presenters_orders import slot_words
from clinician.presenters_worklist import page_of
from clinician.work_words import DECISIONS
from domain.entries import Entry, Outcome
from models.dose import CorrectionRequest
from services.correction_view import CorrectionCase, DecidedCase
from web.formats import clock, millilitres, moment

TOLD: Final[Mapping[Outcome, Any]] = {
    Outcome.GIVEN: _("given"),
    Outcome.PARTIAL: _("given partly"),
    Outcome.VOMITED: _("vomited"),
    Outcome.MISSED: _("missed"),
    Outcome.RETRACTED: _("take the entry out"),
}


@dataclass(frozen=True, slots=True)
class RequestCard:
    """One request: what the diary says and what is asked."""

    request: CorrectionRequest
    case: CorrectionCase
    url: str
    slot: str
    asked: str
    now: str
    zone: ZoneInfo


def request_cards(cases: Sequence[CorrectionCase]) -> list[RequestCard]:
    return [_card(case) for case in cases]


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One request that was decided."""

    number: str
    url: str
    slot: str
    asked: str
    decision: str
    reason: str
    who: str


def decided_rows(cases: Sequence[DecidedCase]) -> list[DecidedRow]:
    return [_decided(case) for case in cases]


def _decided(case: DecidedCase) -> DecidedRow:
    request, zone = case.request, ZoneInfo(case.site.time_zone)
    at = request.decided_at
    return DecidedRow(
        number=case.child.study_number,
        url=page_of(case.child),
        slot=slot_words(request.slot_on, request.half),
        asked=_asked(request, zone),
        decision=str(DECISIONS[request.state]),
        reason=request.decision_reason or "",
        who=f"{case.decided_by}, {moment(at, zone)}" if at else case.decided_by,
    )


def _card(case: CorrectionCase) -> RequestCard:
    request, zone = case.request, ZoneInfo(case.site.time_zone)
    standing = [_entry_words(entry, zone) for entry in case.standing]
    return RequestCard(
        request=request,
        case=case,
        url=page_of(case.child),
        slot=slot_words(request.slot_on, request.half),
        asked=_asked(request, zone),
        now="; ".join(standing) or str(_("nothing")),
        zone=zone,
    )


def _asked(request: CorrectionRequest, zone: ZoneInfo) -> str:
    words = _words(request.outcome, request.taken_at, request.given_ml, zone)
    second = str(_("a second dose, beside the other"))
    return f"{words} ({second})" if request.is_second_dose else words


def _entry_words(entry: Entry, zone: ZoneInfo) -> str:
    return _words(entry.outcome, entry.taken_at, entry.ml, zone)


def _words(outcome: Outcome, at: datetime | None, ml: Decimal | None, zone: ZoneInfo) -> str:
    """ "given partly, 08:04, 0.2 mL"."""
    parts = [str(TOLD[outcome])]
    if at is not None:
        parts.append(clock(at, zone))
    if ml is not None:
        parts.append(millilitres(ml))
    return ", ".join(parts)

"""Passing on what nobody answered, worked out from the facts by the notifier (ux.md, worklist).

Any number of notifiers may do this at once: a row is raised under its unique key, ended or passed
on only from the state in which it was seen.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lateness import hours
from domain.protocol_worklist import TriggerKind
from models.attention import Alert
from models.participant import Participant
from models.site import Site
from services.actor import SYSTEM
from services.alert_ends import change_open, end_itself
from services.alert_history import AlertStep, add_step, last_touched
from services.alerts import Matter, stand
from services.audit import Act, record
from services.derived_matters import Found
from services.growth import has_outgrown_order
from services.lab_candidate_matters import LAB_CANDIDATES, still_waits
from services.matters import OpenMatters, open_matters, urgency_of
from services.matters_of_results import REWEIGH
from services.protocols import Protocols

_SITES: Final = select(Site.id).order_by(Site.id)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a round did."""

    raised: int = 0
    ended: int = 0
    escalated: int = 0


def sites(session: Session) -> tuple[int, ...]:
    """All sites (database ids): a commit can follow each."""
    return tuple(session.scalars(_SITES))


def sweep(session: Session, site_id: int, protocols: Protocols, *, now: datetime) -> Tally:
    """Give what the facts say its row, end rows whose fact is gone, pass on what nobody answered.

    Doing it twice changes nothing. Children whose protocol is not loaded: KeyError.
    """
    matters = open_matters(session, (site_id,), protocols, now=now)
    raised = [_raise(session, found, protocols, now) for found in matters.found]
    settled = [row for row in matters.alerts if _has_caught_up(session, row, protocols)]
    ended = sum(end_itself(session, row, now=now) for row in (*matters.gone, *settled))
    alerts = [row for row in (*matters.alerts, *raised) if row not in settled]
    escalated = _escalate(session, replace(matters, alerts=tuple(alerts)), protocols, now)
    return Tally(len(raised), ended, escalated)


def _raise(session: Session, found: Found, protocols: Protocols, now: datetime) -> Alert:
    child = session.get_one(Participant, found.child.id)
    urgency = urgency_of(found, protocols[child.protocol_key])
    matter = Matter(found.code, found.name, urgency, found.facts)
    return stand(session, child, matter, since=found.since, now=now)


def _has_caught_up(session: Session, row: Alert, protocols: Protocols) -> bool:
    """Does the order fit the child's size again, is no draft grade left to decide on?"""
    if row.code not in {REWEIGH, LAB_CANDIDATES}:
        return False
    child = session.get_one(Participant, row.participant_id)
    protocol = protocols[child.protocol_key]
    if row.code == REWEIGH:
        return not has_outgrown_order(session, child, protocol=protocol)
    return not still_waits(session, child, row, protocol=protocol)


def _escalate(session: Session, matters: OpenMatters, protocols: Protocols, now: datetime) -> int:
    """From exactly the hours of the study file on; each act on a matter starts them again."""
    children = {child.id: child for child in matters.children}
    touched = last_touched(session, [row.id for row in matters.alerts])
    passed_on = 0
    for row in matters.alerts:
        child = children[row.participant_id]
        rules = protocols[child.protocol_key].worklist
        if not child.is_active and rules.kind_of(row.code) is not TriggerKind.CLINICAL:
            continue
        quiet_since = max(row.raised_at, touched.get(row.id, row.raised_at))
        if now >= quiet_since + hours(rules.silence_hours(row.code, row.urgency)):
            passed_on += _pass_on(session, row, now)
    return passed_on


def _pass_on(session: Session, row: Alert, now: datetime) -> bool:
    times = row.escalations + 1
    if not change_open(session, row, {"escalations": times, "escalated_at": now}):
        return False
    add_step(session, row, AlertStep.ESCALATED, now=now)
    told = {"code": row.code, "escalations": times}
    act = Act("alert.escalated", "alert", row.id, row.participant_id, row.site_id, new=told)
    record(session, SYSTEM, act, now)
    return True

"""What needs the clinic: raised alerts, and what can be seen from the facts (ux.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Entry, sort_out
from domain.level import Position, position
from domain.orders import OrderStep, order_at
from domain.protocol import Protocol
from domain.slots import nearest_slot
from models.attention import Alert, Urgency
from models.participant import Participant, ParticipantStatus
from services.access import Permission, may, sites_with
from services.actor import Actor, account_of
from services.alerts import Matter, raise_once
from services.audit import Act, record
from services.derived_matters import ENDED_BY_WORD, URGENCY, derived
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.protocols import Protocols
from services.site_facts import ChildFacts, facts_of_sites
from services.verdicts import reported_level


class AlertOutcome(StrEnum):
    """How a clinician ended a matter."""

    FAMILY_CALLED = "family_called"
    DOSE_CHANGED = "dose_changed"
    SEEN_AT_VISIT = "seen_at_visit"
    NOTHING_NEEDED = "nothing_needed"
    NOT_SO = "not_so"


_ORDER: Final = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One matter. `since` is when it began; `alert` is None while it was only read from facts."""

    key: str
    child: Participant
    code: str
    urgency: Urgency
    since: datetime
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    alert: Alert | None = None

    @property
    def can_be_acknowledged(self) -> bool:
        return self.alert is not None or self.code in ENDED_BY_WORD


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child of the site on one line."""

    facts: ChildFacts
    protocol: Protocol
    order: OrderStep | None
    last_dose: Entry | None
    position: Position | None
    items: tuple[WorkItem, ...]

    @property
    def child(self) -> Participant:
        return self.facts.child


@dataclass(frozen=True, slots=True)
class Worklist:
    """All children of the actor's sites, and all their matters, the most pressing first."""

    lines: tuple[ChildLine, ...]
    items: tuple[WorkItem, ...]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    outcome: AlertOutcome
    note: str = ""


def worklist(session: Session, actor: Actor, protocols: Protocols, *, now: datetime) -> Worklist:
    """Oldest unanswered first within each urgency. Eight queries, whatever the number of children.

    Children whose protocol file is not loaded are an error: KeyError.
    """
    sites = sites_with(actor, Permission.VIEW)
    week = timedelta(days=_look_back(protocols))
    found = facts_of_sites(
        session, sites, diary_from=(now - week).date(), kept_codes=tuple(ENDED_BY_WORD)
    )
    lines = tuple(_line(facts, protocols[facts.child.protocol_key], now) for facts in found)
    items = sorted(
        (item for line in lines for item in line.items),
        key=lambda item: (_ORDER.index(item.urgency), item.since),
    )
    return Worklist(lines, tuple(items))


def acknowledge(
    session: Session,
    actor: Actor,
    participant: Participant,
    key: str,
    *,
    said: Acknowledgement,
    protocols: Protocols,
    now: datetime,
) -> Alert:
    """End a matter with its outcome; saying the same again changes nothing.

    Raises ForbiddenError, NotFoundError, RefusedError `already_acknowledged`.
    """
    if not may(actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    alert = _alert(session, actor, participant, key, protocols=protocols, now=now)
    if alert.acknowledged_at is not None:
        if (alert.acknowledged_by_id, alert.outcome) == (actor.account_id, said.outcome.value):
            return alert
        raise RefusedError("already_acknowledged")
    alert.acknowledged_at, alert.acknowledged_by_id = now, account_of(actor)
    alert.outcome, alert.outcome_note = said.outcome.value, said.note.strip() or None
    session.flush()
    new = {"code": alert.code, "outcome": said.outcome}
    act = Act("alert.acknowledged", "alert", alert.id, participant.id, participant.site_id)
    record(session, actor, replace(act, new=new, reason=alert.outcome_note), now)
    return alert


def _alert(
    session: Session,
    actor: Actor,
    participant: Participant,
    key: str,
    *,
    protocols: Protocols,
    now: datetime,
) -> Alert:
    """The raised alert of this key; a matter read from facts becomes one now."""
    raised = select(Alert).where(Alert.key == key, Alert.participant_id == participant.id)
    row = session.scalar(raised.with_for_update())
    if row is not None:
        return row
    items = worklist(session, actor, protocols, now=now).items
    item = next((i for i in items if i.key == key and i.child.id == participant.id), None)
    if item is None or not item.can_be_acknowledged:
        raise NotFoundError
    code, _child, name = key.split(":", 2)
    matter = Matter(code, name, item.urgency, item.facts)
    version = participant.protocol_key
    row = raise_once(session, participant, matter, rule_version=version, now=item.since)
    return row or session.scalars(raised).one()


def _look_back(protocols: Protocols) -> int:
    return max(protocol.slots.alert_missed_in_days for protocol in protocols.values())


def _line(facts: ChildFacts, protocol: Protocol, now: datetime) -> ChildLine:
    order = _order_now(facts, now)
    items = _items(facts, protocol, now) if facts.child.status is ParticipantStatus.ACTIVE else ()
    return ChildLine(
        facts=facts,
        protocol=protocol,
        order=order,
        last_dose=_last_dose(facts),
        position=_position(facts, protocol),
        items=tuple(items),
    )


def _order_now(facts: ChildFacts, now: datetime) -> OrderStep | None:
    """The order of the slot nearest to now, or the first one still to come."""
    if not facts.timetables or not facts.orders:
        return None
    ruling = order_at(facts.orders, nearest_slot(facts.timetables, now).key)
    return ruling or min(facts.orders, key=lambda step: step.from_slot)


def _last_dose(facts: ChildFacts) -> Entry | None:
    doses = [entry for entry in sort_out(facts.entries).standing if entry.tells_a_dose]
    return max(doses, key=lambda entry: (entry.slot.number, entry.received_at), default=None)


def _position(facts: ChildFacts, protocol: Protocol) -> Position | None:
    if facts.level is None or facts.arm is None:
        return None
    return position(reported_level(facts.level), protocol.arm(facts.arm).trough)


def _items(facts: ChildFacts, protocol: Protocol, now: datetime) -> Iterator[WorkItem]:
    """Raised alerts that are open, then what the facts say and nobody has answered yet."""
    raised = {alert.key for alert in facts.alerts}
    for alert in facts.alerts:
        if alert.acknowledged_at is None:
            yield WorkItem(
                key=alert.key,
                child=facts.child,
                code=alert.code,
                urgency=alert.urgency,
                since=alert.raised_at,
                facts=alert.facts,
                alert=alert,
            )
    for code, name, since, told in derived(facts, protocol, now):
        key = f"{code}:{facts.child.id}:{name}"
        if key not in raised:
            yield WorkItem(key, facts.child, code, URGENCY[code], since, told)

"""The open matters of some sites: raised alerts, and what the facts say without being told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.protocol import Due, Protocol
from models.attention import Alert, Urgency
from services.alert_history import RESOLVED_ITSELF
from services.derived_matters import ENDS_ITSELF, Found, derived, silence
from services.matter_facts import Fact, facts_of
from services.protocols import Protocols
from services.site_children import SiteChild, children_of_sites, may_be_silent
from services.site_facts import diaries_of

URGENCIES: Final = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """`alerts` are open rows by child; `found` what the facts say that no row says yet; `gone`
    the open rows whose fact is no longer there."""

    children: tuple[SiteChild, ...]
    alerts: tuple[Alert, ...]
    found: tuple[Found, ...]
    gone: tuple[Alert, ...]


def open_matters(
    session: Session, site_ids: Collection[int], protocols: Protocols, *, now: datetime
) -> OpenMatters:
    """Everything that waits at these sites: three queries, three more where a child may be silent
    and one more where something was found. A child whose protocol is not loaded: KeyError."""
    children = children_of_sites(session, site_ids, now=now)
    rows = _open_alerts(session, site_ids)
    found = tuple(_found(session, site_ids, children, protocols=protocols, now=now))
    open_keys = _by_kind(rows)
    seen = {one.root: one for one in found}
    gone = tuple(row for row in rows if row.code in ENDS_ITSELF and not _is_seen(row, seen))
    fresh = [one for one in found if not _has_row(one, open_keys)]
    answered = _answered(session, [one.key for one in fresh])
    left = {row.id for row in gone}
    return OpenMatters(
        children=children,
        alerts=tuple(row for row in rows if row.id not in left),
        found=tuple(one for one in fresh if one.key not in answered),
        gone=gone,
    )


def urgency_of(found: Found, protocol: Protocol) -> Urgency:
    """As the study file says; what it does not name is a review."""
    trigger = protocol.worklist.trigger(found.code)
    return Urgency(trigger.urgency) if trigger else Urgency.REVIEW


def _found(
    session: Session,
    site_ids: Collection[int],
    children: Sequence[SiteChild],
    *,
    protocols: Protocols,
    now: datetime,
) -> Iterator[Found]:
    rules = [protocol.worklist for protocol in protocols.values()]
    by_child = facts_of(
        session,
        site_ids,
        look_back_days=max(rule.look_back_days for rule in rules),
        assessed_at=assessed_visits(protocols.values()),
        now=now,
    )
    for child in children:
        facts = by_child.get(child.id)
        if facts:
            yield from derived(child, facts, protocols[child.protocol_key], now)
    yield from _silent(session, children, by_child, protocols=protocols, now=now)


def _silent(
    session: Session,
    children: Sequence[SiteChild],
    by_child: Mapping[int, Sequence[Fact]],
    *,
    protocols: Protocols,
    now: datetime,
) -> Iterator[Found]:
    used = {child.protocol_key for child in children}
    candidates = [
        child
        for key in sorted(used)
        for child in may_be_silent(
            [one for one in children if one.protocol_key == key], protocols[key].slots, now
        )
    ]
    days = max((protocols[key].slots.alert_missed_in_days for key in used), default=0)
    since = (now - timedelta(days=days)).date()
    diaries = diaries_of(session, [child.id for child in candidates], since=since)
    for child in candidates:
        yield from silence(
            child,
            diaries[child.id],
            protocols[child.protocol_key],
            facts=by_child.get(child.id, ()),
            now=now,
        )


def assessed_visits(protocols: Iterable[Protocol]) -> frozenset[str]:
    """Codes of the visits that ask for a response assessment."""
    return frozenset(
        visit.code
        for protocol in protocols
        for visit in protocol.visits
        if Due.ASSESSMENT in visit.due
    )


def _open_alerts(session: Session, site_ids: Collection[int]) -> Sequence[Alert]:
    return session.scalars(
        select(Alert)
        .where(Alert.site_id.in_(site_ids), Alert.acknowledged_at.is_(None))
        .order_by(Alert.raised_at, Alert.id)
    ).all()


def _by_kind(rows: Iterable[Alert]) -> Mapping[tuple[str, int], Sequence[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in rows:
        found[row.code, row.participant_id].append(row.key)
    return found


def _has_row(found: Found, open_keys: Mapping[tuple[str, int], Sequence[str]]) -> bool:
    """Is there an open row of it, of this week or month or an earlier one?"""
    keys = open_keys.get((found.code, found.child.id), ())
    return any(_names(key, found.root) for key in keys)


def _is_seen(row: Alert, seen: Mapping[str, Found]) -> bool:
    return row.key in seen or row.key.rpartition(":")[0] in seen


def _names(key: str, root: str) -> bool:
    return root in (key, key.rpartition(":")[0])


def _answered(session: Session, keys: Sequence[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    by_somebody = or_(Alert.outcome.is_(None), Alert.outcome != RESOLVED_ITSELF)
    return frozenset(session.scalars(select(Alert.key).where(Alert.key.in_(keys), by_somebody)))

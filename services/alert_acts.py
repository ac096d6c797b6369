"""What a person does with a matter: answer it, take it, hand it over, note something, reopen it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account
from models.attention import Alert
from models.participant import Participant
from models.site import StaffGrant
from services.access import ROLE_PERMISSIONS, Permission, may
from services.actor import Actor, account_of
from services.alert_history import RESOLVED_ITSELF, AlertStep, add_step
from services.alerts import Matter, stand
from services.audit import Act, record
from services.derived_matters import ENDED_BY_WORK
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.protocols import Protocols
from services.worklist import items_of_site


class AlertOutcome(StrEnum):
    """How a clinician ended a matter."""

    FAMILY_CALLED = "family_called"
    DOSE_CHANGED = "dose_changed"
    SEEN_AT_VISIT = "seen_at_visit"
    NOTHING_NEEDED = "nothing_needed"
    NOT_SO = "not_so"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    outcome: AlertOutcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """`to` is the public id of a colleague of the site."""

    to: uuid.UUID
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A matter of a child and who acts on it; `key` names it, raised or only read from facts."""

    actor: Actor
    participant: Participant
    key: str
    protocols: Protocols
    now: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of a site who may act on its matters."""

    id: int
    public_id: uuid.UUID
    name: str


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

    Raises ForbiddenError, NotFoundError, RefusedError `already_acknowledged` or `ends_by_work`.
    """
    alert = matter_of(session, Scene(actor, participant, key, protocols, now))
    if alert.acknowledged_at is not None:
        if (alert.acknowledged_by_id, alert.outcome) == (actor.account_id, said.outcome.value):
            return alert
        raise RefusedError("already_acknowledged")
    if alert.code in ENDED_BY_WORK:
        raise RefusedError("ends_by_work")
    by, note = account_of(actor), said.note.strip() or None
    alert.acknowledged_at, alert.acknowledged_by_id = now, by
    alert.outcome, alert.outcome_note = said.outcome.value, note
    add_step(session, alert, AlertStep.ACKNOWLEDGED, now=now, by_id=by, note=note)
    _audit(session, actor, alert, {"outcome": said.outcome}, now=now, why=note)
    return alert


def take(session: Session, scene: Scene) -> Alert:
    """ "I do it": the matter is the actor's from now on. Raises like `acknowledge`."""
    alert = _open(session, scene)
    by = account_of(scene.actor)
    if alert.assigned_to_id != by:
        alert.assigned_to_id, alert.assigned_at = by, scene.now
        add_step(session, alert, AlertStep.TAKEN, now=scene.now, by_id=by, to_id=by)
        _audit(session, scene.actor, alert, {"assigned_to_id": by}, now=scene.now, did="taken")
    return alert


def hand_over(session: Session, scene: Scene, said: HandOver) -> Alert:
    """Give a matter to a colleague of the site.

    Raises like `acknowledge`, and RefusedError `not_a_colleague` at `to`.
    """
    alert = _open(session, scene)
    to = next((one for one in colleagues(session, alert.site_id) if one.public_id == said.to), None)
    if to is None:
        raise RefusedError("not_a_colleague", "to")
    by, note = account_of(scene.actor), said.note.strip() or None
    step = AlertStep.HANDED_OVER
    if add_step(session, alert, step, now=scene.now, by_id=by, to_id=to.id, note=note):
        alert.assigned_to_id, alert.assigned_at = to.id, scene.now
        new = {"assigned_to_id": to.id}
        _audit(session, scene.actor, alert, new, now=scene.now, did="handed_over", why=note)
    return alert


def add_note(session: Session, scene: Scene, note: str) -> Alert:
    """Keep some words and leave the matter open. RefusedError `required` at `note` for none."""
    alert = _open(session, scene)
    if not note.strip():
        raise RefusedError("required", "note")
    by = account_of(scene.actor)
    if add_step(session, alert, AlertStep.NOTED, now=scene.now, by_id=by, note=note.strip()):
        _audit(session, scene.actor, alert, {"note": note.strip()}, now=scene.now, did="noted")
    return alert


def reopen(session: Session, scene: Scene, note: str) -> Alert:
    """Make an answered matter wait again; an open one stays as it is. What ended by itself comes
    back by itself: RefusedError `ended_by_itself`. A reason is needed (`required` at `note`)."""
    alert = matter_of(session, scene)
    if alert.acknowledged_at is None:
        return alert
    if alert.outcome == RESOLVED_ITSELF:
        raise RefusedError("ended_by_itself")
    if not note.strip():
        raise RefusedError("required", "note")
    by, old = account_of(scene.actor), alert.outcome
    alert.acknowledged_at = alert.acknowledged_by_id = alert.outcome = alert.outcome_note = None
    why = note.strip()
    add_step(session, alert, AlertStep.REOPENED, now=scene.now, by_id=by, note=why)
    _audit(session, scene.actor, alert, {"ended_as": old}, now=scene.now, did="reopened", why=why)
    return alert


def colleagues(session: Session, site_id: int) -> tuple[Colleague, ...]:
    """Everybody who may act on the matters of a site now, by name."""
    roles = [role for role, able in ROLE_PERMISSIONS.items() if Permission.RECORD in able]
    rows = session.execute(
        select(Account.id, Account.public_id, Account.display_name)
        .join(StaffGrant, StaffGrant.account_id == Account.id)
        .where(
            StaffGrant.site_id == site_id,
            StaffGrant.revoked_at.is_(None),
            StaffGrant.role.in_(roles),
            Account.active,
        )
        .order_by(Account.display_name, Account.id)
        .distinct()
    )
    return tuple(Colleague(*row) for row in rows)


def matter_of(session: Session, scene: Scene) -> Alert:
    """The row of a matter, locked; one that was only read from facts gets its row now.

    Raises ForbiddenError for whoever may not act on it, NotFoundError.
    """
    participant = scene.participant
    if not may(scene.actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    raised = select(Alert).where(Alert.key == scene.key, Alert.participant_id == participant.id)
    row = session.scalar(raised.with_for_update())
    if row is not None and row.outcome != RESOLVED_ITSELF:
        return row
    items = items_of_site(session, participant.site_id, scene.protocols, now=scene.now)
    here = (one for one in items if one.key == scene.key and one.child.id == participant.id)
    item = next(here, None)
    if item is None and row is None:
        raise NotFoundError
    if item is None or item.alert is not None:
        return session.scalars(raised).one()
    name = item.key.split(":", 2)[2]
    matter = Matter(item.code, name, item.urgency, item.facts)
    return stand(session, participant, matter, since=item.since, now=scene.now)


def _open(session: Session, scene: Scene) -> Alert:
    alert = matter_of(session, scene)
    if alert.acknowledged_at is not None:
        raise RefusedError("already_acknowledged")
    return alert


def _audit(
    session: Session,
    actor: Actor,
    alert: Alert,
    new: Mapping[str, object],
    *,
    now: datetime,
    did: str = "acknowledged",
    why: str | None = None,
) -> None:
    act = Act(f"alert.{did}", "alert", alert.id, alert.participant_id, alert.site_id)
    told = {"code": alert.code, **new}
    record(session, actor, replace(act, new=told, reason=why), now)

"""The children somebody may see, page by page."""

import uuid
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.participant import Allocation, Guardianship, Participant
from models.site import Site
from services.access import Permission, sites_with
from services.actor import Actor, ActorKind
from services.errors import RefusedError


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A child with its site and arm; the arm is None before allocation."""

    child: Participant
    site: Site
    arm: str | None


@dataclass(frozen=True, slots=True)
class Roster:
    """One page, and whether another one follows."""

    lines: tuple[RosterLine, ...]
    has_more: bool


def roster(session: Session, actor: Actor, *, after: uuid.UUID | None = None, limit: int) -> Roster:
    """The children after the one named `after`, in the order of enrolment.

    Carers see their own, staff and machines those of their sites. Raises RefusedError
    `unknown_cursor` when `after` is no child of the actor's.
    """
    query = _visible(actor)
    if after is not None:
        last = session.scalar(
            query.where(Participant.public_id == after).with_only_columns(Participant.id)
        )
        if last is None:
            raise RefusedError("unknown_cursor", "cursor")
        query = query.where(Participant.id > last)
    found = session.execute(query.order_by(Participant.id).limit(limit + 1)).all()
    lines = tuple(RosterLine(child, site, arm) for child, site, arm in found[:limit])
    return Roster(lines, has_more=len(found) > limit)


def line_of(session: Session, child: Participant) -> RosterLine:
    """The same for one child that the actor is known to see."""
    arm = session.scalar(select(Allocation.arm).where(Allocation.participant_id == child.id))
    return RosterLine(child, session.get_one(Site, child.site_id), arm)


def _visible(actor: Actor) -> Select[Participant, Site, str]:
    """The arm is None where the outer join finds no allocation."""
    query = (
        select(Participant, Site, Allocation.arm)
        .join(Site, Site.id == Participant.site_id)
        .outerjoin(Allocation, Allocation.participant_id == Participant.id)
    )
    if actor.kind is not ActorKind.CARER:
        return query.where(Participant.site_id.in_(sites_with(actor, Permission.VIEW)))
    return query.join(Guardianship, Guardianship.participant_id == Participant.id).where(
        Guardianship.account_id == actor.account_id, Guardianship.ended_at.is_(None)
    )


def site_of_actor(session: Session, actor: Actor, code: str) -> Site:
    """One of the actor's sites by its code. Raises RefusedError `unknown_site` for others too."""
    site = session.scalar(select(Site).where(Site.code == code, Site.id.in_(actor.site_ids)))
    if site is None:
        raise RefusedError("unknown_site", "site")
    return site

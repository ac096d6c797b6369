"""Who may see and do what with a child: every query about a child starts here."""

import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.participant import Guardianship, Participant, ParticipantStatus
from models.site import StaffRole
from services.actor import Actor, ActorKind
from services.errors import ForbiddenError, NotFoundError, RefusedError


class Permission(StrEnum):
    """What staff may do at a site. A machine token names the same words as verbs."""

    VIEW = "participants:read"
    ENROL = "participants:write"
    RANDOMISE = "randomisation:write"
    RECORD = "results:write"
    DIARY = "doses:write"
    ORDER = "orders:write"
    ASSESS = "assessments:write"
    DECIDE = "corrections:decide"
    PHOTOS = "photos:write"
    # masked reading: to say what one sees, and to choose what is shown to whom
    READ_MASKED = "readings:write"
    MANAGE_READINGS = "readings:manage"


_ALL = frozenset(Permission)
_NURSE = frozenset(
    {
        Permission.VIEW,
        Permission.ENROL,
        Permission.RANDOMISE,
        Permission.RECORD,
        Permission.DIARY,
        Permission.PHOTOS,
    }
)

ROLE_PERMISSIONS: Mapping[StaffRole, frozenset[Permission]] = {
    # whoever knows the children cannot read masked
    StaffRole.INVESTIGATOR: _ALL - {Permission.READ_MASKED},
    StaffRole.PRESCRIBER: _NURSE | {Permission.ORDER, Permission.ASSESS},
    StaffRole.COORDINATOR: _NURSE,
    StaffRole.MONITOR: frozenset({Permission.VIEW}),
    # a masked reader never sees a participant's page
    StaffRole.READER: frozenset({Permission.READ_MASKED}),
}


def may(actor: Actor, permission: Permission, site_id: int) -> bool:
    """May this staff member or machine do `permission` at the site?"""
    if actor.verbs is not None and permission not in actor.verbs:
        return False
    if actor.kind is ActorKind.MACHINE:
        return site_id in actor.site_ids
    return any(
        grant.site_id == site_id and permission in ROLE_PERMISSIONS[grant.role]
        for grant in actor.grants
    )


def sites_with(actor: Actor, permission: Permission) -> tuple[int, ...]:
    """The sites (ids) at which the actor may do `permission`."""
    return tuple(site for site in actor.site_ids if may(actor, permission, site))


def participant_at_site(
    session: Session, actor: Actor, public_id: uuid.UUID, permission: Permission
) -> Participant:
    """A child of one of the actor's sites.

    Raises NotFoundError for another site's child as for none at all, and ForbiddenError when the
    actor may see the child but not do this.
    """
    row = session.scalar(
        select(Participant).where(
            Participant.public_id == public_id,
            Participant.site_id.in_(sites_with(actor, Permission.VIEW) or actor.site_ids),
        )
    )
    return check_child(actor, row, permission)


def check_child(actor: Actor, row: Participant | None, permission: Permission) -> Participant:
    """The child, if the actor may do this. Raises like `participant_at_site`."""
    if row is None or not (
        may(actor, Permission.VIEW, row.site_id) or may(actor, permission, row.site_id)
    ):
        raise NotFoundError
    if not may(actor, permission, row.site_id):
        raise ForbiddenError(permission)
    return row


# built once: putting a select together takes as long as running it
_CHILDREN: Final = (
    select(Participant)
    .join(Guardianship, Guardianship.participant_id == Participant.id)
    .where(Guardianship.account_id == bindparam("carer"), Guardianship.ended_at.is_(None))
    .order_by(Participant.id)
)
_CHILD: Final = _CHILDREN.where(Participant.public_id == bindparam("child")).add_columns(
    Guardianship.may_log
)


def children_of(session: Session, actor: Actor) -> tuple[Participant, ...]:
    """The children this carer cares for now."""
    if actor.kind is not ActorKind.CARER:
        return ()
    return tuple(session.scalars(_CHILDREN, {"carer": actor.account_id}))


def child_of(
    session: Session, actor: Actor, public_id: uuid.UUID, *, to_log: bool = False
) -> Participant:
    """This carer's child. Raises NotFoundError for anybody else's child.

    With `to_log` the carer must also be allowed to write in the diary (ForbiddenError if not), and
    the child be in the study still (RefusedError `diary_closed`).
    """
    if actor.kind is not ActorKind.CARER:
        raise NotFoundError
    found = session.execute(_CHILD, {"carer": actor.account_id, "child": public_id}).first()
    if found is None:
        raise NotFoundError
    if to_log and not found.may_log:
        raise ForbiddenError(Permission.DIARY)
    child: Participant = found[0]
    if to_log and child.status is not ParticipantStatus.ACTIVE:
        raise RefusedError("diary_closed")
    return child

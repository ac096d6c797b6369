"""Is what somebody sees invented? Made-up sites say so on every page."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.participant import Guardianship, Participant
from models.site import Site
from services.actor import Actor, ActorKind


def sees_made_up(session: Session, actor: Actor | None) -> bool:
    """Does this person look at a made-up study? Before sign-in: is there one here at all?"""
    return session.scalar(_made_up_sites(actor).limit(1)) is not None


def _made_up_sites(actor: Actor | None) -> Select[int]:
    made_up = select(Site.id).where(Site.is_made_up)
    if actor is None:
        return made_up
    if actor.kind is not ActorKind.CARER:
        return made_up.where(Site.id.in_(actor.site_ids))
    return (
        made_up.join(Participant, Participant.site_id == Site.id)
        .join(Guardianship, Guardianship.participant_id == Participant.id)
        .where(Guardianship.account_id == actor.account_id, Guardianship.ended_at.is_(None))
    )

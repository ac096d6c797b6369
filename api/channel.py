"""By which way an act came in."""

from api.access import actor_here
from domain.entries import Channel
from services.actor import ActorKind


def channel_here(*, is_offline: bool) -> Channel:
    """Only a family has an outbox; the clinic's hand and a machine's are named as such."""
    match actor_here().kind:
        case ActorKind.MACHINE:
            return Channel.API
        case ActorKind.CARER:
            return Channel.OFFLINE if is_offline else Channel.PAGE
        case _:
            return Channel.CLINIC

"""Who acts: an argument of every use case, never looked up behind its back."""

from dataclasses import dataclass
from enum import StrEnum

from models.site import StaffRole


class ActorKind(StrEnum):
    CARER = "carer"
    STAFF = "staff"
    MACHINE = "machine"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a site (database id)."""

    site_id: int
    role: StaffRole


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, a machine with a token, or the system itself.

    `channel` is how the act came in (page, offline, sms, clinic, api, system). `verbs` limits a
    machine to what its token names; None for people, whose grants decide.
    """

    kind: ActorKind
    account_id: int | None
    name: str
    channel: str
    locale: str = "en"
    grants: tuple[Grant, ...] = ()
    verbs: frozenset[str] | None = None

    @property
    def site_ids(self) -> tuple[int, ...]:
        return tuple(sorted({grant.site_id for grant in self.grants}))


SYSTEM = Actor(kind=ActorKind.SYSTEM, account_id=None, name="system", channel="system")


def account_of(actor: Actor) -> int:
    """The account that answers for a fact. Raises if the system tries to state one."""
    if actor.account_id is None:
        raise ValueError("only a person or a machine can state a fact")
    return actor.account_id

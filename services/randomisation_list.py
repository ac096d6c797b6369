"""Randomisation lists: made from a seed or brought by the trial office, sealed place by place.

A stratum has at most one list with places left. When its places are used up, a further list may
follow; places are taken in the order of the lists, then of their positions.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.protocol import Protocol
from domain.protocol_randomisation import Factor
from domain.randomisation import Design, commitment, stratum_of
from domain.randomisation_places import Place, Recipe, places_of
from models.participant import Allocation, Participant
from models.randomisation import RandomisationList, RandomisationPlace
from models.site import Site
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import RefusedError
from services.randomisation_seal import Seal

MOST_PLACES: Final = 2_000
SEED_BYTES: Final = 32


class Origin(NamedTuple):
    """Where a list comes from (seed or import), what is sealed with it, and what else made it."""

    method: str
    secret: bytes
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StratumUse:
    """How far a stratum's places are used; which arms they hold is not told."""

    stratum: str
    places: int
    used: int

    @property
    def left(self) -> int:
        return self.places - self.used


def design_of(protocol: Protocol) -> Design:
    """Arms and shares in the order of the protocol."""
    rules = protocol.randomisation
    shares = tuple((arm.code, rules.ratio[arm.code]) for arm in protocol.arms)
    return Design(shares, rules.block_sizes)


def stratum_of_child(child: Participant, site: Site, protocol: Protocol) -> str:
    """The stratum to which the child belongs by what was registered."""
    return _stratum(site, child.kasabach_merritt, protocol)


def strata_of_site(site: Site, protocol: Protocol) -> tuple[str, ...]:
    """Every stratum that a child of this site may belong to."""
    return tuple(dict.fromkeys(_stratum(site, kmp, protocol) for kmp in (True, False)))


def make_list(
    session: Session,
    actor: Actor,
    sites: Iterable[Site],
    *,
    places: int,
    seed: bytes,
    protocol: Protocol,
    seal: Seal,
    now: datetime,
) -> RandomisationList:
    """Make and seal a list for these sites: at least `places` places a stratum, in whole blocks.

    Raises RefusedError `places_number`, `no_strata`, or `list_there` where a stratum still has
    places; SealError without a key.
    """
    if not 0 < places <= MOST_PLACES:
        raise RefusedError("places_number", "places")
    strata = dict.fromkeys(name for site in sites for name in strata_of_site(site, protocol))
    recipe = Recipe(
        protocol=protocol.key,
        design=design_of(protocol),
        strata=tuple(strata),
        places=places,
        prefix=_prefix(session),
    )
    made = tuple(places_of(recipe, seed))
    origin = Origin("seed", seed, recipe.parameters)
    return keep_list(session, actor, made, origin, protocol=protocol, seal=seal, now=now)


def keep_list(
    session: Session,
    actor: Actor,
    made: Sequence[Place],
    origin: Origin,
    *,
    protocol: Protocol,
    seal: Seal,
    now: datetime,
) -> RandomisationList:
    """Seal and store a list, whole. Raises as `make_list`."""
    strata = list(dict.fromkeys(place.stratum for place in made))
    if not strata:
        raise RefusedError("no_strata")
    _check_no_open_list(session, protocol, strata)
    row = RandomisationList(
        client_id=uuid.uuid4(),
        protocol_key=protocol.key,
        method=origin.method,
        sealed_seed=seal.secret(origin.secret, now),
        commitment=commitment_of(origin, made),
        parameters=origin.parameters,
        rule_version=str(origin.parameters["algorithm"]),
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    session.add(row)
    session.flush()
    session.add_all(_sealed(row, place, seal, now) for place in made)
    session.flush()
    new = {"method": row.method, "commitment": row.commitment, "strata": strata}
    act = Act("randomisation.list_made", "randomisation_list", row.id, new=new)
    record(session, actor, act, now)
    session.flush()
    return row


def commitment_of(origin: Origin, made: Iterable[Place]) -> str:
    """What is published of a list. A list from a seed is fixed by seed and parameters; an imported
    one by its rows, with a salt so that nobody can try out the few possible orders of arms."""
    if origin.method == "seed":
        return commitment(origin.parameters, origin.secret)
    rows = [[place.stratum, place.position, place.number, place.arm] for place in made]
    return commitment({**origin.parameters, "rows": rows}, origin.secret)


def lists_of(session: Session, protocol_key: str | None = None) -> Sequence[RandomisationList]:
    """All lists, or those of a protocol, the oldest first."""
    query = select(RandomisationList).order_by(RandomisationList.id)
    if protocol_key is not None:
        query = query.where(RandomisationList.protocol_key == protocol_key)
    return session.scalars(query).all()


def use_of_strata(
    session: Session, protocol_key: str, strata: Iterable[str] | None = None
) -> tuple[StratumUse, ...]:
    """Places and used places of each stratum that has a list, by name."""
    query = (
        select(
            RandomisationPlace.stratum,
            func.count(RandomisationPlace.id),
            func.count(Allocation.id),
        )
        .join(RandomisationList, RandomisationList.id == RandomisationPlace.list_id)
        .outerjoin(Allocation, Allocation.place_id == RandomisationPlace.id)
        .where(RandomisationList.protocol_key == protocol_key)
        .group_by(RandomisationPlace.stratum)
        .order_by(RandomisationPlace.stratum)
    )
    if strata is not None:
        query = query.where(RandomisationPlace.stratum.in_(tuple(strata)))
    return tuple(StratumUse(*row) for row in session.execute(query))


def next_place(session: Session, protocol_key: str, stratum: str) -> RandomisationPlace | None:
    """The first place of the stratum that no child has."""
    return session.scalar(
        select(RandomisationPlace)
        .join(RandomisationList, RandomisationList.id == RandomisationPlace.list_id)
        .outerjoin(Allocation, Allocation.place_id == RandomisationPlace.id)
        .where(
            RandomisationList.protocol_key == protocol_key,
            RandomisationPlace.stratum == stratum,
            Allocation.id.is_(None),
        )
        .order_by(RandomisationPlace.list_id, RandomisationPlace.position)
        .limit(1)
    )


def _stratum(site: Site, kasabach_merritt: bool, protocol: Protocol) -> str:
    facts = {
        str(Factor.SITE): site.code,
        str(Factor.KASABACH_MERRITT): "yes" if kasabach_merritt else "no",
    }
    return stratum_of(protocol.randomisation.strata, facts)


def _prefix(session: Session) -> str:
    """Lists are counted, so that no number occurs on two of them."""
    return f"L{1 + (session.scalar(select(func.count(RandomisationList.id))) or 0)}"


def _check_no_open_list(session: Session, protocol: Protocol, strata: Iterable[str]) -> None:
    for use in use_of_strata(session, protocol.key, strata):
        if use.left:
            raise RefusedError("list_there", "strata", stratum=use.stratum)


def _sealed(row: RandomisationList, place: Place, seal: Seal, now: datetime) -> RandomisationPlace:
    return RandomisationPlace(
        list_id=row.id,
        stratum=place.stratum,
        position=place.position,
        number=place.number,
        sealed_arm=seal.arm(place.number, place.arm, now),
    )

"""How far the lists of some sites are used, and who was given which place: no arm to come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.participant import Allocation, Participant
from models.randomisation import RandomisationList, RandomisationPlace
from models.site import Site
from services.randomisation_list import StratumUse, use_of_strata


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """One allocation that was made."""

    child: Participant
    number: str
    arm: str
    method: str
    stratum: str
    recorded_at: datetime
    recorded_by_id: int


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list, by what was published of it."""

    row: RandomisationList
    strata: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListsView:
    """What somebody of these sites may see."""

    sites: tuple[Site, ...]
    uses: tuple[StratumUse, ...]
    lists: tuple[ListLine, ...]
    allocations: tuple[AllocationLine, ...]


def lists_of_sites(session: Session, site_ids: Collection[int]) -> ListsView:
    """The strata of these sites, their lists, and the sites' allocations, the newest first."""
    sites = session.scalars(select(Site).where(Site.id.in_(site_ids)).order_by(Site.code)).all()
    keys = sorted({site.protocol_key for site in sites})
    codes = {site.code for site in sites}
    uses = tuple(
        use for key in keys for use in use_of_strata(session, key) if _is_seen(use.stratum, codes)
    )
    seen = {use.stratum for use in uses}
    lists = _lists(session, keys, seen)
    return ListsView(tuple(sites), uses, lists, _allocations(session, site_ids))


def _is_seen(stratum: str, codes: Collection[str]) -> bool:
    """A stratum of another site is not shown; one that names no site is everybody's."""
    named = [part.removeprefix("site=") for part in stratum.split("/") if part.startswith("site=")]
    return not named or named[0] in codes


def _lists(session: Session, keys: Sequence[str], seen: Collection[str]) -> tuple[ListLine, ...]:
    rows = session.execute(
        select(RandomisationList, RandomisationPlace.stratum)
        .join(RandomisationPlace, RandomisationPlace.list_id == RandomisationList.id)
        .where(
            RandomisationList.protocol_key.in_(keys), RandomisationPlace.stratum.in_(tuple(seen))
        )
        .distinct()
        .order_by(RandomisationList.id, RandomisationPlace.stratum)
    ).all()
    found: dict[int, ListLine] = {}
    for row, stratum in rows:
        strata = found[row.id].strata if row.id in found else ()
        found[row.id] = ListLine(row, (*strata, stratum))
    return tuple(found.values())


def _allocations(session: Session, site_ids: Collection[int]) -> tuple[AllocationLine, ...]:
    rows = session.execute(
        select(Allocation, Participant)
        .join(Participant, Participant.id == Allocation.participant_id)
        .where(Participant.site_id.in_(site_ids))
        .order_by(Allocation.id.desc())
    )
    return tuple(
        AllocationLine(
            child=child,
            number=row.randomisation_number,
            arm=row.arm,
            method=row.method,
            stratum=row.stratum or "",
            recorded_at=row.recorded_at,
            recorded_by_id=row.recorded_by_id,
        )
        for row, child in rows
    )

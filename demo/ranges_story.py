"""The laboratory's own limits of normal by age: an infant's are not those of a child."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from demo.laboratory_story import LABORATORY
from demo.stage import SitePeople, Stage, made_up_id
from models.site import StaffRole
from services.reference_ranges import SaidRange, record_range

_TWO_YEARS: Final = timedelta(days=730)


class Ages(NamedTuple):
    """Neutrophils (10⁹/L) from a day of life up to another."""

    first: int
    end: int
    low: str
    high: str


NEUTROPHILS: Final = (
    Ages(0, 365, "1.0", "6.0"),
    Ages(365, 1461, "1.0", "7.0"),
    Ages(1461, 6575, "1.5", "7.5"),
)


def put_up_ranges(stage: Stage, people: SitePeople, *, now: datetime) -> None:
    """Enter the site's table, long before the first child came."""
    for ages in NEUTROPHILS:
        said = SaidRange(
            client_id=made_up_id("range", people.site.code, ages.first),
            laboratory=LABORATORY,
            analyte="neutrophils",
            unit="10*9/L",
            from_days=ages.first,
            to_days=ages.end,
            low=Decimal(ages.low),
            high=Decimal(ages.high),
            valid_from_on=(now - _TWO_YEARS).date(),
        )
        coordinator = people.staff[StaffRole.COORDINATOR]
        record_range(
            stage.session, coordinator, people.site, said, protocol=stage.protocol, now=now
        )

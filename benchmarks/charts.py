"""A child with years of follow-up: doses, photos, laboratory results and levels."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.families import give_doses
from factories import a_participant, an_order
from models.laboratory import LabResult, Level
from models.participant import Participant
from models.photo import Photo
from models.site import Site
from results_of_a_child import local

YEAR = 365
PHOTOS, LABS, LEVELS = 100, 30, 14


def a_course(session: Session, site: Site, *, years: int, until: date) -> Participant:
    """So many years up to the day before `until`: 730 doses, 100 photos, 30 laboratory results
    and 14 levels each."""
    start = until - timedelta(days=YEAR * years)
    child = a_participant(session, site, enrolled_on=start)
    order = an_order(session, child, from_on=start)
    give_doses(session, child, order.id, days=YEAR * years, until=until)
    session.execute(
        insert(Photo), [_photo(child, on) for on in _spread(start, years, PHOTOS * years)]
    )
    session.execute(
        insert(LabResult),
        [_lab(child, on, number) for number, on in enumerate(_spread(start, years, LABS * years))],
    )
    session.execute(
        insert(Level), [_level(child, on) for on in _spread(start, years, LEVELS * years)]
    )
    return child


def _spread(start: date, years: int, count: int) -> Iterable[date]:
    return (start + timedelta(days=YEAR * years * number // count) for number in range(count))


def _photo(child: Participant, on: date) -> dict[str, Any]:
    return {
        "public_id": uuid.uuid4(),
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "view": "overview",
        "body_site": "leg",
        "shown_on": on,
        "position_removed": True,
        "sha256": "0" * 64,
        "byte_count": 3_000_000,
        "media_type": "image/jpeg",
        "width": 4032,
        "height": 3024,
        "original_key": "o",
        "display_key": "d",
        "thumbnail_key": "t",
        "received_at": local(on, "10:00"),
        "uploaded_by_id": child.recorded_by_id,
        "channel": "page",
    }


def _lab(child: Participant, on: date, number: int) -> dict[str, Any]:
    analyte, unit, value = (
        ("platelets", "10*9/L", Decimal(180)),
        ("fibrinogen", "g/L", Decimal("2.10")),
    )[number % 2]
    return {
        **_sample(child, on),
        "analyte": analyte,
        "comparator": "=",
        "value": value,
        "unit": unit,
        "study_value": value,
    }


def _level(child: Participant, on: date) -> dict[str, Any]:
    return {**_sample(child, on), "value": Decimal("11.2")}


def _sample(child: Participant, on: date) -> dict[str, Any]:
    return {
        "public_id": uuid.uuid4(),
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "drawn_at": local(on, "08:00"),
        "recorded_at": local(on, "15:00"),
        "recorded_by_id": child.recorded_by_id,
    }

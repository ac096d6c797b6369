"""The site's own limits of normal: a table to look at, add to and correct."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from clinician import blueprint
from clinician.presenters_ranges import choices, form_values, range_lines
from clinician.site_place import SitePlace, site_place
from models.laboratory import ReferenceRange
from services.access import Permission
from services.errors import NotFoundError, RefusedError
from services.reference_ranges import SaidRange, ranges_of, record_range
from web.fields import Amount, Day, Ident, Words
from web.forms import Filled, WriteSchema, blank, read_form


class RangeSchema(WriteSchema):
    laboratory = Words(required=True, longest=80)
    analyte = Words(required=True, longest=24)
    unit = Words(required=True, longest=16)
    sex = Words(longest=8, load_default=None)
    from_days = Amount(required=True)
    to_days = Amount(required=True)
    low = Amount(load_default=None)
    high = Amount(load_default=None)
    valid_from_on = Day(required=True)
    amends = Ident(load_default=None)


@dataclass(frozen=True, slots=True)
class RangeForm:
    client_id: UUID
    laboratory: str
    analyte: str
    unit: str
    sex: str | None
    from_days: Decimal
    to_days: Decimal
    low: Decimal | None
    high: Decimal | None
    valid_from_on: date
    amends: UUID | None

    def said(self) -> SaidRange:
        return SaidRange(
            client_id=self.client_id,
            laboratory=self.laboratory,
            analyte=self.analyte,
            unit=self.unit,
            sex=self.sex or None,
            from_days=_whole(self.from_days, "from_days"),
            to_days=_whole(self.to_days, "to_days"),
            low=self.low,
            high=self.high,
            valid_from_on=self.valid_from_on,
            amends=self.amends,
        )


@blueprint.get("/ranges")
def ranges() -> str:
    """All standing rows of the site."""
    place = site_place()
    rows = ranges_of(place.session, place.site.id)
    return place.show("ranges", lines=range_lines(rows, place.protocol))


@blueprint.route("/ranges/new", methods=["GET", "POST"])
def new_range() -> ResponseReturnValue:
    """Add a row; with `?amends=` correct one by a new row."""
    place = site_place(Permission.RECORD)
    if request.method != "POST":
        return _form(place, blank(_first_values(place)))
    filled = read_form(RangeSchema(), RangeForm)
    if filled.form is None:
        return _form(place, filled), 422
    try:
        record_range(
            place.session,
            place.actor,
            place.site,
            filled.form.said(),
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as refused:
        return _form(place, filled.refused(refused)), 422
    place.session.commit()
    return redirect(url_for("clinician.ranges", site=place.site.code), 303)


def _whole(number: Decimal, name: str) -> int:
    if number != number.to_integral_value():
        raise RefusedError("not_a_number", name)
    return int(number)


def _first_values(place: SitePlace) -> dict[str, str]:
    amends = request.args.get("amends", type=UUID)
    if amends is None:
        return {"valid_from_on": place.now.date().isoformat()}
    row = place.session.scalar(
        select(ReferenceRange).where(
            ReferenceRange.site_id == place.site.id, ReferenceRange.public_id == amends
        )
    )
    if row is None:
        raise NotFoundError
    return form_values(row)


def _form(place: SitePlace, filled: Filled[Any]) -> str:
    return place.show(
        "range_new",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        **choices(place.protocol),
    )

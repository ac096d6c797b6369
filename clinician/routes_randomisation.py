"""Randomising a child, the page of the lists, and what a child without an arm is told."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.work_words import HALVES, options
from domain.protocol import Half
from domain.slots import SlotKey
from services.access import Permission, sites_with
from services.errors import RefusedError
from services.order_slots import earliest_slot
from services.people import names_of
from services.randomisation import (
    Envelope,
    SaidRandomisation,
    allocation_of,
    readiness,
)
from services.randomisation import randomise as find_arm
from services.randomisation_overview import lists_of_sites
from services.randomisation_seal import Seal
from web.db import db
from web.errors import answer
from web.fields import Choice, Day, Words
from web.forms import Filled, WriteSchema, blank, read_form
from web.identity import current_actor
from web.parts import parts
from web.sentences import sentence


class RandomiseSchema(WriteSchema):
    first_slot_on = Day(required=True)
    first_slot_half = Choice(Half, required=True)
    randomisation_number = Words(longest=32, load_default=None)
    arm = Words(longest=16, load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomiseForm:
    client_id: UUID
    first_slot_on: date
    first_slot_half: Half
    randomisation_number: str | None
    arm: str | None

    def said(self) -> SaidRandomisation:
        """Numbers on labels are written in capitals; an empty envelope is none."""
        number, arm = (self.randomisation_number or "").upper(), self.arm or ""
        return SaidRandomisation(
            first_slot=SlotKey(self.first_slot_on, self.first_slot_half),
            envelope=Envelope(number, arm) if number or arm else None,
        )


@blueprint.route("/participants/<uuid:participant>/randomise", methods=["GET", "POST"])
def randomise(participant: UUID) -> ResponseReturnValue:
    """The last page before the arm is known: nothing on it tells which one comes."""
    place = place_of(participant, Permission.RANDOMISE)
    if allocation_of(place.session, place.child) is not None:
        return redirect(url_for("clinician.admission", participant=participant), 303)
    if request.method != "POST":
        return _page(place, blank(_first_values(place)))
    filled = read_form(RandomiseSchema(), RandomiseForm)
    if filled.form is None:
        return _page(place, filled), 422
    try:
        find_arm(
            place.session,
            place.actor,
            place.child,
            filled.form.said(),
            protocol=place.protocol,
            seal=Seal(parts().settings.randomisation_key),
            now=place.now,
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    flash(_("Randomised. The arm is shown below."), "success")
    return redirect(url_for("clinician.admission", participant=participant), 303)


@blueprint.get("/randomisation")
def randomisation() -> str:
    """Places used and left in each stratum of one's sites, and every allocation made."""
    sites = sites_with(current_actor(), Permission.VIEW)
    found = lists_of_sites(db.session(), sites)
    names = names_of(db.session(), [row.recorded_by_id for row in found.allocations])
    zones = {site.id: site.time_zone for site in found.sites}
    page: str = render_template(
        "clinician/randomisation.html",
        section="randomisation",
        found=found,
        names=names,
        zones=zones,
        protocols=parts().protocols,
    )
    return page


@blueprint.errorhandler(RefusedError)
def explain_missing_arm(error: RefusedError) -> ResponseReturnValue:
    """A page that needs an arm says what to do when there is none; other refusals as everywhere."""
    child = (request.view_args or {}).get("participant")
    if error.code != "not_allocated" or child is None:
        return answer(422, sentence(error.code, **error.details), error.code, field=error.field)
    return place_of(child).show("not_randomised", ""), 422


def _first_values(place: Place) -> dict[str, str]:
    """The next dose time of the family, which is when most children begin."""
    slot = earliest_slot(place.session, place.child, now=place.now)
    return {"first_slot_on": slot.on.isoformat(), "first_slot_half": slot.half.value}


def _page(place: Place, filled: Filled[Any]) -> str:
    ready = readiness(place.session, place.child, protocol=place.protocol, now=place.now)
    return place.show(
        "randomise",
        "admission",
        ready=ready,
        obstacles=[sentence(code) for code in ready.obstacles],
        halves=options(HALVES),
        arms=[(arm.code, place.text(arm.label)) for arm in place.protocol.arms],
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )

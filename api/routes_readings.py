"""Masked readings for those who choose what is read. Readers have no business here: they have
their own pages, which name nothing but the task."""

import uuid
from collections.abc import Mapping
from secrets import randbelow
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown
from api.schemas_readings import (
    MaskedReaderSchema,
    MaskedReadingSchema,
    MaskedReadingsSchema,
    SaidReadingCaseSchema,
    ThirdReaderSchema,
    UnmaskSchema,
    agreement_shown,
    reader_shown,
    reading_shown,
)
from api.schemas_results import listed
from models.site import Site
from services.access import Permission, sites_with
from services.masked_cases import SaidPair, case_at_site, make_case, name_third
from services.masked_readers import SaidReaders, readers_at
from services.masked_results import (
    case_line,
    cases_at,
    cases_of,
    check_complete,
    readers_agreement,
    unmask,
)
from web.db import db
from web.parts import now, parts
from web.signin import reauthenticated

_TAG = ["Readings"]


@blueprint.route("/readings", tags=_TAG)
@blueprint.response(200, MaskedReadingsSchema)
@refusals()
def list_readings() -> Mapping[str, Any]:
    """List the cases of your sites, the newest first, and how far the readers agree."""
    lines = cases_at(db.session(), sites_with(actor_here(), Permission.VIEW))
    return {
        "items": [reading_shown(line) for line in lines],
        "agreement": agreement_shown(readers_agreement(lines)),
    }


@blueprint.route("/children/<uuid:child>/readings", tags=_TAG)
@blueprint.response(200, listed(MaskedReadingSchema))
@refusals(404)
def list_child_readings(child: uuid.UUID) -> Mapping[str, Any]:
    """List the cases of a child, the newest first."""
    lines = cases_of(db.session(), child_here(child))
    return {"items": [reading_shown(line) for line in lines]}


@blueprint.route("/readings/readers", tags=_TAG)
@blueprint.response(200, listed(MaskedReaderSchema))
@refusals()
def list_readers() -> Mapping[str, Any]:
    """List who may be named as a reader at your sites."""
    session = db.session()
    sites = [
        session.get_one(Site, site) for site in sites_with(actor_here(), Permission.MANAGE_READINGS)
    ]
    found = [(site.code, readers_at(session, site.id)) for site in sites]
    return {"items": [reader_shown(each, code) for code, readers in found for each in readers]}


@blueprint.route("/children/<uuid:child>/readings", methods=["POST"], tags=_TAG)
@blueprint.arguments(SaidReadingCaseSchema)
@blueprint.response(201, MaskedReadingSchema)
@blueprint.alt_response(200, schema=MaskedReadingSchema, description="It came before.")
@writes
def make_reading(body: dict[str, Any], child: uuid.UUID) -> tuple[Shown, int]:
    """Give a pair of photos to two readers."""
    participant = child_here(child)
    row, is_new = make_case(
        db.session(),
        actor_here(),
        SaidPair(
            child=participant.public_id,
            visit_code=body["visit_code"],
            baseline=body["baseline_photo"],
            followup=body["followup_photo"],
        ),
        SaidReaders(
            first=body["first_reader"], second=body["second_reader"], third=body["third_reader"]
        ),
        client_id=body["client_id"],
        protocols=parts().protocols,
        draw=randbelow,
        now=now(),
    )
    db.session.commit()
    return reading_shown(case_line(db.session(), row)), 201 if is_new else 200


@blueprint.route("/readings/<uuid:reading>/third-reader", methods=["POST"], tags=_TAG)
@blueprint.arguments(ThirdReaderSchema)
@blueprint.response(200, MaskedReadingSchema)
@writes
def name_third_reader(body: dict[str, Any], reading: uuid.UUID) -> Shown:
    """Name who decides where the first two do not settle it; the same one again changes nothing."""
    row = name_third(
        db.session(), actor_here(), reading, body["third_reader"], draw=randbelow, now=now()
    )
    db.session.commit()
    return reading_shown(case_line(db.session(), row))


@blueprint.route("/readings/unmask", methods=["POST"], tags=_TAG)
@blueprint.arguments(UnmaskSchema)
@blueprint.response(200, listed(MaskedReadingSchema))
@writes
def unmask_readings(body: dict[str, Any]) -> Mapping[str, Any]:
    """Unmask cases whose answers are all locked; it cannot be taken back.

    Only a person does, with password (and code) in the same request.
    """
    check_complete(db.session(), actor_here(), body["cases"])
    at = reauthenticated(password=body["password"], code=body["code"])
    rows = unmask(db.session(), actor_here(), body["cases"], now=at)
    db.session.commit()
    return {"items": [reading_shown(case_line(db.session(), row)) for row in rows]}


@blueprint.route("/readings/<uuid:reading>", tags=_TAG)
@blueprint.response(200, MaskedReadingSchema)
@refusals(404)
def show_reading(reading: uuid.UUID) -> Shown:
    """Show one case."""
    row = case_at_site(db.session(), actor_here(), reading, Permission.VIEW)
    return reading_shown(case_line(db.session(), row))

"""Laboratory results and their draft grades, limits of normal, and tables of results."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from api.access import actor_here, child_here, site_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown, shown, shown_all
from api.presenters_labs import drafts_shown, import_shown, preview_shown, read_rows, rows_refused
from api.schemas_labs import (
    LabDraftsSchema,
    LabImportSchema,
    LabPreviewSchema,
    LabResultSchema,
    LabRowsSchema,
    ReferenceRangeSchema,
    SaidLabImportSchema,
    SaidLabsSchema,
    SaidReferenceRangeSchema,
)
from api.schemas_results import listed
from models.laboratory import LabResult, ReferenceRange
from services.lab_grades import graded_results
from services.lab_import import RowsRefusedError, SaidImport, import_rows, preview
from services.labs import SaidLabs, SaidResult
from services.labs import record_labs as write_labs
from services.records import Records, records_of
from services.reference_ranges import SaidRange, all_ranges
from services.reference_ranges import record_range as write_range
from web.db import db
from web.parts import now, parts

Items = Mapping[str, tuple[Shown, ...]]


@blueprint.route("/children/<uuid:child>/labs", tags=["Results"])
@blueprint.response(200, listed(LabResultSchema))
@refusals(404)
def list_labs(child: uuid.UUID) -> Items:
    """List laboratory results, those that were corrected too, in the order drawn."""
    rows = records_of(db.session(), LabResult, child_here(child).id, by=LabResult.drawn_at)
    return {"items": shown_all(rows)}


@blueprint.route("/children/<uuid:child>/labs", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidLabsSchema)
@blueprint.response(201, listed(LabResultSchema))
@blueprint.alt_response(200, schema=listed(LabResultSchema), description="They came before.")
@writes
def record_labs(body: dict[str, Any], child: uuid.UUID) -> tuple[Items, int]:
    """Record the laboratory results of one sample: all of them, or none."""
    participant = child_here(child)
    amended = {result["analyte"]: result["amends"] for result in body["results"]}
    results = tuple(SaidResult(**result) for result in body.pop("results"))
    rows, is_new = write_labs(
        db.session(),
        actor_here(),
        participant,
        SaidLabs(results=results, **body),
        protocol=parts().protocols[participant.protocol_key],
        now=now(),
    )
    db.session.commit()
    return {"items": tuple(shown(row, amended[row.analyte]) for row in rows)}, _status(is_new)


@blueprint.route("/children/<uuid:child>/labs/drafts", tags=["Results"])
@blueprint.response(200, listed(LabDraftsSchema))
@refusals(404)
def list_lab_drafts(child: uuid.UUID) -> Items:
    """List the standing results with their draft CTCAE grades, in the order drawn.

    A draft comes from the number alone; a clinician decides what is an adverse event.
    """
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    graded = graded_results(db.session(), participant, protocol)
    return {"items": tuple(drafts_shown(each) for each in graded)}


@blueprint.route("/sites/<site>/reference-ranges", tags=["Results"])
@blueprint.response(200, listed(ReferenceRangeSchema))
@refusals(404)
def list_ranges(site: str) -> Items:
    """List the site's limits of normal, those that were corrected too."""
    rows: Records[ReferenceRange] = Records(all_ranges(db.session(), site_here(site).id))
    return {"items": shown_all(rows)}


@blueprint.route("/sites/<site>/reference-ranges", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidReferenceRangeSchema)
@blueprint.response(201, ReferenceRangeSchema)
@blueprint.alt_response(200, schema=ReferenceRangeSchema, description="It came before.")
@writes
def record_range(body: SaidRange, site: str) -> tuple[Shown, int]:
    """Add limits of normal, or correct a row by a new one. No stored result changes."""
    place = site_here(site)
    protocol = parts().protocols[place.protocol_key]
    row, is_new = write_range(db.session(), actor_here(), place, body, protocol=protocol, now=now())
    db.session.commit()
    return shown(row, body.amends), _status(is_new)


@blueprint.route("/sites/<site>/lab-imports/preview", methods=["POST"], tags=["Results"])
@blueprint.arguments(LabRowsSchema)
@blueprint.response(200, LabPreviewSchema)
@writes
def preview_labs(body: dict[str, Any], site: str) -> ResponseReturnValue:
    """Look at rows as an import would, and store nothing. 422 names every row that is wrong."""
    place = site_here(site)
    rows, sha256 = read_rows(body["rows"])
    protocol = parts().protocols[place.protocol_key]
    found = preview(db.session(), place, rows, sha256, protocol=protocol, now=now())
    if found.errors:
        return rows_refused(found.errors)
    return preview_shown(found)


@blueprint.route("/sites/<site>/lab-imports", methods=["POST"], tags=["Results"])
@blueprint.arguments(SaidLabImportSchema)
@blueprint.response(201, LabImportSchema)
@blueprint.alt_response(200, schema=LabImportSchema, description="It came before.")
@writes
def import_labs(body: dict[str, Any], site: str) -> ResponseReturnValue:
    """Store the results of many children: every row, or none. 422 names every row that is wrong."""
    place = site_here(site)
    rows, sha256 = read_rows(body["rows"])
    said = SaidImport(client_id=body["client_id"], sha256=sha256, rows=rows)
    protocol = parts().protocols[place.protocol_key]
    try:
        done = import_rows(db.session(), actor_here(), place, said, protocol=protocol, now=now())
    except RowsRefusedError as error:
        return rows_refused(error.errors)
    db.session.commit()
    return import_shown(done), _status(done.is_new)


def _status(is_new: bool) -> int:
    return 201 if is_new else 200

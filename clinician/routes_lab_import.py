"""A file of results: choose it, look at every row, then take it in.

The text of the file travels in the page between the two steps, so the server keeps nothing and
whoever confirms sends exactly what was looked at.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.presenters_import import error_lines, import_lines
from clinician.site_place import SitePlace, site_place
from services.access import Permission
from services.errors import RefusedError
from services.lab_file import LabTable, decoded, read_table, template_csv
from services.lab_import import RowsRefusedError, SaidImport, import_rows, preview
from web.forms import Filled, WriteSchema, blank, read_form


class ImportSchema(WriteSchema):
    """The form's other field, the text, is read as it is."""


@dataclass(frozen=True, slots=True)
class ConfirmForm:
    client_id: UUID


@blueprint.route("/lab-import", methods=["GET", "POST"])
def import_labs() -> ResponseReturnValue:
    """Choose a file; posted, every row of it with what it will store or what is wrong."""
    place = site_place(Permission.RECORD)
    if request.method != "POST":
        return _choose(place, blank())
    upload = request.files.get("file")
    try:
        text = decoded(upload.read() if upload else b"")
        return _look(place, text, read_table(text), blank())
    except RefusedError as refused:
        return _choose(place, blank().refused(refused)), 422


@blueprint.post("/lab-import/confirm")
def confirm_import() -> ResponseReturnValue:
    """Store every row, or none and show why."""
    place = site_place(Permission.RECORD)
    filled = read_form(ImportSchema(), ConfirmForm)
    text = request.form.get("text", "")
    try:
        table = read_table(text)
    except RefusedError as refused:
        return _choose(place, blank().refused(refused)), 422
    if filled.form is None:
        return _look(place, text, table, filled), 422
    said = SaidImport(client_id=filled.form.client_id, sha256=table.sha256, rows=table.rows)
    try:
        done = import_rows(
            place.session, place.actor, place.site, said, protocol=place.protocol, now=place.now
        )
    except RowsRefusedError:
        return _look(place, text, table, filled), 422
    except RefusedError as refused:
        return _look(place, text, table, filled.refused(refused)), 422
    place.session.commit()
    return redirect(
        url_for("clinician.import_labs", site=place.site.code, stored=done.row.row_count), 303
    )


@blueprint.get("/lab-import/template.csv")
def import_template() -> Response:
    """A file to fill in."""
    # spreadsheets take a file without the mark for the encoding of the country
    return Response(
        template_csv().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="laboratory-template.csv"'},
    )


def _choose(place: SitePlace, filled: Filled[Any]) -> str:
    return place.show(
        "lab_import",
        errors=filled.errors,
        stored=request.args.get("stored", type=int),
    )


def _look(place: SitePlace, text: str, table: LabTable, filled: Filled[Any]) -> str:
    found = preview(
        place.session,
        place.site,
        table.rows,
        table.sha256,
        protocol=place.protocol,
        now=place.now,
    )
    return place.show(
        "lab_import_look",
        found=found,
        row_count=len(table.rows),
        ignored=table.ignored,
        lines=import_lines(found.lines, place.protocol, place.site.time_zone),
        mistakes=error_lines(found.errors),
        errors=filled.errors,
        client_id=filled.client_id,
        text=text,
    )

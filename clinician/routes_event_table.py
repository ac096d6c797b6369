"""Adverse events of whole sites: children by term, highest grade and arm; as a page and as CSV."""

from typing import Any

from flask import Response, render_template, request
from sqlalchemy import select

from clinician import blueprint
from clinician.event_words import term_word
from exports.csv_file import csv_bytes
from models.site import Site
from services.access import Permission, sites_with
from services.errors import NotFoundError
from services.event_table import GRADES, EventTable, TermCount, event_table
from web.db import db
from web.formats import language
from web.identity import current_actor
from web.parts import parts

COLUMNS = (
    *("term", "arm", "children_in_arm"),
    *(f"grade_{grade}" for grade in GRADES),
    *("any_grade", "grade_3_or_worse", "serious", "related"),
)


@blueprint.get("/adverse-events", endpoint="event_table")
def show_event_table() -> str:
    """By term and arm; of one site (`?site=`) or of all sites of the signed-in person; of all
    events or of those related to the treatment (`?related=true`)."""
    sites, chosen = _sites()
    table = _table(chosen)
    protocol = parts().protocols[chosen[0].protocol_key]
    page: str = render_template(
        "clinician/event_table.html",
        section="event_table",
        sites=sites,
        chosen=chosen[0].code if len(chosen) == 1 and len(sites) > 1 else "",
        one_site=len(chosen) == 1,
        names=", ".join(site.name for site in chosen),
        table=table,
        related=_only_related(),
        grades=GRADES,
        arms={arm.code: arm.label.get(language(), arm.label["en"]) for arm in protocol.arms},
        terms={line.term: term_word(protocol, line.term) for line in table.lines},
    )
    return page


@blueprint.get("/adverse-events.csv")
def event_table_file() -> Response:
    """The same numbers; terms as CTCAE names them, arms by their codes."""
    _all, chosen = _sites()
    table = _table(chosen)
    lines = (*table.totals, *table.lines)
    body = csv_bytes(COLUMNS, (list(map(str, _cells(line, table))) for line in lines))
    headers = {"Content-Disposition": 'attachment; filename="adverse-events.csv"'}
    return Response(body, mimetype="text/csv", headers=headers)


def _table(chosen: list[Site]) -> EventTable:
    ids = [site.id for site in chosen]
    return event_table(db.session(), ids, only_related=_only_related())


def _only_related() -> bool:
    return request.args.get("related") == "true"


def _cells(line: TermCount, table: EventTable) -> list[Any]:
    return [
        line.term or "ANY",
        line.arm,
        table.children[line.arm],
        *(line.by_grade[grade] for grade in GRADES),
        line.children,
        line.severe,
        line.serious,
        line.related,
    ]


def _sites() -> tuple[list[Site], list[Site]]:
    """All sites the person may look at, and those asked for. Raises NotFoundError."""
    visible = sites_with(current_actor(), Permission.VIEW)
    query = select(Site).where(Site.id.in_(visible)).order_by(Site.code)
    sites = list(db.session().scalars(query))
    code = request.args.get("site", "")
    chosen = [site for site in sites if code in {"", site.code}]
    if not chosen:
        raise NotFoundError
    return sites, chosen

"""The first page of the clinic: what needs me, and the children of my sites."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import place_of
from clinician.presenters_worklist import child_rows, item_cards
from clinician.work_words import OUTCOMES, options
from models.participant import ParticipantStatus
from services import worklist as work
from services.access import Permission, sites_with
from services.errors import RefusedError
from services.worklist import Acknowledgement, AlertOutcome, ChildLine, Worklist
from web.db import db
from web.fields import Choice, Words
from web.forms import Filled, FormSchema, blank, read_form
from web.identity import current_actor
from web.parts import now, parts


class AcknowledgeSchema(FormSchema):
    key = Words(required=True, longest=160)
    outcome = Choice(AlertOutcome, required=True)
    note = Words(longest=500, load_default="")


@dataclass(frozen=True, slots=True)
class AcknowledgeForm:
    key: str
    outcome: AlertOutcome
    note: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the page is shown; it stands in the address."""

    site: str
    arm: str
    number: str
    show: str

    def takes(self, line: ChildLine) -> bool:
        active = line.child.status is ParticipantStatus.ACTIVE
        return (
            self.site in {"", line.facts.site.code}
            and self.arm in {"", line.facts.arm or ""}
            and self.number.upper() in line.child.study_number
            and {"": active, "all": True, "waiting": bool(line.items)}.get(self.show, active)
        )


@blueprint.get("/")
def worklist() -> str:
    """Matters, the most pressing first, above the children of the sites."""
    return _page(blank())


@blueprint.post("/participants/<uuid:participant>/matters")
def acknowledge(participant: UUID) -> ResponseReturnValue:
    """End a matter with its outcome."""
    place = place_of(participant, Permission.RECORD)
    filled = read_form(AcknowledgeSchema(), AcknowledgeForm)
    if filled.form is None:
        return _page(filled), 422
    form = filled.form
    try:
        work.acknowledge(
            place.session,
            place.actor,
            place.child,
            form.key,
            said=Acknowledgement(form.outcome, form.note),
            protocols=parts().protocols,
            now=place.now,
        )
    except RefusedError as error:
        return _page(filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.worklist"), 303)


def _page(filled: Filled[Any]) -> str:
    actor, at = current_actor(), now()
    found = work.worklist(db.session(), actor, parts().protocols, now=at)
    filters = _filters()
    shown = _filtered(found, filters)
    may_answer = frozenset(sites_with(actor, Permission.RECORD))
    page: str = render_template(
        "clinician/worklist.html",
        section="worklist",
        items=item_cards(shown, may_answer),
        rows=child_rows(shown, at),
        filters=filters,
        sites=sorted({line.facts.site.code for line in found.lines}),
        arms=_arms(found),
        total=len(found.lines),
        outcomes=options(OUTCOMES),
        values=filled.values,
        errors=filled.errors,
    )
    return page


def _filters() -> Filters:
    said = request.args.get
    return Filters(said("site", ""), said("arm", ""), said("number", ""), said("show", ""))


def _filtered(found: Worklist, filters: Filters) -> Worklist:
    lines = tuple(line for line in found.lines if filters.takes(line))
    ids = {line.child.id for line in lines}
    return replace(found, lines=lines, items=tuple(i for i in found.items if i.child.id in ids))


def _arms(found: Worklist) -> list[tuple[str, Any]]:
    arms = {arm.code: arm.label for line in found.lines for arm in line.protocol.arms}
    return list(arms.items())

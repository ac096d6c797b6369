"""Corrections that families asked for: the investigator decides."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import place_of
from clinician.presenters_corrections import decided_rows, request_cards
from clinician.work_words import DECISIONS, options
from models.dose import CorrectionState
from services import corrections as asked
from services.access import Permission, sites_with
from services.correction_view import decided_cases, open_cases
from services.errors import RefusedError
from web.db import db
from web.fields import Choice, Words
from web.forms import Filled, FormSchema, blank, read_form
from web.identity import current_actor


class DecideSchema(FormSchema):
    state = Choice(CorrectionState, required=True)
    reason = Words(required=True, longest=500)


# the newest; all of them stand in the audit trail of each child
DECIDED_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class DecideForm:
    state: CorrectionState
    reason: str


@blueprint.get("/corrections")
def corrections() -> str:
    """What waits for a decision, the oldest first."""
    return _page(blank())


@blueprint.post("/participants/<uuid:participant>/corrections/<uuid:asked_for>")
def decide_correction(participant: UUID, asked_for: UUID) -> ResponseReturnValue:
    """Put it into the diary, or leave the diary as it is; both with a reason."""
    place = place_of(participant, Permission.DECIDE)
    filled = read_form(DecideSchema(), DecideForm)
    if filled.form is None or filled.form.state is CorrectionState.ASKED:
        return _page(filled, asked_for), 422
    accepted = filled.form.state is CorrectionState.ACCEPTED
    try:
        asked.decide(
            place.session,
            place.actor,
            place.child,
            asked_for,
            decision=asked.Decision(accepted, filled.form.reason),
            protocol=place.protocol,
            now=place.now,
        )
    except RefusedError as error:
        place.session.rollback()
        return _page(filled.refused(error), asked_for), 422
    place.session.commit()
    return redirect(url_for("clinician.corrections"), 303)


def _page(filled: Filled[Any], failed: UUID | None = None) -> str:
    """`failed` is the request whose form came back with errors."""
    actor = current_actor()
    sites = sites_with(actor, Permission.VIEW)
    cases = open_cases(db.session(), sites)
    decided = decided_cases(db.session(), sites, at_most=DECIDED_SHOWN)
    page: str = render_template(
        "clinician/corrections.html",
        section="corrections",
        cards=request_cards(cases),
        decided=decided_rows(decided),
        decisions=options(DECISIONS),
        deciding_at=sites_with(actor, Permission.DECIDE),
        failed=failed,
        values=filled.values,
        errors=filled.errors,
    )
    return page

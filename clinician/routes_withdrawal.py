"""The end of a child's part in the study, early or as planned."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.admission_words import ENDS
from clinician.place import Place, place_of
from clinician.work_words import options
from models.participant import ParticipantStatus
from services.access import Permission
from services.errors import RefusedError
from services.site_day import today_at_site
from services.withdrawal import SaidEnd, end_participation
from web.fields import Choice, Day, Tick, Words
from web.forms import Filled, WriteSchema, blank, read_form
from web.sentences import sentence


class EndSchema(WriteSchema):
    status = Choice(ParticipantStatus, required=True)
    ended_on = Day(required=True)
    reason = Words(required=True, longest=500)
    confirmed = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndForm:
    client_id: UUID
    status: ParticipantStatus
    ended_on: date
    reason: str
    confirmed: bool

    def said(self) -> SaidEnd:
        return SaidEnd(status=self.status, ended_on=self.ended_on, reason=self.reason)


@blueprint.route("/participants/<uuid:participant>/end", methods=["GET", "POST"])
def end_study(participant: UUID) -> ResponseReturnValue:
    """Withdrawn or completed: the consequences are said before, and confirmed."""
    place = place_of(participant, Permission.ENROL)
    if request.method != "POST":
        today = today_at_site(place.session, place.child.site_id, place.now)
        return _page(place, blank({"ended_on": today.isoformat()}))
    filled = read_form(EndSchema(), EndForm)
    if filled.form is None:
        return _page(place, filled), 422
    if not filled.form.confirmed:
        return _page(place, filled.with_error("confirmed", sentence("required"))), 422
    try:
        end_participation(
            place.session, place.actor, place.child, filled.form.said(), now=place.now
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.admission", participant=participant), 303)


def _page(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "end_study",
        "admission",
        ends=options(ENDS),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )

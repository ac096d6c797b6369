"""A child on its way into the study: eligibility, consent, and what is still missing."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from marshmallow.fields import Field

from clinician import blueprint
from clinician.admission_words import ANSWERS, CONSENT_KINDS
from clinician.place import Place, place_of
from clinician.presenters_admission import admission_page
from clinician.work_words import RELATIONS, options
from domain.eligibility import Answer, asks_assent
from models.consent import ConsentKind
from models.participant import Relation
from services.access import Permission
from services.consents import SaidConsent, record_consent
from services.eligibility import SaidEligibility, check_eligibility
from services.errors import RefusedError
from services.site_day import today_at_site
from services.withdrawal import take_back_consent
from web.fields import Choice, Day, Words
from web.forms import Filled, WriteSchema, blank, read_form

_ADMISSION = "/participants/<uuid:participant>/admission"


class ConsentSchema(WriteSchema):
    kind = Choice(ConsentKind, required=True)
    document_version = Words(required=True, longest=40)
    given_by = Words(required=True, longest=80)
    relation = Choice(Relation, required=True)
    given_on = Day(required=True)
    note = Words(longest=500, load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    client_id: UUID
    kind: ConsentKind
    document_version: str
    given_by: str
    relation: Relation
    given_on: date
    note: str | None

    def said(self) -> SaidConsent:
        return SaidConsent(
            client_id=self.client_id,
            kind=self.kind,
            document_version=self.document_version,
            given_by=self.given_by,
            relation=self.relation,
            given_on=self.given_on,
            note=self.note,
        )


@blueprint.get(_ADMISSION)
def admission(participant: UUID) -> str:
    """Eligibility, consents, allocation and the end of the study: what stands, and who said so."""
    place = place_of(participant)
    return place.show("admission", "admission", facts=admission_page(place))


@blueprint.route(f"{_ADMISSION}/eligibility", methods=["GET", "POST"])
def new_eligibility(participant: UUID) -> ResponseReturnValue:
    """Answer every criterion of the protocol."""
    place = place_of(participant, Permission.ENROL)
    if request.method != "POST":
        return _eligibility_page(place, blank({"checked_on": _today(place).isoformat()}))
    filled: Filled[dict[str, Any]] = read_form(_criteria_schema(place), dict[str, Any])
    if filled.form is None:
        return _eligibility_page(place, filled), 422
    said = _said_eligibility(place, filled.form)
    try:
        check_eligibility(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _eligibility_page(place, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.admission", participant=participant), 303)


@blueprint.route(f"{_ADMISSION}/consent", methods=["GET", "POST"])
def new_consent(participant: UUID) -> ResponseReturnValue:
    """Record a signed document, the child's assent, or that consent was taken back."""
    place = place_of(participant, Permission.ENROL)
    if request.method != "POST":
        return _consent_page(place, blank(_first_consent(place)))
    filled = read_form(ConsentSchema(), ConsentForm)
    if filled.form is None:
        return _consent_page(place, filled), 422
    said = filled.form.said()
    record = take_back_consent if said.kind is ConsentKind.WITHDRAWN else record_consent
    try:
        record(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as error:
        return _consent_page(place, filled.refused(error)), 422
    place.session.commit()
    return redirect(url_for("clinician.admission", participant=participant), 303)


def _criteria_schema(place: Place) -> Schema:
    """One question a criterion, named by its code."""
    questions: dict[str, Field[Any]] = {
        criterion.code: Choice(Answer, required=True)
        for criterion in place.protocol.eligibility.criteria
    }
    beside: dict[str, Field[Any]] = {
        "checked_on": Day(required=True),
        "note": Words(longest=500, load_default=None),
    }
    return WriteSchema.from_dict({**questions, **beside})()


def _said_eligibility(place: Place, form: dict[str, Any]) -> SaidEligibility:
    return SaidEligibility(
        client_id=form["client_id"],
        checked_on=form["checked_on"],
        answers={one.code: form[one.code] for one in place.protocol.eligibility.criteria},
        note=form["note"],
    )


def _first_consent(place: Place) -> dict[str, str]:
    """The document in use, today, and the kind that the link asked for."""
    asked = request.args.get("kind", "")
    kind = asked if asked in set(ConsentKind) else ConsentKind.CONSENT.value
    is_childs = kind == ConsentKind.ASSENT
    return {
        "kind": kind,
        "document_version": place.protocol.consent.documents[0].code,
        "given_on": _today(place).isoformat(),
        "relation": Relation.SELF.value if is_childs else "",
    }


def _today(place: Place) -> date:
    return today_at_site(place.session, place.child.site_id, place.now)


def _eligibility_page(place: Place, filled: Filled[Any]) -> str:
    return place.show(
        "eligibility_new",
        "admission",
        criteria=[
            (one.code, one.kind, place.text(one.words))
            for one in place.protocol.eligibility.criteria
        ],
        answers=options(ANSWERS),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _consent_page(place: Place, filled: Filled[Any]) -> str:
    rules = place.protocol.consent
    return place.show(
        "consent_new",
        "admission",
        kinds=options(CONSENT_KINDS),
        documents=[(one.code, f"{one.code} · {place.text(one.label)}") for one in rules.documents],
        relations=options(RELATIONS),
        needs_assent=asks_assent(place.child.born_on, _today(place), rules),
        assent_from_years=rules.assent_from_years,
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )

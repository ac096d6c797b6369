"""Response assessments: prefilled, checked as often as one likes, then signed."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.assessment_form import AssessmentForm, AssessmentSchema, amends_of, shown_values
from clinician.assessment_words import CATEGORIES, MEANINGS
from clinician.masked_evidence import masked_line
from clinician.place import Place, place_of
from clinician.presenters_assessment import evidence_of, proposal_of, token_of
from clinician.presenters_signed import signed_card
from clinician.result_words import FIRMNESSES, SKIN_COLOURS, options
from clinician.signing import needs_code, signed_now
from clinician.visit_words import visit_label
from domain.protocol import Due
from domain.response_inputs import ResponseInputs
from models.assessment import Assessment
from services.access import Permission
from services.assessments import (
    Draft,
    SaidAssessment,
    assessments_of,
    check,
    draft,
    propose,
    sign,
)
from services.errors import RefusedError
from services.masked_reading import consensus_for
from services.results import find_result
from services.visits import visits_of
from web.forms import Filled, blank, read_form

_ASSESSMENTS = "/participants/<uuid:participant>/assessments"


@blueprint.get(_ASSESSMENTS)
def assessments(participant: UUID) -> str:
    """The visits that ask for an assessment, and all that were signed."""
    place = place_of(participant)
    signed = assessments_of(place.session, place.child)
    due = {plan.code for plan in place.protocol.visits if Due.ASSESSMENT in plan.due}
    standing = {row.visit_code for row in signed}
    visits = [v for v in visits_of(place.session, place.child.id) if v.code in due | standing]
    return place.show(
        "assessments",
        "assessments",
        visits=[(visit, visit_label(place.protocol, visit.code)) for visit in visits],
        signed=[_card(place, row, signed) for row in reversed(signed)],
        standing=standing,
        may_assess=place.may(Permission.ASSESS),
    )


@blueprint.route(f"{_ASSESSMENTS}/<visit>/new", methods=["GET", "POST"])
def assess(participant: UUID, visit: str) -> ResponseReturnValue:
    """Prefilled from the chart; "check" shows what the rule makes of it, "sign" signs it."""
    place = place_of(participant, Permission.ASSESS)
    offered = draft(place.session, place.child, visit, place.protocol, now=place.now)
    if request.method != "POST":
        return _form(place, offered, blank(shown_values(offered)), offered.inputs)
    filled = read_form(AssessmentSchema(), AssessmentForm.build)
    if filled.form is None:
        return _form(place, offered, filled, offered.inputs), 422
    try:
        inputs = filled.form.inputs(offered)
    except RefusedError as refused:
        return _form(place, offered, filled.refused(refused), offered.inputs), 422
    if request.form.get("step") != "sign":
        return _form(place, offered, filled, inputs)
    return _sign(place, offered, filled, inputs)


@blueprint.get(f"{_ASSESSMENTS}/<uuid:assessment>")
def assessment(participant: UUID, assessment: UUID) -> str:
    """What was signed, by whom, and the hash that binds it."""
    place = place_of(participant)
    row = find_result(place.session, Assessment, place.child, assessment)
    card = _card(place, row, assessments_of(place.session, place.child))
    return place.show(
        "assessment", "assessments", card=card, may_assess=place.may(Permission.ASSESS)
    )


def _sign(
    place: Place, offered: Draft, filled: Filled[AssessmentForm], inputs: ResponseInputs
) -> ResponseReturnValue:
    """Check everything, then ask who signs, then write: a code of the app is not wasted."""
    form = filled.form
    if form is None:
        raise ValueError("only a form without errors is signed")
    try:
        _check_same_proposal(form, inputs, offered, place)
        said = form.said(offered)
        if not _is_signed_already(place, said):
            check(place.session, place.child, said, offered, protocol=place.protocol, now=place.now)
        at = signed_now()
        row, _new = sign(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=at
        )
    except RefusedError as refused:
        return _form(place, offered, filled.refused(refused), inputs), 422
    place.session.commit()
    return redirect(
        url_for(
            "clinician.assessment", participant=place.child.public_id, assessment=row.public_id
        ),
        303,
    )


def _is_signed_already(place: Place, said: SaidAssessment) -> bool:
    """The same form a second time is answered by `sign` with what it signed the first time."""
    return any(
        row.client_id == said.client_id for row in assessments_of(place.session, place.child)
    )


def _check_same_proposal(
    form: AssessmentForm, inputs: ResponseInputs, offered: Draft, place: Place
) -> None:
    """Nobody signs another proposal than the one that stood on the page."""
    proposal, _views = propose(inputs, offered.chart, place.protocol)
    if token_of(proposal) != form.shown:
        raise RefusedError("proposal_changed")


def _form(place: Place, offered: Draft, filled: Filled[Any], inputs: ResponseInputs) -> str:
    proposal, views = propose(inputs, offered.chart, place.protocol)
    return place.show(
        "assess",
        "assessments",
        visit=offered.chart.visit,
        visit_name=visit_label(place.protocol, offered.chart.visit.code),
        proposal=proposal_of(proposal, views),
        evidence=evidence_of(offered, place.protocol),
        masked=masked_line(
            consensus_for(place.session, place.child, offered.chart.visit.code), place.zone
        ),
        chart=shown_values(offered),
        amends=amends_of(offered),
        colours=options(SKIN_COLOURS),
        firmnesses=options(FIRMNESSES),
        categories=[(code, f"{code} · {word}") for code, word in CATEGORIES.items()],
        meanings=options(MEANINGS),
        needs_code=needs_code(),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _card(place: Place, row: Assessment, every: tuple[Assessment, ...]) -> Any:
    return signed_card(
        row,
        place.child.public_id,
        place.protocol,
        zone=place.zone,
        amended=[other.amends_id for other in every],
    )

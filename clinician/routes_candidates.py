"""Proposed adverse events: look at the evidence, decide."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clinician import blueprint
from clinician.event_forms import (
    EventSchema,
    JoinForm,
    JoinSchema,
    NoneForm,
    NoneSchema,
    renamed,
    said_event,
)
from clinician.event_words import choices, term_groups
from clinician.place import Place, place_of
from clinician.presenters_candidates import (
    CandidateCard,
    Reading,
    candidate_card,
    evidence_words,
    other_reports,
    report_words,
)
from clinician.presenters_events import open_options
from clinician.routes_events import changing
from services.access import Permission
from services.adverse_events import EventView, SaidEvent, events_of
from services.candidate_decisions import Choice, SaidDecision, decide
from services.candidates import Candidate, candidates_of, find_candidate
from services.errors import ConflictError, RefusedError
from services.people import names_of
from services.symptoms import reports_of
from web.forms import WHOLE, Filled, blank, read_form
from web.sentences import sentence

_CANDIDATES = "/participants/<uuid:participant>/candidates"
# the form of "join" has its own names: three forms stand on one page
_JOIN_NAMES = {"grade": "join_grade", "reason": "join_reason"}


@blueprint.get(_CANDIDATES)
def candidates(participant: UUID) -> str:
    """What waits for a decision, what was decided by whom and why, and what else was told."""
    place = place_of(participant)
    found = candidates_of(place.session, place.child, place.protocol)
    cards = _cards(place, found, events_of(place.session, place.child))
    others = other_reports(reports_of(place.session, place.child), found)
    return place.show(
        "candidates",
        "events",
        waiting=[card for card in cards if card.decided is None],
        decided=[card for card in cards if card.decided is not None],
        others=[(row.noticed_on, report_words(row, place.protocol)) for row in others],
    )


@blueprint.route(f"{_CANDIDATES}/<uuid:evidence>", methods=["GET", "POST"])
def decide_candidate(participant: UUID, evidence: UUID) -> ResponseReturnValue:
    """A new event, an event that is there already, or none with a reason; `?proposal=` says which
    proposal where one result has several."""
    place = place_of(participant, Permission.RECORD)
    term = request.args.get("proposal")
    one = find_candidate(
        place.session, place.child, place.protocol, evidence_id=evidence, term=term
    )
    if one is None:
        abort(404)
    if request.method != "POST":
        return _form(place, one, blank(_first_values(one, place)))
    choice = request.form.get("choice")
    if choice not in set(Choice):
        return _form(place, one, _wrong_choice()), 422
    return _decide(place, one, Choice(choice))


def _decide(place: Place, one: Candidate, choice: Choice) -> ResponseReturnValue:
    filled, said = _read(one, choice)
    if said is None:
        return _form(place, one, filled, choice), 422
    try:
        decide(place.session, changing(place), said)
    except RefusedError as error:
        place.session.rollback()
        names = _JOIN_NAMES if choice is Choice.JOIN else {}
        return _form(place, one, renamed(filled.refused(error), names), choice), 422
    except ConflictError:
        place.session.rollback()
        words = sentence("already_decided")
        return _form(place, one, filled.with_error(WHOLE, words), choice), 409
    place.session.commit()
    flash(_("Decided."), "success")
    return redirect(url_for("clinician.candidates", participant=place.child.public_id), 303)


def _read(one: Candidate, choice: Choice) -> tuple[Filled[Any], SaidDecision | None]:
    """The form of this choice, and what it says."""
    match choice:
        case Choice.NEW:
            event = read_form(EventSchema(), said_event)
            return event, None if event.form is None else _new(one, event.form)
        case Choice.JOIN:
            joined = read_form(JoinSchema(), JoinForm)
            return joined, None if joined.form is None else _join(one, joined.form)
        case Choice.NONE:
            none = read_form(NoneSchema(), NoneForm)
            return none, None if none.form is None else _none(one, none.form)


def _new(one: Candidate, event: SaidEvent) -> SaidDecision:
    return SaidDecision(
        client_id=event.client_id,
        evidence_id=one.evidence_id,
        term=one.term,
        choice=Choice.NEW,
        event=event,
    )


def _join(one: Candidate, form: JoinForm) -> SaidDecision:
    return SaidDecision(
        client_id=form.client_id,
        evidence_id=one.evidence_id,
        term=one.term,
        choice=Choice.JOIN,
        event_id=form.event_id,
        grade=form.join_grade,
        since_on=form.since_on,
        reason=form.join_reason,
    )


def _none(one: Candidate, form: NoneForm) -> SaidDecision:
    return SaidDecision(
        client_id=form.client_id,
        evidence_id=one.evidence_id,
        term=one.term,
        choice=Choice.NONE,
        reason=form.reason,
    )


def _form(place: Place, one: Candidate, filled: Filled[Any], choice: Choice | None = None) -> str:
    """`choice` is the form that came back with errors; the others show what they began with."""
    views = events_of(place.session, place.child)
    (card,) = _cards(place, [one], views)
    same = [view for view in views if view.is_open and view.event.term in one.terms]
    first = _first_values(one, place) | {
        "event_id": str(same[0].event.public_id) if same else "",
        "join_grade": one.only_grade or "",
        "since_on": one.started_on.isoformat(),
    }
    return place.show(
        "candidate",
        "events",
        card=card,
        groups=term_groups(place.protocol),
        open_events=open_options(views, place.protocol),
        begins_with=choice or (Choice.JOIN if same else Choice.NEW),
        failed=choice,
        values=first | dict(filled.values),
        errors=filled.errors,
        client_id=filled.client_id,
        **choices(),
    )


def _first_values(one: Candidate, place: Place) -> dict[str, Any]:
    """The form of a new event, as far as the evidence goes."""
    baseline = one.baseline_grade
    return {
        "term": one.term,
        "grade": one.only_grade or "",
        "verbatim": evidence_words(one, place.protocol),
        "source": one.source.value,
        "started_on": one.started_on.isoformat(),
        "baseline_grade": "" if baseline is None else str(baseline),
    }


def _cards(
    place: Place, found: Sequence[Candidate], views: Sequence[EventView]
) -> list[CandidateCard]:
    accounts = {one.report.entered_by_id for one in found if one.report is not None}
    accounts |= {one.decision.recorded_by_id for one in found if one.decision is not None}
    reading = Reading(
        protocol=place.protocol,
        zone=place.zone,
        names=names_of(place.session, accounts),
        events={view.event.id: view.event for view in views},
    )
    return [candidate_card(one, reading) for one in found]


def _wrong_choice() -> Filled[Any]:
    return replace(blank(), errors={WHOLE: [sentence("not_a_choice")]})

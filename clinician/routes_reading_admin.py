"""Masked reading from the investigator's side: choose pairs and readers, wait, unmask."""

from secrets import randbelow
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_reading import (
    agreement_words,
    case_row,
    case_rows,
    pair_choices,
    reader_options,
)
from clinician.reading_forms import (
    CasesForm,
    CasesSchema,
    ChosenForm,
    ChosenSchema,
    PairsForm,
    PairsSchema,
    ThirdForm,
    ThirdSchema,
)
from clinician.signing import needs_code, signed_now
from clinician.visit_words import visit_label
from models.site import Site
from services import masked_cases, masked_results, photos
from services.access import Permission, sites_with
from services.errors import RefusedError
from services.masked_readers import readers_at
from services.photo_pairs import asks_for_assessment, proposed_pairs
from services.visits import visits_of
from web.db import db
from web.formats import day
from web.forms import Filled, blank, read_form
from web.identity import current_actor
from web.parts import now, parts
from web.photo_words import site_word, view_word


@blueprint.get("/readings")
def readings() -> str:
    """All cases of my sites, and how far the readers agree."""
    return _list(blank())


@blueprint.post("/readings/unmask")
def unmask_readings() -> ResponseReturnValue:
    """Show the answers of complete cases: signed, and for good."""
    filled = read_form(CasesSchema(), CasesForm)
    if filled.form is None:
        return _list(filled), 422
    session, actor = db.session(), current_actor()
    try:
        masked_results.check_complete(session, actor, filled.form.case)
        at = signed_now()
        masked_results.unmask(session, actor, filled.form.case, now=at)
    except RefusedError as refused:
        return _list(filled.refused(refused)), 422
    session.commit()
    flash(_("Unmasked. The answers stand below."), "success")
    return redirect(url_for("clinician.readings"), 303)


@blueprint.route("/readings/new", methods=["GET", "POST"])
def choose_pairs() -> ResponseReturnValue:
    """Pairs that the plan of visits proposes, ticked for two readers."""
    if request.method != "POST":
        return _proposals(blank())
    filled = read_form(PairsSchema(), PairsForm)
    if filled.form is None:
        return _proposals(filled), 422
    try:
        return _make(filled.form)
    except RefusedError as refused:
        db.session.rollback()
        return _proposals(filled.refused(refused)), 422


@blueprint.route("/participants/<uuid:participant>/readings/new", methods=["GET", "POST"])
def choose_photos(participant: UUID) -> ResponseReturnValue:
    """Two photos of one child, chosen by hand."""
    place = place_of(participant, Permission.MANAGE_READINGS)
    if request.method != "POST":
        return _photos(place, blank())
    filled = read_form(ChosenSchema(), ChosenForm)
    if filled.form is None:
        return _photos(place, filled), 422
    try:
        return _make(filled.form.pairs(participant))
    except RefusedError as refused:
        db.session.rollback()
        return _photos(place, filled.refused(refused)), 422


@blueprint.get("/readings/<uuid:case>")
def reading_case(case: UUID) -> str:
    """One case: who has read, and once it is unmasked what was said."""
    return _case(case, blank())


@blueprint.post("/readings/<uuid:case>/third")
def name_third_reader(case: UUID) -> ResponseReturnValue:
    """Name who decides where two readers do not settle it."""
    filled = read_form(ThirdSchema(), ThirdForm)
    if filled.form is None:
        return _case(case, filled), 422
    session, actor = db.session(), current_actor()
    try:
        masked_cases.name_third(session, actor, case, filled.form.third, draw=randbelow, now=now())
    except RefusedError as refused:
        session.rollback()
        return _case(case, filled.refused(refused)), 422
    session.commit()
    return redirect(url_for("clinician.reading_case", case=case), 303)


def _make(form: PairsForm) -> ResponseReturnValue:
    """All pairs of the form or none."""
    session, actor = db.session(), current_actor()
    for pair in form.pair:
        masked_cases.make_case(
            session,
            actor,
            pair,
            form.readers,
            client_id=form.id_of(pair),
            protocols=parts().protocols,
            draw=randbelow,
            now=now(),
        )
    session.commit()
    return redirect(url_for("clinician.readings"), 303)


def _list(filled: Filled[Any]) -> str:
    lines = masked_results.cases_at(db.session(), _sites())
    page: str = render_template(
        "clinician/reading_cases.html",
        section="readings",
        rows=case_rows(lines, parts().protocols),
        agreement=agreement_words(masked_results.readers_agreement(lines)),
        needs_code=needs_code(),
        values=filled.values,
        errors=filled.errors,
    )
    return page


def _proposals(filled: Filled[Any]) -> str:
    session = db.session()
    sites = [session.get_one(Site, site) for site in _sites()]
    site = next((site for site in sites if site.code == request.args.get("site")), sites[0])
    protocols = parts().protocols
    pairs = proposed_pairs(session, site.id, protocols, today=now().date())
    page: str = render_template(
        "clinician/reading_choose.html",
        section="readings",
        sites=sites,
        site=site,
        pairs=pair_choices(pairs, protocols),
        **_readers(site.id),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )
    return page


def _photos(place: Place, filled: Filled[Any]) -> str:
    rows = photos.photos_of(place.session, place.child.id)
    shown = [
        (
            str(photo.public_id),
            f"{day(photo.shown_on)} · {view_word(photo.view)} · {site_word(photo.body_site)}",
        )
        for photo in reversed(rows)
        if photo.unusable_reason is None
    ]
    visits = [
        (visit.code, f"{visit_label(place.protocol, visit.code)} · {day(visit.on)}")
        for visit in visits_of(place.session, place.child.id)
        if asks_for_assessment(visit, place.protocol)
    ]
    return place.show(
        "reading_photos",
        "photos",
        photos=shown,
        visits=visits,
        **_readers(place.child.site_id),
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _case(case: UUID, filled: Filled[Any]) -> str:
    session = db.session()
    line = masked_results.case_line(
        session, masked_cases.case_at_site(session, current_actor(), case)
    )
    page: str = render_template(
        "clinician/reading_case.html",
        section="readings",
        row=case_row(line, parts().protocols),
        line=line,
        **_readers(line.child.site_id),
        values=filled.values,
        errors=filled.errors,
    )
    return page


def _readers(site_id: int) -> dict[str, Any]:
    found = readers_at(db.session(), site_id)
    return {
        "readers": reader_options(found),
        "unmaskable": [each.account.display_name for each in found if not each.is_masked],
    }


def _sites() -> tuple[int, ...]:
    sites = sites_with(current_actor(), Permission.MANAGE_READINGS)
    if not sites:
        abort(403)
    return sites

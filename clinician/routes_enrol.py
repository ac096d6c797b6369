"""Registering a child: one page of facts, one page that shows what follows from them."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from clinician import blueprint
from clinician.work_words import SEXES, options
from domain.errors import DomainError
from domain.protocol import Protocol
from models.participant import Participant
from models.site import Site
from services.access import Permission, sites_with
from services.errors import NotFoundError, RefusedError
from services.participants import Registration, check, register
from services.starting_dose import StartProposal, start_of_size
from web.db import db
from web.fields import Amount, ClockTime, Day, Tick, Words
from web.forms import Filled, WriteSchema, blank, read_form
from web.identity import current_actor
from web.parts import now, parts


class EnrolSchema(WriteSchema):
    site = Words(required=True, longest=8)
    study_number = Words(required=True, longest=16)
    call_name = Words(required=True, longest=40)
    born_on = Day(required=True)
    sex = Words(required=True, longest=8)
    kasabach_merritt = Tick()
    enrolled_on = Day(required=True)
    height_cm = Amount(required=True)
    weight_kg = Amount(required=True)
    measured_on = Day(required=True)
    time_zone = Words(required=True, longest=64)
    morning = ClockTime(required=True)
    evening = ClockTime(required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolForm:
    client_id: UUID
    site: str
    study_number: str
    call_name: str
    born_on: date
    sex: str
    kasabach_merritt: bool
    enrolled_on: date
    height_cm: Decimal
    weight_kg: Decimal
    measured_on: date
    time_zone: str
    morning: time
    evening: time

    def said(self) -> Registration:
        """As the use case takes it; numbers on labels are written in capitals."""
        return Registration(
            client_id=self.client_id,
            study_number=self.study_number.upper(),
            call_name=self.call_name,
            born_on=self.born_on,
            sex=self.sex,
            kasabach_merritt=self.kasabach_merritt,
            enrolled_on=self.enrolled_on,
            time_zone=self.time_zone,
            morning=self.morning,
            evening=self.evening,
            height_cm=self.height_cm,
            weight_kg=self.weight_kg,
            measured_on=self.measured_on,
        )


@blueprint.route("/enrol", methods=["GET", "POST"])
def enrol() -> ResponseReturnValue:
    """Facts → check (BSA, doses of the arms, stratum) → register. Only the last writes."""
    if request.method != "POST":
        return _facts(blank(_first_values()))
    filled = read_form(EnrolSchema(), EnrolForm)
    if filled.form is None:
        return _facts(filled), 422
    if request.form.get("step") == "change":
        return _facts(filled)
    try:
        site = _site(filled.form.site)
        if request.form.get("step") != "enrol":
            return _check(filled, filled.form, site)
        child = _enrol(filled.form, site)
    except (RefusedError, DomainError) as error:
        return _facts(filled.refused(error)), 422
    return redirect(url_for("clinician.admission", participant=child.public_id), 303)


def _enrol(form: EnrolForm, site: Site) -> Participant:
    session = db.session()
    child = register(
        session, current_actor(), site, form.said(), protocol=_protocol(site), now=now()
    )
    session.commit()
    return child


def _check(filled: Filled[EnrolForm], form: EnrolForm, site: Site) -> str:
    """What would be written, and what each arm would begin with: worked out by the same rules."""
    protocol, said = _protocol(site), form.said()
    check(db.session(), site, said, protocol=protocol, now=now())
    starts = _starts(said, protocol)
    return _page("enrol_check", filled, form=form, site=site, starts=starts, protocol=protocol)


def _starts(said: Registration, protocol: Protocol) -> list[StartProposal]:
    return [
        start_of_size(
            said.height_cm,
            said.weight_kg,
            arm,
            born_on=said.born_on,
            on=said.enrolled_on,
            protocol=protocol,
        )
        for arm in protocol.arms
    ]


def _facts(filled: Filled[Any]) -> str:
    sites = _sites()
    return _page("enrol", filled, sites=sites, protocol=_protocol(sites[0]))


def _page(name: str, filled: Filled[Any], **context: Any) -> str:
    page: str = render_template(
        f"clinician/{name}.html",
        section="enrol",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        sexes=options(SEXES),
        **context,
    )
    return page


def _first_values() -> dict[str, str]:
    """What is nearly always so; everything else must be typed."""
    site = _sites()[0]
    slots, today = _protocol(site).slots, _today_at(site).isoformat()
    return {
        "site": site.code,
        "time_zone": site.time_zone,
        "enrolled_on": today,
        "measured_on": today,
        "morning": f"{slots.morning:%H:%M}",
        "evening": f"{slots.evening:%H:%M}",
    }


def _today_at(site: Site) -> date:
    """The date on the site's wall."""
    return now().astimezone(ZoneInfo(site.time_zone)).date()


def _sites() -> list[Site]:
    ids = sites_with(current_actor(), Permission.ENROL)
    return list(db.session.scalars(select(Site).where(Site.id.in_(ids)).order_by(Site.code)))


def _site(code: str) -> Site:
    """Raises NotFoundError for a site at which the person may enrol nobody."""
    found = next((site for site in _sites() if site.code == code), None)
    if found is None:
        raise NotFoundError
    return found


def _protocol(site: Site) -> Protocol:
    return parts().protocols[site.protocol_key]

"""The carers of a child: who they are, whether messages reach them, inviting and ending."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.work_words import RELATIONS, options
from models.account import Account
from models.participant import Relation
from services.access import Permission
from services.errors import RefusedError
from services.families import (
    Carer,
    Invitation,
    carer_of,
    carers_of,
    change_phone,
    end_tie,
    invite,
)
from web.fields import Choice, Phone, Tick, Words
from web.forms import Filled, FormSchema, WriteSchema, blank, read_form
from web.parts import parts

_CARERS = "/participants/<uuid:participant>/carers"


class InviteSchema(WriteSchema):
    phone = Phone(required=True)
    display_name = Words(required=True, longest=80)
    relation = Choice(Relation, required=True)
    may_log = Tick()
    locale = Words(required=True, longest=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteForm:
    client_id: UUID
    phone: str
    display_name: str
    relation: Relation
    may_log: bool
    locale: str

    def said(self) -> Invitation:
        return Invitation(
            phone=self.phone,
            display_name=self.display_name,
            relation=self.relation,
            may_log=self.may_log,
            locale=self.locale,
        )


class EndSchema(FormSchema):
    reason = Words(required=True, longest=200)


@dataclass(frozen=True, slots=True)
class EndForm:
    reason: str


class PhoneSchema(FormSchema):
    phone = Phone(required=True)


@dataclass(frozen=True, slots=True)
class PhoneForm:
    phone: str


@blueprint.get(_CARERS)
def carers(participant: UUID) -> str:
    """Everybody who cares or cared for the child, and the form that invites another one."""
    return _page(place_of(participant), blank({"may_log": "yes", "locale": "zh"}))


@blueprint.post(_CARERS)
def invite_carer(participant: UUID) -> ResponseReturnValue:
    """Tie a carer to the child; the invitation goes out after the commit."""
    place = place_of(participant, Permission.ENROL)
    filled = read_form(InviteSchema(), InviteForm)
    if filled.form is None:
        return _page(place, filled), 422
    try:
        invite(
            place.session,
            place.actor,
            place.child,
            filled.form.said(),
            protocol=place.protocol,
            public_url=parts().settings.public_url,
            now=place.now,
        )
    except RefusedError as error:
        return _page(place, filled.refused(error)), 422
    place.session.commit()
    flash(_("Invited. The message is on its way."), "success")
    return _back(place)


@blueprint.route(f"{_CARERS}/<uuid:account>/end", methods=["GET", "POST"])
def end_carer(participant: UUID, account: UUID) -> ResponseReturnValue:
    """End a carer's tie to this child."""
    place = place_of(participant, Permission.ENROL)
    carer = carer_of(place.session, place.child, account)
    if request.method != "POST":
        return _one(place, "carer_end", carer, blank())
    filled = read_form(EndSchema(), EndForm)
    if filled.form is None:
        return _one(place, "carer_end", carer, filled), 422
    reason = filled.form.reason
    end_tie(place.session, place.actor, place.child, account, reason=reason, now=place.now)
    place.session.commit()
    return _back(place)


@blueprint.route(f"{_CARERS}/<uuid:account>/phone", methods=["GET", "POST"])
def carer_phone(participant: UUID, account: UUID) -> ResponseReturnValue:
    """Give a carer another phone number."""
    place = place_of(participant, Permission.ENROL)
    carer = carer_of(place.session, place.child, account)
    if request.method != "POST":
        return _one(place, "carer_phone", carer, blank({"phone": carer.us_phone_number or ""}))
    filled = read_form(PhoneSchema(), PhoneForm)
    if filled.form is None:
        return _one(place, "carer_phone", carer, filled), 422
    try:
        phone = filled.form.phone
        change_phone(place.session, place.actor, place.child, account, phone=phone, now=place.now)
    except RefusedError as error:
        return _one(place, "carer_phone", carer, filled.refused(error)), 422
    place.session.commit()
    return _back(place)


def _page(place: Place, filled: Filled[Any]) -> str:
    shown = carers_of(place.session, place.child)
    return place.show(
        "carers",
        "carers",
        open_carers=[one for one in shown if one.tie.ended_at is None],
        ended_carers=[one for one in shown if one.tie.ended_at is not None],
        phones={one.tie.id: _phone_words(place, one) for one in shown},
        relations=options(RELATIONS),
        relation_words=RELATIONS,
        locales=[("zh", "中文"), ("en", "English")],
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _phone_words(place: Place, carer: Carer) -> str:
    """The number for those who may call it; for monitors its last digits."""
    number = carer.account.us_phone_number or ""
    return number if place.may(Permission.RECORD) else f"… {number[-4:]}"


def _one(place: Place, name: str, carer: Account, filled: Filled[Any]) -> str:
    return place.show(name, "carers", carer=carer, values=filled.values, errors=filled.errors)


def _back(place: Place) -> ResponseReturnValue:
    return redirect(url_for("clinician.carers", participant=place.child.public_id), 303)

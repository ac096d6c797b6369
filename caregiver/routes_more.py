"""What else a family needs: answers, reminders, language, the clinic's number."""

from typing import Final
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from caregiver import blueprint
from caregiver.place import Place, place_of
from caregiver.schemas import RemindersForm, RemindersSchema, Wanted
from services.preferences import ChoiceSource, choose, wants_messages
from web.db import db
from web.formats import language
from web.forms import read_form
from web.identity import signed_in

# heading and the protocol's text below it, word for word
ANSWERS: Final = (
    ("clock", _("The dose is late"), "what_late"),
    ("vomit", _("The child vomited"), "what_vomited"),
    ("double", _("It was given twice"), "what_doubled"),
    ("warning", _("Fever, bleeding, or something is not right"), "what_fever"),
    ("plus", _("A new medicine"), "what_medicine"),
    ("droplet", _("Grapefruit and pomelo"), "grapefruit"),
)


@blueprint.get("/<uuid:child>/answers")
def answers(child: UUID) -> str:
    """What now? The protocol's own words; nothing is made up here."""
    place = place_of(child)
    told = [(icon, words, place.protocol.text(name, language())) for icon, words, name in ANSWERS]
    return place.show("answers", answers=told, version=place.protocol.key)


@blueprint.get("/<uuid:child>/more")
def more(child: UUID) -> str:
    return place_of(child).show("more")


@blueprint.get("/<uuid:child>/reminders")
def reminders(child: UUID) -> str:
    place = place_of(child)
    return place.show("reminders", **_phone(place))


@blueprint.post("/<uuid:child>/reminders")
def set_reminders(child: UUID) -> ResponseReturnValue:
    """Opt out of messages to this phone, or in again."""
    place = place_of(child)
    filled = read_form(RemindersSchema(), RemindersForm)
    phone = _phone(place)["phone"]
    if filled.form is None or not isinstance(phone, str):
        return place.show("reminders", errors=filled.errors, **_phone(place)), 422
    wants = filled.form.wants is Wanted.YES
    choose(
        place.session,
        phone,
        wants=wants,
        source=ChoiceSource.PAGE,
        now=place.now,
        actor=place.actor,
    )
    db.session.commit()
    flash(gettext("Reminders are on.") if wants else gettext("Reminders are off."), "success")
    return redirect(url_for("caregiver.reminders", child=child), 303)


def _phone(place: Place) -> dict[str, object]:
    account = signed_in()
    phone = account.us_phone_number if account else None
    wanted = wants_messages(place.session, phone) if phone else False
    return {"phone": phone, "tail": (phone or "")[-4:], "wanted": wanted}

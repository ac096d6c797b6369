"""The tumour as measured and felt, and treatments beside sirolimus: three short forms."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.place import Place, place_of
from clinician.presenters_medicines import medicine_names
from clinician.presenters_tumour import skin_values, treatment_values, volume_values
from clinician.result_words import FIRMNESSES, MODALITIES, SKIN_COLOURS, TREATMENTS, options
from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters
from models.tumour import SkinFinding, Treatment, TreatmentKind, TumourVolume
from services.access import Permission
from services.errors import RefusedError
from services.lesions import known_name, lesions_of
from services.medicines import record_medicine
from services.results import find_result
from services.tumour import (
    Entering,
    Modality,
    SaidSkin,
    SaidTreatment,
    SaidVolume,
    record_skin,
    record_treatment,
    record_volume,
)
from web.fields import Amount, Choice, Day, Ident, Words
from web.forms import Filled, WriteSchema, blank, read_form

_CHILD = "/participants/<uuid:participant>"


class _FactSchema(WriteSchema):
    amends = Ident(load_default=None)
    amend_reason = Words(longest=200, load_default=None)


class VolumeSchema(_FactSchema):
    measured_on = Day(required=True)
    lesion = Words(required=True, longest=40)
    modality = Choice(Modality, required=True)
    reader = Words(required=True, longest=80)
    length_mm = Amount(load_default=None)
    width_mm = Amount(load_default=None)
    height_mm = Amount(load_default=None)
    volume_ml = Amount(load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeForm:
    client_id: UUID
    measured_on: date
    lesion: str
    modality: Modality
    reader: str
    length_mm: Decimal | None
    width_mm: Decimal | None
    height_mm: Decimal | None
    volume_ml: Decimal | None
    amends: UUID | None
    amend_reason: str | None


class SkinSchema(_FactSchema):
    examined_on = Day(required=True)
    colour = Choice(SkinColour, required=True)
    firmness = Choice(Firmness, required=True)
    note = Words(longest=500, load_default=None)


class TreatmentSchema(_FactSchema):
    kind = Choice(TreatmentKind, required=True)
    name = Words(required=True, longest=80)
    started_on = Day(required=True)
    ended_on = Day(load_default=None)


@blueprint.route(f"{_CHILD}/volumes/new", methods=["GET", "POST"])
def new_volume(participant: UUID) -> ResponseReturnValue:
    """A lesion measured: three diameters, or a reader's volume."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        first = {"measured_on": place.today.isoformat(), "reader": place.actor.name}
        amended = _amended(place, TumourVolume)
        return _volume_form(place, blank(volume_values(amended) if amended else first))
    filled = read_form(VolumeSchema(), VolumeForm)
    if filled.form is None:
        return _volume_form(place, filled), 422
    try:
        said = _said_volume(filled.form, place)
        record_volume(place.session, _entering(place), said, protocol=place.protocol)
    except RefusedError as refused:
        return _volume_form(place, filled.refused(refused)), 422
    return _saved(place)


@blueprint.route(f"{_CHILD}/skin/new", methods=["GET", "POST"])
def new_skin(participant: UUID) -> ResponseReturnValue:
    """Colour and firmness compared with baseline."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        amended = _amended(place, SkinFinding)
        first = {"examined_on": place.today.isoformat()}
        return _skin_form(place, blank(skin_values(amended) if amended else first))
    filled = read_form(SkinSchema(), SaidSkin)
    if filled.form is None:
        return _skin_form(place, filled), 422
    try:
        record_skin(place.session, _entering(place), filled.form)
    except RefusedError as refused:
        return _skin_form(place, filled.refused(refused)), 422
    return _saved(place)


@blueprint.route(f"{_CHILD}/treatments/new", methods=["GET", "POST"])
def new_treatment(participant: UUID) -> ResponseReturnValue:
    """A transfusion, a rescue therapy or another medicine."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        amended = _amended(place, Treatment)
        first = {"started_on": place.today.isoformat(), "kind": request.args.get("kind", "")}
        return _treatment_form(place, blank(treatment_values(amended) if amended else first))
    filled = read_form(TreatmentSchema(), SaidTreatment)
    if filled.form is None:
        return _treatment_form(place, filled), 422
    try:
        _record_treatment(place, filled.form)
    except RefusedError as refused:
        return _treatment_form(place, filled.refused(refused)), 422
    return _saved(place)


def _record_treatment(place: Place, said: SaidTreatment) -> None:
    """A medicine is looked up in the study's list, and may call the clinic."""
    if said.kind is TreatmentKind.MEDICINE:
        record_medicine(place.session, _entering(place), said, protocol=place.protocol)
    else:
        record_treatment(place.session, _entering(place), said)


def _said_volume(form: VolumeForm, place: Place) -> SaidVolume:
    """Raises RefusedError when only some of the diameters are there."""
    sides = (form.length_mm, form.width_mm, form.height_mm)
    length, width, height = sides
    diameters = None
    if length is not None and width is not None and height is not None:
        diameters = Diameters(length, width, height)
    elif any(side is not None for side in sides):
        missing = ("length_mm", "width_mm", "height_mm")[sides.index(None)]
        raise RefusedError("required", missing)
    return SaidVolume(
        client_id=form.client_id,
        measured_on=form.measured_on,
        lesion=known_name(place.session, place.child.id, form.lesion),
        modality=form.modality,
        reader=form.reader,
        diameters=diameters,
        volume_ml=form.volume_ml,
        amends=form.amends,
        amend_reason=form.amend_reason,
    )


def _amended(place: Place, table: Any) -> Any:
    """The row that `?amends=` names; None for a new entry."""
    public_id = request.args.get("amends", type=UUID)
    return None if public_id is None else find_result(place.session, table, place.child, public_id)


def _entering(place: Place) -> Entering:
    return Entering(place.actor, place.child, place.now)


def _saved(place: Place) -> ResponseReturnValue:
    place.session.commit()
    return redirect(url_for("clinician.participant", participant=place.child.public_id), 303)


def _volume_form(place: Place, filled: Filled[Any]) -> str:
    lesions = [row.name for row in lesions_of(place.session, place.child.id)]
    return _form(place, "volume_new", filled, modalities=options(MODALITIES), lesions=lesions)


def _skin_form(place: Place, filled: Filled[Any]) -> str:
    colours, firmnesses = options(SKIN_COLOURS), options(FIRMNESSES)
    return _form(place, "skin_new", filled, colours=colours, firmnesses=firmnesses)


def _treatment_form(place: Place, filled: Filled[Any]) -> str:
    names = medicine_names(place.protocol)
    return _form(place, "treatment_new", filled, kinds=options(TREATMENTS), medicine_names=names)


def _form(place: Place, name: str, filled: Filled[Any], **context: Any) -> str:
    return place.show(
        name,
        "participant",
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
        **context,
    )

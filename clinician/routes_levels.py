"""Sirolimus levels: enter, look at the verdict and what it rests on, overrule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.level_words import UNITS
from clinician.place import Place, place_of
from clinician.presenters_level_list import level_list
from clinician.presenters_level_page import level_page, people_of
from clinician.presenters_levels import level_card, level_values
from clinician.result_words import FINDINGS, options
from domain.level import LevelUnit
from domain.trough import Finding
from models.laboratory import Level
from models.visit import BloodDraw
from services.access import Permission
from services.blood_draws import draws_on, draws_without_level
from services.errors import RefusedError
from services.level_book import level_book, overrules_of
from services.level_overrules import OverruleSaid, overrule_level
from services.levels import SaidLevel, record_level, value_fields
from services.people import names_of
from services.results import correction_of, find_result
from services.timetables import timetables
from services.verdicts import verdict_of
from web.fields import Choice, ClockTime, Day, Ident, Words
from web.forms import Filled, WriteSchema, blank, read_form

_LEVELS = "/participants/<uuid:participant>/levels"
# so many blood draws without a level are offered for entry
MOST_DRAWS: Final = 3


class LevelSchema(WriteSchema):
    drawn_on = Day(required=True)
    drawn_time = ClockTime(required=True)
    level = Words(required=True, longest=20)
    unit = Choice(LevelUnit, load_default=LevelUnit.NG_PER_ML)
    assay = Words(longest=32, load_default=None)
    laboratory = Words(longest=80, load_default=None)
    last_dose_on = Day(load_default=None)
    last_dose_time = ClockTime(load_default=None)
    last_dose_told_by = Words(longest=80, load_default=None)
    note = Words(load_default=None)
    amends = Ident(load_default=None)
    amend_reason = Words(longest=200, load_default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelForm:
    client_id: UUID
    drawn_on: date
    drawn_time: time
    level: str
    unit: LevelUnit
    assay: str | None
    laboratory: str | None
    last_dose_on: date | None
    last_dose_time: time | None
    last_dose_told_by: str | None
    note: str | None
    amends: UUID | None
    amend_reason: str | None


class OverruleSchema(WriteSchema):
    verdict = Choice(Finding, required=True)
    reason = Words(required=True, longest=500)


@blueprint.route(f"{_LEVELS}/new", methods=["GET", "POST"])
def new_level(participant: UUID) -> ResponseReturnValue:
    """Enter a level as the laboratory reported it; with `?amends=` correct one."""
    place = place_of(participant, Permission.RECORD)
    if request.method != "POST":
        return _form(place)
    filled = read_form(LevelSchema(), LevelForm)
    if filled.form is None:
        return _form(place, filled), 422
    try:
        said = _said(filled.form, place.zone)
        row, _ = record_level(
            place.session, place.actor, place.child, said, protocol=place.protocol, now=place.now
        )
    except RefusedError as refused:
        return _form(place, filled.refused(refused)), 422
    place.session.commit()
    return redirect(_page_of(place, row), 303)


@blueprint.get(_LEVELS)
def levels(participant: UUID) -> str:
    """All levels of the child, and how often they were in range."""
    place = place_of(participant)
    if place.arm is None:
        return place.show("levels", "levels", levels=None)
    book = level_book(place.session, place.child, place.protocol, now=place.now)
    return place.show("levels", "levels", levels=level_list(book, place.zone, place.protocol))


@blueprint.get(f"{_LEVELS}/<uuid:level>")
def level(participant: UUID, level: UUID) -> str:
    """One level: its verdict, the doses it rests on, how each was entered."""
    place = place_of(participant)
    return _level(place, find_result(place.session, Level, place.child, level), blank())


@blueprint.post(f"{_LEVELS}/<uuid:level>/verdict")
def overrule_verdict(participant: UUID, level: UUID) -> ResponseReturnValue:
    """A clinician's own verdict, with the reason."""
    place = place_of(participant, Permission.ASSESS)
    row = find_result(place.session, Level, place.child, level)
    filled = read_form(OverruleSchema(), OverruleSaid)
    if filled.form is None:
        return _level(place, row, filled), 422
    try:
        overrule_level(place.session, place.actor, row, filled.form, now=place.now)
    except RefusedError as refused:
        return _level(place, row, filled.refused(refused)), 422
    place.session.commit()
    return redirect(_page_of(place, row), 303)


def _said(form: LevelForm, zone: ZoneInfo) -> SaidLevel:
    """The form as the service takes it. Raises RefusedError beside a field."""
    return SaidLevel(
        client_id=form.client_id,
        drawn_at=datetime.combine(form.drawn_on, form.drawn_time, zone),
        **value_fields(form.level),
        assay=form.assay,
        laboratory=form.laboratory,
        last_dose_at=_last_dose_at(form, zone),
        last_dose_told_by=form.last_dose_told_by,
        note=form.note,
        amends=form.amends,
        amend_reason=form.amend_reason,
    )


def _last_dose_at(form: LevelForm, zone: ZoneInfo) -> datetime | None:
    on, clock = form.last_dose_on, form.last_dose_time
    if (on is None) != (clock is None):
        raise RefusedError("told_needs_both", "last_dose_on")
    return datetime.combine(on, clock, zone) if on is not None and clock is not None else None


def _first_values(place: Place, draws: Sequence[BloodDraw]) -> dict[str, str]:
    """What is to be corrected for a correction; else the blood draw asked for, or the newest one
    that waits for its level."""
    amends = request.args.get("amends", type=UUID)
    if amends is not None:
        return level_values(find_result(place.session, Level, place.child, amends), place.zone)
    asked = request.args.get("draw", "")
    offered = [draw for draw in draws if str(draw.client_id) == asked] or draws[:1]
    if not offered:
        return {"drawn_on": place.today.isoformat()}
    drawn = offered[0].drawn_at.astimezone(place.zone)
    return {"drawn_on": f"{drawn:%Y-%m-%d}", "drawn_time": f"{drawn:%H:%M}"}


def _form(place: Place, filled: Filled[Any] | None = None) -> str:
    draws = draws_without_level(place.session, place.child.id)
    shown = filled or blank(_first_values(place, draws))
    return place.show(
        "level_new",
        "levels",
        values=shown.values,
        errors=shown.errors,
        client_id=shown.client_id,
        units=options(UNITS),
        draws=draws[:MOST_DRAWS],
    )


def _level(place: Place, row: Level, filled: Filled[Any]) -> str:
    session = place.session
    judged = verdict_of(session, place.child, row, protocol=place.protocol, now=place.now)
    overrules = overrules_of(session, row)
    tables = timetables(session, place.child.id)
    drawn_on = row.drawn_at.astimezone(place.zone).date()
    later = correction_of(session, row)
    page = level_page(
        judged,
        overrules,
        draws_on(session, place.child.id, drawn_on, tables),
        names_of(session, people_of(judged, overrules)),
        zone=place.zone,
        protocol=place.protocol,
    )
    return place.show(
        "level",
        "levels",
        card=level_card(judged, place.zone, place.protocol),
        page=page,
        corrected_by=later,
        corrects=session.get(Level, row.amends_id) if row.amends_id else None,
        verdicts=options(FINDINGS),
        may_assess=place.may(Permission.ASSESS) and later is None,
        values=filled.values,
        errors=filled.errors,
        client_id=filled.client_id,
    )


def _page_of(place: Place, row: Level) -> str:
    return url_for("clinician.level", participant=place.child.public_id, level=row.public_id)

"""Who may enter where: one table, one door.

Every endpoint stands here; one that does not is closed to everybody, and tests/web/test_access.py
fails. What a person may do with which child is decided below, in services/access.py.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from flask import Flask, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from services.access import Permission, sites_with
from services.actor import Actor, ActorKind
from web import csrf, next_page
from web.db import finish_reading
from web.identity import actor_or_none, bearer_token


class Entry(Enum):
    """Who a door lets in, when no permission is named."""

    PUBLIC = auto()
    # the sender proves itself by a signature that the view checks; no session, no CSRF token
    SIGNED = auto()
    ANYBODY = auto()
    CARER = auto()
    STAFF = auto()
    # JSON: a session of any kind or a machine's token
    API = auto()


Rule = Entry | Permission

ENTRIES: Final[Mapping[str, Rule]] = {
    "static": Entry.PUBLIC,
    "web.home": Entry.PUBLIC,
    "web.set_language": Entry.PUBLIC,
    "web.photo_file": Entry.ANYBODY,
    "health.healthz": Entry.PUBLIC,
    "health.readyz": Entry.PUBLIC,
    "sign_in.carer": Entry.PUBLIC,
    "sign_in.carer_code": Entry.PUBLIC,
    "sign_in.staff": Entry.PUBLIC,
    "sign_in.staff_code": Entry.PUBLIC,
    "sign_in.sign_out": Entry.PUBLIC,
    # --- caregiver: the diary
    "caregiver.today": Entry.CARER,
    "caregiver.blood_taken": Entry.CARER,
    "caregiver.dose": Entry.CARER,
    "caregiver.undo_dose": Entry.CARER,
    "caregiver.correct_entry": Entry.CARER,
    "caregiver.save_correction": Entry.CARER,
    "caregiver.ask_correction": Entry.CARER,
    "caregiver.save_request": Entry.CARER,
    "caregiver.day": Entry.CARER,
    "caregiver.answers": Entry.CARER,
    "caregiver.reminders": Entry.CARER,
    "caregiver.set_reminders": Entry.CARER,
    "caregiver.history": Entry.CARER,
    "caregiver.more": Entry.CARER,
    "caregiver.visits": Entry.CARER,
    "caregiver.visit_calendar": Entry.CARER,
    "caregiver.photos": Entry.CARER,
    "caregiver.photo": Entry.CARER,
    "caregiver.new_photo": Entry.CARER,
    "caregiver.photos_sent": Entry.CARER,
    "caregiver.symptoms": Entry.CARER,
    "caregiver.new_symptom": Entry.CARER,
    "caregiver.correct_symptom": Entry.CARER,
    # --- clinician: follow-up
    "clinician.worklist": Entry.STAFF,
    "clinician.acknowledge": Permission.RECORD,
    "clinician.matters": Permission.VIEW,
    "clinician.take_matter": Permission.RECORD,
    "clinician.hand_over_matter": Permission.RECORD,
    "clinician.note_matter": Permission.RECORD,
    "clinician.reopen_matter": Permission.RECORD,
    "clinician.mark_participant_reviewed": Permission.VIEW,
    "clinician.enrol": Permission.ENROL,
    "clinician.admission": Permission.VIEW,
    "clinician.new_eligibility": Permission.ENROL,
    "clinician.new_consent": Permission.ENROL,
    "clinician.randomise": Permission.RANDOMISE,
    "clinician.end_study": Permission.ENROL,
    "clinician.randomisation": Permission.VIEW,
    "clinician.orders": Permission.VIEW,
    "clinician.order": Permission.VIEW,
    "clinician.measurements": Permission.VIEW,
    "clinician.measure": Permission.RECORD,
    "clinician.new_order": Permission.ORDER,
    "clinician.sign_order": Permission.ORDER,
    "clinician.hold": Permission.ORDER,
    "clinician.restart": Permission.ORDER,
    "clinician.carers": Permission.VIEW,
    "clinician.invite_carer": Permission.ENROL,
    "clinician.end_carer": Permission.ENROL,
    "clinician.carer_phone": Permission.ENROL,
    "clinician.visits": Permission.VIEW,
    "clinician.mark_visit": Permission.RECORD,
    "clinician.move_visit": Permission.RECORD,
    "clinician.blood_taken": Permission.RECORD,
    "clinician.new_visit": Permission.RECORD,
    "clinician.visit_calendar": Permission.VIEW,
    "clinician.diary": Permission.VIEW,
    "clinician.adherence": Permission.VIEW,
    "clinician.clinic_doses": Permission.DIARY,
    "clinician.new_stay": Permission.RECORD,
    "clinician.times": Permission.VIEW,
    "clinician.change_dose_times": Permission.ENROL,
    "clinician.trail": Permission.VIEW,
    "clinician.corrections": Permission.VIEW,
    "clinician.decide_correction": Permission.DECIDE,
    "clinician.participant": Permission.VIEW,
    "clinician.course_file": Permission.VIEW,
    "clinician.levels": Permission.VIEW,
    "clinician.level": Permission.VIEW,
    "clinician.new_level": Permission.RECORD,
    "clinician.overrule_verdict": Permission.ASSESS,
    "clinician.labs": Permission.VIEW,
    "clinician.new_labs": Permission.RECORD,
    "clinician.ranges": Permission.VIEW,
    "clinician.new_range": Permission.RECORD,
    "clinician.import_labs": Permission.RECORD,
    "clinician.confirm_import": Permission.RECORD,
    "clinician.import_template": Permission.RECORD,
    "clinician.new_volume": Permission.RECORD,
    "clinician.tumour": Permission.VIEW,
    "clinician.new_lesion": Permission.RECORD,
    "clinician.new_skin": Permission.RECORD,
    "clinician.new_treatment": Permission.RECORD,
    "clinician.events": Permission.VIEW,
    "clinician.new_event": Permission.RECORD,
    "clinician.grade_event": Permission.RECORD,
    "clinician.event": Permission.VIEW,
    "clinician.change_adverse_event": Permission.RECORD,
    "clinician.candidates": Permission.VIEW,
    "clinician.decide_candidate": Permission.RECORD,
    "clinician.event_table": Permission.VIEW,
    "clinician.event_table_file": Permission.VIEW,
    "clinician.assessments": Permission.VIEW,
    "clinician.assess": Permission.ASSESS,
    "clinician.assessment": Permission.VIEW,
    "clinician.photos": Permission.VIEW,
    "clinician.photo": Permission.VIEW,
    "clinician.new_photo": Permission.PHOTOS,
    "clinician.photos_sent": Permission.PHOTOS,
    "clinician.mark_photo": Permission.PHOTOS,
    "clinician.unmark_photo": Permission.PHOTOS,
    # --- clinician: masked reading, by those who read and by those who choose what is read
    "clinician.reading": Permission.READ_MASKED,
    "clinician.read_pair": Permission.READ_MASKED,
    "clinician.answer_pair": Permission.READ_MASKED,
    "clinician.reading_picture": Permission.READ_MASKED,
    "clinician.readings": Permission.MANAGE_READINGS,
    "clinician.unmask_readings": Permission.MANAGE_READINGS,
    "clinician.choose_pairs": Permission.MANAGE_READINGS,
    "clinician.choose_photos": Permission.MANAGE_READINGS,
    "clinician.reading_case": Permission.MANAGE_READINGS,
    "clinician.name_third_reader": Permission.MANAGE_READINGS,
    # --- notifications: what the provider calls
    "sms.take_reply": Entry.SIGNED,
    "sms.take_receipt": Entry.SIGNED,
    # --- api: JSON; what each endpoint needs beside that: api/access.py
    "api-docs.openapi_json": Entry.PUBLIC,
    "api.list_children": Entry.API,
    "api.show_tumour": Entry.API,
    "api.list_lesions": Entry.API,
    "api.record_lesion": Entry.API,
    "api.draft_assessment": Entry.API,
    "api.try_assessment": Entry.API,
    "api.show_child": Entry.API,
    "api.enrol_child": Entry.API,
    "api.list_eligibility_checks": Entry.API,
    "api.check_eligibility_of": Entry.API,
    "api.list_consents": Entry.API,
    "api.record_consent_of": Entry.API,
    "api.show_randomisation": Entry.API,
    "api.randomise_child": Entry.API,
    "api.end_study": Entry.API,
    "api.show_randomisation_lists": Entry.API,
    "api.show_diary": Entry.API,
    "api.log_dose": Entry.API,
    "api.undo_dose": Entry.API,
    "api.enter_dose_sheet": Entry.API,
    "api.show_adherence": Entry.API,
    "api.list_corrections": Entry.API,
    "api.ask_correction": Entry.API,
    "api.decide_correction": Entry.API,
    "api.list_visits": Entry.API,
    "api.add_visit": Entry.API,
    "api.move_visit": Entry.API,
    "api.mark_visit": Entry.API,
    "api.list_stays": Entry.API,
    "api.record_stay": Entry.API,
    "api.list_photos": Entry.API,
    "api.add_photo": Entry.API,
    "api.show_photo": Entry.API,
    "api.list_orders": Entry.API,
    "api.write_order": Entry.API,
    "api.sign_waiting_order": Entry.API,
    "api.show_proposal": Entry.API,
    "api.show_starting_dose": Entry.API,
    "api.hold_doses": Entry.API,
    "api.restart_doses": Entry.API,
    "api.list_measurements": Entry.API,
    "api.record_measurement": Entry.API,
    "api.list_medicines": Entry.API,
    "api.record_medicine": Entry.API,
    "api.list_levels": Entry.API,
    "api.record_level": Entry.API,
    "api.show_level": Entry.API,
    "api.overrule_level": Entry.API,
    "api.list_labs": Entry.API,
    "api.record_labs": Entry.API,
    "api.list_lab_drafts": Entry.API,
    "api.list_ranges": Entry.API,
    "api.record_range": Entry.API,
    "api.preview_labs": Entry.API,
    "api.import_labs": Entry.API,
    "api.list_volumes": Entry.API,
    "api.record_volume": Entry.API,
    "api.list_skin_findings": Entry.API,
    "api.record_skin_finding": Entry.API,
    "api.list_treatments": Entry.API,
    "api.record_treatment": Entry.API,
    "api.list_assessments": Entry.API,
    "api.sign_assessment": Entry.API,
    "api.list_readings": Entry.API,
    "api.list_child_readings": Entry.API,
    "api.show_reading": Entry.API,
    "api.list_readers": Entry.API,
    "api.make_reading": Entry.API,
    "api.name_third_reader": Entry.API,
    "api.unmask_readings": Entry.API,
    "api.list_symptoms": Entry.API,
    "api.report_symptom_of": Entry.API,
    "api.list_adverse_events": Entry.API,
    "api.record_adverse_event": Entry.API,
    "api.regrade_adverse_event": Entry.API,
    "api.change_event_of": Entry.API,
    "api.list_event_candidates": Entry.API,
    "api.decide_event_candidate": Entry.API,
    "api.show_event_table": Entry.API,
    "api.list_messages": Entry.API,
    "api.list_matters": Entry.API,
    "api.list_child_matters": Entry.API,
    "api.acknowledge_matter": Entry.API,
    "api.take_matter": Entry.API,
    "api.hand_over_matter": Entry.API,
    "api.note_matter": Entry.API,
    "api.reopen_matter": Entry.API,
    "api.list_colleagues": Entry.API,
    "api.list_new_since_review": Entry.API,
    "api.mark_reviewed": Entry.API,
}


def init_access(app: Flask) -> None:
    app.before_request(enforce)


def enforce() -> ResponseReturnValue | None:
    """Let the request pass or answer it. Unknown addresses pass: they become a 404."""
    if request.endpoint is None:
        return None
    rule = ENTRIES.get(request.endpoint)
    if rule is None:
        abort(403)
    if rule is Entry.API and actor_or_none() is None:
        # before the CSRF token: a script without a session is to sign in, whatever it sends
        return ask_to_sign_in(rule)
    # asking for the form's token takes in the whole body, and a slow phone sends for minutes
    finish_reading()
    if rule is not Entry.SIGNED and bearer_token() is None:
        csrf.check()
    if rule in {Entry.PUBLIC, Entry.SIGNED}:
        return None
    actor = actor_or_none()
    if actor is None:
        return ask_to_sign_in(rule)
    if not admits(rule, actor):
        abort(403)
    return None


def admits(rule: Rule, actor: Actor) -> bool:
    """Does the rule let this actor in at all? A permission must be held at one site at least."""
    match rule:
        case Permission():
            return actor.kind is ActorKind.STAFF and bool(sites_with(actor, rule))
        case Entry.CARER:
            return actor.kind is ActorKind.CARER
        case Entry.STAFF:
            return actor.kind is ActorKind.STAFF
        case Entry.ANYBODY:
            return actor.kind in {ActorKind.CARER, ActorKind.STAFF}
        case Entry.API | Entry.PUBLIC | Entry.SIGNED:
            return True


def ask_to_sign_in(rule: Rule) -> ResponseReturnValue:
    """Pages send to their own sign-in and back afterwards; JSON is told 401."""
    if rule is Entry.API or wants_json():
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "Sirolog"}))
    to_carers = rule in {Entry.CARER, Entry.ANYBODY}
    door = "sign_in.carer" if to_carers else "sign_in.staff"
    back = next_page.here() if request.method in {"GET", "HEAD"} else None
    response: Response = redirect(url_for(door, next=back), 303)  # type: ignore[assignment]  # werkzeug's own class
    return response


def wants_json() -> bool:
    """A request of a script: it must never follow a redirect into a sign-in page."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]

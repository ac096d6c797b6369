"""Who may use which endpoint: a table, checked before each of them.

web/access.py lets in sessions of any kind and machines; here stands what each of them needs. An
endpoint that is missing here is closed, and tests/api/test_access.py fails.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from flask import abort, request

from domain.entries import Channel
from models.participant import Participant
from models.site import Site
from services.access import Permission, child_of, may, participant_at_site, sites_with
from services.actor import Actor, ActorKind
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.roster import site_of_actor
from services.tokens import Reading
from web.db import db
from web.identity import current_actor

# a verb that no token may have
BY_A_PERSON: Final = Permission.DECIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The verb a machine's token must name, the permission staff must hold, and whether carers
    may come in for their own children (`to_log`: only those who may write in the diary)."""

    verb: str
    staff: Permission
    carers: bool = False
    to_log: bool = False


NEEDS: Final[Mapping[str, Need]] = {
    "api.list_children": Need(verb=Permission.VIEW, staff=Permission.VIEW, carers=True),
    "api.show_child": Need(verb=Permission.VIEW, staff=Permission.VIEW, carers=True),
    "api.enrol_child": Need(verb=Permission.ENROL, staff=Permission.ENROL),
    "api.list_eligibility_checks": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.check_eligibility_of": Need(verb=Permission.ENROL, staff=Permission.ENROL),
    "api.list_consents": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.record_consent_of": Need(verb=Permission.ENROL, staff=Permission.ENROL),
    "api.show_randomisation": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.randomise_child": Need(verb=Permission.RANDOMISE, staff=Permission.RANDOMISE),
    "api.end_study": Need(verb=Permission.ENROL, staff=Permission.ENROL),
    "api.show_randomisation_lists": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.show_diary": Need(verb=Reading.DOSES, staff=Permission.VIEW, carers=True),
    "api.log_dose": Need(verb=Permission.DIARY, staff=Permission.DIARY, carers=True, to_log=True),
    "api.undo_dose": Need(verb=Permission.DIARY, staff=Permission.DIARY, carers=True, to_log=True),
    "api.enter_dose_sheet": Need(verb=Permission.DIARY, staff=Permission.DIARY),
    "api.show_adherence": Need(verb=Reading.DOSES, staff=Permission.VIEW),
    "api.list_corrections": Need(verb=Reading.DOSES, staff=Permission.VIEW, carers=True),
    "api.ask_correction": Need(
        verb=Permission.DIARY, staff=Permission.DIARY, carers=True, to_log=True
    ),
    # no token has this verb: a person decides
    "api.decide_correction": Need(verb=Permission.DECIDE, staff=Permission.DECIDE),
    "api.list_visits": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.add_visit": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.move_visit": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.mark_visit": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_stays": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.record_stay": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_photos": Need(verb=Reading.PHOTOS, staff=Permission.VIEW, carers=True),
    "api.add_photo": Need(
        verb=Permission.PHOTOS, staff=Permission.PHOTOS, carers=True, to_log=True
    ),
    "api.show_photo": Need(verb=Reading.PHOTOS, staff=Permission.VIEW, carers=True),
    "api.list_orders": Need(verb=Reading.ORDERS, staff=Permission.VIEW),
    "api.write_order": Need(verb=Permission.ORDER, staff=Permission.ORDER),
    "api.sign_waiting_order": Need(verb=Permission.ORDER, staff=Permission.ORDER),
    "api.show_proposal": Need(verb=Reading.ORDERS, staff=Permission.VIEW),
    "api.show_starting_dose": Need(verb=Reading.ORDERS, staff=Permission.VIEW),
    "api.hold_doses": Need(verb=Permission.ORDER, staff=Permission.ORDER),
    "api.restart_doses": Need(verb=Permission.ORDER, staff=Permission.ORDER),
    "api.list_measurements": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_measurement": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_medicines": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_medicine": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_levels": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_level": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.show_level": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    # no token has this verb: a person decides
    "api.overrule_level": Need(verb=Permission.ASSESS, staff=Permission.ASSESS),
    "api.list_labs": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_labs": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_lab_drafts": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.list_ranges": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_range": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.preview_labs": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.import_labs": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_volumes": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_volume": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_skin_findings": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_skin_finding": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_treatments": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_treatment": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.show_tumour": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.list_lesions": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_lesion": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.draft_assessment": Need(verb=Reading.ASSESSMENTS, staff=Permission.VIEW),
    "api.try_assessment": Need(verb=Reading.ASSESSMENTS, staff=Permission.VIEW),
    "api.list_assessments": Need(verb=Reading.ASSESSMENTS, staff=Permission.VIEW),
    # no token has this verb: a person signs
    "api.sign_assessment": Need(verb=Permission.ASSESS, staff=Permission.ASSESS),
    "api.list_readings": Need(verb=Reading.READINGS, staff=Permission.VIEW),
    "api.list_child_readings": Need(verb=Reading.READINGS, staff=Permission.VIEW),
    "api.show_reading": Need(verb=Reading.READINGS, staff=Permission.VIEW),
    # no token has this verb: a person chooses who reads, and unmasks
    "api.list_readers": Need(verb=Permission.MANAGE_READINGS, staff=Permission.MANAGE_READINGS),
    "api.make_reading": Need(verb=Permission.MANAGE_READINGS, staff=Permission.MANAGE_READINGS),
    "api.name_third_reader": Need(
        verb=Permission.MANAGE_READINGS, staff=Permission.MANAGE_READINGS
    ),
    "api.unmask_readings": Need(verb=Permission.MANAGE_READINGS, staff=Permission.MANAGE_READINGS),
    "api.list_symptoms": Need(verb=Reading.DOSES, staff=Permission.VIEW, carers=True),
    "api.report_symptom_of": Need(
        verb=Permission.DIARY, staff=Permission.DIARY, carers=True, to_log=True
    ),
    "api.list_adverse_events": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.record_adverse_event": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.regrade_adverse_event": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.change_event_of": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.list_event_candidates": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.decide_event_candidate": Need(verb=Permission.RECORD, staff=Permission.RECORD),
    "api.show_event_table": Need(verb=Reading.RESULTS, staff=Permission.VIEW),
    "api.list_messages": Need(verb=Reading.MESSAGES, staff=Permission.VIEW),
    "api.list_matters": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.list_child_matters": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    "api.list_colleagues": Need(verb=Permission.VIEW, staff=Permission.VIEW),
    # no machine answers for a person: none of these has a verb that a token may name
    "api.acknowledge_matter": Need(verb=BY_A_PERSON, staff=Permission.RECORD),
    "api.take_matter": Need(verb=BY_A_PERSON, staff=Permission.RECORD),
    "api.hand_over_matter": Need(verb=BY_A_PERSON, staff=Permission.RECORD),
    "api.note_matter": Need(verb=BY_A_PERSON, staff=Permission.RECORD),
    "api.reopen_matter": Need(verb=BY_A_PERSON, staff=Permission.RECORD),
    "api.list_new_since_review": Need(verb=BY_A_PERSON, staff=Permission.VIEW),
    "api.mark_reviewed": Need(verb=BY_A_PERSON, staff=Permission.VIEW),
}


def need_here() -> Need:
    """What the endpoint of this request needs; 403 when nobody said."""
    need = NEEDS.get(request.endpoint or "")
    if need is None:
        abort(403)
    return need


def check_need() -> None:
    """Before each endpoint: raises ForbiddenError for whoever may not use it at all."""
    need, actor = need_here(), current_actor()
    match actor.kind:
        case ActorKind.MACHINE:
            is_allowed = need.verb in (actor.verbs or ())
        case ActorKind.CARER:
            is_allowed = need.carers
        case _:
            is_allowed = bool(sites_with(actor, need.staff))
    if not is_allowed:
        raise ForbiddenError(need.verb)


def actor_here(*, is_offline: bool = False) -> Actor:
    """Who acts, and by which way: only a family has an outbox; the clinic's hand and a machine's
    are named as such.

    A machine that passed the door for this endpoint may look up its site's children: the verb it
    needed (doses:read, say) is finer than the permission that the use cases below ask for.
    """
    actor = current_actor()
    match actor.kind:
        case ActorKind.MACHINE:
            verbs = (actor.verbs or frozenset()) | {Permission.VIEW}
            return replace(actor, verbs=verbs, channel=Channel.API)
        case ActorKind.CARER:
            return replace(actor, channel=Channel.OFFLINE if is_offline else Channel.PAGE)
        case _:
            return replace(actor, channel=Channel.CLINIC)


def site_here(code: str) -> Site:
    """The site of the address. Raises NotFoundError for one the actor does not know."""
    need, actor = need_here(), actor_here()
    try:
        site = site_of_actor(db.session(), actor, code)
    except RefusedError:
        raise NotFoundError from None
    if not may(actor, need.staff, site.id):
        raise ForbiddenError(need.verb)
    return site


def child_here(public_id: uuid.UUID) -> Participant:
    """The child of the address, for what this endpoint does with it.

    Raises NotFoundError for a foreign child as for none at all, ForbiddenError for a carer who may
    look and not write, or a role that may not.
    """
    need, actor = need_here(), actor_here()
    if actor.kind is ActorKind.CARER:
        return child_of(db.session(), actor, public_id, to_log=need.to_log)
    return participant_at_site(db.session(), actor, public_id, need.staff)

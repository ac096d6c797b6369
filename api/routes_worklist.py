"""What waits for the clinic: the list, and what a person does with one matter."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from api.access import actor_here, child_here
from api.blueprint import blueprint, refusals, writes
from api.presenters import Shown
from api.schemas_results import listed
from api.schemas_worklist import (
    AlertSchema,
    ColleagueSchema,
    MatterSchema,
    MattersQuerySchema,
    NewSchema,
    ReviewedSchema,
    ReviewMarkSchema,
    SaidHandOverSchema,
    SaidKeySchema,
    SaidNoteSchema,
    SaidOutcomeSchema,
)
from models.attention import Alert, ReviewMark
from services import alert_acts as acts
from services.alert_acts import Acknowledgement, Colleague, HandOver, Scene, colleagues
from services.alert_history import AlertStory, stories_of, story_of
from services.audit import plain
from services.people import names_of
from services.review_since import mark_reviewed as mark
from services.review_since import new_since
from services.worklist import WorkItem, Worklist, worklist
from web.db import db
from web.parts import now, parts

MATTERS = "/children/<uuid:child>/matters"


@blueprint.route("/worklist", tags=["Worklist"])
@blueprint.arguments(MattersQuerySchema, location="query")
@blueprint.response(200, listed(MatterSchema))
@refusals(422)
def list_matters(query: Mapping[str, Any]) -> Mapping[str, Sequence[Shown]]:
    """List what waits, the most pressing first.

    `order=oldest` sorts by age alone. Derived matters stand here from the moment their facts do.
    """
    found = _worklist(query["order"])
    items = [item for item in found.items if _is_wanted(item, query)]
    names = names_of(db.session(), {item.assigned_to_id for item in items})
    return {"items": [_shown(item, names) for item in items]}


@blueprint.route(MATTERS, tags=["Worklist"])
@blueprint.response(200, listed(AlertSchema))
@refusals(404)
def list_child_matters(child: uuid.UUID) -> Mapping[str, Sequence[Shown]]:
    """List a child's raised matters with their story, answered ones too, the newest first."""
    stories = stories_of(db.session(), child_here(child))
    return {"items": [_told(story) for story in stories]}


@blueprint.route("/children/<uuid:child>/colleagues", tags=["Worklist"])
@blueprint.response(200, listed(ColleagueSchema))
@refusals(404)
def list_colleagues(child: uuid.UUID) -> Mapping[str, Sequence[Colleague]]:
    """List who may take a matter of this child over."""
    return {"items": colleagues(db.session(), child_here(child).site_id)}


@blueprint.route(f"{MATTERS}/acknowledge", methods=["POST"], tags=["Worklist"])
@blueprint.arguments(SaidOutcomeSchema)
@blueprint.response(200, AlertSchema)
@writes
def acknowledge_matter(body: dict[str, Any], child: uuid.UUID) -> Shown:
    """End a matter with its outcome.

    The same outcome again by the same person changes nothing.
    """
    scene = _scene(child, body["key"])
    alert = acts.acknowledge(
        db.session(),
        scene.actor,
        scene.participant,
        scene.key,
        said=Acknowledgement(body["outcome"], body["note"]),
        protocols=scene.protocols,
        now=scene.now,
    )
    return _kept(alert)


@blueprint.route(f"{MATTERS}/take", methods=["POST"], tags=["Worklist"])
@blueprint.arguments(SaidKeySchema)
@blueprint.response(200, AlertSchema)
@writes
def take_matter(body: dict[str, Any], child: uuid.UUID) -> Shown:
    """Take a matter on oneself."""
    return _kept(acts.take(db.session(), _scene(child, body["key"])))


@blueprint.route(f"{MATTERS}/hand-over", methods=["POST"], tags=["Worklist"])
@blueprint.arguments(SaidHandOverSchema)
@blueprint.response(200, AlertSchema)
@writes
def hand_over_matter(body: dict[str, Any], child: uuid.UUID) -> Shown:
    """Hand a matter over to a colleague of the site."""
    said = HandOver(body["to"], body["note"])
    return _kept(acts.hand_over(db.session(), _scene(child, body["key"]), said))


@blueprint.route(f"{MATTERS}/note", methods=["POST"], tags=["Worklist"])
@blueprint.arguments(SaidNoteSchema)
@blueprint.response(200, AlertSchema)
@writes
def note_matter(body: dict[str, Any], child: uuid.UUID) -> Shown:
    """Keep a note and leave the matter open."""
    return _kept(acts.add_note(db.session(), _scene(child, body["key"]), body["note"]))


@blueprint.route(f"{MATTERS}/reopen", methods=["POST"], tags=["Worklist"])
@blueprint.arguments(SaidNoteSchema)
@blueprint.response(200, AlertSchema)
@writes
def reopen_matter(body: dict[str, Any], child: uuid.UUID) -> Shown:
    """Make an answered matter wait again."""
    return _kept(acts.reopen(db.session(), _scene(child, body["key"]), body["note"]))


@blueprint.route("/worklist/new", tags=["Worklist"])
@blueprint.response(200, listed(NewSchema))
@refusals()
def list_new_since_review() -> Mapping[str, Sequence[Shown]]:
    """List, for each child, what came since the reader last reviewed it."""
    actor, session = actor_here(), db.session()
    children = _worklist().children
    found = new_since(session, actor.account_id or 0, [child.id for child in children])
    return {
        "items": [
            {
                "child": child.public_id,
                "study_number": child.study_number,
                "born_on": child.born_on,
                **asdict(found[child.id]),
            }
            for child in children
        ]
    }


@blueprint.route("/children/<uuid:child>/reviewed", methods=["POST"], tags=["Worklist"])
@blueprint.arguments(ReviewedSchema)
@blueprint.response(200, ReviewMarkSchema)
@writes
def mark_reviewed(body: dict[str, Any], child: uuid.UUID) -> ReviewMark:
    """Say that everything of this child up to now has been seen."""
    session, participant = db.session(), child_here(child)
    row = mark(session, actor_here(), participant, client_id=body["client_id"], now=now())
    session.commit()
    return row


def _worklist(order: Any = None) -> Worklist:
    options = {} if order is None else {"order": order}
    return worklist(db.session(), actor_here(), parts().protocols, now=now(), **options)


def _is_wanted(item: WorkItem, query: Mapping[str, Any]) -> bool:
    return (
        query["urgency"] in {None, item.urgency}
        and query["kind"] in {None, item.kind}
        and query["site"] in {None, item.child.site_code}
    )


def _scene(child: uuid.UUID, key: str) -> Scene:
    return Scene(actor_here(), child_here(child), key, parts().protocols, now())


def _kept(alert: Alert) -> Shown:
    session = db.session()
    session.commit()
    return _told(story_of(session, alert))


def _told(story: AlertStory) -> Shown:
    columns = {name.key: getattr(story.alert, name.key) for name in Alert.__mapper__.column_attrs}
    return columns | {"steps": story.steps}


def _shown(item: WorkItem, names: Mapping[int, str]) -> Shown:
    alert = item.alert
    return {
        "key": item.key,
        "child": item.child.public_id,
        "study_number": item.child.study_number,
        "site": item.child.site_code,
        "code": item.code,
        "kind": item.kind,
        "urgency": item.urgency,
        "since": item.since,
        "facts": plain(item.facts),
        "rule_version": alert.rule_version if alert else item.child.protocol_key,
        "may_be_answered": item.can_be_acknowledged,
        "assigned_to": names.get(item.assigned_to_id or 0),
        "assigned_at": alert.assigned_at if alert else None,
        "escalations": item.escalations,
        "escalated_at": alert.escalated_at if alert else None,
    }

"""The bar above a child's page: what is new to the reader, and the button that marks it as seen."""

from dataclasses import dataclass

from clinician import blueprint
from clinician.presenters_worklist import new_words
from models.participant import Participant
from models.site import Site
from services.once import new_client_id
from services.review_since import new_since
from web.db import db
from web.formats import moment
from web.identity import current_actor


@dataclass(frozen=True, slots=True)
class ReviewBar:
    reviewed: str
    words: str
    client_id: str


@blueprint.app_template_global("review_bar")
def review_bar(child: Participant) -> ReviewBar:
    """Of this child and the person who reads, in one query."""
    session, actor = db.session(), current_actor()
    since = new_since(session, actor.account_id or 0, [child.id])[child.id]
    zone = session.get_one(Site, child.site_id).time_zone
    at = since.reviewed_at
    return ReviewBar(moment(at, zone) if at else "", new_words(since), str(new_client_id()))

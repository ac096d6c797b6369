"""The first page of the clinic: what needs me, and the children of my sites."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinician import blueprint
from clinician.presenters_worklist import Reader, child_rows, item_cards
from clinician.work_words import KINDS, OUTCOMES, URGENCIES, WHO, options
from clinician.worklist_filters import address_with, filters_here
from services import worklist as work
from services.access import Permission, sites_with
from services.people import names_of
from services.review_since import new_since
from services.site_children import SiteChild
from services.worklist import WorkItem, Worklist
from services.worklist_lines import child_lines
from web.db import db
from web.forms import Filled, blank
from web.identity import current_actor
from web.parts import now, parts

CHILDREN_A_PAGE: Final = 50
MATTERS_A_PAGE: Final = 50


@blueprint.get("/")
def worklist() -> ResponseReturnValue:
    """Matters, the most pressing first, above the children of the sites. A masked reader has
    nothing here and is sent to the own list."""
    actor = current_actor()
    if not sites_with(actor, Permission.VIEW) and sites_with(actor, Permission.READ_MASKED):
        return redirect(url_for("clinician.reading"), 303)
    return worklist_page(blank())


def worklist_page(filled: Filled[Any]) -> str:
    """The page, with what was typed into the answer of one matter."""
    actor, at, filters = current_actor(), now(), filters_here()
    protocols, session = parts().protocols, db.session()
    found = work.worklist(session, actor, protocols, now=at, order=filters.order)
    items = filters.items_of(found.items, actor)
    by_child = _by_child(found.items)
    children = _in_need_first(filters.children_of(found.children, by_child), by_child)
    shown = filters.page_of(children, CHILDREN_A_PAGE)
    cards = items if filters.all_matters else items[:MATTERS_A_PAGE]
    names = names_of(session, {item.assigned_to_id for item in cards})
    reader = Reader(actor.account_id, names, frozenset(sites_with(actor, Permission.RECORD)))
    seen = new_since(session, actor.account_id or 0, [child.id for child in shown])
    lines = child_lines(session, shown, protocols, now=at)
    page: str = render_template(
        "clinician/worklist.html",
        section="worklist",
        items=item_cards(cards, protocols, reader, at),
        item_count=len(items),
        rows=child_rows(lines, by_child, seen, at),
        filters=filters,
        everything_url=address_with(matters="all"),
        pages=filters.pages(len(children), CHILDREN_A_PAGE),
        sites=sorted({child.site_code for child in found.children}),
        arms=_arms(found),
        total=len(found.children),
        urgencies=options(URGENCIES),
        kinds=options(KINDS),
        who=options(WHO),
        outcomes=options(OUTCOMES),
        values=filled.values,
        errors=filled.errors,
    )
    return page


def _by_child(items: Sequence[WorkItem]) -> Mapping[int, Sequence[WorkItem]]:
    found: dict[int, list[WorkItem]] = defaultdict(list)
    for item in items:
        found[item.child.id].append(item)
    for some in found.values():
        some.sort(key=lambda item: (item.rank, item.since))
    return found


def _in_need_first(
    children: Sequence[SiteChild], by_child: Mapping[int, Sequence[WorkItem]]
) -> list[SiteChild]:
    """Those with matters by their most pressing one; then all others by site and number."""
    waiting = [child for child in children if child.id in by_child]
    waiting.sort(key=lambda child: (by_child[child.id][0].rank, by_child[child.id][0].since))
    return [*waiting, *(child for child in children if child.id not in by_child)]


def _arms(found: Worklist) -> list[tuple[str, Any]]:
    keys = {child.protocol_key for child in found.children}
    arms = {arm.code: arm.label for key in sorted(keys) for arm in parts().protocols[key].arms}
    return list(arms.items())

"""A signed assessment in words, read from the document that was signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.assessment_words import (
    CATEGORIES,
    DOMAINS,
    FIELDS,
    FLAGS,
    GROUPS,
    MEANINGS,
    STATES,
    VIEWS,
    why,
)
from clinician.presenters_assessment import LOOKS, DomainCard, Line, with_counts
from clinician.result_words import FIRMNESSES, SKIN_COLOURS, word
from clinician.visit_words import visit_label
from domain.protocol import Protocol
from domain.response_score import DomainState
from models.assessment import Assessment
from services.assessment_record import is_intact
from web.formats import day, moment


@dataclass(frozen=True, slots=True)
class SignedCard:
    public_id: UUID
    visit: str
    visit_code: str
    assessed_on: str
    decided_code: str
    decided: str
    proposed: str
    provisional: bool
    differs: bool
    domains: tuple[DomainCard, ...]
    flags: tuple[str, ...]
    views: tuple[Line, ...]
    inputs: tuple[Line, ...]
    changes: tuple[Line, ...]
    reason: str
    amend_reason: str
    signed: tuple[Line, ...]
    content_hash: str
    is_intact: bool
    is_amended: bool


def signed_card(
    row: Assessment,
    child: UUID,
    protocol: Protocol,
    *,
    zone: ZoneInfo,
    amended: Iterable[int | None],
) -> SignedCard:
    """`child` is the public id of the participant, `amended` the ids that other rows replace."""
    proposal = row.proposal
    return SignedCard(
        public_id=row.public_id,
        visit=visit_label(protocol, row.visit_code),
        visit_code=row.visit_code,
        assessed_on=day(row.assessed_on),
        decided_code=row.decided.value,
        decided=word(CATEGORIES, row.decided),
        proposed=word(CATEGORIES, row.proposed),
        provisional=row.provisional,
        differs=row.decided is not row.proposed,
        domains=tuple(_domain(domain) for domain in proposal["domains"]),
        flags=tuple(_flag(flag) for flag in proposal["flags"]),
        views=tuple(_view(name, view) for name, view in proposal["views"].items()),
        inputs=tuple(_inputs(row.inputs)),
        changes=tuple(_change(change) for change in row.changes),
        reason=row.reason or "",
        amend_reason=row.amend_reason or "",
        signed=(
            Line(str(_("Signed by")), row.signed_name),
            Line(str(_("Meaning")), word(MEANINGS, row.signed_meaning)),
            Line(str(_("Time")), moment(row.signed_at, zone)),
            Line(str(_("Rule")), row.rule_version),
        ),
        content_hash=row.content_hash,
        is_intact=is_intact(row, child),
        is_amended=row.id in set(amended),
    )


def _domain(document: Mapping[str, Any]) -> DomainCard:
    state = DomainState(document["state"])
    return DomainCard(
        code=document["domain"],
        name=word(DOMAINS, document["domain"]),
        state=state.value,
        state_word=word(STATES, state),
        icon=LOOKS[state],
        score=None,
        why=why(document["why"], document["numbers"]),
    )


def _flag(document: Mapping[str, Any]) -> str:
    said = word(FLAGS, document["code"])
    domain = document["domain"]
    return f"{word(DOMAINS, domain)}: {said}" if domain else said


def _view(name: str, document: Mapping[str, Any]) -> Line:
    category = word(CATEGORIES, document["category"])
    if document["provisional"]:
        category = str(_("%(category)s (provisional)", category=category))
    line = Line(word(VIEWS, name), category)
    # documents signed before the counts were kept have none
    if "counts" not in document:
        return line
    return with_counts(
        line, [(one["count"], date.fromisoformat(one["on"])) for one in document["counts"]]
    )


def _inputs(document: Mapping[str, Any]) -> Iterable[Line]:
    for name, label in FIELDS.items():
        yield Line(str(label), _value(name, document.get(name)))


def _change(change: Mapping[str, Any]) -> Line:
    name = change["field"]
    values = {"old": _value(name, change["chart"]), "new": _value(name, change["said"])}
    told = _("%(old)s in the chart, %(new)s signed", **values)
    field = f"{word(GROUPS, change['group'])} · {word(FIELDS, name)}"
    return Line(field, f"{told}. {change['reason']}")


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if value is None:
        return "–"
    if name == "transfusions":
        return str(len(value))
    return word({"skin_colour": SKIN_COLOURS, "firmness": FIRMNESSES}.get(name, {}), str(value))

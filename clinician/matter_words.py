"""One matter in words: its picture, its facts in a line, and where the work is done."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from flask_babel import gettext as _

from clinician.event_words import term_word
from clinician.visit_words import visit_label
from clinician.work_words import HALVES, PLACES
from domain.level import Position
from domain.protocol import Half, Protocol
from services.worklist import WorkItem
from web.formats import day, millilitres, short_day

ARROWS: Final = {Position.ABOVE: "▲", Position.BELOW: "▼", Position.WITHIN: ""}
_ICONS: Final = {
    "silent": "question",
    "message_undelivered": "bell",
    "message_in_doubt": "bell",
    "phone_unreachable": "bell",
    "opted_out": "bell",
    "no_carer": "person",
    "visit_today": "calendar",
    "visit_overdue": "calendar",
    "visit_window_missed": "calendar",
    "assessment_due": "calendar",
    "trough_undrawn": "droplet",
    "second_signature": "person",
    "correction_asked": "question",
    "event_candidates": "question",
    "lab_candidates": "question",
    "doubled": "double",
}
# of draft grades, the newest; the page of decisions has them all
_DRAFTS_SHOWN: Final = 3
_VISITS: Final = frozenset(
    {"visit_today", "visit_overdue", "visit_window_missed", "trough_undrawn", "assessment_due"}
)
_MEDICINES: Final = frozenset({"interaction", "unknown_medicine", "live_vaccine"})
_MESSAGES: Final = frozenset({"message_undelivered", "phone_unreachable", "message_in_doubt"})


def icon_of(code: str) -> str:
    return _ICONS.get(code, "warning")


def detail_of(item: WorkItem, protocol: Protocol) -> str:
    """The facts of a matter in one line."""
    code, facts = item.code, item.facts
    if code in _VISITS:
        return f"{visit_label(protocol, str(facts['visit']))}, {_day_of(facts.get('on'))}"
    if code in _MESSAGES:
        told = facts.get("code")
        return str(_("code %(code)s", code=told)) if told else ""
    if code == "level_concern":
        return _level_detail(facts)
    if code == "serious_event":
        return term_word(protocol, str(facts.get("term", "")))
    if code == "lab_candidates":
        return _drafts_detail(facts, protocol)
    if code.startswith("platelets_"):
        return _platelets_detail(facts)
    return _plain_detail(code, facts)


def _plain_detail(code: str, facts: Mapping[str, object]) -> str:
    if code == "second_signature":
        return _millilitres(facts.get("ml"))
    if code in {"correction_asked", "event_candidates"}:
        return str(facts.get("count", ""))
    if code in _MEDICINES:
        return _medicine_detail(facts)
    return _slots_detail(facts)


def _medicine_detail(facts: Mapping[str, object]) -> str:
    """ "Fluconazole · extra level due 12 Mar 2026 to 19 Mar 2026"."""
    named, first, last = (facts.get(name) for name in ("named", "level_from", "level_to"))
    if first is None or last is None:
        return str(named or "")
    due = _("extra level due %(first)s to %(last)s", first=_day_of(first), last=_day_of(last))
    return f"{named} · {due}"


def _millilitres(amount: object) -> str:
    """Rows keep decimals as text."""
    try:
        return "" if amount is None else millilitres(Decimal(str(amount)))
    except InvalidOperation:
        return ""


def _day_of(on: object) -> str:
    try:
        return day(on if isinstance(on, date) else date.fromisoformat(str(on)))
    except ValueError:
        return ""


def _level_detail(facts: Mapping[str, object]) -> str:
    arrow = ARROWS.get(Position(str(facts["position"])), "") if "position" in facts else ""
    # 10.0 is below a range that 10 does not belong to
    is_open = facts.get("low_included") is False
    ends = f"{'>' if is_open else ''}{facts.get('low')}–{facts.get('high')}"
    bounds = ends if {"low", "high"} <= facts.keys() else ""
    words = str(_("range %(range)s", range=bounds)) if bounds else ""
    return " · ".join(filter(None, (f"{arrow} {facts.get('result', '')} ng/mL".strip(), words)))


def _platelets_detail(facts: Mapping[str, object]) -> str:
    """ "▼ 85 ×10⁹/L · before: 140"."""
    now = f"▼ {facts.get('result', '')} ×10⁹/L"
    before = facts.get("before")
    return now if before is None else f"{now} · {_('before: %(value)s', value=before)}"


def _drafts_detail(facts: Mapping[str, object], protocol: Protocol) -> str:
    """ "Platelet count decreased grade 2 ×3 · …", the newest first."""
    drafts: Any = facts.get("drafts") or ()
    counts = Counter((str(one["term"]), str(one["grade"])) for one in drafts)
    words = [
        f"{term_word(protocol, term)} {_('grade %(grade)s', grade=grade)}"
        + (f" ×{number}" if number > 1 else "")
        for (term, grade), number in counts.items()
    ]
    more = [f"+{len(words) - _DRAFTS_SHOWN}"] if len(words) > _DRAFTS_SHOWN else []
    return " · ".join([*words[:_DRAFTS_SHOWN], *more])


def _slots_detail(facts: Mapping[str, object]) -> str:
    if "slot_on" in facts and "half" in facts:
        return _slot_words(f"{facts['slot_on']}:{facts['half']}")
    slots: Any = facts.get("slots")
    return ", ".join(_slot_words(str(slot)) for slot in slots) if isinstance(slots, list) else ""


def _slot_words(name: str) -> str:
    """A slot as alerts name it, "2026-03-10:morning"; anything else as it is."""
    on, _colon, half = name.partition(":")
    try:
        return f"{short_day(date.fromisoformat(on))} {HALVES[Half(half)]}"
    except ValueError:
        return name


def action_of(item: WorkItem, base: str) -> tuple[str, str] | None:
    """Where the work of a matter is done, below the child's page at `base`."""
    facts = item.facts
    if item.code == "second_signature":
        return f"{base}/orders/{facts['order']}/sign", str(_("Look and sign"))
    if item.code == "correction_asked":
        return "/clinic/corrections", str(_("Decide"))
    if item.code == "level_concern" and "level" in facts:
        return f"{base}/levels/{facts['level']}", str(_("Level"))
    place = PLACES.get(item.code)
    return None if place is None else (f"{base}{place[0]}", str(place[1]))

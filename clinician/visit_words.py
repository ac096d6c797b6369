"""What a visit is called."""

from flask_babel import gettext as _

from domain.protocol import Protocol
from services.unscheduled_visits import EXTRA
from web.formats import language


def visit_label(protocol: Protocol, code: str) -> str:
    """The visit in the reader's language; its code where the protocol no longer knows it."""
    plan = next((plan for plan in protocol.visits if plan.code == code), None)
    if plan is not None:
        return plan.label.get(language(), plan.label["en"])
    if code.startswith(EXTRA):
        return str(_("Unscheduled %(number)s", number=code.removeprefix(EXTRA)))
    return code

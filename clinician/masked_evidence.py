"""What masked readers saw, in words beside the skin domain; it never sets that domain."""

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clinician.reading_words import AGAINST_BASELINE
from services.masked_reading import Consensus
from web.formats import local_day


def masked_line(found: Consensus | None, zone: ZoneInfo) -> str:
    """lighter than at the baseline (3 readers, unmasked 5 Nov 2026); nothing before unmasking."""
    if found is None:
        return ""
    return str(
        _(
            "%(skin)s (%(readers)s readers, unmasked %(day)s)",
            skin=AGAINST_BASELINE[found.skin],
            readers=len(found.by_seat),
            day=local_day(found.unmasked_at, zone),
        )
    )

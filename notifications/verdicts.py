"""What a failed hand-over means for the outbox, in the words of services/outcomes.py."""

from typing import Final

from notifications.twilio_codes import Again, again
from services.outcomes import InDoubt, Refused, Unavailable
from services.ports import SmsInDoubtError, SmsRefusedError, SmsUnavailableError
from services.preferences import PhoneTrouble

# what these say is true of the number and not of one message. 30003, a phone out of reach, is
# missing: it may be switched on again tomorrow.
_TROUBLES: Final = {
    "21610": PhoneTrouble.OPTED_OUT,
    "21211": PhoneTrouble.UNREACHABLE,
    "21614": PhoneTrouble.UNREACHABLE,
    "30005": PhoneTrouble.UNREACHABLE,
    "30006": PhoneTrouble.UNREACHABLE,
}


def trouble_of(code: str | None) -> PhoneTrouble | None:
    """What an error code says of the phone, if it speaks of it."""
    return _TROUBLES.get(code or "")


def outcome_of(error: Exception) -> Refused | Unavailable | InDoubt:
    """An error that no sender promises leaves the message in doubt, like a lost answer."""
    match error:
        case SmsRefusedError(code=code):
            return Refused(code, trouble_of(code))
        case SmsUnavailableError(code=code, retry_after=seconds):
            return Unavailable(code, seconds, counts=again(code) is not Again.LATER)
        case SmsInDoubtError(reason=reason):
            return InDoubt(reason)
        case _:
            return InDoubt(type(error).__name__)

"""Twilio's words in ours: its error codes and its message states (trial.md §9)."""

from enum import StrEnum

from services.ports import DeliveryState


class Again(StrEnum):
    """May a message that ended in an error be sent again?"""

    NEVER = "never"
    LATER = "later"
    ONCE = "once"


_AGAIN = {
    "21610": Again.NEVER,  # this number opted out
    "21211": Again.NEVER,  # no such number
    "21614": Again.NEVER,  # not a mobile number
    "30003": Again.ONCE,  # the phone was switched off or out of reach
    "30005": Again.NEVER,  # the number is not in use
    "30006": Again.NEVER,  # a landline
    "30007": Again.NEVER,  # filtered by the network
    "20429": Again.LATER,  # too many requests
    "429": Again.LATER,
    "21611": Again.LATER,  # the queue of the number we send from is full
    # These blame our account and not the message: a wrong token must not throw reminders away.
    "20003": Again.LATER,
    "401": Again.LATER,
}

_STATES = {state.value: state for state in DeliveryState} | {
    "scheduled": DeliveryState.ACCEPTED,
    "partially_delivered": DeliveryState.SENT,
    "canceled": DeliveryState.FAILED,
}


def again(code: str) -> Again:
    """What to do after error `code`, be it from a refused request or from a status callback.

    A code that is not listed means never: it speaks of this message, and that will not change.
    """
    return _AGAIN.get(code, Again.NEVER)


def delivery_state(status: str) -> DeliveryState:
    """Our state for Twilio's; a word that we do not know proves no more than `accepted`."""
    return _STATES.get(status, DeliveryState.ACCEPTED)

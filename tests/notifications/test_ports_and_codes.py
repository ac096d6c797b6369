"""States go forward only; Twilio's codes and states have one meaning each."""

import pytest

from notifications.twilio_codes import Again, again, delivery_state
from services.ports import DeliveryState

S = DeliveryState


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (S.ACCEPTED, S.QUEUED),
        (S.QUEUED, S.SENDING),
        (S.SENDING, S.SENT),
        (S.SENT, S.DELIVERED),
        (S.SENT, S.UNDELIVERED),
        (S.ACCEPTED, S.FAILED),
        (S.DELIVERED, S.READ),
    ],
)
def test_states_go_forward_and_never_back(older: S, newer: S) -> None:
    assert older.may_become(newer)
    assert not newer.may_become(older)


@pytest.mark.parametrize("state", list(S))
def test_a_receipt_that_comes_twice_changes_nothing(state: S) -> None:
    assert not state.may_become(state)


@pytest.mark.parametrize("end", [S.UNDELIVERED, S.FAILED])
@pytest.mark.parametrize("later", list(S))
def test_after_a_failure_nothing_follows(end: S, later: S) -> None:
    assert not end.may_become(later)


@pytest.mark.parametrize("code", ["21610", "21211", "21614", "30005", "30006", "30007", "99999"])
def test_these_codes_are_never_tried_again(code: str) -> None:
    assert again(code) is Again.NEVER


def test_a_phone_out_of_reach_is_tried_once_more() -> None:
    assert again("30003") is Again.ONCE


@pytest.mark.parametrize("code", ["20429", "429", "20003"])
def test_these_codes_wait(code: str) -> None:
    assert again(code) is Again.LATER


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", S.QUEUED),
        ("delivered", S.DELIVERED),
        ("read", S.READ),
        ("canceled", S.FAILED),
        ("scheduled", S.ACCEPTED),
        ("partially_delivered", S.SENT),
        ("brand-new", S.ACCEPTED),
    ],
)
def test_twilio_states_have_our_names(status: str, state: S) -> None:
    assert delivery_state(status) is state

"""Signatures are checked against the address that Twilio was given."""

import pytest
from werkzeug.datastructures import MultiDict

from loopback.twilio_webhooks import AUTH_TOKEN, reply, signed
from notifications.twilio_signature import SignatureCheck

PUBLIC = "https://sirolog.example"
FORM = {"From": "+8613800138000", "Body": "已服", "MessageSid": "SM1"}


@pytest.fixture
def check() -> SignatureCheck:
    return SignatureCheck(AUTH_TOKEN, PUBLIC)


def test_a_webhook_of_twilio_is_accepted(check: SignatureCheck) -> None:
    webhook = reply(f"{PUBLIC}/sms/reply", "+8613800138000", "+15005550006", "1", sid="SM2")
    assert check.accepts("/sms/reply", webhook.form, webhook.signature)


def test_a_query_belongs_to_the_signed_address(check: SignatureCheck) -> None:
    signature = signed(f"{PUBLIC}/sms/status?message=7", FORM).signature
    assert check.accepts("/sms/status", FORM, signature, query="message=7")
    assert not check.accepts("/sms/status", FORM, signature, query="message=8")
    assert not check.accepts("/sms/status", FORM, signature)


def test_a_public_address_under_a_path_keeps_it() -> None:
    check = SignatureCheck(AUTH_TOKEN, f"{PUBLIC}/trial/")
    assert check.accepts("/sms/reply", FORM, signed(f"{PUBLIC}/trial/sms/reply", FORM).signature)


def test_the_address_inside_the_house_proves_nothing(check: SignatureCheck) -> None:
    signature = signed("http://127.0.0.1:8000/sms/reply", FORM).signature
    assert not check.accepts("/sms/reply", FORM, signature)


@pytest.mark.parametrize("signature", [None, "", "AAAA", "x" * 28, "签名"])
def test_a_missing_or_made_up_signature_is_refused(
    check: SignatureCheck, signature: str | None
) -> None:
    assert not check.accepts("/sms/reply", FORM, signature)


def test_a_changed_field_is_refused(check: SignatureCheck) -> None:
    signature = signed(f"{PUBLIC}/sms/reply", FORM).signature
    assert not check.accepts("/sms/reply", FORM | {"Body": "漏服"}, signature)
    assert not check.accepts("/sms/reply", FORM | {"Extra": "1"}, signature)


def test_another_token_is_refused() -> None:
    signature = signed(f"{PUBLIC}/sms/reply", FORM).signature
    assert not SignatureCheck("another", PUBLIC).accepts("/sms/reply", FORM, signature)


def test_a_field_given_twice_must_be_signed_twice(check: SignatureCheck) -> None:
    signature = signed(f"{PUBLIC}/sms/reply", FORM).signature
    assert check.accepts("/sms/reply", MultiDict(FORM), signature)
    doubled = MultiDict([*FORM.items(), ("Body", "漏服")])
    assert not check.accepts("/sms/reply", doubled, signature)

"""Webhooks as Twilio calls them: a form, and a signature over the public address and the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import urllib3
from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "loopback-token"


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A webhook as Twilio would call it: for a test client, or for `post`."""

    url: str
    form: Mapping[str, str]
    signature: str

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Twilio-Signature": self.signature}


def signed(url: str, form: Mapping[str, str]) -> SignedForm:
    # the SDK annotates its client and not its validator
    validator: Any = cast(Any, RequestValidator)(AUTH_TOKEN)
    signature = validator.compute_signature(url, dict(form))
    return SignedForm(url, form, str(signature))


def reply(url: str, from_: str, to: str, body: str, *, sid: str) -> SignedForm:
    """The signed webhook of a message that a phone sent to one of our numbers."""
    form = {"MessageSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT_SID}
    return signed(url, form | {"From": from_, "To": to, "Body": body, "NumMedia": "0"})


def post(webhook: SignedForm, address: str | None = None) -> int:
    """Call a webhook, for a duplicate twice; `address` where its public URL is not reachable."""
    return urllib3.request(
        "POST",
        address or webhook.url,
        body=urlencode(webhook.form),
        headers={"Content-Type": "application/x-www-form-urlencoded", **webhook.headers},
        redirect=False,
    ).status

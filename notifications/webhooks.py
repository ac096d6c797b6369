"""What the provider calls: replies of families and receipts of messages. POST only, and signed.

A GET never does anything here: preview robots fetch every address they see.
"""

import re
import uuid

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from notifications.twilio_codes import Again, again, delivery_state
from notifications.twilio_signature import SignatureCheck
from notifications.verdicts import trouble_of
from services import inbound, receipts
from services.inbound import Reply
from services.receipts import Receipt
from web.db import db
from web.parts import now, parts

blueprint = Blueprint("sms", __name__, url_prefix="/sms")

# An empty answer in the provider's language: ours goes through the outbox like every message.
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.before_request
def check_signature() -> None:
    """403 for a call that the provider did not sign; 404 where no provider is set up."""
    settings = parts().settings
    if settings.twilio_auth_token is None:
        abort(404)
    check = SignatureCheck(settings.twilio_auth_token, settings.public_url)
    query = request.query_string.decode("ascii", "replace")
    signature = request.headers.get("X-Twilio-Signature")
    if not check.accepts(request.path, request.form, signature, query=query):
        abort(403)


@blueprint.post("/inbound")
def take_reply() -> ResponseReturnValue:
    """A family wrote back. The same reply delivered twice is one reply."""
    provider_id, phone = _word("MessageSid", 64), _word("From", 32)
    if provider_id is None or phone is None:
        abort(400)
    # a text may hold the one character that PostgreSQL takes nowhere
    reply = Reply(provider_id, phone, request.form.get("Body", "").replace("\0", ""))
    answer = inbound.receive(db.session(), parts().protocols, reply, now())
    db.session.commit()
    if answer is not None:
        parts().send_now(answer.id)
    return Response(_NOTHING_TO_SAY, mimetype="text/xml")


@blueprint.post("/status")
def take_receipt() -> ResponseReturnValue:
    """What became of a message. Unknown ones are met with the same silence as known ones."""
    code = _word("ErrorCode", 16)
    receipt = Receipt(
        provider_id=_word("MessageSid", 64) or "",
        state=delivery_state(request.form.get("MessageStatus", "")),
        reference=_reference(request.args.get("message", "")),
        code=code,
        once_more=code is not None and again(code) is Again.ONCE,
        trouble=trouble_of(code),
    )
    if receipt.provider_id:
        receipts.receive(db.session(), parts().protocols, receipt, now())
        db.session.commit()
    return "", 204


def _word(name: str, longest: int) -> str | None:
    """A field that is one printable word and fits into its column, else None."""
    text = request.form.get(name, "")
    return text if len(text) <= longest and re.fullmatch(r"[!-~]+", text) else None


def _reference(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

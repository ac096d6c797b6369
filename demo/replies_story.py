"""Replies by SMS: one that gave a dose, one nobody understood, one that asked for silence."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from demo.families import CARERS
from demo.message_fates import Fate, fields_of
from demo.stage import Story
from domain.entries import Channel
from domain.replies import Meaning, meaning
from models.account import Account
from models.dose import DoseEntry
from models.message import InboundMessage, Message, MessageKind, MessageState

_UNCLEAR: Final = "谢谢医生"
_STOP: Final = "TD"
_STOPPED_BY: Final = CARERS["zheng_mother"].phone


def write_replies(story: Story) -> None:
    """What this family sent back."""
    for number, entry in enumerate(_told_by_sms(story)):
        _reply(story, "1", entry, number)
    account = story.stage.session.get_one(Account, story.carers[0].account_id)
    if account.us_phone_number == _STOPPED_BY:
        _reply(story, _STOP, None, 0)


def _told_by_sms(story: Story) -> list[DoseEntry]:
    return list(
        story.stage.session.scalars(
            select(DoseEntry)
            .where(DoseEntry.participant_id == story.row.id, DoseEntry.channel == Channel.SMS)
            .order_by(DoseEntry.received_at)
        )
    )


def _reply(story: Story, body: str, entry: DoseEntry | None, number: int) -> None:
    """The reply, what it led to, and the answer it got; the first family also says thank you."""
    session = story.stage.session
    at = entry.received_at if entry else story.stage.now - timedelta(hours=31)
    bodies = (body, _UNCLEAR) if entry is not None and number == 0 else (body,)
    for place, text in enumerate(bodies):
        received_at = at + timedelta(minutes=4 * place)
        understood = meaning(text)
        answer = _answer(story, understood, received_at, f"{number}-{place}")
        session.add(answer)
        session.flush()
        session.add(
            InboundMessage(
                provider_id=f"demo-{story.child.study_number}-{number}-{place}",
                phone=answer.phone,
                account_id=answer.account_id,
                body=text,
                meaning=understood,
                received_at=received_at,
                answers_id=_reminder_before(story, received_at, answer.account_id),
                dose_entry_id=entry.id if entry and understood is Meaning.GIVEN else None,
                answer_id=answer.id,
            )
        )


_TEXTS: Final = {
    Meaning.GIVEN: "reply_given_ack",
    Meaning.UNCLEAR: "reply_unclear",
    Meaning.STOP: "stopped",
}


def _answer(story: Story, understood: Meaning, at: datetime, name: str) -> Message:
    account = story.stage.session.get_one(Account, story.carers[0].account_id)
    body = story.stage.protocol.text(_TEXTS[understood], account.locale)
    return Message(
        key=f"answer:demo:{story.child.study_number}:{name}",
        kind=MessageKind.ANSWER,
        account_id=account.id,
        participant_id=story.row.id,
        phone=account.us_phone_number,
        locale=account.locale,
        body=body,
        rule_version=story.row.protocol_key,
        due_at=at,
        expires_at=at + timedelta(hours=1),
        planned_at=at,
        **fields_of(Fate(MessageState.DELIVERED), at),
    )


def _reminder_before(story: Story, at: datetime, account_id: int) -> int | None:
    return story.stage.session.scalar(
        select(Message.id)
        .where(
            Message.account_id == account_id,
            Message.kind == MessageKind.DOSE,
            Message.sent_at < at,
        )
        .order_by(Message.sent_at.desc())
        .limit(1)
    )

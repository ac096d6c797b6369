"""A child with two carers on Tuesday 10 March 2026, 08:30 in Shanghai, and short words for what
they do with the diary."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import HOME
from domain.entries import Channel
from domain.protocol import Half
from domain.slots import SlotKey
from factories import LONG_AGO, PROTOCOL_KEY, a_carer, a_participant, an_order, as_actor
from models.account import Account
from models.attention import Alert, Urgency
from models.dose import DoseEntry
from models.participant import Participant
from models.visit import Visit, VisitState
from services.actor import Actor
from services.blood_draws import record_blood_taken
from services.doses import LoggedDose, SaidDose, correct, log_dose, undo
from services.protocols import load_protocols

PROTOCOL = load_protocols(HOME / "protocols")[PROTOCOL_KEY]
# Tuesday 10 March 2026, 08:30 in Shanghai
NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
TODAY = date(2026, 3, 10)
MORNING = SlotKey(TODAY, Half.MORNING)
EVENING = SlotKey(TODAY, Half.EVENING)
DUE = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)


class Family:
    """A child on 0.36 mL with two carers, and short words for what they do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.child: Participant = a_participant(session)
        an_order(session, self.child)
        self.mother: Account = a_carer(session, of=self.child, display_name="Mum")
        self.father: Account = a_carer(session, of=self.child, display_name="Dad")

    def actor(self, account: Account | None = None) -> Actor:
        return as_actor(self.session, account or self.mother)

    def log(self, **said: Any) -> LoggedDose:
        """Log a dose; `by` and `now` say who and when, the rest what (see `a_dose`)."""
        now, by = said.pop("now", NOW), said.pop("by", None)
        return log_dose(
            self.session,
            self.actor(by),
            self.child,
            a_dose(**({"entered_at": now} | said)),
            protocol=PROTOCOL,
            now=now,
        )

    def correct(self, entry: DoseEntry, **said: Any) -> LoggedDose:
        """Correct an entry; beside the words of `log` a `reason`."""
        now, by = said.pop("now", NOW), said.pop("by", None)
        reason = said.pop("reason", "wrong button")
        return correct(
            self.session,
            self.actor(by),
            self.child,
            a_dose(**({"entered_at": now} | said)),
            entry_id=entry.public_id,
            reason=reason,
            protocol=PROTOCOL,
            now=now,
        )

    def undo(self, entry: DoseEntry, *, by: Account | None = None, after: float = 5) -> DoseEntry:
        return undo(
            self.session,
            self.actor(by),
            self.child,
            entry.public_id,
            protocol=PROTOCOL,
            now=NOW + timedelta(seconds=after),
        )

    def blood_taken(self, drawn_at: datetime, *, now: datetime = NOW) -> None:
        record_blood_taken(
            self.session,
            self.actor(),
            self.child,
            drawn_at,
            client_id=uuid.uuid4(),
            protocol=PROTOCOL,
            now=now,
        )

    def on_trough_day(self, on: date = TODAY, state: VisitState = VisitState.PLANNED) -> None:
        self.session.add(
            Visit(
                participant_id=self.child.id,
                code="month_1",
                on=on,
                window_from=on - timedelta(days=5),
                window_to=on + timedelta(days=5),
                is_trough_day=True,
                state=state,
                rule_version=PROTOCOL_KEY,
                recorded_at=LONG_AGO,
                recorded_by_id=self.child.recorded_by_id,
            )
        )
        self.session.flush()

    def alerts(self) -> list[tuple[str, Urgency]]:
        rows = self.session.scalars(select(Alert).order_by(Alert.id))
        return [(row.code, row.urgency) for row in rows]

    def entries(self) -> list[DoseEntry]:
        return list(self.session.scalars(select(DoseEntry).order_by(DoseEntry.id)))


def a_dose(**said: Any) -> SaidDose:
    """ "Given just now" in this morning's slot, said on a page, unless told otherwise."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "entered_at": NOW,
        "channel": Channel.PAGE,
        "slot": MORNING,
    }
    timed = {"taken_at", "outcome", "just_now"} & said.keys()
    return SaidDose(**(values | ({} if timed else {"just_now": True}) | said))

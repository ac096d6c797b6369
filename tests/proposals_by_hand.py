"""Next doses worked out by hand from trial.md §2, for the rule, the service, the page and the API.

Targets: the middle of (10, 15] is 12.5, of [7, 10] it is 8.5. Strength 1 mg/mL. Marks of the
syringe: 0.01 below 0.2 mL, 0.02 below 0.5 mL, 0.05 from there on; a tie goes down.
"""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from domain.protocol import Half
from domain.slots import SlotKey
from factories import a_participant, an_order
from models.laboratory import Level
from models.participant import Participant
from models.site import Site
from results_of_a_child import a_dose, days_from, doses_given, local

D = Decimal
# Tuesday 10 March 2026 in Shanghai, before the morning dose; tests play half an hour later
DRAWN_ON: Final = date(2026, 3, 10)
LAST_DOSE: Final = SlotKey(date(2026, 3, 9), Half.EVENING)


class Case(NamedTuple):
    """`ml` is what is proposed, `low` and `high` are the doses for the ends of the range."""

    arm: str
    current: str
    level: str
    formula: str
    prescribed: str
    ml: str
    low: str
    high: str
    predicted: str

    @property
    def name(self) -> str:
        return f"{self.arm} {self.current} mL at {self.level}"


BY_HAND: Final = (
    # exactly a quarter more is not beyond the cap
    Case("high", "0.40", "10.0", "0.5", "0.5", "0.50", "0.40", "0.60", "12.5"),
    # 0.5556 is: the step ends at 0.50
    Case("high", "0.40", "9.0", "0.5555555556", "0.50", "0.50", "0.44", "0.65", "11.25"),
    # 0.3125 is between 0.30 and 0.32; the lower end 0.25 is a tie and goes down
    Case("high", "0.40", "16.0", "0.3125", "0.3125", "0.32", "0.24", "0.38", "12.8"),
    # exactly 30 may still be asked: a quarter less
    Case("high", "0.40", "30", "0.1666666667", "0.30", "0.30", "0.13", "0.20", "22.5"),
    # just outside the range at its upper end
    Case("high", "0.40", "15.1", "0.3311258278", "0.3311258278", "0.34", "0.26", "0.40", "12.835"),
    # across the bound of the steps: 0.156 has marks of 0.01; 0.125 is a tie
    Case("high", "0.20", "16", "0.15625", "0.15625", "0.16", "0.12", "0.19", "12.8"),
    # a tie of the proposal itself: 0.35 lies between 0.34 and 0.36
    Case("low", "0.42", "10.2", "0.35", "0.35", "0.34", "0.28", "0.42", "8.2571428571"),
    Case("low", "0.40", "10.5", "0.3238095238", "0.3238095238", "0.32", "0.26", "0.38", "8.4"),
    # 0.38 would be nearest to 0.375, but is beyond the cap: one mark back
    Case("low", "0.30", "5.0", "0.51", "0.3750", "0.36", "0.42", "0.60", "6.00"),
    Case("low", "0.18", "10.5", "0.1457142857", "0.1457142857", "0.15", "0.12", "0.17", "8.75"),
    # 0.4125 is a quarter less; 0.42 is nearer than 0.40 and within the cap
    Case("low", "0.55", "25", "0.187", "0.4125", "0.42", "0.15", "0.22", "19.0909090909"),
    # 0.6875 less or more: 0.70 is beyond the cap
    Case("low", "0.55", "4.0", "1.16875", "0.6875", "0.65", "0.95", "1.35", "4.7272727273"),
)


def a_measured_child(
    session: Session, arm: str, current: str, site: Site | None = None, **changes: Any
) -> Participant:
    """A child of this arm on this dose since 3 February, with five days of both doses."""
    child = a_participant(session, site, arm=arm, **changes)
    an_order(session, child, given_ml=D(current), prescribed_mg=D(current))
    doses_given(session, child, days_from(date(2026, 3, 5), 4))
    a_dose(session, child, SlotKey(LAST_DOSE.on, Half.MORNING), local(LAST_DOSE.on, "08:00"))
    a_dose(session, child, LAST_DOSE, local(LAST_DOSE.on, "20:00"))
    session.flush()
    return child


def a_stored_level(session: Session, child: Participant, value: str, **changes: Any) -> Level:
    """Drawn at 08:00, twelve hours after the last dose; "<2.0" is below quantification."""
    below = value.startswith("<")
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "drawn_at": local(DRAWN_ON, "08:00"),
        "value": None if below else D(value),
        "below_loq": D(value[1:]) if below else None,
        "recorded_at": child.recorded_at,
        "recorded_by_id": child.recorded_by_id,
    }
    row = Level(**(values | changes))
    session.add(row)
    session.flush()
    return row

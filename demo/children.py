"""What is invented of one made-up child: who it is, how it is cared for, what befalls it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.protocol import Half

HIGH, LOW = "high", "low"


class Habit(StrEnum):
    """How a family keeps its diary."""

    STEADY = "steady"
    BUSY = "busy"
    STRUGGLING = "struggling"


class Kind(StrEnum):
    """Something that happens to a dose or to the diary on a certain day."""

    DOUBLED = "doubled"
    WITNESSED = "witnessed"
    VOMITED_EARLY = "vomited_early"
    VOMITED_LATER = "vomited_later"
    PARTIAL = "partial"
    MISSED = "missed"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken_back"
    OFFLINE = "offline"
    BY_SMS = "by_sms"
    SILENT = "silent"
    ON_PAPER = "on_paper"
    WARD = "ward"
    ASKED = "asked"
    ASKED_ACCEPTED = "asked_accepted"
    ASKED_DECLINED = "asked_declined"
    HOLD = "hold"
    ORDER_WAITS = "order_waits"


@dataclass(frozen=True, slots=True)
class Incident:
    """`kind` on the day so many days ago, for so many days; `half` names the slot of that day."""

    kind: Kind
    days_ago: int
    days: int = 1
    half: Half = Half.EVENING


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """`days` since the first dose (negative: it is still to come). `exposure` is the average level
    (ng/mL) on the starting dose, `course` a name in courses.COURSES, `carers` in families.CARERS.
    `missed_visits`, `dose_first` (blood drawn after the dose) and `transfused` name visits; with
    `extra_samples` blood was also drawn between them."""

    site: str
    number: str
    call_name: str
    sex: str
    arm: str
    age_months: int
    kmp: bool
    days: int
    course: str
    exposure: float
    carers: tuple[str, ...]
    height_cm: str
    weight_kg: str
    habit: Habit = Habit.STEADY
    zone: str = "Asia/Shanghai"
    moves_to: str | None = None
    all_photos: bool = False
    open_slot: bool = False
    missed_visits: frozenset[str] = frozenset()
    dose_first: frozenset[str] = frozenset()
    transfused: str | None = None
    extra_samples: bool = False
    incidents: tuple[Incident, ...] = ()

    @property
    def study_number(self) -> str:
        return f"{self.site}-{self.number}"

"""The queries of a child's page, built once: putting a select together takes as long as running
it. They are filled in with `child`, and where they read days `start_at` and `end_at`."""

from typing import Final

from sqlalchemy import BindParameter, bindparam, exists, select
from sqlalchemy.orm import aliased

from models.base import UtcDateTime
from models.laboratory import LabResult, Level, LevelOverrule
from models.participant import Allocation, Measurement, Participant
from services.measurements import stands

_CHILD: Final[BindParameter[int]] = bindparam("child")
_START: Final = bindparam("start_at", type_=UtcDateTime())
_END: Final = bindparam("end_at", type_=UtcDateTime())

_NEWEST: Final = (
    select(Measurement)
    .where(Measurement.participant_id == _CHILD, stands())
    .order_by(Measurement.measured_on.desc(), Measurement.id.desc())
    .limit(1)
    .subquery()
)
_SIZE: Final = aliased(Measurement, _NEWEST)
_LATER_LEVEL: Final = aliased(Level)
_LATER_RESULT: Final = aliased(LabResult)

# the child's arm and its newest height and weight
ARM_AND_SIZE: Final = (
    select(Allocation.arm, _SIZE)
    .select_from(Participant)
    .outerjoin(Allocation, Allocation.participant_id == Participant.id)
    .outerjoin(_SIZE, _SIZE.participant_id == Participant.id)
    .where(Participant.id == _CHILD)
)
# levels that no other one corrects, each with the words of clinicians about it
LEVELS: Final = (
    select(Level, LevelOverrule)
    .outerjoin(LevelOverrule, LevelOverrule.level_id == Level.id)
    .where(
        Level.participant_id == _CHILD,
        Level.drawn_at.between(_START, _END),
        ~exists(select(_LATER_LEVEL.id).where(_LATER_LEVEL.amends_id == Level.id)),
    )
    .order_by(Level.drawn_at, Level.id)
)
# results of `analytes` that no other one corrects
LABS: Final = (
    select(LabResult)
    .where(
        LabResult.participant_id == _CHILD,
        LabResult.analyte.in_(bindparam("analytes", expanding=True)),
        LabResult.drawn_at.between(_START, _END),
        ~exists(select(_LATER_RESULT.id).where(_LATER_RESULT.amends_id == LabResult.id)),
    )
    .order_by(LabResult.drawn_at, LabResult.id)
)

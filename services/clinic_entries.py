"""How far back the clinic may write in the diary.

A family writes back as many hours as the protocol says; older words are a request that the
investigator decides (trial.md §5). The clinic is bound in the same way, or a coordinator could do
by hand what a family must ask for: older entries are for those who may decide corrections. The one
exception is a day in hospital, entered from the ward's own chart: that is not memory but a record
made at the time, and the nurse who has it at hand need not be the investigator.
"""

from sqlalchemy.orm import Session

from domain.entries import Channel, DoseSource
from domain.lateness import hours
from domain.slots import SlotKey
from models.participant import Participant
from services.access import Permission, may
from services.actor import Actor
from services.dose_scene import Scene
from services.errors import RefusedError
from services.inpatient import inpatient_days
from services.said_dose import SaidDose


def check_far_back(session: Session, actor: Actor, said: SaidDose, scene: Scene) -> None:
    """Raises RefusedError `needs_investigator` (field `slot`) for a clinic entry of a dose further
    back than families may write, unless the actor or the source may."""
    if said.channel is not Channel.CLINIC:
        return
    back = scene.now - (said.claimed_at or scene.slot.due_at)
    if back <= hours(scene.protocol.slots.log_back_hours):
        return
    if may(actor, Permission.DECIDE, scene.participant.site_id):
        return
    if not _on_the_ward(session, scene.participant, scene.slot.key, said.source):
        raise RefusedError("needs_investigator", "slot")


def _on_the_ward(
    session: Session, participant: Participant, key: SlotKey, source: DoseSource | None
) -> bool:
    if source is not DoseSource.WARD_CHART:
        return False
    return key.on in inpatient_days(session, participant.id, key.on, key.on)

"""A hospital that enters results about one child, for the tests of response assessments.

The baseline is of 1 February 2026, the visit of month 3 of 3 May.
"""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from domain.response_inputs import Firmness, SkinColour
from domain.volume import Diameters
from models.participant import Participant
from models.photo import Photo
from models.tumour import TreatmentKind
from results_of_a_child import KHE, a_panel, a_result, local
from services.actor import Actor
from services.labs import record_labs
from services.tumour import (
    Entering,
    Modality,
    SaidSkin,
    SaidTreatment,
    SaidVolume,
    record_skin,
    record_treatment,
    record_volume,
)

VISIT = "month_3"
VISIT_ON = date(2026, 5, 3)
BEFORE = date(2026, 2, 1)
NOW = local(VISIT_ON, "14:00")


class Hospital:
    """Enters results for one child, all at NOW."""

    def __init__(self, session: Session, doctor: Actor, child: Participant) -> None:
        self.session, self.doctor, self.child = session, doctor, child
        self.entering = Entering(doctor, child, NOW)

    def lab(self, on: date, analyte: str, result: str, **changes: Any) -> None:
        unit = {"platelets": "10*9/L", "fibrinogen": "g/L"}[analyte]
        one = a_result(**({"analyte": analyte, "result": result, "unit": unit} | changes))
        said = a_panel(one, drawn_at=local(on))
        record_labs(self.session, self.doctor, self.child, said, protocol=KHE, now=NOW)

    def volume(self, on: date, length: str, lesion: str = "thigh", **changes: Any) -> None:
        sides = Diameters(Decimal(length), Decimal(40), Decimal(30))
        values: dict[str, Any] = {
            "client_id": uuid.uuid4(),
            "measured_on": on,
            "lesion": lesion,
            "modality": Modality.MRI,
            "reader": "Dr Reader",
            "diameters": sides,
        }
        record_volume(self.session, self.entering, SaidVolume(**(values | changes)), protocol=KHE)

    def skin(self, on: date, colour: SkinColour, firmness: Firmness) -> None:
        said = SaidSkin(client_id=uuid.uuid4(), examined_on=on, colour=colour, firmness=firmness)
        record_skin(self.session, self.entering, said)

    def treatment(self, kind: TreatmentKind, on: date, until: date | None = None) -> None:
        said = SaidTreatment(
            client_id=uuid.uuid4(), kind=kind, name=kind.value, started_on=on, ended_on=until
        )
        record_treatment(self.session, self.entering, said)

    def photo(self, on: date, view: str = "overview", **changes: Any) -> Photo:
        values: dict[str, Any] = {
            "client_id": uuid.uuid4(),
            "participant_id": self.child.id,
            "view": view,
            "body_site": "leg",
            "shown_on": on,
            "position_removed": True,
            "sha256": "0" * 64,
            "byte_count": 1,
            "media_type": "image/jpeg",
            "width": 4,
            "height": 3,
            "original_key": "o",
            "display_key": "d",
            "thumbnail_key": "t",
            "received_at": NOW,
            "uploaded_by_id": self.child.recorded_by_id,
            "channel": "page",
        }
        row = Photo(**(values | changes))
        self.session.add(row)
        self.session.flush()
        return row

    def everything_better(self) -> None:
        self.lab(BEFORE, "platelets", "12", reference_low=Decimal(125))
        self.lab(BEFORE, "fibrinogen", "0.9")
        self.volume(BEFORE, "100")
        self.lab(VISIT_ON, "platelets", "212")
        self.lab(VISIT_ON, "fibrinogen", "2.6")
        self.volume(VISIT_ON, "15")
        self.skin(VISIT_ON, SkinColour.LIGHTER, Firmness.SIGNIFICANTLY_SOFTER)

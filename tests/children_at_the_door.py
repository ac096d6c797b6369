"""Children who are registered and not yet randomised, and what lets them in."""

import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy.orm import Session

from domain.eligibility import Answer
from domain.protocol import Half
from domain.protocol_randomisation import CriterionKind
from domain.slots import SlotKey
from models.consent import Consent, ConsentKind, EligibilityCheck
from models.participant import Allocation, Participant, Relation
from models.randomisation import RandomisationList
from models.site import Site
from plugins.app import RANDOMISATION_KEY
from results_of_a_child import KHE
from services.actor import Actor
from services.consents import SaidConsent, record_consent
from services.eligibility import SaidEligibility, check_eligibility
from services.participants import Registration, register
from services.randomisation import SaidRandomisation, randomise
from services.randomisation_list import make_list
from services.randomisation_seal import Seal

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
TODAY = date(2026, 3, 10)
SEED = bytes(range(32))
SEAL = Seal(RANDOMISATION_KEY)
FIRST = SlotKey(TODAY, Half.EVENING)
FITTING = {
    criterion.code: Answer.YES if criterion.kind == CriterionKind.INCLUSION else Answer.NO
    for criterion in KHE.eligibility.criteria
}


def a_registration(**changes: object) -> Registration:
    values: dict[str, object] = {
        "client_id": uuid.uuid4(),
        "study_number": f"N-{uuid.uuid4().hex[:6].upper()}",
        "call_name": "Lele",
        "born_on": date(2025, 1, 20),
        "sex": "female",
        "kasabach_merritt": True,
        "enrolled_on": TODAY,
        "time_zone": "Asia/Shanghai",
        "morning": time(8),
        "evening": time(20),
        "height_cm": Decimal(80),
        "weight_kg": Decimal("10.5"),
        "measured_on": TODAY,
    }
    return Registration(**(values | changes))  # type: ignore[arg-type]  # test data by keyword


def registered(session: Session, actor: Actor, site: Site, **changes: object) -> Participant:
    """A child of whom nothing but identity, size and times is known."""
    return register(session, actor, site, a_registration(**changes), protocol=KHE, now=NOW)


def eligible(
    session: Session, actor: Actor, child: Participant, **answers: Answer
) -> EligibilityCheck:
    said = SaidEligibility(client_id=uuid.uuid4(), checked_on=TODAY, answers=FITTING | answers)
    return check_eligibility(session, actor, child, said, protocol=KHE, now=NOW)[0]


def a_consent(**changes: object) -> SaidConsent:
    values: dict[str, object] = {
        "client_id": uuid.uuid4(),
        "kind": ConsentKind.CONSENT,
        "document_version": "ICF-1.0",
        "given_by": "Ms Lin",
        "relation": Relation.MOTHER,
        "given_on": TODAY,
    }
    return SaidConsent(**(values | changes))  # type: ignore[arg-type]  # test data by keyword


def consented(session: Session, actor: Actor, child: Participant, **changes: object) -> Consent:
    said = a_consent(**changes)
    return record_consent(session, actor, child, said, protocol=KHE, now=NOW)[0]


def ready(session: Session, actor: Actor, site: Site, **changes: object) -> Participant:
    """A child that only waits for the button."""
    child = registered(session, actor, site, **changes)
    eligible(session, actor, child)
    consented(session, actor, child)
    return child


def a_list(
    session: Session, actor: Actor, *sites: Site, places: int = 8, seed: bytes = SEED
) -> RandomisationList:
    return make_list(
        session, actor, sites, places=places, seed=seed, protocol=KHE, seal=SEAL, now=NOW
    )


def randomised(session: Session, actor: Actor, child: Participant) -> Allocation:
    said = SaidRandomisation(first_slot=FIRST)
    return randomise(session, actor, child, said, protocol=KHE, seal=SEAL, now=NOW)[0]

"""Machines with tokens, and what they send, for the tests of the interface."""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories import LONG_AGO
from models.participant import Participant
from models.site import Site
from services.actor import SYSTEM
from services.tokens import VERBS, NewToken, ShownToken, create_token

API = "/api/v1"


@dataclass
class Study:
    """A child of one site, a child of another, and a machine of the first."""

    site: Site
    child: Participant
    stranger: Participant
    token: ShownToken

    def path(self, below: str = "") -> str:
        """An address below the child's."""
        return f"{API}/children/{self.child.public_id}{below}"


def a_token(session: Session, site: Site, *verbs: str, days: int = 3650) -> ShownToken:
    """A token of the site with these verbs, or with all there are."""
    asked = NewToken(
        site_code=site.code,
        name="Laboratory link",
        verbs=frozenset(verbs) or VERBS,
        expires_at=LONG_AGO + timedelta(days=days),
    )
    return create_token(session, SYSTEM, asked, now=LONG_AGO)


def bearing(token: ShownToken) -> dict[str, str]:
    """The headers that a machine sends with every request."""
    return {"Authorization": f"Bearer {token.secret}", "Accept-Language": "en"}


def a_dose_said(**changes: Any) -> dict[str, Any]:
    """Given just now, on Tuesday 10 March 2026 at 08:30 in Shanghai."""
    said = {
        "client_id": str(uuid.uuid4()),
        "entered_at": "2026-03-10T08:30:00+08:00",
        "just_now": True,
    }
    return said | changes


def a_child_said(site: Site, /, **changes: Any) -> dict[str, Any]:
    said = {
        "client_id": str(uuid.uuid4()),
        "site": site.code,
        "study_number": "KHE-041",
        "call_name": "Lele",
        "born_on": "2025-01-20",
        "sex": "female",
        "kasabach_merritt": True,
        "enrolled_on": "2026-03-10",
        "time_zone": "Asia/Shanghai",
        "morning": "08:00",
        "evening": "20:00",
        "height_cm": "80.0",
        "weight_kg": "10.5",
        "measured_on": "2026-03-10",
    }
    return said | changes


def inputs_said(**changes: Any) -> dict[str, Any]:
    """Everything missing, and nothing that cannot be judged."""
    said: dict[str, Any] = {
        "assessed_on": "2026-03-10",
        "platelets": None,
        "platelets_on": None,
        "platelets_baseline": None,
        "platelets_lower_limit": None,
        "platelets_applicable": True,
        "fibrinogen": None,
        "fibrinogen_on": None,
        "fibrinogen_baseline": None,
        "fibrinogen_applicable": True,
        "volume_ml": None,
        "volume_baseline_ml": None,
        "volume_applicable": True,
        "volume_method_changed": False,
        "modality_changed": False,
        "skin_colour": None,
        "firmness": None,
        "transfusions": [],
        "rescue_therapy": False,
    }
    return said | changes


def text_of(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)


def is_problem(answer: TestResponse, status: int, code: str) -> bool:
    return (
        answer.status_code == status
        and answer.mimetype == "application/problem+json"
        and answer.get_json()["status"] == status
        and answer.get_json()["code"] == code
    )

"""What the child's arm starts with."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.access import child_here
from api.blueprint import blueprint, refusals
from api.schemas_orders import StartingDoseQuerySchema, StartingDoseSchema
from services.local_today import today_of
from services.measurements import kept
from services.starting_dose import StartProposal, propose_start
from web.db import db
from web.parts import now, parts


@blueprint.route("/children/<uuid:child>/starting-dose", tags=["Orders"])
@blueprint.arguments(StartingDoseQuerySchema, location="query")
@blueprint.response(200, StartingDoseSchema)
@refusals(404, 422)
def show_starting_dose(query: Mapping[str, Any], child: uuid.UUID) -> Mapping[str, Any]:
    """Show the arm's starting dose, from the newest size.

    422 `not_allocated` before randomisation, `no_measurement` without a size.
    """
    participant = child_here(child)
    protocol = parts().protocols[participant.protocol_key]
    on = query.get("on") or today_of(db.session(), participant, now())
    found = propose_start(db.session(), participant, protocol=protocol, on=on)
    return {**_shown(found), "rule_version": protocol.key}


def _shown(found: StartProposal) -> Mapping[str, Any]:
    surface, amount = found.surface, found.amount
    return {
        "arm": found.arm.code,
        "mg_per_m2": found.arm.starting_dose,
        "height_cm": surface.height_cm,
        "weight_kg": surface.weight_kg,
        "measured_on": found.measured_on,
        "bsa_m2": kept(surface.m2),
        "bsa_formula": surface.formula,
        "prescribed_mg": kept(amount.prescribed_mg),
        "given_ml": amount.given_ml,
        "given_mg": amount.given_mg,
        "rounding_error_mg": kept(amount.rounding_error_mg),
        "warnings": found.warnings,
    }

"""The numbers of the trial's response rule, and a child in whom everything went well."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.interval import Interval
from domain.protocol import Bound, ResponseRules
from domain.response_inputs import Firmness, ResponseInputs, SkinColour

ASSESSED_ON = date(2025, 3, 20)

RULES = ResponseRules(
    platelets=Bound(complete_above=Decimal(100), partial_above=Decimal(40)),
    volume_reduction_percent=Bound(complete_above=Decimal(80), partial_above=Decimal(50)),
    fibrinogen=Interval(Decimal(2), Decimal(4), low_included=True, high_included=True),
    fibrinogen_partial_loss_below_percent=Decimal(50),
    transfusion_days=7,
    normal_platelets_above=Decimal(100),
    progression_percent=Decimal(20),
    domains_apart=2,
    durable_days=7,
)

ALL_COMPLETE = ResponseInputs(
    assessed_on=ASSESSED_ON,
    platelets=Decimal(250),
    platelets_on=ASSESSED_ON,
    platelets_baseline=Decimal(12),
    platelets_lower_limit=None,
    platelets_applicable=True,
    fibrinogen=Decimal("2.8"),
    fibrinogen_on=ASSESSED_ON,
    fibrinogen_baseline=Decimal("0.9"),
    fibrinogen_applicable=True,
    volume_ml=Decimal(10),
    volume_baseline_ml=Decimal(100),
    volume_applicable=True,
    volume_method_changed=False,
    modality_changed=False,
    skin_colour=SkinColour.LIGHTER,
    firmness=Firmness.UNCHANGED,
    transfusions=(),
    rescue_therapy=False,
)


# Any: the changes are whatever fields a case is about; the dataclass names a wrong one.
def an_assessment(**changes: Any) -> ResponseInputs:
    """All four domains complete and not one flag, but for `changes`; numbers may be text."""
    return replace(ALL_COMPLETE, **{name: _exact(value) for name, value in changes.items()})


def _exact(value: Any) -> Any:
    return Decimal(value) if type(value) is str else value

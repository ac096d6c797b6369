"""The assessment form: what the chart filled in, read back as confirmed or changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError

from domain.response import Category
from domain.response_inputs import Firmness, ResponseInputs, SkinColour
from services.assessment_draft import Draft
from services.assessments import GROUPS, Meaning, SaidAssessment
from services.chart import is_transfusion
from services.errors import RefusedError
from web.fields import Choice, Ident, Many, Tick, Words, day, exact
from web.forms import WriteSchema

NUMBERS: Final = (
    "platelets",
    "platelets_baseline",
    "platelets_lower_limit",
    "fibrinogen",
    "fibrinogen_baseline",
    "volume_ml",
    "volume_baseline_ml",
)
DAYS: Final = ("platelets_on", "fibrinogen_on")
TICKS: Final = (
    "platelets_applicable",
    "fibrinogen_applicable",
    "volume_applicable",
    "volume_method_changed",
    "modality_changed",
    "rescue_therapy",
)
# digits of a volume on the page; an untouched field keeps all digits of the chart
_SHOWN_ML: Final = Decimal("0.001")


class AssessmentSchema(WriteSchema):
    """Numbers and days are read below, beside what the page had shown."""

    assessed_on = Words(required=True, longest=10)
    platelets = Words(longest=20, load_default="")
    platelets_on = Words(longest=10, load_default="")
    platelets_baseline = Words(longest=20, load_default="")
    platelets_lower_limit = Words(longest=20, load_default="")
    fibrinogen = Words(longest=20, load_default="")
    fibrinogen_on = Words(longest=10, load_default="")
    fibrinogen_baseline = Words(longest=20, load_default="")
    volume_ml = Words(longest=20, load_default="")
    volume_baseline_ml = Words(longest=20, load_default="")
    platelets_applicable = Tick()
    fibrinogen_applicable = Tick()
    volume_applicable = Tick()
    volume_method_changed = Tick()
    modality_changed = Tick()
    rescue_therapy = Tick()
    skin_colour = Choice(SkinColour, load_default=None)
    firmness = Choice(Firmness, load_default=None)
    transfusions = Many(Ident(), load_default=list)
    platelets_reason = Words(longest=500, load_default="")
    volume_reason = Words(longest=500, load_default="")
    fibrinogen_reason = Words(longest=500, load_default="")
    skin_reason = Words(longest=500, load_default="")
    treatments_reason = Words(longest=500, load_default="")
    shown = Words(longest=1000, load_default="")
    decided = Choice(Category, load_default=None)
    reason = Words(longest=1000, load_default=None)
    meaning = Choice(Meaning, load_default=Meaning.ASSESSED)
    amends = Ident(load_default=None)
    amend_reason = Words(longest=500, load_default=None)


@dataclass(frozen=True)
class AssessmentForm:
    """What came in; `told` are the fields as the schema read them."""

    told: Mapping[str, Any]

    @classmethod
    def build(cls, **told: Any) -> "AssessmentForm":
        return cls(told)

    @property
    def shown(self) -> str:
        """The proposal that stood on the page when it was sent."""
        shown: str = self.told["shown"]
        return shown

    def inputs(self, offered: Draft) -> ResponseInputs:
        """The inputs as confirmed or changed. Raises RefusedError beside the field."""
        chart = offered.inputs
        values = shown_values(offered)
        read: dict[str, Any] = {}
        for names, reader in ((NUMBERS, _number), (DAYS, _day)):
            for name in names:
                untouched = self.told[name] == values[name]
                read[name] = getattr(chart, name) if untouched else reader(self.told[name], name)
        read |= {name: self.told[name] for name in TICKS}
        assessed_on = _day(self.told["assessed_on"], "assessed_on")
        return replace(
            chart,
            **read,
            assessed_on=assessed_on or chart.assessed_on,
            skin_colour=self.told["skin_colour"],
            firmness=self.told["firmness"],
            transfusions=offered.chart.transfusions_among(
                row
                for row in offered.chart.treatments
                if row.public_id in set(self.told["transfusions"])
            ),
        )

    def said(self, offered: Draft) -> SaidAssessment:
        """What is to be signed. Raises RefusedError, also where nothing was decided."""
        inputs = self.inputs(offered)
        if self.told["decided"] is None:
            raise RefusedError("required", "decided")
        return SaidAssessment(
            client_id=self.told["client_id"],
            visit_code=offered.chart.visit.code,
            inputs=inputs,
            change_reasons={group: self.told[f"{group}_reason"] for group in GROUPS},
            decided=self.told["decided"],
            reason=self.told["reason"],
            meaning=self.told["meaning"],
            amends=self.told["amends"],
            amend_reason=self.told["amend_reason"],
        )


def shown_values(offered: Draft) -> dict[str, Any]:
    """The chart as the form shows it."""
    inputs = offered.inputs
    values: dict[str, Any] = {name: _text(name, getattr(inputs, name)) for name in NUMBERS}
    values |= {name: _iso(getattr(inputs, name)) for name in (*DAYS, "assessed_on")}
    values |= {name: "yes" if getattr(inputs, name) else "" for name in TICKS}
    values |= {
        "skin_colour": inputs.skin_colour.value if inputs.skin_colour else "",
        "firmness": inputs.firmness.value if inputs.firmness else "",
        "transfusions": [
            str(row.public_id) for row in offered.chart.treatments if is_transfusion(row)
        ],
    }
    return values


def amends_of(offered: Draft) -> UUID | None:
    """The standing assessment of the visit, which a further one amends."""
    return offered.signed.public_id if offered.signed else None


def _text(name: str, value: Decimal | None) -> str:
    if value is None:
        return ""
    if name.endswith("_ml"):
        value = value.quantize(_SHOWN_ML)
    return f"{value:f}"


def _iso(on: date | None) -> str:
    return on.isoformat() if on else ""


def _number(typed: str, field: str) -> Decimal | None:
    try:
        return exact(typed) if typed else None
    except ValidationError as error:
        raise RefusedError(str(error.messages[0]), field) from None


def _day(typed: str, field: str) -> date | None:
    try:
        return day(typed) if typed else None
    except ValidationError:
        raise RefusedError("not_a_date", field) from None

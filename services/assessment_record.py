"""A signed assessment as a document, and the hash that binds the signature to it."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC
from typing import Any

from domain.response import Overall, ResponseResult
from domain.response_inputs import ResponseInputs
from domain.response_score import DomainScore
from domain.response_views import DurablePlatelets, SensitivityViews
from models.assessment import Assessment
from services.audit import plain
from services.chart import Chart, Sample, Tumour


def inputs_document(inputs: ResponseInputs) -> dict[str, Any]:
    """Every field, decimals and dates as text."""
    document = {field.name: plain(getattr(inputs, field.name)) for field in fields(inputs)}
    document["transfusions"] = [
        {"kind": given.kind.value, "on": given.on.isoformat()} for given in inputs.transfusions
    ]
    return document


def proposal_document(
    result: ResponseResult, views: SensitivityViews, evidence: Mapping[str, Any]
) -> dict[str, Any]:
    """What the rule said, why, and on which results of the chart it was shown to rest."""
    return {
        "category": result.category.value,
        "provisional": result.provisional,
        "domains": [_domain(score) for score in result.domains],
        "flags": [
            {"code": flag.code.value, "domain": flag.domain.value if flag.domain else None}
            for flag in result.flags
        ],
        "views": {
            "labs_and_volume": _overall(views.labs_and_volume),
            "volume_only": _overall(views.volume_only),
            "durable_platelets": _overall(views.durable_platelets)
            | {"counts": _counts(views.durable)},
        },
        "evidence": dict(evidence),
    }


def evidence_document(chart: Chart) -> dict[str, Any]:
    """The rows of the chart that were offered, by their public ids."""
    return {
        "platelets": _sample(chart.platelets),
        "platelets_baseline": _sample(chart.platelets_baseline),
        "fibrinogen": _sample(chart.fibrinogen),
        "fibrinogen_baseline": _sample(chart.fibrinogen_baseline),
        "volume": _tumour(chart.tumour),
        "volume_baseline": _tumour(chart.tumour_baseline),
        "skin": str(chart.skin.public_id) if chart.skin else None,
        "photos": [
            [str(pair.first.public_id), str(pair.newest.public_id)] for pair in chart.photos
        ],
    }


def content_hash(row: Assessment, participant: uuid.UUID) -> str:
    """SHA-256 (hex) over the canonical JSON of everything the signature stands for."""
    content = {
        "participant": str(participant),
        "visit": row.visit_code,
        "assessed_on": row.assessed_on.isoformat(),
        "inputs": row.inputs,
        "proposal": row.proposal,
        "changes": row.changes,
        "proposed": row.proposed.value,
        "decided": row.decided.value,
        "provisional": row.provisional,
        "reason": row.reason,
        "rule_version": row.rule_version,
        "amends": row.amends_id,
        "amend_reason": row.amend_reason,
        "signed": {
            "name": row.signed_name,
            "meaning": row.signed_meaning,
            "at": row.signed_at.astimezone(UTC).isoformat(),
            "by": row.signed_by_id,
        },
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(row: Assessment, participant: uuid.UUID) -> bool:
    """Is the row still what was signed?"""
    return content_hash(row, participant) == row.content_hash


def _domain(score: DomainScore) -> dict[str, Any]:
    return {
        "domain": score.domain.value,
        "state": score.state.value,
        "why": score.why.value,
        "numbers": {number.what.value: plain(number.amount) for number in score.numbers},
        "findings": [finding.value for finding in score.findings],
        "on_boundary": score.on_boundary,
    }


def _overall(overall: Overall) -> dict[str, Any]:
    return {"category": overall.category.value, "provisional": overall.provisional}


def _counts(durable: DurablePlatelets | None) -> list[dict[str, Any]]:
    """The two platelet counts, the earlier first; none where platelets are not durable."""
    pair = (durable.earlier, durable.later) if durable else ()
    return [{"on": plain(one.on), "count": plain(one.count)} for one in pair]


def _sample(sample: Sample | None) -> str | None:
    return str(sample.row.public_id) if sample else None


def _tumour(tumour: Tumour) -> list[str]:
    return [str(row.public_id) for row in tumour.lesions]

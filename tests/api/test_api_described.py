"""The app against its own description: whatever is sent, the answer is one that is described.

Schemathesis makes the requests, good ones and bad ones, from the OpenAPI document; the same ones in
every run.
"""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.access import NEEDS
from machine import API, Study, bearing

EXAMPLES = 10
# a good shape may still be refused: a level of tomorrow, an unknown study number
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
]


@pytest.fixture
def described(app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("endpoint", sorted(NEEDS))
def test_an_endpoint_answers_as_described(
    described: Any, study: Study, endpoint: str, mode: GenerationMode
) -> None:
    headers = bearing(study.token) | {"Accept-Encoding": "identity"}
    operation = described.find_operation_by_id(endpoint.removeprefix("api."))

    # a random child would only ever be unknown; where nothing else can be sent wrong, it is wrong
    can_be_wrong = bool(operation.body or operation.query)
    fixed = {"child": str(study.child.public_id)}
    is_fixed = "{child}" in operation.path and (mode.is_positive or can_be_wrong)

    @given(case=operation.as_strategy(mode, path_parameters=fixed if is_fixed else None))
    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
    def answers_as_described(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers)

    answers_as_described()

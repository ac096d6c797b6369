"""The OpenAPI document: valid, complete, and in words that a person understands."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient

from machine import API

DIALECT = "https://json-schema.org/draft/2020-12/schema"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(f"{API}/openapi.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": DIALECT, **schema})


def test_every_endpoint_of_ours_is_described(app: Flask, document: dict[str, Any]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    described = {operation["operationId"] for _, _, operation in operations(document)}
    assert described == {rule.endpoint.removeprefix("api.") for rule in rules}


def test_every_operation_has_a_summary_a_tag_and_its_refusals(document: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for _, method, operation in operations(document):
        assert operation["summary"].endswith(".")
        assert set(operation["tags"]) <= tags
        assert {"401", "403", "429"} <= operation["responses"].keys()
        if method == "post":
            assert {"400", "409", "413", "415", "422"} <= operation["responses"].keys()
            assert operation["security"] == [{"bearer": []}, {"session": [], "csrf": []}]


def test_decimals_travel_as_text_with_a_pattern(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema, name in (("SaidLevel", "value"), ("LogDose", "given_ml"), ("Order", "given_ml")):
        described = schemas[schema]["properties"][name]
        assert "string" in described["type"]
        assert described["pattern"].startswith("^-?(0|")


def test_no_number_with_a_fraction_stands_anywhere(document: dict[str, Any]) -> None:
    def kinds(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            kind = part.get("type", [])
            yield from [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
            for below in part.values():
                yield from kinds(below)
        elif isinstance(part, list):
            for below in part:
                yield from kinds(below)

    found = set(kinds(document["components"]["schemas"]))
    assert "string" in found
    assert "number" not in found


def test_what_is_sent_takes_no_unknown_field(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for _, _, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["additionalProperties"] is False

"""The description of the API against the app: every reference leads somewhere, every body takes only what it names."""

import re

import pytest

from almazara import asgi
from price_shop import settings_over
from problems import is_problem
from sample_catalog import served

# Media servers decide themselves what stands in their notices.
FOREIGN = {"/eventos/{servidor}"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return asgi.app_over(settings_over(tmp_path_factory.mktemp("described")))


@pytest.fixture(scope="module")
def description(app):
    return app.openapi()


@pytest.fixture(scope="module")
def client(app):
    with served(app) as found:
        yield found


def at(description, reference):
    node = description
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def nodes(node):
    """Every object within a description."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


def objects(schema, description):
    """The objects that a schema describes, those within it included."""
    schema = at(description, schema["$ref"]) if "$ref" in schema else schema
    if "properties" in schema:
        yield schema
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    for one in [*inner, *(part for kind in ("anyOf", "oneOf", "allOf") for part in schema.get(kind, []))]:
        yield from objects(one, description)


def test_every_reference_leads_to_what_it_names(description):
    references = {node["$ref"] for node in nodes(description) if isinstance(node.get("$ref"), str)}
    assert len(references) > 100
    for reference in references:
        assert at(description, reference), reference


def test_every_body_takes_only_the_fields_that_it_names(description):
    asked = 0
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for kind in operation.get("requestBody", {}).get("content", {}).values():
                for one in objects(kind["schema"], description) if path not in FOREIGN else ():
                    asked += 1
                    assert one.get("additionalProperties") is False, f"{method} {path} {one.get('title')}"
    assert asked > 10


@pytest.mark.server
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/scraper", {"product": "shop.example:1"}),
        ("/scraper", {"products": ["shop.example:1"], "force": True}),
        ("/productos", {"product": "https://shop.example/1", "precio": 3}),
        ("/retrain", {"product": "shop.example:1"}),
        ("/retrain", ["shop.example:1"]),
        ("/modelos/peliculas/entrenar", {"ratings": "x"}),
        ("/alerts/rules", {"kind": "scraper_unwell", "days": 3}),
        ("/announced-moves", {"date": "2026-10-01", "factor": 1.02, "shop": "shop.example"}),
        ("/goods", {"products": ["shop.example:1"], "name": "x"}),
    ],
)
def test_a_field_that_a_body_does_not_have_is_refused_and_nothing_begins(client, path, body):
    is_problem(client.post(path, json=body), 422)
    assert client.get("/runs").json() == []
    assert client.get("/productos").json() == []


@pytest.mark.server
@pytest.mark.parametrize("body", ["", "{}", " {} "])
def test_a_route_that_takes_no_body_takes_an_empty_one(client, body):
    answer = client.post("/retrain", content=body)
    assert answer.status_code in {202, 409}


def test_operations_schemas_and_headings_are_words_that_a_client_can_be_named_by(description):
    asked = [operation for path in description["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in asked]
    assert len(ids) == len(set(ids)) > 60
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", one) for one in ids)
    assert all(re.fullmatch(r"([A-Z][a-z]+)+", one) for one in description["components"]["schemas"])
    assert {tag for operation in asked for tag in operation["tags"]} == {"estado", "peliculas", "precios", "usuarios"}

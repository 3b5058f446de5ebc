"""The app held against its own description by Schemathesis: every check, every film route, over the embedded sample."""

import tempfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from profiles import examples
from sample_catalog import app_over, served

pytestmark = pytest.mark.server

# What no schema can say: which languages are those of a film of the catalog, and which films there are.
BEYOND_A_SCHEMA = {
    "GET /recomendacion/{titulo}",
    "GET /recomendacion",
    "GET /peliculas",
    "POST /recomendacion",
    "POST /peliculas",
}

with tempfile.TemporaryDirectory() as _empty:
    (Path(_empty) / "nothing" / "artifacts").mkdir(parents=True)
    schema = schemathesis.openapi.from_dict(app_over(Path(_empty) / "nothing", Path(_empty) / "home").openapi())


@pytest.fixture(scope="module")
def address(sample_home, tmp_path_factory):
    app = app_over(sample_home, tmp_path_factory.mktemp("schema") / "home")
    with served(app) as client:
        yield str(client.base_url)


@schema.include(
    path_regex="^/(?!productos|scraper|data|predict|retrain|advice|cheapest|overview|story|categories|goods|basket|alerts|forecasts|runs|held|blocked"
    "|eventos|usuarios|recomendacion/(usuario|grupo|perfil)|modelos/peliculas/entrenar$)"
).parametrize()
@settings(max_examples=examples(nightly=40), suppress_health_check=list(HealthCheck))
def test_the_film_routes_keep_what_their_description_promises(case, address):
    excluded = [positive_data_acceptance] if case.operation.label in BEYOND_A_SCHEMA else []
    case.call_and_validate(base_url=address, excluded_checks=excluded)

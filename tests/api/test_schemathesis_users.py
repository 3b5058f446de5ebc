"""The routes for users held against their own description by Schemathesis: every check, with a key, over the sample."""

import tempfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from profiles import examples
from sample_catalog import app_over, served

pytestmark = pytest.mark.server

KEY = "a-key-for-schemathesis"
# What no schema can say: a notice is that of a media server, films are those of the catalog, ids differ in a batch, a
# rating alone has a value, moments are not in the future, and the years of a range are in order.
BEYOND_A_SCHEMA = {
    "POST /eventos",
    "POST /eventos/{servidor}",
    "POST /recomendacion/perfil",
    "POST /recomendacion/grupo",
    "POST /recomendacion/usuario/{usuario}",
    "GET /recomendacion/grupo",
    "GET /recomendacion/usuario/{usuario}",
}
ROUTES = "^/(eventos|usuarios|recomendacion/(usuario|grupo|perfil))"

with tempfile.TemporaryDirectory() as _empty:
    (Path(_empty) / "nothing" / "artifacts").mkdir(parents=True)
    schema = schemathesis.openapi.from_dict(app_over(Path(_empty) / "nothing", Path(_empty) / "home").openapi())


@pytest.fixture(scope="module")
def address(sample_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("schema-users") / "home"
    with served(app_over(sample_home, home, api_keys=KEY, writes_per_minute=10**6)) as client:
        yield str(client.base_url)


@schema.include(path_regex=ROUTES).parametrize()
@settings(max_examples=examples(nightly=20), suppress_health_check=list(HealthCheck))
def test_the_routes_for_users_keep_what_their_description_promises(case, address):
    excluded = [positive_data_acceptance] if case.operation.label in BEYOND_A_SCHEMA else []
    case.call_and_validate(base_url=address, headers={"X-API-Key": KEY}, excluded_checks=excluded)

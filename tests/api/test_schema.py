"""The app held against its own description by Schemathesis: every check, on every route, over the embedded sample."""

import tempfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from sample_catalog import app_over, served

with tempfile.TemporaryDirectory() as _empty:
    (Path(_empty) / "nothing" / "artifacts").mkdir(parents=True)
    schema = schemathesis.openapi.from_dict(app_over(Path(_empty) / "nothing", Path(_empty) / "home").openapi())


@pytest.fixture(scope="module")
def address(sample_home, tmp_path_factory):
    app = app_over(sample_home, tmp_path_factory.mktemp("schema") / "home", writes_per_minute=100_000)
    with served(app) as client:
        yield str(client.base_url)


@schema.include(path_regex="^/(?!productos|scraper|data|predict|retrain)").parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_the_film_routes_keep_what_their_description_promises(case, address):
    case.call_and_validate(base_url=address)


# What no schema can say of the price routes, and tests of their own hold: whether a text is an address that can be
# followed (positive data is refused), that this machine needs no key (it is in the description for those that do),
# and that Allow names the methods of all routes of a path.
_UNTOLD = {
    "positive_data_acceptance",
    "negative_data_rejection",
    "ignored_auth",
    "missing_required_header",
    "allow_header_conformance",
}


@schema.include(path_regex="^/(productos|scraper|data|predict|retrain)").parametrize()
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_the_price_routes_keep_what_their_description_promises(case, address):
    excluded = [check for check in CHECKS.get_all() if check.__name__ in _UNTOLD]
    case.call_and_validate(base_url=address, excluded_checks=excluded)

"""The price routes held against their own description by Schemathesis: every check, with a key, over a small store."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from almazara import app, asgi
from almazara.prices.fetching.replay import ReplaySource
from almazara.prices.forecasting import retraining
from almazara.prices.forecasting.models import registry
from price_shop import NOW, observed, opened, product, retrain, settings_over
from profiles import examples
from sample_catalog import served

pytestmark = pytest.mark.server

KEY = "a-key-for-schemathesis"
# What no schema can say: a cursor is one that was given out and an end comes after its start; a product is an address
# of a shop, or an ASIN with a marketplace; a product with too little history is answered with 422; an amount is above
# zero also where it is written as a text; and a basket's things and deliveries have a form of their own.
BEYOND_A_SCHEMA = {
    "GET /data",
    "GET /forecasts/issued",
    "GET /productos",
    "GET /overview",
    "GET /goods",
    "POST /productos",
    "GET /predict",
    "POST /alerts/rules",
    "POST /announced-moves",
    "GET /basket",
}

with tempfile.TemporaryDirectory() as _empty:
    _app = asgi.app_over(settings_over(Path(_empty)))
    schema = schemathesis.openapi.from_dict(_app.openapi())
    _app.state.prices.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server over a few products and histories, one of them forecast; its shops are an empty folder of pages."""
    folder, pages = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("pages")
    shift = datetime.now(UTC) - NOW
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))
        patch.setattr(app.prices, "page_source", lambda *_args, **_values: ReplaySource(pages))
        patch.setattr(retraining, "_WORK", replace(retraining._WORK, command=("true",)))
        with opened(settings_over(folder)) as prices:
            for number in (1, 2, 3):
                prices.store.save_listing(product(number, category="oil"))
            days = [(1, day) for day in range(30)] + [(2, day) for day in range(4)]
            rows = [observed(f"shop.example:{number}", day, f"{number}.{day:02}") for number, day in days]
            prices.store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)
            retrain(settings_over(folder), prices, lambda *_: None)
        with served(asgi.app_over(settings_over(folder, api_keys=KEY, writes_per_minute=10**6))) as client:
            yield str(client.base_url)


@schema.include(
    path_regex="^/(productos|scraper|data|predict|retrain|advice|cheapest|overview|story|categories|goods|basket|alerts|forecasts"
    "|runs|held|blocked|announced-moves)"
).parametrize()
@settings(max_examples=examples(nightly=60), suppress_health_check=list(HealthCheck))
def test_the_price_routes_keep_what_their_description_promises(case, address):
    excluded = [positive_data_acceptance] if case.operation.label in BEYOND_A_SCHEMA else []
    case.call_and_validate(base_url=address, headers={"X-API-Key": KEY}, excluded_checks=excluded)

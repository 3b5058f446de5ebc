"""Readings of impossible moments, as earlier versions imported them, break no answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from almazara import asgi
from price_shop import observed, product, settings_over
from sample_catalog import served

pytestmark = pytest.mark.server

MOMENTS = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = asgi.app_over(settings_over(tmp_path_factory.mktemp("impossible")))
    store = app.state.prices.store
    for number, moment in enumerate(MOMENTS, start=1):
        store.save_listing(product(number, category="oil"))
        plausible = observed(f"shop.example:{number}", 1, "5")
        store.append([plausible, replace(plausible, observed_at=moment)])
    with served(app) as found:
        yield found


@pytest.mark.parametrize(
    "path",
    [
        "/data?daily=true&product=shop.example:1", "/data?daily=true&product=shop.example:2",
        "/data?daily=true&category=oil", "/data?index=true&category=oil", "/data?daily=true", "/data",
        "/data?daily=true&end=9999-12-30", "/categories", "/overview", "/productos", "/health", "/metrics",
        "/data?start=0001-01-01", "/data?start=9999-12-31", "/cheapest?category=oil",
    ],
)  # fmt: skip
def test_no_answer_breaks_over_them(client, path):
    assert client.get(path).status_code in {200, 404}


@pytest.mark.parametrize(
    "path", ["/", "/precios", "/precios/shop.example:1", "/precios/categoria/oil", "/precios/lector"]
)
def test_no_page_breaks_over_them(client, path):
    assert client.get(path, headers={"accept": "text/html"}).status_code == 200


def test_a_series_begins_with_the_first_reading_that_can_be_one(client):
    days = client.get("/data?daily=true&product=shop.example:1").json()["items"]
    assert days[0]["date"] == "2026-02-28"

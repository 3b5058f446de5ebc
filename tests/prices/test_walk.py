"""The whole walk on real data: saved pages to observations to history, real series to a forecast, both over the API."""

import csv
import gzip
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from almazara import app, asgi
from almazara.prices.collecting.replaying import replay_pages
from almazara.prices.exchange.files import import_file
from almazara.prices.exchange.rows import Defaults
from almazara.prices.fetching.replay import ReplaySource
from almazara.prices.forecasting import retraining
from almazara.prices.forecasting.models import registry
from almazara.prices.schema import Listing, ListingKind
from price_shop import opened, retrain, settings_over
from sample_catalog import served
from waiting import no_progress, wait_for

pytestmark = pytest.mark.real_data

SEARCH = "https://www.amazon.es/s?k=aceite"


def wait_for_run(api, location):
    wait_for(lambda: api.get(location).json()["state"] != "running")
    return api.get(location).json()


@pytest.fixture(scope="module")
def saved(real_data):
    """The saved pages of Amazon, one for each ASIN and marketplace, with what is known of them."""
    folder = real_data / "prices" / "pages"
    pages = json.loads((folder / "expected.json").read_text())["pages"]
    amazon = [one for one in pages if (one.get("domain") or "").startswith("amazon.")]
    products = {}
    for one in amazon:
        asin = one.get("requested_asin") or one.get("asin")
        if one["kind"] in {"product", "unavailable"} and asin:
            products[f"{one['domain']}:{asin}"] = one
    searches = {f"{one['domain']}:search{n}": one for n, one in enumerate(amazon) if one["kind"] == "search"}
    return folder, products, searches


@pytest.fixture(scope="module")
def walked(saved, tmp_path_factory):
    """All of them followed, and read through the API of a server whose shops are the saved pages."""
    folder, products, searches = saved
    home, pages = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("pages")
    listings, index = [], {}
    for listing_id, one in products.items():
        shop, asin = listing_id.split(":")
        url = f"https://www.{shop}/dp/{asin}"
        listings.append(Listing(listing_id, shop, asin, url, created_at=datetime.now(UTC)))
        index[url] = one["file"]
    for listing_id, one in searches.items():
        shop, sku = listing_id.split(":")
        url = f"https://www.{shop}/s?k={sku}"
        listings.append(Listing(listing_id, shop, sku, url, kind=ListingKind.SEARCH, created_at=datetime.now(UTC)))
        index[url] = one["file"]
    for name in index.values():
        shutil.copy(folder / name, pages)
    (pages / "index.json").write_text(json.dumps(index))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.prices, "page_source", lambda *_args, **_values: ReplaySource(pages))
        patch.setattr(retraining, "_WORK", replace(retraining._WORK, command=("true",)))
        with opened(settings_over(home)) as prices:
            for listing in listings:
                prices.store.save_listing(listing)
        with served(asgi.app_over(settings_over(home))) as api:
            accepted = api.post("/scraper")
            assert accepted.status_code == 202
            run = wait_for_run(api, accepted.headers["location"])
            yield home, run, products, searches, api


def test_every_saved_page_is_accounted_for(walked):
    _, run, products, searches, _ = walked
    assert run["state"] == "done"
    assert run["counts"]["requested"] == len(products) + len(searches)
    assert sum(count for name, count in run["counts"].items() if name != "requested") == run["counts"]["requested"]
    assert run["counts"]["failed"] == run["counts"]["refused"] == 0
    assert len(run["shops"]) > 5


def test_what_is_kept_of_a_product_is_what_its_page_truly_shows(walked):
    _, run, products, _, api = walked
    kept = {one["id"]: one["latest"] for one in api.get("/productos").json() if one["latest"]}
    priced = {one: latest for one, latest in kept.items() if one in products and latest["price"] is not None}
    shown = {one: (Decimal(latest["price"]), latest["currency"]) for one, latest in priced.items()}
    assert shown == {one: (Decimal(products[one]["price"] or -1), products[one]["currency"]) for one in priced}
    named = {problem["listing_id"] for problem in run["problems"]}
    assert all(listing_id in kept or listing_id in named for listing_id in products)
    assert sum(latest["price"] is not None for latest in kept.values()) >= 20


def test_searches_become_histories_of_what_they_found(walked):
    _, run, _, searches, api = walked
    failed = {problem["listing_id"] for problem in run["problems"] if problem["outcome"] == "unreadable"}
    every = api.get("/productos?all=true").json()
    found = [one for one in every if not one["tracked"]]
    assert searches.keys() - failed, "no search could be read, though some can"
    assert len(found) > 5
    assert all(one["latest"]["price"] for one in found)
    history = api.get("/data", params={"product": found[0]["id"]}).json()["items"]
    assert len(history) == 1


def test_the_kept_pages_are_read_again_into_a_new_store_with_the_same_result(walked, tmp_path):
    home, *_ = walked
    target = f"sqlite:///{tmp_path / 'again.db'}"
    report = replay_pages(settings_over(home), None, target, no_progress)
    assert report.different == []
    with opened(settings_over(home)) as first, opened(settings_over(tmp_path, store_url=target)) as again:
        before, after = first.store.latest(), again.store.latest()
    assert {i: (o.price, o.currency, o.observed_at) for i, o in before.items()} == {
        i: (o.price, o.currency, o.observed_at) for i, o in after.items()
    }


def test_real_series_are_imported_forecast_and_asked_for_over_the_api(real_data, tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))
    source = real_data / "prices" / "series" / "facua_es_supermarkets_olive_oil_daily_2024.csv.gz"
    with gzip.open(source, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["series_id"] for row in rows})[::25]
    newest = max(row["date"] for row in rows)
    shift = datetime.now(UTC).date() - datetime.fromisoformat(newest).date()
    part = tmp_path / "part.csv"
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            if row["series_id"] in names:  # moved to today, so that the forecast is of tomorrow
                day = datetime.fromisoformat(row["date"]).date() + shift
                writer.writerow({**row, "date": str(day)})
    settings = settings_over(tmp_path / "home")
    with opened(settings) as prices:
        report = import_file(prices.store, part, now=datetime.now(UTC), defaults=Defaults(category="olive-oil"))
        assert report.refused == 0
        assert report.listings == len(names)
        retrain(settings, prices, no_progress)
    with served(asgi.app_over(settings)) as api:
        days = api.get("/data", params={"category": "olive-oil", "daily": True, "limit": 10_000}).json()["items"]
        assert {row["product"] for row in days} == set(names)
        answers = {name: api.get("/predict", params={"product": name, "horizon": 30}) for name in names}
        forecast = [name for name, answer in answers.items() if answer.status_code == 200]
        refused = [answer for answer in answers.values() if answer.status_code != 200]
        assert len(forecast) >= len(names) * 0.7
        assert all(answer.status_code == 422 and "días" in answer.json()["detail"] for answer in refused)
        for name in forecast:
            answer = answers[name].json()
            last = [float(row["price"]) for row in days if row["product"] == name and row["price"] is not None][-1]
            first_day = {one["quantile"]: float(one["price"]) for one in answer["days"][0]["quantiles"]}
            assert 0.5 * last < first_day[0.5] < 2 * last
            assert answer["days"][0]["date"] == str(datetime.fromisoformat(answer["cutoff"]).date() + timedelta(days=1))

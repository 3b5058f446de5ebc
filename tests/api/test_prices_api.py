"""The routes of the price product, over a real server, a real store and a real shop on loopback."""

import csv
import io
import time
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import httpx
import polars as pl
import pytest

from almazara import asgi
from almazara.prices.collecting.each_listing import COUNTS
from almazara.prices.forecasting.models import registry
from page_server import reply, serving
from price_shop import HTML, NOW, observed, offer_page, opened, product, retrain, settings_over, shows
from problems import is_problem
from sample_catalog import served
from waiting import no_progress, wait_for

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def shop():
    with serving() as server:
        shows(server, {f"/{number}": offer_page(f"{number}.95", f"Aceite {number}, 1 l") for number in (1, 2)})
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory, shop):
    """A home with three products of a history, one of them forecast, and two that the shop shows."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))
        settings = settings_over(folder, loopback_ports=(shop.port,))
        with opened(settings) as prices:
            now = datetime.now(NOW.tzinfo)
            for number in (1, 2, 3):
                prices.store.save_listing(product(number, category="oil", tracked=False, litres=Decimal(5)))
            shift = now - NOW
            rows = [
                observed("shop.example:1", day, f"{30 + day % 7}.95", list_price=Decimal("99.00")) for day in range(60)
            ]
            rows += [
                observed("shop.example:2", day, None if day % 3 else "8.10", seller='A "quoted", seller')
                for day in (2, 3)
            ]
            rows += [observed("shop.example:2", 40, "8.00")]
            prices.store.append(
                one.__class__(**{**fields_of(one), "observed_at": one.observed_at + shift}) for one in rows
            )
            retrain(settings, prices, no_progress)
    return folder


def fields_of(observation):
    return {name: getattr(observation, name) for name in observation.__slots__}


@pytest.fixture(scope="module")
def api(home, shop):
    with served(asgi.app_over(settings_over(home, loopback_ports=(shop.port,), writes_per_minute=10_000))) as client:
        yield client


def wait_until_ended(api, location):
    wait_for(lambda: api.get(location).json()["state"] != "running")
    return api.get(location).json()


def test_a_product_is_followed_listed_and_left_and_its_history_stays(api, shop):
    body = {"product": shop.url("/1"), "category": "Olive Oil", "target_price": "24.95"}
    made = api.post("/productos", json=body)
    assert made.status_code == 201
    found = made.json()
    assert (found["category"], found["target_price"], found["tracked"], found["kind"], found["latest"]) == (
        "olive-oil",
        "24.95",
        True,
        "product",
        None,
    )
    again = api.post("/productos", json={"product": shop.url("/1")})
    assert (again.status_code, again.json()["id"], again.json()["target_price"]) == (200, found["id"], "24.95")
    wait_until_ended(api, api.post("/scraper", json={"products": [found["id"]]}).headers["location"])
    [listed] = api.get("/productos", params={"category": "olive-oil"}).json()
    assert listed["latest"]["price"] == "1.95"
    assert listed["latest"]["price_per_litre"] == "1.9500"
    assert api.delete(f"/productos/{found['id']}").status_code == 204
    assert api.get("/productos", params={"category": "olive-oil"}).json() == []
    assert [one["id"] for one in api.get("/productos?category=olive-oil&all=true").json()] == [found["id"]]
    assert len(api.get("/data", params={"product": found["id"]}).json()["items"]) == 1


@pytest.mark.parametrize("body", [None, {}, {"products": None}, "named"])
def test_a_run_is_accepted_with_a_place_where_to_see_it(api, shop, body):
    ids = [api.post("/productos", json={"product": shop.url(f"/{n}")}).json()["id"] for n in (1, 2)]
    sent = {"products": ids[:1]} if body == "named" else body
    accepted = api.post("/scraper") if sent is None else api.post("/scraper", json=sent)
    assert accepted.status_code == 202
    run = accepted.json()
    assert accepted.headers["location"] == f"/scraper/{run['run_id']}"
    assert (run["kind"], run["shops"], run["started_at"][-1]) == ("scrape", ["127.0.0.1"], "Z")
    ended = wait_until_ended(api, accepted.headers["location"])
    assert (ended["state"], ended["pending"], ended["problems"]) == ("done", 0, [])
    assert set(ended["counts"]) == set(COUNTS)
    assert ended["counts"]["requested"] == (1 if body == "named" else 2)
    assert ended["ended_at"]


def test_a_problem_of_a_run_names_the_product_and_the_reason(api, shop):
    shop.routes["/none"] = reply(b"<html><h1>Nada</h1></html>", Content_Type=HTML)
    found = api.post("/productos", json={"product": shop.url("/none")}).json()["id"]
    run = wait_until_ended(api, api.post("/scraper", json={"products": [found]}).headers["location"])
    assert run["counts"]["unreadable"] == 1
    assert [(one["listing_id"], one["outcome"]) for one in run["problems"]] == [(found, "unreadable")]
    api.delete(f"/productos/{found}")


def test_a_shop_that_is_being_read_is_a_conflict(api, shop):
    def slow(handler):
        time.sleep(0.5)
        reply(offer_page("3.95"), Content_Type=HTML)(handler)

    shop.routes["/slow"] = slow
    found = api.post("/productos", json={"product": shop.url("/slow")}).json()["id"]
    first = api.post("/scraper", json={"products": [found]})
    is_problem(api.post("/scraper", json={"products": [found]}), 409)
    is_problem(api.post("/scraper"), 409)
    wait_until_ended(api, first.headers["location"])
    api.delete(f"/productos/{found}")


def test_with_nothing_followed_there_is_nothing_to_read(tmp_path):
    with served(asgi.app_over(settings_over(tmp_path))) as empty:
        assert "POST /productos" in is_problem(empty.post("/scraper"), 422)["detail"]


@pytest.mark.parametrize("products", [["nothing"], [""], ["\x00"], ["a" * 3000], ["demo:garrafa-5l/"]])
def test_an_unknown_product_is_not_found(api, products):
    is_problem(api.post("/scraper", json={"products": products}), 404)


@pytest.mark.parametrize(
    "body", [{"products": "x"}, {"products": []}, {"products": [1]}, {"products": ["x"] * 201}, [], "x", 7]
)
def test_a_body_that_makes_no_sense_is_refused(api, body):
    is_problem(api.post("/scraper", json=body), 422)


@pytest.mark.parametrize("path", ["/scraper/nothing", "/retrain/nothing", "/scraper/%00", "/retrain/%F0%9F%AB%92"])
def test_an_unknown_run_is_not_found(api, path):
    is_problem(api.get(path), 404)


def test_history_comes_as_json_with_amounts_as_decimal_strings(api):
    answer = api.get("/data", params={"product": "shop.example:1", "limit": 2}).json()
    first = answer["items"][0]
    assert set(first) == {
        "product", "observed_at", "availability", "price", "currency", "list_price", "price_per_litre", "seller",
        "source", "named",
    }  # fmt: skip
    assert (first["price"], first["currency"], first["list_price"]) == ("33.95", "EUR", "99.00")
    assert answer["next_cursor"]


def whole(api, **parameters):
    rows, cursor = [], None
    while True:
        answer = api.get("/data", params={**parameters, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200
        rows += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        assert answer.headers.get("x-next-cursor") == cursor
        if cursor is None:
            return rows


def test_what_is_followed_comes_in_pages_that_hold_each_product_once(api):
    every = api.get("/productos?all=true")
    assert "x-next-cursor" not in every.headers
    found, cursor = [], {}
    while True:
        answer = api.get("/productos", params={"all": True, "limit": 2, **cursor})
        found += answer.json()
        assert len(answer.json()) <= 2
        if "x-next-cursor" not in answer.headers:
            break
        cursor = {"cursor": answer.headers["x-next-cursor"]}
    assert [one["id"] for one in found] == [one["id"] for one in every.json()]
    assert len(found) >= 3
    is_problem(api.get("/productos?cursor=none"), 422)


@pytest.mark.parametrize("daily", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 60])
def test_pages_by_cursor_cover_everything_once(api, daily, limit):
    query = {"category": "oil", "daily": daily}
    if limit == 1:
        query = {"product": "shop.example:2", "daily": daily}
    rows = whole(api, limit=limit, **query)
    assert rows == whole(api, limit=10_000, **query)
    assert len({(row["product"], row.get("observed_at") or row["date"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("daily", [False, True])
def test_csv_and_parquet_hold_the_same_as_json(api, daily):
    query = {"category": "oil", "daily": daily, "limit": 10_000}
    rows = api.get("/data", params=query).json()["items"]
    rows = [{name: value for name, value in row.items() if name != "named"} for row in rows]  # lists are no cells
    as_csv = api.get("/data", params={**query, "format": "csv"})
    assert as_csv.headers["content-type"].startswith("text/csv")
    texts = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert texts == [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    as_parquet = api.get("/data", params={**query, "format": "parquet"})
    assert as_parquet.headers["content-type"] == "application/vnd.apache.parquet"
    frame = pl.read_parquet(io.BytesIO(as_parquet.content))
    assert frame.columns == list(rows[0])
    prices = [None if row["price"] is None else Decimal(str(row["price"])) for row in rows]
    assert [None if p is None else Decimal(str(p)) for p in frame["price"].to_list()] == prices


def test_pages_of_parquet_have_one_schema_so_that_they_can_be_joined(api):
    read = [
        pl.read_parquet(io.BytesIO(api.get("/data", params={"product": name, "format": "parquet", "limit": 2}).content))
        for name in ("shop.example:1", "shop.example:2", "shop.example:3")
    ]
    assert len(pl.concat(read)) == 4
    assert read[0].schema["observed_at"] == pl.Datetime("us", "UTC")


def test_days_show_gaps_and_stock_outs_and_fill_nothing(api):
    rows = whole(api, product="shop.example:2", daily=True)
    assert {row["state"] for row in rows} == {"observed", "carried", "gap", "out_of_stock"}
    assert all((row["price"] is None) == (row["state"] in {"gap", "out_of_stock"}) for row in rows)


def test_start_and_end_name_days_or_moments(api):
    now = datetime.now(NOW.tzinfo)
    day = (now - timedelta(days=10)).date()
    query = {"product": "shop.example:1"}
    [one] = api.get("/data", params={**query, "start": str(day), "end": str(day)}).json()["items"]
    assert one["observed_at"].startswith(str(day))
    moment = one["observed_at"]
    assert api.get("/data", params={**query, "start": moment, "limit": 1}).json()["items"] == [one]
    before = api.get("/data", params={**query, "end": moment, "limit": 100}).json()["items"]
    assert one not in before
    assert len(before) == 49
    midnight = f"{day}T00:00:00Z"  # that moment, and not the whole day
    assert one not in api.get("/data", params={**query, "end": midnight, "limit": 100}).json()["items"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=10001",
        "format=xml",
        "start=ayer",
        "start=2026-02-30",
        "start=2026-03-02&end=2026-03-01",
        "cursor=nonsense",
        "end=1700000000",
        "product=shop.example:1&category=oil",
        "end=9999-12-31",
        "daily=perhaps",
        "start=0001-01-01T00:00:00%2B14:00",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api, query):
    is_problem(api.get(f"/data?{query}"), 422)


def test_moments_at_the_ends_of_the_calendar_break_nothing(api):
    for query in ("start=0001-01-01", "end=0001-01-01", "end=9999-12-30", "start=9999-12-31T23:59:59.999999Z"):
        for daily in ("", "&daily=true"):
            assert api.get(f"/data?{query}{daily}").status_code in {200, 422}


def test_a_forecast_has_dated_quantiles_its_model_its_cutoff_and_its_backtest(api):
    query = {"product": "shop.example:1", "horizon": 14, "levels": "50,80"}
    answer = api.get("/predict", params=query).json()
    assert (answer["horizon"], answer["levels"], answer["currency"], len(answer["days"])) == (14, [50, 80], "EUR", 14)
    assert [one["quantile"] for one in answer["days"][0]["quantiles"]] == pytest.approx([0.1, 0.25, 0.5, 0.75, 0.9])
    assert answer["days"][0]["date"] == str(datetime.fromisoformat(answer["cutoff"]).date() + timedelta(days=1))
    assert answer["model"] in {"last_value", "seasonal_naive"}
    assert {one["model"]: one for one in answer["backtest"]}["last_value"]["mae_ratio"] == pytest.approx(1.0)


def test_a_forecast_says_how_likely_a_change_a_fall_and_a_wanted_price_are(api):
    def asked(**query):
        return api.get("/predict", params={"product": "shop.example:1", **query}).json()

    answer = asked(target=0.01)
    *_, last = api.get("/data?product=shop.example:1&daily=true").json()["items"]
    assert answer["last_price"] == last["price"]
    for day in answer["days"]:
        assert 0 <= day["chance_of_fall"] <= day["chance_of_change"] <= 1
        assert day["chance_at_target"] <= 0.01
    assert all(day["chance_at_target"] >= 0.99 for day in asked(target=1_000_000)["days"])
    without = asked()
    assert without["target"] is without["days"][0]["chance_at_target"] is None
    assert [day["chance_of_fall"] for day in without["days"]] == [day["chance_of_fall"] for day in answer["days"]]


@pytest.mark.parametrize(
    "query",
    [
        *("horizon=0", "horizon=91", "levels=81", "levels=0", "levels=80,", "levels=x", "horizon=x"),
        *("target=0", "target=-1", "target=1000001", "target=nan", "target=inf", "target=x"),
    ],
)
def test_a_forecast_that_is_not_kept_is_refused(api, query):
    is_problem(api.get(f"/predict?product=shop.example:1&{query}"), 422)


def test_too_little_history_is_said_in_a_sentence(api):
    assert "un pronóstico necesita 14" in is_problem(api.get("/predict?product=shop.example:2"), 422)["detail"]
    assert "no se ha leído todavía" in is_problem(api.get("/predict?product=shop.example:3"), 422)["detail"]


def test_the_forecast_of_an_unknown_product_is_not_found(api):
    is_problem(api.get("/predict?product=shop.example:99"), 404)
    is_problem(api.get("/predict"), 422)


@pytest.mark.parametrize(
    "target", ["NaN", "Infinity", "-1", "0", '"1e400"', "1e400", '"abc"', "9" * 5000, '"0.00001"', '"NaN"', "[]"]
)
def test_a_target_price_that_is_no_amount_is_refused(api, shop, target):
    body = f'{{"product": "{shop.url("/1")}", "target_price": {target}}}'
    answer = api.post("/productos", content=body, headers={"content-type": "application/json"})
    is_problem(answer, 422)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/", "http://localhost/", "http://[::1]/",
        "http://10.0.0.1/p", "file:///etc/passwd", "ftp://shop.example/1", "http://2130706433/", "https://user:pw@shop.example/1",
        "nothing", "", "B0EXAMPLE1", "javascript:alert(1)", "http://metadata.google.internal/",
    ],
)  # fmt: skip
def test_what_must_not_be_followed_is_refused_and_nothing_is_fetched(tmp_path, address):
    with served(asgi.app_over(settings_over(tmp_path))) as strict:
        is_problem(strict.post("/productos", json={"product": address}), 422)
        assert strict.get("/productos").json() == []


@pytest.mark.parametrize(
    "path", ["a%2Fb", "a/b", "%25", "%E2%82%AC", "%00", "x" * 3000, "..%2F..%2Fetc", "shop.example:99", "%F0%28%8C%28"]
)
def test_leaving_an_unknown_product_is_not_found_whatever_its_name(api, path):
    is_problem(api.delete(f"/productos/{path}"), 404)


def test_a_large_body_is_refused_before_it_is_read(api):
    body = b'{"product": "' + b"x" * 3_000_000 + b'"}'
    is_problem(api.post("/productos", content=body, headers={"content-type": "application/json"}), 413)

    def chunks():
        for _ in range(100):
            yield b"x" * 65536

    with suppress(httpx.WriteError):  # the server may have answered and closed before the rest is sent
        is_problem(api.post("/scraper", content=chunks(), headers={"content-type": "application/json"}), 413)
    assert api.get("/health").status_code == 200


@pytest.mark.parametrize("body", ["{", "[" * 30_000, '{"product": "\\ud800"}', "\xff", '{"a":' * 2000])
def test_broken_json_is_a_problem(api, body):
    answer = api.post("/productos", content=body.encode("latin-1"), headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_methods_are_problems_too(api):
    refused = api.put("/productos")
    is_problem(refused, 405)
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    is_problem(api.delete("/data"), 405)


def test_retraining_is_accepted_shown_until_done_and_one_at_a_time(api):
    wait_for(lambda: all(run["state"] != "running" for run in api.get("/runs?kind=retrain").json()))  # after a reading
    accepted = api.post("/retrain")
    assert accepted.status_code == 202
    run = accepted.json()
    assert accepted.headers["location"] == f"/retrain/{run['run_id']}"
    assert run["state"] == "running"
    is_problem(api.post("/retrain"), 409)
    is_problem(api.get(f"/scraper/{run['run_id']}"), 404)
    assert api.get(accepted.headers["location"]).json()["kind"] == "retrain"

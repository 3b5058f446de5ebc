"""Alert rules made, listed and removed over HTTP, and what they found."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest

from almazara import asgi
from almazara.app.prices import send_alerts
from almazara.prices.alerts.alerting import RULES
from price_shop import NOW, observed, opened, product, settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server

PRODUCT = "shop.example:1"
EAN = "8410179100012"
KINDS = [
    {"kind": "below_target", "product": PRODUCT, "target": "29.95"},
    {"kind": "drop", "percent": "10", "reference": "median_30"},
    {"kind": "back_in_stock", "product": PRODUCT},
    {"kind": "lowest", "days": 90},
    {"kind": "buy_now", "product": PRODUCT, "days": 14},
    {"kind": "rise", "category": "oil", "percent": "150"},
    {"kind": "rise", "index": "oil", "percent": "5", "reference": "median_30"},
    {"kind": "change", "good": PRODUCT},
    {"kind": "below_target", "good": f"gtin:{EAN}", "target": "20"},
    {"kind": "below_target", "product": PRODUCT, "target": "20", "price": "seller", "seller": "Núñez"},
    {"kind": "back_in_stock", "price": "coupon"},
    {"kind": "scraper_unwell"},
    {"kind": "forecasts_drifted"},
]


@pytest.fixture
def home(tmp_path):
    """A product whose price fell yesterday."""
    shift = datetime.now(UTC) - NOW
    with opened(settings_over(tmp_path)) as prices:
        oil = product(target_price=Decimal("25.00"), category="oil", gtin=EAN)
        prices.store.save_listing(replace(oil, created_at=NOW + shift))
        rows = [observed(PRODUCT, day, "20.00" if day < 2 else "40.00") for day in range(30)]
        prices.store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)
    return tmp_path


@pytest.fixture
def api(home):
    with served(asgi.app_over(settings_over(home, writes_per_minute=1000))) as client:
        yield client


def ids(api):
    return [one["rule_id"] for one in api.get("/alerts/rules").json()]


def test_rules_of_every_kind_are_made_and_stand_in_the_order_of_their_making(api):
    made = [api.post("/alerts/rules", json=body) for body in KINDS]
    assert [one.status_code for one in made] == [201] * len(KINDS)
    for answer, body in zip(made, KINDS, strict=True):
        rule = answer.json()
        assert {name: rule["listing_id" if name == "product" else name] for name in body} == body
    assert ids(api) == [f"target:{PRODUCT}", *(one.json()["rule_id"] for one in made)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "sale"},
        {"kind": "below_target", "product": PRODUCT},
        {"kind": "below_target", "target": "5"},
        {"kind": "below_target", "product": PRODUCT, "target": "-5"},
        {"kind": "below_target", "product": PRODUCT, "target": "NaN"},
        {"kind": "drop"},
        {"kind": "drop", "percent": "100"},
        {"kind": "drop", "percent": "5", "reference": "yesterday"},
        {"kind": "lowest"},
        {"kind": "lowest", "days": 0},
        {"kind": "lowest", "days": 3651},
        {"kind": "buy_now", "days": 91},
        {"kind": "scraper_unwell", "product": PRODUCT},
        {"kind": "change", "product": PRODUCT, "good": PRODUCT},
        {"kind": "change", "category": "oil", "index": "oil"},
        {"kind": "back_in_stock", "index": "oil"},
        {"kind": "buy_now", "price": "club"},
        {"kind": "change", "index": "oil", "price": "club"},
        {"kind": "change", "seller": "Núñez"},
        {"kind": "change", "price": "list"},
        {"kind": "rise", "percent": "0"},
        [],
        "drop",
    ],
)
def test_a_rule_without_what_it_needs_is_refused_and_not_kept(api, body):
    is_problem(api.post("/alerts/rules", json=body), 422)
    assert ids(api) == [f"target:{PRODUCT}"]


def test_a_refusal_says_in_spanish_what_is_allowed(api):
    detail = is_problem(api.post("/alerts/rules", json={"kind": "sale"}), 422)["detail"]
    assert detail.startswith("El cuerpo de la petición debe decir en 'kind' uno de 'below_target', 'drop'")
    detail = is_problem(api.post("/alerts/rules", json={"kind": "drop", "percent": "100"}), 422)["detail"]
    assert detail == "El parámetro drop.percent debe ser menor que 100."


@pytest.mark.parametrize("listing_id", ["nobody:1", "\x00", "x" * 2000])
def test_a_rule_on_an_unknown_product_is_refused(api, listing_id):
    is_problem(api.post("/alerts/rules", json={"kind": "back_in_stock", "product": listing_id}), 404)


@pytest.mark.parametrize("about", [{"good": "gtin:8410010812814"}, {"category": "oils"}, {"index": "oils"}])
def test_a_rule_on_an_unknown_good_or_category_is_refused_with_what_is_near(api, about):
    problem = is_problem(api.post("/alerts/rules", json={"kind": "change", **about}), 404)
    assert "good" in about or "oil" in str(problem)


def test_rules_and_target_prices_are_removed(api):
    rule_id = api.post("/alerts/rules", json=KINDS[1]).json()["rule_id"]
    assert api.delete(f"/alerts/rules/{rule_id}").status_code == 204
    assert api.delete(f"/alerts/rules/target:{PRODUCT}").status_code == 204
    assert ids(api) == []
    assert api.get("/productos").json()[0]["target_price"] is None
    for gone in (rule_id, f"target:{PRODUCT}", "target:nobody:1", "nothing", "%00"):
        is_problem(api.delete(f"/alerts/rules/{gone}"), 404)


@pytest.mark.parametrize("body", [KINDS[0], {"kind": "scraper_unwell"}])
def test_equal_rules_that_are_asked_for_at_once_are_one(api, body):
    with ThreadPoolExecutor(24) as pool:
        made = list(pool.map(lambda _: api.post("/alerts/rules", json=body), range(24)))
    assert {one.status_code for one in made} == {201}
    assert {one.json()["rule_id"] for one in made} == {*ids(api)} - {f"target:{PRODUCT}"}
    assert len(ids(api)) == 2
    assert api.post("/alerts/rules", json=body).json() == made[0].json()


@pytest.mark.parametrize("listing_id", ["shop.example:a/b", "shop.example:/", "shop.example:a//b/avisos"])
def test_an_id_with_strokes_has_its_routes_and_its_page(api, home, listing_id):
    with opened(settings_over(home)) as prices:
        prices.store.save_listing(replace(product(target_price=Decimal(5)), listing_id=listing_id))
    path = quote(listing_id, safe="")
    assert api.get(f"/precios/{path}", headers={"Accept": "text/html"}).status_code == 200
    assert api.delete(f"/alerts/rules/target:{path}").status_code == 204
    assert api.delete(f"/productos/{path}").status_code == 204


def test_rules_are_written_by_those_who_may_write_alone(home):
    with served(asgi.app_over(settings_over(home, api_keys="secret-key"))) as client:
        assert client.get("/alerts/rules").status_code == 200
        is_problem(client.post("/alerts/rules", json=KINDS[1]), 401)
        is_problem(client.delete(f"/alerts/rules/target:{PRODUCT}"), 401)
        assert client.post("/alerts/rules", json=KINDS[1], headers={"X-API-Key": "secret-key"}).status_code == 201


def test_what_rules_found_is_told_newest_first(api, home):
    made = api.post("/alerts/rules", json={"kind": "drop", "percent": "10"}).json()
    assert api.get("/alerts/events").json() == []
    with opened(settings_over(home)) as prices:
        created = datetime.now(UTC) - timedelta(days=10)
        prices.store.put_document(RULES, made["rule_id"], {**made, "created_at": created.isoformat()})
        send_alerts(settings_over(home), prices.service)
        prices.store.append([observed(PRODUCT, (NOW - datetime.now(UTC)) / timedelta(days=1), "10.00")])
        send_alerts(settings_over(home), prices.service)
    events = api.get("/alerts/events").json()
    assert [(one["kind"], one["listing_id"]) for one in events[:1]] == [("drop", PRODUCT)]
    assert events[0]["title"].startswith("Baja a 10,00 €")
    assert [one["recorded_at"] for one in events] == sorted((one["recorded_at"] for one in events), reverse=True)
    assert api.get("/alerts/events?limit=1").json() == events[:1]
    assert "targets" not in events[0]
    is_problem(api.get("/alerts/events?limit=0"), 422)
    assert api.get("/alerts/events?language=es").json() == events
    english = api.get("/alerts/events?language=en").json()
    assert english[0]["title"].startswith("Down to €10.00")
    assert "Enlace" not in english[0]["body"]
    is_problem(api.get("/alerts/events?language=fr"), 422)

"""What several shops sell as one good, over HTTP: by its GTIN, as declared, and forgotten again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from almazara import asgi
from almazara.prices.schema import Listing, NamedPrice, PriceName
from price_shop import NOW, observed, opened, settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server

EAN, OTHER = "8410179100012", "8410010812814"
PRICES = {"uno.example": "9.95", "dos.example": "8.95", "tres.example": "12.00"}


def listing(shop, **values):
    return Listing(f"{shop}:1", shop, "1", f"https://{shop}/1", "Aceite 1 l", "oil", litres=Decimal(1), **values)


@pytest.fixture
def home(tmp_path):
    """Two shops with a good of one number, a third with another number, and a club's price at the first."""
    shift = datetime.now(UTC) - NOW
    with opened(settings_over(tmp_path)) as prices:
        for shop, price in PRICES.items():
            prices.store.save_listing(listing(shop, gtin=OTHER if shop == "tres.example" else EAN))
            rows = [observed(f"{shop}:1", day, price) for day in range(30)]
            if shop == "uno.example":
                rows[0] = replace(rows[0], named=(NamedPrice(PriceName.CLUB, Decimal("8.50"), "con tarjeta"),))
            prices.store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)
    return tmp_path


@pytest.fixture
def api(home):
    with served(asgi.app_over(settings_over(home, writes_per_minute=1000))) as client:
        yield client


def test_what_shops_sell_under_one_number_is_one_good_cheapest_first(api):
    [good] = api.get("/goods").json()
    assert (good["good_id"], good["best"], good["currency"]) == (f"gtin:{EAN}", "dos.example:1", "EUR")
    assert (good["declared"], good["gtins"]) == (False, [EAN])
    assert [one["shop"] for one in good["products"]] == ["dos.example", "uno.example"]


@pytest.mark.parametrize("key", [f"gtin:{EAN}", f"gtin:0{EAN}", "uno.example:1", "dos.example:1"])
def test_the_page_of_a_good_is_found_by_number_and_by_product(api, key):
    story = api.get(f"/goods/{key}").json()
    assert story["good"]["good_id"] == f"gtin:{EAN}"
    assert (story["days"][-1]["price"], story["days"][-1]["product"]) == ("8.95", "dos.example:1")
    assert {line["product"]: line["prices"][-1] for line in story["lines"]} == {
        "uno.example:1": 9.95, "dos.example:1": 8.95
    }  # fmt: skip
    assert (story["advice"]["price"], story["advice"]["product"]) == ("8.95", f"gtin:{EAN}")


def test_a_product_that_one_shop_sells_is_a_good_of_its_own(api):
    story = api.get("/goods/tres.example:1").json()
    assert [one["id"] for one in story["good"]["products"]] == ["tres.example:1"]


@pytest.mark.parametrize("key", ["gtin:1234", "nobody:1", "%00", "x" * 900])
def test_an_unknown_good_is_not_found(api, key):
    is_problem(api.get(f"/goods/{key}"), 404)


def test_what_is_declared_the_same_stands_as_one_until_it_is_forgotten(api):
    made = api.post("/goods", json={"products": ["dos.example:1", "tres.example:1"]})
    assert made.status_code == 201
    assert [one["shop"] for one in made.json()["good"]["products"]] == ["dos.example", "uno.example", "tres.example"]
    assert api.get("/goods").json()[0]["declared"] is True
    for shop in PRICES:
        assert api.delete(f"/goods/{shop}:1").status_code == 204
    assert api.get("/goods").json()[0]["good_id"] == f"gtin:{EAN}"


def test_declarations_at_once_are_all_kept(home, api):
    pairs = [
        ["uno.example:1", "dos.example:1"],
        ["dos.example:1", "tres.example:1"],
        ["uno.example:1", "tres.example:1"],
    ]
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda pair: api.post("/goods", json={"products": pair}).status_code, pairs))
    assert made == [201] * 3
    [good] = api.get("/goods").json()
    assert len(good["products"]) == 3


def test_a_product_is_not_the_same_as_itself(api):
    is_problem(api.post("/goods", json={"products": ["uno.example:1", "uno.example:1"]}), 422)
    assert len(api.get("/goods").json()) == 1


def test_one_product_alone_is_declared_to_be_like_no_other(api):
    assert api.post("/goods", json={"products": ["uno.example:1"]}).status_code == 201
    assert api.get("/goods").json() == []


@pytest.mark.parametrize(
    ("products", "status"),
    [([], 422), (["uno.example:1", "nobody:1"], 404), (["\x00"], 404), (["uno.example:1"] * 51, 422)],
)
def test_a_declaration_that_cannot_be_changes_nothing(api, products, status):
    is_problem(api.post("/goods", json={"products": products}), status)
    assert [one["good_id"] for one in api.get("/goods").json()] == [f"gtin:{EAN}"]


def test_a_product_tells_of_its_good_and_of_its_other_prices(api):
    story = api.get("/story", params={"product": "uno.example:1"}).json()
    assert story["good"]["best"] == "dos.example:1"
    [club] = story["named"]
    assert (club["name"], club["price"], club["condition"], club["shown"]) == ("club", "8.50", "con tarjeta", True)


def test_the_history_of_a_named_price_has_the_readings_that_show_it(api):
    query = {"product": "uno.example:1", "price": "club"}
    [row] = api.get("/data", params=query).json()["items"]
    assert (row["price"], row["named"][0]["condition"]) == ("8.50", "con tarjeta")
    days = api.get("/data", params={**query, "daily": True, "limit": 100}).json()["items"]
    assert days[-1]["price"] == "8.50"
    assert {day["state"] for day in days[:-1]} == {"out_of_stock"}
    assert api.get("/data", params={"product": "uno.example:1", "limit": 100}).json()["items"][-1]["price"] == "9.95"


def test_an_index_has_no_named_price(api):
    is_problem(api.get("/data", params={"category": "oil", "index": True, "price": "club"}), 422)


def test_a_good_is_declared_with_a_key_only(home):
    with served(asgi.app_over(settings_over(home, api_keys="secret-key"))) as client:
        body = {"products": ["dos.example:1", "tres.example:1"]}
        is_problem(client.post("/goods", json=body), 401)
        is_problem(client.delete("/goods/dos.example:1"), 401)
        assert client.post("/goods", json=body, headers={"X-API-Key": "secret-key"}).status_code == 201


def test_a_basket_is_split_over_shops_so_that_it_costs_least(api):
    asked = [("cosa", f"gtin:{EAN}~2"), ("cosa", "tres.example:1"), ("envio", "dos.example~2.50~15")]
    answer = api.get("/basket", params=asked).json()
    basket = answer["basket"]
    assert (basket["total"], basket["currency"], basket["delivery_not_known"]) == ("29.90", "EUR", ["tres.example"])
    assert [(part["shop"], part["total"]) for part in basket["parts"]] == [
        ("dos.example", "17.90"), ("tres.example", "12.00")
    ]  # fmt: skip
    assert api.get(f"/basket?{answer['query']}").json() == answer
    assert answer["things"]["tres.example:1"]["title"] == "Aceite 1 l"


def test_delivery_makes_the_dearer_shop_the_cheaper_one(api):
    asked = [("cosa", f"gtin:{EAN}"), ("envio", "dos.example~4.99")]
    assert api.get("/basket", params=asked).json()["basket"]["parts"][0]["shop"] == "uno.example"


def test_delivery_terms_of_shops_that_sell_nothing_of_it_are_named(api):
    asked = [("cosa", f"gtin:{EAN}"), ("envio", "WWW.Dos.example~4.99"), ("envio", "nadie.example~1")]
    answer = api.get("/basket", params=asked).json()
    assert (answer["unused"], answer["basket"]["parts"][0]["shop"]) == (["nadie.example"], "uno.example")


def test_what_a_basket_names_and_nobody_knows_is_said_and_costs_the_others_nothing(api):
    answer = api.get("/basket", params=[("cosa", "nobody:1"), ("cosa", "dos.example:1")]).json()
    assert (answer["unknown"], answer["basket"]["total"]) == (["nobody:1"], "8.95")


@pytest.mark.parametrize("query", ["", "cosa=", "cosa=a~0", "cosa=a~x", "cosa=a&envio=b", "cosa=a&envio=b~-1"])
def test_a_basket_that_cannot_be_read_is_refused(api, query):
    is_problem(api.get(f"/basket?{query}"), 422)

"""The page of the price reader, and its routes: what is held, which pages gave no price, and the runs, by name."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.prices.answering.known import Known
from almazara.prices.answering.remembered import Remembered
from almazara.prices.answering.troubles import held_readings
from almazara.prices.collecting.collection import HELD, SEARCHES_READ
from almazara.prices.collecting.each_listing import COUNTS
from almazara.prices.collecting.plausibility import Held, HoldReason
from almazara.prices.schema import Problem, Run, RunState
from price_shop import observed, opened, product, search, settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server

HTML = {"Accept": "text/html"}
NOW = datetime.now(UTC)
HOSTILE = "<img src=x>"
PROBLEMS = (
    Problem("shop.example:1", "blocked", "continue_shopping: button", ("continue_shopping",)),
    Problem("shop.example:2", "unreadable", "Two prices. (missing: price, title)", ("price", "title")),
    Problem("shop.example:3", "refused", "robots.txt of shop.example forbids it"),
    Problem("shop.example:4", "blocked", "captcha: form", ("captcha",)),
    Problem("shop.example:5", "unavailable", "Agotado"),
    Problem("shop.example:9", "failed", HOSTILE),
    Problem("amazon.es:5ea5c4", "observed", "amazon.es:1: it was another"),
    Problem("amazon.es:5ea5c4", "unreadable", "The search shows no result with a price."),
)


def run(hours_ago, problems, **values):
    counts = {name: number for number, name in enumerate(COUNTS)}
    began = NOW - timedelta(hours=hours_ago)
    run_id = f"run{hours_ago:02}.shop.example"
    return Run(run_id, "scrape", "shop.example", RunState.DONE, began, began, (), counts, problems, **values)


def read(number, hours_ago, price="10.00"):
    return replace(observed(f"shop.example:{number}", 0, price), observed_at=NOW - timedelta(hours=hours_ago))


def fill(store):
    for number in range(1, 6):
        store.save_listing(replace(product(number, title=f"Aceite {number}"), created_at=NOW))
    store.save_listing(replace(search(tracked=True), created_at=NOW))
    store.append([read(1, 30), read(2, 2, None), read(4, 1)])
    held = Held(read(1, 3, "300.00"), HoldReason.JUMP, "The price went from 10.00 to 300.00 EUR.")
    store.put_document(HELD, "shop.example:1", held.as_document())
    shifted = Held(read(2, 4, "1000.00"), HoldReason.DECIMAL_SHIFT, "...")
    store.put_document(HELD, "shop.example:2", shifted.as_document())
    store.put_document(SEARCHES_READ, "amazon.es:5ea5c4", {"at": (NOW - timedelta(hours=60)).isoformat()})
    for hours in (3, 20, 40):
        store.save_run(run(hours, PROBLEMS))
    began, left_out = NOW - timedelta(hours=1), Problem("", "failed", "prophet was left out: TimeoutError")
    counts = {"forecast": 4, "refused": 1}
    store.save_run(Run("z", "retrain", "*", RunState.DONE, began, began, (), counts, (left_out,)))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    settings = settings_over(tmp_path_factory.mktemp("reader"))
    with opened(settings) as prices:
        fill(prices.store)
    with served(asgi.app_over(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with served(asgi.app_over(settings_over(tmp_path_factory.mktemp("empty")))) as client:
        yield client


def page(site, language="es"):
    answer = site.get("/precios/lector", headers={**HTML, "Accept-Language": language})
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text.replace("\u00a0", " "))


def test_a_held_reading_is_named_with_its_price_the_one_before_since_when_and_why(site):
    first, second = site.get("/held").json()
    assert (first["product"], first["title"], first["reason"]) == ("shop.example:1", "Aceite 1", "jump")
    assert (first["price"], first["before"]) == (
        {"amount": "300.00", "currency": "EUR"},
        {"amount": "10.00", "currency": "EUR"},
    )
    assert (second["reason"], second["before"]) == ("decimal_shift", None)
    assert [row["product"] for row in site.get("/held?limit=1").json()] == ["shop.example:1"]
    rows = page(site).css("#retenidas ~ ol li")
    assert rows[0].css_first("a").attributes["href"] == "/precios/shop.example%3A1"
    assert "Se leyó 300,00 €, y lo último anotado era 10,00 €: su historia no hace creíble" in rows[0].text()
    assert "que no estaba a la venta: como si se hubiera corrido la coma" in rows[1].text()


def test_a_page_that_gave_no_price_is_named_from_its_first_failure_after_it_was_read_last(site):
    found = {row["product"]: row for row in site.get("/blocked").json()}
    assert found.keys() == {"shop.example:1", "shop.example:3", "amazon.es:5ea5c4"}  # 2 and 4 were read since
    one = found["shop.example:1"]
    assert (one["outcome"], one["causes"], one["times"]) == ("blocked", ["continue_shopping"], 2)
    assert datetime.fromisoformat(one["since"]) == NOW - timedelta(hours=20)
    assert datetime.fromisoformat(one["last_read"]) == NOW - timedelta(hours=30)
    assert (found["shop.example:3"]["times"], found["shop.example:3"]["last_read"]) == (3, None)
    assert len(site.get("/blocked?limit=2").json()) == 2


def test_the_page_says_why_in_words_and_links_the_product_but_no_search(site):
    rows = {row.css_first(".name").text(): row for row in page(site).css("#sinleer ~ ol li")}
    assert rows.keys() == {"Aceite 1", "Aceite 3", "aceite"}
    assert "la tienda contestó con un botón para seguir comprando" in rows["Aceite 1"].text()
    assert "2 veces" in rows["Aceite 1"].text()
    assert "No se ha pedido. robots.txt of shop.example" in rows["Aceite 3"].text()
    assert "nunca leída" in rows["Aceite 3"].text()
    assert "ningún precio es con seguridad el suyo. The search shows no result" in rows["aceite"].text()
    assert (rows["aceite"].css("a"), bool(rows["Aceite 1"].css("a"))) == ([], True)


def test_runs_are_told_newest_first_in_words_of_the_reader(site):
    assert [one["run_id"] for one in site.get("/runs").json()] == [
        "z",
        *(f"run{n:02}.shop.example" for n in (3, 20, 40)),
    ]
    assert [one["kind"] for one in site.get("/runs?kind=retrain").json()] == ["retrain"]
    assert len(site.get("/runs?kind=scrape&limit=2").json()) == 2
    retrained, scraped, *_ = page(site).css("#pasadas ~ div tbody tr")
    assert "4 pronósticos, 1 con poca historia" in retrained.text()
    assert "1 con precio nuevo, 2 sin cambios, 3 agotadas, 4 bloqueadas, 5 sin entender" in scraped.text()
    assert "Aceite 2: La página no se entiende. Lo que no es seguro: el precio y el título." in scraped.text()


def test_no_name_of_the_code_stands_on_the_spanish_page_and_what_a_shop_says_is_text(site):
    found = page(site)
    assert found.css("img") == []
    assert HOSTILE in found.css_first("main").text()
    for node in found.css("[lang=en]"):  # as the log has it
        node.decompose()
    words = set(re.findall(r"\w+", found.css_first("main").text()))
    assert not words & {*COUNTS, *HoldReason, "continue_shopping", "scrape", "retrain", "missing", "forecast"}


def test_while_a_run_is_under_way_its_progress_alone_is_sent_again(site):
    answer = site.get("/precios/lector?pasada=run03", headers={**HTML, "HX-Request": "true"})
    assert LexborHTMLParser(answer.text).css_first("#pasada").text(strip=True) == "Lectura: terminada."
    assert "<main" not in answer.text


def test_with_nothing_to_tell_the_page_says_so(empty):
    said = page(empty).css_first("main").text()
    assert "Ninguna lectura espera." in said
    assert "Todas las páginas seguidas se entendieron la última vez" in said
    assert "Todavía no hubo ninguna." in said
    assert [empty.get(path).json() for path in ("/held", "/blocked", "/runs")] == [[], [], []]


@pytest.mark.parametrize(
    "path", ["/held?limit=0", "/blocked?limit=1001", "/runs?limit=201", "/runs?kind=other", "/runs?limit=x"]
)
def test_what_cannot_be_asked_for_is_a_problem(site, path):
    is_problem(site.get(path), 422)


def test_a_run_that_there_is_not_is_a_page_that_says_so(site):
    answer = site.get("/precios/lector", params={"pasada": HOSTILE}, headers=HTML)
    assert answer.status_code == 404
    assert LexborHTMLParser(answer.text).css("img") == []


def test_a_held_reading_of_no_amount_is_told_too(store):
    reading = replace(read(1, 1), price=Decimal(0))
    store.put_document(HELD, "shop.example:1", Held(reading, HoldReason.NOT_POSITIVE, "").as_document())
    [found] = held_readings(Known(Remembered(store, "UTC"), None, NOW), 10)
    assert found.why.text() == "Se leyó 0,00 €, que no puede ser un precio; lo último anotado era nada."

"""A product's page: what is known of it, and its alerts, set and removed by forms under the bounds of the API."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.words.numbers import day
from price_shop import observed, opened, product, settings_over
from reading import PRODUCT
from sample_catalog import served

pytestmark = pytest.mark.server
PAGE = "/precios/shop.example:1"


def now():
    """Now and not when the module is imported: a day may end between."""
    return datetime.now(ZoneInfo("Europe/Madrid"))


SOLD_OUT = ["8.00"] * 10 + ["10.00"] * 100 + ["8.00"] * 10 + ["9.00"] * 8 + [None] * 3
"""What it cost on each of the last days."""


@pytest.fixture
def site(tmp_path):
    settings = settings_over(tmp_path)
    with opened(settings) as prices:
        prices.store.save_listing(product(litres=Decimal(2), category="olive-oil", target_price=Decimal("7.50")))
        readings = enumerate(observed("shop.example:1", 0, price) for price in reversed(SOLD_OUT))
        prices.store.append(replace(one, observed_at=now() - timedelta(days=ago)) for ago, one in readings)
    with served(asgi.app_over(settings)) as client:
        yield client


def page(site, path=PAGE):
    return LexborHTMLParser(site.get(path, headers={"Accept": "text/html", "Accept-Language": "es"}).text)


def ago(days):
    return day((now() - timedelta(days=days)).date())


def test_of_a_product_that_is_sold_out_the_last_that_is_known_is_told_with_its_day(site):
    found = page(site)
    facts = {one.css_first("dt").text(): one.css_first("dd").text() for one in found.css(".facts div")}
    assert facts == {
        "Último precio": f"9,00\u00a0€ {ago(3)}",
        "Agotado": f"3 días desde el {ago(2)}",
        "Por litro": "4,50\u00a0€/l",
        "Mínimo de 90 días": f"8,00\u00a0€ {ago(20)}",
    }
    assert [one.text() for one in found.css("details th")][1:3] == ["precio (€)", "precio tachado por la tienda (€)"]
    assert [one.text() for one in found.css("details td.n")][2:4] == ["\u2013", "9,00"]
    assert f"estuvo entre 8,00\u00a0€ ({ago(20)})" in found.css_first("figcaption").text()
    assert f"; el {ago(3)}, 9,00\u00a0€." in found.css_first("main ul.measure").text()
    assert "hoy" not in " ".join(node.text() for node in found.css("main .lead, main .facts, main ul.measure"))


def test_the_marks_of_a_ruler_and_its_ends_are_told(site):
    found = page(site)
    assert [end.text() for end in found.css(".wide-ruler text")] == ["8,00 €", "10,00 €"]
    told = found.css_first(".wide-ruler + p").text()
    assert "Cada púa" in told
    assert "La raya" not in told  # it has no price today
    assert "La banda" not in told


def test_a_target_price_is_an_alert_that_says_so_and_can_be_removed(site):
    [alert] = page(site).css("ul.plain li")
    assert "Cuando cueste 7,50\u00a0€ o menos: tu precio objetivo" in alert.text()
    post(site, alert.css_first("form").attributes["action"], aviso=alert.css_first("[name=aviso]").attributes["value"])
    assert page(site).css("ul.plain li") == []


def test_categories_and_models_are_called_by_words_and_numbers_of_a_column_have_as_many_decimals(site, demo_site):
    assert page(site).css_first(".over a").text() == "aceite de oliva"
    found = page(demo_site, f"/precios/{PRODUCT}")
    assert "aceite de oliva de demostración" in found.css_first(".over").text()
    assert "ensemble" not in found.css_first("main").text()
    for table in found.css("table"):
        for cells in zip(*(row.css("td.n") for row in table.css("tbody tr")), strict=True):
            texts = [cell.text() for cell in cells if cell.text() != "\u2013"]
            assert len({len(re.search(r"(?:,(\d+))?(?:\u00a0€)?$", text)[1] or "") for text in texts}) <= 1


def rules(site):
    return [rule for rule in site.get("/alerts/rules").json() if not rule["rule_id"].startswith("target:")]


def post(site, path, **fields):
    return site.post(path, data=fields, headers={"Accept": "text/html"})


@pytest.mark.parametrize(
    ("kind", "value", "field", "kept"),
    [
        ("below_target", " 30,50 ", "target", "30.50"),
        ("drop", "10", "percent", "10"),
        ("rise", "150", "percent", "150"),
        ("change", "", "percent", None),
        ("lowest", "90", "days", 90),
        ("back_in_stock", "", "days", None),
        ("buy_now", "14", "days", 14),
    ],
)
def test_a_rule_of_each_kind_is_set_and_removed(site, kind, value, field, kept):
    assert (
        post(site, f"{PAGE}/avisos", tipo=kind, valor=value).headers["location"] == f"{PAGE.replace(':', '%3A')}#avisos"
    )
    [rule] = rules(site)
    assert (rule["kind"], rule[field]) == (kind, kept)
    post(site, f"{PAGE}/avisos/quitar", aviso=rule["rule_id"])
    assert rules(site) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [("lowest", "1e999999999"), ("lowest", "7.5"), ("drop", "100"), ("drop", "nan"), ("drop", "1_0"),
     ("drop", "\uff15"), ("below_target", "1e13"),
     ("below_target", ""), ("scraper_unwell", ""), ("<b>", "1")],
)  # fmt: skip
def test_what_the_api_would_not_take_is_refused_and_not_kept(site, kind, value):
    answer = post(site, f"{PAGE}/avisos", tipo=kind, valor=value)
    assert answer.status_code == 422
    assert "<b>" not in answer.text
    assert rules(site) == []


def test_a_rule_that_is_not_there_is_said_to_be_so(site):
    assert post(site, f"{PAGE}/avisos/quitar", aviso="nobody").status_code == 404

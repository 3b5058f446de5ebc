"""A shop's own rule reads where a page publishes nothing, and only there."""

import sys
from decimal import Decimal

import pytest

from almazara.errors import InputError
from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unavailable, Unreadable
from almazara.prices.pages.own_rule import ShopRule, read_by_rule
from almazara.prices.pages.request import PageRequest
from almazara.prices.schema import Availability

URL = "https://molino.example/aceite-1l"
DATA = '<script type="application/json">{"good": {"prices": [{"now": 7.5}]}}</script>'
SHOWN = (
    "<h1>Aceite Molino 1 L</h1><p id=pvp data-amount='7,50'>Hoy 7,50</p><s class=antes>8,20 €</s>"
    f"<i class=stock>Disponible</i>{DATA}"
)


def rule(price, **more):
    return ShopRule("molino.example", price, **{"currency": "EUR", **more})


def read(html, own, **asked):
    return pages.read(html, **{"url": URL, "rule": own, **asked})


@pytest.mark.parametrize(
    "price",
    ["#pvp::attr(data-amount)", "json:good.prices.0.now", "//p[@id='pvp']/@data-amount", "(//p)[1]/@data-amount",
     "//*[contains(., 'Hoy')]/descendant-or-self::p/@data-amount"],
)  # fmt: skip
def test_a_price_is_read_at_an_attribute_or_in_json(price):
    outcome = read(SHOWN, rule(price, list_price=".antes", availability=".stock"))
    assert isinstance(outcome, Offer)
    assert (outcome.price, outcome.currency, outcome.list_price) == (Decimal("7.5"), "EUR", Decimal("8.20"))
    assert (outcome.rule, outcome.title) == ("own:molino.example", "Aceite Molino 1 L")
    assert outcome.availability is Availability.IN_STOCK


def test_a_price_is_read_in_the_text_of_an_element():
    outcome = read("<h1>Aceite</h1><b class=p>7,50 €</b><b class=p>7,50 €</b>", rule(".p", currency=None))
    assert outcome.price == Decimal("7.50")


@pytest.mark.parametrize(
    "price",
    [".nothing", "p, s", "h1", "json:good.prices", "json:good.prices.9.now", "//b", "//h1", "//p | //s", "/html = 1"],
)
def test_no_price_several_prices_or_other_words_are_refused(price):
    assert isinstance(read(SHOWN, rule(price)), Unreadable)


def test_goods_that_the_rule_finds_gone_are_unavailable():
    gone = SHOWN.replace("Disponible", "Agotado")
    assert isinstance(read(gone, rule("#pvp::attr(data-amount)", availability=".stock")), Unavailable)


def test_a_rule_never_wins_against_what_a_page_publishes_or_contradicts():
    published = (
        '<script type="application/ld+json">{"@type": "Product", "name": "Aceite Molino 1 L", "offers": '
        '{"price": "%s", "priceCurrency": "EUR"}}</script>'
    )
    own = rule("#pvp::attr(data-amount)")
    assert read(SHOWN + published % "9.90", own).rule == "structured:json-ld"
    contradicted = f"{SHOWN}<p>6,00 €</p>{published % '9.90'}"
    assert isinstance(read(contradicted, own), Unreadable)


def test_another_product_is_refused_by_a_rule_too():
    assert isinstance(read(SHOWN, rule("#pvp::attr(data-amount)"), known_title="Robot aspirador X9"), Unreadable)


@pytest.mark.parametrize("selector", ["p[", "x" * 501, "//p[", "//p[unknown()]"])
def test_a_selector_that_is_none_is_refused_and_in_a_run_the_page_is_unreadable(selector):
    with pytest.raises(InputError):
        read_by_rule(rule(selector), SHOWN, PageRequest(URL, "molino.example"), {})
    outcome = read(SHOWN, rule(selector))
    assert isinstance(outcome, Unreadable)
    assert outcome.missing == ("rule",)


def test_without_lxml_an_xpath_says_how_to_have_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lxml", None)
    assert ".[xpath]" in read(SHOWN, rule("//p")).reason

"""Rules on goods, categories and indices find what happens to any of their listings, once."""

from datetime import timedelta
from decimal import Decimal

from almazara import log
from almazara.prices.alerts import alerting
from almazara.prices.alerts.delivery import EVENTS
from almazara.prices.alerts.rules import AlertRule, RuleKind
from almazara.prices.collecting.scraper_health import assess
from price_shop import NOW, observed, product

EAN = "8410179100012"
ONE, TWO = "shop.example:1", "shop.example:2"


class Nobody:
    targets = ()

    def send(self, target, title, body):
        raise AssertionError


def alert(store):
    health = assess([], {}, [], now=NOW)
    return alerting.alert(store, Nobody(), health, NOW, timezone="Europe/Madrid")[0]


def rule(store, kind, **values):
    made = AlertRule("r", kind, NOW - timedelta(days=9), **values)
    store.put_document(alerting.RULES, made.rule_id, made.as_document())


def damage(store, price):
    """Make one price of the store another text, and forget what was read of it."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE observation SET price = '1O.79' WHERE price = '{price}'")


def shops(store, *numbers, **values):
    for number in numbers:
        store.save_listing(product(number, f"https://shop.example/{number}", title="Aceite 1 l", **values))


def titles(store):
    return [document["title"] for document in store.documents(EVENTS).values()]


def test_a_good_below_target_at_any_shop_is_told_once_with_the_shop(store):
    shops(store, 1, 2, gtin=EAN)
    rule(store, RuleKind.BELOW_TARGET, good=f"gtin:{EAN}", target=Decimal(9))
    store.append([observed(ONE, 2, "10"), observed(TWO, 2, "10")])
    assert alert(store) == 0
    store.append([observed(TWO, 1, "8.95"), observed(ONE, 0.5, "9.99")])
    assert (alert(store), alert(store)) == (1, 0)
    [event] = store.documents(EVENTS).values()
    assert (event["listing_id"], event["title"]) == (TWO, "Ya está a 8,95 €: Aceite 1 l")
    assert "Más barato en shop.example" in event["body"]
    assert "https://shop.example/2" in event["body"]


def test_a_good_that_is_sold_at_one_shop_only_is_watched_there(store):
    shops(store, 1)
    rule(store, RuleKind.DROP, good=ONE, percent=Decimal(10))
    store.append([observed(ONE, 2, "10"), observed(ONE, 1, "8")])
    assert alert(store) == 1
    [event] = store.documents(EVENTS).values()
    assert "Más barato" not in event["body"]


def test_a_dearer_shop_of_a_good_raises_nothing(store):
    shops(store, 1, 2, gtin=EAN)
    rule(store, RuleKind.RISE, good=ONE, percent=Decimal(5))
    store.append([observed(ONE, 3, "10"), observed(TWO, 3, "11"), observed(TWO, 2, "15")])
    assert alert(store) == 0
    store.append([observed(ONE, 1, "13")])
    assert alert(store) == 1
    assert titles(store) == ["Sube a 13,00 €: Aceite 1 l"]


def test_a_rule_on_a_category_watches_each_of_its_products_and_no_other(store):
    shops(store, 1, 2, category="oil")
    shops(store, 3, category="milk")
    rule(store, RuleKind.CHANGE, category="oil")
    changes = [(2, "10"), (1, "9")]
    store.append([observed(f"shop.example:{n}", day, price) for n in (1, 2, 3) for day, price in changes])
    assert alert(store) == 2


def test_a_rule_on_an_index_tells_of_the_litre_of_a_category(store):
    shops(store, 1, 2, category="oil", litres=Decimal(2))
    rule(store, RuleKind.RISE, index="oil", percent=Decimal(10))
    store.append([observed(one, day, "10") for one in (ONE, TWO) for day in (6, 5, 4, 3, 2)])
    assert alert(store) == 0
    store.append([observed(one, 1, "12") for one in (ONE, TWO)])
    assert (alert(store), alert(store)) == (1, 0)
    [event] = store.documents(EVENTS).values()
    assert (event["title"], event["listing_id"]) == ("Sube a 6,00 €: el litro de oil", None)


def test_an_index_without_litres_has_no_currency(store):
    shops(store, 1, category="tea")
    rule(store, RuleKind.DROP, index="tea", percent=Decimal(10))
    store.append([observed(ONE, day, price) for day, price in ((4, "10"), (3, "10"), (1, "8"))])
    assert alert(store) == 1
    assert titles(store) == ["Baja a 100,00: el índice de tea"]


def test_a_rule_on_what_is_not_known_any_more_raises_nothing(store):
    for values in ({"good": "gtin:8410010812814"}, {"index": "none"}, {"category": "none"}):
        rule(store, RuleKind.CHANGE, **values)
        assert alert(store) == 0


def test_a_damaged_product_keeps_no_rule_on_others_from_being_told(store, caplog, monkeypatch):
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    shops(store, *range(1, 8), category="oil")
    rule(store, RuleKind.DROP, category="oil", percent=Decimal(10))
    changes = [(2, "10"), (1, "8")]
    store.append([observed(f"shop.example:{n}", day, price) for n in range(2, 8) for day, price in changes])
    store.append([observed(ONE, 1, "7.77")])
    damage(store, "7.77")
    assert alert(store) == 6
    assert "listings=shop.example:1" in caplog.text
    assert "listings=shop.example:2" not in caplog.text


def test_a_good_or_an_index_with_a_damaged_product_is_not_watched_and_the_others_are(store):
    shops(store, 1, 2, gtin=EAN, category="oil")
    shops(store, 3, category="milk")
    for number, what in enumerate(({"good": f"gtin:{EAN}"}, {"index": "oil"}, {"good": "shop.example:3"})):
        made = AlertRule(f"r{number}", RuleKind.CHANGE, NOW - timedelta(days=9), **what)
        store.put_document(alerting.RULES, made.rule_id, made.as_document())
    changes = [(4, "10"), (3, "10"), (2, "7.77"), (1, "8")]
    store.append([observed(f"shop.example:{n}", day, price) for n in (1, 2, 3) for day, price in changes])
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE observation SET price = '1O.79' WHERE price = '7.77' AND listing_key = 1")
    assert alert(store) > 0
    assert {one["rule_id"] for one in store.documents(EVENTS).values()} == {"r2"}


def test_a_rule_that_fails_keeps_no_other_from_being_told(store, monkeypatch):
    shops(store, 1, 2)
    for number, one in enumerate((ONE, TWO)):
        made = AlertRule(f"r{number}", RuleKind.CHANGE, NOW - timedelta(days=9), listing_id=one)
        store.put_document(alerting.RULES, made.rule_id, made.as_document())
    store.append([observed(one, day, price) for one in (ONE, TWO) for day, price in [(2, "10"), (1, "8")]])
    found = alerting.evaluate
    monkeypatch.setattr(alerting, "evaluate", lambda one, *more: 1 / 0 if one.rule_id == "r0" else found(one, *more))
    assert alert(store) == 1

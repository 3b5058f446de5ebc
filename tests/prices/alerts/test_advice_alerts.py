"""The alert `buy_now`: once, when the advice turns from wait to buy."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from almazara.errors import InputError
from almazara.prices.alerts.alerting import add_rule, events
from almazara.prices.alerts.evaluating import Watched, evaluate
from almazara.prices.alerts.rules import AlertRule, RuleKind
from almazara.prices.buying.learning import learn
from almazara.prices.collecting.scraper_health import assess
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import keep_moves
from price_shop import NOW, observed, product

MADE = NOW - timedelta(days=60)
RULE = AlertRule("r", RuleKind.BUY_NOW, MADE, days=30)


def bought_at(limit):
    """An adviser who buys at or below a price."""
    return lambda readings: None if readings[-1].price is None else readings[-1].price <= Decimal(limit)


def found(readings, rule=RULE, advises=None):
    history = [observed("shop.example:1", day, price) for day, price in readings]
    return evaluate(rule, Watched.of(product(1, title="Aceite")), history, advises or bought_at(8))


def test_the_turn_from_wait_to_buy_is_one_event():
    [event] = found([(3, "10"), (2, "10"), (1, "7"), (0, "7")])
    assert event.occurred_at == NOW - timedelta(days=1)
    assert event.told[0].text() == "Ya no esperes: compra a 7,00 €: Aceite"
    assert "El consejo a 30 días ha pasado a comprar" in [one.text() for one in event.told]


@pytest.mark.parametrize(
    "readings",
    [
        [(1, "7"), (0, "7")],  # it was to be bought all the time
        [(0, "7")],
        [(1, "10"), (0, "10")],
        [(1, "10"), (0, None)],
        [(20, "10"), (19, "7"), (1, "7"), (0, "7")],  # old news
        [],
    ],
)
def test_no_turn_is_no_event(readings):
    assert found(readings) == ()


def test_two_readings_of_the_day_on_which_it_turned_are_one_event():
    assert len(found([(2, "10"), (0.5, "7"), (0, "7")])) == 1


def test_without_advice_there_is_no_event():
    assert found([(1, "10"), (0, "7")], advises=lambda _: None) == ()


def test_the_event_keeps_its_name_when_it_is_looked_for_again():
    readings = [(2, "10"), (1, "7")]
    assert found(readings)[0].event_id == found([*readings, (0, "7")])[0].event_id


@pytest.mark.parametrize("days", [0, 91])
def test_a_deadline_out_of_range_makes_no_rule(days):
    with pytest.raises(InputError, match="1 to 90"):
        AlertRule("r", RuleKind.BUY_NOW, NOW, days=days)


def test_a_rule_is_kept_and_read_again(store):
    store.save_listing(product(1))
    made = add_rule(store, lambda rule_id, now: AlertRule(rule_id, RuleKind.BUY_NOW, now, "shop.example:1"))
    assert AlertRule.from_document(made.as_document()) == made
    assert made.deadline_days == 30


def test_what_was_learned_decides_and_the_event_comes_from_the_store(store):
    day = np.arange(300)[None, :] + 11 * np.arange(12)[:, None]
    policies = learn(np.where(day % 35 < 7, 7.0, 10.0), [""] * 12)
    store.save_listing(product(1, title="Aceite"))
    store.put_document("alert_rule", RULE.rule_id, RULE.as_document())
    prices = ["7.00"] * 2 + ["10.00"] * 28 + (["7.00"] * 7 + ["10.00"] * 28) * 4
    store.append(observed("shop.example:1", day, price) for day, price in enumerate(prices))
    health = assess([], {}, [], now=NOW)
    [event] = events(store, health, NOW, timezone="UTC", policies=policies)
    assert (event.kind, event.occurred_at) == (RuleKind.BUY_NOW, NOW - timedelta(days=1))
    assert list(events(store, health, NOW, timezone="UTC")) == []


def test_an_announced_rise_ends_the_wait_as_it_comes_near(store):
    day = np.arange(300)[None, :] + 11 * np.arange(12)[:, None]
    policies = learn(np.where(day % 35 < 7, 7.0, 10.0), [""] * 12)
    store.save_listing(product(1, title="Aceite", category="oil"))
    store.put_document("alert_rule", RULE.rule_id, RULE.as_document())
    prices = ["10.00"] * 20 + (["7.00"] * 7 + ["10.00"] * 28) * 4
    store.append(observed("shop.example:1", day, price) for day, price in enumerate(prices))
    health = assess([], {}, [], now=NOW)
    assert list(events(store, health, NOW, timezone="UTC", policies=policies)) == []
    keep_moves(store, [AnnouncedMove(NOW.date() + timedelta(days=7), 1.2, "salt")])
    assert list(events(store, health, NOW, timezone="UTC", policies=policies)) == []
    keep_moves(store, [AnnouncedMove(NOW.date() + timedelta(days=7), 1.2, "oil")])  # yesterday it was a week to its eve
    [event] = events(store, health, NOW, timezone="UTC", policies=policies)
    assert (event.kind, event.occurred_at) == (RuleKind.BUY_NOW, NOW)

"""What answers say where moves of prices are announced: of a product, of a good, of what has happened."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import keep_moves
from almazara.prices.forecasting.published import Forecasts
from almazara.prices.forecasting.seen_moves import SeenMove
from almazara.prices.publishing import Published, learn_policies
from almazara.prices.service import PriceService
from almazara.words.numbers import Language
from panels import made_panel
from price_shop import NOW, observed, product

DAYS = 300
OIL = "shop.example:0"
EAN = "8410179100012"


class Live:
    def __init__(self, policies):
        self.current = Published(Forecasts.none(), policies)


def price_on(day, number):
    """10 euros, and 7 for a week out of five; product 0 was on offer two weeks ago."""
    return 7.0 if (day + 11 * number + 20) % 35 < 7 else 10.0


@pytest.fixture(scope="module")
def policies():
    listed = {f"shop.example:{number}": [price_on(day, number) for day in range(DAYS)][::-1] for number in range(12)}

    class Nothing:
        def listings(self):
            return []

    return learn_policies(Nothing(), made_panel(listed, NOW.date() - timedelta(days=DAYS - 1)))


def oil(store, number=0, factor=1.0, since=0, **values):
    """An oil of which the price was multiplied so many days ago."""
    store.save_listing(replace(product(number, category="oil", title="Aceite"), **values))
    prices = ((day, price_on(day, 0) * (factor if day < since else 1)) for day in range(DAYS))
    store.append(observed(f"shop.example:{number}", day, f"{price:.2f}") for day, price in prices)


def on(days, factor, group="oil"):
    return AnnouncedMove(NOW.date() + timedelta(days=days), factor, group)


def service_of(store, policies=None):
    return PriceService(store, Live(policies or AdvicePolicies()), timezone="UTC", clock=lambda: NOW)


def test_with_an_announced_rise_the_advice_is_to_buy_before_it_in_either_language(store, policies):
    oil(store)
    service = service_of(store, policies)
    assert service.advice(OIL, 30, 1).action == "wait"
    service.announce([on(5, 1.02)])
    spanish, english = (service.advice(OIL, 30, 1, language) for language in Language)
    assert (spanish.action, spanish.target_price, spanish.expected_saving) == ("buy", None, 0)
    assert spanish.message.replace("\xa0", " ").startswith("Compra ya: desde el 06/03/2026 se cuenta con un 2 % más")
    assert english.message.startswith("Buy now: from 6 Mar 2026 on it is counted with 2% more")
    assert "prices.story.announced_rise" not in [one.code for one in spanish.told]  # the message says it
    service.withdraw(service.announced_moves()[0].move_id)
    assert service.advice(OIL, 30, 1).action == "wait"


def test_with_an_announced_fall_the_advice_is_to_wait_for_it(store):
    oil(store)
    keep_moves(store, [on(5, 0.9)])
    advice = service_of(store).advice(OIL, 30, 3)
    assert (advice.action, advice.until, advice.chance_of_paying_more) == ("wait", NOW.date() + timedelta(days=5), 0)
    assert (advice.target_price, advice.expected_saving) == (Decimal("9.00"), Decimal("3.00"))
    assert "desde el 06/03/2026 se cuenta con un 10 % menos" in advice.message.replace("\xa0", " ")


def test_who_waits_until_before_a_later_rise_is_told_of_it(store, policies):
    oil(store)
    keep_moves(store, [on(20, 1.02), on(60, 1.1)])
    advice = service_of(store, policies).advice(OIL, 30, 1)
    assert (advice.action, advice.until < NOW.date() + timedelta(days=20)) == ("wait", True)
    assert [one.figures["day"] for one in advice.told if one.code == "prices.story.announced_rise"] == [on(20, 2).date]


def test_an_announced_rise_that_came_is_not_taken_for_an_expensive_week(store, policies):
    oil(store, factor=1.1, since=9)
    oil(store, 1)
    service = service_of(store, policies)
    keep_moves(store, [on(-8, 1.1, OIL), on(-200, 1.3)])
    told, still = service.advice(OIL, 30, 1), service.advice("shop.example:1", 30, 1)
    assert told.expected_saving_percent == pytest.approx(still.expected_saving_percent, abs=0.1)
    assert told.target_price == Decimal("9.35")
    assert [one.figures for one in told.told if one.code == "prices.reason.announced_rise"] == [
        {"day": on(-8, 2).date, "share": pytest.approx(0.1)}
    ]
    assert "7,00" in " ".join(told.reasons)  # what it cost stays what it cost


def test_a_move_of_the_whole_shop_is_told_and_not_taken_for_an_expensive_week(store, policies):
    oil(store, factor=1.1, since=9)
    oil(store, 1)
    moved = replace(policies, seen=(SeenMove(on(-8, 2).date, 1.1, "shop.example"),))
    service = service_of(store, moved)
    told, still = service.advice(OIL, 30, 1), service.advice("shop.example:1", 30, 1)
    assert told.expected_saving_percent == pytest.approx(still.expected_saving_percent, abs=0.1)
    assert "prices.reason.seen_rise" in [one.code for one in told.told]
    assert "prices.reason.seen_rise" not in [one.code for one in still.told]  # its price did not move that day
    [row] = [one for one in service.overview() if one.product.id == OIL]
    assert row.plan.expected_saving_percent == told.expected_saving_percent
    story = service.story(OIL, 30, 1)
    assert [(one.how, one.is_rise) for one in story.moves] == [("seen", True)]
    assert service.announced_moves() == []


def test_a_good_counts_with_the_moves_that_are_about_all_its_shops(store):
    for number in (0, 1):
        oil(store, number, gtin=EAN)
    service = service_of(store)
    keep_moves(store, [on(5, 1.1, OIL)])
    assert service.good(f"gtin:{EAN}").advice.told[0].code != "prices.advice.rise_announced"
    keep_moves(store, [on(5, 1.2, "oil")])
    assert service.good(f"gtin:{EAN}").advice.told[0].code == "prices.advice.rise_announced"
    assert service.good(f"gtin:{EAN}").advice.told[0].figures["share"] == pytest.approx(0.2)

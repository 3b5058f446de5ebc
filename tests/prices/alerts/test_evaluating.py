"""Alert rules make each event once, whatever is asked again or restarted."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.alerts.evaluating import Watched, drift_event, evaluate, history_needed, unwell_event
from almazara.prices.alerts.rules import AlertRule, Reference, RuleKind, target_rule
from almazara.prices.collecting.scraper_health import HealthProblem, HealthReport, Trouble
from almazara.prices.forecasting.scores import Drift
from almazara.prices.schema import Availability, Listing, NamedPrice, Observation, PriceName, Size
from almazara.words.numbers import Language
from almazara.words.said import Said

CREATED = datetime(2026, 4, 1, 8, tzinfo=UTC)
LISTING = Listing(
    "tienda.example:p1",
    "tienda.example",
    "p1",
    "https://tienda.example/p1",
    title="Aceite de oliva virgen extra 5 L",
    target_price=Decimal("40.00"),
    created_at=CREATED,
)
WATCHED = Watched.of(LISTING)


def reading(day, price, *, currency="EUR"):
    """A reading so many days after the rule's creation; None is a stock-out."""
    return Observation(
        LISTING.listing_id,
        CREATED + timedelta(days=day),
        Availability.UNAVAILABLE if price is None else Availability.IN_STOCK,
        price=None if price is None else Decimal(price),
        currency=None if price is None else currency,
    )


def readings(*prices, first=0, every=1):
    return [reading(first + i * every, price) for i, price in enumerate(prices)]


def rule(kind, **parts):
    return AlertRule("mine", kind, CREATED, LISTING.listing_id, **parts)


BELOW = rule(RuleKind.BELOW_TARGET, target=Decimal(40))
DROP = rule(RuleKind.DROP, percent=Decimal(10))
BACK = rule(RuleKind.BACK_IN_STOCK)
LOWEST = rule(RuleKind.LOWEST, days=5)


def days(rule_, history):
    """On which days after the creation the events that `evaluate` gives began."""
    return [(event.occurred_at - CREATED).days for event in evaluate(rule_, WATCHED, history)]


def told(rule_, history):
    """On which days events began that were given at any time, when every reading is followed by a look."""
    events = {}
    for end in range(1, len(history) + 1):
        events |= {event.event_id: event for event in evaluate(rule_, WATCHED, history[:end])}
    return [(event.occurred_at - CREATED).days for event in events.values()]


def test_a_price_that_stays_below_target_is_told_once():
    assert told(BELOW, readings("45", "39", "38", "39.50", "37")) == [1]


def test_a_price_that_rose_above_target_and_fell_again_is_told_again():
    assert told(BELOW, readings("45", "39", "41", "39")) == [1, 3]


def test_a_stock_out_in_between_is_no_new_event():
    assert told(BELOW, readings("45", "39", None, "39")) == [1]


def test_a_price_exactly_at_target_counts():
    assert told(BELOW, readings("40.01", "40.00")) == [1]


def test_a_price_already_below_target_is_told_with_the_first_reading_after_the_rule():
    assert told(BELOW, readings("39", "39", "39", first=-2)) == [0]


def test_the_same_history_gives_the_same_ids_after_a_restart_in_any_order():
    history = readings("45", "39", "41", "39")
    assert evaluate(BELOW, WATCHED, history) == evaluate(BELOW, WATCHED, history[::-1])


def test_history_before_the_needed_moment_changes_nothing():
    history = readings(*["45", "39"] * 40, first=-70)
    kept = [o for o in history if o.observed_at >= history_needed(BELOW)]
    assert len(kept) < len(history)
    assert evaluate(BELOW, WATCHED, history) == evaluate(BELOW, WATCHED, kept)


def test_an_old_event_is_given_while_its_state_lasts_and_not_when_it_is_over():
    assert days(BELOW, readings("45", "39", *["38"] * 20)) == [1]
    assert days(BELOW, readings("45", "39", *["45"] * 20)) == []


def test_a_changed_target_is_another_event():
    history = readings("45", "39")
    other = rule(RuleKind.BELOW_TARGET, target=Decimal(41))
    first, second = evaluate(BELOW, WATCHED, history), evaluate(other, WATCHED, history)
    assert first[0].event_id != second[0].event_id


def words(event, language=Language.ES):
    """The lines of an event in a language, its title first."""
    return "\n".join(one.text(language) for one in event.told).splitlines()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            Language.ES,
            [
                "Ya está a 39,90 €: Aceite de oliva virgen extra 5 L",
                "Aceite de oliva virgen extra 5 L",
                "Precio: 39,90 €",
                "Tu objetivo: 40,00 €",
                "Enlace: https://tienda.example/p1",
            ],
        ),
        (
            Language.EN,
            [
                "Now at €39.90: Aceite de oliva virgen extra 5 L",
                "Aceite de oliva virgen extra 5 L",
                "Price: €39.90",
                "Your target: €40.00",
                "Link: https://tienda.example/p1",
            ],
        ),
    ],
)
def test_the_message_names_title_price_target_and_link_in_both_languages(language, lines):
    assert words(evaluate(BELOW, WATCHED, readings("45", "1038.5", "39.9"))[0], language) == lines


@pytest.mark.parametrize(
    ("reference", "compared"),
    [(Reference.PREVIOUS, "Antes: 46,00 €"), (Reference.MEDIAN_30, "Mediana de 30 días: 50,00 €")],
)
def test_the_message_of_a_drop_names_what_the_price_is_compared_with(reference, compared):
    against = rule(RuleKind.DROP, percent=Decimal("12.50"), reference=reference)
    title, *lines = words(evaluate(against, WATCHED, readings(*["50"] * 20, "46", "40"))[-1])
    assert title == "Baja a 40,00 €: Aceite de oliva virgen extra 5 L"
    assert f"{compared} (aviso desde un 12,5 % menos)" in lines


def test_a_message_says_that_the_pack_became_another_one_of_late():
    smaller = replace(
        LISTING, litres=Decimal("0.9"), sizes=(Size(CREATED, Decimal(1)), Size(CREATED + timedelta(2), Decimal("0.9")))
    )
    dropping = rule(RuleKind.DROP, percent=Decimal(5))
    [event] = evaluate(dropping, Watched.of(smaller), readings("40", "40", "40", "35"))
    assert "Ojo: ahora contiene 0,9 l, y antes 1 l" in words(event)
    [late] = evaluate(dropping, Watched.of(smaller), readings("40", "35", first=60))
    assert not any(line.startswith("Ojo") for line in words(late))


def test_the_message_of_a_lowest_price_names_in_how_many_days():
    assert words(evaluate(LOWEST, WATCHED, readings(*["50"] * 6, "49"))[-1])[0].startswith("Mínimo de 5 días, 49,00 €")


@given(st.sampled_from([BELOW, DROP, BACK, LOWEST]), st.lists(st.integers(3000, 5000), min_size=8), st.text(min_size=1))
def test_a_message_that_was_kept_as_json_is_read_again_word_for_word(watched, cents, title):
    history = readings(*[None if n % 5 == 0 else str(Decimal(n) / 100) for n in cents])
    for event in evaluate(watched, Watched.of(replace(LISTING, title=title)), history):
        kept = [Said.of(one) for one in json.loads(msgspec.json.encode(event.told))]
        for language in Language:
            assert [one.text(language) for one in kept] == [one.text(language) for one in event.told]


def test_a_drop_against_the_price_before_is_told_each_time():
    assert told(DROP, readings("50", "45", "45", "44", "39", "39")) == [1, 4]


def test_a_drop_over_a_stock_out_is_measured_against_the_last_price():
    assert told(DROP, readings("50", None, "40")) == [2]


def test_a_drop_against_the_median_is_told_once_until_the_price_recovers():
    against = rule(RuleKind.DROP, percent=Decimal(10), reference=Reference.MEDIAN_30)
    prices = ["50"] * 20 + ["44", "44", "43", "50", "44"]
    assert told(against, readings(*prices)) == [20, 24]


def test_the_median_weighs_each_price_by_the_time_that_it_was_valid():
    against = rule(RuleKind.DROP, percent=Decimal(10), reference=Reference.MEDIAN_30)
    # 50 stood for 25 days; that it was read once and 30 three times on one day changes nothing.
    history = [reading(0, "50"), *[reading(25 + i / 10, "30") for i in range(3)], reading(25.5, "44")]
    assert (reading(25.5, "44").observed_at - CREATED).days in days(against, history)


def test_the_median_is_the_price_of_half_the_time_and_not_of_less():
    against = rule(RuleKind.DROP, percent=Decimal(10), reference=Reference.MEDIAN_30)
    history = [reading(0, "50"), reading(10, "30"), reading(20, "50"), reading(25.5, "44")]  # 30 stood for 10 of 25.5
    assert (reading(25.5, "44").observed_at - CREATED).days in days(against, history)


def test_back_in_stock_is_told_once_with_the_price():
    history = readings("50", None, None, "48", "48")
    assert told(BACK, history) == [3]
    assert words(evaluate(BACK, WATCHED, history)[0])[0].startswith("Disponible de nuevo a 48,00 €")


def test_a_product_first_seen_in_stock_is_not_back():
    assert told(BACK, readings("50", "50")) == []


def test_lowest_in_n_days_needs_a_history_of_n_days():
    assert told(LOWEST, readings("50", "49", "48")) == []
    assert told(LOWEST, readings("50", "50", "50", "50", "50", "50", "49", "49", "48")) == [6, 8]


def test_lowest_in_n_days_forgets_what_is_older_but_not_what_was_still_valid():
    assert told(LOWEST, readings("30", *["50"] * 7, "45")) == [8]
    standing = [reading(0, "30"), reading(9, "40"), reading(10, "35")]
    assert told(LOWEST, standing) == []


def test_prices_in_another_currency_are_not_compared():
    history = [reading(0, "60", currency="USD"), reading(1, "50")]
    assert told(DROP, history) == []


def test_a_rule_watches_its_listing_its_category_or_all_and_never_a_good_or_an_index_by_one_listing():
    oil = replace(LISTING, category="oil")
    watching = {"listing_id": LISTING.listing_id, "category": "oil", "good": LISTING.listing_id, "index": "oil"}
    made = {name: AlertRule("r", RuleKind.CHANGE, CREATED, **{name: value}) for name, value in watching.items()}
    assert [name for name, one in made.items() if one.watches(oil)] == ["listing_id", "category"]
    assert AlertRule("r", RuleKind.CHANGE, CREATED).watches(oil)
    assert not AlertRule("r", RuleKind.CHANGE, CREATED, "tienda.example:p2").watches(oil)
    assert not AlertRule("r", RuleKind.CHANGE, CREATED, category="milk").watches(oil)
    assert not AlertRule("r", RuleKind.SCRAPER_UNWELL, CREATED).watches(oil)


RISE = rule(RuleKind.RISE, percent=Decimal(10))
CHANGE = rule(RuleKind.CHANGE)


def test_a_rise_is_told_when_it_happens_and_of_no_less_than_was_asked():
    assert told(RISE, readings("40", "43.99", "48.39", "40", "44", "44")) == [2, 4]
    title, *lines = words(evaluate(RISE, WATCHED, readings("40", "44"))[0])
    assert title == "Sube a 44,00 €: Aceite de oliva virgen extra 5 L"
    assert "Antes: 40,00 € (aviso desde un 10 % más)" in lines


def test_a_rise_over_the_median_is_told_once_for_as_long_as_it_lasts():
    over = rule(RuleKind.RISE, percent=Decimal(10), reference=Reference.MEDIAN_30)
    assert told(over, readings(*["40"] * 10, "45", "46", "40", "45")) == [10, 13]
    assert "Mediana de 30 días: 40,00 € (aviso desde un 10 % más)" in words(
        evaluate(over, WATCHED, readings(*["40"] * 10, "45"))[0]
    )


def test_any_change_is_told_also_that_it_is_no_longer_sold():
    history = readings("40", "40", "39.99", None, None, "41")
    assert told(CHANGE, history) == [2, 3, 5]
    lines = [words(event, Language.EN) for event in evaluate(CHANGE, WATCHED, history)]
    assert [one[0].partition(":")[0] for one in lines] == [
        "Changed to €39.99", "No longer sold", "Back in stock at €41.00"
    ]  # fmt: skip
    assert all("Before: €" in "".join(one) for one in lines)


@given(st.lists(st.sampled_from([None, "40", "41", "42"]), min_size=1, max_size=8))
def test_a_change_is_every_reading_that_differs_from_the_one_before(prices):
    differing = [day for day, (was, now) in enumerate(pairwise(prices), 1) if was != now]
    assert told(CHANGE, readings(*prices)) == differing


def club(day, price, *named):
    prices = tuple(NamedPrice(name, Decimal(amount), words) for name, amount, words in named)
    return replace(reading(day, price), named=prices)


def test_a_rule_on_a_named_price_looks_at_that_one_alone():
    members = rule(RuleKind.BELOW_TARGET, target=Decimal(40), price=PriceName.CLUB)
    history = [
        club(0, "39"),
        club(1, "50", (PriceName.CLUB, "45", "socios")),
        club(2, "50", (PriceName.CLUB, "40", "s")),
    ]
    assert days(members, history) == [2]
    [event] = evaluate(members, WATCHED, history)
    assert words(event)[0] == "Ya está a 40,00 €: Aceite de oliva virgen extra 5 L (para socios)"


def test_a_coupon_that_comes_back_is_told():
    coupon = rule(RuleKind.BACK_IN_STOCK, price=PriceName.COUPON)
    shown = (PriceName.COUPON, "38", "cupón de 2 €")
    assert days(coupon, [club(0, "40", shown), club(1, "40"), club(2, "40", shown)]) == [2]


def test_a_named_price_that_ended_is_not_said_to_be_the_product():
    coupon = rule(RuleKind.CHANGE, price=PriceName.COUPON)
    shown = (PriceName.COUPON, "38", "cupón de 2 €")
    events = evaluate(coupon, WATCHED, [club(0, "40", shown), club(1, "40")])
    assert words(events[0])[0] == "Ya no tiene este precio: Aceite de oliva virgen extra 5 L (con cupón)"


def test_the_price_of_a_seller_names_who_sells():
    anybody = rule(RuleKind.BELOW_TARGET, target=Decimal(40), price=PriceName.SELLER)
    shown = [(PriceName.SELLER, "41", "Aceites Núñez"), (PriceName.SELLER, "39", "Otra")]
    [event] = evaluate(anybody, WATCHED, [club(0, "50", *shown)])
    assert "Lo vende Otra" in words(event)


def test_a_seller_is_found_by_a_part_of_the_name_and_else_the_cheapest_counts():
    first, second = (PriceName.SELLER, "41", "Aceites Núñez"), (PriceName.SELLER, "39", "Otra")
    history = [club(0, "50", first, second)]
    anybody = rule(RuleKind.BELOW_TARGET, target=Decimal(40), price=PriceName.SELLER)
    assert days(anybody, history) == [0]
    assert days(replace(anybody, seller="nuñez"), history) == []
    assert days(replace(anybody, seller="NUNEZ", target=Decimal(41)), history) == [0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"listing_id": "a:b", "good": "a:b"},
        {"category": "oil", "index": "oil"},
        {"index": "oil", "kind": RuleKind.BACK_IN_STOCK},
        {"index": "oil", "price": PriceName.CLUB},
        {"kind": RuleKind.BUY_NOW, "price": PriceName.CLUB},
        {"seller": "Núñez"},
        {"seller": "Núñez", "price": PriceName.CLUB},
        {"seller": " ", "price": PriceName.SELLER},
        {"kind": RuleKind.RISE, "percent": Decimal(0)},
        {"kind": RuleKind.RISE},
        {"kind": RuleKind.SCRAPER_UNWELL, "category": "oil"},
    ],
)
def test_a_rule_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        AlertRule(**{"rule_id": "r", "kind": RuleKind.CHANGE, "created_at": CREATED, **wrong})


def test_a_rise_may_be_of_more_than_a_hundred_percent():
    assert told(rule(RuleKind.RISE, percent=Decimal(150)), readings("10", "25")) == [1]


def test_no_readings_give_no_events():
    assert evaluate(BELOW, WATCHED, []) == ()


def test_a_listings_own_target_is_a_rule():
    own = target_rule(LISTING)
    assert own.target == Decimal("40.00")
    assert own.created_at == CREATED
    assert target_rule(Listing("a:b", "a", "b", "https://a/b")) is None


def test_an_unwell_scraper_is_told_once_until_it_was_well():
    watch = AlertRule("health", RuleKind.SCRAPER_UNWELL, CREATED)
    trouble = HealthProblem(Trouble.LOW_SHOP_RATE, "tienda.example", {"attempts": 10, "days": 7, "share": 0.4})
    ill = HealthReport((trouble,), {}, {}, {})
    event = unwell_event(watch, ill, CREATED)
    assert words(event) == [
        "El lector de precios necesita atención",
        "De 10 páginas de la tienda tienda.example en 7 días se ha podido leer el 40 %.",
    ]
    assert words(event, Language.EN)[1] == trouble.sentence.text(Language.EN)
    assert unwell_event(watch, ill, CREATED).event_id == event.event_id
    assert unwell_event(watch, ill, CREATED + timedelta(days=1)).event_id != event.event_id
    assert unwell_event(watch, HealthReport((), {}, {}, {}), CREATED) is None


@pytest.mark.parametrize("what", ["mae_ratio", "coverage_80", "coverage_95"])
def test_drifted_forecasts_are_told_in_words_until_they_keep_their_promise(what):
    watch = AlertRule("drift", RuleKind.FORECASTS_DRIFTED, CREATED)
    event = drift_event(watch, [Drift("steps", 7, what, 0.5)], CREATED)
    assert words(event)[0] == "Los pronósticos se han desviado"
    assert words(event)[1].startswith("A 7 días, escalones de precio: ")
    assert words(event, Language.EN)[1].startswith("7 days ahead, price steps: ")
    assert drift_event(watch, [], CREATED) is None
    other = AlertRule("health", RuleKind.SCRAPER_UNWELL, CREATED)
    assert drift_event(other, [Drift("steps", 1, what, 2)], CREATED) is None


@pytest.mark.parametrize("made", [BELOW, DROP, BACK, LOWEST])
def test_a_rule_survives_being_kept_as_a_document(made):
    assert AlertRule.from_document(json.loads(json.dumps(made.as_document()))) == made


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": RuleKind.BELOW_TARGET},
        {"kind": RuleKind.BELOW_TARGET, "target": Decimal("NaN")},
        {"kind": RuleKind.BELOW_TARGET, "target": Decimal(0)},
        {"kind": RuleKind.DROP},
        {"kind": RuleKind.DROP, "percent": Decimal(100)},
        {"kind": RuleKind.DROP, "percent": Decimal("Infinity")},
        {"kind": RuleKind.LOWEST},
        {"kind": RuleKind.LOWEST, "days": 0},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(parts):
    with pytest.raises(InputError):
        rule(**parts)


def test_a_rule_of_a_target_needs_a_listing():
    with pytest.raises(InputError, match="something to watch"):
        AlertRule("mine", RuleKind.BELOW_TARGET, CREATED, target=Decimal(40))


def test_a_document_that_is_no_rule_is_refused():
    with pytest.raises(InputError):
        AlertRule.from_document({"rule_id": "mine", "kind": "when_i_feel_like_it"})


price_lists = st.lists(st.one_of(st.none(), st.integers(30, 50).map(str)), max_size=30)


@given(price_lists)
def test_below_target_events_are_the_falls_that_a_plain_loop_counts(prices):
    expected, below = [], False
    for day, price in enumerate(prices):
        if price is not None:
            if Decimal(price) <= 40 and not below:
                expected.append(day)
            below = Decimal(price) <= 40
    assert told(BELOW, readings(*prices)) == expected


@given(price_lists, st.sampled_from([BELOW, DROP, BACK, LOWEST]))
def test_looking_twice_gives_no_event_twice(prices, watched):
    history = readings(*prices)
    once = evaluate(watched, WATCHED, history)
    assert len({event.event_id for event in once}) == len(once)
    assert evaluate(watched, WATCHED, history) == once

"""Published forecasts are scored when their day has come, once, and drift is seen."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting import issued, scores
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.published import HORIZON_DAYS, QUANTILES, Forecasted, ForecastIndex, Forecasts
from almazara.prices.forecasting.scores import CHUNK, HORIZONS, SCORED_QUANTILES, DriftLimits, Tally
from almazara.words.numbers import Language

CUTOFF = date(2026, 3, 1)
LAST = 10.0


def built(*listing_ids, cutoff=CUTOFF, model="steps", half_width=1.0, center=LAST):
    """Forecasts that stay at a center, with quantiles evenly spread around it."""
    spread = (np.array(QUANTILES) - 0.5) * 2 * half_width + center
    values = np.tile(spread, (len(listing_ids), HORIZON_DAYS, 1))
    about = Forecasted(model, cutoff.isoformat(), "EUR", [])
    return Forecasts(ForecastIndex(dict.fromkeys(listing_ids, about), {}), values)


def lasts(*listing_ids):
    return dict.fromkeys(listing_ids, LAST)


def always(price):
    return lambda _day: {"a:1": price}


def no_moves(_name):
    return []


def day(number):
    return CUTOFF + timedelta(days=number)


def issue(store, *listing_ids, **values):
    issued.keep_issued(store, built(*listing_ids, **values), lasts(*listing_ids))


def test_a_forecast_is_scored_on_the_days_of_its_horizons_and_not_before_they_end(store):
    issue(store, "a:1")
    assert issued.score_due(store, always(10.5), day(1), no_moves) == 0
    assert issued.score_due(store, always(10.5), day(2), no_moves) == 1
    assert issued.score_due(store, always(10.5), day(31), no_moves) == len(HORIZONS) - 1


def test_the_error_is_a_share_of_the_price_that_was_known_beside_the_last_value(store):
    issue(store, "a:1", center=11.0)
    issued.score_due(store, always(12.0), day(2), no_moves)
    [score] = issued.report(store, day(2), 28).scores
    assert (score.model, score.horizon, score.forecasts) == ("steps", 1, 1)
    assert score.mae == pytest.approx(0.1)
    assert score.mae_ratio == pytest.approx(0.5)


@pytest.mark.parametrize(("price", "covered_80", "covered_95"), [(10.0, 1, 1), (10.9, 0, 1), (10.99, 0, 0)])
def test_a_price_is_covered_when_it_lies_within_the_interval(store, price, covered_80, covered_95):
    issue(store, "a:1")
    issued.score_due(store, always(price), day(2), no_moves)
    [score] = issued.report(store, day(2), 28).scores
    assert (score.coverage_80, score.coverage_95) == (covered_80, covered_95)


def test_a_price_that_stays_is_covered_by_an_interval_of_no_width(store):
    third = 10 / 3
    documents = scores.issued(built("a:1", half_width=0, center=third), {"a:1": third})
    scored = scores.score_day(day(1), documents, {"a:1": third}, no_moves)
    assert Tally(*scored["steps/1"]).covered_80 == 1


def test_a_day_without_a_price_is_counted_and_not_scored(store):
    issue(store, "a:1", "b:2")
    issued.score_due(store, always(10.0), day(2), no_moves)
    [score] = issued.report(store, day(2), 28).scores
    assert (score.forecasts, score.unknown) == (1, 1)


def test_what_was_said_of_a_change_is_scored_beside_what_came(store):
    issue(store, "a:1", "b:2", half_width=0)
    prices = {"a:1": LAST, "b:2": LAST + 1}
    issued.score_due(store, lambda _day: prices, day(2), no_moves)
    [score] = issued.report(store, day(2), 28).scores
    assert (score.changed, score.chance_of_change) == (0.5, pytest.approx(0.025))
    assert score.brier == pytest.approx((0.025**2 + 0.975**2) / 2)


def test_days_that_were_scored_before_chances_were_have_none():
    [old] = scores.summarize([{"steps/1": [4, 0.4, 0.2, 0.1, 3, 4, 1]}])
    assert (old.forecasts, old.mae, old.changed, old.chance_of_change, old.brier) == (4, 0.1, None, None, None)
    [both] = scores.summarize(
        [{"steps/1": [4, 0.4, 0.2, 0.1, 3, 4, 1]}, {"steps/1": [2, 0.0, 0, 0, 2, 2, 0, 2, 1, 0.5, 0.2]}]
    )
    assert (both.forecasts, both.changed, both.chance_of_change, both.brier) == (6, 0.5, 0.25, 0.1)


def test_scoring_again_changes_nothing(store):
    issue(store, "a:1")
    issued.score_due(store, always(10.0), day(2), no_moves)
    before = store.documents(issued.SCORES)
    assert issued.score_due(store, always(99.0), day(2), no_moves) == 0
    assert store.documents(issued.SCORES) == before


def test_of_two_forecasts_with_one_cutoff_the_last_one_counts(store):
    many = [f"a:{number}" for number in range(CHUNK + 1)]
    issue(store, *many)
    issue(store, "a:1", model="last_value")
    issued.score_due(store, always(10.0), day(2), no_moves)
    [score] = issued.report(store, day(2), 28).scores
    assert (score.model, score.forecasts, score.unknown) == ("last_value", 1, 0)


def test_documents_are_forgotten_when_all_their_days_have_ended(store):
    issue(store, "a:1")
    issued.score_due(store, always(10.0), day(31), no_moves)
    assert store.documents(issued.ISSUED) == {}
    assert len(store.documents(issued.SCORES)) == len(HORIZONS)
    issued.score_due(store, always(10.0), day(31) + timedelta(days=issued.KEPT_DAYS), no_moves)
    assert store.documents(issued.SCORES) == {}


def test_many_products_are_kept_in_parts_that_every_store_takes():
    many = [f"amazon.es:B0{number:08d}" for number in range(2 * CHUNK + 1)]
    documents = scores.issued(built(*many), lasts(*many))
    assert [len(document) for document in documents.values()] == [CHUNK, CHUNK, 1]
    assert max(len(str(document)) for document in documents.values()) < 300_000


def test_drift_is_an_error_above_the_last_values_or_an_interval_that_holds_too_little(store):
    many = [f"a:{number}" for number in range(40)]
    issue(store, *many, center=13.0)
    issued.score_due(store, lambda _day: lasts(*many) | {"a:1": 10.5}, day(2), no_moves)
    wide = "1 day ahead, price steps: its {}% interval holds none of the prices."
    assert issued.report(store, day(2), 28).drift == [
        "1 day ahead, price steps: it errs 239.00 times as much as the last price.",
        *(wide.format(level) for level in (80, 95)),
    ]
    spanish = issued.report(store, day(2), 28, Language.ES).drift
    assert spanish[0] == "A 1 día, escalones de precio: yerra 239,00 veces lo que yerra el último precio."
    assert spanish[1] == "A 1 día, escalones de precio: ningún precio cae en su intervalo del 80 %."


def test_few_forecasts_are_no_drift(store):
    issue(store, "a:1", center=13.0)
    issued.score_due(store, always(10.5), day(2), no_moves)
    assert issued.report(store, day(2), 28).drift == []


tallies = st.lists(st.integers(0, 1000), min_size=11, max_size=11).map(lambda values: Tally(*values))


@given(tallies, tallies, tallies)
def test_tallies_add_up_in_any_order(one, two, three):
    assert (one + two) + three == (three + one) + two


@given(st.lists(st.floats(1, 100), min_size=40, max_size=60))
def test_the_last_value_itself_never_drifts_by_its_error(prices):
    documents = scores.issued(
        built(*[f"a:{place}" for place in range(len(prices))], half_width=99),
        {f"a:{place}": LAST for place in range(len(prices))},
    )
    scored = scores.score_day(day(1), documents, {f"a:{place}": price for place, price in enumerate(prices)}, no_moves)
    found = scores.drifts(scores.summarize([scored]), DriftLimits())
    assert all(one.what != "mae_ratio" for one in found)
    assert len(SCORED_QUANTILES) == len(next(iter(documents.values()))["a:0"]["quantiles"]["1"])


def announced(number, factor=2.0):
    return AnnouncedMove(day(number), factor)


def issued_before(store, *moves, **values):
    issued.keep_issued(store, built("a:1", **values).counting(lambda _name: moves), lasts("a:1"))


def scored(store, today, *moves, price=20.0):
    """The scores by horizon of those that no announced move touched, and of the others."""
    issued.score_due(store, always(price), today, lambda _name: moves)
    found = issued.report(store, today, 60).scores
    return [{one.horizon: one for one in found if one.announced is apart} for apart in (False, True)]


def test_what_is_issued_counts_with_what_was_announced_then(store):
    issued_before(store, announced(5))
    without, touched = scored(store, day(31), announced(5))
    assert (list(without), list(touched)) == ([1], [7, 14, 30])
    assert touched[7].mae == pytest.approx(0)
    assert without[1].mae == pytest.approx(1)


@pytest.mark.parametrize(("when", "apart"), [(0, False), (1, True), (7, True), (8, False)])
def test_days_that_an_announced_move_changed_are_scored_apart(store, when, apart):
    issue(store, "a:1")
    without, touched = scored(store, day(8), announced(when))
    assert (7 in touched, 7 in without) == (apart, not apart)


def test_a_move_that_was_withdrawn_is_still_no_fault_of_the_model(store):
    issued_before(store, announced(3))
    without, touched = scored(store, day(8))
    assert (list(without), list(touched)) == ([1], [7])


def test_errors_on_days_of_announced_moves_are_no_drift(store):
    many = [f"a:{number}" for number in range(40)]
    issue(store, *many)
    issued.score_due(store, lambda _day: dict.fromkeys(many, 99.0), day(2), lambda _name: [announced(1)])
    assert issued.report(store, day(2), 28).drift == []
    assert issued.report(store, day(2), 28).scores[0].announced

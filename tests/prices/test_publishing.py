"""What is published, where moves of prices were announced: those of the past taught nothing."""

import json
from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest

from almazara.artifacts import open_artifacts
from almazara.prices import publishing
from almazara.prices.buying import policy
from almazara.prices.collecting.runs import RETRAIN
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.issued import ISSUED
from almazara.prices.forecasting.kept_moves import keep_moves
from almazara.prices.forecasting.models import registry
from almazara.prices.publishing import (
    FORECASTS,
    NothingToForecastError,
    _named,
    left_out_of,
    not_forecast_of,
    open_published,
    publish_forecasts,
)
from almazara.prices.schema import RunState
from almazara.prices.store.registry import open_store
from almazara.words.numbers import Language
from price_shop import NOW, observed, opened, product, search, settings_over
from waiting import no_progress

pytestmark = pytest.mark.training

DAYS, SINCE = 200, 20
RISE = AnnouncedMove(NOW.date() - timedelta(days=SINCE - 1), 1.5, "oil")


def before(day):
    """An offer one week in five."""
    return 8 if (day + 3) % 35 < 7 else 10


def published(folder, prices, *moves, oils=2):
    """The version that is made of some oils of such prices, and what was kept of it to be scored."""
    settings = settings_over(folder, timezone="UTC")
    store = open_store(settings)
    for number in range(1, oils + 1):
        store.save_listing(product(number, category="oil"))
        store.append(observed(f"shop.example:{number}", day, f"{prices(day):.2f}") for day in range(DAYS))
    keep_moves(store, moves)
    publish_forecasts(settings, store, no_progress, now=NOW)
    issued = store.documents(ISSUED)
    store.close()
    return open_published(open_artifacts(settings).current(FORECASTS).path), issued


def learned(version):
    """What advice was learned, in figures."""
    return [one.saving + one.chance for one in version.policies.groups[""].values()]


@pytest.fixture(autouse=True)
def _light(monkeypatch):
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))


def rising(day):
    return before(day) * (1.5 if day < SINCE else 1)


def test_a_move_of_the_past_teaches_neither_forecasts_nor_advice_anything(tmp_path):
    never_moved, _ = published(tmp_path / "a", lambda day: 1.5 * before(day))
    told, _ = published(tmp_path / "b", rising, RISE)
    untold, _ = published(tmp_path / "c", rising)
    assert np.allclose(told.forecasts.values, never_moved.forecasts.values)
    assert np.allclose(learned(told), learned(never_moved))
    assert not np.allclose(untold.forecasts.values, never_moved.forecasts.values)
    assert not np.allclose(learned(untold), learned(never_moved))


def test_a_move_of_a_whole_shop_that_nobody_announced_teaches_advice_nothing_and_is_kept_beside_it(tmp_path):
    never_moved, _ = published(tmp_path / "a", lambda day: 1.5 * before(day), oils=8)
    untold, _ = published(tmp_path / "b", rising, oils=8)
    moves = {(one.date, one.group): one.factor for one in untold.policies.seen}
    assert moves[RISE.date, "shop.example"] == pytest.approx(1.5)
    assert np.allclose(learned(untold), learned(never_moved))


def test_what_is_published_knows_nothing_of_moves_to_come_and_what_is_kept_to_be_scored_does(tmp_path):
    to_come = AnnouncedMove(NOW.date() + timedelta(days=7), 1.5)
    untold, kept_untold = published(tmp_path / "a", before)
    told, kept_told = published(tmp_path / "b", before, to_come)
    assert np.array_equal(told.forecasts.values, untold.forecasts.values)
    [plain], [counted] = ([one["shop.example:1"] for one in kept.values()] for kept in (kept_untold, kept_told))
    assert counted["quantiles"]["1"] == plain["quantiles"]["1"]
    assert counted["quantiles"]["7"] == pytest.approx([1.5 * value for value in plain["quantiles"]["7"]])


def test_settings_name_challengers_and_an_lstm_of_ones_own_is_tried(tmp_path):
    assert registry.challengers(_named(settings_over(tmp_path))) == []
    assert registry.challengers(_named(settings_over(tmp_path, challengers=("theta", "last_value")))) == ["theta"]
    assert registry.challengers(_named(settings_over(tmp_path, lstm_model=tmp_path))) == ["lstm"]
    assert set(registry.challengers(["all"])) == set(registry.installed()) - set(registry.DEFAULTS)


def test_a_challenger_that_is_not_tried_is_told_of_in_a_sentence(tmp_path):
    settings = settings_over(tmp_path, timezone="UTC", challengers=("theta", "nope"))
    store = open_store(settings)
    store.save_listing(product(1))
    store.append(observed("shop.example:1", day, "10.00") for day in range(20))
    told = left_out_of(publish_forecasts(settings, store, no_progress, now=NOW))
    store.close()
    assert "theta was left out: It is tried once prices of 86 days are known." in told
    assert any(one.startswith("nope was left out: There is no forecaster 'nope': choose one of") for one in told)


@pytest.fixture
def young(tmp_path):
    """A store of products that cannot be forecast, each for its own reason."""
    settings = settings_over(tmp_path, timezone="UTC")
    with closing(open_store(settings)) as store:
        for number in range(1, 7):
            store.save_listing(product(number))
        store.save_listing(search())
        store.append(observed(f"shop.example:{number}", 800 + number, "9.95") for number in range(1, 5))
        store.append([observed("shop.example:5", 1, "9.95")])
        yield settings, store


def test_each_product_without_a_forecast_is_told_with_its_reason(young):
    settings, store = young
    store.save_listing(product(7))
    store.append(observed("shop.example:7", day, "9.95") for day in range(20))
    artifact = publish_forecasts(settings, store, no_progress, now=NOW)
    old = "shop.example:1, shop.example:2, shop.example:3"
    assert [one.text(Language.EN) for one in not_forecast_of(artifact)] == [
        f"4 products have no price of the last 730 days, such as an import of the past ({old})",
        "1 product has a price on fewer than 14 days (shop.example:5)",
        "1 product was not read yet (shop.example:6)",
    ]


def test_where_no_product_can_be_forecast_nothing_is_published_and_that_is_no_failure(young):
    settings, store = young
    store.save_listing(product(7))
    store.append(observed("shop.example:7", day, "9.95") for day in range(20))
    before = publish_forecasts(settings, store, no_progress, now=NOW).version
    with opened(settings) as prices:
        with pytest.raises(NothingToForecastError, match=r"stays as it is: 6 products have no price of the last 730"):
            publishing.retrain(settings, prices.retraining, no_progress, now=NOW + timedelta(days=760))
        [run] = store.runs(kind=RETRAIN)
    assert (run.state, run.counts) == (RunState.DONE, {"forecast": 0})
    assert [one.version for one in open_artifacts(settings).versions(FORECASTS)] == [before]


def test_an_empty_store_has_nothing_to_forecast(tmp_path):
    settings = settings_over(tmp_path)
    with closing(open_store(settings)) as store, pytest.raises(NothingToForecastError, match="none is followed"):
        publish_forecasts(settings, store, no_progress, now=NOW)


def test_falls_that_earlier_versions_saw_count_no_more(tmp_path):
    seen = [{"date": "2026-01-01", "factor": factor, "group": "a"} for factor in (0.9, 1.1)]
    (tmp_path / "advice.json").write_text(json.dumps({"groups": {}, "seen": seen}))
    assert [one.factor for one in policy.read(tmp_path).seen] == [1.1]

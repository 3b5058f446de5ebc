"""The picture of a product's history and forecast: announced moves stand at their days."""

from datetime import timedelta

import numpy as np
import pytest

from almazara.figures.chart import Moment
from almazara.figures.svg import draw
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import keep_moves
from almazara.prices.forecasting.published import HORIZON_DAYS, QUANTILES, Forecasted, ForecastIndex, Forecasts
from almazara.prices.publishing import Published
from almazara.prices.service import PriceService
from almazara.web.pictures import history_chart
from almazara.words.numbers import Language
from price_shop import NOW, observed, product

TODAY = NOW.date()
OIL = "shop.example:1"


class Live:
    current = Published(
        Forecasts(
            ForecastIndex({OIL: Forecasted("steps", TODAY.isoformat(), "EUR", [])}, {}),
            np.full((1, HORIZON_DAYS, len(QUANTILES)), 10.0),
        ),
        AdvicePolicies(),
    )


def story(store, *moves):
    store.save_listing(product(1, category="oil"))
    store.append(observed(OIL, day, "10.00") for day in range(60))
    keep_moves(store, moves)
    return PriceService(store, Live(), timezone="UTC", clock=lambda: NOW).story(OIL)


def on(days, factor, group="oil"):
    return AnnouncedMove(TODAY + timedelta(days=days), factor, group)


@pytest.mark.parametrize(
    ("language", "rise", "fall"),
    [(Language.ES, "+2 % (anunciado)", "\u22125 % (anunciado)"),
     (Language.EN, "+2% (announced)", "\u22125% (announced)")],
)  # fmt: skip
def test_moves_of_the_past_and_to_come_stand_at_their_days(store, language, rise, fall):
    chart = history_chart(story(store, on(10, 1.02), on(-20, 0.95)), language)
    marks = [(mark.text, mark.x) for mark in chart.marks if isinstance(mark, Moment)][1:]
    assert marks == [(fall, TODAY - timedelta(days=20)), (rise, TODAY + timedelta(days=10))]
    assert rise in draw(chart)


def test_moves_of_days_that_are_not_shown_and_of_other_products_stand_nowhere(store):
    shown = story(store, on(80, 1.02), on(-70, 1.02), on(5, 1.02, "salt"))
    assert shown.moves == []
    assert [mark.text for mark in history_chart(shown, Language.ES).marks if isinstance(mark, Moment)] == ["hoy"]


def test_the_forecast_that_is_drawn_counts_with_the_move(store):
    days = story(store, on(10, 1.02)).prediction.days
    assert [str(days[at].quantiles[0].price) for at in (8, 9)] == ["10.00", "10.20"]

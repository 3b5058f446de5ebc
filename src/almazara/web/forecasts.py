"""The page of forecasts: whether they come true, all together and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.figures.chart import Axis, Chart, Dots, Level, Role, Scale, Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.answering.history import MAX_ROWS
from almazara.prices.answering.issued_forecasts import IssuedQuery, IssuedRow, IssuedState
from almazara.prices.forecasting.scores import ForecastScore
from almazara.web.overview import money_text, service
from almazara.web.page import drawn, page, reader_of
from almazara.words.numbers import Language
from almazara.words.said import Said, named, said, text_of

PATH: Final = "/precios/modelos"
_SCORED_DAYS: Final = 28
_PROMISED: Final = 80
_ROWS: Final = 30


@dataclass(frozen=True, slots=True)
class _Issued:
    """A published forecast as the page shows it, in words already."""

    row: IssuedRow
    last: str
    interval: str
    price: str | None
    verdict: Said
    model: Said | str


async def forecasts(request: Request) -> Response:
    """How many prices lay within the published intervals, the errors beside the last value's, and one by one."""
    values = await run_in_threadpool(_forecasts, request)
    return page(request, "forecasts.html", here="prices", **values)


def _forecasts(request: Request) -> dict[str, Any]:
    prices, language, asked = service(request), reader_of(request).language, request.query_params
    found, product = prices.forecast_scores(_SCORED_DAYS, language), asked.get("product") or None
    rows, following = prices.issued(IssuedQuery(product, _SCORED_DAYS, _ROWS, asked.get("desde")))
    download = urlencode({**({"product": product} if product else {}), "limit": MAX_ROWS})
    return {
        "found": found,
        "scores": _scores(found.scores, language),
        "days": _SCORED_DAYS,
        "picture": _promises(found.scores, language),
        "issued": _grouped(rows, language),
        "product": product,
        "following": following,
        "downloads": [("CSV", f"/forecasts/issued?{download}&format=csv"), ("JSON", f"/forecasts/issued?{download}")],
    }


def _grouped(rows: Sequence[IssuedRow], language: Language) -> list[list[_Issued]]:
    """What was said of a product and a day stands together: each was forecast several times."""
    groups = groupby(rows, key=lambda one: (one.date, one.product))
    return [[_issued(one, language) for one in group] for _, group in groups]


def _issued(one: IssuedRow, language: Language) -> _Issued:
    def money(value: Decimal) -> str:
        return money_text(float(value), one.currency, language)

    low, high = money(one.low_80), money(one.high_80)
    between = low if low == high else said("site.forecasts.between", low=low, high=high).text(language)
    price = None if one.price is None else money(one.price)
    return _Issued(one, money(one.last), between, price, _verdict(one), named("forecaster", one.model))


def _verdict(one: IssuedRow) -> Said:
    """Where the price came to lie, or why that is not known yet."""
    if one.state is not IssuedState.SCORED:
        return said(f"site.forecasts.{one.state}")
    return said(f"site.forecasts.{'in_80' if one.within_80 else 'in_95' if one.within_95 else 'outside'}")


def _scores(scores: Sequence[ForecastScore], language: Language) -> Table:
    names = ("model", "horizon", "forecasts", "coverage_80", "coverage_95", "mae_ratio")
    rows = [
        [
            _tried(one, language),
            one.horizon,
            one.forecasts,
            round(100 * one.coverage_80, 1),
            round(100 * one.coverage_95, 1),
            None if one.mae_ratio is None else round(one.mae_ratio, 2),
        ]
        for one in scores
    ]
    return Table([said(f"site.forecasts.{name}").text(language) for name in names], rows)


def _tried(score: ForecastScore, language: Language) -> str:
    """What was scored: a model, apart where announced moves came."""
    model = named("forecaster", score.model)
    return text_of(said("site.forecasts.announced", model=model) if score.announced else model, language)


def _promises(found: Sequence[ForecastScore], language: Language) -> Markup | None:
    """The coverage of the 80 % interval by horizon, beside what it promises; announced moves are no part of that."""
    scores = [one for one in found if not one.announced]
    if not scores:
        return None
    best = max(scores, key=lambda one: one.forecasts)
    model = named("forecaster", best.model)
    label = said("site.forecasts.label", model=model, horizon=best.horizon, share=best.coverage_80, n=best.forecasts)
    models = sorted({one.model for one in scores})
    marks = [
        Dots(
            text_of(named("forecaster", model), language),
            [one.horizon for one in scores if one.model == model],
            [100 * one.coverage_80 for one in scores if one.model == model],
            role=Role.OBSERVED,
        )
        for model in models
    ]
    promise = Level(said("site.forecasts.promised").text(language), _PROMISED)
    axis = Axis(Scale.NUMBER, said("site.forecasts.horizon").text(language))
    chart = Chart(label.text(language), axis, Axis(unit="%"), [promise, *marks], language)
    return drawn(legend(chart) + draw(chart))


PAGES: Final = (Route(PATH, forecasts),)

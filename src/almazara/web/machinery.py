"""Pages of what works behind prices: their reader, whether forecasts come true; and what starts them."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.app.prices import Prices
from almazara.figures.chart import Axis, Chart, Dots, Level, Role, Scale, Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.collecting.runs import RETRAIN, SCRAPE, RunView, find, view
from almazara.prices.forecasting.scores import ForecastScore
from almazara.prices.schema import Run, RunState
from almazara.web.forms import back_to, guard, sent
from almazara.web.page import drawn, page, reader_of
from almazara.words.numbers import Language
from almazara.words.said import said

READER, FORECASTS = "/precios/lector", "/precios/modelos"
_RUNS: Final = 30
_SCORED_DAYS: Final = 28
_PROMISED: Final = 80


def _prices(request: Request) -> Prices:
    prices: Prices = request.app.state.prices
    return prices


async def reader(request: Request) -> Response:
    """Whether the scraper is well, what its last runs came to, and a run under way."""
    values = await run_in_threadpool(_reader, request)
    part = "run.html" if "hx-request" in request.headers else "reader.html"
    return page(request, part, here="prices", **values)


def _reader(request: Request) -> dict[str, Any]:
    prices, asked = _prices(request), request.query_params.get("pasada")
    report, runs = request.app.state.scraper_watch.report(), prices.store.runs(limit=_RUNS)
    language = reader_of(request).language
    kind = RETRAIN if request.query_params.get("de") == RETRAIN else SCRAPE
    return {
        "report": report,
        "shops": _rates(report.shops, "shop", language),
        "rules": _rates(report.rules, "rule", language),
        "runs": [view(run.run_id, [run]) for run in runs],
        "run": find(prices.store, asked, kind) if asked else _under_way(runs),
        "running": RunState.RUNNING,
        "may_write": guard(request).may_write(request),
    }


def _under_way(runs: Sequence[Run]) -> RunView | None:
    running = next((run for run in runs if run.state is RunState.RUNNING), None)
    return view(running.run_id, [running]) if running else None


def _rates(rates: Any, of: str, language: Language) -> Table:  # noqa: ANN401 - a mapping of names to rates
    """How many pages of each shop or rule were understood, in percent."""
    columns = [said(f"site.reader.{name}").text(language) for name in (of, "success", "attempts", "held")]
    rows = [
        [name, None if rate.success is None else round(100 * rate.success, 1), rate.attempts, rate.held]
        for name, rate in rates.items()
    ]
    return Table(columns, rows)


async def scrape(request: Request) -> Response:
    """Read all followed prices now."""
    await sent(request)
    run = await run_in_threadpool(_prices(request).jobs.start)
    return back_to(f"{READER}?pasada={run.run_id}")


async def retrain(request: Request) -> Response:
    """Make all forecasts anew."""
    await sent(request)
    run = await run_in_threadpool(_prices(request).retraining.start)
    return back_to(f"{READER}?pasada={run.run_id}&de={RETRAIN}")


async def forecasts(request: Request) -> Response:
    """How many prices lay within the intervals that were published, and the errors beside the last value's."""
    language = reader_of(request).language
    found = await run_in_threadpool(_prices(request).service.forecast_scores, _SCORED_DAYS)
    values: dict[str, Any] = {"found": found, "scores": _scores(found.scores, language), "days": _SCORED_DAYS}
    values["picture"] = _promises(found.scores, language) if found.scores else None
    return page(request, "forecasts.html", here="prices", **values)


def _scores(scores: Sequence[ForecastScore], language: Language) -> Table:
    names = ("model", "horizon", "forecasts", "coverage_80", "coverage_95", "mae_ratio")
    rows = [
        [
            one.model,
            one.horizon,
            one.forecasts,
            round(100 * one.coverage_80, 1),
            round(100 * one.coverage_95, 1),
            None if one.mae_ratio is None else round(one.mae_ratio, 2),
        ]
        for one in scores
    ]
    return Table([said(f"site.forecasts.{name}").text(language) for name in names], rows)


def _promises(scores: Sequence[ForecastScore], language: Language) -> Any:  # noqa: ANN401 - Markup
    """The coverage of the 80 % interval by horizon, beside what it promises."""
    best = max(scores, key=lambda one: one.forecasts)
    label = said(
        "site.forecasts.label", model=best.model, horizon=best.horizon, share=best.coverage_80, n=best.forecasts
    )
    models = sorted({one.model for one in scores})
    marks = [
        Dots(
            model,
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


PAGES: Final = (
    Route(READER, reader),
    Route(f"{READER}/leer", scrape, methods=["POST"]),
    Route(f"{READER}/pronosticar", retrain, methods=["POST"]),
    Route(FORECASTS, forecasts),
)

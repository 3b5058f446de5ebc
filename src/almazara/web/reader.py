"""The page of the price reader: whether it is well, what it holds back and could not read, its runs; and starts one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.app.prices import Prices
from almazara.app.schedule import Planned, Schedule
from almazara.prices.answering.troubles import UnreadPage, told
from almazara.prices.collecting.runs import RETRAIN, SCRAPE, RunView
from almazara.prices.collecting.scraper_health import rule_name
from almazara.prices.schema import Listing, ListingKind, Problem, RunState
from almazara.web.forms import back_to, guard, sent
from almazara.web.overview import product_address
from almazara.web.page import page
from almazara.web.routing import wants_part
from almazara.words.said import Said, is_worded, named, said

PATH: Final = "/precios/lector"
_RUNS: Final = 30
_NAMED: Final = 100
"""Held readings and unread pages at most."""
_SAID_WHOLE: Final = {"unavailable", "held"}
"""Outcomes of which there is no more to say than their words."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A product with what is said of it; `page` where it has one, `log` as the log has it, in English."""

    name: str
    page: str | None
    why: Said
    log: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    """A run as the page shows it."""

    view: RunView
    shops: list[Said | str]
    counts: list[Said]
    problems: list[_Named]


def _prices(request: Request) -> Prices:
    prices: Prices = request.app.state.prices
    return prices


async def reader(request: Request) -> Response:
    """Whether the scraper is well, what waits and failed, what its last runs came to, and a run under way."""
    if wants_part(request.headers):
        return page(request, "run.html", here="prices", **await run_in_threadpool(_progress, request))
    return page(request, "reader.html", here="prices", **await run_in_threadpool(_reader, request))


def _progress(request: Request) -> dict[str, Any]:
    """The run that is asked for, or one under way."""
    run = _asked_for(request) or _under_way(_prices(request).service.runs(None, _RUNS))
    return {"run": run, "running": RunState.RUNNING}


def _asked_for(request: Request) -> RunView | None:
    asked = request.query_params.get("pasada")
    kind = RETRAIN if request.query_params.get("de") == RETRAIN else SCRAPE
    return _prices(request).service.run(asked, kind) if asked else None


def _reader(request: Request) -> dict[str, Any]:
    prices = _prices(request)
    report = request.app.state.scraper_watch.report()
    listings = {one.listing_id: one for one in prices.store.listings()}
    held, unread = prices.service.held(_NAMED), prices.service.unread(_NAMED)
    runs = prices.service.runs(None, _RUNS)
    schedule: Schedule | None = request.app.state.schedule
    return {
        "run": _asked_for(request) or _under_way(runs),
        "running": RunState.RUNNING,
        "report": report,
        "shops": [(named("shop", name), name, rate) for name, rate in report.shops.items()],
        "rules": [(rule_name(name), name, rate) for name, rate in report.rules.items()],
        "held": [(_Named(one.title or one.product, _page(listings.get(one.product)), one.why), one) for one in held],
        "unread": [(_unread(one, listings), one) for one in unread],
        "runs": [_run(one, listings) for one in runs],
        "may_write": guard(request).may_write(request),
        "planned": [_planned(one) for one in schedule.planned()] if schedule else [],
    }


def _planned(one: Planned) -> tuple[Said, Said, datetime | None, datetime | None]:
    """A task of the schedule: what it does, when, its last slot and its next one."""
    hours = [f"{hour}:00" for hour in one.hours]
    day = said("site.reader.each_day") if one.weekday is None else named("weekday", str(one.weekday))
    when = said("site.reader.planned_at", day=day, hours=hours, zone=one.zone)
    return said(f"site.reader.planned_{one.name}"), when, one.last, one.next


def _under_way(runs: Sequence[RunView]) -> RunView | None:
    return next((run for run in runs if run.state is RunState.RUNNING), None)


def _run(one: RunView, listings: Mapping[str, Listing]) -> _Run:
    counts = [
        said(code, n=n) for name, n in one.counts.items() if n and is_worded(code := f"site.reader.{one.kind}_{name}")
    ]
    return _Run(
        one,
        [named("shop", shop) for shop in one.shops],
        counts,
        [_problem(one.kind, problem, listings) for problem in one.problems],
    )


def _problem(kind: str, problem: Problem, listings: Mapping[str, Listing]) -> _Named:
    """A listing of a run that gave no observation, or what a retraining left out."""
    if kind == RETRAIN:
        return _Named("", None, said("site.reader.left_out"), problem.reason)
    listing = listings.get(problem.listing_id)
    name = (listing and listing.title) or problem.listing_id
    return _Named(name, _page(listing), told(problem), _log(problem.outcome, problem.causes, problem.reason))


def _unread(one: UnreadPage, listings: Mapping[str, Listing]) -> _Named:
    log = _log(one.outcome, one.causes, one.reason)
    return _Named(one.title or one.product, _page(listings.get(one.product)), one.why, log)


def _page(listing: Listing | None) -> str | None:
    """Where a listing's page is; a search has none."""
    return product_address(listing.listing_id) if listing and listing.kind is ListingKind.PRODUCT else None


def _log(outcome: str, causes: Sequence[str], reason: str) -> str:
    """What the log has to add to the words of an outcome and its causes."""
    return "" if causes or outcome in _SAID_WHOLE else reason


async def scrape(request: Request) -> Response:
    """Read all followed prices now."""
    await sent(request)
    run = await run_in_threadpool(_prices(request).jobs.start)
    return back_to(f"{PATH}?pasada={run.run_id}")


async def retrain(request: Request) -> Response:
    """Make all forecasts anew."""
    await sent(request)
    run = await run_in_threadpool(_prices(request).retraining.start)
    return back_to(f"{PATH}?pasada={run.run_id}&de={RETRAIN}")


PAGES: Final = (
    Route(PATH, reader),
    Route(f"{PATH}/leer", scrape, methods=["POST"]),
    Route(f"{PATH}/pronosticar", retrain, methods=["POST"]),
)

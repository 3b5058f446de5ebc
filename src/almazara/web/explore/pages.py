"""Pages of the exploration: a chapter of figures each, drawn by the server, and live where Dash is installed."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams, State
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.errors import AlmazaraError, NotFoundError
from almazara.figures.chart import Chart
from almazara.figures.explored import Explored
from almazara.figures.style import standalone
from almazara.figures.table import as_csv
from almazara.movies.exploring.explore import CHAPTERS, explore_one
from almazara.movies.exploring.films import Films
from almazara.movies.similar.attributes import Filters
from almazara.prices.exploring.explore import FIGURES
from almazara.prices.service import PriceService
from almazara.web.explore.drawn import FILE_WIDTH, Shown, picture, shown
from almazara.web.explore.pictured import Pictured, Pictures
from almazara.web.filters import read_filters
from almazara.web.page import page, reader_of
from almazara.words.numbers import Language
from almazara.words.said import said

PATH: Final = "/explorar"
PRICES: Final = "precios"
CHAPTER_NAMES: Final = (*CHAPTERS, PRICES)
_REMEMBERED: Final = 256
"""Drawn figures: some kilobytes each."""


def chapter_of(path: str) -> str:
    """The chapter of a page's path; the first one stands at the root."""
    return path.removeprefix(PATH).strip("/") or next(iter(CHAPTERS))


def figures(state: State, chapter: str, params: QueryParams, language: Language) -> list[Explored]:
    """The figures of a chapter: of the films that the filters of an address let through, or of the prices."""
    if chapter == PRICES:
        return _of_prices(state, language)
    if chapter not in CHAPTERS:
        raise NotFoundError(said("site.explore.no_chapter", name=chapter[:60]), CHAPTER_NAMES)
    explored, filters = state.movies.current.explored, read_filters(params)
    return [explore_one(explored, key, filters, language) for key in CHAPTERS[chapter]]


def _of_prices(state: State, language: Language) -> list[Explored]:
    service: PriceService = state.prices.service
    return service.explored(language)


def _shown(state: State, chapter: str, params: QueryParams, language: Language) -> list[Shown]:
    """The same, drawn; those of films are remembered for as long as their version is in use."""
    if chapter not in CHAPTERS:
        return list(map(shown, figures(state, chapter, params, language)))
    explored, filters = state.movies.current.explored, read_filters(params)
    remembered = state.shown_films.of(state.movies.version, lambda: _remembering(explored))
    return [remembered(key, filters, language) for key in CHAPTERS[chapter]]


def _remembering(explored: Films) -> Callable[[str, Filters, Language], Shown]:
    return lru_cache(_REMEMBERED)(lambda key, filters, language: shown(explore_one(explored, key, filters, language)))


async def chapter(request: Request) -> Response:
    """A chapter; its filters are those of the address."""
    state, name = request.app.state, chapter_of(request.url.path)
    found = await run_in_threadpool(_shown, state, name, request.query_params, reader_of(request).language)
    films = None if name == PRICES else state.movies.current
    panel = state.panel.ready()
    values: dict[str, Any] = {
        "chapters": [(one, f"{PATH}/{one}", one == name) for one in CHAPTER_NAMES],
        "figures": found,
        "films": films,
        "chosen": films and films.explored.selected(read_filters(request.query_params)).size,
        "demo": name == PRICES and state.prices.demo_shop is not None,
        "panel": panel,
    }
    return page(request, "explore.html", here="explore", inline=panel.hashes if panel else (), **values)


async def figure(request: Request) -> Response:
    """The rows of a figure as CSV, or its picture as SVG, to be kept."""
    key, ending = request.path_params["key"], request.path_params["ending"]
    if ending not in {"csv", "svg"}:
        raise NotFoundError(said("site.explore.no_ending", ending=ending[:20]))
    state, language = request.app.state, reader_of(request).language
    one = await run_in_threadpool(one_figure, state, key, request.query_params, language)
    headers = {"Content-Disposition": f'attachment; filename="{one.key}.{ending}"', "Vary": "Accept-Language, Cookie"}
    if ending == "csv":
        return Response(as_csv(one.table), headers=headers, media_type="text/csv; charset=utf-8")
    return Response(standalone(picture(one, FILE_WIDTH)), headers=headers, media_type="image/svg+xml")


def one_figure(state: State, key: str, params: QueryParams, language: Language) -> Explored:
    """The figure of a key, as `figures`."""
    if key in FIGURES:
        return next(one for one in _of_prices(state, language) if one.key == key)
    return explore_one(state.movies.current.explored, key, read_filters(params), language)


def live_pictures(app: Starlette) -> Pictures:
    """The same figures for Dash, by the path and the query of the page that it stands in."""

    def pictures(path: str, query: str, language: Language, key: str | None = None) -> list[Pictured]:
        params = QueryParams(query.removeprefix("?"))
        try:
            found = (
                figures(app.state, chapter_of(path), params, language)
                if key is None
                else [one_figure(app.state, key, params, language)]
            )
        except AlmazaraError:  # the page says it already
            return []
        return [Pictured(one.key, one.chart) for one in found if isinstance(one.chart, Chart) and one.chart.marks]

    return pictures


PAGES: Final = (
    Route(PATH, chapter),
    Route(f"{PATH}/{{chapter}}", chapter),
    Route(f"{PATH}/figuras/{{key}}.{{ending}}", figure),
)

"""The page of the recommender: which one is served, how it was measured, its last training; and what starts one."""

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.web.forms import back_to, guard, sent
from almazara.web.page import page, reader_of

MODEL: Final = "/peliculas/modelo"


async def model(request: Request) -> Response:
    """Which recommender is served, how it was measured, its last training; and a training under way."""
    training, language = request.app.state.film_training, reader_of(request).language
    state = await run_in_threadpool(training.state, language)
    values = {"state": state, "metrics": _metrics(state.metricas), "may_write": guard(request).may_write(request)}
    part = "training.html" if "hx-request" in request.headers else "model.html"
    return page(request, part, here="films", **values)


def _metrics(metrics: dict[str, Any]) -> list[tuple[str, float]]:
    return [(name, value) for name, value in metrics.items() if isinstance(value, int | float)]


async def train(request: Request) -> Response:
    """Train anew; published only if it is not worse."""
    await sent(request)
    await run_in_threadpool(request.app.state.film_training.runs.start)
    return back_to(MODEL)


PAGES: Final = (
    Route(MODEL, model),
    Route(f"{MODEL}/entrenar", train, methods=["POST"]),
)

"""Dash over the exploration's figures: what the page needs of it, and its routes as an ASGI app.

Dash's own index is not served: the page holds the server's pictures already, and Dash's live ones are put in their
place. Nothing is written through Dash. Its plotly.js is the basic bundle, at the address where Dash asks for the whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import msgspec
from a2wsgi import WSGIMiddleware
from dash import MATCH, Dash, Input, Output, State, ctx, dcc, html
from dash.exceptions import CallbackException, DependencyException
from flask import Flask, Response, abort, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from almazara import log
from almazara.api.errors import PROBLEM_TYPE, problem, title
from almazara.figures import plotly
from almazara.figures.style import Theme
from almazara.web.explore.pictured import PREFIX, Pictured, Pictures
from almazara.words.numbers import Language
from almazara.words.said import said

_PLOTLY: Final = "_dash-component-suites/plotly/package_data/plotly.min.js"
# 130 kB that nothing here uses, and 32 for browsers of before 2017, which cannot read the rest.
_UNUSED: Final = re.compile(r'<script src="[^"]*/(?:dash_table/|deps/polyfill@)[^"]*"></script>')
_ASKED: Final = re.compile(r"/_dash-(update-component|dependencies|layout|component-suites/.+)$")
_QUIET: Final = {"displayModeBar": False, "responsive": True, "doubleClick": "reset"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Panel:
    """What a page puts into itself, and the app that its scripts ask.

    Attributes:
        elements: The settings and scripts of Dash; the last one is inline.
        plotly: Where they will ask for Plotly.
        hashes: Of what is inline, for the page's policy.
        app: To be mounted at PREFIX.
    """

    elements: Markup
    plotly: str
    hashes: Sequence[str]
    app: WSGIMiddleware


class _Property(msgspec.Struct):
    """A property of an element, as Dash's scripts name it; more may be said of it."""

    id: str | dict[str, str]
    property: str


class _Question(msgspec.Struct, rename={"changed": "changedPropIds"}):
    """What Dash's scripts ask; Dash itself takes it for granted."""

    output: str
    outputs: _Property
    inputs: list[_Property]
    state: list[_Property] = []
    changed: list[str] = []


class _Dash(Dash):
    """Dash whose index is taken apart."""

    parts: dict[str, str]

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # noqa: ANN401 - all parts as they come
        """Keep the parts of the page that others put together."""
        self.parts = parts
        index: str = super().interpolate_index(**parts)  # type: ignore[no-untyped-call]
        return index


def open_panel(pictures: Pictures) -> Panel:
    """Dash over the figures of pages."""
    server = Flask(__name__, static_folder=None)
    server.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=9, COMPRESS_STREAMS=False)
    server.add_url_rule(f"/{_PLOTLY}", view_func=_basic_plotly)
    dash = _Dash(
        __name__,
        server=server,  # type: ignore[arg-type]
        routes_pathname_prefix="/",
        requests_pathname_prefix=f"{PREFIX}/",
        compress=True,
        update_title="",
    )
    dash.layout = html.Div([dcc.Location(id="url"), html.Div(id="all")])

    @dash.callback(Output("all", "children"), Input("url", "pathname"), Input("url", "search"))
    def show(path: Any, query: Any) -> list[html.Div]:  # noqa: ANN401 - who asks may send anything
        """The first figure, and for each other one what is pressed for it."""
        found = pictures(_text(path), _text(query), _language())
        return [_placed(one, is_drawn=one is found[0]) for one in found]

    @dash.callback(
        Output({"figure": MATCH, "is": "live"}, "children"),
        Input({"figure": MATCH, "is": "near"}, "n_clicks"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def draw(_: Any, path: Any, query: Any) -> dcc.Graph | None:  # noqa: ANN401 - who asks may send anything
        """A figure that somebody has come near to."""
        near = ctx.inputs_list[0]["id"]
        key = near.get("figure", "") if isinstance(near, dict) else ""
        return next(map(_graph, pictures(_text(path), _text(query), _language(), key)), None)

    with server.test_request_context("/"):
        dash.index()  # type: ignore[no-untyped-call]
    server.before_request(lambda: _only_what_dash_asks(dash.callback_map))
    server.register_error_handler(Exception, _refused)
    scripts = _UNUSED.sub("", dash.parts["scripts"])
    elements = Markup(dash.parts["config"] + scripts + dash.parts["renderer"])  # noqa: S704 - Dash's own
    return Panel(elements, f"{PREFIX}/{_PLOTLY}", dash.csp_hashes(), WSGIMiddleware(server))  # type: ignore[arg-type]


def _language() -> Language:
    """What the page was asked in: it keeps that in a cookie, or the browser asks again as it asked for the page."""
    asked = request.cookies.get("lengua") or request.accept_languages.best_match(list(Language)) or Language.ES
    return Language(asked) if asked in set(Language) else Language.ES


def _text(value: Any) -> str:  # noqa: ANN401 - who asks may send anything
    return value if isinstance(value, str) else ""


def _placed(one: Pictured, *, is_drawn: bool) -> html.Div:
    graph, named = _graph(one) if is_drawn else None, {"figure": one.key}
    live = html.Div(graph, id={**named, "is": "live"}, **{"data-live": one.key})  # type: ignore[arg-type]
    near = html.Div(id={**named, "is": "near"}, **{"data-near": one.key})  # type: ignore[arg-type]
    return live if is_drawn else html.Div([near, live])


def _graph(one: Pictured) -> dcc.Graph:
    theme = Theme.DARK if (request.cookies.get("tema") or request.cookies.get("esquema")) == "oscuro" else Theme.LIGHT
    is_narrow = request.cookies.get("ancho") == "estrecho"
    figure = plotly.figure(one.chart, theme, is_narrow=is_narrow, has_key=False)
    words = {"Double-click to zoom back out": said("figures.zoom.back").text(one.chart.language)}
    spoken = {"locale": "own", "locales": {"own": {"dictionary": words}}}
    return dcc.Graph(figure=figure, config=_QUIET | spoken)  # type: ignore[arg-type]


def _only_what_dash_asks(callbacks: Mapping[str, Any]) -> None:
    """Dash answers every path below its own with an empty page, and fails at a body that its scripts do not send."""
    if not _ASKED.match(request.path):
        abort(404)
    if request.method == "POST" and not _is_question(callbacks):
        abort(422)


def _is_question(callbacks: Mapping[str, Any]) -> bool:
    try:
        asked = msgspec.json.decode(request.get_data(), type=_Question)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    told = callbacks.get(asked.output)
    return told is not None and (len(told["inputs"]), len(told["state"])) == (len(asked.inputs), len(asked.state))


def _refused(error: Exception) -> Response:
    """An error as the API tells it; Dash and Flask would send pages of their own."""
    match error:
        case HTTPException(code=int(code)):
            status = code
        case DependencyException() | FileNotFoundError():  # the latter: Dash names source maps that it does not bring
            status = 404
        case CallbackException():  # what is asked is not of the callback that it names
            status = 422
        case _:
            status = 500
            log.event("panel_error", path=request.path, error=repr(error))
    told = problem(status, title(status), Language.ES)
    return Response(bytes(told.body), status, content_type=PROBLEM_TYPE, headers={"X-Content-Type-Options": "nosniff"})


def _basic_plotly() -> Response:
    """The basic bundle of plotly.js, kept compressed; every browser that runs it takes brotli."""
    content = files("almazara.web").joinpath("static", "plotly-basic.min.js.br").read_bytes()
    return Response(
        content, content_type="text/javascript", headers={"Content-Encoding": "br", "Cache-Control": _FOR_EVER}
    )

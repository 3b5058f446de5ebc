"""Each request as it is seen from outside: its id, a line of the log, its numbers for Prometheus, its span."""

import logging
import random
import re
import time
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara import log, tracing

HEADER: Final = b"x-request-id"
"""The header that names a request: taken from whoever asks where it is sane, and sent with every answer."""
_SANE: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET: Final = frozenset({"/health", "/ready", "/metrics", "/estatico/{digest}/{name}", "/static-offline-docs"})
"""Routes that are asked all the time: their lines are shown from `debug` on, unless they fail."""
_UNKNOWN: Final = "unknown"
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5)
_LONGEST_PATH: Final = 200
_REFUSED: Final = 400
_FAILED: Final = 500


class Access:
    """Plain ASGI middleware around everything, the answer to an unexpected error included.

    Labels are bounded: routes as they are written down, and one for all unknown paths. The log and the span have the
    path without its query, which may hold a signature, and nothing of headers and bodies.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "almazara_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "almazara_request_seconds", "Time to answer.", ["route"], buckets=_BUCKETS, registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given(scope["headers"]) or b"%016x" % random.getrandbits(64)
        log.REQUEST.set(request_id.decode())  # the server answers each request in a context of its own
        status, size = _FAILED, 0
        started = time.perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id)]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        answer = _traced(self._app) if tracing.is_on() else self._app
        try:
            await answer(scope, receive, observed)
        finally:
            self._keep(scope, status, size, time.perf_counter() - started)

    def _keep(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        method, route = scope["method"], _route(scope)
        is_known = route != _UNKNOWN and method in _METHODS  # what strangers make up is no label
        self._requests.labels(method if is_known else "-", route, status).inc()
        self._seconds.labels(route).observe(seconds)
        log.event(
            "request",
            level=_level(route, status),
            method=method,
            route=route,
            path=scope["path"][:_LONGEST_PATH],
            status=status,
            ms=round(seconds * 1000, 2),
            bytes=size,
        )


def _traced(app: ASGIApp) -> ASGIApp:
    """The app, whose answer is a span of the trace that the caller's `traceparent` names."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with tracing.span(scope["method"], caller=headers) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await app(scope, receive, told)
            finally:
                route = _route(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)
                span.set_attribute("url.path", scope["path"][:_LONGEST_PATH])
                span.set_attribute("almazara.request_id", log.REQUEST.get() or "")

    return answer


def _given(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The id that came with a request, where it is a short plain word."""
    for name, value in headers:
        if name == HEADER:
            return value if _SANE.fullmatch(value) else None
    return None


def _route(scope: Scope) -> str:
    """The route as it is written down, with the names of its parameters; pages are told from the API's.

    What answers below a path as a whole, as the live figures and the assets of /docs do, is that path.
    """
    route = scope.get("route")
    if route is None and "app_root_path" in scope:  # which a mount leaves
        return str(scope["root_path"]).removeprefix(scope["app_root_path"])
    return str(getattr(route, "path", _UNKNOWN))


def _level(route: str, status: int) -> int:
    if status >= _FAILED:
        return logging.WARNING
    return logging.DEBUG if route in _QUIET and status < _REFUSED else logging.INFO

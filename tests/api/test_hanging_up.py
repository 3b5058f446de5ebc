"""Who hangs up while a body is sent gets nothing, and is no error of ours."""

import asyncio
import logging

import pytest

from almazara import asgi, log
from price_shop import settings_over

PLACES = [
    "/eventos", "/eventos/plex", "/eventos/jellyfin", "/scraper", "/productos", "/retrain", "/alerts/rules", "/goods",
    "/announced-moves",
    "/peliculas", "/recomendacion", "/recomendacion/perfil", "/precios/lector/leer", "/precios/lector/pronosticar",
    "/peliculas/modelo/entrenar",
]  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return asgi.app_over(settings_over(tmp_path_factory.mktemp("hanging")))


@pytest.fixture
def logged(caplog, monkeypatch):
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    caplog.set_level(logging.INFO, logger="almazara")
    return caplog


def hang_up(app, path, kind, accept):
    """The status that is counted of a request whose sender is gone after the first part of its body."""
    parts = iter([{"type": "http.request", "body": b'{"a"', "more_body": True}])
    sent = []

    async def receive():
        return next(parts, {"type": "http.disconnect"})

    async def send(message):
        sent.append(message)

    headers = {"host": "127.0.0.1:8000", "content-type": kind, "accept": accept, "content-length": "1000"}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return [message["status"] for message in sent if message["type"] == "http.response.start"]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
@pytest.mark.parametrize("path", PLACES)
def test_who_hangs_up_is_counted_as_that_and_logged_as_no_error(app, path, kind, accept, logged):
    statuses = hang_up(app, path, kind, accept)
    assert statuses
    assert all(status < 500 for status in statuses)
    assert "unexpected_error" not in logged.text


@pytest.mark.parametrize("path", ["/eventos", "/scraper", "/precios/lector/leer"])
def test_it_is_told_from_a_body_that_cannot_be_read(app, path):
    kind = "application/x-www-form-urlencoded" if path.startswith("/precios") else "application/json"
    assert hang_up(app, path, kind, "application/json") == [499]

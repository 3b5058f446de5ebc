"""Who may write: nobody from outside without a key, nobody too often; and keys show nowhere."""

import itertools
import logging

import httpx
import pytest

from almazara import asgi, log
from price_shop import settings_over
from problems import is_problem

KEYS = "first-key-123456, second-key-654321,clave-ñ"
WRITES = (("POST", "/scraper"), ("POST", "/productos"), ("DELETE", "/productos/shop.example:1"), ("POST", "/retrain"))
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    made = asgi.app_over(settings_over(tmp_path_factory.mktemp("open"), writes_per_minute=1000))
    yield made
    made.state.prices.close()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    made = asgi.app_over(settings_over(tmp_path_factory.mktemp("keyed"), api_keys=KEYS, writes_per_minute=1000))
    yield made
    made.state.prices.close()


async def asked(app, method, path, *, client="127.0.0.1", host="127.0.0.1:8000", headers=()):
    transport = httpx.ASGITransport(app=app, client=(client, 5555), raise_app_exceptions=False)
    body = {"product": f"https://shop.example/{next(NUMBERS)}"} if path == "/productos" else None
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asking:
        return await asking.request(method, path, headers=list(headers), json=body)


def ask(app, method="POST", path="/productos", **values):
    import asyncio

    return asyncio.run(asked(app, method, path, **values))


@pytest.mark.parametrize(
    ("client", "host"), [("127.0.0.1", "localhost:8000"), ("127.9.9.9", "127.0.0.1"), ("::1", "[::1]:8000")]
)
def test_without_a_key_configured_this_machine_may_write(app, client, host):
    assert ask(app, client=client, host=host).status_code == 201


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("client", ["192.168.1.5", "8.8.8.8", "::2", "testclient", ""])
def test_without_a_key_configured_nobody_else_may(app, client, method, path):
    assert "ALMAZARA_API_KEYS" in is_problem(ask(app, method, path, client=client), 403)["detail"]


@pytest.mark.parametrize(
    "header", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto"]
)
def test_what_came_through_a_proxy_is_not_of_this_machine(app, header):
    is_problem(ask(app, headers=[(header, "127.0.0.1")]), 403)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost.evil.example", ""]
)
def test_a_foreign_page_in_a_browser_here_may_not_write(app, origin):
    is_problem(ask(app, headers=[("Origin", origin)]), 403)


def test_our_own_page_may_write(app):
    assert ask(app, headers=[("Origin", "http://127.0.0.1:8000")]).status_code == 201


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_a_foreign_name_that_was_bound_to_this_machine_may_not_write(app, host):
    is_problem(ask(app, host=host), 403)
    is_problem(ask(app, host=host, headers=[("Origin", f"http://{host}")]), 403)


def test_reading_needs_no_key(app, keyed):
    for one in (app, keyed):
        assert ask(one, "GET", "/productos", client="8.8.8.8", host="prices.example").status_code == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("given", [None, "", "wrong", "first-key-12345", "first-key-1234567", "FIRST-KEY-123456", KEYS])
def test_with_keys_configured_a_wrong_one_is_refused_even_here(keyed, given, method, path):
    headers = [] if given is None else [("X-API-Key", given.encode())]
    answer = ask(keyed, method, path, headers=headers)
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"]


@pytest.mark.parametrize("key", ["first-key-123456", "second-key-654321", "clave-ñ"])
def test_each_key_passes_from_anywhere(keyed, key):
    sent = [("X-API-Key", key.encode()), ("X-Forwarded-For", "1.2.3.4"), ("Origin", "https://dashboard.example")]
    assert ask(keyed, client="8.8.8.8", host="prices.example", headers=sent).status_code == 201


def test_bytes_that_are_no_text_are_a_wrong_key(keyed):
    is_problem(ask(keyed, headers=[("X-API-Key", b"\xff\xfe\x80")]), 401)


def test_beyond_the_limit_one_has_to_wait_and_others_have_not(tmp_path):
    app = asgi.app_over(settings_over(tmp_path, api_keys=KEYS, writes_per_minute=3))
    first, second = ([("X-API-Key", key)] for key in ("first-key-123456", "second-key-654321"))
    for _ in range(3):
        assert ask(app, headers=first).status_code == 201
    refused = ask(app, headers=first)
    assert "3 por minuto" in is_problem(refused, 429)["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert ask(app, headers=second).status_code == 201
    assert ask(app, "GET", "/productos").status_code == 200
    app.state.prices.close()


def test_keys_are_never_logged_nor_shown(keyed, tmp_path, caplog, capfd, monkeypatch):
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    with caplog.at_level(logging.DEBUG):
        ask(keyed, headers=[("X-API-Key", b"first-key-123456")])
        ask(keyed, headers=[("X-API-Key", b"wrong-key-of-mine")])
        ask(keyed, "POST", "/retrain", headers=[("X-API-Key", b"wrong-key-of-mine")])
    shown = caplog.text + str(capfd.readouterr()) + repr(settings_over(tmp_path, api_keys=KEYS))
    shown += ask(keyed, "GET", "/metrics").text + ask(keyed, "GET", "/openapi.json").text
    for key in ("first-key-123456", "second-key-654321", "clave-ñ", "wrong-key-of-mine"):
        assert key not in shown


def test_no_key_in_a_list_of_commas_is_no_key(tmp_path):
    assert settings_over(tmp_path, api_keys=" , ,").api_keys == ()

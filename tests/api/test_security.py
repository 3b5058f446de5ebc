"""Who may write: nobody from outside without a key, nobody too often; and keys show nowhere."""

import itertools
import logging
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from almazara import asgi, log
from almazara.keys import KeyFolder, fingerprint, key_folder
from price_shop import settings_over
from problems import is_problem

KEYS = "first-key-123456, second-key-654321,mi-clave-ñ"
WRITES = (("POST", "/scraper"), ("POST", "/productos"), ("DELETE", "/productos/shop.example:1"), ("POST", "/retrain"))
NUMBERS = itertools.count(1)


@contextmanager
def app_in(home, *, own_key=False, **values):
    made = asgi.app_over(
        settings_over(home, **{"open_writes": False, "writes_per_minute": 1000, **values}), own_key=own_key
    )
    yield made
    made.state.prices.close()


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Nobody has a key, and others than this machine reach it."""
    with app_in(tmp_path_factory.mktemp("closed")) as made:
        yield made


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The settings leave it open."""
    with app_in(tmp_path_factory.mktemp("open"), open_writes=True) as made:
        yield made


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def own(home):
    """It listens on this machine alone, and has a key of its own."""
    KeyFolder(home / "keys").made_own()
    with app_in(home, own_key=True) as made:
        yield made


def signed_in(app, home, **values):
    """The cookie of a browser that came in by a new ticket."""
    ticket = KeyFolder(home / "keys").new_ticket(datetime.now(UTC))
    return enter(app, ticket, **values).headers["set-cookie"].partition(";")[0]


def enter(app, ticket, **values):
    return ask(app, "GET", f"/entrar?ficha={ticket}", **values)


OWN_PAGE = ("Origin", "http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    with app_in(tmp_path_factory.mktemp("keyed"), api_keys=KEYS) as made:
        yield made


async def asked(app, method, path, *, client="127.0.0.1", host="127.0.0.1:8000", headers=()):
    transport = httpx.ASGITransport(app=app, client=(client, 5555), raise_app_exceptions=False)
    body = {"product": f"https://shop.example/{next(NUMBERS)}"} if path == "/productos" else None
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asking:
        return await asking.request(method, path, headers=list(headers), json=body)


def ask(app, method="POST", path="/productos", **values):
    import asyncio

    return asyncio.run(asked(app, method, path, **values))


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("client", ["127.0.0.1", "192.168.1.5", ""])
def test_without_a_key_nobody_may_write_not_even_who_seems_to_be_this_machine(closed, client, method, path):
    """A proxy on this machine adds no header by itself, and asks by a name of this machine."""
    assert "ALMAZARA_API_KEYS" in is_problem(ask(closed, method, path, client=client), 403)["detail"]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_where_only_this_machine_reaches_it_a_request_without_its_key_is_refused(own, method, path):
    assert "almazara keys link" in is_problem(ask(own, method, path), 401)["detail"]


def test_the_key_of_this_machine_may_write_where_only_this_machine_reaches_it(own, home):
    key = KeyFolder(home / "keys").own()
    assert ask(own, headers=[("X-API-Key", key)]).status_code == 201
    is_problem(ask(own, headers=[("X-API-Key", key + "x")]), 401)


def test_the_key_of_this_machine_is_none_where_others_reach_it(home):
    key = KeyFolder(home / "keys").made_own()
    with app_in(home) as public:
        is_problem(ask(public, headers=[("X-API-Key", key)]), 403)


def test_a_browser_comes_in_by_a_ticket_and_goes_on_where_nothing_of_it_is_seen(own, home):
    answer = enter(own, KeyFolder(home / "keys").new_ticket(datetime.now(UTC)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert cookie.startswith("sesion-8000=")
    assert KeyFolder(home / "keys").own() not in cookie
    assert ask(own, headers=[("Cookie", cookie.partition(";")[0]), OWN_PAGE]).status_code == 201


def test_a_ticket_counts_once(own, home):
    ticket = KeyFolder(home / "keys").new_ticket(datetime.now(UTC))
    assert [enter(own, ticket).status_code for _ in range(2)] == [303, 403]


def test_who_brings_a_used_ticket_reads_which_command_gives_another(own):
    assert "<code>almazara keys link</code>" in enter(own, "used", headers=[("Accept", "text/html")]).text


@pytest.mark.parametrize("host", ["evil.example:8000", "127.0.0.1.evil.example", "192.168.1.5:8000", "[", ""])
def test_a_ticket_is_not_used_up_by_who_asks_for_another_machine(own, home, host):
    ticket = KeyFolder(home / "keys").new_ticket(datetime.now(UTC))
    assert enter(own, ticket, headers=[("Host", host)]).status_code == 403
    assert enter(own, ticket).status_code == 303


@pytest.mark.parametrize("ticket", ["", "x", "*", "../own", "%00", "a" * 5000])
def test_what_is_no_ticket_lets_nobody_in(own, home, ticket):
    KeyFolder(home / "keys").new_ticket(datetime.now(UTC))
    assert enter(own, ticket).status_code == 403


def test_nobody_comes_in_where_others_reach_the_server(home):
    ticket = KeyFolder(home / "keys").new_ticket(datetime.now(UTC))
    with app_in(home) as public:
        assert enter(public, ticket).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Origin", "https://evil.example")],
        [("Origin", "null")],
        [("Origin", "http://127.0.0.1:9999")],
        [("Origin", "http://localhost.evil.example")],
        [("Origin", "")],
        [("Origin", "http://[")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [OWN_PAGE, ("Sec-Fetch-Site", "cross-site")],
    ],
)
def test_a_foreign_page_in_a_browser_that_is_signed_in_may_not_write(own, home, headers):
    cookie = ("Cookie", signed_in(own, home))
    is_problem(ask(own, headers=[cookie, *headers]), 403)
    assert ask(own, headers=[cookie, ("Sec-Fetch-Site", "same-origin")]).status_code == 201


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example:8000"])
def test_a_session_counts_only_by_a_name_of_this_machine(own, home, host):
    cookie = ("Cookie", signed_in(own, home))
    is_problem(ask(own, host=host, headers=[cookie, ("Origin", f"http://{host}")]), 401)


def test_a_session_ends_with_the_key_of_this_machine(own, home):
    cookie = ("Cookie", signed_in(own, home))
    KeyFolder(home / "keys").revoke("own")
    is_problem(ask(own, headers=[cookie, OWN_PAGE]), 403)
    KeyFolder(home / "keys").made_own()
    is_problem(ask(own, headers=[cookie, OWN_PAGE]), 401)


@pytest.mark.parametrize("name", ["Host", "Origin", "Sec-Fetch-Site", "Content-Type", "X-API-Key"])
def test_a_header_that_decides_and_comes_twice_is_refused_in_a_sentence(opened, name):
    problem = is_problem(ask(opened, headers=[(name, "a"), (name.lower(), "b")]), 400)
    assert (
        problem["detail"].lower()
        == f"la petición lleva más de una vez la cabecera {name.lower()}: envíela una sola vez."
    )


def test_a_key_that_is_made_while_it_runs_may_write_and_is_refused_when_it_is_taken_back(closed):
    folder = key_folder(closed.state.guard._settings)
    key = folder.add("ana", datetime.now(UTC))
    assert ask(closed, client="8.8.8.8", host="prices.example", headers=[("X-API-Key", key)]).status_code == 201
    folder.revoke("ana")
    is_problem(ask(closed, headers=[("X-API-Key", key)]), 403)


def test_a_key_in_the_settings_may_be_its_hash(home):
    with app_in(home, api_keys=f"sha256:{fingerprint('long-and-random')}") as app:
        assert ask(app, headers=[("X-API-Key", "long-and-random")]).status_code == 201
        is_problem(ask(app, headers=[("X-API-Key", f"sha256:{fingerprint('long-and-random')}")]), 401)


def test_keys_that_cannot_be_read_let_nobody_write_and_everybody_read(home):
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "named.json").write_text("[{")
    with app_in(home, api_keys=KEYS) as app:
        is_problem(ask(app, headers=[("X-API-Key", "first-key-123456")]), 503)
        assert ask(app, "GET", "/productos").status_code == 200


def test_where_the_settings_leave_it_open_anyone_may_write(opened):
    assert ask(opened, client="8.8.8.8", host="prices.example").status_code == 201


@pytest.mark.parametrize(
    "header",
    [
        *(("Origin", origin) for origin in ("https://evil.example", "null", "http://127.0.0.1:9999", "")),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ],
)
def test_where_the_settings_leave_it_open_a_foreign_page_may_not_write(opened, header):
    is_problem(ask(opened, headers=[header]), 403)


def test_where_the_settings_leave_it_open_and_there_is_a_key_it_takes_the_key(home):
    with app_in(home, open_writes=True, api_keys=KEYS) as app:
        is_problem(ask(app), 401)


def test_reading_needs_no_key(closed, keyed):
    for one in (closed, keyed):
        assert ask(one, "GET", "/productos", client="8.8.8.8", host="prices.example").status_code == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("given", [None, "", "wrong", "first-key-12345", "first-key-1234567", "FIRST-KEY-123456", KEYS])
def test_with_keys_configured_a_wrong_one_is_refused_even_here(keyed, given, method, path):
    headers = [] if given is None else [("X-API-Key", given.encode())]
    answer = ask(keyed, method, path, headers=headers)
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"]


@pytest.mark.parametrize("key", ["first-key-123456", "second-key-654321", "mi-clave-ñ"])
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
    for key in ("first-key-123456", "second-key-654321", "mi-clave-ñ", "wrong-key-of-mine"):
        assert key not in shown


def test_no_key_in_a_list_of_commas_is_no_key(tmp_path):
    assert settings_over(tmp_path, api_keys=" , ,").api_keys == ()


def test_who_only_looks_whether_the_address_of_a_ticket_leads_anywhere_uses_it_not_up(own, home):
    ticket = KeyFolder(home / "keys").new_ticket(datetime.now(UTC))
    looked = ask(own, "HEAD", f"/entrar?ficha={ticket}")
    assert (looked.status_code, "set-cookie" in looked.headers) == (204, False)
    assert enter(own, ticket).status_code == 303

"""What every answer tells a browser, whatever it is, and that no redirect leads to another host."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara import asgi
from almazara.api.methods import TOLD, completed, within
from price_shop import settings_over

HTML = {"accept": "text/html"}
PATHS = [
    "/", "/health", "/metrics", "/docs", "/openapi.json", "/peliculas", "/precios", "/precios/", "/productos", "/data",
    "/data?format=csv", "/explorar", "/nada", "/estatico/x/y", "/scraper/x", "/static-offline-docs/favicon.png",
    "/explorar/vivo/nada", "/score_titulo/x",
]  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    made = asgi.app_over(settings_over(tmp_path_factory.mktemp("headers")))

    @made.get("/broken")
    def broken():
        raise RuntimeError

    return made


async def asked(app, method, path, headers):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, path, headers=headers)


def ask(app, method, path, **headers):
    return asyncio.run(asked(app, method, path, headers))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("path", [*PATHS, "/broken"])
def test_every_page_and_answer_has_the_headers_that_browsers_heed(app, method, path, accept):
    answer = ask(app, method, path, accept=accept)
    for name in TOLD:
        assert answer.headers.get_list(name.decode()), (answer.status_code, name)
        assert len(answer.headers.get_list(name.decode())) == 1
    assert "'none'" in answer.headers["content-security-policy"]


def test_an_unexpected_error_has_them_too(app):
    answer = ask(app, "GET", "/broken")
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/docs/", "/peliculas/", "/health/?a=1", "//other.example/health/", "//health/"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_redirect_never_repeats_a_foreign_host(app, path, accept):
    answer = ask(app, "GET", f"http://localhost{path}", accept=accept, host="evil.example")
    assert "evil.example" not in str(answer.headers)
    place = answer.headers.get("location", "/")
    assert place.startswith("/")
    assert not place.startswith("//")


def test_a_redirect_leads_where_it_led(app):
    answer = ask(app, "GET", "/health/?lengua=en", host="evil.example")
    assert (answer.status_code, answer.headers["location"]) == (307, "/health?lengua=en")


@given(st.binary(max_size=60).map(lambda rest: b"http://evil.example" + rest) | st.binary(max_size=60))
def test_whatever_a_redirect_names_it_is_a_path_of_this_host(location):
    assert within(location)[:1] == b"/"
    assert within(location)[:2] not in {b"//", b"/\\"}


def test_what_an_answer_says_itself_stays():
    own = (b"content-security-policy", b"own")
    assert own in completed([own])
    assert len(completed([own])) == len(TOLD)

"""Forms are taken from our own pages, from those who may write, and only if they are forms."""

from contextlib import contextmanager

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.responses import JSONResponse
from starlette.routing import Route

from almazara import asgi
from almazara.web.forms import sent
from price_shop import settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server


@contextmanager
def form_site(home, **values):
    """A site with a form that answers what it holds."""

    async def echo(request):
        return JSONResponse(dict(await sent(request, "name")))

    app = asgi.app_over(settings_over(home, **values))
    app.router.routes.append(Route("/form", echo, methods=["POST"]))
    with served(app) as client:
        yield client


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with form_site(tmp_path_factory.mktemp("open")) as client:
        yield client


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def posted(site, fields=None, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.post("/form", data=fields or {"name": "aceite"}, headers=names)


def test_a_form_of_our_own_page_is_taken(site):
    answer = posted(site, Origin=str(site.base_url).rstrip("/"), Sec_Fetch_Site="same-origin")
    assert answer.json() == {"name": "aceite"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_of_another_page_is_refused(site, headers):
    assert posted(site, **headers).status_code == 403


def test_with_a_key_configured_a_foreign_page_that_knows_it_is_refused_all_the_same(tmp_path):
    with form_site(tmp_path, api_keys="secret-key") as keyed:
        fields = {"name": "aceite", "clave": "secret-key"}
        assert posted(keyed, fields).status_code == 200
        assert posted(keyed, fields, Origin="https://evil.example").status_code == 403
        assert [posted(keyed, {"clave": key}).status_code for key in ("wrong", "ñ")] == [401, 401]
        missing = posted(keyed, Accept="text/html")
        assert (missing.status_code, "Falta la clave" in missing.text) == (401, True)
        assert missing.headers["www-authenticate"] == "ApiKey"


@pytest.mark.parametrize(
    "body", [b"\xff=1", "&".join(f"f{n}=1" for n in range(21)).encode(), b"name=a&names=b", b"name=a&name=b"]
)
def test_what_is_no_form_of_ours_is_refused(site, body):
    assert site.post("/form", content=body, headers=FORM).status_code == 422


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json", "", None])
def test_a_form_that_comes_as_something_else_is_refused_in_a_sentence(site, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    problem = is_problem(site.post("/form", content=b"name=aceite", headers=headers), 415)
    assert problem["detail"].endswith("debe enviarse como application/x-www-form-urlencoded.")


READER = {"Accept": "text/html", "Accept-Language": "en"}


def refusal(answer):
    return LexborHTMLParser(answer.text).css_first("main .lead").text()


@pytest.mark.parametrize(
    ("body", "headers", "status", "told"),
    [
        (b"\xff=1", {}, 422, "The form cannot be understood"),
        (b"f=1", {"Origin": "https://evil.example"}, 403, "The form comes from another page"),
        (b"f=" + b"1" * 65_536, {}, 413, "The body of the request is larger than 64 KB."),
    ],
)
def test_a_form_that_is_refused_is_answered_with_a_page_in_the_language_of_its_reader(
    site, body, headers, status, told
):
    answer = site.post("/form", content=body, headers={**FORM, **READER, **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert refusal(answer).startswith(told)
    assert is_problem(site.post("/form", content=body, headers={**FORM, **headers}), status)


def test_a_form_that_does_not_say_how_large_it_is_is_refused_as_well(site):
    answer = site.post("/form", content=iter([b"1" * 40_000] * 2), headers=READER)
    assert (answer.status_code, refusal(answer)) == (413, "The body of the request is larger than 64 KB.")


def test_who_writes_too_often_or_without_the_key_is_told_so_on_a_page(tmp_path):
    with form_site(tmp_path, api_keys="secret-key", writes_per_minute=1) as keyed:
        posts = [
            keyed.post("/form", data={"clave": key}, headers=READER) for key in ("wrong", "secret-key", "secret-key")
        ]
    assert [one.status_code for one in posts] == [401, 200, 429]
    assert refusal(posts[0]) == "A valid key is missing in the header X-API-Key."
    assert refusal(posts[2]).startswith("Too many requests: 1 a minute")

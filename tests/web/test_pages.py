"""What every page answers over HTTP: to whom, in whose words, under which policy, and that what is foreign is text."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote, urljoin

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.errors import UnavailableError
from almazara.movies.exploring.explore import CHAPTERS
from almazara.prices.service import PriceService
from price_shop import observed, opened, product, settings_over
from problems import is_problem
from reading import FILM, PAGES, PERSON
from sample_catalog import Made, publish_made, served
from waiting import wait_for

pytestmark = pytest.mark.server

HTML = {"Accept": "text/html"}
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "' onclick='alert(1)")
EXPLORED = [f"/explorar/{chapter}" for chapter in CHAPTERS]


def tree(answer):
    return LexborHTMLParser(answer.text)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("path", [*PAGES, *EXPLORED])
def test_every_page_is_answered_in_the_language_that_the_browser_prefers(demo_site, path, language):
    page = demo_site.get(path, headers={**HTML, "Accept-Language": f"fr, {language};q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert tree(page).css_first("html").attributes["lang"] == language
    assert {"Accept", "Accept-Language", "Cookie"} <= set(page.headers["vary"].split(", "))
    assert len(tree(page).css("h1")) == 1


@pytest.mark.parametrize("path", [f"/peliculas/{FILM}", f"/personas/{PERSON}"])
def test_where_the_api_has_the_path_whoever_takes_anything_gets_json_and_caches_can_tell(demo_site, path):
    answer = demo_site.get(path, headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert json.loads(answer.content)["mensaje"]
    assert demo_site.get(path, headers={"Accept": "application/json"}).content == answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/nada",
        "/peliculas/1",
        "/precios/demo:nada",
        "/precios/categoria/nada",
        "/precios/articulo/gtin:1234",
        "/personas/Nobody at All",
        "/explorar/nada",
        "/%00",
    ],
)
def test_what_is_not_there_is_a_page_for_readers_and_a_problem_for_programs(demo_site, path):
    page = demo_site.get(path, headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert tree(page).css_first("h1").text() == "Aquí no hay nada"
    problem = demo_site.get(path, headers={"Accept": "application/json"})
    is_problem(problem, 404)
    assert problem.headers["vary"] == "Accept, Accept-Language"


REFUSED = {
    "/peliculas/1": ("No hay ninguna película con id 1.", "There is no film with id 1."),
    "/peliculas/x": ("El parámetro id debe ser un número entero", "The parameter id must be a whole number"),
    "/peliculas?orden=x": ("El parámetro orden debe ser popularidad", "The parameter orden must be popularidad"),
    "/peliculas?genero=oil": ("El género «oil» no está", "The catalog has no genre “oil”"),
    "/personas/Nobody at All": ("No hay nadie que se llame", "There is nobody called"),
    "/precios/demo:nada": ("No hay ningún producto «demo:nada»", "There is no product “demo:nada”"),
    "/precios/categoria/nada": ("No hay ninguna categoría «nada»", "There is no category “nada”"),
    "/precios/articulo/nada": ("No hay ningún artículo «nada»", "There is no good “nada”"),
    "/precios/cesta?cosa=a~0": ("«a~0» no dice qué se compra", "“a~0” does not say what is bought"),
    "/precios?litres=x": ("Un tamaño se escribe en litros", "A size is written in litres"),
    "/precios/modelos?desde=x": ("Esa continuación no es", "The cursor is none"),
    "/precios/lector?pasada=x": ("No hay ninguna lectura «x»", "There is no scrape run “x”"),
    "/explorar/nada": ("No hay ningún capítulo «nada»", "There is no chapter “nada”"),
    "/explorar?anio_min=ayer": ("El parámetro anio_min debe ser", "The parameter anio_min must be"),
    "/explorar/figuras/nada.csv": ("No hay ninguna figura «nada»", "There is no figure “nada”"),
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_page_refuses_in_the_language_of_its_reader(demo_site, path):
    for language, told in zip(("es", "en"), REFUSED[path], strict=True):
        page = demo_site.get(path, headers={**HTML, "Accept-Language": language})
        lead = tree(page).css_first("main .lead")
        assert page.status_code in {404, 422}
        assert (lead.text().startswith(told), lead.attributes) == (True, {"class": "lead"}), lead.text()


def test_a_sentence_that_has_one_language_says_which(demo_site, monkeypatch):
    def away(*_):
        raise UnavailableError("The store does not answer.")

    monkeypatch.setattr(PriceService, "overview_rows", away)
    page = demo_site.get("/precios", headers=HTML)
    lead = tree(page).css_first("main .lead")
    assert (page.status_code, lead.text(), lead.attributes["lang"]) == (503, "The store does not answer.", "en")


def test_what_is_near_is_a_link_in_the_words_of_the_reader(demo_site):
    def near(path, language="es"):
        page = tree(demo_site.get(path, headers={**HTML, "Accept-Language": language}))
        return {link.text(): link.attributes["href"] for link in page.css("main li a")}

    assert near("/explorar/diner", "en")["Money"] == near("/explorar/diner")["Dinero"] == "/explorar/dinero"
    assert near(f"/personas/{PERSON}x")[PERSON] == f"/personas/{quote(PERSON)}"
    name, path = next(iter(near("/precios/categoria/nada").items()))
    assert path == f"/precios/categoria/{quote(name, safe='')}"


@pytest.mark.parametrize(
    ("path", "own", "asked"),
    [
        ("/peliculas/1", "No hay ninguna película", ("lengua=en", "There is no film")),
        ("/story?product=x", "No hay ningún producto", ("language=en", "There is no product")),
    ],
)
def test_a_problem_is_in_the_language_that_the_address_asks_for(demo_site, path, own, asked):
    query, told = asked
    assert is_problem(demo_site.get(path), 404)["detail"].startswith(own)
    joined = f"{path}{'&' if '?' in path else '?'}{query}"
    assert is_problem(demo_site.get(joined), 404)["detail"].startswith(told)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/", "GET, HEAD, OPTIONS"),
        ("PUT", "/precios", "GET, HEAD, OPTIONS"),
        ("DELETE", "/peliculas/1", "GET, HEAD, OPTIONS"),
        ("DELETE", "/precios/demo:nada", "GET, HEAD, OPTIONS"),
        ("PUT", "/precios/cesta", "GET, HEAD, OPTIONS"),
        ("GET", "/precios/lector/leer", "OPTIONS, POST"),
        ("PATCH", "/overview", "GET, HEAD, OPTIONS"),
        ("TRACE", "/scraper", "OPTIONS, POST"),
    ],
)
def test_a_method_that_a_page_or_a_route_lacks_is_told_which_there_are(demo_site, accept, method, path, allowed):
    answer = demo_site.request(method, path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def policy(page):
    parts = (part.split() for part in page.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", [*PAGES, "/nada"])
def test_a_page_runs_and_loads_only_what_is_ours_and_nothing_that_stands_in_it(demo_site, path):
    page = demo_site.get(path, headers=HTML)
    found, rules = tree(page), policy(page)
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert rules["connect-src"] == rules["form-action"] == rules["font-src"] == ["'self'"]
    assert page.headers["x-content-type-options"] == "nosniff"
    attributes = {name for node in found.css("*") for name in node.attributes}
    assert not {name for name in attributes if name.startswith("on")}
    if "/explorar" in path and "'unsafe-inline'" in rules["style-src"]:  # Dash sets styles, and has one script inline
        assert [rule for rule in rules["script-src"] if not rule.startswith("'sha256-")] == ["'self'"]
        return
    assert rules["script-src"] == ["'self'"]
    assert "style" not in attributes
    assert all(script.attributes.get("src") for script in found.css("script"))
    digests = [hashlib.sha256(style.text().encode()).digest() for style in found.css("style")]
    assert [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests] == rules["style-src"]


def addresses(page):
    """All that a page links to on this site."""
    named = [(node.attributes.get("href") or node.attributes.get("src")) for node in tree(page).css("[href],[src]")]
    found = {urljoin(str(page.url), one).split("#")[0] for one in named}
    foreign = {one for one in found if not one.startswith(str(page.url.copy_with(raw_path=b"/")))}
    assert not foreign
    return found


def test_every_link_of_every_page_leads_somewhere(demo_site):
    pages = [demo_site.get(path, headers=HTML) for path in [*PAGES, *EXPLORED]]
    linked = {address: str(page.url) for page in pages for address in addresses(page)}
    assert len(linked) > 100
    for address, at in linked.items():
        answer = demo_site.get(address, headers=HTML, follow_redirects=True)
        assert answer.status_code == 200, f"{address}, linked at {at}"
    demo_site.cookies.delete("cesta")  # that a link added something to a basket


@pytest.mark.parametrize(
    ("asked", "attribute", "chosen"),
    [({"lengua": "en"}, "lang", "en"), ({"tema": "oscuro"}, "data-theme", "oscuro")],
)
def test_what_the_reader_chooses_is_kept(demo_site, asked, attribute, chosen):
    answer = demo_site.get("/precios", params=asked, headers=HTML)
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    again = demo_site.get("/peliculas", headers={**HTML, "Cookie": cookie.split(";")[0], "Accept-Language": "es"})
    demo_site.cookies.clear()
    assert [tree(page).css_first("html").attributes[attribute] for page in (answer, again)] == [chosen] * 2


@pytest.mark.parametrize("asked", [{"lengua": "xx"}, {"tema": '"><script>'}, {"lengua": ""}])
def test_a_choice_that_there_is_not_changes_nothing_and_is_not_kept(demo_site, asked):
    page = demo_site.get("/", params=asked, headers=HTML)
    assert page.status_code == 200
    assert "set-cookie" not in page.headers or "xx" not in page.headers["set-cookie"]
    assert tree(page).css_first("html").attributes == {"lang": "es"}


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"Cookie": "lengua=en"}, "en"),
        ({"Cookie": "lengua=xx", "Accept-Language": "en"}, "en"),
        ({"Accept-Language": "es;q=0.1, en;q=0.9"}, "en"),
        ({"Accept-Language": "en;q=0, fr"}, "es"),
    ],
)
def test_of_what_is_asked_for_chosen_and_preferred_the_first_that_there_is_counts(demo_site, headers, language):
    page = demo_site.get("/", params={"lengua": "xx"}, headers={**HTML, **headers})
    assert tree(page).css_first("html").attributes["lang"] == language


@pytest.mark.parametrize("path", ["/precios", "/precios/demo:coupage-6x750ml"])
def test_an_amount_has_its_currency_also_while_a_product_is_sold_out(demo_site, path):
    page = demo_site.get(path, headers=HTML).text
    assert "None" not in page
    assert "\u00a0€" in page


@pytest.mark.parametrize("path", ["/peliculas", "/precios", "/explorar"])
def test_a_page_does_not_grow_with_an_address_that_nobody_types(demo_site, path):
    long = demo_site.get(f"{path}?{'x=1&' * 8000}", headers=HTML)
    assert len(long.text) < 1.2 * len(demo_site.get(path, headers=HTML).text)


def test_no_link_of_a_page_begins_as_the_name_of_another_host(demo_site):
    page = demo_site.get(f"{demo_site.base_url}//evil.example/x", headers=HTML)
    assert page.status_code == 404
    assert [a.attributes["href"] for a in tree(page).css("a") if a.attributes["href"].startswith("//")] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "_dash-update-component", {}, 422),
        ("POST", "_dash-update-component", [], 422),
        ("GET", "_dash-component-suites/dash/nope.js", None, 404),
        ("GET", "_dash-component-suites/os/path.js", None, 404),
        ("GET", "_dash-", None, 404),
        ("PUT", "_dash-layout", None, 405),
    ],
)
def test_what_dash_cannot_answer_is_a_problem_and_no_page_of_its_own(demo_site, method, path, body, status):
    wait_for(lambda: "react-entry-point" in demo_site.get("/explorar", headers=HTML).text)
    answer = demo_site.request(method, f"/explorar/panel/{path}", json=body)
    is_problem(answer, status)


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    """A site whose films, people and products have names that are markup."""
    home, now = tmp_path_factory.mktemp("hostile"), datetime.now(UTC)
    films = [
        Made(
            name,
            {
                "overview": name,
                "tagline": name,
                "budget": str(10**6 * n),
                "revenue": str(10**7 + n),
                "genres": repr([{"id": n, "name": name}]),
            },
            cast=((name, name),),
            directors=(HOSTILE[0],),
        )
        for n, name in enumerate(HOSTILE, start=1)
    ]
    publish_made(home, films)
    settings = settings_over(home)
    with opened(settings) as prices:
        for n, name in enumerate(HOSTILE):
            prices.store.save_listing(replace(product(n, title=name, category=name), created_at=now))
            observation = observed(f"shop.example:{n}", 0, str(Decimal("30.95") + n))
            prices.store.append([replace(observation, observed_at=now - timedelta(minutes=1))])
    with served(asgi.app_over(settings)) as client:
        yield client


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_markup_is_text_on_every_page(hostile_site, name):
    asked = quote(name, safe="")
    paths = [
        "/precios",
        *(f"/precios?{name}={asked}" for name in ("category", "shop", "litres", "state")),
        f"/precios/categoria/{asked}",
        f"/precios/categoria/x{asked}",
        *(f"/precios/modelos?{name}={asked}" for name in ("product", "desde")),
        f"/precios/lector?pasada={asked}",
        *(f"/precios/shop.example:{n}" for n in range(len(HOSTILE))),
        f"/peliculas?q={asked}",
        f"/peliculas?persona={asked}",
        f"/peliculas?genero={asked}&orden={asked}",
        f"/peliculas?genero={asked}",
        f"/peliculas?gusta={asked}&genero={asked}",
        f"/peliculas?gusta={asked}&excluir={asked}&vista=2&sin_genero={asked}",
        f"/peliculas/modelo?particion={asked}",
        "/",
        f"/?producto={asked}",
        *(f"/peliculas/{n}" for n in range(1, len(HOSTILE) + 1)),
        f"/personas/{asked}",
        *EXPLORED,
        f"/explorar?genero={asked}",
        f"/{asked}",
        f"/precios/{asked}",
        f"/peliculas/{asked}",
    ]
    shown = 0
    for path in paths:
        page = hostile_site.get(path, headers=HTML)
        assert page.status_code in {200, 404, 422}, path
        found = tree(page)
        assert not found.css("img"), path
        assert not [script for script in found.css("script") if "alert" in script.text()], path
        assert not {a for node in found.css("main *") for a in node.attributes if a.startswith("on")}, path
        assert ">49<" not in page.text, path
        shown += name in found.body.text() or name in str([node.attributes for node in found.css("input")])
    assert shown > 5


def test_figures_that_are_remembered_go_with_the_version_and_the_filters_that_they_are_of(tmp_path):
    def told(site, **asked):
        page = tree(site.get("/explorar", params=asked, headers=HTML))
        figure = page.css_first("figure")
        return figure.css_first("figcaption").text(), page.css_first("h1").text(), figure.css_first(".picture")

    publish_made(tmp_path, [Made(f"Film {number}") for number in range(3)])
    with served(asgi.app_over(settings_over(tmp_path, reload_seconds=0.05))) as site:
        before = told(site)
        assert told(site)[:2] == before[:2]
        assert told(site, anio_max="1990") == (
            "Ninguna película cumple los filtros.",
            "Lo que dicen 0 de 3 películas",
            None,
        )
        publish_made(tmp_path, [Made(f"Film {number}", {"release_date": "2001-07-07"}) for number in range(5)])
        wait_for(lambda: "5" in told(site)[1])
        assert told(site)[0] != before[0]

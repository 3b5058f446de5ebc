"""Pages as a browser shows them: nothing complains, nothing is too wide, and hands, eyes and no scripts suffice."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from almazara import asgi
from almazara.keys import KeyFolder
from almazara.movies.exploring.explore import CHAPTERS
from price_shop import settings_over
from profiles import by_night
from reading import PAGES, PERSON, PRODUCT, visit
from sample_catalog import app_over, served
from waiting import wait_for

pytestmark = pytest.mark.server

EXPLORED = [f"/explorar/{chapter}" for chapter in CHAPTERS]
REAL = (
    "/peliculas?q=toy+story",
    "/peliculas?gusta=Toy+Story&gusta=Heat+(1995)",
    "/peliculas/862",
    "/personas/Tom Hanks",
    "/explorar",
)
WAYS = ((390, "dark", "en"), (1280, "light", "es"), (390, "light", "es"), (1280, "dark", "en"))
"""Widths, themes and languages: each pair of them, once."""
ALL = [(path, WAYS[(n + more) % 4]) for more in range(4) for n, path in enumerate((*PAGES, *EXPLORED[1:]))]
LOOKS = [*ALL[: len(ALL) // 4], *by_night(*ALL[len(ALL) // 4 :])]
FOCUSABLE = "a[href],button,input,select,textarea,summary,[tabindex='0']"
VISIBLE = f"""() => [...document.querySelectorAll("{FOCUSABLE}")]
  .filter(one => one.checkVisibility({{visibilityProperty: true}})).map(one => one.outerHTML.slice(0, 80))"""
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.right > 0 && box.width > 0;
  return one === document.body ? null : [one.outerHTML.slice(0, 80), seen];
}"""


def look(chromium, site, path, way):
    """What is wrong with a page, seen in one way."""
    width, theme, language = way
    at = f"{site.base_url}{quote(path, safe='/?&=+:')}"
    with visit(chromium, at, width=width, theme=theme, language=language) as seen:
        seen.page.wait_for_load_state("networkidle")
        return [seen.status, seen.troubles, seen.overflow(), seen.violations(), seen.page.get_attribute("html", "lang")]


@pytest.mark.parametrize("page", LOOKS, ids=str)
def test_a_page_complains_of_nothing_fits_the_window_and_is_accessible(chromium, demo_site, page):
    path, way = page
    assert look(chromium, demo_site, path, way) == [200, [], 0, [], way[2]]


@pytest.mark.parametrize("way", [WAYS[0], *by_night(WAYS[1])], ids=str)
def test_the_page_of_an_error_is_accessible_too(chromium, demo_site, way):
    status, troubles, *others = look(chromium, demo_site, "/explorar/nada", way)
    assert (status, len(troubles)) == (404, 1)  # the browser's own remark on the 404
    assert others == [0, [], way[2]]


def test_the_description_of_the_api_works_under_a_policy_that_lets_no_script_in(chromium, demo_site):
    with visit(chromium, f"{demo_site.base_url}/docs") as seen:
        policy = demo_site.get("/docs").headers["content-security-policy"]
        assert ("default-src 'none'" in policy, "unsafe" in policy) == (True, False)
        seen.page.locator(".opblock-summary-control").first.click()
        seen.page.locator(".parameters-container").first.wait_for()
        assert seen.troubles == []
        seen.page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'ran = 1'}))")
        assert seen.page.evaluate("typeof ran") == "undefined"


@pytest.fixture(scope="module")
def real_site(real_home, tmp_path_factory):
    with served(app_over(real_home, tmp_path_factory.mktemp("seen") / "home")) as client:
        yield client


@pytest.mark.parametrize("number", [*range(2), *by_night(*range(2, len(REAL)))])
def test_real_films_break_no_page(chromium, real_site, number):
    way = WAYS[number % 2]
    assert look(chromium, real_site, REAL[number], way) == [200, [], 0, [], way[2]]


def test_search_as_one_types_changes_the_list_and_the_address_and_nothing_else(chromium, demo_site):
    with visit(chromium, f"{demo_site.base_url}/peliculas") as seen:
        seen.page.evaluate("window.stayed = true")
        seen.page.locator("#q").press_sequentially("gone with the oliv", delay=20)
        seen.page.wait_for_url(re.compile("oliv$"))  # of what was typed first there were lists before
        seen.page.locator("#hallazgos .name").first.wait_for()
        assert seen.page.locator("#hallazgos .name").first.inner_text() == "Gone with the Olive"
        assert seen.page.evaluate("window.stayed") is True
        assert seen.page.url.endswith("?q=gone+with+the+oliv") or seen.page.url.endswith("?q=gone%20with%20the%20oliv")
        assert seen.violations() == []
        seen.page.reload()
        assert seen.page.locator("#hallazgos .name").first.inner_text() == "Gone with the Olive"
        assert seen.troubles == []


def test_a_browser_that_came_in_by_its_address_may_write_and_sees_no_key(chromium, tmp_path):
    app = asgi.app_over(settings_over(tmp_path, open_writes=False), own_key=True)
    keys = KeyFolder(tmp_path / "keys")
    ticket = keys.new_ticket(datetime.now(UTC))
    with served(app) as client, visit(chromium, f"{client.base_url}/precios/lector") as seen:
        button = seen.page.locator("form[action='/precios/lector/leer'] button")
        assert button.is_disabled()
        seen.page.goto(f"{client.base_url}/entrar?ficha={ticket}")
        assert seen.page.url == f"{client.base_url}/"
        assert seen.page.evaluate("document.cookie") == ""
        seen.page.goto(f"{client.base_url}/precios/lector")
        assert keys.own() not in seen.page.content()
        with seen.page.expect_response("**/precios/lector/leer") as answered:
            button.click()
        assert answered.value.status == 422  # let through: nothing is followed that could be read


def test_without_scripts_search_taste_and_language_work(chromium, demo_site):
    with visit(chromium, f"{demo_site.base_url}/", javascript=False) as seen:
        page = seen.page
        page.fill("#q", "gone with the oliv")
        page.click("form.search button")
        assert page.locator("#hallazgos .name").first.inner_text() == "Gone with the Olive"
        page.locator("[name=gusta]").first.fill("Gone with the Olive")
        page.click(".fields button")
        assert page.locator("#gustos ~ ol .name").count() == 10
        page.click(".switch a[hreflang=en]")
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("#gustos ~ ol .name").count() == 10
        page.click("header nav a >> nth=0")
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator(".products .ruler svg").count() > 5
        assert seen.troubles == []


def test_without_scripts_the_exploration_shows_the_servers_pictures(chromium, demo_site):
    with visit(chromium, f"{demo_site.base_url}/explorar", javascript=False) as seen:
        pictures = seen.page.locator("[data-figure] .picture svg")
        assert pictures.count() >= seen.page.locator("[data-figure]").count() > 1


@pytest.mark.parametrize(
    "path", [f"/precios/{PRODUCT}", "/peliculas?q=aceite", *by_night("/", "/precios", f"/personas/{PERSON}")]
)
def test_the_keyboard_alone_reaches_everything_in_order_and_one_sees_where_it_is(chromium, demo_site, path):
    with visit(chromium, f"{demo_site.base_url}{quote(path, safe='/?=:')}") as seen:
        expected, reached = seen.page.evaluate(VISIBLE), []
        for _ in expected:
            seen.page.keyboard.press("Tab")
            reached.append(seen.page.evaluate(FOCUSED))
        assert [one and one[0] for one in reached] == expected
        assert [one for one in reached if not one[1]] == []


def test_the_first_link_skips_to_the_content(chromium, demo_site):
    with visit(chromium, f"{demo_site.base_url}/precios") as seen:
        for key in ("Tab", "Enter", "Tab"):
            seen.page.keyboard.press(key)
        assert seen.page.evaluate("document.activeElement.closest('main') !== null")


def has_panel(site):
    return "react-entry-point" in site.get("/explorar", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize("way", [WAYS[0], *by_night(WAYS[1])], ids=str)
def test_live_pictures_take_the_places_of_the_servers_and_nothing_moves(chromium, demo_site, way):
    wait_for(lambda: has_panel(demo_site))
    width, theme, language = way
    at, seen_as = f"{demo_site.base_url}/explorar", {"width": width, "theme": theme, "language": language}
    with visit(chromium, at, **seen_as, without="**/_dash-*") as before:
        figures = before.page.locator("[data-figure] .picture svg").count()
        assert (before.violations(), before.overflow()) == ([], 0)
    with visit(chromium, at, **seen_as) as seen:
        seen.page.locator("[data-figure] .js-plotly-plot").first.wait_for()
        seen.page.wait_for_load_state("networkidle")
        assert seen.page.locator("[data-figure] .js-plotly-plot").count() > 0
        assert figures > 0
        assert seen.shift() < 0.1
        assert (seen.violations(), seen.overflow(), seen.troubles) == ([], 0, [])


def test_live_pictures_come_as_one_reads_on_and_have_other_ticks_where_one_looks_closer(chromium, demo_site):
    wait_for(lambda: has_panel(demo_site))
    with visit(chromium, f"{demo_site.base_url}/explorar/distribuciones") as seen:
        plots, last = seen.page.locator(".picture .js-plotly-plot"), seen.page.locator(".picture").last
        plots.first.wait_for()
        seen.page.wait_for_load_state("networkidle")
        assert plots.count() < seen.page.locator(".picture").count()
        last.scroll_into_view_if_needed()
        last.locator(".js-plotly-plot").wait_for()
        for ends, mode in (([4, 5], "auto"), (plots.first.evaluate("plot => plot.layout.xaxis.range"), "array")):
            plots.first.evaluate("(plot, ends) => Plotly.relayout(plot, {'xaxis.range': ends})", ends)
            assert plots.first.evaluate("plot => plot.layout.xaxis.tickmode") == mode
        assert seen.troubles == []

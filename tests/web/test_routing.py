"""Who gets the page, and who what the API answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.api.weights import preferences
from almazara.web.routing import prefers_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def scope(accept):
    return {"type": "http", "headers": [(b"accept", accept.encode())], "query_string": b""}


@pytest.mark.parametrize(
    "accept", [BROWSER, "text/html", "TEXT/HTML", "text/html;q=0.1", "application/json;q=0.4, text/html;q=0.5"]
)
def test_who_names_html_at_least_as_gladly_as_json_reads_pages(accept):
    assert prefers_html(scope(accept))


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "text/*", "application/json", "text/html;q=0", "text/html;q=x", "text/html;q=0.5,application/json"],
)
def test_whoever_else_asks_gets_what_the_api_answers(accept):
    assert not prefers_html(scope(accept))


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_at_all_is_an_error(accept):
    assert prefers_html(scope("") | {"headers": [(b"accept", accept.encode("latin-1"))]}) in {True, False}


def test_a_browser_that_asks_for_json_in_the_address_gets_it():
    assert not prefers_html(scope(BROWSER) | {"query_string": b"genero=drama&formato=json"})
    assert prefers_html(scope(BROWSER) | {"query_string": b"q=formato=json"})


def test_who_goes_back_to_where_a_part_was_changed_gets_the_whole_page(demo_site):
    back = {"Accept": "*/*", "HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert demo_site.get("/peliculas?q=aceite", headers=back).text.startswith("<!doctype html>")
    part = demo_site.get("/peliculas?q=aceite", headers={"Accept": "text/html", "HX-Request": "true"})
    assert "<html" not in part.text


def test_of_a_header_without_end_only_its_beginning_is_looked_at():
    assert len(preferences("es;q=0.5," * 10_000)) < 300
    assert preferences("es;q=0.5" + "," * 60_000)[0] == ("es", 0.5)

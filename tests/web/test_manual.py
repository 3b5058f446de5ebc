"""Help: the documents as pages, in the language in which they are written; every link leads somewhere."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara.web import manual

HTML = {"Accept": "text/html"}
NAMES = manual.names()


def read(client, path, language="en"):
    answer = client.get(path, headers={**HTML, "Accept-Language": language})
    assert answer.status_code == 200, path
    return LexborHTMLParser(answer.text)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_document_leads_to_a_page_and_a_heading_of_it(name):
    tree = LexborHTMLParser(manual.document(name).content)
    for link in tree.css("a[href]"):
        target = link.attributes["href"]
        if re.match("https?:", target):
            continue
        path, _, part = target.partition("#")
        there = path.removeprefix(f"{manual.PATH}/") if path else name
        assert there in NAMES, target
        headings = {node.attributes.get("id") for node in LexborHTMLParser(manual.document(there).content).css("[id]")}
        assert not part or part in headings, target


def test_the_index_names_every_document_in_both_languages():
    shown = {"index", "index.es"}
    for name in ("index", "index.es"):
        tree = LexborHTMLParser(manual.document(name).content)
        shown |= {node.attributes["href"].removeprefix(f"{manual.PATH}/") for node in tree.css("a[href]")}
    decisions = {name for name in NAMES if name.startswith("decisions/")}
    assert set(NAMES) - decisions <= shown


def test_a_reader_gets_the_first_hour_in_their_language_and_the_rest_in_english(sample_api):
    for language, title in (("es", "Primera hora"), ("en", "First hour")):
        tree = read(sample_api, "/ayuda/first-hour/films", language)
        assert tree.css_first("h1").text().startswith(title)
        assert tree.css_first("article").attributes["lang"] == language
    assert read(sample_api, "/ayuda", "es").css_first("h1").text() == "Ayuda"
    assert read(sample_api, "/ayuda", "es").css_first('footer a[href="/ayuda"]').text() == "Ayuda"
    movies = read(sample_api, "/ayuda/movies", "es")
    assert movies.css_first("article").attributes["lang"] == "en"
    assert "style=" not in movies.css_first("article").html


@pytest.mark.parametrize(
    "name", ["nada", "a" * 300, "../README", "movies.md", "first-hour/films/films.csv", "%2e%2e/pyproject"]
)
def test_what_is_no_document_is_a_page_that_says_so(sample_api, name):
    answer = sample_api.get(f"/ayuda/{name}", headers=HTML)
    assert answer.status_code == 404
    assert "Aquí no hay nada" in answer.text

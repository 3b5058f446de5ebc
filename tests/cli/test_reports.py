"""`almazara movies report` and `almazara prices report`: one file that asks for nothing, with pictures and tables."""

import re
import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara.movies.exploring.explore import CHAPTERS, FIGURES
from almazara.prices.exploring.explore import FIGURES as PRICE_FIGURES
from price_shop import NOW, observed, opened, product, settings_over

HOSTILE = "<script>alert(1)</script><img src=//x.example/y onerror=alert(2)>"


def asked_for(html):
    """Every address that a browser would ask for when it shows a document."""
    page = LexborHTMLParser(html)
    named = [node.attributes.get(name) for name in ("src", "srcset", "href", "data") for node in page.css(f"[{name}]")]
    links = {node.attributes["href"] for node in page.css("a[href]")}
    inside = re.findall(r"url\(([^)]*)\)", html)
    return [one for one in [*named, *inside] if one not in links and not one.startswith("data:")]


def is_one_line(err):
    lines = [line for line in err.splitlines() if line.strip()]
    assert len(lines) == 1, err
    assert "Traceback" not in err
    return lines[0]


@pytest.fixture
def over_sample(sample_home, monkeypatch, tmp_path):
    monkeypatch.setenv("ALMAZARA_HOME", str(sample_home))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def followed(tmp_path, monkeypatch):
    """Two products with sixty days of history until today, one with a hostile name."""
    home, shift = tmp_path / "home", datetime.now(UTC) - NOW
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    with opened(settings_over(home)) as prices:
        for number, title in (("1", "Aceite"), ("../2", HOSTILE)):
            listing = product(number, title=title, category="oil")
            prices.store.save_listing(replace(listing, created_at=NOW + shift))
            rows = [observed(listing.listing_id, day, f"{30 + day % 5}.95") for day in range(60)]
            prices.store.append(replace(row, observed_at=row.observed_at + shift) for row in rows)
    return tmp_path


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_films_are_one_document_with_every_figure_that_asks_for_nothing(run, over_sample, language):
    code, out, _ = run("movies", "report", "--language", language)
    assert code == 0
    assert "report.html" in out
    html = (over_sample / "report.html").read_text()
    page = LexborHTMLParser(html)
    assert page.css_first("html").attributes["lang"] == language
    assert [node.attributes["data-figure"] for node in page.css("figure")] == list(FIGURES)
    assert all(figure.css_first("figcaption").text(strip=True) for figure in page.css("figure"))
    drawn = {node.attributes["data-figure"] for node in page.css("figure:has(svg)")}
    assert drawn == {node.parent.css_first("figure").attributes["data-figure"] for node in page.css("details")}
    assert len(drawn) > 20
    assert asked_for(html) == []
    assert page.css("script") == []
    assert "default-src 'none'" in html
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {link.attributes["href"] for link in page.css("nav a")} == {f"#{one}" for one in (*CHAPTERS, *FIGURES)}
    assert len(page.css("tbody tr")) > 200
    assert max(len(table.css("tbody tr")) for table in page.css("table")) == 50


def test_the_films_of_a_report_are_those_that_filters_let_through(run, over_sample, sample_films):
    run("movies", "report", "--anio-min", 1990, "--genero", "drama", "--output", over_sample / "some.html")
    facts = LexborHTMLParser((over_sample / "some.html").read_text()).css_first("dl.facts").text()
    assert "1990" in facts
    assert "drama" in facts
    assert sample_films.version in facts
    counted, of = map(int, re.findall(r"Películas\s*([\d.]+) de ([\d.]+)", facts.replace(".", ""))[0])
    assert 0 < counted < of == len(sample_films)


def test_each_figure_of_films_is_a_picture_and_a_table_beside_the_report(run, over_sample):
    folder = over_sample / "new" / "pictures"
    assert run("movies", "report", "--pictures", folder)[0] == 0
    pictures = {path.stem: path.read_bytes() for path in folder.glob("*.png")}
    assert set(pictures) == set(FIGURES)
    for content in pictures.values():
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", content[16:24])
        assert width == 1920
        assert 60 < height < 6000  # a line where there is nothing to see
    tables = {path.stem: path.read_text("utf-8-sig") for path in folder.glob("*.csv")}
    assert set(tables) <= set(FIGURES)
    assert len(tables["estrenos-por-mes"].splitlines()) == 13


def test_a_report_replaces_an_older_one_and_leaves_nothing_else(run, over_sample):
    (over_sample / "report.html").write_text("older")
    run("movies", "report")
    assert "older" not in (over_sample / "report.html").read_text()[:200]
    assert [path.name for path in over_sample.iterdir() if path.suffix == ".html" or path.name[0] == "."] == [
        "report.html"
    ]


@pytest.mark.parametrize("group", ["movies", "prices"])
def test_with_nothing_to_report_one_line_says_what_to_do(run, tmp_path, monkeypatch, group):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(group, "report")
    assert (code, out) == (1, "")
    assert "`almazara" in is_one_line(err) or "almazara up" in err
    assert not (tmp_path / "report.html").exists()


def test_where_a_report_cannot_be_written_one_line_says_it(run, over_sample):
    code, _, err = run("movies", "report", "--output", over_sample / "nowhere" / "report.html")
    assert code == 1
    last = [line for line in err.splitlines() if line.startswith("almazara:")]
    assert len(last) == 1
    assert "nowhere" in last[0]


def test_each_product_stands_in_the_report_of_prices_and_its_name_is_never_markup(run, followed):
    assert run("prices", "report", "--language", "en", "--pictures", followed / "pictures")[0] == 0
    html = (followed / "report.html").read_text()
    page = LexborHTMLParser(html)
    assert asked_for(html) == []
    assert page.css("script, img") == []
    assert len(page.css("ol.products > li")) == len(page.css("article figure")) == 2
    assert [figure.attributes["data-figure"] for figure in page.css("section.chapter figure")] == list(PRICE_FIGURES)
    assert any(HOSTILE in heading.text() for heading in page.css("h2"))
    assert len(page.css("ol.products svg.ruler")) == 2
    names = sorted(path.name for path in (followed / "pictures").iterdir())
    assert [name[:2] for name in names if name[0] == "0"] == ["01", "01", "02", "02"]
    assert {name.split(".")[0] for name in names if name[0] != "0"} == set(PRICE_FIGURES)
    assert all(
        (followed / "pictures" / name).read_bytes().startswith(b"\x89PNG") for name in names if name.endswith("png")
    )

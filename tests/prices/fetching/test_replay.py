"""A folder of saved pages as a page source."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from almazara.errors import InputError
from almazara.prices.fetching.protocol import Failed, Page
from almazara.prices.fetching.replay import ReplaySource
from almazara.prices.fetching.snapshots import Snapshots

OIL = "https://shop.example/oil?size=5"
HTML = f'<html><head><link rel="canonical" href="{OIL}"></head><body>aceite</body></html>'.encode()


def kept_page(body, day):
    return Page(OIL, OIL, 200, {"etag": f'"{day}"'}, body, datetime(2026, 3, day, tzinfo=UTC))


def test_the_newest_snapshot_of_an_address_answers(tmp_path):
    snapshots = Snapshots(tmp_path)
    for day, body in [(1, b"one"), (3, b"three"), (2, b"two")]:
        snapshots.keep("shop.example", "1", kept_page(body, day))
    source = ReplaySource(tmp_path)
    assert source.urls() == [OIL]
    assert source.fetch(OIL) == kept_page(b"three", 3)


@pytest.mark.parametrize("name", ["anything.html", "anything.htm", "page 1.html.gz"])
def test_a_plain_file_belongs_to_the_address_that_it_names_itself(tmp_path, name):
    (tmp_path / name).write_bytes(gzip.compress(HTML) if name.endswith("gz") else HTML)
    page = ReplaySource(tmp_path).fetch(OIL)
    assert (page.url, page.status, page.body) == (OIL, 200, HTML)


def test_open_graph_names_the_address_where_there_is_no_canonical_link(tmp_path):
    (tmp_path / "a.html").write_text(f'<meta property="og:url" content="{OIL}">')
    assert ReplaySource(tmp_path).urls() == [OIL]


def test_an_index_gives_files_their_address(tmp_path):
    (tmp_path / "index.json").write_text(json.dumps({OIL: "a.html"}))
    (tmp_path / "a.html").write_text("no address inside")
    assert ReplaySource(tmp_path).fetch(OIL).body == b"no address inside"


def test_another_spelling_of_the_address_finds_the_page(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    page = ReplaySource(tmp_path).fetch("HTTPS://Shop.example:443/x/../oil?size=5#top")
    assert isinstance(page, Page)


def test_what_tells_pages_apart_can_be_given(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    source = ReplaySource(tmp_path, identity=lambda url: url.partition("?")[0])
    assert isinstance(source.fetch("https://shop.example/oil?size=1"), Page)


@pytest.mark.parametrize("link", ["", "/oil", "file:///etc/passwd", "javascript:alert(1)"])
def test_a_file_that_names_no_web_address_is_left_out(tmp_path, link):
    (tmp_path / "a.html").write_text(f'<link rel="canonical" href="{link}">')
    assert ReplaySource(tmp_path).urls() == []


def test_a_page_that_is_not_there_or_broken_is_a_failure(tmp_path):
    (tmp_path / "index.json").write_text(json.dumps({OIL: "a.html.gz", "https://shop.example/b": "no.html"}))
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(HTML)[:30])
    source = ReplaySource(tmp_path)
    for url in (OIL, "https://shop.example/b", "https://shop.example/unknown"):
        assert isinstance(source.fetch(url), Failed)


@pytest.mark.parametrize("index", ["{", "[]", '{"https://shop.example/": "../secret.html"}', '{"x": "/etc/passwd"}'])
def test_an_index_that_cannot_be_used_is_an_error(tmp_path, index):
    (tmp_path / "index.json").write_text(index)
    with pytest.raises(InputError, match=r"index\.json"):
        ReplaySource(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no folder"):
        ReplaySource(tmp_path / "missing")

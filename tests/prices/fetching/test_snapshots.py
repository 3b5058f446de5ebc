"""The kept copies of fetched pages."""

import errno
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import DamagedError, UnavailableError
from almazara.files import safe_name
from almazara.prices.fetching.protocol import Page
from almazara.prices.fetching.snapshots import Retention, Snapshots, read_body

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
PAGE = Page(
    url="https://shop.example/oil",
    final_url="https://shop.example/oil/1",
    status=200,
    headers={"content-type": "text/html", "etag": '"1"'},
    body="<html>ñ €</html>".encode("cp1252"),
    fetched_at=NOW,
)


@pytest.fixture
def snapshots(tmp_path):
    return Snapshots(tmp_path / "snapshots")


def on_day(number, body=PAGE.body):
    return replace(PAGE, fetched_at=NOW + timedelta(days=number), body=body)


def files(snapshots, ending):
    return sorted(path.name for path in snapshots.root.rglob(f"*{ending}"))


def test_a_kept_page_comes_back_as_it_was(snapshots):
    path = snapshots.keep("shop.example", "1", PAGE)
    assert gzip.decompress(path.read_bytes()) == PAGE.body
    (snapshot,) = snapshots.iterate()
    assert (snapshot.shop, snapshot.sku, snapshot.page) == ("shop.example", "1", PAGE)


def test_pages_come_in_the_order_of_time_whatever_their_listing(snapshots):
    for day, sku in [(2, "a"), (0, "b"), (1, "a"), (3, "b")]:
        snapshots.keep("shop.example", sku, on_day(day, sku.encode() + bytes([day])))
    assert [(s.sku, (s.page.fetched_at - NOW).days) for s in snapshots.iterate()] == [
        ("b", 0),
        ("a", 1),
        ("a", 2),
        ("b", 3),
    ]


def test_pages_of_one_shop_or_listing_can_be_asked_for(snapshots):
    for shop, sku in [("a.example", "1"), ("a.example", "2"), ("b.example", "1")]:
        snapshots.keep(shop, sku, PAGE)
    assert len(list(snapshots.iterate("a.example"))) == 2
    assert len(list(snapshots.iterate("a.example", "2"))) == 1
    assert len(list(snapshots.iterate("c.example"))) == 0


def test_the_same_bytes_again_are_noted_and_not_copied(snapshots):
    first = snapshots.keep("shop.example", "1", on_day(0))
    assert snapshots.keep("shop.example", "1", on_day(1)) == first
    assert len(files(snapshots, ".html.gz")) == 1
    assert [s.page for s in snapshots.iterate()] == [on_day(0), on_day(1)]


def test_a_changed_page_is_copied(snapshots):
    for day, body in enumerate([b"a", b"b", b"a"]):
        snapshots.keep("shop.example", "1", on_day(day, body))
    assert [s.page.body for s in snapshots.iterate()] == [b"a", b"b", b"a"]
    assert len(files(snapshots, ".html.gz")) == 3


def test_two_pages_of_one_moment_are_both_kept(snapshots):
    for body in (b"a", b"b"):
        snapshots.keep("shop.example", "1", on_day(0, body))
    assert [s.page.body for s in snapshots.iterate()] == [b"a", b"b"]


def test_the_latest_page_of_a_listing_can_be_asked_for(snapshots):
    for day in (1, 3, 2):
        snapshots.keep("shop.example", "1", on_day(day, bytes([day])))
    assert snapshots.latest("shop.example", "1").page.body == b"\x03"
    assert snapshots.latest("shop.example", "other") is None


def test_cookies_and_unknown_headers_are_not_kept(snapshots):
    snapshots.keep("shop.example", "1", replace(PAGE, headers={"etag": "x", "set-cookie": "secret"}))
    assert next(snapshots.iterate()).page.headers == {"etag": "x"}


@pytest.mark.parametrize("name", ["..", ".", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "", "\0", ".hidden"])
def test_no_shop_or_sku_leads_out_of_the_folder(snapshots, name):
    path = snapshots.keep(name, name, PAGE)
    assert path.resolve().is_relative_to(snapshots.root.resolve())
    assert len(path.relative_to(snapshots.root).parts) == 3
    (snapshot,) = snapshots.iterate()
    assert (snapshot.shop, snapshot.sku) == (name, name)


@given(st.text(max_size=300), st.text(max_size=300))
def test_names_stay_inside_and_apart(one, other):
    for name in (safe_name(one), safe_name(other)):
        assert name not in {"", ".", ".."}
        assert not set(name) & set("/\\\0")
        assert not name.startswith(".")
        assert len(name) <= 120
    if one != other:
        assert safe_name(one) != safe_name(other)


def test_a_note_that_points_outside_is_not_followed(snapshots, tmp_path):
    snapshots.keep("shop.example", "1", PAGE)
    (tmp_path / "secret.html.gz").write_bytes(gzip.compress(b"secret"))
    (note,) = snapshots.root.rglob("*.json")
    note.write_text(json.dumps(json.loads(note.read_text()) | {"file": "../../../secret.html.gz"}))
    assert list(snapshots.iterate()) == []


BAD_DEFLATE = gzip.compress(b"a")[:10] + b"\xff" * 20


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x1f\x8b\x08half", gzip.compress(b"another page"), BAD_DEFLATE],
    ids=["empty", "cut", "another", "flipped"],
)
def test_a_damaged_page_is_left_out(snapshots, damage):
    snapshots.keep("shop.example", "1", on_day(0, b"a")).write_bytes(damage)
    snapshots.keep("shop.example", "1", on_day(1, b"b"))
    assert [s.page.body for s in snapshots.iterate()] == [b"b"]


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"file": 3}', "\ud83d".encode("utf-8", "surrogatepass")])
def test_a_damaged_note_is_left_out_and_does_not_stop_keeping(snapshots, damage):
    snapshots.keep("shop.example", "1", on_day(0, b"a"))
    (note,) = snapshots.root.rglob("*.json")
    note.write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    snapshots.keep("shop.example", "1", on_day(1, b"b"))
    assert [s.page.body for s in snapshots.iterate()] == [b"b"]
    assert list(snapshots.addresses()) == [PAGE.url]


def test_what_a_killed_process_left_is_no_page(snapshots):
    path = snapshots.keep("shop.example", "1", PAGE)
    (path.parent / ".20260301T130000000000Z.html.gz.77.new").write_bytes(b"half")
    assert len(list(snapshots.iterate())) == 1


def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path):
    (tmp_path / "snapshots").write_text("a file")
    with pytest.raises(UnavailableError, match="could not be kept") as caught:
        Snapshots(tmp_path / "snapshots").keep("shop.example", "1", PAGE)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("error", [(errno.ENOSPC, "No space left on device"), (errno.EACCES, "Permission denied")])
def test_a_folder_of_one_listing_that_cannot_be_written_is_damage_and_a_full_disk_is_none(tmp_path, monkeypatch, error):
    def full(*_, **__):
        raise OSError(*error)

    monkeypatch.setattr("almazara.prices.fetching.snapshots.replace_file", full)
    with pytest.raises(UnavailableError, match=error[1]) as caught:
        Snapshots(tmp_path).keep("shop.example", "1", PAGE)
    assert isinstance(caught.value, DamagedError) is (error[0] == errno.EACCES)
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_in_the_place_of_a_note_keeps_no_page_from_being_kept_or_removed(snapshots):
    snapshots.keep("shop.example", "1", on_day(0, b"a"))
    (snapshots.root / "shop.example" / "1" / "20990101T000000000000Z.json").mkdir()
    snapshots.keep("shop.example", "1", on_day(1, b"b"))
    assert snapshots.latest("shop.example", "1").page.body == b"b"
    assert snapshots.prune(NOW + timedelta(days=100)) == 1


def test_old_pages_go_and_the_newest_of_a_listing_stays(snapshots):
    for day in (0, 50, 95):
        snapshots.keep("shop.example", "1", on_day(day, bytes([day])))
    snapshots.keep("shop.example", "old", on_day(0, b"only one"))
    assert snapshots.prune(NOW + timedelta(days=100)) == 1
    assert [s.page.body for s in snapshots.iterate()] == [b"only one", bytes([50]), bytes([95])]
    assert len(files(snapshots, ".html.gz")) == 3


def test_a_body_stays_as_long_as_a_note_needs_it(snapshots):
    for day in (0, 95, 99):
        snapshots.keep("shop.example", "1", on_day(day))
    assert snapshots.prune(NOW + timedelta(days=100)) == 1
    assert [s.page for s in snapshots.iterate()] == [on_day(95), on_day(99)]


def test_beyond_the_size_the_oldest_pages_go_first(tmp_path):
    snapshots = Snapshots(tmp_path, Retention(days=None, max_bytes=6_000))
    for day in range(10):
        noise = bytes((day * 31 + i * i * 17) % 251 for i in range(1000))
        snapshots.keep("shop.example", "1", on_day(day, noise))
    removed = snapshots.prune(NOW)
    kept = list(snapshots.iterate())
    assert removed == 10 - len(kept)
    assert kept[-1].page.fetched_at == on_day(9).fetched_at
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 6_000


def test_a_damaged_note_does_not_stop_pruning(snapshots):
    snapshots.keep("shop.example", "1", on_day(0, b"a"))
    (note,) = snapshots.root.rglob("*.json")
    note.write_text("{")
    snapshots.keep("shop.example", "1", on_day(99, b"b"))
    assert snapshots.prune(NOW + timedelta(days=100)) == 1


def test_nothing_is_pruned_without_limits(tmp_path):
    snapshots = Snapshots(tmp_path, Retention(days=None, max_bytes=None))
    snapshots.keep("shop.example", "1", on_day(0, b"a"))
    snapshots.keep("shop.example", "1", on_day(1, b"b"))
    assert snapshots.prune(NOW + timedelta(days=9999)) == 0


def test_a_gzip_bomb_among_saved_pages_is_not_unpacked(tmp_path):
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(bytes(60_000_000)))
    with pytest.raises(ValueError, match="more than"):
        read_body(tmp_path / "bomb.html.gz")

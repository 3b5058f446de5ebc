"""Pages are read in a process whose time and memory are bounded: a page that takes more is unreadable, and no other."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from almazara.errors import InputError
from almazara.prices import pages
from almazara.prices.collecting import reading_process
from almazara.prices.collecting.reading_process import ReadingProcess
from almazara.prices.pages.outcome import Unreadable
from almazara.prices.pages.own_rule import ShopRule
from price_shop import offer_page
from sample_pages import BLOCKED, LISTINGS, NAMED, UNAVAILABLE, UNREADABLE, html_of, url_of

pytestmark = pytest.mark.server
HOSTILE = {
    "many attributes on one tag": b"<div " + b" ".join(b"a%d=1" % number for number in range(400_000)) + b">",
    "amounts without end": offer_page("5.60").replace(b"</body>", f"<p>{'5,60 € ' * 1_400_000}</p></body>".encode()),
}
"""The second takes a time like its ten megabytes, which on no machine is a fifth of a second."""

SLOW = """
from math import ceil
from time import process_time as used
from almazara.prices.collecting import reading_process

def read(asked):
    begun = used()
    while used() < begun + 0.5:
        pass
    return ""

reading_process._READERS = {"page": read}
whole = ceil(used())
while used() < whole + 0.05:
    pass
reading_process._serve(0.2)
"""
"""Half a second of processor for a page, of which whole seconds would allow it more: the next one is far."""


@pytest.fixture(scope="module")
def reader():
    with closing(ReadingProcess(1.0)) as opened:
        yield opened


@pytest.fixture(scope="module")
def hurried():
    with closing(ReadingProcess(0.2)) as opened:
        yield opened


@pytest.mark.parametrize("name", [next(iter(kind)) for kind in (NAMED, UNAVAILABLE, UNREADABLE, BLOCKED, LISTINGS)])
def test_what_comes_out_is_what_the_reader_says(reader, name):
    html, url = html_of(name), url_of(name)
    assert reader.read(html.encode(), url=url, headers={}) == pages.read(html, url=url)


def test_all_that_the_reader_is_told_beside_the_page_arrives(reader):
    told = {
        "url": "https://www.shop.example/1",
        "status": 200,
        "headers": {"content-type": "text/html; charset=utf-8"},
        "expected_sku": None,
        "known_title": "Quite another thing",
        "asked_url": "https://www.shop.example/1",
        "rule": ShopRule("shop.example", "b"),
    }
    html = offer_page("5.60")
    assert reader.read(html, **told) == pages.read(html, **told)
    assert isinstance(reader.read(html, **told), Unreadable)


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_a_page_that_takes_more_than_its_time_or_memory_is_unreadable_and_costs_no_other(hurried, html):
    outcome = hurried.read(html, url="https://www.shop.example/1", headers={})
    assert isinstance(outcome, Unreadable)
    assert outcome.missing in {("time",), ("page",)}
    html, url = html_of("amazon_search"), url_of("amazon_search")
    assert hurried.read(html.encode(), url=url, headers={}) == pages.read(html, url=url)


def test_a_page_is_allowed_its_share_of_a_second_and_no_more():
    asked = reading_process.Asked(b"", "", 200, {}, None, None, None, None)
    question = reading_process.msgspec.msgpack.encode(("page", asked))
    message = len(question).to_bytes(reading_process._HEADER) + question
    ended = subprocess.run([sys.executable, "-c", SLOW], input=message, capture_output=True, check=False)
    assert (ended.stdout, ended.returncode) == (b"", -signal.SIGPROF)


def test_a_rule_and_the_pages_own_address_are_asked_within_the_same_limits(reader, hurried):
    rule, named = ShopRule("shop.example", "b"), b"<link rel=canonical href='https://shop.example/1'><b>5,00 &euro;</b>"
    assert reader.own_address(named) == "https://shop.example/1"
    assert reader.read_by_rule(named, url="https://shop.example/1", headers={}, rule=rule).price == Decimal(5)
    assert reader.own_address(HOSTILE["many attributes on one tag"]) == ""
    hostile, costly = b"<p></p><b>5</b>" * 20_000, ShopRule("shop.example", "i ~ b")  # each looks at all before it
    outcome = hurried.read_by_rule(hostile, url="https://shop.example/1", headers={}, rule=costly)
    assert outcome.missing == ("time",)


def test_a_selector_that_is_none_is_refused_as_it_is_without_the_process(reader):
    with pytest.raises(InputError, match="selector"):
        reader.read_by_rule(b"<b>5</b>", url="https://shop.example/1", headers={}, rule=ShopRule("shop.example", "b["))


def test_a_process_that_has_ended_of_itself_is_started_again(reader):
    html, url = html_of("amazon_search"), url_of("amazon_search")
    expected = reader.read(html.encode(), url=url, headers={})
    child = reader._child
    child.stdin.close()
    child.wait()
    reader._child.stdin = Path(os.devnull).open("wb")  # noqa: SIM115 - in the place of the closed pipe
    assert reader.read(html.encode(), url=url, headers={}) == expected
    assert reader._child is not child

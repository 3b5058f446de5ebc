"""Proxies of which one is dead: who is asked instead, for how long, and how they are named."""

import socket
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.politeness import Politeness
from almazara.prices.fetching.protocol import Failed, Page, Refused
from almazara.prices.fetching.proxies import Proxies, in_turn, public_name
from almazara.prices.fetching.registry import open_proxies, page_source
from almazara.prices.fetching.scrapy_source import ScrapySource
from page_server import FakeTime, NoJitter, reply, serving
from price_shop import settings_over

pytestmark = pytest.mark.server

LOGIN = "ana:hidden"
URL = "http://shop.example/oil"


def dead():
    """The address of a proxy that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://{LOGIN}@127.0.0.1:{listener.getsockname()[1]}"


def alive(server, password="secret"):
    return f"http://ana:{password}@127.0.0.1:{server.port}"


@pytest.fixture
def hours():
    return FakeTime()


@pytest.fixture
def proxy():
    """A proxy that knows a shop."""
    with serving() as server:
        server.routes |= {URL: reply(b"oil"), "http://shop.example/robots.txt": reply(b"User-agent: *\nAllow: /\n")}
        yield server


@pytest.fixture(params=[HttpSource, ScrapySource], ids=["http", "scrapy"])
def source_over(request, hours):
    """Makes a source over proxies, whose time passes by argument."""
    made = []

    def make(*proxies, path=None, robots=True):
        config = HttpConfig(politeness=Politeness(jitter=0, robots=robots), proxies=proxies)
        shared = Proxies(proxies, hours.clock, path)
        time = {"clock": hours.clock, "sleep": hours.sleep, "rng": NoJitter()}
        source = request.param(config, resolver=lambda *_: ["93.184.216.34"], proxies=shared, **time)
        made.append(source)
        return source, shared

    yield make
    for source in made:
        source.close()


def test_pages_and_robots_txt_are_asked_through_another_proxy_at_once(proxy, source_over, hours):
    source, _ = source_over(dead(), alive(proxy))
    pages = [source.fetch(URL) for _ in range(4)]
    assert [type(page) for page in pages] == [Page] * 4
    assert hours.slept == [5.0] * 4  # the pauses between five requests, and none for what the shop never saw
    assert proxy.paths() == ["http://shop.example/robots.txt", *[URL] * 4]


def test_one_that_is_dead_is_named_without_its_login_and_tried_again_after_a_while(proxy, source_over, hours, caplog):
    gone = dead()
    source, shared = source_over(gone, gone.replace("ana", "eva"), alive(proxy))
    source.fetch(URL)
    name = f"http://{gone.rpartition('@')[2]}"
    assert list(shared.set_aside()) == [name]
    assert "hidden" not in caplog.text
    hours.pass_by(3600)
    assert shared.set_aside() == {}
    source.fetch(URL)
    source.fetch(URL)
    assert list(shared.set_aside()) == [name]


def test_one_that_answers_again_is_forgotten(proxy, source_over, hours):
    source, shared = source_over(alive(proxy))
    shared.keep(alive(proxy), failed=True)
    assert isinstance(source.fetch(URL), Page)
    assert shared._aside == {}


def test_where_all_are_dead_the_page_fails_and_the_shop_was_not_asked(source_over, hours):
    source, shared = source_over(dead(), dead())
    outcome = source.fetch(URL)
    assert not isinstance(outcome, Page)
    assert "hidden" not in repr(outcome)
    assert len(shared.set_aside()) == 2


def test_one_that_does_not_take_its_login_is_set_aside(proxy, source_over):
    with serving() as strict:
        strict.routes |= {URL: reply(status=407), "http://shop.example/robots.txt": reply(status=407)}
        source, shared = source_over(alive(strict), alive(proxy))
        assert [type(source.fetch(URL)) for _ in range(3)] == [Page] * 3
        assert list(shared.set_aside()) == [f"http://127.0.0.1:{strict.port}"]


def test_a_shop_that_is_gone_is_not_laid_at_the_door_of_its_proxy(source_over):
    with serving() as proxy:
        proxy.routes |= {URL: reply(status=502), "http://shop.example/robots.txt": reply(status=404)}
        source, shared = source_over(alive(proxy), robots=False)
        for url in (URL, "https://shop.example/oil"):  # where it makes no tunnel: CONNECT is answered 501
            assert not isinstance(source.fetch(url), Refused)
            assert shared.set_aside() == {}


def test_what_is_set_aside_is_known_to_other_processes(source_over, hours, tmp_path):
    gone, path = dead(), tmp_path / "hosts" / "proxies.json"
    source_over(gone, path=path)[0].fetch(URL)
    assert list(Proxies([gone], hours.clock, path).set_aside()) == [public_name(gone)]
    assert Proxies([], hours.clock, path).set_aside() == {}  # one that the settings name no longer
    assert "hidden" not in path.read_text()
    path.write_text("{")
    assert Proxies([gone], hours.clock, path).set_aside() == {}


def test_one_that_takes_connections_and_says_nothing_is_set_aside(proxy, hours):
    """Only for encrypted pages can it be told from a shop that says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        config = HttpConfig(politeness=Politeness(robots=False, retries=0), proxies=(address,), timeout_seconds=0.2)
        time = {"clock": hours.clock, "sleep": hours.sleep}
        with closing(HttpSource(config, resolver=lambda *_: ["93.184.216.34"], **time)) as source:
            assert isinstance(source.fetch("http://shop.example/oil"), Failed)
            assert source._proxies.set_aside() == {}
            assert isinstance(source.fetch("https://shop.example/oil"), Failed)
            assert list(source._proxies.set_aside()) == [address]


def test_the_settings_proxies_are_those_of_real_shops_and_not_of_the_demo(tmp_path):
    settings = settings_over(tmp_path, proxies="http://ana:secret@127.0.0.1:1")
    assert open_proxies(settings).addresses == ["http://ana:secret@127.0.0.1:1"]
    for patient, proxies in ((True, ["http://ana:secret@127.0.0.1:1"]), (False, ())):
        with closing(page_source(settings, patient=patient)) as source:
            assert source._proxies.addresses == proxies


@pytest.mark.parametrize("login", ["", "ana@", "ana:secret@", "ana:se/cr@et@", "ana:#?@"])
def test_a_name_holds_nothing_of_the_login(login):
    for scheme in ("http", "socks5h"):
        assert public_name(f"{scheme}://{login}proxy.example:3128/") == f"{scheme}://proxy.example:3128"


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=5, unique=True), st.data())
def test_each_of_those_that_answer_is_tried_once_beginning_with_the_next(names, data):
    now = FakeTime().now
    proxies = [f"http://{name}:1" for name in names]
    shared = Proxies(proxies, lambda: now)
    for proxy in data.draw(st.lists(st.sampled_from(proxies), max_size=5)):
        shared.keep(proxy, failed=True)
    out = set(shared.set_aside())
    turn = data.draw(st.integers(0, 10))
    order = in_turn(proxies, shared._aside, turn, now)
    if len(out) == len(proxies):
        assert [shared._aside[order[0]].until] == [min(one.until for one in shared._aside.values())]
        assert len(order) == 1
    else:
        rotated = [proxies[(turn + number) % len(proxies)] for number in range(len(proxies))]
        assert order == [proxy for proxy in rotated if proxy not in out]


def test_one_that_keeps_failing_is_left_alone_for_ever_longer_up_to_an_hour():
    now = FakeTime().now
    shared = Proxies(["http://a:1"], lambda: now)
    waits = []
    for _ in range(9):
        shared.keep("http://a:1", failed=True)
        waits.append((shared.set_aside()["http://a:1"] - now) // timedelta(minutes=1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]

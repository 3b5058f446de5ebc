"""The Scrapy page source: its process, its pace, its end. What all sources promise is in the contract suite."""

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from almazara.errors import MissingExtraError
from almazara.prices.fetching import scrapy_spider
from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.politeness import Politeness
from almazara.prices.fetching.protocol import Failed, Page, Refused
from almazara.prices.fetching.scrapy_source import ScrapyProcess, ScrapySource
from page_server import Crowd, dripping, in_turn, reply, serving, silent

pytestmark = pytest.mark.server

HTML = b"<html>aceite</html>"


@pytest.fixture(scope="module")
def shop():
    with serving() as server:
        for number in range(6):
            server.routes[f"/{number}"] = reply(HTML)
        yield server


def source_for(shop, polite=None, more=None, **settings):
    polite = Politeness(**({"delay_seconds": 0, "backoff_seconds": 0.01} | (polite or {})))
    addresses = AddressPolicy(loopback_ports=frozenset({shop.port}))
    return ScrapySource(HttpConfig(politeness=polite, addresses=addresses, **settings), **(more or {}))


def at_once(source, urls):
    with ThreadPoolExecutor(len(urls)) as pool:
        return list(pool.map(source.fetch, urls))


def pid_of(source):
    return source._process._child.pid


@pytest.fixture(scope="module")
def source(shop):
    """One process for the tests that do not end it."""
    made = source_for(shop)
    yield made
    made.close()


def test_each_of_many_addresses_gets_one_outcome(shop, source):
    urls = [shop.url(f"/{number}", host) for number in range(3) for host in ("127.0.0.1", "localhost")]
    urls += [shop.url("/missing"), "file:///etc/passwd", "http://10.0.0.1/"]
    outcomes = at_once(source, urls)
    assert Counter(outcome.url for outcome in outcomes) == Counter(urls)
    assert Counter(type(outcome) for outcome in outcomes) == {Page: 7, Refused: 2}


def test_a_host_is_asked_one_at_a_time(shop, source):
    crowd = Crowd()
    shop.routes["/slow"] = crowd.reply(HTML, 0.05)
    at_once(source, [shop.url("/slow")] * 4)
    assert crowd.most == 1


def test_many_hosts_are_asked_side_by_side(shop):
    """Nobody gets an answer before all twenty have asked."""
    hosts = [f"shop{number}.example" for number in range(20)]
    together = threading.Barrier(len(hosts), timeout=60)

    def answer(handler):
        together.wait()
        reply(HTML)(handler)

    shop.routes["/together"] = answer
    source = source_for(shop, polite={"robots": False}, more={"resolver": lambda *_: ["127.0.0.1"]})
    try:
        outcomes = at_once(source, [shop.url("/together", host) for host in hosts])
    finally:
        source.close()
    assert [type(outcome) for outcome in outcomes] == [Page] * len(hosts)


def test_sources_share_a_process_that_ends_with_the_last_of_them(shop):
    process = ScrapyProcess()
    first, second = (source_for(shop, more={"process": process}) for _ in range(2))
    first.fetch(shop.url("/0"))
    child = process._child
    first.close()
    assert isinstance(second.fetch(shop.url("/1")), Page)
    assert process._child is child
    second.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_the_first_part_of_a_large_robots_txt_counts():
    with serving() as large:
        rules = b"User-agent: *\nDisallow: /private\n"
        large.routes |= {"/robots.txt": reply(rules + b"#" * 600_000), "/oil": reply(HTML), "/private": reply(HTML)}
        source = source_for(large)
        try:
            outcomes = [source.fetch(large.url(path)) for path in ("/oil", "/private")]
        finally:
            source.close()
        assert [type(outcome) for outcome in outcomes] == [Page, Refused]


def test_passing_errors_are_repeated(shop, source):
    shop.routes["/busy"] = in_turn(reply(status=503), reply(status=429, Retry_After="1"), reply(HTML))
    begun = time.monotonic()
    assert source.fetch(shop.url("/busy")).body == HTML
    assert time.monotonic() - begun > 0.9


def test_a_page_that_drips_is_asked_once_and_one_that_does_not_begin_again(shop):
    shop.routes |= {"/drips": dripping, "/silent": in_turn(silent, reply(HTML))}
    source = source_for(shop, polite={"retries": 1}, timeout_seconds=0.4)
    try:
        outcomes = [source.fetch(shop.url(path)) for path in ("/drips", "/silent")]
    finally:
        source.close()
    assert outcomes[0] == Failed(shop.url("/drips"), "it began to answer, and took longer than allowed")
    assert (outcomes[1].body, shop.paths().count("/drips")) == (HTML, 1)


def test_the_callers_process_stays_free_of_scrapy(source, shop):
    program = (
        "import sys; from almazara.prices.fetching.scrapy_source import ScrapySource;"
        "assert not {'scrapy', 'twisted'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_certificates_are_checked_cookies_forgotten_and_hosts_throttled():
    made = scrapy_spider.SETTINGS
    assert made["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert made["AUTOTHROTTLE_ENABLED"] is True
    assert made["COOKIES_ENABLED"] is False


def test_connections_go_to_checked_addresses_only(monkeypatch):
    """A name that was not checked has no address, whatever a name server would say."""
    monkeypatch.setattr(scrapy_spider, "PINNED", {"shop.example": ("8.8.8.8", "2606:4700::1111")})

    class Receiver:
        def __init__(self):
            self.got = []

        def resolutionBegan(self, _):  # noqa: N802
            pass

        def addressResolved(self, address):  # noqa: N802
            self.got.append((address.host, address.port))

        def resolutionComplete(self):  # noqa: N802
            self.got.append("complete")

    for host, expected in [
        ("shop.example", [("8.8.8.8", 443), ("2606:4700::1111", 443)]),
        ("localhost", []),
        ("127.0.0.1", []),
    ]:
        receiver = Receiver()
        scrapy_spider.PinnedResolver(SimpleNamespace(nameResolver=None), 0).resolveHostName(receiver, host, 443)
        assert receiver.got == [*expected, "complete"]


def test_a_proxy_in_the_environment_is_not_used(shop, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    source = source_for(shop)
    try:
        assert isinstance(source.fetch(shop.url("/0")), Page)
    finally:
        source.close()


def test_without_scrapy_the_error_says_what_to_install(shop, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"\.\[scrapy\]"):
        source_for(shop).fetch(shop.url("/0"))


def test_proxies_are_used_in_turn_and_the_days_budget_holds(shop):
    with serving() as first, serving() as second:
        for proxy in (first, second):
            proxy.routes[shop.url("/0")] = reply(b"through a proxy")
        source = source_for(
            shop,
            polite={"daily_budget": 2, "robots": False},
            proxies=tuple(f"http://user:secret@127.0.0.1:{proxy.port}" for proxy in (first, second)),
        )
        try:
            outcomes = [source.fetch(shop.url("/0")) for _ in range(3)]
        finally:
            source.close()
        assert [type(outcome) for outcome in outcomes] == [Page, Page, Refused]
        assert len(first.asked) == len(second.asked) == 1


def test_a_process_that_dies_fails_its_pages_and_is_started_again(shop):
    both_asked, let = threading.Barrier(3, timeout=60), threading.Event()

    def held(handler):
        both_asked.wait()
        let.wait(60)
        reply(HTML)(handler)

    shop.routes["/held"] = held
    source = source_for(shop)
    try:
        assert isinstance(source.fetch(shop.url("/0")), Page)
        with ThreadPoolExecutor(2) as pool:
            outcomes = pool.map(source.fetch, [shop.url("/held"), shop.url("/held", "localhost")])
            both_asked.wait()
            os.kill(pid_of(source), signal.SIGKILL)
            assert [type(outcome) for outcome in outcomes] == [Failed, Failed]
        assert isinstance(source.fetch(shop.url("/1")), Page)
    finally:
        let.set()
        source.close()


def test_an_interrupted_fetch_leaves_no_process_behind(shop):
    def interrupt(_):
        raise KeyboardInterrupt

    source = source_for(shop, polite={"delay_seconds": 1}, more={"sleep": interrupt})
    with pytest.raises(KeyboardInterrupt):
        source.fetch(shop.url("/0"))
    child = pid_of(source)
    source.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_the_process_ends_when_its_caller_is_killed(shop):
    program = f"""
import sys, time
from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.politeness import Politeness
from almazara.prices.fetching.scrapy_source import ScrapySource
addresses = AddressPolicy(loopback_ports=frozenset({{{shop.port}}}))
source = ScrapySource(HttpConfig(addresses=addresses, politeness=Politeness(robots=False)))
source.fetch("{shop.url("/0")}")
print(source._process._child.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as caller:
        child = int(caller.stdout.readline())
        caller.kill()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("The Scrapy process outlived its caller.")

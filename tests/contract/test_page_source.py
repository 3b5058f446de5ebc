"""What every page source promises: the same outcomes for the same world, whoever fetches."""

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.politeness import Politeness
from almazara.prices.fetching.protocol import Failed, NotModified, Page, PageSource, Refused
from almazara.prices.fetching.replay import ReplaySource
from almazara.prices.fetching.scrapy_source import ScrapySource
from almazara.prices.fetching.snapshots import Snapshots
from page_server import PageServer, raw, redirect, reply, self_signed, serving

pytestmark = pytest.mark.server

HTML = "<html><title>Aceite añejo 5 €</title></html>".encode("cp1252")
ETAG = '"oil-1"'


@dataclass
class World:
    """A source, and the address of a page that it can fetch."""

    source: PageSource
    url: str
    shop: PageServer | None = None


@pytest.fixture(scope="module")
def shop():
    with serving() as server:

        def oil(handler):
            fresh = handler.headers.get("If-None-Match") == ETAG
            (reply(status=304, ETag=ETAG) if fresh else reply(HTML, ETag=ETAG, Content_Type="text/html"))(handler)

        server.routes |= {
            "/oil": oil,
            "/robots.txt": reply(gzip.compress(b"User-agent: *\nDisallow: /private\n"), Content_Encoding="gzip"),
            "/private": reply(b"never"),
            "/moved": redirect("/oil", 301),
            "/packed": reply(gzip.compress(HTML), Content_Encoding="gzip"),
            "/gone": reply(b"gone", 410),
            "/half": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<html>half"),
            "/bomb": reply(gzip.compress(bytes(30_000_000)), Content_Encoding="gzip"),
            "/cut": reply(gzip.compress(HTML * 100)[:-30], Content_Encoding="gzip"),
            "/brotli": reply(b"\x0b\x02\x80abc\x03", Content_Encoding="br"),
            "/large": reply(bytes(2_000_000)),
            "/loop": redirect("/loop"),
            "/metadata": redirect("http://169.254.169.254/latest/meta-data/"),
            "/file": redirect("file:///etc/passwd"),
            "/elsewhere": redirect("http://127.0.0.1:6379/"),
        }
        yield server


def _config(shop):
    return HttpConfig(
        contact_url="https://oil.example/bot",
        addresses=AddressPolicy(loopback_ports=frozenset({shop.port})),
        politeness=Politeness(delay_seconds=0, backoff_seconds=0.01, retries=1),
        max_bytes=1_000_000,
        timeout_seconds=10,
    )


def _replay(shop, folder):
    snapshots = Snapshots(folder)
    now = datetime.now(UTC)
    url = shop.url("/oil")
    snapshots.keep("127.0.0.1", "oil", Page(url, url, 200, {"etag": ETAG}, HTML, now))
    return ReplaySource(folder)


SOURCES: dict[str, Callable[..., PageSource]] = {
    "http": lambda shop, _: HttpSource(_config(shop)),
    "scrapy": lambda shop, _: ScrapySource(_config(shop)),
    "replay": _replay,
}


@pytest.fixture(scope="module", params=list(SOURCES))
def world(request, shop, tmp_path_factory):
    source = SOURCES[request.param](shop, tmp_path_factory.mktemp("pages"))
    assert source.name == request.param
    yield World(source, shop.url("/oil"), shop)
    source.close()


@pytest.fixture(scope="module", params=["http", "scrapy"])
def online(request, shop, tmp_path_factory):
    source = SOURCES[request.param](shop, None)
    yield World(source, shop.url("/oil"), shop)
    source.close()


def test_a_page_comes_byte_by_byte_with_its_address_and_moment(world):
    page = world.source.fetch(world.url)
    assert isinstance(page, Page)
    assert (page.url, page.final_url, page.status, page.body) == (world.url, world.url, 200, HTML)
    assert page.headers["etag"] == ETAG
    assert abs((datetime.now(UTC) - page.fetched_at).total_seconds()) < 60


def test_a_page_that_is_the_copy_at_hand_is_not_modified(world):
    outcome = world.source.fetch(world.url, {"etag": ETAG})
    assert isinstance(outcome, NotModified)
    assert outcome.url == world.url


def test_a_page_that_is_not_the_copy_at_hand_comes(world):
    assert isinstance(world.source.fetch(world.url, {"etag": '"another"'}), Page)


@pytest.mark.parametrize("url", ["", "no address", "file:///etc/passwd", "http://", "http://[::1", "data:,x"])
def test_what_cannot_be_fetched_is_an_outcome_and_no_error(world, url):
    outcome = world.source.fetch(url)
    assert isinstance(outcome, Failed | Refused)
    assert outcome.url == url
    assert outcome.reason


def test_a_missing_page_is_an_outcome(world):
    outcome = world.source.fetch(world.url + "-missing")
    assert isinstance(outcome, Failed) or outcome.status == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/private", Refused),
        ("/metadata", Refused),
        ("/file", Refused),
        ("/elsewhere", Refused),
        ("/half", Failed),
        ("/bomb", Failed),
        ("/cut", Failed),
        ("/brotli", Failed),
        ("/large", Failed),
        ("/loop", Failed),
        ("/gone", Page),
        ("/packed", Page),
        ("/moved", Page),
    ],
)
def test_sources_that_ask_the_network_agree_on_the_outcome(online, path, kind):
    outcome = online.source.fetch(online.shop.url(path))
    assert type(outcome) is kind
    assert outcome.url == online.shop.url(path)
    assert "/private" not in online.shop.paths()


def test_a_redirect_tells_the_final_address(online):
    assert online.source.fetch(online.shop.url("/moved")).final_url == online.url


def test_a_packed_page_is_unpacked(online):
    page = online.source.fetch(online.shop.url("/packed"))
    assert page.body == HTML
    assert "content-encoding" not in page.headers


def test_the_user_agent_is_honest(online):
    online.source.fetch(online.url)
    agent = online.shop.asked[-1][1]["user-agent"]
    assert agent.startswith("Almazara/")
    assert "https://oil.example/bot" in agent


def test_a_blocked_host_is_left_alone_from_then_on(shop):
    for name in ("http", "scrapy"):
        source = SOURCES[name](shop, None)
        source.report_block(shop.url("/oil"))
        before = len(shop.asked)
        begun = time.monotonic()
        assert isinstance(source.fetch(shop.url("/oil")), Refused)
        assert len(shop.asked) == before
        assert time.monotonic() - begun < 60
        source.close()


@pytest.mark.parametrize("name", ["http", "scrapy"])
def test_a_certificate_that_nobody_vouches_for_is_a_failure(name, tmp_path):
    _, context = self_signed(tmp_path, "localhost")
    with serving(context) as shop:
        shop.routes["/oil"] = reply(HTML)
        source = SOURCES[name](shop, None)
        outcome = source.fetch(shop.url("/oil", host="localhost", scheme="https"))
        source.close()
    assert isinstance(outcome, Failed | Refused)
    assert shop.asked == []

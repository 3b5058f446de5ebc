"""The demo shop as it is served on loopback."""

import http.client
import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from almazara.errors import UnavailableError
from almazara.prices.demo.oils import PRODUCTS, as_of, demo_listings, path, price_on
from almazara.prices.demo.pages import captcha_page, product_page
from almazara.prices.demo.shop import DemoShop
from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.politeness import Politeness
from almazara.prices.fetching.protocol import NotModified, Page, Refused
from almazara.prices.pages import read
from almazara.prices.pages.outcome import Offer, Unavailable

pytestmark = pytest.mark.server

DAY = date(2026, 11, 22)


@pytest.fixture
def shop():
    with DemoShop(lambda: DAY, captcha=False) as running:
        yield running


def fetched(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def source_for(shop):
    return HttpSource(
        HttpConfig(
            politeness=Politeness(delay_seconds=0, jitter=0, retries=0),
            addresses=AddressPolicy(loopback_ports=frozenset({shop.port})),
        )
    )


def test_it_listens_on_loopback_only(shop):
    assert shop.url == f"http://127.0.0.1:{shop.port}"
    assert shop._server.server_address[0] == "127.0.0.1"


def test_a_product_page_is_that_of_today(shop):
    assert fetched(f"{shop.url}{path(PRODUCTS[0])}") == product_page(PRODUCTS[0], DAY)


def test_a_past_day_is_shown_when_asked_for(shop):
    past = DAY - timedelta(days=90)
    assert fetched(as_of(f"{shop.url}/producto/{PRODUCTS[1].slug}", past)) == product_page(PRODUCTS[1], past)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/buscar?q=picual", 200),
        ("/robots.txt", 200),
        ("/nada", 404),
        ("/producto/suave-1l?day=2026-11-23", 400),
        ("/producto/suave-1l?day=ayer", 400),
        ("/?" + "&".join("a=1" for _ in range(50)), 400),
    ],
)
def test_every_path_has_an_answer(shop, path, status):
    assert status_of(f"{shop.url}{path}") == status


def test_the_page_moves_on_when_the_day_does():
    days = iter(DAY + timedelta(n) for n in range(60))
    with DemoShop(lambda: next(days), captcha=False) as shop:
        url = f"{shop.url}{path(PRODUCTS[0])}"
        assert len({fetched(url) for _ in range(60)}) > 1


def test_an_unchanged_page_is_not_sent_again(shop):
    source = source_for(shop)
    url = f"{shop.url}{path(PRODUCTS[0])}"
    page = source.fetch(url)
    assert isinstance(page, Page)
    assert isinstance(source.fetch(url, {"etag": page.headers["etag"]}), NotModified)
    assert isinstance(source.fetch(url, {"etag": '"other"'}), Page)


def test_a_connection_serves_many_requests_and_head_has_no_body(shop):
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=10)
    for method in ("GET", "HEAD", "GET"):
        connection.request(method, "/")
        answer = connection.getresponse()
        assert bool(answer.read()) is (method == "GET")
        assert not answer.will_close
    connection.close()


def test_a_past_month_is_read_through_the_real_pipeline(shop):
    source = source_for(shop)
    listing = demo_listings()[3]
    for back in range(30):
        day = DAY - timedelta(back)
        page = source.fetch(as_of(f"{shop.url}{path(PRODUCTS[3])}", day))
        assert isinstance(page, Page)
        outcome = read(page.body, url=page.final_url, headers=page.headers, known_title=listing.title)
        expected = price_on(PRODUCTS[3], day)
        assert isinstance(outcome, Offer if expected.in_stock else Unavailable)
        assert getattr(outcome, "price", None) == expected.price


def test_the_account_is_not_asked_for(shop):
    assert isinstance(source_for(shop).fetch(f"{shop.url}/cuenta"), Refused)


def test_a_captcha_is_shown_now_and_then_but_not_on_past_days():
    with DemoShop(lambda: DAY) as shop:
        pages = [fetched(f"{shop.url}/") for _ in range(122)]
        past = [fetched(f"{shop.url}/?day=2026-11-21") for _ in range(61)]
    assert pages.count(captcha_page()) == 2
    assert captcha_page() not in past


def test_many_may_ask_at_once(shop):
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(fetched, [f"{shop.url}/"] * 40))
    assert len(set(pages)) == 1


def test_a_port_in_use_is_said_in_a_sentence(shop):
    with pytest.raises(UnavailableError, match="choose another port"):
        DemoShop(lambda: DAY, port=shop.port).start()


def test_after_stopping_the_port_is_free_and_it_can_start_again():
    shop = DemoShop(lambda: DAY)
    shop.stop()
    shop.start().start()
    port = shop.port
    shop.stop()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    with shop:
        assert status_of(shop.url) == 200

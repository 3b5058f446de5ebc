"""The price product put together: settings reach what they name, and `up` shows a demo from source to alert."""

import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from almazara.app.prices import open_prices
from almazara.prices.alerts.delivery import EVENTS
from almazara.prices.demo import oils
from almazara.prices.demo.following import DEMO_DAYS, follow_demo
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.registry import page_source
from almazara.prices.fetching.scrapy_source import ScrapySource
from page_server import reply, serving
from price_shop import HTML, observed, offer_page, opened, product, settings_over, shows
from waiting import no_progress, wait_for

pytestmark = pytest.mark.server


def demo_settings(home, **values):
    return settings_over(home, demo=True, **values)


@contextmanager
def up(env):
    """`almazara up` on a free port, with a client."""
    started = subprocess.Popen(
        [sys.executable, "-m", "almazara", "up", "--port", "0"],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        said = b""
        while b"Almazara: http://" not in said:
            line = started.stderr.readline()
            assert line, said
            said += line
        threading.Thread(target=started.stderr.read, daemon=True).start()
        address = re.search(rb"Almazara: (http://[\d.]+:\d+)", said)[1].decode()
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            wait_for(lambda: answers(client))
            yield client
    finally:
        started.terminate()
        started.wait(30)
        started.stderr.close()


def answers(client):
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def whole_history(client, **query):
    answer = client.get("/data", params={"limit": 10_000, **query}).json()
    assert answer["next_cursor"] is None
    return answer["items"]


def test_up_without_internet_shows_scrape_history_forecast_and_alert_of_the_demo(
    tmp_path, monkeypatch, sample_home, light_children
):
    home = tmp_path / "home"
    home.mkdir()
    (home / "artifacts").mkdir()
    (home / "artifacts" / "movies").symlink_to(sample_home / "artifacts" / "movies")
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    with up(dict(os.environ)) as client:
        products = client.get("/productos").json()
        assert len(products) == len(oils.PRODUCTS)
        assert all("(demo)" in one["title"] for one in products)
        wait_for(lambda: all(one["latest"]["days_ago"] < 0.5 for one in client.get("/productos").json()))
        first = whole_history(client)
        assert len(first) >= len(oils.PRODUCTS) * DEMO_DAYS * 0.9
        assert {row["availability"] for row in first} == {"in_stock", "unavailable"}
        wait_for(lambda: client.get("/predict?product=demo:garrafa-5l&horizon=14").status_code == 200)
        forecast = client.get("/predict?product=demo:garrafa-5l&horizon=14").json()
        assert len(forecast["days"]) == 14
        assert {one["model"] for one in forecast["backtest"]} >= {"last_value", "seasonal_naive"}
        health = client.get("/health").json()["precios"]
        assert (health["demo"], health["sano"], health["seguidos"]) == (True, True, len(oils.PRODUCTS))
        assert "tienda de demostración" in client.get("/").text
    with opened(demo_settings(home)) as prices:
        assert prices.store.documents(EVENTS)
    with up(dict(os.environ)) as client:  # it was read today, so nothing is read again
        assert len(whole_history(client)) == len(first)
        assert client.get("/predict?product=demo:garrafa-5l").status_code == 200


def test_the_past_of_the_demo_is_read_once_through_the_real_pipeline(tmp_path):
    settings = demo_settings(tmp_path)
    assert follow_demo(settings, no_progress) is True
    with opened(settings) as prices:
        counts = {one.listing_id: prices.store.count(one.listing_id) for one in prices.store.listings()}
        history = prices.store.history("demo:garrafa-5l")
    assert set(counts.values()) == {DEMO_DAYS}
    truth = {day: oils.price_on(oils.PRODUCTS[0], day).price for day in (o.observed_at.date() for o in history)}
    assert [o.price for o in history] == list(truth.values())
    assert {o.rule for o in history} == {"structured:json-ld"}
    assert follow_demo(settings, no_progress) is True  # still nothing of today
    with opened(settings) as prices:
        assert {one: prices.store.count(one) for one in counts} == counts


def test_days_that_nobody_read_are_read_at_the_next_start(tmp_path):
    settings = demo_settings(tmp_path)
    newest = datetime.now(UTC) - timedelta(days=5)
    with opened(settings) as prices:
        for listing in oils.demo_listings():
            prices.store.save_listing(replace(listing, created_at=newest))
            row = replace(observed(listing.listing_id, 0, "9.99"), observed_at=newest)
            prices.store.append([row])
    assert follow_demo(settings, no_progress) is True
    with opened(settings) as prices:
        dates = [o.observed_at.date() for o in prices.store.history("demo:orujo-1l")]
    assert dates == [newest.date() + timedelta(days=n) for n in range(5)]


def test_what_was_declared_of_the_demos_products_outlives_a_start(tmp_path):
    settings, [first, *others] = demo_settings(tmp_path), oils.demo_listings()
    with opened(settings) as prices:
        for listing in (replace(first, good=first.listing_id), *others):
            prices.store.save_listing(replace(listing, created_at=datetime.now(UTC)))
            prices.store.append([replace(observed(listing.listing_id, 0, "9.99"), observed_at=datetime.now(UTC))])
    assert follow_demo(settings, no_progress) is False
    with opened(settings) as prices:
        assert prices.store.listing(first.listing_id).good == first.listing_id


def test_with_something_real_followed_the_demo_is_left_and_its_history_stays(tmp_path):
    settings = demo_settings(tmp_path)
    with opened(settings) as prices:
        for listing in oils.demo_listings():
            prices.store.save_listing(listing)
        prices.store.append([observed("demo:orujo-1l", 1, "3.99")])
        prices.store.save_listing(product())
    assert follow_demo(settings, no_progress) is False
    with opened(settings, serving=True) as prices:
        assert prices.demo_shop is None
        assert [one.id for one in prices.service.products(tracked=True)] == ["shop.example:1"]
        assert prices.store.count("demo:orujo-1l") == 1


def test_the_demo_is_left_when_the_settings_say_so(tmp_path):
    with opened(demo_settings(tmp_path)) as prices:
        for listing in oils.demo_listings():
            prices.store.save_listing(listing)
    settings = settings_over(tmp_path, demo=False)
    assert follow_demo(settings, no_progress) is False
    with opened(settings, serving=True) as prices:
        assert prices.demo_shop is None
        assert prices.service.products(tracked=True) == []


def test_a_run_of_the_demo_reads_its_shop_wherever_it_listens(tmp_path):
    with opened(demo_settings(tmp_path)) as prices:
        for listing in oils.demo_listings():
            prices.store.save_listing(listing)
        run = prices.jobs.run()
    assert (run.state, set(run.shops)) == ("done", oils.SHOPS)
    assert run.counts["observed"] + run.counts["unavailable"] == len(oils.PRODUCTS)


def test_a_server_that_serves_the_demo_gives_its_port_back(tmp_path):
    settings = demo_settings(tmp_path)
    with opened(settings) as prices:
        for listing in oils.demo_listings():
            prices.store.save_listing(listing)
    prices = open_prices(settings, serving=True)
    url = prices.demo_shop.url
    assert httpx.get(url, trust_env=False).status_code == 200
    prices.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_the_settings_name_the_page_source(tmp_path):
    with_http = page_source(settings_over(tmp_path, contact_url="https://me.example/bot", daily_budget=7))
    assert isinstance(with_http, HttpSource)
    assert "me.example" in with_http._config.agent
    assert with_http._config.politeness.daily_budget == 7
    assert isinstance(page_source(settings_over(tmp_path, page_source="scrapy")), ScrapySource)


def test_two_shops_are_read_side_by_side_by_the_default_source(tmp_path):
    """Neither answers before the other has been asked, so one after the other would read neither."""
    both = threading.Barrier(2, timeout=5)

    def answering(price):
        def page(handler):
            both.wait()
            reply(offer_page(price), Content_Type=HTML)(handler)

        return page

    with serving() as one, serving() as other:
        settings = settings_over(tmp_path, loopback_ports=(one.port, other.port))
        with opened(settings) as prices:
            for server, host, price in ((one, "127.0.0.1", "9.95"), (other, "localhost", "8.95")):
                shows(server, {})
                server.routes["/1"] = answering(price)
                prices.store.save_listing(
                    replace(product(1, server.url("/1", host)), listing_id=f"{host}:1", shop=host)
                )
            assert prices.jobs.run().counts["observed"] == 2


def test_the_budget_of_a_day_is_kept_over_restarts(tmp_path):
    with serving() as server:
        shows(server, {f"/{n}": offer_page(f"{n}.95") for n in range(1, 5)})
        settings = settings_over(tmp_path, loopback_ports=(server.port,), daily_budget=4)
        counts = []
        for _ in range(2):
            with opened(settings) as prices:
                for n in range(1, 5):
                    prices.service.add_product(server.url(f"/{n}"), marketplace=None, category=None, target_price=None)
                counts.append(prices.jobs.run().counts)
    assert (counts[0]["observed"], counts[0]["refused"]) == (3, 1)  # one request was for robots.txt
    assert counts[1]["refused"] == 4


def test_pages_are_asked_for_with_what_is_known_of_the_kept_copy(tmp_path):
    with serving() as server:
        shows(server, {})

        def page(handler):
            fresh = handler.headers.get("If-None-Match") == '"1"'
            body = b"" if fresh else offer_page("9.95")
            reply(body, 304 if fresh else 200, ETag='"1"', Content_Type="text/html")(handler)

        server.routes["/1"] = page
        with opened(settings_over(tmp_path, loopback_ports=(server.port,))) as prices:
            found, _ = prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=None)
            counts = [prices.jobs.run().counts for _ in range(2)]
            assert prices.store.count(found.id) == 2
    assert (counts[0]["observed"], counts[1]["unchanged"]) == (1, 1)
    notes = list((tmp_path / "snapshots").glob("*/*/*.json"))
    assert len(notes) == 2
    assert len(list((tmp_path / "snapshots").glob("*/*/*.gz"))) == 1


def test_a_home_that_cannot_keep_pages_fails_the_run_with_a_sentence(tmp_path):
    with serving() as server:
        shows(server, {"/1": offer_page("9.95")})
        with opened(settings_over(tmp_path, loopback_ports=(server.port,))) as prices:
            prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=None)
            (tmp_path / "snapshots").write_text("a file where the folder should be")
            run = prices.jobs.run()
            assert run.state == "failed"
            assert "The page could not be kept" in run.problems[0].reason
            (tmp_path / "snapshots").unlink()
            assert prices.jobs.run().counts["observed"] == 1

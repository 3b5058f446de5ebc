"""What /health, /metrics and the start page say of prices, also while the store is locked, broken or gone."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from almazara import asgi
from almazara.api.health import ScraperWatch
from almazara.errors import UnavailableError
from almazara.prices.fetching.registry import open_proxies
from almazara.prices.schema import Problem, Run, RunState
from almazara.prices.store.registry import store_at
from price_shop import observed, opened, product, search, settings_over
from problems import is_problem
from sample_catalog import app_over, served
from servers import empty_database
from waiting import wait_for

pytestmark = pytest.mark.server

NOW = datetime.now(UTC)


def now_product(number=1, **values):
    return replace(product(number, **values), created_at=NOW - timedelta(days=30))


def fill(home, *, read_days_ago=0.0, run=None):
    with opened(settings_over(home)) as prices:
        prices.store.save_listing(now_product())
        at = NOW - timedelta(days=read_days_ago, minutes=1)
        prices.store.append([replace(observed("shop.example:1", 0, "39.95"), observed_at=at)])
        if run:
            prices.store.save_run(run)


def test_a_proxy_that_is_set_aside_is_named_without_its_login(tmp_path, client):
    proxy = "http://ana:hidden@127.0.0.1:1"
    open_proxies(settings_over(tmp_path, proxies=proxy)).keep(proxy, failed=True)
    answer = client(proxies=proxy).get("/health?lengua=en")
    prices = answer.json()["precios"]
    assert list(prices["proxies_apartados"]) == ["http://127.0.0.1:1"]
    assert "The proxy http://127.0.0.1:1 does not answer" in " ".join(prices["avisos"])
    assert "hidden" not in answer.text


@pytest.fixture
def client(tmp_path):
    """Makes a client of an app over the home folder, whose health is judged anew at each question."""
    clients = []

    def made(**values):
        app = asgi.app_over(settings_over(tmp_path, **values))
        app.state.scraper_watch._seconds = 0
        context = served(app)
        clients.append(context)
        return context.__enter__()

    yield made
    for context in clients:
        context.__exit__(None, None, None)


def test_with_nothing_followed_the_scraper_is_well_and_the_page_says_how_to_begin(client):
    health = client().get("/health").json()
    assert health["precios"] == {
        "sano": True, "seguidos": 0, "demo": False, "pronosticos": None, "dias_sin_leer": {}, "exito_por_tienda": {},
        "exito_por_regla": {}, "proxies_apartados": {}, "avisos": [],
    }  # fmt: skip
    assert "prices track" in health["mensaje"]


def test_what_is_followed_and_read_is_well(client, tmp_path):
    fill(tmp_path, run=Run("r1", "scrape", "shop.example", RunState.DONE, NOW, rules={"structured:json-ld": 1}))
    health = client().get("/health").json()
    assert (health["precios"]["sano"], health["precios"]["seguidos"]) == (True, 1)
    assert 0 <= health["precios"]["dias_sin_leer"]["shop.example:1"] < 0.1
    assert health["precios"]["exito_por_regla"] == {"structured:json-ld": 1.0}


def test_followed_prices_are_ready_without_films(client, tmp_path):
    is_problem(client().get("/ready"), 503)
    fill(tmp_path)
    assert client().get("/ready").status_code == 200


def test_a_search_counts_as_followed(client, tmp_path):
    with opened(settings_over(tmp_path)) as prices:
        prices.store.save_listing(replace(search(), created_at=NOW))
    assert client().get("/health").json()["precios"]["seguidos"] == 1


def test_what_was_not_read_for_days_is_unwell_on_every_page(client, tmp_path):
    fill(tmp_path, read_days_ago=5)
    api = client()
    health = api.get("/health")
    assert health.status_code == 200  # the process lives: its keeper must not be told to kill it
    assert health.json()["precios"]["sano"] is False
    assert "shop.example:1" in health.json()["precios"]["avisos"][0]
    metrics = api.get("/metrics").text
    assert "almazara_scraper_healthy 0.0" in metrics
    assert 'almazara_days_since_read_bucket{le="3.0"} 0.0' in metrics
    assert 'almazara_days_since_read_bucket{le="7.0"} 1.0' in metrics
    assert 'almazara_longest_unread_days{product="shop.example:1"} 5.0' in metrics
    assert "El lector de precios necesita atención" in api.get("/").text


NEEDED = {"es": "El lector de precios necesita atención", "en": "The price reader needs attention"}
UNREAD = {
    "es": "Sin leer desde hace más de 3 días en shop.example: shop.example:1.",
    "en": "Not read for more than 3 days at shop.example: shop.example:1.",
}


@pytest.mark.parametrize(("language", "other"), [("es", "en"), ("en", "es")])
def test_what_is_wrong_with_the_scraper_is_said_in_the_language_that_is_asked_for(client, tmp_path, language, other):
    fill(tmp_path, read_days_ago=5)
    api = client()
    health = api.get("/health", params={"lengua": language}).json()
    assert health["precios"]["avisos"] == [UNREAD[language]]
    assert health["mensaje"].endswith(
        {"es": "el lector necesita atención.", "en": "the reader needs attention."}[language]
    )
    assert api.get("/health").json()["precios"]["avisos"] == [UNREAD["es"]]
    is_problem(api.get("/health?lengua=fr"), 422)
    for path in ("/precios/lector", "/"):
        page = api.get(path, params={"lengua": language}, headers={"Accept": "text/html"}).text
        api.cookies.clear()
        assert NEEDED[language] in page
        assert not {NEEDED[other], UNREAD[other]} & set(page.replace("<", ">").split(">"))
    assert UNREAD[language] in api.get("/precios/lector", params={"lengua": language}).text


def test_a_run_that_nobody_is_at_is_seen_everywhere(client, tmp_path):
    fill(tmp_path)
    api = client()
    dead = Run("20260301T120000-abcdef.shop.example", "scrape", "shop.example", RunState.RUNNING, NOW, pending=("a",))
    with opened(settings_over(tmp_path)) as prices:
        prices.store.save_run(dead)
    wait_for(lambda: not api.get("/health").json()["precios"]["sano"])  # the app looks at the shop's lock as well
    assert "se cortó" in api.get("/health").json()["precios"]["avisos"][0]
    assert [one["state"] for one in api.get("/runs").json()] == ["interrupted"]
    assert api.get("/scraper/20260301T120000-abcdef").json()["state"] == "interrupted"
    assert 'almazara_scraper_runs{state="running"} 0.0' in api.get("/metrics").text
    assert "La última pasada de shop.example se cortó" in api.get("/precios/lector").text
    environment = {**os.environ, "ALMAZARA_HOME": str(tmp_path), "ALMAZARA_LANGUAGE": "en"}
    command = [sys.executable, "-m", "almazara", "prices", "doctor"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "The newest run of shop.example was cut off" in ended.stdout


def test_a_shop_that_blocks_is_unwell(client, tmp_path):
    problems = tuple(Problem("shop.example:1", "blocked", "captcha") for _ in range(9))
    run = Run(
        "r.shop.example",
        "scrape",
        "shop.example",
        RunState.DONE,
        NOW,
        NOW,
        (),
        {"requested": 9, "blocked": 9},
        problems,
    )
    fill(tmp_path, run=run)
    api = client()
    assert api.get("/health").json()["precios"]["exito_por_tienda"] == {"shop.example": 0.0}
    assert 'almazara_scraper_success_by_shop{shop="shop.example"} 0.0' in api.get("/metrics").text


def test_a_writer_that_holds_the_store_keeps_nobody_from_reading(client, tmp_path):
    fill(tmp_path)
    api = client()
    writer = sqlite3.connect(tmp_path / "prices.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert api.get("/health").json()["precios"]["sano"] is True
    assert len(api.get("/productos").json()) == 1
    writer.execute("ROLLBACK")
    writer.close()


def test_a_store_that_stays_locked_is_said_on_writes_and_nothing_is_lost(client, tmp_path):
    fill(tmp_path)
    api = client(store_url=f"sqlite:///{tmp_path / 'prices.db'}?timeout=0.2")
    writer = sqlite3.connect(tmp_path / "prices.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    refused = api.post("/productos", json={"product": "https://shop.example/9"})
    assert "ocupada por otro proceso" in is_problem(refused, 503)["detail"]
    assert api.post("/scraper").status_code == 503
    writer.execute("ROLLBACK")
    writer.close()
    assert api.post("/productos", json={"product": "https://shop.example/9"}).status_code == 201


def test_when_the_store_breaks_later_films_still_answer_and_prices_are_unavailable(sample_home, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    fill(home)
    app = app_over(sample_home, home)
    app.state.scraper_watch._seconds = 0
    with served(app) as api:
        assert api.get("/productos").status_code == 200
        for suffix in ("", "-wal"):
            path = home / f"prices.db{suffix}"
            if path.exists():
                path.write_bytes(b"this is no database" * 1000)
        for path in ("/productos", "/data", "/predict?product=shop.example:1", "/scraper/x"):
            is_problem(api.get(path), 503)
        health = api.get("/health")
        assert health.status_code == 200
        assert health.json()["precios"] is None
        assert "está dañado" in health.json()["mensaje"]
        assert "almazara_scraper_healthy" not in api.get("/metrics").text
        start = api.get("/")
        assert (start.status_code, "almacén de precios no responde" in start.text) == (200, True)
        assert api.get("/cantidad_filmaciones_mes/enero").status_code == 200
        assert api.get("/ready").status_code == 200


def test_a_postgresql_that_goes_away_is_said_and_comes_back(postgresql, sample_home, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    empty_database(postgresql)
    with Relay(int(postgresql.rpartition(":")[2])) as relay:
        app = app_over(sample_home, home, store_url=f"postgresql://almazara@127.0.0.1:{relay.port}/postgres")
        app.state.scraper_watch._seconds = 0
        with served(app) as api:
            assert api.get("/productos").status_code == 200
            relay.cut()
            told = is_problem(api.get("/productos"), 503)["detail"]
            assert told == "La base de datos de precios no responde. No se ha guardado nada de lo pedido."
            assert api.get("/health").json()["precios"] is None
            assert api.get("/cantidad_filmaciones_mes/enero").status_code == 200
            relay.mend()
            assert api.get("/productos").status_code == 200
            assert api.get("/health").json()["precios"]["sano"] is True
            for path in (
                "/scraper/%00",
                "/data?product=%00",
                "/data?category=%00",
                "/predict?product=%00",
                "/productos?category=%00",
            ):
                assert api.get(path).status_code in {200, 404, 422}, path


class Relay:
    """Passes connections on to a port, until it is cut."""

    def __init__(self, target):
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = []
        self._is_cut = False

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.cut()
        self._listener.close()

    def cut(self):
        self._is_cut = True
        for one in self._open:
            one.close()
        self._open = []

    def mend(self):
        self._is_cut = False

    def _accept(self):
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                here.close()
                continue
            there = socket.create_connection(("127.0.0.1", self._target))
            self._open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one, other):
        try:
            while content := one.recv(65536):
                other.sendall(content)
        except OSError:
            pass
        finally:
            for end in (one, other):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://almazara:hunter2@127.0.0.1:{port}/prices", "does not answer"),
        ("sqlite:////proc/nowhere/prices.db", "cannot be"),
    ],
)
def test_a_store_that_does_not_answer_at_the_start_is_one_sentence(tmp_path, url, said):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    environment = {**os.environ, "ALMAZARA_STORE_URL": url.format(port=port), "ALMAZARA_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "almazara", "serve", "--port", "0"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


class Slow:
    """A price product whose store takes its time."""

    def __init__(self):
        self.service = self
        self.asked = 0
        self.let = threading.Event()
        self.error = None

    def settle(self):
        pass

    def health(self):
        self.asked += 1
        if self.asked > 1:
            assert self.let.wait(20)
        if self.error:
            raise self.error
        return f"report {self.asked}"


def test_while_the_store_is_asked_others_get_the_judgment_before():
    prices = Slow()
    watch = ScraperWatch(prices, seconds=0)
    assert watch.report() == "report 1"
    asking = threading.Thread(target=watch.report)
    asking.start()
    while prices.asked < 2:
        time.sleep(0.01)
    assert watch.report() == "report 1"
    prices.let.set()
    asking.join()
    assert prices.asked == 2


def test_a_store_that_does_not_answer_is_not_asked_at_every_question():
    prices = Slow()
    prices.error = UnavailableError("gone")
    watch = ScraperWatch(prices, seconds=60)
    for _ in range(5):
        with pytest.raises(UnavailableError, match="gone"):
            watch.report()
    assert prices.asked == 1


def test_health_reads_a_bounded_part_of_a_large_history(tmp_path):
    store = store_at(f"sqlite:///{tmp_path / 'prices.db'}")
    store.save_listing(now_product())
    store.append(
        replace(observed("shop.example:1", 0, "9.95"), observed_at=NOW - timedelta(minutes=n)) for n in range(30_000)
    )
    store.close()
    with opened(settings_over(tmp_path)) as prices:
        read = []
        history = prices.store.history
        prices.store.history = lambda *a, **v: read.append(history(*a, **v)) or read[-1]
        assert prices.service.health().healthy
        assert sum(map(len, read)) <= 200

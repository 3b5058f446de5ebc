"""Films and prices are served without each other: the half that cannot be opened is named, and comes late."""

from contextlib import contextmanager

import pytest

from almazara import asgi
from almazara.app import late_store
from almazara.app.late_store import LateStore, open_now_or_late
from almazara.errors import UnavailableError
from price_shop import product, settings_over
from problems import is_problem
from sample_catalog import app_over, served, server_process

HTML = {"accept": "text/html"}


def is_away():
    raise UnavailableError("The database is away.")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_store_that_opens_is_the_store_itself(store):
    assert open_now_or_late(lambda: store) is store


def test_a_store_that_comes_late_is_tried_again_after_a_pause_and_then_used(store):
    clock, tries, there = Clock(), [], False

    def opening():
        tries.append(clock.now)
        return store if there else is_away()

    late = open_now_or_late(opening, clock)
    assert isinstance(late, LateStore)
    for _ in range(3):
        with pytest.raises(UnavailableError, match="is away"):
            late.listings()
    assert (len(tries), str(late.away)) == (1, "The database is away.")
    there, clock.now = True, 16.0
    late.save_listing(product(1))
    assert (len(tries), len(late.listings()), late.away) == (2, 1, None)


def test_closing_one_that_never_came_opens_nothing():
    tries = []

    def opening():
        tries.append(1)
        is_away()

    open_now_or_late(opening, Clock()).close()
    assert tries == [1]


@contextmanager
def films_without_prices(sample_home, home, **values):
    home.mkdir()
    (home / "prices.db").write_text("this is no database")
    with served(app_over(sample_home, home, **values)) as client:
        yield client


@pytest.mark.server
def test_films_are_served_while_the_store_of_prices_cannot_be_opened_and_health_names_it(sample_home, tmp_path):
    with films_without_prices(sample_home, tmp_path / "home") as client:
        assert client.get("/score_titulo/Press").status_code == 200
        assert client.get("/ready").status_code == 200
        health = client.get("/health").json()
        assert (health["precios"], health["sin_servir"]) == (None, ["precios"])
        assert "El almacén de precios no responde." in health["mensaje"]
        assert "no es una base de datos SQLite" in is_problem(client.get("/productos"), 503)["detail"]
        assert client.get("/metrics").status_code == 200


@pytest.mark.server
@pytest.mark.parametrize("path", ["/", "/precios", "/precios/lector", "/precios/articulos", "/precios/modelos"])
def test_the_pages_of_prices_say_so_in_a_sentence_and_those_of_films_stand(sample_home, tmp_path, path):
    with films_without_prices(sample_home, tmp_path / "home") as client:
        page = client.get(path, headers=HTML)
        assert page.status_code == (200 if path == "/" else 503)
        assert "almacén de precios no responde" in page.text or "no es una base de datos SQLite" in page.text
        assert client.get("/peliculas", headers=HTML).status_code == 200


@pytest.mark.server
def test_prices_are_served_as_soon_as_their_store_can_be_opened(sample_home, tmp_path, monkeypatch):
    monkeypatch.setattr(late_store, "_PAUSE_SECONDS", 0.0)
    with films_without_prices(sample_home, tmp_path / "home") as client:
        assert client.get("/productos").status_code == 503
        (tmp_path / "home" / "prices.db").unlink()
        assert client.get("/productos").json() == []


@pytest.mark.server
def test_up_serves_films_though_prices_cannot_be_opened_and_says_why(sample_home, tmp_path):
    (tmp_path / "prices.db").write_text("this is no database")
    (tmp_path / "artifacts").symlink_to(sample_home / "artifacts")
    with server_process("up", tmp_path) as (_, client):
        assert client.get("/score_titulo/Press").status_code == 200
        assert client.get("/health").json()["sin_servir"] == ["precios"]


@pytest.mark.server
def test_prices_are_served_while_the_events_of_films_and_the_catalog_cannot_be_opened(tmp_path):
    home = tmp_path / "home"
    version = home / "artifacts" / "movies" / "20260101T000000-00"
    version.mkdir(parents=True)
    (version / "manifest.json").write_text('{"files": {}}')
    (version.parent / "current").write_text(version.name)
    (home / "film_events.db").write_text("this is no database")
    with served(asgi.app_over(settings_over(home))) as client:
        assert client.get("/productos").status_code == 200
        health = client.get("/health").json()
        assert health["sin_servir"] == ["peliculas"]
        assert "precio" in health["mensaje"]
        assert client.get("/precios", headers=HTML).status_code == 200
        assert client.get("/peliculas", headers=HTML).status_code == 503


def test_with_neither_half_nothing_is_served(tmp_path):
    (tmp_path / "prices.db").write_text("this is no database")
    with pytest.raises(UnavailableError, match="is not an SQLite database"):
        asgi.app_over(settings_over(tmp_path))

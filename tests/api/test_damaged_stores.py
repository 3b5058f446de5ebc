"""A damaged cell of a database: what needs it is refused in a sentence, all else is answered, and the server starts."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from almazara import asgi
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.schema import Run, RunState
from almazara.prices.store.registry import open_store
from price_shop import observed, product, settings_over
from problems import is_problem
from sample_catalog import app_over, served

pytestmark = pytest.mark.server

NOW = datetime.now(UTC)
HTML = {"Accept": "text/html"}
NEWEST = "WHERE observed_at = (SELECT max(observed_at) FROM observation)"
PRICES = {
    "run": "UPDATE run SET body = '{\"run_id'",
    "price": f"UPDATE observation SET price = '1O.79' {NEWEST}",
    "amount": f"UPDATE observation SET price = 'NaN' {NEWEST}",
    "moment": f"UPDATE observation SET observed_at = 9000000000000000000 {NEWEST}",
    "word": f"UPDATE observation SET availability = 'zzz' {NEWEST}",
    "document": "UPDATE document SET body = '[]'",
    "listing": "UPDATE listing SET kind = 'zzz'",
}
EVENTS = ["at_us = 9000000000000000000", "film_id = 'abc'", "value = 'abc'", "kind = 'zzz'"]


@pytest.fixture
def damaged(sample_home, tmp_path):
    """Serves the films of the sample and some prices and events, after a statement on one of the databases."""
    home = tmp_path / "home"
    home.mkdir()
    with closing(open_store(settings_over(home))) as store:
        store.save_listing(replace(product(), created_at=NOW - timedelta(days=30)))
        readings = (observed("shop.example:1", 0, f"{10 + day}.50") for day in range(9))
        store.append(replace(one, observed_at=NOW - timedelta(days=day)) for day, one in enumerate(readings))
        store.save_run(Run("r1", "scrape", "shop.example", RunState.DONE, NOW))
    with closing(open_event_store(settings_over(home))) as events:
        events.append([Event("e1", "ana", 900007, Kind.RATING, 4.0, NOW)], NOW)

    def damaged_(name, statement):
        with closing(sqlite3.connect(home / name)) as connection:
            connection.execute(statement)
            connection.commit()
        return served(app_over(sample_home, home))

    return damaged_


@pytest.mark.parametrize("cell", PRICES)
def test_a_server_over_damaged_prices_starts_and_says_so_and_answers_of_films(damaged, cell):
    with damaged("prices.db", PRICES[cell]) as client:
        health = client.get("/health").json()
        assert "El almacén de precios está dañado" in health["mensaje"]
        assert "almazara doctor" in health["avisos"][0]
        assert health["sin_servir"] == ["precios"]
        assert "store of prices is damaged" in client.get("/health?lengua=en").json()["avisos"][0]
        assert client.get("/ready").status_code == 200
        assert client.get("/metrics").status_code == 200
        assert client.get("/score_titulo/Press").status_code == 200
        assert client.get("/", headers=HTML).status_code == 200


@pytest.mark.parametrize("cell", ["price", "amount", "moment", "word", "listing"])
def test_a_damaged_price_is_in_no_answer_and_no_answer_names_where_it_is_kept(damaged, cell):
    with damaged("prices.db", PRICES[cell]) as client:
        for path in ("/productos", "/advice?product=shop.example:1"):
            detail = is_problem(client.get(path), 503)["detail"]
            assert detail.startswith("El almacén de precios está dañado")
            assert "prices.db" not in detail


def test_a_price_that_is_damaged_far_back_leaves_the_start_page_to_films(damaged):
    oldest = NEWEST.replace("max", "min")
    with damaged("prices.db", f"UPDATE observation SET price = '1O.79' {oldest}") as client:
        assert client.get("/", headers=HTML).status_code == 200
        assert client.get("/precios", headers=HTML).status_code == 503


@pytest.mark.parametrize("cell", EVENTS)
def test_a_list_for_a_user_with_a_damaged_event_is_refused_and_that_of_another_is_not(damaged, cell):
    with damaged("film_events.db", f"UPDATE film_event SET {cell}") as client:
        for path in ("/recomendacion/usuario/ana", "/recomendacion/grupo?usuarios=ana,eva"):
            detail = is_problem(client.get(path), 503)["detail"]
            assert detail.startswith("El almacén de eventos está dañado")
            assert "film_events" not in detail
        assert client.get("/recomendacion/usuario/eva").status_code == 200


def test_films_to_which_nothing_points_are_served_and_health_says_how_to_mend_it(sample_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(sample_home / "artifacts" / "movies", home / "artifacts" / "movies")
    (home / "artifacts" / "movies" / "current").write_bytes(b"")
    with served(asgi.app_over(settings_over(home))) as client:
        health = client.get("/health").json()
        version = health["peliculas"]["version"]
        assert f"`almazara movies rollback {version}`" in health["avisos"][0]
        assert client.get("/score_titulo/Press").status_code == 200
        (home / "artifacts" / "movies" / "current").write_text(version)
        assert client.get("/health").json()["avisos"] == []


def test_keys_that_are_damaged_let_nobody_sign_and_are_told_in_a_sentence(damaged, tmp_path):
    keys = tmp_path / "home" / "keys"
    keys.mkdir()
    (keys / "named.json").write_text('[{"name": "tv", "sha256": "no hash"}]')
    with damaged("prices.db", "SELECT 1") as client:
        answer = client.post("/eventos/plex?usuario=ana&firma=abc", json={})
        assert "No se pueden leer las claves" in is_problem(answer, 503)["detail"]

"""What an older version left in a home folder opens as it is; what is made now looks and is locked like it."""

import fcntl
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from almazara.app.prices import open_prices
from almazara.errors import ConflictError
from almazara.movies.renewing.training_runs import TrainingState, open_film_training
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.fetching.host_states import FileHostStates
from almazara.prices.schema import (
    Availability,
    Listing,
    NamedPrice,
    Observation,
    PriceName,
    Problem,
    Run,
    RunState,
)
from almazara.prices.store.dynamodb_table import TextTable
from almazara.prices.store.leases import StoreLeases
from almazara.prices.store.registry import open_store, store_at
from almazara.settings import Settings
from almazara.words.said import said
from servers import empty_database

OLDER = Path(__file__).parent / "older"  # as text: what `sqlite3.Connection.iterdump`, pg_dump and a scan say
AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
FILM_RUN = (
    '{"id":"20260301T120000-2265b1","estado":"en_curso","inicio":"2026-03-01T12:00:00.123456Z","fin":null,'
    '"veredicto":null,"version":null,"comparada_con":null,"metricas":{},"deriva":{},'
    '"mensaje":"El entrenamiento está en curso."}'
)
HOST = (
    '{"day":null,"spent":0,"next_at":"2026-03-01T12:00:00.123456Z","troubles":0,"openings":0,"open_until":null,'
    '"reason":""}'
)


@pytest.fixture
def settings(tmp_path):
    """Settings over a home folder as the older version left it."""
    for name in ("prices", "film_events"):
        connection = sqlite3.connect(tmp_path / f"{name}.db")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((OLDER / f"{name}.sql").read_text(encoding="utf-8"))
        connection.close()
    for name, content in {"runs/movies/20260301T120000-2265b1.json": FILM_RUN, "hosts/shop.example.json": HOST}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return Settings(home=tmp_path, demo=False)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.server),
        pytest.param("dynamodb", marks=pytest.mark.server),
    ]
)
def store(request, settings):
    """A store as the older version left it, opened by this one."""
    if request.param == "postgresql":
        url = empty_database(request.getfixturevalue("postgresql"))
        engine = sa.create_engine(url.replace("://", "+psycopg://"))
        with engine.begin() as connection:
            connection.exec_driver_sql((OLDER / "prices.postgresql.sql").read_text(encoding="utf-8"))
        engine.dispose()
    elif request.param == "dynamodb":
        request.getfixturevalue("aws")
        name, endpoint = f"older-{uuid4().hex}", request.getfixturevalue("dynalite")
        with closing(TextTable(name, region="eu-west-1", endpoint=endpoint)) as table:
            for item in json.loads((OLDER / "dynamodb.json").read_bytes()):
                table.put(item)
        url = f"dynamodb://{name}?region=eu-west-1&endpoint={endpoint}"
    opened = open_store(settings) if request.param == "sqlite" else store_at(url)
    yield opened
    opened.close()


def test_a_history_is_there_to_the_last_digit(store):
    first = Observation(
        "shop.example:1",
        AT - timedelta(days=1),
        Availability.IN_STOCK,
        Decimal("41.90"),
        "EUR",
        Decimal("45.00"),
        "Almazara",
        "structured:json-ld",
        "http",
    )
    gone = Observation("shop.example:1", AT, Availability.UNAVAILABLE, rule="structured:json-ld", source="http")
    assert store.history("shop.example:1") == [first, gone]
    assert store.append([gone]) == 0
    assert store.listing("shop.example:1") == Listing(
        "shop.example:1",
        "shop.example",
        "1",
        "https://shop.example/1",
        "Aceite 5 l",
        "olive-oil",
        target_price=Decimal("39.50"),
        litres=Decimal(5),
        created_at=AT,
    )
    assert store.documents("alert_rule") == {"one": {"kind": "drop", "percent": "5"}}
    assert store.run("20260228T120000-abcdef.shop.example") == Run(
        "20260228T120000-abcdef.shop.example",
        "scrape",
        "shop.example",
        RunState.DONE,
        AT - timedelta(days=1),
        AT,
        (),
        {"requested": 1, "observed": 1},
        (Problem("shop.example:1", "refused", "robots"),),
    )


def test_what_is_new_goes_into_a_store_of_the_older_version(store):
    club = (NamedPrice(PriceName.CLUB, Decimal("8.50"), "socios"),)
    new = Observation(
        "shop.example:2", AT, Availability.IN_STOCK, Decimal("9.00"), "EUR", rule="r", source="http", named=club
    )
    listing = Listing("shop.example:2", "shop.example", "2", "https://shop.example/2", gtin="8410179100012")
    store.save_listing(listing)
    assert store.append([new]) == 1
    assert store.history("shop.example:2") == [new]
    assert store.listing("shop.example:2") == listing
    assert len(store.history("shop.example:1")) == 2


def test_what_a_version_that_did_not_know_leases_left_under_way_is_taken_up(store):
    leases = StoreLeases(store, lambda: AT)
    assert store.run("20260301T120000-abcdef").state is RunState.RUNNING
    assert leases.is_free("retrain")
    leases.take("retrain", said("prices.error.retrain", run="1")).close()


def test_events_of_users_are_there(settings):
    store = open_event_store(settings)
    seen = Event("e2", "ana", 8844, Kind.VIEW, None, AT)
    assert store.of_user("ana") == [Event("e1", "ana", 862, Kind.RATING, 4.5, AT - timedelta(days=1)), seen]
    assert store.append([seen], AT) == 0
    store.close()


def test_what_was_under_way_when_the_older_version_ended_is_interrupted(settings, monkeypatch):
    assert open_film_training(settings).kept.latest().estado is TrainingState.INTERRUPTED
    prices = open_prices(settings, serving=False)
    monkeypatch.setattr(prices.retraining, "start", lambda: None)  # what follows it is tried elsewhere
    prices.retraining.resume()
    assert prices.store.run("20260301T120000-abcdef").state is RunState.INTERRUPTED
    prices.close()


def test_what_politeness_remembers_of_a_host_is_kept(settings):
    with FileHostStates(settings.home_path / "hosts").turn("shop.example") as turn:
        assert turn.state.next_at == AT


@pytest.mark.parametrize(("name", "open_it"), [("prices", open_store), ("film_events", open_event_store)])
def test_a_new_database_looks_like_one_of_the_older_version(settings, tmp_path, name, open_it):
    for home in (settings.home, tmp_path / "new"):
        open_it(Settings(home=home)).close()
    older, new = (sqlite3.connect(folder / f"{name}.db") for folder in (tmp_path, tmp_path / "new"))
    for statement in (
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name",
        "PRAGMA journal_mode",
        "PRAGMA user_version",
        "PRAGMA application_id",
    ):
        assert new.execute(statement).fetchall() == older.execute(statement).fetchall()
    older.close()
    new.close()


@pytest.mark.parametrize("lock", ["locks/retrain.lock", "runs/movies/retrain.lock"])
def test_a_retraining_of_a_process_of_the_older_version_is_not_joined(settings, lock):
    path = settings.home_path / lock
    path.parent.mkdir(parents=True, exist_ok=True)
    prices = open_prices(settings, serving=False)
    runs = prices.retraining if lock.startswith("locks") else open_film_training(settings).runs
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ConflictError):
            runs.start()
        assert open_film_training(settings).kept.latest().estado is (
            TrainingState.INTERRUPTED if lock.startswith("locks") else TrainingState.RUNNING
        )
    prices.close()

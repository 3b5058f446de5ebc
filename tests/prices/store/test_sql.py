"""What SQL stores promise beyond the contract: migrations, locks, refusals, exact files."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from almazara.errors import InputError, UnavailableError
from almazara.prices.schema import Availability, Observation
from almazara.prices.store import sql_opening, sql_tables
from almazara.prices.store.registry import store_at
from almazara.words.numbers import Language
from servers import empty_database

START = datetime(2024, 1, 1, tzinfo=UTC)


def at(day, listing_id="amazon.es:B00OIL"):
    return Observation(listing_id, START + timedelta(days=day), Availability.IN_STOCK, Decimal("5.99"), "EUR")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "prices.db"


@pytest.fixture
def store(path):
    opened = store_at(f"sqlite:///{path}?timeout=0.2")
    yield opened
    opened.close()


def test_the_revisions_end_at_the_schema_of_the_code(store):
    folder = sql_opening.__file__.replace("sql_opening.py", "migrations")
    assert ScriptDirectory(folder).get_current_head() == sql_tables.HEAD
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), sql_tables.metadata) == []


def test_a_database_of_a_newer_version_is_named_as_such_and_left_alone(path, store):
    store.append([at(0)])
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UnavailableError, match=r"9999.*newer version"):
        store_at(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM observation").fetchone() == (1,)
    connection.close()


OPENER = """
import sys
from almazara.prices.store.registry import store_at
print("ready", flush=True)
sys.stdin.readline()
store_at(sys.argv[1]).close()
"""


@pytest.mark.server
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_may_migrate_at_once(kind, path, request):
    url = f"sqlite:///{path}" if kind == "sqlite" else empty_database(request.getfixturevalue("postgresql"))
    command = [sys.executable, "-c", OPENER, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in processes] == ["", "", ""]
    assert [process.returncode for process in processes] == [0, 0, 0]


def test_a_locked_database_is_said_to_be_locked_and_loses_nothing(path, store):
    store.append([at(0)])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="locked by another process"):
        store.append([at(1)])
    assert store.history("amazon.es:B00OIL") == [at(0)]
    other.execute("ROLLBACK")
    other.close()
    assert store.append([at(1)]) == 1


def test_a_read_only_database_is_read_and_refuses_to_be_written(path, store):
    store.append([at(0)])
    read_only = store_at(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert read_only.history("amazon.es:B00OIL") == [at(0)]
    with pytest.raises(UnavailableError, match="only be read"):
        read_only.append([at(1)])
    read_only.close()
    assert store.count("amazon.es:B00OIL") == 1


def test_a_full_disk_keeps_what_was_there_and_nothing_of_the_call(store):
    store.append([at(0)])
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    @sa.event.listens_for(store.engine, "checkout")
    def _fill(connection, *_):
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")

    with pytest.raises(UnavailableError, match="no room left"):
        store.append([at(day) for day in range(1, 5000)])
    assert store.history("amazon.es:B00OIL") == [at(0)]


def test_an_sqlite_that_cannot_make_what_it_needs_beside_its_file_speaks_of_the_disk(store):
    cause = sqlite3.OperationalError("disk I/O error")  # what it says where there is no room for its shared memory
    with pytest.raises(UnavailableError, match="whether there is room"), store._database.translated():
        raise sa.exc.OperationalError("", None, cause)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "prices.db"
    path.write_text("fecha;precio\n" * 1000)
    with pytest.raises(UnavailableError, match="not an SQLite database"):
        store_at(f"sqlite:///{path}")
    assert path.read_text() == "fecha;precio\n" * 1000


def test_a_path_below_a_file_cannot_be_opened(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError):
        store_at(f"sqlite:///{tmp_path}/file/prices.db")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://", "sqlite:///:memory:", "mysql://host/name", "prices.db", "", "postgresql://host:abc/name",
        "sqlite:///prices.db?timeout=abc", "sqlite:///prices.db?timeout=nan", "sqlite:///prices.db?timeout=-1",
        "sqlite:///prices.db?timeout=1&timeout=2", "sqlite://host/prices.db",
    ],
)  # fmt: skip
def test_an_address_of_no_store_is_refused_and_nothing_is_made(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        store_at(url)
    assert not [*tmp_path.iterdir()]


def test_a_postgresql_that_does_not_answer_is_said_so_and_its_owner_alone_is_told_where_it_is():
    with pytest.raises(UnavailableError) as caught:
        store_at("postgresql://ana:secret@127.0.0.1:1/oils")
    assert str(caught.value) == "The database of prices does not answer. Nothing of this call was kept."
    spanish = caught.value.text(Language.ES)
    assert spanish == "La base de datos de precios no responde. No se ha guardado nada de lo pedido."
    assert "://ana:***@127.0.0.1:1/oils: " in caught.value.for_owner
    assert "refused" in caught.value.for_owner


def test_the_sqlite_file_is_a_clustered_table_in_wal_mode_whose_commits_are_durable(store):
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        sql = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'observation'").scalar()
    assert "WITHOUT ROWID" in sql


def test_a_year_of_one_listing_is_one_range_read(store):
    store.append([at(day) for day in range(365)])
    query = """EXPLAIN QUERY PLAN SELECT * FROM observation JOIN listing_key ON listing_key = key
    WHERE listing_id = 'amazon.es:B00OIL' AND observed_at >= 0 AND observed_at < 9 ORDER BY observed_at"""
    with store.engine.connect() as connection:
        plan = " ".join(row[3] for row in connection.exec_driver_sql(query))
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_store_may_be_used_from_many_threads(path):
    store = store_at(f"sqlite:///{path}")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda day: store.append([at(day)]), range(40))) == 40
    assert store.count("amazon.es:B00OIL") == 40
    store.close()

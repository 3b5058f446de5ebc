"""Opens SQL databases: connections, migrations that several processes may start at once, errors as sentences."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from almazara.errors import InputError, MissingExtraError, UnavailableError
from almazara.prices.store import sql_tables, timescale

BUSY_SECONDS: Final = 30.0
# Bulk writes touch a page of many listings again and again: copying the log into the file less often halves the work.
_PRAGMAS: Final = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "cache_size = -32000",
    "wal_autocheckpoint = 16000",
    "journal_size_limit = 67108864",
)
_MIGRATION_LOCK: Final = 7_215_364_022  # any number, the same in every process
_ADVICE: Final = {
    "database is locked": "is locked by another process; try again when that has ended",
    "readonly database": "may only be read, not written; check the permissions of the file and its folder",
    "disk is full": "has no room left on its disk; make room and repeat",
    "unable to open database file": "cannot be opened; check the path and its permissions",
    "not a database": "is not an SQLite database",
    "malformed": "is damaged; restore it from a copy",
    "read-only transaction": "may only be read, not written; connect to the primary server",
    "No space left": "has no room left on its disk; make room and repeat",
}


def open_engine(url: str) -> sa.Engine:
    """An engine whose schema is the newest one.

    Raises:
        InputError: when the URL cannot be understood, or names an SQLite database without a file.
        MissingExtraError: when the driver of PostgreSQL is not installed.
        UnavailableError: when the database does not answer or was written by a newer Almazara.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise InputError("The store's URL must be sqlite:///file or postgresql://host/name.") from error
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    try:
        with translated(engine):
            _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def writer(engine: sa.Engine) -> sa.Engine:
    """The same engine; its transactions lock at once, so that writers queue, and count the rows they insert."""
    return engine.execution_options(begin="BEGIN IMMEDIATE", preserve_rowcount=True)


@contextmanager
def translated(engine: sa.Engine) -> Iterator[None]:
    """Turn a driver's errors into UnavailableError, in a sentence without the password."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        cause = str(getattr(error, "orig", None) or error).strip()
        known = (advice for sign, advice in _ADVICE.items() if sign in cause)
        verb = "does not answer" if "connection" in cause else "answered"
        said = next(known, f"{verb}: {cause.splitlines()[0]}")
        name = engine.url.set(query={}).render_as_string(hide_password=True)
        raise UnavailableError(f"The database {name} {said}. Nothing of this call was kept.") from error


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise InputError("An SQLite store needs a file: sqlite:///prices.db.")
    if not url.database.startswith("file:"):
        _make_folder(Path(url.database).parent)
    timeout = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    engine = sa.create_engine(url, connect_args=timeout)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's connection)
        connection.isolation_level = None  # we begin transactions ourselves, below
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if begin := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(begin)

    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(f"The folder {folder} of the database cannot be made: {error}.") from error


def _postgresql(url: sa.URL) -> sa.Engine:
    url = url.set(drivername="postgresql+psycopg")
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ImportError as error:  # psycopg, or the C library that it needs
        raise MissingExtraError("postgres", "A PostgreSQL store") from error

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's connection)
        connection.execute("SET TIME ZONE 'UTC'")
        connection.commit()

    return engine


def _upgrade(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        current = _revision(connection)
    if current != sql_tables.HEAD:
        if engine.dialect.name == "sqlite":
            _use_write_ahead_log(engine)
        with writer(engine).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            _run_migrations(connection)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            timescale.enable(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _use_write_ahead_log(engine: sa.Engine) -> None:
    # Changing the mode needs the file alone and does not wait for it as other statements do.
    deadline = time.monotonic() + float(engine.url.query.get("timeout", BUSY_SECONDS))  # type: ignore[arg-type]
    while True:
        try:
            with engine.execution_options(begin="").connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _run_migrations(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnavailableError(
            f"The database has the schema {_revision(connection)}, and this Almazara knows it up to {sql_tables.HEAD}: "
            "it was written by a newer version; install that one."
        ) from error

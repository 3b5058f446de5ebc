"""Opens SQL databases, SQLite files and PostgreSQL: connections, changes of schema that several may begin at once."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from almazara.damage import understood
from almazara.errors import DamagedError, InputError, MissingExtraError, UnavailableError
from almazara.files import PRIVATE_FILE, keep_private, make_folder
from almazara.words.said import Said, said

BUSY_SECONDS: Final = 30.0
_LONGEST_WAIT: Final = 86_400
_STORE_URL: Final = "The store's URL (ALMAZARA_STORE_URL)"

_STATES: Final = {
    "database is locked": "locked",
    "readonly database": "read_only_file",
    "disk I/O error": "disk_error",
    "disk is full": "disk_full",
    "unable to open database file": "cannot_open",
    "not a database": "no_database",
    "read-only transaction": "replica",
    "No space left": "disk_full",
    "connection": "away",
}
"""The code of what is said of a database, by what its driver says: never that, which may name its user and host."""
_DAMAGE: Final = ("malformed", "Could not decode")
"""What a driver says of a database, or of a text in it, that is damaged."""


class Database:
    """A database that threads may share; `insert` is the statement of its dialect, which knows ON CONFLICT."""

    def __init__(self, engine: sa.Engine, called: Said, damaged: Said) -> None:
        self.engine = engine
        self.insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._called = called
        self._damaged = damaged
        self._name = engine.url.set(query={}).render_as_string(hide_password=True)
        self._writer = _writer(engine)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that changes nothing."""
        with self.translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction; it locks at once in SQLite, so that writers queue."""
        with self.translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn a driver's errors into UnavailableError, of which the owner alone is told the database's name.

        So is what cannot be understood of the rows that are read within.
        """
        try:
            with understood(self._damaged, self._name):
                yield
        except (DBAPIError, PoolTimeoutError) as error:
            cause = str(getattr(error, "orig", None) or error).partition("\n")[0].strip()
            if any(sign in cause for sign in _DAMAGE):
                raise DamagedError(self._damaged, f"{self._name}: {cause}") from error
            state = next((state for sign, state in _STATES.items() if sign in cause), "undone")
            told = said("kept.database.not_kept", database=self._called, what=said(f"kept.database.{state}"))
            raise UnavailableError(told, f"{self._name}: {cause}") from error

    def close(self) -> None:
        """Give connections and files back."""
        self.engine.dispose()


def sqlite_file(path: Path) -> sa.URL:
    """The URL of an SQLite file, whose path may hold anything: in a URL that is a text, `?` would end it."""
    return sa.URL.create("sqlite", database=str(path.resolve()))


def open_database(
    url: str | sa.URL,
    *,
    example: str,
    pragmas: Sequence[str],
    called: Said,
    damaged: Said,
    prepare: Callable[[sa.Engine], None],
) -> Database:
    """Open the database of a URL.

    Args:
        url: `sqlite:///file?timeout=seconds` or `postgresql://user:password@host/name`; of a file, see `sqlite_file`.
        example: Name of an SQLite file, for the refusal of a URL without one.
        pragmas: What is set on each connection to SQLite.
        called: What it is called in the sentence of an error.
        damaged: The sentence where something in it is damaged.
        prepare: Makes or changes its tables, where that is needed.

    Raises:
        InputError: when the URL or its timeout cannot be understood, or names an SQLite database without a file.
        MissingExtraError: when the driver of PostgreSQL is not installed.
        UnavailableError: when the database does not answer.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InputError(f"{_STORE_URL} must be sqlite:///file or postgresql://host/name.") from error
    file = None
    if parsed.get_backend_name() == "sqlite":
        if isinstance(url, str):
            _refuse_unknown_parameters(url)
        file = _sqlite_file(parsed, example)
        engine = _sqlite(parsed, pragmas)
        if file is not None:
            _make_private(file)
    elif parsed.get_backend_name() == "postgresql":
        engine = _postgresql(parsed)
    else:
        raise InputError(f"An SQL store is SQLite or PostgreSQL, not {parsed.get_backend_name()!r}.")
    database = Database(engine, called, damaged)
    try:
        with database.translated():
            prepare(engine)
    except BaseException:
        database.close()
        raise
    if file is not None:  # it is a database: what is none stays as it was
        keep_private(file, *_beside(file))
    return database


@contextmanager
def changing_schema(engine: sa.Engine, lock: int) -> Iterator[sa.Connection]:
    """The transaction in which tables are made or changed; who begins it meanwhile, with the same `lock`, waits."""
    if engine.dialect.name == "sqlite":
        _use_write_ahead_log(engine)
    with _writer(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
        yield connection


def _writer(engine: sa.Engine) -> sa.Engine:
    """The same engine; its transactions lock at once, and count the rows they insert."""
    return engine.execution_options(begin="BEGIN IMMEDIATE", preserve_rowcount=True)


def _sqlite_file(url: sa.URL, example: str) -> Path | None:
    """The file of an SQLite database; None for one that SQLite itself has to find."""
    if url.host or not url.database or url.database == ":memory:":
        raise InputError(f"An SQLite store needs a file: sqlite:///{example}.")
    if url.database.startswith("file:"):
        return None
    file = Path(url.database)
    if file.exists() and not file.is_file():
        raise InputError(f"{_STORE_URL} names {file}, which is a folder or a device, and no file.")
    return file


def _sqlite(url: sa.URL, pragmas: Sequence[str]) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _busy_seconds(url)})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's connection)
        connection.isolation_level = None  # we begin transactions ourselves, below
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if begin := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(begin)

    return engine


def _refuse_unknown_parameters(url: str) -> None:
    """The driver leaves out what it does not know, and a `?` in a path is none of its path: it would lie elsewhere."""
    unknown = {one.partition("=")[0] for one in url.partition("?")[2].split("&")} - {"", "timeout"}
    if unknown and "uri" not in unknown:
        raise InputError(
            f"{_STORE_URL} has the parameter {min(unknown)[:40]!r} of no SQLite store: after the file may come "
            "?timeout=5 alone. A path with a ? in it can be that of ALMAZARA_HOME."
        )


def _busy_seconds(url: sa.URL) -> float:
    """How long a writer waits for another one."""
    asked = url.query.get("timeout", BUSY_SECONDS)
    try:
        seconds = float(asked)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_WAIT:
        raise InputError(f"{_STORE_URL} has the timeout {asked!r}: give seconds, such as ?timeout=5.")
    return seconds


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, which gives those beside it its permissions; all say what somebody does."""
    try:
        make_folder(path.parent)
    except OSError as error:
        raise UnavailableError(said("kept.database.no_folder"), f"{path.parent}: {error}") from error
    with suppress(OSError):  # then SQLite says why it cannot be opened
        path.touch(mode=PRIVATE_FILE, exist_ok=False)


def _beside(file: Path) -> list[Path]:
    return [file.with_name(f"{file.name}{ending}") for ending in ("-wal", "-shm")]


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


def _use_write_ahead_log(engine: sa.Engine) -> None:
    # Changing the mode needs the file alone and does not wait for it as other statements do.
    deadline = time.monotonic() + _busy_seconds(engine.url)
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

"""Opens the SQL databases of observations, brought to the newest schema."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from almazara.errors import UnavailableError
from almazara.prices.store import sql_tables, timescale
from almazara.prices.store.observations import DAMAGED
from almazara.sql import Database, changing_schema, open_database
from almazara.words.said import said

# Bulk writes touch a page of many listings again and again: copying the log into the file less often halves the work.
_PRAGMAS: Final = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "cache_size = -32000",
    "wal_autocheckpoint = 16000",
    "journal_size_limit = 67108864",
)
_CALLED: Final = said("kept.database.prices")
_MIGRATION_LOCK: Final = 7_215_364_022


def open_observations(url: str | sa.URL) -> Database:
    """The database of a URL, whose schema is the newest one; see `sql.open_database`."""
    return open_database(url, example="prices.db", pragmas=_PRAGMAS, called=_CALLED, damaged=DAMAGED, prepare=_upgrade)


def _upgrade(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        current = _revision(connection)
    if current != sql_tables.HEAD:
        with changing_schema(engine, _MIGRATION_LOCK) as connection:
            _run_migrations(connection)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            timescale.enable(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _run_migrations(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        there = str(_revision(connection))
        told = said("prices_refused.store.newer_schema", schema=there, newest=sql_tables.HEAD)
        raise UnavailableError(told) from error

"""TimescaleDB, where its extension is on the server: all of its SQL, and the guard that runs it."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from almazara.log import event

AVAILABLE: Final = "SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = 'timescaledb'"
IS_HYPERTABLE: Final = "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_name = 'observation'"
CREATE_EXTENSION: Final = "CREATE EXTENSION IF NOT EXISTS timescaledb"
HYPERTABLE: Final = (
    """\
SELECT create_hypertable('observation', 'observed_at', chunk_time_interval => INTERVAL '90 days',
                         migrate_data => TRUE, if_not_exists => TRUE)""",
    """\
ALTER TABLE observation SET (timescaledb.compress, timescaledb.compress_segmentby = 'listing_key',
                             timescaledb.compress_orderby = 'observed_at DESC')""",
    "SELECT add_compression_policy('observation', INTERVAL '180 days', if_not_exists => TRUE)",
    """\
CREATE MATERIALIZED VIEW IF NOT EXISTS observation_daily WITH (timescaledb.continuous) AS
SELECT listing_key, currency, time_bucket(INTERVAL '1 day', observed_at) AS day,
       min(price) AS lowest, max(price) AS highest, last(price, observed_at) AS closing,
       count(*) AS readings, count(price) AS priced
FROM observation GROUP BY listing_key, currency, day WITH NO DATA""",
    """\
SELECT add_continuous_aggregate_policy('observation_daily', start_offset => INTERVAL '30 days',
       end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour', if_not_exists => TRUE)""",
)


def enable(connection: sa.Connection) -> bool:
    """Make a compressed hypertable with a continuous daily aggregate of the observations, where possible.

    Plain PostgreSQL stays as it is; so does a server that refuses the extension, which the log says. Returns whether
    the observations are a hypertable now.
    """
    installed = connection.execute(sa.text(AVAILABLE)).scalar()
    if installed is None:
        return False
    try:
        with connection.begin_nested():
            if not installed:
                connection.execute(sa.text(CREATE_EXTENSION))
            if not connection.execute(sa.text(IS_HYPERTABLE)).scalar():
                for statement in HYPERTABLE:
                    connection.execute(sa.text(statement))
    except DBAPIError as error:
        event("timescale_refused", reason=str(error.orig).splitlines()[0])
        return False
    return True

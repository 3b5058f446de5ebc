"""TimescaleDB is in no package here: its statements are shown, and plain PostgreSQL is shown to be left alone."""

import pytest
import sqlalchemy as sa

from almazara.prices.store import timescale
from almazara.prices.store.registry import store_at
from servers import empty_database


class Recorder:
    """A connection to a server on which TimescaleDB is available, and perhaps a hypertable there already."""

    def __init__(self, *, installed, hypertables):
        self.answers = {timescale.AVAILABLE: installed, timescale.IS_HYPERTABLE: hypertables}
        self.ran = []

    def execute(self, statement):
        self.ran.append(str(statement))
        return self

    def scalar(self):
        return self.answers[self.ran[-1]]

    def begin_nested(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def test_where_the_extension_is_available_the_observations_become_a_compressed_hypertable_with_a_daily_aggregate():
    server = Recorder(installed=False, hypertables=0)
    assert timescale.enable(server)
    assert server.ran == [
        timescale.AVAILABLE,
        "CREATE EXTENSION IF NOT EXISTS timescaledb",
        timescale.IS_HYPERTABLE,
        *timescale.HYPERTABLE,
    ]
    create, compress, policy, daily, refresh = timescale.HYPERTABLE
    assert "create_hypertable('observation', 'observed_at'" in create
    assert "timescaledb.compress_segmentby = 'listing_key'" in compress
    assert "add_compression_policy('observation', INTERVAL '180 days'" in policy
    assert "WITH (timescaledb.continuous)" in daily
    assert "add_continuous_aggregate_policy('observation_daily'" in refresh


def test_a_hypertable_is_not_made_twice():
    server = Recorder(installed=True, hypertables=1)
    assert timescale.enable(server)
    assert server.ran == [timescale.AVAILABLE, timescale.IS_HYPERTABLE]


@pytest.fixture
def plain(postgresql):
    store = store_at(empty_database(postgresql))
    yield store
    store.close()


def test_plain_postgresql_stays_as_it_is(plain):
    with plain.engine.begin() as connection:
        assert not timescale.enable(connection)
        assert (
            connection.execute(sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'")).scalar() == 0
        )
        assert sa.inspect(connection).get_materialized_view_names() == []


def test_the_daily_aggregate_is_right_on_plain_postgresql_with_stand_ins_for_two_functions(plain):
    """Checks the aggregate's columns and grouping against a real PostgreSQL; storage options need the extension."""
    query = timescale.HYPERTABLE[3].partition(" AS\n")[2].removesuffix(" WITH NO DATA")
    query = query.replace("time_bucket(INTERVAL '1 day', observed_at)", "date_trunc('day', observed_at)")
    query = query.replace("last(price, observed_at)", "(array_agg(price ORDER BY observed_at DESC))[1]")
    with plain.engine.begin() as connection:
        assert list(connection.execute(sa.text(query)).keys()) == [
            "listing_key",
            "currency",
            "day",
            "lowest",
            "highest",
            "closing",
            "readings",
            "priced",
        ]

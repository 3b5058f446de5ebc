"""What the store of users' events promises, tried on an SQLite file and on a real PostgreSQL."""

import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from almazara.errors import ConflictError, InputError, UnavailableError
from almazara.movies.users.event_store import open_events
from almazara.movies.users.events import MAX_EVENTS, Event, Kind
from servers import empty_database

NOW = datetime(2026, 3, 31, 21, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request, tmp_path):
    """The URL of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/below/events.db"
    return empty_database(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(url):
    opened = open_events(url)
    yield opened
    opened.close()


def event(number, user="ana", **more):
    values = {"film_id": number, "kind": Kind.RATING, "value": 4.5, "at": NOW - number * DAY}
    return Event(event_id=f"{user}-{number}", user=user, **{**values, **more})


def test_events_come_back_as_they_were_oldest_first(store):
    view = event(2, kind=Kind.VIEW, value=None)
    assert store.append([event(1), view, event(3)], NOW) == 3
    assert store.of_user("ana") == [event(3), view, event(1)]


def test_events_of_one_moment_keep_the_order_in_which_they_came(store):
    batch = [replace(event(1, value=value, at=NOW), event_id=name) for value, name in ((5, "z"), (3, "a"), (4, "m"))]
    store.append(batch, NOW)
    store.append([replace(batch[0], event_id="b")], NOW + DAY)
    assert [one.value for one in store.of_user("ana")] == [5, 3, 4, 5]


def test_a_repeated_event_is_known_and_changes_nothing(store):
    store.append([event(1)], NOW)
    assert store.append([event(1), event(2)], NOW + DAY) == 1
    assert store.of_user("ana") == [event(2), event(1)]


def test_an_id_with_another_content_is_a_conflict_and_nothing_of_the_batch_is_kept(store):
    store.append([event(1)], NOW)
    for other in ({"value": 1.0}, {"film_id": 9}, {"kind": Kind.VIEW, "value": None}, {"at": NOW}, {"user": "eva"}):
        with pytest.raises(ConflictError, match="'ana-1'"):
            store.append([event(2), replace(event(1), **other)], NOW)
    assert store.all() == [event(1)]


def test_a_repeated_event_without_a_moment_is_the_same_whenever_it_comes(store):
    store.append([event(1, at=NOW, dated=False)], NOW)
    assert store.append([event(1, at=NOW + DAY, dated=False)], NOW + DAY) == 0
    assert [one.at for one in store.of_user("ana")] == [NOW]


def test_of_two_events_of_one_moment_the_one_received_later_comes_later(store):
    later, sooner = event(1, at=NOW), replace(event(2, at=NOW), event_id="zzz")
    store.append([sooner], NOW)
    store.append([later], NOW + DAY)
    assert store.of_user("ana") == [sooner, later]


def test_a_user_sees_only_their_own_events(store):
    store.append([event(1), event(1, user="eva"), event(1, user="ANA")], NOW)
    assert [one.user for one in store.of_user("ana")] == ["ana"]
    assert store.of_user("nobody") == []


def test_deleting_a_user_deletes_their_events_and_no_others(store):
    store.append([event(1), event(2), event(1, user="eva")], NOW)
    assert store.delete_user("ana") == 2
    assert store.delete_user("ana") == 0
    assert store.all() == [event(1, user="eva")]
    assert store.append([event(1, value=1.0)], NOW) == 1  # the ids are free again


def test_what_a_source_said_of_one_kind_of_a_film_is_withdrawn_alone(store):
    rated = replace(event(1), event_id="plex:1", film_id=7, kind=Kind.RATING, value=4.0)
    others = [
        replace(rated, event_id="plex_:2"),
        replace(rated, event_id="own", value=1.0),
        replace(rated, event_id="plex:3", film_id=8),
        replace(rated, event_id="plex:4", kind=Kind.VIEW, value=None),
        replace(rated, event_id="plex:5", user="eva"),
    ]
    store.append([rated, *others], NOW)
    assert store.withdraw("ana", 7, Kind.RATING, "plex") == 1
    assert store.withdraw("ana", 7, Kind.RATING, "plex") == 0
    assert sorted(one.event_id for one in store.all()) == sorted(one.event_id for one in others)


def test_a_full_batch_and_more_is_kept_in_one_call(store):
    batch = [event(number) for number in range(1, MAX_EVENTS + 502)]
    assert store.append(batch, NOW) == len(batch)
    assert store.append(batch, NOW) == 0
    assert store.count() == len(batch)


def test_what_was_kept_is_there_for_the_next_process(url):
    first = open_events(url)
    first.append([event(1)], NOW)
    first.close()
    second = open_events(url)
    assert second.of_user("ana") == [event(1)]
    second.close()


def test_several_may_open_an_empty_store_and_write_the_same_at_once(url):
    batch = [event(number) for number in range(1, 41)]

    def write(number):
        store = open_events(url)
        try:
            return store.append(batch if number % 2 else batch[::-1], NOW)
        finally:
            store.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(write, range(6))) == len(batch)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(
            st.integers(1, 2**63 - 1),
            st.sampled_from(Kind),
            st.floats(0.5, 5),
            st.datetimes(
                datetime(1900, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
                datetime(2100, 1, 1),  # noqa: DTZ001
                timezones=st.just(UTC),
            ),
        ),
        max_size=6,
    )
)
def test_any_event_comes_back_as_it_was(store, values):
    user = uuid.uuid4().hex
    batch = [
        Event(f"{user}-{n}", user, film, kind, value if kind is Kind.RATING else None, at)
        for n, (film, kind, value, at) in enumerate(values)
    ]
    assert store.append(batch, NOW) == len(batch)
    assert sorted(store.of_user(user), key=lambda one: one.event_id) == batch


_WRITER = """
import sys
from datetime import UTC, datetime
from almazara.movies.users.event_store import open_events
from almazara.movies.users.events import Event, Kind
now, store = datetime(2026, 3, 31, 21, tzinfo=UTC), open_events(sys.argv[1])
for batch in range(10_000):
    store.append([Event(f"{batch}-{n}", "ana", n, Kind.VIEW, None, now) for n in range(1, 51)], now)
    print(batch, flush=True)
"""


@pytest.mark.server
def test_a_killed_writer_leaves_whole_batches(url):
    with subprocess.Popen([sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True) as writer:
        for _ in range(3):
            told = int(writer.stdout.readline())
        time.sleep(0.02)
        writer.send_signal(signal.SIGKILL)
    store = open_events(url)
    kept = store.count()
    assert kept % 50 == 0
    assert kept >= 50 * (told + 1)
    assert store.append([event(1)], NOW) == 1
    store.close()


@pytest.mark.parametrize("url", ["dynamodb://table", "mysql://host/name", "sqlite://", "nonsense"])
def test_a_url_of_no_sql_store_is_refused(url):
    with pytest.raises(InputError):
        open_events(url)


def test_a_database_that_does_not_answer_is_named_to_its_owner_alone_and_without_its_password():
    with pytest.raises(UnavailableError) as raised:
        open_events("postgresql://ana:secret@127.0.0.1:1/nothing")
    assert str(raised.value) == "The store of events does not answer. Nothing of this call was kept."
    assert "://ana:***@127.0.0.1:1/nothing: " in raised.value.for_owner


def test_a_file_that_is_no_database_is_said_so(tmp_path):
    (tmp_path / "events.db").write_text("this is no database, but a text that is long enough to be none")
    with pytest.raises(UnavailableError, match="is not an SQLite database"):
        open_events(f"sqlite:///{tmp_path}/events.db")

"""Reading events: the API's tests try each rule over HTTP; here, that no body at all gets past them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.users.events import (
    FIRST_MOMENT,
    LARGEST_ID,
    MAX_RATING,
    MAX_SKEW,
    MIN_RATING,
    BatchError,
    Event,
    Kind,
    check_user,
    read_events,
)
from almazara.words.numbers import Language

NOW = datetime(2026, 3, 31, 21, tzinfo=UTC)
RATING = {"id": "1", "usuario": "ana", "pelicula": 7, "tipo": "valoracion", "valor": 4}


def read(body):
    return read_events(body, NOW, lambda film: film if film in range(100) else 8 if film == "tt0000008" else None)


def test_an_event_is_read_with_its_moment_in_utc():
    event = {**RATING, "momento": "2026-03-31T22:30:00+02:00"}
    assert read(event) == [Event("1", "ana", 7, Kind.RATING, 4.0, datetime(2026, 3, 31, 20, 30, tzinfo=UTC))]


def test_an_event_without_a_moment_is_of_now_and_remembers_that_it_was_not_said():
    assert read(RATING) == [Event("1", "ana", 7, Kind.RATING, 4.0, NOW, dated=False)]


@pytest.mark.parametrize("value", [MIN_RATING, 3.25, MAX_RATING])
def test_ratings_on_the_scale_are_taken_to_its_ends(value):
    assert read({**RATING, "valor": value})[0].value == value


@pytest.mark.parametrize("film", [1, LARGEST_ID])
def test_ids_of_films_are_taken_to_their_ends(film):
    assert read_events({**RATING, "pelicula": film}, NOW, lambda film: film)[0].film_id == film


def test_a_film_may_be_named_by_its_imdb_id():
    assert read({**RATING, "pelicula": "tt0000008"})[0].film_id == 8
    for unknown in ("tt9", "nm8", "0000008", "tt", "tt\uff18"):
        with pytest.raises(BatchError, match=r"no hay ninguna|pelicula debe ser el id"):
            read({**RATING, "pelicula": unknown})


def test_the_moment_may_be_as_far_ahead_as_clocks_differ():
    assert read({**RATING, "momento": (NOW + MAX_SKEW).isoformat()})
    with pytest.raises(BatchError, match="futuro"):
        read({**RATING, "momento": (NOW + MAX_SKEW + timedelta(seconds=1)).isoformat()})


def test_a_batch_error_names_three_entries_and_counts_the_others():
    with pytest.raises(BatchError, match=r"^5 de 5 eventos .* posición 2: [^;]*; y 2 más\.$") as raised:
        read([None] * 5)
    assert len(raised.value.problems) == 5
    assert raised.value.text(Language.EN).startswith("5 of 5 events cannot be used, and none was kept: position 0: it ")


def test_of_a_single_event_it_is_said_as_of_one():
    with pytest.raises(BatchError) as raised:
        read({**RATING, "tipo": "odia"})
    assert str(raised.value) == (
        "1 de 1 evento no vale y no se guardó ninguno: posición 0: tipo debe ser vista, valoracion, me_gusta o "
        "no_me_gusta."
    )
    assert raised.value.text(Language.EN) == (
        "1 of 1 event cannot be used, and none was kept: position 0: tipo must be view, rating, like or dislike."
    )


def test_an_undated_repetition_repeats_what_is_kept_and_another_value_does_not():
    kept = Event("1", "ana", 7, Kind.RATING, 4.0, NOW - timedelta(days=1))
    assert Event("1", "ana", 7, Kind.RATING, 4.0, NOW, dated=False).repeats(kept)
    assert not Event("1", "ana", 7, Kind.RATING, 4.0, NOW).repeats(kept)
    assert not Event("1", "ana", 7, Kind.RATING, 4.5, NOW, dated=False).repeats(kept)


@pytest.mark.parametrize("user", ["ana", "7", "_x", "a.b@c.es", "a:b+c-d", "x" * 64])
def test_usual_ids_of_users_are_taken(user):
    assert check_user(user) == user


@pytest.mark.parametrize("user", [None, 7, "", " ana", "ana\n", "a,b", "a/b", "..", "-x", "x" * 65, "\uff41na"])
def test_what_is_no_id_of_a_user_is_refused(user):
    with pytest.raises(InputError):
        check_user(user)


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2)
    | st.sampled_from(["view", "me_gusta", "valoracion", "ana", "2026-01-02T10:00:00Z", 3, 7])
)
ENTRIES = VALUES | st.dictionaries(
    st.sampled_from(["id", "usuario", "pelicula", "tipo", "valor", "momento", "other"]), VALUES
)


@given(st.lists(ENTRIES, max_size=4) | ENTRIES)
def test_whatever_comes_is_refused_by_position_or_keeps_every_rule(body):
    try:
        events = read(body)
    except BatchError as error:
        positions = [one.posicion for one in error.problems]
        assert positions == sorted(positions)
        assert set(positions) <= set(range(len(body) if isinstance(body, list) else 1))
    except InputError:
        assert body == []
    else:
        assert len({event.event_id for event in events}) == len(events)
        for event in events:
            assert event.film_id < 100
            assert FIRST_MOMENT <= event.at <= NOW + MAX_SKEW
            assert (event.value is None) == (event.kind is not Kind.RATING)
            assert event.value is None or MIN_RATING <= event.value <= MAX_RATING

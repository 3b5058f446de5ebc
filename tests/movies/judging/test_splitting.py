"""Splits hold out what they say, nothing is lost or told twice, and the same seed gives the same split."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import splitting

START = datetime(2020, 1, 1, tzinfo=UTC)


def rated(rows):
    """A table of ratings of (user, film) or (user, film, day)."""
    full = [(user, film, 4.0, START + timedelta(days=day[0]) if day else None) for user, film, *day in rows]
    return pl.DataFrame(full, schema=s.SCHEMAS[s.RATINGS], orient="row")


def pairs_of(rows, films=range(1, 31)):
    return splitting.pairs(rated(rows), pl.Series(films, dtype=pl.Int64))


def rng(seed=0):
    return np.random.default_rng(seed)


TEN_EACH = [(user, film, film + user) for user in (7, 9) for film in range(1, 11)]
some_pairs = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 12)), unique=True, min_size=1, max_size=60)


def coordinates(matrix):
    return set(zip(*(part.tolist() for part in matrix.nonzero()), strict=True))


def test_pairs_of_films_that_are_not_in_the_catalog_or_that_nobody_rated_are_left_out():
    found = pairs_of([(5, 3), (5, 99), (2, 1)], films=[1, 2, 3])
    assert (found.users.tolist(), found.films.tolist()) == ([2, 5], [1, 3])
    assert list(zip(found.user.tolist(), found.film.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert found.time.tolist() == [splitting.NO_TIME] * 2


def test_without_any_rating_the_sentence_says_what_to_give():
    with pytest.raises(InputError, match="no ratings of films in the catalog"):
        pairs_of([(1, 99)])


def test_a_random_split_holds_out_a_fifth_of_each_users_films():
    split = splitting.random_split(pairs_of(TEN_EACH), rng())
    assert np.diff(split.truth.indptr).tolist() == [2, 2]
    assert np.diff(split.known.indptr).tolist() == [8, 8]
    assert split.candidates.all()


def test_a_temporal_split_holds_out_each_users_own_last_films():
    split = splitting.temporal_split(pairs_of(TEN_EACH), rng())
    assert coordinates(split.truth) == {(user, film) for user in (0, 1) for film in (8, 9)}


def test_films_of_the_same_second_are_held_out_at_random_and_not_by_their_number():
    same = pairs_of([(user, film, 0) for user in range(1, 40) for film in range(1, 6)])
    held_out = coordinates(splitting.temporal_split(same, rng()).truth)
    assert len({film for _, film in held_out}) == 5


def test_a_split_by_time_judges_users_who_came_later_without_a_known_film():
    split = splitting.time_split(pairs_of([(1, film, film) for film in range(1, 9)] + [(2, 1, 20), (2, 2, 21)]))
    assert split.known[[0]].nnz == 0
    assert coordinates(split.truth) == {(0, 0), (0, 1)}
    assert split.train.nnz == 8


def test_pairs_without_a_time_have_no_place_in_a_temporal_split_and_are_counted():
    split = splitting.temporal_split(pairs_of([*TEN_EACH, (7, 20)]), rng())
    assert split.left_out == 1
    assert split.train.nnz + split.truth.nnz == 20


@pytest.mark.parametrize("make", [lambda of: splitting.temporal_split(of, rng()), splitting.time_split])
def test_without_times_there_is_no_split_by_time(make):
    with pytest.raises(InputError, match="carry no times"):
        make(pairs_of([(1, 1), (1, 2)]))


def test_ratings_of_one_moment_cannot_be_split_by_time():
    with pytest.raises(InputError, match="same time"):
        splitting.time_split(pairs_of([(1, film, 0) for film in range(1, 9)]))


def test_a_cold_split_takes_every_rating_of_its_films_and_recommends_only_these():
    split = splitting.cold_split(pairs_of(TEN_EACH), rng())
    assert split.candidates.sum() == 2
    assert split.train[:, split.candidates].nnz == split.known[:, split.candidates].nnz == 0
    assert split.truth.nnz == split.truth[:, split.candidates].nnz == 4


def test_short_splits_train_on_none_of_the_judged_users_and_nest():
    of = pairs_of([(user, film) for user in range(1, 11) for film in range(1, 10)])
    one, three = (splitting.short_split(of, rng(), known) for known in (1, 3))
    assert set(np.diff(one.known.indptr)) == {1}
    assert set(np.diff(three.known.indptr)) == {3}
    assert coordinates(one.known) <= coordinates(three.known)
    assert one.train.nnz == three.train.nnz == 8 * 9
    assert one.truth.shape[0] == 2


def test_a_split_that_would_hold_nothing_out_says_so():
    with pytest.raises(InputError, match="no user has enough films"):
        splitting.random_split(pairs_of([(1, 1), (2, 2)]), rng())


def test_the_fingerprint_tells_splits_apart_and_is_the_same_for_the_same_seed():
    first, again, other = (splitting.random_split(pairs_of(TEN_EACH), rng(seed)).fingerprint() for seed in (0, 0, 1))
    assert first == again != other


@given(some_pairs, st.integers(0, 5))
def test_whatever_the_split_nothing_is_learned_or_known_that_must_be_found(rows, seed):
    of = pairs_of([(user, film, (user * film) % 7) for user, film in rows])
    made = {
        "random": lambda: splitting.random_split(of, rng(seed)),
        "temporal": lambda: splitting.temporal_split(of, rng(seed)),
        "time": lambda: splitting.time_split(of),
        "cold": lambda: splitting.cold_split(of, rng(seed)),
        "short": lambda: splitting.short_split(of, rng(seed), 2),
    }
    for name, make in made.items():
        try:
            split = make()
        except InputError:
            continue
        assert coordinates(split.known).isdisjoint(coordinates(split.truth)), name
        assert (np.diff(split.truth.indptr) > 0).all()
        if name in {"random", "temporal", "time"}:
            assert split.train.nnz + split.truth.nnz + split.left_out == len(rows)

"""Who may take the champion's place, and what the champion may learn from before it is judged."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from almazara.movies.cleaning import schema as s
from almazara.movies.judging import champion, splitting
from almazara.movies.judging.champion import Verdict
from almazara.movies.judging.judgement import PRIMARY, Judgement
from almazara.movies.users.event_ratings import with_events
from almazara.movies.users.events import Event, Kind

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def judged(values):
    return Judgement({PRIMARY: np.asarray(values, dtype=float)}, {"coverage_at_10": 0.5})


def verdict(factor, margin=0.01):
    base = np.random.default_rng(0).random(200) + 0.1
    return champion.compare(judged(base * factor), judged(base), margin, np.random.default_rng(0)).verdict


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(1.05, Verdict.BETTER), (1.0, Verdict.NOT_WORSE), (0.995, Verdict.NOT_WORSE), (0.98, Verdict.WORSE)],
)
def test_who_loses_more_than_the_margin_is_worse(factor, expected):
    assert verdict(factor) is expected


def test_a_loss_that_a_few_users_cannot_prove_does_not_keep_a_model_back():
    noisy = np.array([0.5, 0.1, 0.4, 0.3, 0.2, 0.6])
    other = np.array([0.1, 0.5, 0.35, 0.32, 0.6, 0.2])
    found = champion.compare(judged(other), judged(noisy), 0.01, np.random.default_rng(0))
    assert found.difference.mean < -0.01
    assert found.risk < 0.8
    assert found.verdict is Verdict.NOT_WORSE


def test_the_margin_may_be_nothing():
    assert verdict(0.999, margin=0.0) is Verdict.WORSE


def test_only_who_is_worse_or_has_nothing_to_show_is_kept_back():
    assert [one for one in Verdict if not one.publishes] == [Verdict.WORSE, Verdict.NO_RATINGS]


def test_a_comparison_is_described_with_both_metrics_and_the_interval():
    found = champion.compare(judged([0.2, 0.4]), judged([0.1, 0.2]), 0.01, np.random.default_rng(0)).described()
    assert found["verdict"] == "better"
    assert found["challenger"] == {PRIMARY: 0.3, "coverage_at_10": 0.5}
    assert found["relative_difference"] == {"mean": 1.0, "low": 1.0, "high": 1.0}


def rated(*pairs):
    rows = [(user, film, 4.0, None) for user, film in pairs]
    return pl.DataFrame(rows, schema=s.SCHEMAS[s.RATINGS], orient="row")


def test_the_champion_learns_from_its_own_ratings_without_those_that_it_must_find():
    new = rated(*[(user, film) for user in (1, 2) for film in range(1, 11)])
    pairs = splitting.pairs(new, pl.Series(range(1, 20)))
    split = splitting.random_split(pairs, np.random.default_rng(0))
    old = pl.concat([new, rated((3, 1), (3, 15))])  # 15 is not among the films that are judged
    train = champion.without_held_out(old, pairs, split)
    assert train.shape == (3, 10)
    assert train.nnz == new.height - split.truth.nnz + 1
    row, film = split.truth.nonzero()
    assert not train[split.judged[row], film].any()


def event(user, film, kind, value=None, second=0):
    return Event(f"{user}-{film}-{second}", user, film, kind, value, NOW.replace(second=second))


def test_events_become_ratings_replace_older_ones_and_dislikes_take_them_away():
    events = [
        event("7", 1, Kind.RATING, 2.0),
        event("7", 2, Kind.DISLIKE),
        event("7", 99, Kind.VIEW),
        event("ana", 1, Kind.VIEW),
        event("zoe", 3, Kind.RATING, 3.0),
        event("zoe", 3, Kind.RATING, 4.5, second=9),
    ]
    found = with_events(rated((7, 1), (7, 2), (8, 1)), events, pl.Series([1, 2, 3]))
    assert found.select(s.USER_ID, s.FILM_ID, s.RATING).rows() == [
        (-2, 3, 4.5),
        (-1, 1, None),
        (7, 1, 2.0),
        (8, 1, 4.0),
    ]
    assert found[s.RATED_AT].to_list() == [NOW.replace(second=9), NOW, NOW, None]
    assert dict(found.schema) == s.SCHEMAS[s.RATINGS]


def test_without_events_ratings_stay_as_they_are():
    ratings = rated((1, 1), (2, 2))
    assert with_events(ratings, [], pl.Series([1, 2])).equals(ratings)

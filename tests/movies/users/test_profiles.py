"""What events come to: the latest word decides, and weights are in the order of what they say."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.users.events import Event, Kind
from almazara.movies.users.profiles import (
    DISLIKE_WEIGHT,
    LIKE_WEIGHT,
    LOW_WEIGHT,
    VIEW_WEIGHT,
    Opinion,
    UserHistory,
    fold,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def profile(*acts, rated=None):
    """The profile of acts on film 10, whose row is 1, one a day; `4.0` is a rating."""
    events = []
    for day, act in enumerate(acts):
        kind = act if isinstance(act, Kind) else Kind.RATING
        value = None if isinstance(act, Kind) else act
        events.append(Event(str(day), "ana", 10, kind, value, START + timedelta(days=day)))
    return fold(events, {10: 1}.get, rated)


def opinion(*acts, rated=None):
    return profile(*acts, rated=rated).opinions[1]


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([Kind.VIEW], Opinion(Kind.VIEW)),
        ([Kind.VIEW, Kind.VIEW], Opinion(Kind.VIEW)),
        ([4.0, Kind.VIEW], Opinion(Kind.RATING, 4.0)),
        ([4.0, 1.0], Opinion(Kind.RATING, 1.0)),
        ([Kind.LIKE, 3.0, Kind.VIEW], Opinion(Kind.LIKE, 3.0)),
        ([Kind.LIKE, Kind.DISLIKE], Opinion(Kind.DISLIKE)),
        ([Kind.DISLIKE, 5.0, Kind.VIEW], Opinion(Kind.DISLIKE, 5.0)),
        ([Kind.DISLIKE, Kind.LIKE], Opinion(Kind.LIKE)),
    ],
)
def test_the_latest_word_decides_and_a_dislike_stays_until_a_like(acts, expected):
    assert opinion(*acts) == expected


def test_events_come_after_the_ratings_file():
    assert opinion(2.0, rated={1: 5.0}) == Opinion(Kind.RATING, 2.0)
    assert opinion(Kind.VIEW, rated={1: 5.0}) == Opinion(Kind.RATING, 5.0)
    assert opinion(rated={1: None}) == Opinion(Kind.VIEW)


def test_weights_are_in_the_order_of_what_they_say():
    weights = [DISLIKE_WEIGHT, LOW_WEIGHT]
    weights += [Opinion(Kind.RATING, value).weight for value in (2.5, 3.0, 3.5, 4.0, 4.5, 5.0)]
    assert weights == sorted(set(weights))
    assert Opinion(Kind.RATING, 3.5).weight == VIEW_WEIGHT
    assert VIEW_WEIGHT < LIKE_WEIGHT < Opinion(Kind.RATING, 5.0).weight


def test_a_low_rating_counts_against_a_film_and_keeps_it_out_of_no_list():
    low = profile(2.0)
    assert (low.opinions[1].weight, low.disliked(), low.speaks()) == (LOW_WEIGHT, [], False)


def test_a_film_that_left_the_catalog_is_left_out():
    assert not fold([Event("1", "ana", 99, Kind.VIEW, None, START)], {10: 1}.get)


ACTS = st.lists(st.sampled_from([*Kind, 0.5, 2.0, 4.5]).filter(lambda act: act is not Kind.RATING), min_size=1)


@given(ACTS)
def test_the_last_like_or_dislike_wins_over_everything(acts):
    words = [act for act in acts if act in (Kind.LIKE, Kind.DISLIKE)]
    ratings = [act for act in acts if isinstance(act, float)]
    expected = words[-1] if words else (Kind.RATING if ratings else Kind.VIEW)
    assert opinion(*acts) == Opinion(expected, ratings[-1] if ratings else None)


def test_a_user_of_the_ratings_file_is_found_by_exactly_their_number():
    history = UserHistory(
        {
            "ids": np.array([-5, 3, 12], dtype=np.int64),
            "offsets": np.array([0, 1, 3, 4], dtype=np.int64),
            "rows": np.array([9, 4, 5, 6], dtype=np.int32),
            "ratings": np.array([1.0, 3.5, np.nan, 5.0], dtype=np.float16),
        }
    )
    assert history.rated("3") == {4: 3.5, 5: None}
    assert "12" in history
    for other in ("4", "03", "-5", "+3", "\uff13", "3.0", "99999999999999999999", "ana", ""):
        assert other not in history
        assert history.rated(other) == {}

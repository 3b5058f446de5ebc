"""Similar films from viewers and content: continuous in the ratings, and content where there are none."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from almazara.movies.similar import collaborative, content, hybrid
from almazara.movies.similar.collaborative import Viewers
from almazara.movies.similar.content import Content
from almazara.movies.similar.hybrid import blend, known_share
from almazara.movies.similar.lists import Films
from almazara.movies.similar.stored import ContentSpace

COUNT = st.integers(0, 500)
N_FILMS = 30


def content_of(n_films):
    """A description by which films are alike as far as their numbers are near."""
    return Content(
        choosing=sparse.csr_array((n_films, 1), dtype=np.float32),
        refining=sparse.csr_array((n_films, 1), dtype=np.float32),
        groups=sparse.csr_array((n_films, 1), dtype=np.float32),
        sagas=np.full(n_films, -1),
        scales=np.arange(n_films, dtype=np.int16)[None],
        closeness=np.linspace(2, -2, 256, dtype=np.float32)[None],
        prior=np.zeros(n_films, dtype=np.float32),
        sharpness=0.0,
        level=0.0,
        emphasis=np.ones(2, dtype=np.float32),
        shares=np.ones(2, dtype=np.float32),
    )


def fitted(seen):
    films = Films(np.arange(N_FILMS, 0, -1, dtype=np.float32), np.full(N_FILMS, -1, dtype=np.int32))
    described = content_of(N_FILMS)
    viewers = Viewers(sparse.csr_array(seen.astype(np.float32)))
    by_content = content.fit(described, films)
    by_viewers = collaborative.fit(viewers, films)
    return by_content, hybrid.fit(by_content, by_viewers, described, viewers, films)


@pytest.fixture
def seen():
    return np.random.default_rng(0).random((80, N_FILMS)) < np.linspace(0.5, 0.02, N_FILMS)


@given(own=COUNT, theirs=COUNT, expected=st.floats(0, 1), share=st.floats(0, 1))
def test_similarity_is_a_share_whatever_the_counts(own, theirs, expected, share):
    found = blend(np.array(share * min(own, theirs)), np.array(own), np.array(theirs), 1000, np.array(expected))
    assert 0 <= found <= 1


@given(theirs=COUNT, expected=st.floats(0.01, 1))
def test_a_film_without_viewers_is_as_similar_as_its_content_says(theirs, expected):
    assert np.isclose(blend(np.array(0), np.array(0), np.array(theirs), 1000, np.array(expected)), expected)


@pytest.mark.parametrize("expected", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("step", [(1, 1), (0, 1)])
def test_no_single_viewer_moves_the_similarity_far(expected, step):
    shared, own = (np.arange(200) * each for each in step)
    found = blend(shared, own, np.full(200, 300), 3000, np.full(200, expected))
    assert np.abs(np.diff(found)).max() < 0.15 * max(found.max(), 0.1) + 0.02


@given(own=st.integers(10, 300), theirs=st.integers(10, 300), expected=st.floats(0, 1))
def test_each_shared_viewer_makes_films_more_alike(own, theirs, expected):
    shared = np.arange(min(own, theirs) + 1)
    found = blend(shared, np.full_like(shared, own), np.full_like(shared, theirs), 5000, np.full(len(shared), expected))
    assert np.all(np.diff(found) >= -1e-12)


def test_a_film_without_viewers_is_unknown_and_not_unliked():
    own, users = np.array(800), 3000
    mate, known = (
        blend(np.array(0), own, np.array(0), users, np.array(0.8), likely=500),
        blend(np.array(300), own, np.array(700), users, np.array(0.1)),
    )
    assert mate > known
    assert blend(np.array(0), own, np.array(0), users, np.array(0.05), likely=500) < known


def test_viewers_take_the_place_of_those_that_are_likely():
    told = [blend(np.array(n), np.array(800), np.array(9 * n), 3000, np.array(0.3), likely=500) for n in (0, 5, 60)]
    untold = blend(np.array(60), np.array(800), np.array(540), 3000, np.array(0.3))
    assert told[2] == pytest.approx(untold, rel=0.05)


def test_with_many_viewers_what_content_expects_hardly_matters():
    found = [
        blend(np.array(3000), np.array(5000), np.array(6000), 50000, np.array(expected)) for expected in (0.01, 0.9)
    ]
    assert found[1] - found[0] < 0.01


def test_films_that_chance_brings_together_tell_nothing_of_each_other():
    assert known_share(np.array(10.0), np.array(100.0), np.array(100.0), 1000.0) == 0
    assert known_share(np.array(99.0), np.array(100.0), np.array(100.0), 1000.0) > 0.9


def test_without_ratings_the_lists_are_those_of_content(seen):
    by_content, by_both = fitted(np.zeros_like(seen))
    assert np.array_equal(by_both["neighbors"], by_content["neighbors"])
    assert np.array_equal(by_both["similarity"], by_content["similarity"])
    assert not by_both["shared"].any()


def test_the_numbers_of_shared_viewers_are_true(seen):
    _, by_both = fitted(seen)
    together = seen.T.astype(int) @ seen.astype(int)
    for row, (neighbors, shared) in enumerate(zip(by_both["neighbors"], by_both["shared"], strict=True)):
        known = neighbors >= 0
        assert np.array_equal(shared[known], together[row, neighbors[known]])


def test_a_film_seen_by_the_same_people_rises_over_its_content(seen):
    seen[:, 29] = seen[:, 0]
    by_content, by_both = fitted(seen)
    assert by_content["neighbors"][0, 0] != 29
    assert by_both["neighbors"][0, 0] == 29


def test_the_same_ratings_give_the_same_lists(seen):
    first, second = fitted(seen)[1], fitted(seen)[1]
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_lists_hold_every_other_film_once_and_never_the_film_itself(seen):
    _, by_both = fitted(seen)
    for row, neighbors in enumerate(by_both["neighbors"]):
        assert sorted(neighbors[neighbors >= 0].tolist()) == [film for film in range(N_FILMS) if film != row]


def test_the_best_known_of_the_same_kind_are_compared_though_they_share_no_term():
    n_films = 600
    known = np.arange(n_films, 0, -1, dtype=np.float32)  # the first 200 would be compared with any film
    of_a_kind = np.zeros((n_films, 1), dtype=np.float32)
    of_a_kind[[300, 590]] = 1
    described = replace(content_of(n_films), groups=sparse.csr_array(of_a_kind), closeness=np.zeros((1, 256)))
    described = replace(described, refining=sparse.csr_array(of_a_kind))
    lists = content.fit(described, Films(known, np.full(n_films, -1, dtype=np.int32)))
    assert lists["neighbors"][590, 0] == 300


def ranked(similarity, seen, mates):
    given = map(np.array, (similarity, seen, mates))
    return np.argsort(-hybrid._behind_known_mates(*given), kind="stable").tolist()


def test_unseen_parts_of_a_saga_come_right_behind_the_seen_one_in_their_order():
    similarity, seen, mates = (
        [0.99, 0.5, 0.95, 0.3, 0.2],
        [False, True, False, True, True],
        [True, True, True, False, False],
    )
    assert ranked(similarity, seen, mates) == [1, 0, 2, 3, 4]


def test_where_viewers_leave_a_saga_behind_its_unseen_parts_are_still_among_the_first_five():
    similarity, seen, mates = [0.9, 0.8, 0.7, 0.6, 0.5, 0.1, 0.99], [True] * 6 + [False], [False] * 5 + [True] * 2
    assert ranked(similarity, seen, mates) == [0, 1, 2, 6, 3, 4, 5]


def test_a_saga_of_which_nobody_saw_another_part_comes_as_its_content_says():
    assert ranked([0.9, 0.99], [True, False], [False, True]) == [1, 0]


def test_films_without_a_collection_are_no_saga():
    tables = {
        "films": pl.DataFrame({"id": [1, 2, 3, 4]}),
        "collections": pl.DataFrame({"film_id": [3, 1], "collection": ["Mill", "Mill"]}),
    }
    sagas = content._sagas(tables)
    assert sagas[0] == sagas[2] >= 0
    assert (sagas[[1, 3]] == -1).all()


def of_makers():
    """Films of which 0 and 29 have a maker in common, which content counts for little, and for unseen ones for much."""
    described = content_of(N_FILMS)
    terms = np.zeros((N_FILMS, 1), dtype=np.float32)
    terms[[0, 29]] = 1
    return replace(
        described,
        choosing=sparse.csr_array(terms),
        sharpness=1.0,
        emphasis=np.array([100.0, 1.0], dtype=np.float32),
        shares=np.array([1.0, 0.5], dtype=np.float32),
    )


def lists_of(described, seen):
    films = Films(np.arange(N_FILMS, 0, -1, dtype=np.float32), np.full(N_FILMS, -1, dtype=np.int32))
    viewers = Viewers(sparse.csr_array(seen.astype(np.float32)))
    return hybrid.fit(content.fit(described, films), collaborative.fit(viewers, films), described, viewers, films)


def test_a_film_that_nobody_has_seen_has_those_of_its_makers_first():
    seen = np.zeros((80, N_FILMS), dtype=bool)
    seen[:, 1:3] = True
    neighbors = lists_of(of_makers(), seen)["neighbors"]
    assert neighbors[0, 0] == 29


def test_a_film_that_many_have_seen_is_compared_as_content_says():
    seen = np.zeros((80, N_FILMS), dtype=bool)
    seen[:, 0] = True
    seen[0, 1:] = True
    assert lists_of(of_makers(), seen)["neighbors"][0, 0] != 29


def test_the_share_of_the_makers_goes_with_the_viewers():
    similarity = []
    for viewers in range(24):
        seen = np.zeros((80, N_FILMS), dtype=bool)
        seen[:viewers, 0] = True
        seen[79, 1] = True
        lists = lists_of(of_makers(), seen)
        similarity.append(lists["similarity"][0][lists["neighbors"][0] == 29].item())
    assert np.all(np.diff(similarity) < 0)
    assert np.abs(np.diff(similarity)).max() < 0.3


@given(shares=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_what_is_compared_on_the_fly_is_compared_as_in_the_build(shares):
    described = of_makers()
    space, every = ContentSpace(described.arrays()), np.arange(1, N_FILMS)
    zero = np.zeros_like(every)
    unseen, known = described.of_unseen().similarity(zero, every), described.similarity(zero, every)
    expected = shares * unseen + (1 - shares) * known
    assert np.allclose(space.scores(0, every, shares), expected, atol=1e-5)


def test_a_catalog_of_an_older_version_compares_unseen_films_as_all_others():
    arrays = of_makers().arrays()
    older = ContentSpace({name: array for name, array in arrays.items() if "unseen" not in name and name != "emphasis"})
    every = np.arange(1, N_FILMS)
    assert np.array_equal(older.scores(0, every, 1.0), older.scores(0, every))


@pytest.mark.parametrize(("kept", "first"), [(True, 1), (False, 29)])
def test_what_nobody_has_seen_is_promised_no_more_than_the_viewers_of_a_film_keep(kept, first):
    """Content promises most of film 1, which nobody has seen; 2 to 9 have seen those of film 0, or they have not."""
    seen = np.zeros((100, N_FILMS), dtype=bool)
    seen[:60, 0] = True
    seen[: 50 if kept else 0, 2:10] = True
    seen[50:100, 2:10] |= not kept
    seen[:30, 29] = True
    lists = lists_of(content_of(N_FILMS), seen)
    places = {film: place for place, film in enumerate(lists["neighbors"][0].tolist())}
    assert (places[1] < places[29]) == (first == 1)

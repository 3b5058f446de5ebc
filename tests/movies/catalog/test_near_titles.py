"""A title that differs by a slip from that of a far better known film names it."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.catalog.near_titles import better_known


def known_of(title, *others):
    titles, votes = [title, *(one for one, _ in others)], [10, *(count for _, count in others)]
    return better_known(pl.Series("title", titles), pl.Series("votes", votes)).tolist()[0]


@pytest.mark.parametrize("title", ["Sevens", "Sevn e", "Se-7en", "SÉVEM", "even s", "Steven"])
def test_a_letter_more_less_other_or_elsewhere_is_near(title):
    assert known_of(title, ("Seven", 5000)) == 1


@pytest.mark.parametrize(
    ("title", "other"),
    [("Godfather", "The Godfather"), ("The Mask", "Mask"), ("Orfanato", "El orfanato"), ("The Rope", "A Rope")],
)
def test_a_title_without_its_article_is_near_however_short(title, other):
    assert known_of(title, (other, 5000)) == 1


@pytest.mark.parametrize(
    ("title", "other", "votes"),
    [
        ("Seven", "Seven", 5000),  # shares the title
        ("Seven", "se ven", 5000),
        ("Seven", "Se77en", 5000),  # two letters
        ("Seven", "Se7en", 499),  # few know it
        ("Cars", "Cats", 5000),  # too short to be meant
        ("Seven", "", 5000),
        ("The Who", "Who", 199),
        ("There", "The Re", 5000),  # the same but for spaces
        ("Gods", "The Dogs", 5000),
    ],
)
def test_what_is_the_same_too_far_too_short_or_little_known_is_not(title, other, votes):
    assert known_of(title, (other, votes)) == -1


def test_it_must_have_far_more_votes_and_of_several_the_most_voted_is_named():
    titles = pl.Series("title", ["Hooper", "Looper", "Booper", "Hooter"])
    assert better_known(titles, pl.Series("votes", [100, 2000, 5000, 1999])).tolist() == [2, -1, -1, -1]


@given(st.lists(st.tuples(st.text("ab7 ", max_size=7), st.integers(0, 20_000)), max_size=12))
def test_what_is_named_is_always_another_film_with_far_more_votes(films):
    titles, votes = (
        pl.Series("t", [one for one, _ in films], pl.String),
        pl.Series("v", [n for _, n in films], pl.Int64),
    )
    for row, known in enumerate(better_known(titles, votes).tolist()):
        assert known == -1 or (known != row and votes[known] >= max(500, 20 * votes[row]))

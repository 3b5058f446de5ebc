"""Where a film stands: against whom it is compared, what is left out, and combs beside a count by hand."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.catalog.catalog import Texts
from almazara.movies.catalog.packing import pack_texts
from almazara.movies.catalog.standing import FEWEST, TEETH, Measure, Standings, comb
from almazara.words.numbers import Language

DRAMA, WAR = 0, 1
FILM = {
    "year": 1994,
    "genre": DRAMA,
    "votes": 10,
    "average": 6.0,
    "popularity": 1.0,
    "budget": 0,
    "revenue": 0,
    "doubtful": False,
    "runtime": 90.0,
}


def standings(*films):
    """Over films of which only what differs from FILM is given; a film has one genre, or none."""
    rows = [{**FILM, **film} for film in films]

    def column(name, dtype=np.float64):
        return np.array([row[name] for row in rows], dtype=dtype)

    budgets, revenues = column("budget", np.int64), column("revenue", np.int64)
    returns = np.where((budgets > 0) & (revenues > 0), revenues / np.maximum(budgets, 1), 0.0)
    genres = column("genre", np.int32)
    return Standings(
        films={
            "years": column("year", np.int32),
            "votes": column("votes", np.int64),
            "averages": column("average"),
            "popularity": column("popularity"),
            "runtimes": column("runtime"),
        },
        money={"budgets": budgets, "revenues": revenues, "returns": returns, "doubtful": column("doubtful", np.bool_)},
        attributes={"genres": genres[:, None] == np.arange(2), "first_genres": genres},
        genre_names=Texts(pack_texts(pl.Series(["Drama", "War"]))),
    )


def of(found, measure):
    return next((one for one in found if one.measure is measure), None)


def test_a_film_is_compared_with_the_others_of_its_genre_and_decade():
    others = [{"votes": number} for number in range(1, FEWEST + 1)]
    strangers = [{"votes": 10**6, "genre": WAR}, {"votes": 10**6, "year": 2000}, {"votes": 10**6, "year": 1989}]
    votes = of(standings({"votes": 16}, *others, *strangers).of(0), Measure.VOTES)
    assert (votes.genre, votes.decade, votes.compared) == ("Drama", 1990, FEWEST)
    assert votes.below == 15 / FEWEST
    assert votes.message.text() == "Votos: más que el 50 % de 30 películas del género Drama de los años 90."
    assert votes.message.text(Language.EN) == "Votes: more than 50% of 30 Drama films of the 1990s."


@pytest.mark.parametrize(
    ("others", "group"),
    [
        ([{}] * FEWEST, ("Drama", 1990, FEWEST)),
        ([{}] * (FEWEST - 1) + [{"genre": WAR}], (None, 1990, FEWEST)),
        ([{}] * (FEWEST - 1) + [{"year": 1980}] * 3, (None, None, FEWEST + 2)),
        ([{}] * 2, (None, None, 2)),
    ],
)
def test_where_there_are_too_few_of_the_genre_it_is_the_decade_and_then_all(others, group):
    votes = of(standings({}, *others).of(0), Measure.VOTES)
    assert (votes.genre, votes.decade, votes.compared) == group


def test_a_film_without_a_genre_is_compared_with_its_decade():
    found = standings({"genre": -1}, *[{}] * FEWEST, {"year": 2001}).of(0)
    assert {(one.genre, one.decade, one.compared) for one in found} == {(None, 1990, FEWEST)}


def test_each_number_is_compared_where_it_is_known():
    rich = [{"budget": 10**6, "revenue": 10**7, "genre": WAR}] * FEWEST
    found = standings({"budget": 10**5}, *[{}] * FEWEST, *rich).of(0)
    assert (of(found, Measure.VOTES).genre, of(found, Measure.BUDGET).genre) == ("Drama", None)
    assert (of(found, Measure.BUDGET).below, of(found, Measure.BUDGET).compared) == (0, FEWEST)


def test_what_is_not_known_of_a_film_is_absent_and_never_zero():
    known = {"budget": 10**6, "revenue": 10**7}
    found = standings({"average": float("nan"), "runtime": 0.0, "popularity": float("nan")}, *[known] * FEWEST).of(0)
    assert [one.measure for one in found] == [Measure.VOTES]


def test_no_votes_are_a_number_that_is_known_and_lie_before_the_comb():
    votes = of(standings({"votes": 0}, *[{"votes": 0}] * 20, *[{"votes": 3}] * 20).of(0), Measure.VOTES)
    assert (votes.value, votes.below, votes.comb.beyond, sum(votes.comb.counts)) == (0, 0, 20, 20)
    assert votes.comb.edges[0] > 0


def test_where_all_others_have_none_there_is_nothing_to_compare_with():
    assert of(standings({"votes": 5}, *[{"votes": 0}] * FEWEST).of(0), Measure.VOTES) is None
    assert standings({}).of(0) == []


def test_doubtful_money_is_marked_and_nobody_is_compared_with_it():
    known = {"budget": 10**6, "revenue": 10**7}
    slips = [{"budget": 1, "revenue": 10**7, "doubtful": True}] * 5
    films = standings({"budget": 12, "revenue": 10**7, "doubtful": True}, *[known] * FEWEST, *slips)
    for measure in (Measure.BUDGET, Measure.REVENUE, Measure.RETURN):
        found = of(films.of(0), measure)
        assert (found.is_doubtful, found.compared) == (True, FEWEST)
        assert found.message.text().endswith("Atención: presupuesto o recaudación dudosos.")
    assert of(films.of(0), Measure.BUDGET).below == 0
    assert of(films.of(0), Measure.VOTES).is_doubtful is False
    assert of(films.of(1), Measure.BUDGET).is_doubtful is False


def test_only_who_has_more_than_all_others_is_said_to():
    others = [{"votes": number} for number in range(3000)]
    first, second = standings({"votes": 3000}, *others), standings({"votes": 2999}, *others)
    assert "más que todas las demás, 3.000 películas" in of(first.of(0), Measure.VOTES).message.text()
    assert "más que el 99,9 % de 3.000 películas" in of(second.of(0), Measure.VOTES).message.text()


@given(st.lists(st.integers(1, 300), min_size=1, max_size=300), st.integers(1, 300))
def test_the_teeth_of_whole_numbers_count_what_lies_between_their_edges(values, own):
    made = comb(np.sort(values), own, 1, is_logarithmic=False)
    assert made.edges[0] <= own < made.edges[-1]
    assert made.counts == [sum(low <= value < high for value in values) for low, high in pairwise(made.edges)]
    assert sum(made.counts) + made.beyond == len(values)
    assert made.beyond <= 2 * (len(values) // 100)
    assert len(made.counts) <= TEETH


@given(
    st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=100),
    st.floats(1e-6, 1e12),
    st.sampled_from([0.1, 0.2]),
    st.integers(0, 3),
)
def test_a_logarithmic_comb_has_steps_of_equal_ratios_and_leaves_zeros_out(values, own, step, zeros):
    made = comb(np.sort([*values, *[0.0] * zeros]), own, step, is_logarithmic=True)
    assert made.edges[0] <= own * (1 + 1e-5)
    assert own <= made.edges[-1] * (1 + 1e-5)
    ratios = [high / low for low, high in pairwise(made.edges)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=1e-4)
    assert sum(made.counts) + made.beyond == len(values) + zeros
    assert made.beyond >= zeros
    assert len(made.counts) <= TEETH


def test_averages_of_one_decimal_fall_into_the_steps_that_they_begin():
    averages = np.round(np.arange(40, 80) / 10, 1)
    made = comb(averages, 6.6, 0.1, is_logarithmic=False)
    assert (made.edges[0], made.edges[-1], made.counts) == (4.0, 8.0, [1] * 40)
    assert comb(np.append(averages, 8.0), 6.6, 0.1, is_logarithmic=False).counts == [2] * 20 + [1]


def test_one_film_beside_another_is_a_comb_of_one_tooth_or_more():
    assert comb(np.array([5.0]), 5.0, 0.1, is_logarithmic=False).counts == [1]

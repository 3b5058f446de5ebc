"""Why a film is in a list: the film of the profile that is named is the one with which it shares most."""

from types import SimpleNamespace

import numpy as np
import pytest

from almazara.movies.similar.attributes import Filters
from almazara.movies.similar.stored import Candidates
from almazara.movies.users.answering import ListQuery
from almazara.movies.users.events import Kind
from almazara.movies.users.profiles import Opinion, Profile
from almazara.movies.users.speakers import Speakers
from sample_catalog import Made, publish_made


def test_the_film_that_is_named_shares_the_director_and_not_just_the_year(tmp_path):
    old, new = {"release_date": "1931-01-01"}, {"release_date": "2000-01-01"}
    films = publish_made(
        tmp_path,
        [
            Made("The Mill", old, directors=("Ana Oliva",)),
            Made("The Press", new, directors=("Bruno Orujo",)),
            Made("The Grove", new, directors=("Ana Oliva",)),
            *(Made(f"Other {number}", old, directors=(f"Director {number}",)) for number in range(40)),
        ],
    )
    detail = films.users.for_profile(["The Mill", "The Press"], [], ListQuery(50)).detalle
    grove = next(film for film in detail if film.titulo == "The Grove")
    assert grove.motivos[:2] == ["porque te gusta The Mill", "misma dirección: Ana Oliva"]


def test_a_film_that_shares_nothing_with_the_profile_is_popular_only_where_it_has_many_votes(tmp_path):
    apart = {"original_language": "ja", "release_date": "2000-01-01"}
    films = publish_made(
        tmp_path,
        [
            Made("The Mill", {"release_date": "1931-01-01", "vote_count": "1"}, directors=("Ana Oliva",)),
            *(Made(f"Nearer {number}", {**apart, "vote_count": "500"}, directors=("B",)) for number in range(120)),
            Made("Like None", {"original_language": "fi", "release_date": "1950-01-01", "vote_count": "1"}),
            Made("Far Away", {**apart, "vote_count": "999"}),
            Made("Further Away", {**apart, "vote_count": "1000"}),
        ],
    )
    assert reasons_of(films, ["The Mill"], 999) == {
        "Far Away": ["votos: 999"],
        "Further Away": ["popular: 1.000 votos"],
    }
    several = "por el conjunto de tus películas"
    assert reasons_of(films, ["The Mill", "Like None"], 999) == {
        "Far Away": [several],
        "Further Away": [several, "popular: 1.000 votos"],
    }


def reasons_of(films, liked, votes):
    detail = films.users.for_profile(liked, [], ListQuery(filters=Filters(votes_min=votes))).detalle
    return {film.titulo: film.motivos for film in detail}


def test_a_film_of_a_profile_of_one_that_shares_but_its_era_says_so(tmp_path):
    apart = {"original_language": "ja", "release_date": "2000-01-01"}
    films = publish_made(
        tmp_path,
        [
            Made("The Mill", {"release_date": "1931-01-01", "vote_count": "1"}, directors=("Ana Oliva",)),
            *(Made(f"Nearer {number}", {**apart, "vote_count": "500"}, directors=("B",)) for number in range(120)),
            Made("Old Too", {**apart, "release_date": "1939-01-01", "vote_count": "2000"}),
        ],
    )
    assert reasons_of(films, ["The Mill"], 2000) == {"Old Too": ["porque te gusta The Mill", "misma época: años 30"]}


def lists(**of):
    """The similar films of each film, as SimilarFilms gives them."""
    nothing = Candidates(np.array([], dtype=np.int32), np.array([]), np.array([], dtype=np.int32))
    found = {
        int(row.removeprefix("film")): Candidates(*map(np.array, zip(*one, strict=True))) for row, one in of.items()
    }
    return SimpleNamespace(candidates=lambda row: found.get(row, nothing))


@pytest.mark.parametrize("alike", [lists(film0=[(7, 0.5, 213)]), lists(film7=[(0, 0.5, 213)])])
def test_a_film_that_is_in_the_list_of_a_liked_one_alone_is_spoken_for_by_it(alike):
    profile = Profile({0: Opinion(Kind.LIKE), 1: Opinion(Kind.LIKE)})
    speakers = Speakers(profile, alike, SimpleNamespace(told=lambda *_: 0.0, share_something=lambda *_: False))
    assert speakers.of(7) == (0, 213)
    assert speakers.of(8) is None

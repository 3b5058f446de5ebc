"""Why a film is in a list: the film of the profile that is named is the one with which it shares most."""

from almazara.movies.similar.attributes import Filters
from almazara.movies.users.answering import ListQuery
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
            Made("Far Away", {**apart, "vote_count": "999"}),
            Made("Further Away", {**apart, "vote_count": "1000"}),
        ],
    )
    detail = films.users.for_profile(["The Mill"], [], ListQuery(filters=Filters(votes_min=999))).detalle
    reasons = {film.titulo: film.motivos for film in detail}
    assert reasons == {"Far Away": ["por el conjunto de tus películas"], "Further Away": ["popular: 1.000 votos"]}

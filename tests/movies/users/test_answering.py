"""Why a film is in a list: the film of the profile that is named is the one with which it shares most."""

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

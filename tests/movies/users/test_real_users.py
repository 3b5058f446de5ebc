"""Lists for users over the real catalog: exports made up of its own titles find the films that they name."""

import random

import pytest

from almazara.app.movies import open_movies
from almazara.movies.users.answering import ListQuery
from almazara.movies.users.events import Kind
from almazara.movies.users.exports.rows import Entry
from sample_catalog import settings_for

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def service(real_home):
    return open_movies(settings_for(real_home)).users


@pytest.fixture(scope="module")
def films(service):
    """A thousand films of the catalog, as (row, id, title, year)."""
    catalog = service.catalog
    return [(row, *catalog.facts(row)) for row in random.Random(7).sample(range(len(catalog)), 1000)]


def test_a_film_is_found_by_its_title_and_year_or_refused_and_never_taken_for_another(service, films):
    found = [service.film_of(Entry("", title, year, Kind.VIEW)) for _, _, title, year in films]
    matched = [(film, own) for film, (_, own, _, _) in zip(found, films, strict=True) if isinstance(film, int)]
    assert all(film == own for film, own in matched)
    assert len(matched) >= 0.98 * len(films)


def test_a_film_is_found_by_its_imdb_number_whatever_the_title(service, films):
    numbers = [(service.catalog.imdb.of(row), own) for row, own, _, _ in films]
    found = [service.film_of(Entry("", "?", None, Kind.VIEW, imdb=number)) == own for number, own in numbers if number]
    assert sum(found) >= 0.99 * len(films)


def test_without_any_ratings_each_of_many_profiles_has_its_own_full_list(service, films):
    lists = []
    for _, own, _, _ in films[:20]:
        answer = service.for_profile([own], [], ListQuery(n=50))
        assert len({film.id for film in answer.detalle} - {own}) == 50
        lists.append(tuple(film.id for film in answer.detalle[:5]))
    assert len(set(lists)) >= 18

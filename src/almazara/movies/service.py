"""The questions of the film product, answered from a loaded catalog; API and command line both ask here."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import msgspec

from almazara.errors import NotFoundError
from almazara.movies import answers, sentences
from almazara.movies.catalog import calendar_es
from almazara.movies.catalog.calendar_es import DayOfMonth, Weekday
from almazara.movies.catalog.catalog import SUGGESTIONS, Catalog, Found, Releases, Texts
from almazara.movies.catalog.people import Money, People, actor_answer, director_answer
from almazara.movies.catalog.search import SearchIndex
from almazara.movies.catalog.titles import check_query
from almazara.movies.exploring.films import Films
from almazara.movies.similar.answering import DEFAULT_METHOD, Query, SimilarAnswers
from almazara.movies.similar.attributes import NO_FILTERS, Filters
from almazara.movies.similar.ranking import check_n
from almazara.movies.users.answering import UserAnswers

_REMEMBERED: Final = 512
_NO_OTHERS: Final = b"[]}"
"""How a recommendation ends that was made without knowing which other films share the title."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loaded artifact consists of."""

    catalog: Catalog
    releases: Releases
    films: Texts
    directed: Texts
    money: Money
    actors: People
    directors: People
    title_search: SearchIndex
    actor_search: SearchIndex
    director_search: SearchIndex
    similar: SimilarAnswers
    recommended: Texts
    users: UserAnswers
    explored: Films


class MovieService:
    """Answers from one version of the catalog; immutable, so that a newer one takes its place in one assignment."""

    def __init__(self, parts: Parts, *, version: str, is_sample: bool, min_votes: int) -> None:
        self.version = version
        self.is_sample = is_sample
        self.users = parts.users
        self.explored = parts.explored
        self._parts = parts
        self._catalog = parts.catalog
        self._min_votes = min_votes
        # A long list with its reasons costs as much as ten short ones, and people ask about the same few films.
        self._remembered_similar = lru_cache(maxsize=_REMEMBERED)(parts.similar.answer)
        self._remembered_director = lru_cache(maxsize=_REMEMBERED)(self._director)

    def __len__(self) -> int:
        return len(self._catalog)

    def month(self, text: str) -> answers.MonthAnswer:
        """How many films came out in a month, given by name or number."""
        number = calendar_es.parse_month(text)
        name, count = calendar_es.MONTHS[number - 1], self._parts.releases.in_month(number)
        return answers.MonthAnswer(name, count, sentences.month(name, count))

    def day(self, text: str) -> answers.DayAnswer:
        """How many films came out on a weekday, a day of the month, or a date."""
        releases = self._parts.releases
        match calendar_es.parse_day(text):
            case Weekday(number):
                name, count = calendar_es.WEEKDAYS[number], releases.on_weekday(number)
                return answers.DayAnswer(name, count, sentences.weekday(name, count))
            case DayOfMonth(number):
                count = releases.on_day(number)
                return answers.DayAnswer(str(number), count, sentences.day_of_month(number, count))
            case date:
                written = date.isoformat()
                count = releases.on_date(date)
                return answers.DayAnswer(written, count, sentences.on_date(written, count))

    def score(self, title: str, year: int | None = None, film_id: int | None = None) -> answers.ScoreAnswer:
        """A film's popularity and vote average."""
        found = self._find(title, year, film_id)
        film = self._catalog.reference(found.row)
        popularity, average = self._catalog.popularity(found.row), self._catalog.average(found.row)
        message = sentences.score(film.titulo, film.anio, popularity, average)
        return answers.ScoreAnswer(film.id, film.titulo, film.anio, popularity, average, message, self._others(found))

    def votes(self, title: str, year: int | None = None, film_id: int | None = None) -> answers.VotesAnswer:
        """A film's votes, and their average where they are more than the setting asks for."""
        found = self._find(title, year, film_id)
        film, count = self._catalog.reference(found.row), self._catalog.votes(found.row)
        enough = count > self._min_votes
        average = self._catalog.average(found.row) if enough else None
        message = sentences.votes(film.titulo, film.anio, count, average, self._min_votes)
        return answers.VotesAnswer(
            film.id, film.titulo, film.anio, count, average, enough, message, self._others(found)
        )

    def actor(self, name: str) -> answers.ActorAnswer:
        """What the films of an actor returned; films that they only directed do not count."""
        people, money = self._parts.actors, self._parts.money
        row = _person(name, people, self._parts.actor_search, "ningún actor o actriz")
        films = people.films(row)
        return actor_answer(people.name(row), money.returns(films), self._titles(money.doubtful(films)))

    def director(self, name: str) -> answers.DirectorAnswer:
        """The films of a director and what they returned."""
        people, search = self._parts.directors, self._parts.director_search
        return self._remembered_director(_person(name, people, search, "ningún director o directora"))

    def _director(self, row: int) -> answers.DirectorAnswer:
        people, money = self._parts.directors, self._parts.money
        films = people.films(row)
        directed = [self._parts.directed.encoded(film) for film in films]
        doubtful = self._titles(money.doubtful(films))
        return director_answer(people.name(row), directed, money.returns(films), doubtful)

    def film(self, film_id: int) -> bytes:
        """A FilmAnswer as JSON, made at build time; raises NotFoundError when the catalog has no such film."""
        row = self._catalog.row_of(film_id)
        if row is None:
            raise NotFoundError(f"No hay ninguna película con id {film_id}.")
        return self._parts.films.encoded(row)

    def search(self, query: str, n: int) -> answers.SearchAnswer:
        """Films whose title, in any language, resembles the text."""
        query = check_query(query)
        check_n(n)
        hits = []
        for match in self._parts.title_search.search(query, n):
            film = self._catalog.reference(match.entry_id)
            hits.append(answers.SearchHit(film.id, film.titulo, film.anio, match.text, round(match.score, 4)))
        return answers.SearchAnswer(query, len(hits), hits, sentences.search(query, len(hits)))

    def recommend(
        self,
        title: str,
        n: int = 5,
        method: str = DEFAULT_METHOD,
        year: int | None = None,
        film_id: int | None = None,
        *,
        filters: Filters = NO_FILTERS,
        diversity: float = 0.0,
    ) -> answers.RecommendationAnswer:
        """The films most similar to one, most similar first; with `diversity`, unlike each other too."""
        query = Query(n, method, filters, diversity)
        query.check()
        found = self._find(title, year, film_id)
        similar = self._parts.similar.answer if filters.excluded else self._remembered_similar
        return replace(similar(found.row, query), otras=self._others(found))

    def recommend_default(self, title: str) -> bytes:
        """What `recommend` answers for a title alone, as JSON, mostly made at build time."""
        found = self._find(title, None, None)
        answer = self._parts.recommended.encoded(found.row)
        if not found.others:
            return answer
        return answer.removesuffix(_NO_OTHERS) + msgspec.json.encode(self._others(found)) + b"}"

    def _find(self, title: str, year: int | None, film_id: int | None) -> Found:
        title = check_query(title)
        found = self._catalog.find(title, year, film_id)
        if found is None:
            hits = self._parts.title_search.search(title, SUGGESTIONS)
            near = [self._catalog.named(hit.entry_id) for hit in hits]
            asked = f"«{title}»" + (f" de {year}" if year is not None else "")
            asked += f" con id {film_id}" if film_id is not None else ""
            raise NotFoundError(f"No hay ninguna película que se llame {asked}.", near)
        return found

    def _titles(self, rows: list[int]) -> list[str]:
        return [self._catalog.title(row) for row in rows]

    def _others(self, found: Found) -> list[answers.FilmReference]:
        return [self._catalog.reference(row) for row in found.others]


def _person(name: str, people: People, search: SearchIndex, nobody: str) -> int:
    name = check_query(name)
    row = people.find(name)
    if row is None:
        near = search.search(name, SUGGESTIONS)
        raise NotFoundError(f"No hay {nobody} que se llame «{name}».", [match.text for match in near])
    return row

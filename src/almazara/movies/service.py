"""The questions of the film product, answered from a loaded catalog; API and command line both ask here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from almazara.errors import NotFoundError
from almazara.movies import answers, sentences
from almazara.movies.answers import shown
from almazara.movies.catalog import calendar_es
from almazara.movies.catalog.browsing import Browsing, Order
from almazara.movies.catalog.calendar_es import DayOfMonth, Weekday
from almazara.movies.catalog.catalog import SUGGESTIONS, Catalog, FilmId, Found, Releases, Texts
from almazara.movies.catalog.cleaning_answers import CleaningAnswers
from almazara.movies.catalog.group_answers import GroupAnswers
from almazara.movies.catalog.person_answers import PersonAnswers
from almazara.movies.catalog.search import Match, SearchIndex, found_code
from almazara.movies.catalog.standing import Standing, Standings, standing_answer
from almazara.movies.catalog.titles import check_query, normalize, spellings, split_year
from almazara.movies.exploring.films import Films
from almazara.movies.exploring.tag_names import TagNames
from almazara.movies.exploring.tags import tags_of
from almazara.movies.similar.answering import (
    DEFAULT_METHOD,
    MethodList,
    MethodsAnswer,
    Query,
    RecommendationAnswer,
    SeveralAnswer,
    SimilarAnswers,
    SimilarList,
)
from almazara.movies.similar.attributes import NO_FILTERS, Filters, check_count
from almazara.movies.similar.ranking import check_n
from almazara.movies.users.answering import UserAnswers
from almazara.words.numbers import Language
from almazara.words.said import Said, renamed, said

MAX_NAMED: Final = 100
"""Films that can be asked about at once."""
MAX_TOGETHER: Final = 50
"""Films whose similar ones can be asked for at once."""
_REMEMBERED: Final = 512
_OF_ALL_YEARS: Final = 50
_NO_OTHERS: Final = b"[]}"
"""How a recommendation ends that was made without knowing which other films share the title."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loaded artifact consists of."""

    catalog: Catalog
    releases: Releases
    films: Texts
    people: PersonAnswers
    groups: GroupAnswers
    standings: Standings
    browsing: Browsing
    cleaning: CleaningAnswers
    title_search: SearchIndex
    similar: SimilarAnswers
    recommended: Texts
    users: UserAnswers
    explored: Films


class MovieService:
    """Answers from one version of the catalog; immutable, so that a newer one takes its place in one assignment."""

    def __init__(self, parts: Parts, *, version: str, is_sample: bool, min_votes: int) -> None:
        self.version = version
        self.is_sample = is_sample
        self.people = parts.people
        self.groups = parts.groups
        self.cleaning = parts.cleaning
        self.users = parts.users
        self.explored = parts.explored
        self._names = {kind: TagNames(parts.explored.tags[kind]) for kind in ("language", "country")}
        self._parts = parts
        self._catalog = parts.catalog
        self._min_votes = min_votes
        # A long list with its reasons costs as much as ten short ones, and people ask about the same few films.
        self._remembered_similar = lru_cache(maxsize=_REMEMBERED)(parts.similar.answer)

    def __len__(self) -> int:
        return len(self._catalog)

    @property
    def genres(self) -> Sequence[str]:
        """The genres as the catalog has them, most frequent first."""
        return self._parts.browsing.genres

    def month(self, text: str, language: Language = Language.ES) -> answers.MonthAnswer:
        """How many films came out in a month, given by name or number."""
        number = calendar_es.parse_month(text)
        count = self._parts.releases.in_month(number)
        message = said("films.released.in_month", month=calendar_es.MONTH_NAMES[number - 1], n=count)
        return answers.MonthAnswer(calendar_es.MONTHS[number - 1], count, message.text(language))

    def day(self, text: str, language: Language = Language.ES) -> answers.DayAnswer:
        """How many films came out on a weekday, a day of the month, or a date."""
        releases = self._parts.releases
        match calendar_es.parse_day(text):
            case Weekday(number):
                name, count = calendar_es.WEEKDAYS[number], releases.on_weekday(number)
                message = said("films.released.on_weekday", weekday=calendar_es.WEEKDAY_NAMES[number], n=count)
            case DayOfMonth(number):
                name, count = str(number), releases.on_day(number)
                message = said("films.released.on_day", day=number, n=count)
            case date:
                name, count = date.isoformat(), releases.on_date(date)
                message = said("films.released.on_date", day=name, n=count)
        return answers.DayAnswer(name, count, message.text(language))

    def score(
        self, title: str, year: int | None = None, film_id: FilmId | None = None, language: Language = Language.ES
    ) -> answers.ScoreAnswer:
        """A film's popularity and vote average."""
        found = self._find(title, year, film_id, language)
        film = self._catalog.reference(found.row, language)
        popularity, average = self._catalog.popularity(found.row), self._catalog.average(found.row)
        message = sentences.score(shown(film), film.anio, popularity, average).text(language)
        others = self._others(found, language)
        return answers.ScoreAnswer(
            film.id, film.titulo, film.anio, popularity, average, message, others, titulo_local=film.titulo_local
        )

    def votes(
        self, title: str, year: int | None = None, film_id: FilmId | None = None, language: Language = Language.ES
    ) -> answers.VotesAnswer:
        """A film's votes, and their average where they are more than the setting asks for."""
        found = self._find(title, year, film_id, language)
        film, count = self._catalog.reference(found.row, language), self._catalog.votes(found.row)
        enough = count > self._min_votes
        average = self._catalog.average(found.row) if enough else None
        message = sentences.votes(shown(film), film.anio, count, average, self._min_votes).text(language)
        others, known = self._others(found, language), (film.id, film.titulo, film.anio)
        return answers.VotesAnswer(*known, count, average, enough, message, others, titulo_local=film.titulo_local)

    def runtime(
        self, title: str, year: int | None = None, film_id: FilmId | None = None, language: Language = Language.ES
    ) -> answers.RuntimeAnswer:
        """How many minutes a film takes."""
        found = self._find(title, year, film_id, language)
        film, minutes = self._catalog.reference(found.row, language), self._catalog.runtime(found.row)
        known = round(minutes) if minutes else None  # the source says 0 where it knows nothing
        message = sentences.runtime(shown(film), film.anio, known).text(language)
        others, named = self._others(found, language), (film.id, film.titulo, film.anio)
        return answers.RuntimeAnswer(*named, known, message, others, titulo_local=film.titulo_local)

    def in_language(self, text: str, language: Language = Language.ES) -> answers.LanguageAnswer:
        """How many films were made in a language, given by name or code."""
        return answers.LanguageAnswer(*self._tagged("language", text, language))

    def from_country(self, text: str, language: Language = Language.ES) -> answers.CountryAnswer:
        """How many films were made in a country, given by name or code."""
        return answers.CountryAnswer(*self._tagged("country", text, language))

    def _tagged(self, kind: str, text: str, language: Language) -> tuple[str, str, int, str]:
        names, tags = self._names[kind], self.explored.tags[kind]
        code = names.find(text, language)
        name, count = names.called(code, language), int(np.count_nonzero(tags.codes == code))
        return name, tags.names[code], count, said(f"films.group.{kind}", name=name, n=count).text(language)

    def film(self, film_id: FilmId, language: Language = Language.ES) -> bytes:
        """A FilmAnswer as JSON, in Spanish made at build time; raises NotFoundError when there is no such film."""
        row = self._row(film_id)
        answer = self._parts.films.encoded(row)
        if language is Language.ES:
            return answer
        film = msgspec.json.decode(answer, type=answers.FilmAnswer)
        genres, countries, languages = (
            [renamed(kind, name, language) for name in names]
            for kind, names in (("genre", film.generos), ("country", film.paises), ("language", film.idiomas))
        )
        message = sentences.film(self._catalog.title(row, language), film.anio, film.directores, genres)
        told = replace(film, generos=genres, paises=countries, idiomas=languages, mensaje=message.text(language))
        return msgspec.json.encode(replace(told, titulo_local=self._catalog.local_title(row, language)))

    def films(self, asked: Sequence[str | int], language: Language = Language.ES) -> bytes:
        """A FilmsAnswer as JSON about films given by title or id, at most 100; see `film`."""
        check_count(len(asked), "peliculas", MAX_NAMED)
        found = [self.users.find(one) for one in asked]
        ids = [self._catalog.facts(one.row)[0] for one in found if one is not None]
        missing = [str(one) for one, film in zip(asked, found, strict=True) if film is None]
        films = [msgspec.Raw(self.film(film_id, language)) for film_id in ids]
        lost = said("films.film.missing", named=missing) if missing else ""
        message = said("films.film.several", n=len(films), lost=lost).text(language)
        return msgspec.json.encode({"peliculas": films, "faltan": missing, "mensaje": message})

    def tags(self, film_id: FilmId, kind: str) -> Sequence[Said | str]:
        """The countries or the language of a film, named for people; see `film`."""
        return tags_of(self.explored.tags[kind], self._row(film_id))

    def meant(self, title: str, language: Language = Language.ES) -> answers.FilmReference:
        """The film that a title means; raises NotFoundError with near ones."""
        return self._catalog.reference(self._find(title, None, None, language).row, language)

    def known(self, film_ids: Iterable[FilmId], language: Language = Language.ES) -> list[answers.FilmReference]:
        """Those of some films that the catalog has, in their order."""
        rows = (self._catalog.row_of(film_id) for film_id in film_ids)
        return [self._catalog.reference(row, language) for row in rows if row is not None]

    def film_standing(self, film_id: FilmId) -> list[Standing]:
        """Where the known numbers of a film stand among those of its genre and decade; see `film`."""
        return self._parts.standings.of(self._row(film_id))

    def standing(self, film_id: FilmId, language: Language = Language.ES) -> answers.StandingAnswer:
        """The same in words."""
        film = self._catalog.reference(self._row(film_id), language)
        measures = [standing_answer(one, language) for one in self.film_standing(film_id)]
        message = said("films.standing.of_film", title=shown(film), year=str(film.anio), n=len(measures))
        told = message.text(language)
        return answers.StandingAnswer(film.id, film.titulo, film.anio, measures, told, titulo_local=film.titulo_local)

    def browse(
        self,
        filters: Filters = NO_FILTERS,
        order: Order = Order.POPULARITY,
        start: int = 0,
        n: int = 20,
        language: Language = Language.ES,
    ) -> answers.BrowseAnswer:
        """A page of the films that pass the filters, `start` films of them being before it."""
        check_n(n)
        return self._parts.browsing.page(self._parts.similar.ranking.allowed(filters, ()), order, start, n, language)

    def search(self, query: str, n: int, language: Language = Language.ES) -> answers.SearchAnswer:
        """Films whose title, in any language, resembles the text."""
        query = check_query(query)
        check_n(n)
        hits = []
        found, typed = self._nearest(query, n)
        for match in self._with_better_known(found, typed)[:n]:
            known, local = self._catalog.facts(match.entry_id), self._catalog.local_title(match.entry_id, language)
            hits.append(answers.SearchHit(*known, match.text, round(match.score, 4), titulo_local=local))
        code = found_code([hit.coincidencia for hit in hits], typed)
        message = said(f"films.search.{code}", n=len(hits), query=query)
        return answers.SearchAnswer(query, len(hits), hits, message.text(language))

    def _nearest(self, query: str, n: int) -> tuple[list[Match], str]:
        """What is near a text, and what of it is a title.

        A year in parentheses brings those of its films forward that hold the rest, or another title of the rest.
        """
        title, year = split_year(query)
        whole = self._parts.title_search.search(query, n)
        if year is None or any(normalize(match.text) == normalize(query) for match in whole[:1]):
            return whole, query
        for one in spellings(title):
            found = self._parts.title_search.search(one, _OF_ALL_YEARS)
            meant = [match for match in found if match.holds and self._catalog.year(match.entry_id) == year]
            if meant:
                return [*meant, *(match for match in found if match not in meant)][:n], one
        if any(match.holds for match in whole[:1]):
            return whole, query
        return self._parts.title_search.search(spellings(title)[0], n), query

    def _with_better_known(self, found: list[Match], typed: str) -> list[Match]:
        """The same; behind a film that bears the typed title, the far better known one of nearly the same title."""
        if not found or normalize(found[0].text) != normalize(typed):
            return found
        row = self._catalog.better_known(found[0].entry_id)
        if row is None or any(match.entry_id == row for match in found):
            return found
        first, *rest = found
        return [first, Match(row, self._catalog.facts(row)[1], (rest or found)[0].score), *rest]

    def recommend(
        self,
        title: str,
        n: int = 5,
        method: str = DEFAULT_METHOD,
        year: int | None = None,
        film_id: FilmId | None = None,
        *,
        filters: Filters = NO_FILTERS,
        diversity: float = 0.0,
        language: Language = Language.ES,
    ) -> RecommendationAnswer:
        """The films most similar to one, most similar first; with `diversity`, unlike each other too."""
        query = Query(n, method, filters, diversity)
        query.check()
        found = self._find(title, year, film_id, language)
        return self._similar(found, query, language)

    def recommend_each(
        self, asked: Sequence[str | int], query: Query, language: Language = Language.ES
    ) -> SeveralAnswer:
        """The films most similar to each of several, given by title or id.

        Raises:
            NotFoundError: naming each title or id that the catalog does not have.
            InputError: for a query that cannot be asked, or more than 50 films.
        """
        query.check()
        check_count(len(asked), "peliculas", MAX_TOGETHER)
        lists = [self._similar(found, query, language) for found in self.users.find_all(asked, language)]
        return SeveralAnswer(lists, " ".join(one.mensaje for one in lists))

    def _similar(self, found: Found, query: Query, language: Language) -> RecommendationAnswer:
        # Lists of ids are as many as there are users: to remember answers to them would keep none of the others.
        has_ids = query.filters.only or query.filters.excluded
        similar = self._parts.similar.answer if has_ids else self._remembered_similar
        return replace(similar(found.row, query, language), otras=self._others(found, language))

    def similar_by_method(
        self, film_id: FilmId, n: int = 5, language: Language = Language.ES
    ) -> dict[str, SimilarList]:
        """The films most similar to one by each method, up to ten each, with reasons as codes and figures."""
        return self._parts.similar.by_method(self._row(film_id), n, language)

    def methods(self, film_id: FilmId, n: int = 5, language: Language = Language.ES) -> MethodsAnswer:
        """The same in words."""
        film = self._catalog.reference(self._row(film_id), language)
        found = self.similar_by_method(film_id, n, language)
        lists = [
            MethodList(asked, one.method, said(f"films.method.{one.method}").text(language), one.detail(language))
            for asked, one in found.items()
        ]
        message = said("films.method.beside", title=shown(film), year=str(film.anio), n=len(lists)).text(language)
        return MethodsAnswer(film.id, film.titulo, film.anio, lists, message, titulo_local=film.titulo_local)

    def recommend_default(self, title: str) -> bytes:
        """What `recommend` answers for a title alone, as JSON, mostly made at build time."""
        found = self._find(title, None, None, Language.ES)
        answer = self._parts.recommended.encoded(found.row)
        if not found.others:
            return answer
        return answer.removesuffix(_NO_OTHERS) + msgspec.json.encode(self._others(found, Language.ES)) + b"}"

    def _row(self, film_id: FilmId) -> int:
        row = self._catalog.row_of(film_id)
        if row is None:
            raise NotFoundError(said("films.error.no_film", film=str(film_id)))
        return row

    def _find(self, title: str, year: int | None, film_id: FilmId | None, language: Language) -> Found:
        title = check_query(title)
        found = self._catalog.find(title, year, film_id)
        if found is None:
            hits = self._parts.title_search.search(title, SUGGESTIONS)
            near = [self._catalog.named(hit.entry_id, language) for hit in hits]
            of_year = said("films.error.of_year", year=str(year)) if year is not None else ""
            with_id = said("films.error.with_id", film=str(film_id)) if film_id is not None else ""
            asked = {"title": title, "of_year": of_year, "with_id": with_id}
            raise NotFoundError(said("films.error.no_title", **asked), near)
        return found

    def _others(self, found: Found, language: Language) -> list[answers.FilmReference]:
        return [self._catalog.reference(row, language) for row in found.others]

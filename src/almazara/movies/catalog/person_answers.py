"""Answers about actors and directors: what their films returned, each of these films, and who has a near name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum
from statistics import median
from typing import Any, Final

import msgspec

from almazara.errors import NotFoundError
from almazara.movies import sentences
from almazara.movies.answers import (
    ActorAnswer,
    CareerFilm,
    DirectorAnswer,
    PeopleAnswer,
    PersonAnswer,
    PersonHit,
    RoleAnswer,
)
from almazara.movies.catalog.catalog import SUGGESTIONS, Catalog, Row, Texts
from almazara.movies.catalog.films_by_name import FilmsByName, Money
from almazara.movies.catalog.search import SearchIndex, found_code
from almazara.movies.catalog.titles import check_query
from almazara.words.numbers import Language
from almazara.words.said import said

_REMEMBERED: Final = 512


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """What a name is to films: `actor`, `director`, `studio` or `franchise`; who is, and the search for near names."""

    name: str
    named: FilmsByName
    search: SearchIndex

    def row(self, asked: str) -> int | None:
        """The row of a name, if somebody of this role has exactly this one."""
        row = self.named.find(asked)
        return row if row is not None and self.named.name(row) == asked else None

    def find(self, asked: str) -> int:
        """The row of a name in any spelling; raises NotFoundError with near ones."""
        name = check_query(asked)
        row = self.named.find(name)
        if row is None:
            near = self.search.search(name, SUGGESTIONS)
            raise NotFoundError(said(f"films.error.no_{self.name}", name=name), [match.text for match in near])
        return row


class PersonAnswers:
    """Answers from one version of the catalog; people of one name are one person.

    Args:
        catalog: The films.
        credited: A CreditedFilm as JSON for each of them.
        money: What they cost and returned.
        actors: Who acts in them.
        directors: Who directs them.
    """

    def __init__(self, catalog: Catalog, credited: Texts, money: Money, actors: Role, directors: Role) -> None:
        self._catalog = catalog
        self._credited = credited
        self._money = money
        self._actors = actors
        self._directors = directors
        # Each film costs its part, and people ask about those who have many.
        self._remembered_credits = lru_cache(maxsize=_REMEMBERED)(self._credits)
        self._remembered_career = lru_cache(maxsize=_REMEMBERED)(self._career)

    def actor(self, name: str, language: Language = Language.ES) -> ActorAnswer:
        """The films of an actor and what they returned; films that they only directed do not count."""
        row = self._actors.find(name)
        return ActorAnswer(actor=self._actors.named.name(row), **self._remembered_credits(self._actors, row, language))

    def director(self, name: str, language: Language = Language.ES) -> DirectorAnswer:
        """The films of a director and what they returned."""
        role, row = self._directors, self._directors.find(name)
        return DirectorAnswer(director=role.named.name(row), **self._remembered_credits(role, row, language))

    def person(self, name: str, language: Language = Language.ES) -> PersonAnswer:
        """Somebody's films in both roles; raises NotFoundError with near names."""
        known = self._spelled(check_query(name))
        acting, directing = (
            None if (row := role.row(known)) is None else self._remembered_career(role, row, language)
            for role in (self._actors, self._directors)
        )
        message = " ".join([role.mensaje for role in (acting, directing) if role is not None])
        return PersonAnswer(known, acting, directing, message)

    def search(self, query: str, n: int, language: Language = Language.ES) -> PeopleAnswer:
        """Who acts or directs and has a name like this one, nearest first."""
        query = check_query(query)
        hits = self._near(query, n)
        code = found_code([hit.nombre for hit in hits], query)
        message = said(f"films.people.{code}", n=len(hits), query=query)
        return PeopleAnswer(query, len(hits), hits, message.text(language))

    def _spelled(self, asked: str) -> str:
        """The name as it is written: exactly as asked where somebody has it, else of the namesake with most films."""
        found = [
            (role.named.name(row) == asked, len(role.named.films(row)), role.named.name(row))
            for role in (self._actors, self._directors)
            if (row := role.named.find(asked)) is not None
        ]
        if not found:
            near = [hit.nombre for hit in self._near(asked, SUGGESTIONS)]
            raise NotFoundError(said("films.error.nobody", name=asked), near)
        return max(found)[2]

    def _near(self, text: str, n: int) -> list[PersonHit]:
        scores: dict[str, float] = {}
        for role in (self._actors, self._directors):
            for match in role.search.search(text, n):
                scores[match.text] = max(match.score, scores.get(match.text, 0.0))
        hits = [
            PersonHit(name, self._count(self._actors, name), self._count(self._directors, name), round(score, 4))
            for name, score in scores.items()
        ]
        return sorted(hits, key=lambda hit: -hit.similitud)[:n]

    @staticmethod
    def _count(role: Role, name: str) -> int:
        row = role.row(name)
        return 0 if row is None else len(role.named.films(row))

    def _credits(self, role: Role, row: int, language: Language) -> dict[str, Any]:
        films = role.named.films(row)
        written = [msgspec.Raw(self._credited_film(film, language)) for film in films]
        return {**self._success(role, row, films, language), "peliculas": written}

    def _credited_film(self, row: Row, language: Language) -> bytes:
        """A CreditedFilm as JSON, written when the catalog was built; its title in a language follows."""
        local = msgspec.json.encode(self._catalog.local_title(row, language))
        return self._credited.encoded(row).rstrip().removesuffix(b"}") + b',"titulo_local":' + local + b"}"

    def _career(self, role: Role, row: int, language: Language) -> RoleAnswer:
        films = role.named.films(row)
        returns, doubtful = self._money.returns(films), set(self._money.doubtful(films))
        listed = [
            self._career_film(film, gained, language, is_doubtful=film in doubtful)
            for film, gained in zip(films, returns, strict=True)
        ]
        return RoleAnswer(**self._success(role, row, films, language), peliculas=listed)

    def _career_film(self, row: Row, gained: float, language: Language, *, is_doubtful: bool) -> CareerFilm:
        catalog = self._catalog
        return CareerFilm(
            *catalog.facts(row),
            titulo_local=catalog.local_title(row, language),
            fecha_estreno=catalog.released(row).isoformat(),
            votos=catalog.votes(row),
            puntuacion=catalog.average(row),
            score=catalog.popularity(row),
            retorno=gained or None,
            dinero_dudoso=is_doubtful,
        )

    def _success(self, role: Role, row: int, films: Sequence[Row], language: Language) -> dict[str, Any]:
        """What a person's films returned: the fields that answers about people share."""
        returns = self._money.returns(films)
        doubtful = self._money.doubtful(films)
        known = [value for value in returns if value > 0]
        total, middle = fsum(returns), median(known) if known else None
        message = sentences.person(
            role.name,
            role.named.name(row),
            len(returns),
            total=total,
            known=len(known),
            median=middle,
            doubtful=[self._catalog.title(film, language) for film in doubtful],
        )
        return {
            "cantidad_peliculas": len(returns),
            "exito": total,
            "retorno_promedio": total / len(returns),
            "retorno_promedio_con_datos": total / len(known) if known else None,
            "retorno_mediano": middle,
            "peliculas_con_datos": len(known),
            "peliculas_dudosas": [self._catalog.facts(film)[1] for film in doubtful],
            "mensaje": message.text(language),
        }

"""Answers about similar films: a list by some method, filtered and varied as asked, with the reasons for each film."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.movies import sentences
from almazara.movies.answers import FilmReference, shown
from almazara.movies.catalog.catalog import Arrays, Catalog, KeyTable, Texts
from almazara.movies.similar.attributes import NO_FILTERS, Attributes, Filters
from almazara.movies.similar.ranking import Ranking, check_n
from almazara.movies.similar.reasons import Reasons
from almazara.movies.similar.stored import (
    Candidates,
    ContentSpace,
    ScoreRecommender,
    SimilarFilms,
    StoredRecommender,
    unseen_share,
)
from almazara.words.numbers import Language
from almazara.words.said import Said, said

HYBRID: Final = "hibrido"
CONTENT: Final = "contenido"
COLLABORATIVE: Final = "colaborativo"
SCORE: Final = "puntuacion"
METHODS: Final = (HYBRID, CONTENT, COLLABORATIVE, SCORE)
"""Methods of recommendation, as they are asked for."""
DEFAULT_METHOD: Final = HYBRID
MAX_BESIDE: Final = 10
"""Films of a list that stands beside those of the other methods."""


@dataclass(frozen=True, slots=True)
class Query:
    """How similar films are asked for; the default is answered from bytes made ahead.

    Attributes:
        method: One of METHODS.
        filters: What every film must be.
        diversity: From 0 (most similar first) to 1 (as unlike each other as can be).
    """

    n: int = 5
    method: str = DEFAULT_METHOD
    filters: Filters = NO_FILTERS
    diversity: float = 0.0

    def check(self) -> None:
        """Refuse what cannot be asked, saying what can."""
        check_n(self.n)
        if self.method not in METHODS:
            known = said("asking.parameter.either", first=METHODS[:-1], last=METHODS[-1])
            raise InputError(said("films.error.no_method", method=self.method[:40], known=known))
        if not 0 <= self.diversity <= 1:
            raise InputError(said("films.error.diversity", diversity=str(self.diversity)))


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One similar film; `similitud` is in [0, 1], `motivos` say what the two share."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    similitud: float
    motivos: list[str]


@dataclass(frozen=True, slots=True)
class RecommendationAnswer:
    """Similar films, most similar first."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    metodo: str
    recomendaciones: list[str]
    detalle: list[Recommendation]
    mensaje: str
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class SeveralAnswer:
    """The films similar to each of several, in the order in which these were asked for."""

    listas: list[RecommendationAnswer]
    mensaje: str


@dataclass(frozen=True, slots=True)
class MethodList:
    """The list of one method; `metodo` is another than the one `pedido` where that knows nothing of the film."""

    pedido: str
    metodo: str
    descripcion: str
    detalle: list[Recommendation]


@dataclass(frozen=True, slots=True)
class MethodsAnswer:
    """The films similar to one by every method, side by side."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    metodos: list[MethodList]
    mensaje: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One film of a list: how similar it is, in [0, 1], and why."""

    film: FilmReference
    similarity: float
    reasons: list[Said]


@dataclass(frozen=True, slots=True)
class SimilarList:
    """The films most similar to one, most similar first, by a method that may stand in for the one asked for."""

    film: FilmReference
    method: str
    suggestions: list[Suggestion]
    message: Said

    def answer(self, language: Language) -> RecommendationAnswer:
        """In words, `otras` being empty."""
        detail, film = self.detail(language), self.film
        titles, message = [one.titulo for one in detail], self.message.text(language)
        known = film.id, film.titulo, film.anio
        return RecommendationAnswer(*known, self.method, titles, detail, message, [], titulo_local=film.titulo_local)

    def detail(self, language: Language) -> list[Recommendation]:
        """The films with their reasons in words."""
        return [
            Recommendation(
                one.film.id,
                one.film.titulo,
                one.film.anio,
                one.similarity,
                [reason.text(language) for reason in one.reasons],
                titulo_local=one.film.titulo_local,
            )
            for one in self.suggestions
        ]


@dataclass(frozen=True, slots=True)
class SimilarAnswers:
    """Answers by row of the catalog."""

    catalog: Catalog
    methods: Mapping[str, SimilarFilms]
    ranking: Ranking
    reasons: Reasons

    def answer(self, row: int, query: Query, language: Language = Language.ES) -> RecommendationAnswer:
        """The list for one film in words, `otras` being empty."""
        return self.found(row, query, language).answer(language)

    def by_method(self, row: int, n: int, language: Language) -> dict[str, SimilarList]:
        """The lists for one film by each of METHODS, at most MAX_BESIDE long, side by side."""
        if not 1 <= n <= MAX_BESIDE:
            raise InputError(said("asking.parameter.range", name="n", value=str(n), low="1", high=str(MAX_BESIDE)))
        return {method: self.found(row, Query(n, method), language) for method in METHODS}

    def found(self, row: int, query: Query, language: Language) -> SimilarList:
        """The list for one film, films being called as in a language."""
        query.check()
        method = query.method
        if method == COLLABORATIVE and not len(self.methods[method].candidates(row)):
            method = CONTENT  # nobody who has seen it has seen anything else
        found = self.ranking.similar(self.methods[method], row, query.n, query.filters, query.diversity)
        film = self.catalog.reference(row, language)
        suggestions = self._suggestions(row, method, found, language)
        message = sentences.recommendation(
            shown(film),
            film.anio,
            [shown(one.film) for one in suggestions],
            n=query.n,
            filtered=query.filters != NO_FILTERS,
            unseen=method != query.method,
        )
        return SimilarList(film, method, suggestions, message)

    def _suggestions(self, row: int, method: str, found: Candidates, language: Language) -> list[Suggestion]:
        rows, similarities = found.rows.tolist(), found.similarity.tolist()
        title = self.catalog.title(row, language)
        reasons = self.reasons.of(row, title, list(zip(rows, found.shared.tolist(), strict=True)))
        if method == SCORE:
            reasons = [[*self._averages(row, other), *why] for other, why in zip(rows, reasons, strict=True)]
        return [
            Suggestion(self.catalog.reference(other, language), round(similarity, 4), why)
            for other, similarity, why in zip(rows, similarities, reasons, strict=True)
        ]

    def _averages(self, row: int, other: int) -> list[Said]:
        """The reason of the brief's own method."""
        own, theirs = self.catalog.average(row), self.catalog.average(other)
        return [] if own is None or theirs is None else [said("films.reason.averages", own=theirs, asked=own)]


def open_similar(group: Callable[[str], Arrays], catalog: Catalog) -> SimilarAnswers:
    """Over the arrays of a built catalog, each group by its name."""
    films, attributes, space = group("films"), group("attributes"), ContentSpace(group("content_matrix"))
    viewers = group("reasons")["viewers"]
    unseen = unseen_share(viewers) if viewers.any() else np.zeros(len(viewers))
    methods: dict[str, SimilarFilms] = {
        HYBRID: StoredRecommender(group("hybrid"), lambda row, others: space.scores(row, others, float(unseen[row]))),
        CONTENT: StoredRecommender(group("content"), space.scores),
        COLLABORATIVE: StoredRecommender(group("collaborative"), space.scores),
        SCORE: ScoreRecommender(group("score"), films["averages"]),
    }
    ranking = Ranking(
        Attributes(
            {**films, "imdb": group("imdb")["numbers"]},
            attributes,
            Texts(group("language_names")),
            Texts(group("genre_names")),
            KeyTable(group("keyword_keys")),
        ),
        group("twins")["labels"],
        attributes["by_votes"],
        space,
    )
    return SimilarAnswers(catalog, methods, ranking, Reasons(group("reasons"), Texts(group("reason_names")), films))

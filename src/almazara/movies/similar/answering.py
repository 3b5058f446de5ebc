"""Answers about similar films: a list by some method, filtered and varied as asked, with the reasons for each film."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from almazara.errors import InputError
from almazara.movies import sentences
from almazara.movies.answers import FilmReference, Recommendation, RecommendationAnswer
from almazara.movies.catalog.catalog import Arrays, Catalog, Texts
from almazara.movies.similar.attributes import NO_FILTERS, Attributes, Filters
from almazara.movies.similar.ranking import Ranking, check_n
from almazara.movies.similar.reasons import Reasons
from almazara.movies.similar.stored import Candidates, ContentSpace, ScoreRecommender, SimilarFilms, StoredRecommender

HYBRID: Final = "hibrido"
CONTENT: Final = "contenido"
COLLABORATIVE: Final = "colaborativo"
SCORE: Final = "puntuacion"
METHODS: Final = (HYBRID, CONTENT, COLLABORATIVE, SCORE)
"""Methods of recommendation, as they are asked for."""
DEFAULT_METHOD: Final = HYBRID


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
            known = f"{', '.join(METHODS[:-1])} o {METHODS[-1]}"
            raise InputError(f"El método «{self.method[:40]}» no existe: use {known}.")
        if not 0 <= self.diversity <= 1:
            raise InputError(f"diversidad es {self.diversity}: use un número de 0 a 1.")


@dataclass(frozen=True, slots=True)
class SimilarAnswers:
    """Answers by row of the catalog."""

    catalog: Catalog
    methods: Mapping[str, SimilarFilms]
    ranking: Ranking
    reasons: Reasons

    def answer(self, row: int, query: Query) -> RecommendationAnswer:
        """The list for one film, `otras` being empty."""
        query.check()
        method = query.method
        if method == COLLABORATIVE and not len(self.methods[method].candidates(row)):
            method = CONTENT  # nobody who has seen it has seen anything else
        found = self.ranking.similar(self.methods[method], row, query.n, query.filters, query.diversity)
        film = self.catalog.reference(row)
        detail = self._detail(row, film, method, found)
        titles = [one.titulo for one in detail]
        message = sentences.recommendation(
            film.titulo,
            film.anio,
            titles,
            n=query.n,
            filtered=query.filters != NO_FILTERS,
            unseen=method != query.method,
        )
        return RecommendationAnswer(film.id, film.titulo, film.anio, method, titles, detail, message, [])

    def _detail(self, row: int, film: FilmReference, method: str, found: Candidates) -> list[Recommendation]:
        rows, similarities = found.rows.tolist(), found.similarity.tolist()
        reasons = self.reasons.of(row, film.titulo, list(zip(rows, found.shared.tolist(), strict=True)))
        if method == SCORE:
            reasons = [[*self._averages(row, other), *why] for other, why in zip(rows, reasons, strict=True)]
        return [
            Recommendation(*self.catalog.facts(other), round(similarity, 4), why)
            for other, similarity, why in zip(rows, similarities, reasons, strict=True)
        ]

    def _averages(self, row: int, other: int) -> list[str]:
        """The reason of the brief's own method."""
        own, theirs = self.catalog.average(row), self.catalog.average(other)
        return [] if own is None or theirs is None else [sentences.averages(theirs, own)]


def open_similar(group: Callable[[str], Arrays], catalog: Catalog) -> SimilarAnswers:
    """Over the arrays of a built catalog, each group by its name."""
    films, attributes, space = group("films"), group("attributes"), ContentSpace(group("content_matrix"))
    methods: dict[str, SimilarFilms] = {
        HYBRID: StoredRecommender(group("hybrid"), space.scores),
        CONTENT: StoredRecommender(group("content"), space.scores),
        COLLABORATIVE: StoredRecommender(group("collaborative"), space.scores),
        SCORE: ScoreRecommender(group("score"), films["averages"]),
    }
    ranking = Ranking(
        Attributes(films, attributes, Texts(group("language_names")), Texts(group("genre_names"))),
        group("twins")["labels"],
        attributes["by_votes"],
        space,
    )
    return SimilarAnswers(catalog, methods, ranking, Reasons(group("reasons"), Texts(group("reason_names")), films))

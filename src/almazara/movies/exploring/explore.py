"""All figures of the films by key, in chapters: made one by one or together, of the films that filters let through."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Final

from almazara.errors import NotFoundError
from almazara.figures.explored import Drawing, Explored
from almazara.movies.exploring import (
    cleaned,
    correlations,
    distributions,
    missing,
    money,
    releases,
    seasons,
    title_words,
)
from almazara.movies.exploring.films import Films, Selection
from almazara.movies.exploring.measured import BUDGET, RETURN, REVENUE, RUNTIME, VOTES
from almazara.movies.exploring.outliers import outliers
from almazara.movies.exploring.trends import over_decades
from almazara.movies.similar.attributes import NO_FILTERS, Filters
from almazara.words.numbers import Language
from almazara.words.said import said

Draw = Callable[[Selection, Drawing], Explored]
_MEASURES: Final = {"presupuesto": BUDGET, "ingresos": REVENUE, "retorno": RETURN, "votos": VOTES, "duracion": RUNTIME}
CHAPTERS: Final[Mapping[str, Mapping[str, Draw]]] = {
    "calendario": {
        "estrenos-por-mes": releases.per_month,
        "estrenos-por-dia-semana": releases.per_weekday,
        "estrenos-por-anio": releases.per_year,
        "generos-por-mes": seasons.by_month,
        "generos-por-dia-semana": seasons.by_weekday,
    },
    "distribuciones": {
        key + suffix: partial(made, measure)
        for key, measure in _MEASURES.items()
        for suffix, made in (("", distributions.distribution), ("-por-decada", distributions.by_decade))
    },
    "atipicas": {f"{key}-atipico": partial(outliers, measure) for key, measure in _MEASURES.items()},
    "dinero": {
        "retorno-y-presupuesto": money.return_against_budget,
        "perdidas-por-presupuesto": money.losses_by_budget,
        "correlaciones": correlations.correlation_table,
    },
    "tendencias": {
        "generos-por-decada": partial(over_decades, "genre"),
        "idiomas-por-decada": partial(over_decades, "language"),
        "paises-por-decada": partial(over_decades, "country"),
        "palabras-de-los-titulos": title_words.title_words,
    },
    "datos": {
        "desconocidos": missing.unknown,
        "desconocidos-por-decada": missing.unknown_over_decades,
        "limpieza": cleaned.cleaning,
        "filas-apartadas": cleaned.quarantined,
    },
}
"""The figures of each chapter by key, in the order in which they are read."""
FIGURES: Final[Mapping[str, Draw]] = {key: draw for chapter in CHAPTERS.values() for key, draw in chapter.items()}
_OF_ALL: Final = {"limpieza", "filas-apartadas"}
"""Figures of what was read, for which filters do not matter."""


def explore(films: Films, filters: Filters = NO_FILTERS, language: Language = Language.ES) -> list[Explored]:
    """Every figure; see `explore_one`."""
    chosen = films.selected(filters)
    return [_drawn(key, chosen, language) for key in FIGURES]


def explore_one(films: Films, key: str, filters: Filters = NO_FILTERS, language: Language = Language.ES) -> Explored:
    """The figure of a key; one that says so where filters leave no film.

    Raises:
        InputError: for filters that cannot be meant.
        NotFoundError: for a key that is none.
    """
    if key not in FIGURES:
        near = get_close_matches(key, FIGURES)
        raise NotFoundError(said("films.error.no_figure", name=key[:60]), near or list(FIGURES))
    return _drawn(key, films.selected(filters), language)


def _drawn(key: str, chosen: Selection, language: Language) -> Explored:
    draw = Drawing(key, language)
    if not chosen.size and key not in _OF_ALL:
        return draw.nothing(said("exploring.no-films"))
    return FIGURES[key](chosen, draw)

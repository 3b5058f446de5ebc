"""Pages of the catalog: the films that pass some filters, in an order that was made when the catalog was built."""

from enum import StrEnum
from typing import Final

import numpy as np

from almazara.movies.answers import BrowseAnswer, ListedFilm
from almazara.movies.catalog.catalog import Arrays, Catalog, Row, Texts
from almazara.movies.catalog.films_by_name import Money
from almazara.words.numbers import Language
from almazara.words.said import Said, named, said, text_of

_FEW_VOTES: Final = 0.9
"""The share of the voted films that has fewer votes than count for the mean of all: the `m` of the weighted rating."""


class Order(StrEnum):
    """What comes first, as the API names it."""

    POPULARITY = "popularidad"
    VOTES = "votos"
    RATING = "puntuacion"
    RETURN = "retorno"
    RELEASE = "estreno"
    TITLE = "titulo"


class Browsing:
    """Pages over a built catalog.

    Args:
        catalog: The films.
        money: What they returned.
        orders: For each Order, by the name of its member in lower case, (k,) int32 rows: the films that have a place in
            it. Films of which a number is not known, or doubtful, have none in an order by it.
        attributes: `genres` (films, genres) bool and `first_genres` (films,) int32, -1 for a film without any.
        genre_names: By their place in `genres`, most frequent first.

    Attributes:
        genres: The same names.
    """

    def __init__(self, catalog: Catalog, money: Money, orders: Arrays, attributes: Arrays, genre_names: Texts) -> None:
        self._catalog = catalog
        self._money = money
        self._orders = {order: orders[order.name.lower()] for order in Order}
        self._genres = attributes["genres"]
        self._first_genres = attributes["first_genres"]
        self.genres = [genre_names[place] for place in range(len(genre_names))]

    def page(self, allowed: np.ndarray, order: Order, start: int, n: int, language: Language) -> BrowseAnswer:
        """So many films from a place of the list on, 0 being the first; `allowed` is (films,) bool."""
        ordered = self._orders[order]
        passing = ordered[allowed[ordered]]
        films = [self._listed(row, language) for row in passing[start : start + n].tolist()]
        message = _message(len(passing), order, start, len(films))
        return BrowseAnswer(len(passing), order.value, start, films, message.text(language))

    def _listed(self, row: Row, language: Language) -> ListedFilm:
        catalog, (gained,) = self._catalog, self._money.returns([row])
        return ListedFilm(
            *catalog.facts(row),
            titulo_local=catalog.local_title(row, language),
            generos=[text_of(named("genre", one), language) for one in self._genres_of(row)],
            votos=catalog.votes(row),
            puntuacion=catalog.average(row),
            score=catalog.popularity(row),
            retorno=gained or None,
            dinero_dudoso=bool(self._money.doubtful([row])),
        )

    def _genres_of(self, row: Row) -> list[str]:
        """The first genre, then the others, most frequent first."""
        first = int(self._first_genres[row])
        places = sorted(np.flatnonzero(self._genres[row]).tolist(), key=lambda place: (place != first, place))
        return [self.genres[place] for place in places]


def _message(total: int, order: Order, start: int, shown: int) -> Said:
    if not shown:
        return said("films.browse.beyond" if total else "films.similar.filtered_out", n=total)
    by = said(f"films.order.{order.value}")
    return said("films.browse.page", n=total, first=start + 1, last=start + shown, order=by)


def weighted_ratings(averages: np.ndarray, votes: np.ndarray) -> np.ndarray:
    """Vote averages that few votes cannot make high: each film's own, and as many votes of the mean as others have.

    Source: IMDb, "How do you calculate the rank of movies and TV shows on the Top Rated lists": v / (v + m) * R +
    m / (v + m) * C, with R the average and v the votes of a film and C the mean of the averages. Their m is a fixed
    number of votes; here it is what nine of ten voted films do not have.

    Returns:
        (films,) float64, NaN for a film without votes or average.
    """
    known = (votes > 0) & (averages > 0)
    weighted = np.full(len(votes), np.nan)
    if known.any():
        own, count = averages[known], votes[known]
        least = np.quantile(count, _FEW_VOTES)
        weighted[known] = (count * own + least * own.mean()) / (count + least)
    return weighted

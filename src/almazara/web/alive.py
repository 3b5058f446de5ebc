"""What is alive for the start page: rulers of prices and films of today, and the products that somebody seeks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from almazara.movies.answers import ListedFilm, shown
from almazara.movies.catalog.browsing import Order
from almazara.movies.catalog.standing import Measure
from almazara.movies.catalog.titles import fold
from almazara.movies.service import MovieService
from almazara.prices.answering.overview import OverviewRow
from almazara.web.films.standing import Ruled, ruled
from almazara.web.overview import SHOWN, Line, line, money_of
from almazara.words.numbers import Language
from almazara.words.said import Said, said

_RULERS: Final = 3
_FILMS: Final = ((Order.POPULARITY, Measure.POPULARITY), (Order.VOTES, Measure.VOTES), (Order.RATING, Measure.AVERAGE))
"""Which film a ruler is of, the first one by an order, and which of its numbers it shows."""


@dataclass(frozen=True, slots=True)
class Alive:
    """A number on its ruler: what it is of, and the page that tells more; `kind` is `prices` or `films`."""

    kind: str
    over: Said
    name: str
    path: str
    value: str
    beside: str
    picture: Markup
    sentence: str


def rulers(films: MovieService | None, products: Sequence[OverviewRow], language: Language) -> list[Alive]:
    """At most three: one of prices before those of films where there are both."""
    of_films = list(_films(films, language)) if films is not None else []
    return [*_prices(products, language)][: max(1, _RULERS - len(of_films))] + of_films[: _RULERS - bool(products)]


def _prices(products: Sequence[OverviewRow], language: Language) -> Iterator[Alive]:
    """The cheapest litre of today; the price that is nearest to its lowest, of another product."""
    known = [row for row in products if row.recent.prices[-1] is not None and row.recent.share_cheaper is not None]
    cheapest = next((row for row in known if row.product.latest and row.product.latest.price_per_litre), None)
    if cheapest is not None:
        yield _priced(said("site.start.cheapest"), cheapest, language)
    others = [row for row in known if row is not cheapest]
    if others:
        lowest = min(others, key=lambda row: row.recent.share_cheaper or 0)
        yield _priced(said("site.start.lowest"), lowest, language)


def _priced(over: Said, row: OverviewRow, language: Language) -> Alive:
    one, latest = line(row, language), row.product.latest
    today = said(
        "site.ruler.today",
        price=money_of(row.recent.prices[-1] or 0, latest.currency if latest else None),
        share=row.recent.share_cheaper or 0.0,
    )
    sentence = f"{one.headline.text(language)}. {today.text(language)}"
    path, beside = f"/precios/{quote(one.id)}", one.per_litre or ""
    return Alive("prices", over, one.name, path, one.price or "", beside, one.ruler or Markup(), sentence)


def _films(films: MovieService, language: Language) -> Iterator[Alive]:
    """Numbers of films that stand first, each of another film, where they are known."""
    told = set[int]()
    for order, measure in _FILMS:
        first = next(iter(films.browse(order=order, n=1, language=language).peliculas), None)
        if first is None or first.id in told:
            continue
        found = next((one for one in films.film_standing(first.id) if one.measure is measure), None)
        if found is not None and not found.is_doubtful:
            told.add(first.id)
            yield _numbered(said(f"site.start.{order.value}"), first, ruled(found, language))


def _numbered(over: Said, film: ListedFilm, one: Ruled) -> Alive:
    name, path = f"{shown(film)} ({film.anio})", f"/peliculas/{film.id}"
    return Alive("films", over, name, path, one.value, "", one.picture, one.sentence)


def sought(products: Sequence[OverviewRow], asked: str, language: Language) -> list[Line]:
    """The first products whose names hold all words that were typed, in any case and without accents."""
    words = fold(asked).split()
    names = ((row, fold(row.product.title or row.product.id)) for row in products)
    found = (row for row, name in names if all(word in name for word in words))
    return [line(row, language) for row in islice(found, SHOWN)]

"""All figures of the prices by key: made one by one or together."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from almazara.errors import NotFoundError
from almazara.figures.explored import NO_CLAUSE, Drawing, Explored
from almazara.prices.exploring import changes, shops
from almazara.prices.exploring.categories import category_courses
from almazara.prices.exploring.lows import at_low
from almazara.prices.exploring.market import Market
from almazara.prices.exploring.promotions import promotions
from almazara.words.numbers import Language
from almazara.words.said import said

Draw = Callable[[Market, Drawing], Explored]
FIGURES: Final[Mapping[str, Draw]] = {
    "indice-de-categorias": category_courses,
    "cambios-cada-cuanto": changes.how_often,
    "cambios-de-cuanto": changes.how_far,
    "cambios-por-dia-semana": changes.on_weekdays,
    "promociones": promotions,
    "precio-del-litro-por-tienda": shops.shops_over_time,
    "tienda-mas-barata": shops.cheapest_shops,
    "producto-mas-barato": shops.cheapest_products,
    "en-su-minimo": at_low,
}
"""In the order in which they are read."""


def explore(market: Market, language: Language = Language.ES) -> list[Explored]:
    """Every figure."""
    return [explore_one(market, key, language) for key in FIGURES]


def explore_one(market: Market, key: str, language: Language = Language.ES) -> Explored:
    """The figure of a key; one that says so where there are no prices.

    Raises:
        NotFoundError: for a key that is none.
    """
    if key not in FIGURES:
        raise NotFoundError(
            f"There is no figure {key[:60]!r} of prices.", get_close_matches(key, FIGURES) or [*FIGURES]
        )
    draw = Drawing(key, language)
    found = FIGURES[key](market, draw) if market.listings else draw.nothing(said("exploring.no-prices"))
    if not market.elsewhere:
        return found
    left_out = said(
        "exploring.elsewhere", products=market.elsewhere, currency=market.currency, rule=found.rule or NO_CLAUSE
    )
    return replace(found, rule=left_out)

"""The report of prices: all products on rulers, each with its decision, its history and what may come, all explored."""

import re
from typing import Any, Final

from almazara.errors import NotFoundError
from almazara.figures.svg import draw
from almazara.prices.demo import oils
from almazara.prices.exploring.explore import FIGURES, explore_one
from almazara.prices.service import PriceService
from almazara.runs import Progress
from almazara.web.explore.drawn import FILE_WIDTH, first_rows, picture, shown
from almazara.web.overview import line
from almazara.web.products import described
from almazara.web.reports.report import Kept, Report, document
from almazara.words.numbers import Language

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_NAME: Final = 80


def price_report(prices: PriceService, language: Language, progress: Progress) -> Report:
    """All products that are followed, and all figures of the exploration of prices.

    Raises:
        NotFoundError: when none is followed.
    """
    rows = prices.overview()
    if not rows:
        raise NotFoundError("No price is followed yet: `almazara prices track ADDRESS` follows the first one.")
    products: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        products.append(described(prices, row.product.id, language))
        progress("drawing products", number, len(rows))
    market = prices.market()
    explored = [explore_one(market, key, language) for key in FIGURES]
    html = document(
        "report_prices.html",
        language,
        rows=[line(row, language) for row in rows],
        products=[(one, first_rows(one["daily"])) for one in products],
        figures=list(map(shown, explored)),
        demo=any(row.product.shop in oils.SHOPS for row in rows),
        today=prices.clock().date(),
    )
    figures = [Kept(one.key, picture(one, FILE_WIDTH), one.table) for one in explored]
    return Report(html, [*(_kept(number, one) for number, one in enumerate(products, start=1)), *figures])


def _kept(number: int, product: dict[str, Any]) -> Kept:
    """A product's chart; what a shop calls a product may be no name of a file, or that of another one's."""
    name = _NOT_IN_NAMES.sub("-", product["id"])[:_LONGEST_NAME]
    return Kept(f"{number:02}-{name}", draw(product["chart"], width=FILE_WIDTH), product["daily"])

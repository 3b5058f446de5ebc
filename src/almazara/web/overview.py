"""The list of products: each on one line, with its price, its ruler and what to do, cheapest litre first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.films.parameters import START
from almazara.errors import InputError
from almazara.figures.ruler import ruler
from almazara.figures.sparkline import sparkline
from almazara.prices.answering.overview import FILTERS, LEVEL, OverviewRow, RowState, chosen
from almazara.prices.answers import Advice, LatestPrice, Plan, Product
from almazara.prices.buying.policy import Action
from almazara.prices.buying.recent import Recent
from almazara.prices.buying.states import WINDOW_DAYS
from almazara.prices.service import PriceService
from almazara.web.page import drawn, page, pages, reader_of
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Money, Said, named, said, text_of

SHOWN: Final = 100
"""Products of a page."""


@dataclass(frozen=True, slots=True)
class Line:
    """A product as the list shows it, in words already."""

    id: str
    name: str
    price: str | None
    per_litre: str | None
    sparkline: Markup
    ruler: Markup | None
    headline: Said
    is_forecast: bool

    @property
    def action(self) -> str:
        """What the headline says to do; `unknown` where it says nothing of that."""
        name = self.headline.code.rpartition(".")[2]
        return name if name in set(Action) else "unknown"


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that filters the list, or, where it is chosen, takes the filter away."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """What may come of a price: its 80 % interval at the deadline, and the price worth waiting for."""

    currency: str | None
    interval: tuple[float, float] | None
    target: Decimal | None

    @classmethod
    def of(cls, row: OverviewRow) -> "Ahead":
        """What is forecast and advised of a product of the list."""
        interval = (float(row.low_80), float(row.high_80)) if row.low_80 and row.high_80 else None
        return cls(row.currency, interval, row.plan.target_price)


def service(request: Request) -> PriceService:
    """The price service of the app."""
    found: PriceService = request.app.state.prices.service
    return found


async def overview(request: Request) -> Response:
    """All products, or those of a category, shop, size or state."""
    return page(request, "prices.html", here="prices", **await run_in_threadpool(_listed, request))


def _listed(request: Request) -> dict[str, Any]:
    prices, language = service(request), reader_of(request).language
    asked, rows, start = _asked(request.query_params), prices.overview_rows(), START.read(request)
    kept = [] if rows else prices.products()
    products = [row.product for row in rows] or kept
    categories = sorted({one.category for one in products if one.category})
    found = chosen(rows, asked)
    return {
        "total": len(found),
        "rows": [line(row, language) for row in found[start : start + SHOWN]],
        "pages": pages(start, SHOWN, len(found)),
        "is_empty": not rows,
        "kept": len(kept),
        "choices": dict(_choices(rows, asked, language)),
        "categories": [(named("category", name), category_address(name)) for name in categories],
        "download": urlencode(asked),
        "demo": request.app.state.prices.demo_shop is not None,
    }


def category_address(name: str) -> str:
    """Where a category's page is."""
    return f"/precios/categoria/{quote(name, safe='')}"


def product_address(listing_id: str) -> str:
    """Where a product's page is."""
    return f"/precios/{quote(listing_id)}"


def good_address(key: str) -> str:
    """Where the page of a good is."""
    return f"/precios/articulo/{quote(key, safe=':')}"


def _asked(params: QueryParams) -> dict[str, str | float]:
    """What an address asks the list for."""
    try:
        return {name: float(text) if name == "litres" else text for name in FILTERS if (text := params.get(name))}
    except ValueError as error:
        raise InputError(said("site.prices.no_size")) from error


def _choices(
    rows: Sequence[OverviewRow], asked: Mapping[str, str | float], language: Language
) -> Iterator[tuple[str, list[Choice]]]:
    """The links that filter, by what they filter by; none where all products are alike."""
    for name, values_of in FILTERS.items():
        of_each = [set(values_of(row)) for row in rows]
        values: set[str | float] = set().union(*of_each)
        if name == "state":  # one that nothing is in any more can be left again
            values |= {state for state in RowState if state == asked.get(name)}
        if name in asked or any(of != values for of in of_each):
            yield name, [_choice(name, one, asked.get(name), language) for one in sorted(values)]


def _choice(name: str, value: Any, asked: object, language: Language) -> Choice:  # noqa: ANN401 - a value of any filter
    match name:
        case "litres":
            text, label = f"{value:.15g}", said("site.prices.litres", n=value).text(language)
        case "state":
            text, label = value, said(f"site.prices.{value}").text(language)
        case _:
            text, label = value, text_of(named(name, value), language)
    return Choice(text, label, value == asked)


def line(row: OverviewRow, language: Language) -> Line:
    """One product of the list."""
    product, price, is_forecast = row.product, _price_now(row), row.low_80 is not None
    return Line(
        id=product.id,
        name=product.title or product.id,
        price=numbers.money(price.amount, price.currency, language) if price else None,
        per_litre=per_litre(product.latest, language) if price else None,
        sparkline=drawn(sparkline(row.recent.prices)),
        ruler=price_ruler(row.recent, Ahead.of(row), language),
        headline=headline(product, row.plan, is_known=price is not None, is_forecast=is_forecast),
        is_forecast=is_forecast,
    )


def _price_now(row: OverviewRow) -> Money | None:
    """What it costs, if that is known of today."""
    latest = row.product.latest
    if latest is None or latest.price is None or row.recent.prices[-1] is None:
        return None
    return Money(latest.price, latest.currency)


def per_litre(latest: LatestPrice | None, language: Language) -> str | None:
    """The price of a litre, where it is known."""
    if latest is None or latest.price_per_litre is None:
        return None
    return numbers.per_litre(latest.price_per_litre, latest.currency, language)


def headline(product: Product, plan: Plan | Advice, *, is_known: bool, is_forecast: bool) -> Said:
    """The decision in two or three words; to buy is none where nothing is known of what comes."""
    latest = product.latest
    if not is_known or latest is None:
        sold_out = latest is not None and latest.price is None
        return said("site.product.whenever" if sold_out else "site.product.unknown")
    if plan.target_price is not None:
        return said("site.product.wait", price=Money(plan.target_price, latest.currency))
    if not is_forecast:
        return said("site.product.not_forecast")
    return said("site.product.too_new" if plan.action == Action.UNKNOWN else "site.product.buy")


def price_ruler(known: Recent, ahead: Ahead, language: Language) -> Markup | None:
    """The prices of the last days as a comb, with today's, the interval ahead and the price worth waiting for."""
    if not known.comb:
        return None
    label = " ".join(one.text(language) for one in _ruler_says(known, ahead))
    comb = {one.price: one.days for one in known.comb}
    target = None if ahead.target is None else float(ahead.target)
    shown = [*comb, *(ahead.interval or ()), *([] if target is None else [target])]
    ends = [(end, money_text(end, ahead.currency, language)) for end in (min(shown), max(shown))]
    return drawn(ruler(comb, label=label, now=known.prices[-1], band=ahead.interval, target=target, ends=ends))


def ruler_key(known: Recent, ahead: Ahead) -> list[Said]:
    """What each mark of a ruler is, of those that it has."""
    marks = {
        "teeth": bool(known.comb),
        "stroke": known.prices[-1] is not None,
        "band": ahead.interval is not None,
        "triangle": ahead.target is not None,
        "ends": bool(known.comb),
    }
    return [said(f"site.ruler.{mark}") for mark, is_drawn in marks.items() if is_drawn]


def _ruler_says(known: Recent, ahead: Ahead) -> Iterable[Said]:
    """All that the ruler shows, in sentences."""
    prices: dict[str, Figure] = {
        "low": money_of(known.comb[0].price, ahead.currency),
        "high": money_of(known.comb[-1].price, ahead.currency),
        "days": WINDOW_DAYS,
    }
    yield said("site.ruler.range", **prices)
    if known.prices[-1] is not None and known.share_cheaper is not None:
        yield said("site.ruler.today", price=money_of(known.prices[-1], ahead.currency), share=known.share_cheaper)
    if ahead.interval is not None:
        low, high = (money_of(end, ahead.currency) for end in ahead.interval)
        yield said("site.ruler.ahead", level=LEVEL / 100, low=low, high=high)


def money_of(price: float, currency: str | None) -> Money:
    """A price of a series as money again."""
    return Money(Decimal(str(round(price, 2))), currency)


def money_text(price: float, currency: str | None, language: Language) -> str:
    """The same, as it is written."""
    shown = money_of(price, currency)
    return numbers.money(shown.amount, shown.currency, language)


PAGES: Final = (Route("/precios", overview),)

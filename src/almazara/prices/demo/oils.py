"""The demo's shops: invented olive oils whose prices move day by day, so that everything can be seen working offline.

What a product costs is a pure function of the product and the calendar day. `pages` writes the shops' pages, and
`demo/shop` serves them on loopback. The second shop sells some oils of the first one, under the same GTIN.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final

from almazara.prices.gtin import check_digit
from almazara.prices.schema import Listing

SHOP: Final = "demo"
OTHER_SHOP: Final = "demo-2"
SHOPS: Final = frozenset({SHOP, OTHER_SHOP})
CURRENCY: Final = "EUR"
CATEGORY: Final = "demo-olive-oil"
_NOWHERE: Final = "https://demo.invalid"  # RFC 2606; a port of this machine would be another program's one day

# GS1 keeps the prefix 952 for demonstrations and examples: no real goods have such a number.
_GTINS: Final = "952000000"

_PAR: Final = 1000  # the cost level at which a product costs its `usual_cents`
_REQUESTS_PER_CAPTCHA: Final = 61
_FIRST_CAPTCHA: Final = 20


@dataclass(frozen=True, slots=True)
class Product:
    """One invented product.

    Attributes:
        slug: Its name in addresses, and its sku.
        usual_cents: Its price in cents when oil costs what it usually does.
        held_days: About how long its price is held between two decisions.
        shop: One of SHOPS.
        gtin: The number of the goods, which both shops publish; empty where none does.
        club_percent: By how many percent less members buy it; 0 where there is no such price.
    """

    slug: str
    title: str
    litres: Decimal
    usual_cents: int
    held_days: int
    shop: str = SHOP
    gtin: str = ""
    club_percent: int = 0


@dataclass(frozen=True, slots=True)
class DemoState:
    """What the shop asks on a day, of members too; no price while out of stock, a list price only during a sale."""

    price: Decimal | None
    list_price: Decimal | None
    in_stock: bool
    club_price: Decimal | None = None


def _product(slug: str, title: str, litres: str, usual_cents: int, held_days: int) -> Product:
    return Product(slug, f"{title} (demo)", Decimal(litres), usual_cents, held_days)


def _gtin(item: int) -> str:
    body = f"{_GTINS}{item:03}"
    return f"{body}{check_digit(body)}"


PRODUCTS: Final = (
    replace(
        _product("garrafa-5l", "Aceite de oliva virgen extra Olivar de Ejemplo, garrafa de 5 l", "5", 3899, 11),
        gtin=_gtin(1),
        club_percent=4,
    ),
    replace(
        _product("picual-3x1l", "Aceite de oliva virgen extra picual Olivar de Ejemplo, 3 x 1 l", "3", 2749, 14),
        gtin=_gtin(2),
    ),
    _product("arbequina-500ml", "Aceite de oliva virgen extra arbequina Finca Supuesta, 500 ml", "0.5", 849, 17),
    _product("coupage-6x750ml", "AOVE coupage Finca Supuesta, Pack de 6 botellas de 750 ml", "4.5", 5399, 19),
    _product("hojiblanca-lata-2-5l", "AOVE hojiblanca Molino Figurado, lata de 2,5 l", "2.5", 2399, 15),
    _product("temprano-250ml", "AOVE temprano sin filtrar Molino Figurado, botella de 250 ml", "0.25", 1249, 21),
    replace(_product("suave-1l", "Aceite de oliva suave Olivar de Ejemplo, 1 l", "1", 649, 9), club_percent=6),
    _product("orujo-1l", "Aceite de orujo de oliva Olivar de Ejemplo, 1 litro", "1", 399, 13),
    replace(
        _product("ejemplo-garrafa", "Olivar de Ejemplo, aceite de oliva virgen extra, garrafa 5 l", "5", 3949, 12),
        shop=OTHER_SHOP,
        gtin=_gtin(1),
    ),
    replace(
        _product("ejemplo-picual", "Olivar de Ejemplo picual, aceite de oliva virgen extra, 3 x 1 l", "3", 2699, 16),
        shop=OTHER_SHOP,
        gtin=_gtin(2),
    ),
)


def price_on(product: Product, day: date) -> DemoState:
    """What the shop asks for a product on a day, and whether it has any; the same for ever."""
    number = day.toordinal()
    if _episode(product, "stock-out", number, every=60, longest=5, percent=60) is not None:
        return DemoState(None, None, in_stock=False)
    regular = regular_price(product, day)
    sale = _episode(product, "sale", number, every=35, longest=8, percent=55)
    price = regular
    if sale is not None:
        off = 10 + 5 * (_draw(product.slug, "off", sale) % 4)
        price = _ending_in_nine(int(regular * (100 - off)))
    club = _ending_in_nine(int(price * (100 - product.club_percent))) if product.club_percent else None
    return DemoState(price, None if sale is None else regular, in_stock=True, club_price=club)


def regular_price(product: Product, day: date) -> Decimal:
    """The price without sale, in stock or not: follows the cost level on days of decision, held between them."""
    number = day.toordinal()
    decision = number // product.held_days
    if _decided_on(product, decision) > number:
        decision -= 1
    while _draw(product.slug, "keeps", decision) % 5 < 2:  # noqa: PLR2004 - two decisions of five change nothing
        decision -= 1
    level = _cost_level(_decided_on(product, decision))
    return _ending_in_nine(product.usual_cents * level // _PAR)


def blocks(day: date, request: int) -> bool:
    """Whether the shop answers its `request`-th request of a day (the first is 0) with a captcha.

    One request in 61, never two in a row, and none of the first 20: whoever reads all products once sees them.
    """
    late = _draw("captcha", day) % (_REQUESTS_PER_CAPTCHA - _FIRST_CAPTCHA)
    return request % _REQUESTS_PER_CAPTCHA == _FIRST_CAPTCHA + late


def demo_listings() -> list[Listing]:
    """The demo's products as listings; where the shop listens, and whether it does, no address of theirs says."""
    return [
        Listing(
            listing_id=f"{product.shop}:{product.slug}",
            shop=product.shop,
            sku=product.slug,
            url=f"{_NOWHERE}{path(product)}",
            title=product.title,
            category=CATEGORY,
            target_price=_euros(product.usual_cents * 95 // 100),
            litres=product.litres,
            gtin=product.gtin or None,
        )
        for product in PRODUCTS
    ]


def path(product: Product) -> str:
    """Path of a product's page."""
    return f"/producto/{product.slug}"


def as_of(url: str, day: date) -> str:
    """The address at which the demo shop shows a page of its as it was on a past day."""
    return f"{url}?day={day.isoformat()}"


def _decided_on(product: Product, decision: int) -> int:
    """Ordinal day of a product's n-th decision: regular, but for a few days."""
    return decision * product.held_days + _draw(product.slug, "decision", decision) % (product.held_days // 2)


def _cost_level(number: int) -> int:
    """What oil costs, 800 to 1200: a slow wave of harvests and a faster one of the market."""
    return 800 + (_wave("harvest", number, 120) + _wave("market", number, 30)) // 5


def _wave(name: str, number: int, span: int) -> int:
    """0 to 1000, straight between levels drawn every `span` days."""
    knot, after = divmod(number, span)
    start, end = (_draw(name, at) % 1001 for at in (knot, knot + 1))
    return (start * (span - after) + end * after) // span


def _episode(product: Product, kind: str, number: int, *, every: int, longest: int, percent: int) -> int | None:
    """Which episode of a kind (at most one in `every` days, two to `longest` days long) runs on a day, if any."""
    episode, after = divmod(number, every)
    begins = _draw(product.slug, kind, "begins", episode) % (every - longest)
    days = 2 + _draw(product.slug, kind, "days", episode) % (longest - 1)
    happens = _draw(product.slug, kind, "happens", episode) % 100 < percent
    return episode if happens and begins <= after < begins + days else None


def _ending_in_nine(cents: int) -> Decimal:
    return _euros(cents // 10 * 10 + 9)


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _draw(*key: object) -> int:
    """A number that is always the same for a key, and looks drawn at random from one key to the next."""
    return int.from_bytes(sha256("|".join(map(str, key)).encode()).digest()[:4])

"""The demo shop's pages: each calls itself a demo, publishes its offer as JSON-LD, and says the same to the eye.

Beside the offer they hold what misleads careless readers: a struck list price, a unit price, other products' prices,
and the price of what is out of stock.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any, Final

from almazara.prices.demo.oils import (
    CURRENCY,
    OTHER_SHOP,
    PRODUCTS,
    SHOP,
    DemoState,
    Product,
    path,
    price_on,
    regular_price,
)
from almazara.prices.pages.request import folded

NAME: Final = "Tienda de demostración"
_NAMES: Final = {SHOP: NAME, OTHER_SHOP: "La otra Tienda de demostración"}
_LISTED: Final = [product for product in PRODUCTS if product.shop == SHOP]
"""What the list of all products and the search show: those of the second shop have pages only."""

_RELATED: Final = 3
_CENT: Final = Decimal("0.01")
_PAGE: Final = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<title>{title} | {name}</title>
{head}
</head>
<body>
<header><strong>{name}</strong> <small>Demo: productos, precios y existencias inventados.</small></header>
<main>
{main}
</main>
<footer><a href="/">{name}: todos los productos</a></footer>
</body>
</html>
"""


def product_page(product: Product, day: date) -> str:
    """The page of a product as it is on a day."""
    state = price_on(product, day)
    head = f'<link rel="canonical" href="{path(product)}">\n{_json_ld(_described(product, day))}'
    main = f"<h1>{escape(product.title)}</h1>\n{_buy_box(product, state)}\n{_related(product, day)}"
    return _page(product.title, main, head, _NAMES[product.shop])


def index_page(day: date) -> str:
    """The page of all products."""
    return _list_page("Todos los productos", _LISTED, day)


def search_page(query: str, day: date) -> str:
    """The products whose titles hold every word of a query, whatever its accents and case."""
    words = folded(query).split()
    found = [product for product in _LISTED if all(word in folded(product.title) for word in words)]
    return _list_page(f"Resultados de «{query}»", found, day)


def captcha_page() -> str:
    """What the shop shows now and then instead of the page that was asked for."""
    form = (
        "<h1>Introduce los caracteres que ves</h1>\n"
        "<p>Necesitamos comprobar que no eres un robot (captcha de la demo; vuelve a pedir la página más tarde).</p>\n"
        '<form method="get" action="/captcha">'
        '<input type="text" name="captcha" autocomplete="off"><button>Continuar</button></form>'
    )
    return _page("Comprobación: captcha", form, '<meta name="robots" content="noindex">')


def error_page(title: str, sentence: str) -> str:
    """A page that says why there is no other."""
    return _page(title, f"<h1>{escape(title)}</h1>\n<p>{escape(sentence)}</p>", "")


def robots_txt() -> str:
    """What the shop asks of robots: everything may be read but the account and the captcha's form."""
    return f"# {NAME}\nUser-agent: *\nDisallow: /cuenta\nDisallow: /captcha\nAllow: /\n"


def _page(title: str, main: str, head: str, name: str = NAME) -> str:
    return _PAGE.format(title=escape(title), name=name, head=head, main=main)


def _described(product: Product, day: date) -> dict[str, Any]:
    """The product and its offer in the words of schema.org; as in many shops, a price stays while out of stock."""
    state = price_on(product, day)
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": path(product),
        "availability": f"https://schema.org/{'InStock' if state.in_stock else 'OutOfStock'}",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": _NAMES[product.shop]},
        "price": str(state.price or regular_price(product, day)),
        "priceCurrency": CURRENCY,
    }
    if state.list_price is not None:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": "https://schema.org/StrikethroughPrice",
            "price": str(state.list_price),
            "priceCurrency": CURRENCY,
        }
    number = {"gtin13": product.gtin} if product.gtin else {}
    about = {"@type": "Product", "name": product.title, "sku": product.slug, "url": path(product)}
    return {**about, **number, "offers": offer}


def _buy_box(product: Product, state: DemoState) -> str:
    if state.price is None:
        return '<section class="buy-box"><p class="stock">Agotado: no disponible por el momento.</p></section>'
    struck = "" if state.list_price is None else f'<p>Antes: <s class="list-price">{_euros(state.list_price)}</s></p>\n'
    per_litre = (state.price / product.litres).quantize(_CENT, ROUND_HALF_UP)
    club = "" if state.club_price is None else f'<p class="club">Precio socio: {_euros(state.club_price)}</p>\n'
    return (
        f'<section class="buy-box">\n{struck}<p>Precio: <strong class="price">{_euros(state.price)}</strong></p>\n'
        f'{club}<p class="unit-price">({_euros(per_litre)}/l)</p>\n<p class="stock">En stock</p>\n</section>'
    )


def _related(product: Product, day: date) -> str:
    """A carousel of the products that follow, with their prices."""
    at = PRODUCTS.index(product)
    others = [PRODUCTS[(at + step) % len(PRODUCTS)] for step in range(1, _RELATED + 1)]
    return f'<aside class="related">\n<h2>Productos relacionados</h2>\n{_cards(others, day)}\n</aside>'


def _list_page(title: str, products: Iterable[Product], day: date) -> str:
    products = list(products)
    listed = [
        {"@type": "ListItem", "position": position, "item": _described(product, day)}
        for position, product in enumerate(products, 1)
    ]
    head = _json_ld({"@type": "ItemList", "itemListElement": listed})
    body = _cards(products, day) if products else "<p>Ningún producto de la demo responde a eso.</p>"
    return _page(title, f"<h1>{escape(title)}</h1>\n{body}", head)


def _cards(products: Iterable[Product], day: date) -> str:
    return "<ul>\n" + "\n".join(_card(product, price_on(product, day)) for product in products) + "\n</ul>"


def _card(product: Product, state: DemoState) -> str:
    price = "Agotado" if state.price is None else _euros(state.price)
    return f'<li><a href="{path(product)}">{escape(product.title)}</a> <span class="price">{price}</span></li>'


def _json_ld(item: Mapping[str, Any]) -> str:
    text = json.dumps({"@context": "https://schema.org"} | dict(item), ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _euros(amount: Decimal) -> str:
    return f"{amount:.2f} €".replace(".", ",")

"""The cheapest litre among the comparable products of a category, and whether to switch to it."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from almazara.prices.answers import Cheapest, Offered, Product, Switch
from almazara.prices.schema import Availability
from almazara.words.numbers import Language, smallest
from almazara.words.said import said

FRESH_DAYS: Final = 7
"""An older price is not compared."""
SWITCH_FROM: Final = Decimal("0.05")
"""Switching is advised from this share of the price per litre on: less is not worth leaving what one knows."""
_ASSUMES: Final = said("prices.cheapest.assumes", days=FRESH_DAYS)
_GRADES: Final = (  # in order: a title of extra virgin oil holds the words of virgin oil too, a blend's those of both
    ("pomace", re.compile(r"orujo|pomace|\bsansa\b|bagaço|grignons")),
    ("sunflower", re.compile(r"girasol|sunflower|tournesol|sonnenblumen|girassol")),
    (
        "seed",
        re.compile(r"\bsemillas?\b|\bs[ée]samo\b|\bsesame\b|\bcolza\b|\brapeseed\b|\bsoja\b|\bma[íi]z\b|\bcoco\b"),
    ),
    ("refined", re.compile(r"\brefinad\w+|\brefined\b|\braffin\w+")),
    (
        "extra virgin",
        re.compile(
            r"\baove\b|vir(?:gen|gem|gin)\s+extra|vierge\s+extra|nativ\w*\s+extra|extra[\s-]+vir(?:gen|gin)|extra\s*vergine"
            r"|\bv\.?\s*extra\b"
        ),
    ),
    ("virgin", re.compile(r"\bvirgen\b|\bvirgin\b|\bvierge\b|\bvergine\b|\bnativ\w*|\bvirgem\b")),
    (
        "refined",  # and blended with a little virgin oil, named by taste or acidity
        re.compile(
            r"\bsuave\b|\bintenso\b|\b0[.,]?4\b|\boliva\s+1(?!\s*(?:l|litros?)\b)|\bmild\b|\bclassic\b|\blight\b"
        ),
    ),
)


def grade(title: str | None) -> str | None:
    """The grade of an oil that its title names, or None.

    Example:
        >>> grade("Aceite de oliva virgen extra, 5 l"), grade("Aceite de orujo de oliva 1 l"), grade("Leche entera 1 l")
        ('extra virgin', 'pomace', None)
    """
    text = (title or "").lower()
    return next((name for name, pattern in _GRADES if pattern.search(text)), None)


def is_fresh(product: Product) -> bool:
    """Whether a product was read in the last FRESH_DAYS."""
    return product.latest is not None and product.latest.days_ago <= FRESH_DAYS


def offers(products: Sequence[Product]) -> list[Offered]:
    """The products that can be bought by the litre now, cheapest first."""
    return sorted(
        (
            Offered(one.id, one.title, one.url, grade(one.title), latest.price_per_litre, latest.currency, one.litres)
            for one in products
            if (latest := one.latest) is not None
            and is_fresh(one)
            and one.litres is not None
            and latest.price_per_litre is not None
            and latest.currency is not None
            and latest.availability is not Availability.UNAVAILABLE
        ),
        key=lambda offer: (offer.price_per_litre, offer.product),
    )


def cheapest(category: str, products: Sequence[Product], language: Language = Language.ES) -> Cheapest:
    """The cheapest litre of each currency and grade, cheapest first, and all offers."""
    found = offers(products)
    firsts: dict[tuple[str, str | None], Offered] = {}
    for offer in found:
        firsts.setdefault((offer.currency, offer.grade), offer)
    return Cheapest(category, list(firsts.values()), found, _ASSUMES.text(language))


def switch(
    product: Product, products: Sequence[Product], quantity: int, language: Language = Language.ES
) -> Switch | None:
    """The cheapest comparable litre beside a product's own; None where the product's price per litre is not known."""
    found = offers(products)
    own = next((offer for offer in found if offer.product == product.id), None)
    if own is None:
        return None
    alike = [one for one in found if (one.currency, one.grade) == (own.currency, own.grade)]
    # What is of no grade beside oils that are of one may be no oil at all.
    is_comparable = own.grade is not None or all(one.grade is None for one in found)
    best = alike[0] if is_comparable else own
    share = 1 - best.price_per_litre / own.price_per_litre
    saving = (own.price_per_litre - best.price_per_litre) * own.litres * quantity
    return Switch(
        offer=best,
        own_price_per_litre=own.price_per_litre,
        switch=best.product != own.product and share >= SWITCH_FROM,
        saving=saving.quantize(smallest(own.currency), ROUND_HALF_UP),
        saving_percent=round(float(share) * 100, 1),
        assumes=_ASSUMES.text(language),
    )

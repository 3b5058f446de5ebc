"""Products of other shops that are probably the same: by category, litres, grade and the words of their titles.

They are shown as such, and proposed to whoever declares goods; they are never one good by that alone: see `goods`.

What fills titles is left aside: sizes, containers, the words for the oil and its grade, which are compared otherwise.
The words that are left must be the same, but for letters that were mistyped, and so must the numbers. Among the titles
of 333 oils of five Spanish supermarkets that names 33 pairs, all of the same oil as far as a person can tell (three
differ in can, spray or bottle). `token_set_ratio` of 95 or more over the telling words names 89: a title whose words
are all within another's is the same to it, so that the plain oil of a brand is its picual and its organic one too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from almazara.prices.answers import Product
from almazara.prices.buying.cheapest import grade
from almazara.prices.buying.recent import amounts
from almazara.prices.forecasting.panel import Floats
from almazara.prices.pages.request import folded

_SIZE: Final = re.compile(r"\d+(?:[.,]\d+)?\s?(?:l|lt|litros?|litres?|liters?|ml|cl|dl|kg|g|gr|x)\b|\bx\s?\d+\b|%")
_WORD: Final = re.compile(r"[^\W_]+")
_WORDS: Final = """
a al con de del des di d da do e el en et i in la las le los of the un una und with y
botella botellas bottle bottles bottiglia bouteille caja cristal envase flasche formato garrafa garrafas glass
lata latas monodosis pack pet plastico spray tin unidad unidades ud uds vidrio
aceite azeite huile oil oli olio ol oliva olive olivenol aove evoo extra extravergine native nativ natives virgen
virgem vergine vierge virgin
"""
_FILLING: Final = frozenset(_WORDS.split())
_MISTYPED: Final = 85


@dataclass(frozen=True, slots=True)
class Lookalike:
    """What is probably the same product in another shop.

    Attributes:
        words: Those of both titles on which that rests, beside category, litres and grade.
        first_day: Of the prices per litre, one a day; None where none is known.
    """

    product: Product
    words: list[str]
    first_day: date
    per_litre: list[float | None]


def lookalikes(product: Product, beside: Iterable[Product]) -> dict[str, list[str]]:
    """The products of other shops that are probably the same, by id, and the words that their titles share.

    There are none where its title, category or litres are not known: then nothing is sure.
    """
    if product.title is None or product.category is None or product.litres is None:
        return {}
    alike = [
        other
        for other in beside
        if (other.category, other.litres) == (product.category, product.litres) and other.shop != product.shop
    ]
    shared = {other.id: shared_words(product.title, other.title or "") for other in alike}
    of_grade = grade(product.title)
    return {other.id: shared[other.id] for other in alike if shared[other.id] and grade(other.title) == of_grade}


def shared_words(title: str, other: str) -> list[str]:
    """The telling words that two titles share; none where others tell them apart.

    Example:
        >>> shared_words("AOVE Carbonell picual, botella 1 l", "Aceite de oliva virgen extra picual Carbonel 1 litro")
        ['picual']
        >>> shared_words("AOVE Carbonell 1 l", "AOVE Carbonell picual 1 l")
        []
    """
    first, second = _telling(title), _telling(other)
    alone, there = sorted(first - second), sorted(second - first)
    numbers = [word for word in (*alone, *there) if any(character.isdigit() for character in word)]
    if numbers or fuzz.ratio(" ".join(alone), " ".join(there)) < _MISTYPED:
        return []
    return sorted(first & second)


def per_litre(prices: Floats, litres: Decimal | None) -> list[float | None]:
    """Daily prices by the litre."""
    return amounts(np.round(prices / float(litres or 1), 4))


def _telling(title: str) -> set[str]:
    return {word for word in _WORD.findall(_SIZE.sub(" ", folded(title))) if word not in _FILLING}

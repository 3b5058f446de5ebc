"""What was asked for, beside the page: the readers compare what they find with it."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from rapidfuzz import fuzz

_HALF: Final = 0.5
_NEARLY_THE_SAME: Final = 85
# Titles name the article first and describe it later, in words that many articles share.
_LEADING: Final = 12
_WORD = re.compile(r"[^\W_]+")
_UNITS: Final = {
    "l": ("ml", 1000), "lt": ("ml", 1000), "litro": ("ml", 1000), "litros": ("ml", 1000), "liter": ("ml", 1000),
    "litre": ("ml", 1000), "cl": ("ml", 10), "ml": ("ml", 1), "kg": ("g", 1000), "g": ("g", 1), "gr": ("g", 1),
    "tb": ("gb", 1024), "gb": ("gb", 1),
}  # fmt: skip
_SIZE = re.compile(rf"(?<![\d.,])(\d{{1,4}}(?:[.,]\d{{1,3}})?)\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b")
_COUNTED = re.compile(r"(?:(?<![^\W\d_])([^\W\d_]{3,})\s+)?(?<![\d.,])\b(\d{1,3})(?![\d.,])(?:\s*([^\W\d_]{3,}))?")
_CHOOSING = re.compile(r"variant|variation_?id|variant_?id|sku|attribute_\w+|dwvar_\w+", re.IGNORECASE)
_NUMBERS = re.compile(r"\d{4,}")
_MODEL = re.compile(r"(?<![\d.,-])(?!(?:19|20)\d\d\b)\d{4}(?![\d.,]\d|\s?(?:ml|g|w|mah|rpm|mm)\b)\b")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Address, shop, the number asked for and the title known before, the last two only where known."""

    url: str
    shop: str
    sku: str | None = None
    known_title: str | None = None

    def title_changed(self, title: str | None) -> bool:
        """Whether the page's title no longer resembles the known one (a reused ASIN)."""
        return bool(self.known_title and title) and not alike(str(self.known_title), str(title))


def alike(known: str, seen: str) -> bool:
    """Whether two titles may name the same article: half of the leading words shared, or nearly the same letters.

    A size or a model's number in both decides: 2 L is not 1 L, a 5090 no 5080.
    """
    known, seen = folded(known), folded(seen)
    if _conflict(known, seen):
        return False
    first, second = _leading(known), _leading(seen)
    if not first or not second:
        return known == seen
    shared = len(first & second) / min(len(first), len(second))
    return shared >= _HALF or fuzz.partial_ratio(known, seen) >= _NEARLY_THE_SAME


def contradict(known: str, seen: str) -> bool:
    """Whether sizes, models or counts in two titles cannot be those of one article."""
    return _conflict(folded(known), folded(seen))


def leads_elsewhere(asked: str, answered: str) -> bool:
    """Whether a redirect may lead to another product: its address names neither the same words nor the same number.

    Args:
        asked: The address that was asked for.
        answered: The address that answered.
    """
    if _variant(asked) - _variant(answered):
        return True
    one, other = _path(asked), _path(answered)
    if one == other or (one and other and (one.endswith(f"/{other}") or other.endswith(f"/{one}"))):
        return False
    if not other:
        return True
    name, final = (path.rpartition("/")[2].rpartition(".")[0] or path.rpartition("/")[2] for path in (one, other))
    words, ends = (folded(re.sub(r"[-_+]", " ", part)) for part in (name, final))
    numbers = set(_NUMBERS.findall(name)) & set(_NUMBERS.findall(final))
    return not (name in final or final in name or numbers or alike(words, ends)) or _conflict(words, ends)


def _variant(url: str) -> set[tuple[str, str]]:
    """What an address asks for beside its path that chooses a variant."""
    return {(key, value) for key, value in parse_qsl(urlsplit(url).query) if _CHOOSING.fullmatch(key)}


def _path(url: str) -> str:
    return urlsplit(url).path.strip("/").casefold()


def _conflict(known: str, seen: str) -> bool:
    """Whether sizes, models or counts in two folded titles contradict each other."""
    pairs = zip(_sizes(known), _sizes(seen), strict=True)
    if any(one and other and one.isdisjoint(other) for one, other in pairs):
        return True
    counted, others = _counted(known), _counted(seen)
    return any(counted[word].isdisjoint(others[word]) for word in counted.keys() & others.keys())


def _counted(title: str) -> dict[str, set[str]]:
    """The small numbers beside each word of a title: `Pack 6`, `talla 44`, `3 tazas`, `55 inch`."""
    numbers: dict[str, set[str]] = {}
    for before, number, after in _COUNTED.findall(title):
        for word in {before, after} - {""}:
            numbers.setdefault(word, set()).add(number)
    return numbers


def _sizes(title: str) -> tuple[set[str], set[str]]:
    """What a title says of size, each in its least unit, and the numbers of models in it."""
    sizes = {
        f"{(Decimal(number.replace(',', '.')) * factor).normalize():f} {unit}"
        for number, written in _SIZE.findall(title)
        for unit, factor in (_UNITS[written],)
    }
    return sizes, set(_MODEL.findall(title))


def _leading(title: str) -> set[str]:
    """The first telling words: three letters or more, or with a digit."""
    words = [word for word in _WORD.findall(title) if len(word) > 2 or any(c.isdigit() for c in word)]  # noqa: PLR2004
    return set(words[:_LEADING])


def folded(text: str) -> str:
    """Letters of one case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))

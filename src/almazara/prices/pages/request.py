"""What was asked for, beside the page: the readers compare what they find with it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

_HALF: Final = 0.5
_NEARLY_THE_SAME: Final = 85
# Titles name the article first and describe it later, in words that many articles share.
_LEADING: Final = 12
_WORD = re.compile(r"[^\W_]+")


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
    """Whether two titles may name the same article: half of the leading words shared, or nearly the same letters."""
    first, second = _leading(known), _leading(seen)
    if not first or not second:
        return folded(known) == folded(seen)
    shared = len(first & second) / min(len(first), len(second))
    return shared >= _HALF or fuzz.partial_ratio(folded(known), folded(seen)) >= _NEARLY_THE_SAME


def _leading(title: str) -> set[str]:
    """The first telling words: three letters or more, or with a digit."""
    words = [word for word in _WORD.findall(folded(title)) if len(word) > 2 or any(c.isdigit() for c in word)]  # noqa: PLR2004
    return set(words[:_LEADING])


def folded(text: str) -> str:
    """Letters of one case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))

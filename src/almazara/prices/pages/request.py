"""What was asked for, beside the page: the readers compare what they find with it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

_ALIKE: Final = 50
_WORD = re.compile(r"\w{2,}")


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
    """Whether two titles may name the same article: half of the shorter one's words, in any order."""
    return fuzz.token_set_ratio(_folded(known), _folded(seen)) >= _ALIKE


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold())
    return " ".join(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))

"""Sentences of Amazon's pages, read only where every word of them is known."""

import re
import unicodedata
from typing import Final

from almazara.prices.money import printed_amounts
from almazara.prices.pages.request import folded

_LONGEST: Final = 300
_BETWEEN_LINKS: Final = frozenset({"|", "·", "›", ">", "."})  # noqa: RUF001 - as pages print it
_WORD = re.compile(r"[^\W\d_]+")
_DIRECTIONS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """A text in one form of letters, without marks of direction; empty where it is longer than any sentence."""
    if len(text) > _LONGEST:
        return ""
    return " ".join(_DIRECTIONS.sub("", unicodedata.normalize("NFKC", text)).split())


def only_words(text: str, words: frozenset[str]) -> bool:
    """Whether a text holds no other words than these, which are folded; figures and signs may stand between."""
    return all(word in words for word in _WORD.findall(folded(text)))


def has_word(text: str, words: frozenset[str]) -> bool:
    """Whether a text holds one of these words, which are folded."""
    return any(word in words for word in _WORD.findall(folded(text)))


def without_last(text: str, words: frozenset[str]) -> str:
    """A text without such of these words as end it, as links do: `Details`."""
    kept = text.split()
    while kept and (kept[-1] in _BETWEEN_LINKS or (has_word(kept[-1], words) and only_words(kept[-1], words))):
        kept.pop()
    return " ".join(kept)


def amounts_in(text: str) -> list[tuple[int, int]]:
    """Where a text prints amounts with the mark of a currency."""
    return list(printed_amounts(text))


def without(text: str, places: list[tuple[int, int]]) -> str:
    """A text without the amounts at some places of it, in order."""
    for start, end in reversed(places):
        text = f"{text[:start]} {text[end:]}"
    return text

"""Sentences of Amazon's pages, read only where every word of them is known."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.money import printed_amounts
from almazara.prices.pages.document import attribute, lineage, text_of
from almazara.prices.pages.request import folded

_LONGEST: Final = 300
_BETWEEN_LINKS: Final = frozenset({"|", "·", "›", ">", "."})  # noqa: RUF001 - as pages print it
_IN_LINE: Final = frozenset({"span", "label", "a", "b", "i", "strong", "em", "small"})
_AROUND: Final = 4
_HIDDEN = re.compile(r"(?:^|\s)(?:aok-hidden|a-hidden|hidden)(?:\s|$)")
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
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


def is_seen(node: LexborNode) -> bool:
    """Whether people see an element."""
    return not any(map(_hides, lineage(node)))


def _hides(element: LexborNode) -> bool:
    return bool(_HIDDEN.search(attribute(element, "class")) or _UNSEEN.search(attribute(element, "style")))


def said_behind(node: LexborNode) -> str:
    """What follows an element in its line: the first text behind it in the element around, or around that in a line."""
    for step in islice(lineage(node), _AROUND):
        if behind := next((text for text in map(text_of, _following(step)) if _WORD.search(text)), ""):
            return plain(behind) or "…"
        if step.parent is None or step.parent.tag not in _IN_LINE:
            return ""
    return ""


def _following(node: LexborNode) -> Iterator[LexborNode]:
    after = node.next
    while after is not None:
        if not _hides(after):
            yield after
        after = after.next


def without(text: str, places: list[tuple[int, int]]) -> str:
    """A text without the amounts at some places of it, in order."""
    for start, end in reversed(places):
        text = f"{text[:start]} {text[end:]}"
    return text

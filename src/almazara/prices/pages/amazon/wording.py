"""Sentences of Amazon's pages, read only where every word of them is known."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.money import printed_amounts
from almazara.prices.pages.amazon import named_rules as rules
from almazara.prices.pages.document import attribute, lineage, text_of
from almazara.prices.pages.request import folded
from almazara.prices.pages.shops.sayings import Role, role_of_words
from almazara.prices.pages.unseen import is_undrawn, is_without_size, own_style

_LONGEST: Final = 300
_LONGEST_LABEL: Final = 60
_BETWEEN_LINKS: Final = frozenset({"|", "·", "›", ">", "."})  # noqa: RUF001 - as pages print it
_IN_LINE: Final = frozenset({"span", "label", "a", "b", "i", "strong", "em", "small"})
_CONTENT: Final = "data-csa-c-content-id"
_AROUND: Final = 4
_MOST_PARTS: Final = 100
_HIDDEN = re.compile(r"(?:^|\s)(?:aok-hidden|a-hidden|hidden)(?:\s|$)")
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
    return _HIDDEN.search(attribute(element, "class")) is not None or is_undrawn(element)


def said_beside(node: LexborNode) -> tuple[str, str]:
    """The nearest texts that are seen before and behind an element, in the element around, or around that in a line.

    Before a block, which starts a line of its own, stands nothing of its; nor does what stands before another one.
    """
    return (_said(node, "prev") if node.tag in _IN_LINE else ""), _said(node, "next")


def role_beside(node: LexborNode) -> Role | None:
    """What the words beside a price, or of the block before it, make of it; those of other amounts say nothing."""
    before, behind = said_beside(node)
    before = before or _label_above(node)
    others = amounts_in(behind)
    behind = behind[: others[0][0] + 1] if others else behind  # its first sign shows that one follows
    return role_of_words("" if amounts_in(before) else before, behind if _WORD.search(behind) else "")


def _label_above(node: LexborNode) -> str:
    """What the nearest block before an element says that people see, in the same element around."""
    sibling = node.prev
    while sibling is not None and not (text := seen_text(sibling)):
        sibling = sibling.prev
    is_label = sibling is not None and not _hides(sibling) and not _is_of_its_own(sibling)
    return plain(text) if is_label and len(text) <= _LONGEST_LABEL else ""


def _said(node: LexborNode, side: str) -> str:
    for step in islice(lineage(node), _AROUND):
        if beside := next((text for text in map(seen_text, _siblings(step, side)) if _WORD.search(text)), ""):
            return plain(beside) or "…"
        if step.parent is None or step.parent.tag not in _IN_LINE:
            return ""
    return ""


def seen_text(node: LexborNode) -> str:
    """The beginning of what people see of an element, where they see that."""
    if not node.is_element_node:
        return text_of(node)
    parts = (one for one in islice(node.traverse(include_text=True), _MOST_PARTS) if one.is_text_node)
    return " ".join(" ".join(text_of(one) for one in parts if _is_drawn(one, node)).split())


def _is_drawn(text: LexborNode, within: LexborNode) -> bool:
    """Whether nothing around a text, out to an element, hides it."""
    around = [*takewhile(lambda step: step.mem_id != within.mem_id, lineage(text.parent)), within]
    return not any(map(_hides, around)) and not is_without_size(own_style(around[0]))


def _siblings(node: LexborNode, side: str) -> Iterator[LexborNode]:
    sibling = getattr(node, side)
    while sibling is not None and (side == "next" or not sibling.is_element_node or sibling.tag in _IN_LINE):
        if _is_of_its_own(sibling):
            return
        if not _hides(sibling):
            yield sibling
        sibling = getattr(sibling, side)


def _is_of_its_own(element: LexborNode) -> bool:
    """Whether an element is a part of the page, or holds a place of its own: what that says is not said of another."""
    if not element.is_element_node:
        return False
    identity = attribute(element, "id")
    is_part = element.tag not in _IN_LINE and identity != ""
    is_place = rules.PLACE.match(identity or attribute(element, _CONTENT)) is not None
    return is_part or is_place or element.css_first(rules.OTHERS) is not None


def without(text: str, places: list[tuple[int, int]]) -> str:
    """A text without the amounts at some places of it, in order."""
    for start, end in reversed(places):
        text = f"{text[:start]} {text[end:]}"
    return text

"""What attributes and a page's own styles make of an element: drawn, drawn struck, or not drawn at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Self

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.pages.document import attribute, lineage
from almazara.prices.pages.shops import sayings
from almazara.prices.pages.unseen import (
    declared,
    hides,
    is_folded_around,
    is_struck,
    is_undrawn,
    is_without_size,
    own_style,
    shows,
)

_OUTWARDS: Final = 12
_LONGEST_SELECTOR: Final = 200
# A badge that a widely used theme puts into every price, and shows where a box around it says so.
_SOLD_OUT_BADGE: Final = "price__badge-sold-out"
_SOLD_OUT_BOX: Final = "price--sold-out"
_BRACE = re.compile(r"[{}]")
_NAME = re.compile(r"[.#][\w-]+")
_ONE_NAME = re.compile(rf"(?:[a-zA-Z]\w*)?({_NAME.pattern})")
_NAMES = re.compile(rf"(?:[a-zA-Z]\w*)?((?:{_NAME.pattern})+)")
_LAST_NAMES = re.compile(rf"(?:{_NAME.pattern})+$")
# Comments, texts and addresses, in which anything may stand.
_NO_RULE = re.compile(
    r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|\"(?:[^\"\\\n]|\\.){0,200}\"|'(?:[^'\\\n]|\\.){0,200}'|url\([^()\"']*\)",
    re.IGNORECASE,
)
_FOR_SCREENS = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*|@layer\b[^{]*")
_SCREENS: Final = frozenset({"", "all", "screen"})


@dataclass(frozen=True, slots=True)
class Styles:
    """Classes and ids that the styles in a page draw otherwise, as selectors: `.old`, `#note`.

    What is hidden by more than one name, or drawn by another rule, counts as drawn: a script or a window shows it.

    Attributes:
        struck: Classes drawn struck.
        unseen: Names not drawn.
        without_size: Names whose own text has no size; elements in them may have theirs.
    """

    struck: frozenset[str]
    unseen: frozenset[str]
    without_size: frozenset[str]

    @classmethod
    def of(cls, tree: LexborHTMLParser) -> Self:
        """Read the style elements of a page."""
        struck, hidden, drawn, sizeless = set[str](), set[str](), set[str](), set[str]()
        sheets = (node.text() for node in tree.css("style") if _is_read(node))
        for names, written, holds in chain.from_iterable(map(_rules, sheets)):
            body = declared(written)
            if "line-through" in body:
                struck.update(_NAME.findall(match[1])[-1] for one in names if (match := _NAMES.fullmatch(one)))
            if shows(body):
                last = (match[0] for one in names if (match := _LAST_NAMES.search(one)))
                drawn.update(chain.from_iterable(map(_NAME.findall, last)))
            alone = [match[1] for one in names if holds and (match := _ONE_NAME.fullmatch(one))]
            hidden.update(alone if hides(body) else ())
            sizeless.update(alone if is_without_size(body) else ())
        return cls(frozenset(struck), frozenset(hidden - drawn), frozenset(sizeless))

    def strikes(self, element: LexborNode) -> bool:
        """Whether an element is drawn struck."""
        return is_struck(element) or not self.struck.isdisjoint(_names_of(element))

    def hides(self, element: LexborNode, words: str) -> bool:
        """Whether an element is not drawn, with all in it; one that a wide or narrow window hides is.

        Args:
            element: The element.
            words: The words in its class and id.
        """
        if is_undrawn(element):
            return True
        if not self.unseen.isdisjoint(_names_of(element)) and not shows(own_style(element)):
            return True
        classes = attribute(element, "class")
        if _SOLD_OUT_BADGE in classes and not _is_within_sold_out(element):
            return True
        return sayings.hides(classes, words)

    def hides_text_of(self, element: LexborNode) -> bool:
        """Whether an element's own text is not drawn, whatever stands in elements of it."""
        if is_folded_around(element) or is_without_size(own_style(element)):
            return True
        return not self.without_size.isdisjoint(_names_of(element))


def _names_of(element: LexborNode) -> Iterator[str]:
    yield from (f".{name}" for name in attribute(element, "class").split())
    yield f"#{attribute(element, 'id')}"


def _is_within_sold_out(badge: LexborNode) -> bool:
    return any(_SOLD_OUT_BOX in attribute(step, "class").split() for step in islice(lineage(badge), _OUTWARDS))


def _is_read(style: LexborNode) -> bool:
    """Whether a style element is one for screens, of the only language that there is, and where scripts run."""
    attributes = style.attributes
    is_for_screens = (attributes.get("media") or "").strip().lower() in _SCREENS
    is_css = (attributes.get("type") or "text/css").strip().lower() == "text/css"
    return is_for_screens and is_css and not any(step.tag == "noscript" for step in islice(lineage(style), _OUTWARDS))


def _rules(sheet: str) -> Iterator[tuple[list[str], str, bool]]:
    """The selectors of each rule of a style sheet, what it declares, and whether that holds for every screen."""
    closed = sheet.rfind("*/") + 2 if "*/" in sheet else 0  # so that no comment that never ends is looked for often
    text = _NO_RULE.sub("", sheet[:closed]) + _NO_RULE.sub("", sheet[closed:].partition("/*")[0])
    around: list[tuple[str, bool]] = []
    start = 0
    for brace in _BRACE.finditer(text):
        piece, start = text[start : brace.start()], brace.end()
        outside = not around or around[-1][1]
        if brace[0] == "{":
            selectors = piece[piece.rfind(";") + 1 :].strip()
            around.append((selectors, outside and _FOR_SCREENS.fullmatch(selectors) is not None))
        elif around:
            selectors, _ = around.pop()
            holds = not around or around[-1][1]
            yield [one.strip() for one in selectors.split(",") if len(one) <= _LONGEST_SELECTOR], piece, holds

"""What attributes and a page's own styles make of an element: drawn, drawn struck, or not drawn at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.pages.document import attribute, lineage
from almazara.prices.pages.shops import sayings

_CONTROLS: Final = frozenset({"select", "option", "datalist", "textarea"})
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
_NONE: Final = r"(?:0+(?:\.0*)?|\.0+)(?:%|px|pt|r?em)?\s*(?:[;!]|$)"
_UNSEEN = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*{_NONE}", re.IGNORECASE
)
_SEEN = re.compile(
    rf"display\s*:\s*(?!none)\w|visibility\s*:\s*visible|(?<![\w-])opacity\s*:\s*(?!{_NONE})[\d.]", re.IGNORECASE
)
_WITHOUT_SIZE = re.compile(rf"font-size\s*:\s*{_NONE}", re.IGNORECASE)


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
        rules = [rule for node in tree.css("style") for rule in _rules(node.text())]
        by_last = [(_NAME.findall(match[0]), body) for one, body, _ in rules if (match := _LAST_NAMES.search(one))]
        drawn = {name for names, body in by_last if _SEEN.search(body) for name in names}
        struck = (match[1] for one, body, _ in rules if "line-through" in body and (match := _NAMES.fullmatch(one)))
        alone = [(match[1], body) for one, body, holds in rules if holds and (match := _ONE_NAME.fullmatch(one))]
        return cls(
            frozenset(_NAME.findall(names)[-1] for names in struck),
            frozenset(name for name, body in alone if _UNSEEN.search(body)) - drawn,
            frozenset(name for name, body in alone if _WITHOUT_SIZE.search(body)),
        )

    def strikes(self, element: LexborNode) -> bool:
        """Whether an element is drawn struck."""
        return is_struck(element) or not self.struck.isdisjoint(_names_of(element))

    def hides(self, element: LexborNode, words: str) -> bool:
        """Whether an element is not drawn, with all in it; one that a wide or narrow window hides is.

        Args:
            element: The element.
            words: The words in its class and id.
        """
        attributes = element.attributes
        if element.tag in _CONTROLS or "hidden" in attributes or (element.tag == "dialog" and "open" not in attributes):
            return True
        if _UNSEEN.search(attributes.get("style") or "") or not self.unseen.isdisjoint(_names_of(element)):
            return True
        classes = attribute(element, "class")
        if _SOLD_OUT_BADGE in classes and not _is_within_sold_out(element):
            return True
        return sayings.hides(classes, words)

    def hides_text_of(self, element: LexborNode) -> bool:
        """Whether an element's own text has no size."""
        is_own = _WITHOUT_SIZE.search(attribute(element, "style")) is not None
        return is_own or not self.without_size.isdisjoint(_names_of(element))


def is_struck(element: LexborNode) -> bool:
    """Whether an element is drawn struck by its tag or its own style."""
    return element.tag in {"s", "del", "strike"} or "line-through" in attribute(element, "style")


def _names_of(element: LexborNode) -> Iterator[str]:
    yield from (f".{name}" for name in attribute(element, "class").split())
    yield f"#{attribute(element, 'id')}"


def _is_within_sold_out(badge: LexborNode) -> bool:
    return any(_SOLD_OUT_BOX in attribute(step, "class").split() for step in islice(lineage(badge), _OUTWARDS))


def _rules(sheet: str) -> Iterator[tuple[str, str, bool]]:
    """Each selector of a style sheet, what its rule declares, and whether that holds for every screen."""
    text = "".join(piece.partition("/*")[0] for piece in sheet.split("*/"))
    around: list[str] = []
    start = 0
    for brace in _BRACE.finditer(text):
        piece, start = text[start : brace.start()], brace.end()
        if brace[0] == "{":
            around.append(piece.rpartition(";")[2].strip())
        elif around:
            selectors = around.pop()
            holds = not any("(" in outer or "print" in outer for outer in around)
            names = (name.strip() for name in selectors.split(",") if piece)
            yield from ((name, piece, holds) for name in names if len(name) <= _LONGEST_SELECTOR)

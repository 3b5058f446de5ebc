"""What no browser draws as text: by HTML's rendering rules, and by an element's own style."""

import re
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.pages.document import attribute, lineage

# What stands in them is for browsers that know them not, for programs, or drawn as something else than text.
_NO_TEXT: Final = frozenset(
    ["annotation", "annotation-xml", "audio", "canvas", "datalist", "iframe", "meter", "noembed", "noframes", "option",
     "progress", "rp", "select", "template", "textarea", "title", "video"]
)  # fmt: skip
_NO_TEXT_IN_SVG: Final = frozenset(
    ["clipPath", "defs", "desc", "filter", "linearGradient", "marker", "mask", "metadata", "pattern", "radialGradient",
     "symbol"]
)  # fmt: skip
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|([^\n]))")
_LAST_CHARACTER: Final = 0x10FFFF
_END: Final = r"\s*(?:[;!]|$)"
_NOTHING: Final = r"(?:0+(?:\.0*)?|\.0+)(?:[a-z]{1,4}|%)?"
_TINY: Final = rf"(?:{_NOTHING}|0*\.0\d*(?:[a-z]{{1,4}}|%)|(?:0*\.\d+|1)p[xt]|\d(?:\.\d*)?%)"
_FAINT: Final = r"(?:0+(?:\.0?\d*)?|\.0\d*|\d(?:\.\d*)?%)"
_UNSEEN = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden)(?![\w-])",
    re.IGNORECASE,
)
_SEEN = re.compile(r"(?<![\w-])(?:display\s*:\s*(?!none)\w|visibility\s*:\s*visible)", re.IGNORECASE)
_OUT_OF_SIGHT = re.compile(
    rf"(?<![\w-])(?:opacity\s*:\s*{_FAINT}{_END}|(?:zoom|scale)\s*:\s*{_NOTHING}{_END}"
    r"|transform\s*:\s*scale\(\s*0+(?:\.0*)?\s*[,)]|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|(?:left|top|margin-left|margin-top|text-indent)\s*:\s*-\d{3})",
    re.IGNORECASE,
)
_WITHOUT_SIZE = re.compile(
    rf"(?<![\w-])font(?:-size\s*:\s*{_TINY}{_END}|\s*:\s*(?:[^;:]{{0,60}}\s)?{_NOTHING}(?=\s*/|\s))", re.IGNORECASE
)
_CUT_OFF = re.compile(r"(?<![\w-])overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_WITHOUT_ROOM = re.compile(rf"(?<![\w-])(?:max-)?(?:height|width)\s*:\s*{_NOTHING}{_END}", re.IGNORECASE)


def declared(style: str) -> str:
    """What a style declares, without comments and with the characters that its escapes stand for."""
    first, *rest = style.split("/*")
    plain = " ".join([first, *(piece.partition("*/")[2] for piece in rest)])
    return _ESCAPE.sub(_escaped, plain) if "\\" in plain else plain


def _escaped(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else 0
    return chr(code) if 0 < code <= _LAST_CHARACTER else found[2] or ""


def own_style(element: LexborNode) -> str:
    """What an element's attribute declares for it alone."""
    return declared(attribute(element, "style"))


def hides(declarations: str) -> bool:
    """Whether a style does not draw an element, with all in it."""
    return _UNSEEN.search(declarations) is not None


def shows(declarations: str) -> bool:
    """Whether a style draws an element that another rule may have hidden."""
    return _SEEN.search(declarations) is not None


def is_without_size(declarations: str) -> bool:
    """Whether a style draws an element's own text too small to be seen; elements in it may have their own size."""
    return _WITHOUT_SIZE.search(declarations) is not None


def is_undrawn(element: LexborNode) -> bool:
    """Whether an element is not drawn as text, with all in it, by what it is, its attributes or its own style."""
    attributes = element.attributes
    if element.tag in _NO_TEXT or not attributes.keys().isdisjoint({"hidden", "popover"}):
        return True
    is_shut = element.tag == "dialog" and "open" not in attributes
    is_replaced = element.tag == "object" and bool(attributes.get("data"))
    if is_shut or is_replaced or _is_folded(element) or (element.tag in _NO_TEXT_IN_SVG and _is_in_svg(element)):
        return True
    style = own_style(element)
    is_cut_off = _CUT_OFF.search(style) is not None and _WITHOUT_ROOM.search(style) is not None
    return hides(style) or is_cut_off or _OUT_OF_SIGHT.search(style) is not None


def is_folded_around(element: LexborNode) -> bool:
    """Whether an element is a note that is not open: of all in it only the summary is drawn."""
    return element.tag == "details" and "open" not in element.attributes


def _is_folded(element: LexborNode) -> bool:
    """Whether a note that is not open stands around an element that is not its summary."""
    around = element.parent
    if around is None or not is_folded_around(around):
        return False
    summary = around.css_first("summary") if element.tag == "summary" else None
    return summary is None or summary.mem_id != element.mem_id


def _is_in_svg(element: LexborNode) -> bool:
    """Whether an element is one of a drawing: elsewhere its name means nothing, and it is drawn."""
    around = (step.tag for step in lineage(element.parent) if step.tag in {"svg", "foreignObject"})
    return next(around, None) == "svg"


def is_struck(element: LexborNode) -> bool:
    """Whether an element is drawn struck by its tag or its own style."""
    return element.tag in {"s", "del", "strike"} or "line-through" in own_style(element).lower()

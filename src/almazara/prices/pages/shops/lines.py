"""A page's text in lines: which elements start one, and where the cents of an amount are drawn apart."""

import re
import unicodedata
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.pages.document import attribute, lineage

# Elements that start a line; all others stand in one.
_LINES: Final = frozenset(
    ["address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details",
     "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
     "h5", "h6", "header", "hgroup", "hr", "label", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre",
     "search", "section", "select", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"]
)  # fmt: skip
SEAM: Final = "\x1f"
"""Between two elements of one line."""
_RAISED = re.compile(
    r"cent|decimal|fraction|superscript|\bsup\b|pence|penn[iy]|ören?\b|øre\b|grosz|kuru[sş]", re.IGNORECASE
)
_MARKED_WHOLE = re.compile(r"\s*[$£]\s?\d{1,5}")  # in front of a two-digit element, which are its cents
_CENTS: Final = 2
_BETWEEN_PIECES: Final = 100  # pieces in which the parts of one amount stand
_MARKS: Final = frozenset(".,")
_OUTWARDS: Final = 12
# Soft hyphen, zero-width spaces and joiners, marks of direction, byte order mark.
_WITHOUT_WIDTH: Final = [0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF]
# Signs of units, letters and slashes, in the form that words have them in. Digits are the amounts' own affair.
_FORMS: Final = [0x2113, *range(0x3300, 0x3400), 0xFF0F, *range(0xFF21, 0xFF5B), *range(0x1D400, 0x1D7CC)]
_PLAINLY: Final = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in _FORMS},
    **dict.fromkeys([0x2044, 0x2215, 0x29F8], "/"),
    **dict.fromkeys(_WITHOUT_WIDTH),
}


# Cents as signs of their own: `39⁹⁵ €`.
_RAISED_DIGITS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED_CENTS = re.compile(rf"(?<=\d)[{_RAISED_DIGITS}]{{2}}(?![{_RAISED_DIGITS}\d])")


def _with_mark(cents: re.Match[str]) -> str:
    return "." + "".join(str(_RAISED_DIGITS.index(sign)) for sign in cents[0])


class Lines:
    """Text in lines while it is read, piece by piece, with one sign where elements or lines meet."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self._end = ""
        self._text = ""
        self._block = 0
        self._raised: dict[int, bool] = {}

    def add_text(self, node: LexborNode) -> int | None:
        """Add a text with single spaces, in a line of its own where its block is another; returns where it starts."""
        text = node.text_content or ""
        if not text.isspace() and not text.isascii():
            text = _RAISED_CENTS.sub(_with_mark, text.translate(_PLAINLY))
        if not text or text.isspace():
            self._join(" ")
            return None
        piece = " ".join(f"|{text}|".split())[1:-1]
        is_pair = len(piece) == _CENTS and piece.isdigit()
        if is_pair and self._end.isdigit() and (_MARKED_WHOLE.fullmatch(self._text) or self._is_raised(node.parent)):
            piece, is_pair = f".{piece}", False
        if (block := _block_of(node)) != self._block:
            if self._block:
                self._join("\n")
            self._block = block
        if is_pair and self._text in _MARKS:
            self._close_mark()
        start = self.length
        self._add(piece)
        self._text, self._end = piece, piece.rstrip()[-1:]
        return start

    def add_element(self, node: LexborNode) -> None:
        """Add what an element's start stands for: a new line, or a seam in the line."""
        if node.tag in _LINES:
            self._end, self._block = "", node.mem_id
            self._join("\n")
        elif node.tag != "wbr":
            self._join(SEAM)

    def _close_mark(self) -> None:
        """Put `287`, `.` and the cents that follow, each in a line of its own, into one line."""
        behind = range(len(self.parts) - 1, max(len(self.parts) - 1 - _BETWEEN_PIECES, -1), -1)
        texts = [at for at in behind if not self.parts[at].isspace()][:2]
        if len(texts) == 2 and self.parts[texts[0]] == self._text and self.parts[texts[1]].isdigit():  # noqa: PLR2004
            whole = texts[1]
            signs = range(whole + 1, len(self.parts))
            self.parts[whole + 1 :] = [SEAM if self.parts[at] == "\n" else self.parts[at] for at in signs]

    def _is_raised(self, node: LexborNode | None) -> bool:
        """Whether an element's text is the cents of an amount, drawn without a decimal mark."""
        if node is None:
            return False
        if node.mem_id not in self._raised:
            self._raised[node.mem_id] = node.tag == "sup" or bool(_RAISED.search(attribute(node, "class")))
        return self._raised[node.mem_id]

    def _join(self, sign: str) -> None:
        if not self.parts or self.parts[-1] not in {sign, "\n"}:
            self._add(sign)

    def _add(self, piece: str) -> None:
        self.parts.append(piece)
        self.length += len(piece)


def starts_no_line(node: LexborNode) -> bool:
    """Whether a text or an element stands in the line of what is beside it."""
    return not node.is_element_node or node.tag not in _LINES


def _block_of(node: LexborNode) -> int:
    """Identity of the nearest element around a text that makes lines of its own."""
    steps = islice(lineage(node.parent), _OUTWARDS)
    return next((step.mem_id for step in steps if step.tag in _LINES), 0)

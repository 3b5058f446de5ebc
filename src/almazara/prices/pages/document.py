"""Bytes to a parsed document, and the few ways in which its text is taken."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

from almazara.prices.money import Mark
from almazara.prices.pages.shape import parsed_within_bounds

LARGEST_PAGE: Final = 20_000_000
_OF_NO_BROWSER: Final = frozenset(
    (
        *("base64", "bz2", "hex", "idna", "punycode", "quopri", "raw-unicode-escape", "rot-13", "undefined"),
        *("unicode-escape", "uu", "zlib"),
    )
)
_RATING = re.compile(r"うち\s*(\d(?:[.,]\d)?)|(?<![\d.,])(\d[.,]\d+)(?![\d.,])|(?<![\d.,])(\d)(?![\d.,])")
_GROUPED_COUNT = re.compile(r"\d{1,3}(?:[.,'\u2019 ]\d{2,3})*[.,'\u2019 ]\d{3}(?!\d)|\d+")
_FIVE: Final = 5
_MOST_DIGITS: Final = 12
_LONGEST_BEGINNING: Final = 5_000
_MOST_PARTS: Final = 1_000
_WITH_POINT: Final = frozenset({"en", "ja", "zh", "ko", "he", "th"})
_WITH_COMMA: Final = frozenset(
    {"es", "de", "fr", "it", "nl", "pt", "tr", "pl", "sv", "da", "nb", "no", "fi", "ru", "cs", "el"}
)
_COUNTRIES_WITH_POINT: Final = frozenset({"gb", "us", "mx", "ch", "au", "ie"})
_COUNTRIES_WITH_COMMA: Final = frozenset(
    {
        "es",
        "de",
        "at",
        "fr",
        "be",
        "it",
        "nl",
        "pt",
        "br",
        "tr",
        "pl",
        "se",
        "dk",
        "no",
        "fi",
        "ru",
        "cz",
        "gr",
        "ar",
        "cl",
        "co",
    }
)


def decoded(html: str | bytes, headers: Mapping[str, str]) -> str:
    """The page as text: byte order mark, then header, then meta element, then UTF-8, then Windows-1252.

    A charset that no browser knows, such as Python's `idna` or `zlib`, counts as none.
    """
    if isinstance(html, str):
        return html
    content_type = next((v for k, v in headers.items() if k.lower() == "content-type"), None)
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(html)
    if declared in _OF_NO_BROWSER:
        return html.decode(_undeclared_charset(html), "replace")
    return html_to_unicode(content_type, html, auto_detect_fun=_undeclared_charset)[1]


def _undeclared_charset(html: bytes) -> str:
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def parsed(html: str) -> LexborHTMLParser | None:
    """The document; None when the text is empty or too large.

    Raises:
        OverloadError: for a text of more elements than any page of goods.
    """
    if not html.strip() or len(html) > LARGEST_PAGE:
        return None
    return parsed_within_bounds(html.replace("\x00", ""))


def text_of(node: LexborNode | None) -> str:
    """All text below a node with single spaces; empty for no node. Scripts and styles must be stripped before."""
    return " ".join(node.text(separator=" ").split()) if node is not None else ""


def beginning_of(node: LexborNode) -> str:
    """The text below a node, of a long one its beginning: elements in one another share theirs."""
    if node.child is None or (node.child.next is None and node.child.is_text_node):
        return text_of(node)
    texts: list[str] = []
    left = _LONGEST_BEGINNING
    for one in islice(node.traverse(include_text=True), _MOST_PARTS):
        if one.is_text_node and left > 0:
            texts.append((one.text_content or "")[:left])
            left -= len(texts[-1])
    return " ".join(" ".join(texts).split())


def first_text(within: LexborHTMLParser | LexborNode, selectors: tuple[str, ...]) -> str | None:
    """Text of the first selector that finds some."""
    nodes = (node for selector in selectors for node in within.css(selector))
    return next((text for node in nodes if (text := text_of(node))), None)


def lineage(node: LexborNode | None) -> Iterator[LexborNode]:
    """A node, then each element that it stands in, outwards."""
    while node is not None:
        yield node
        node = node.parent


def decimal_mark(tree: LexborHTMLParser) -> Mark | None:
    """The decimal mark of the language that a page says it is in; None where it says none, or its countries differ."""
    language, _, country = attribute(tree.css_first("html"), "lang").lower().replace("_", "-").partition("-")
    if country in _COUNTRIES_WITH_POINT or (language in _WITH_POINT and country != "za"):
        return "."
    return "," if language in _WITH_COMMA and (country == "" or country in _COUNTRIES_WITH_COMMA) else None


def attribute(node: LexborNode | None, name: str) -> str:
    """An attribute's value without surrounding space; empty when there is none."""
    return (node.attributes.get(name) or "").strip() if node is not None else ""


def rating_in(text: str | None) -> Decimal | None:
    """Stars in `4,6 de 5 estrellas`, `5つ星のうち4.4`; None outside 0 to 5."""
    matches = _RATING.findall(text or "")
    decimal = next((m[0] or m[1] for m in matches if m[0] or m[1]), None) or next((m[2] for m in matches), None)
    if decimal is None:
        return None
    stars = Decimal(decimal.replace(",", "."))
    return stars if 0 <= stars <= _FIVE else None


def count_in(text: str | None) -> int | None:
    """The first whole number of a text, its grouping in any style: `1.033 avaliações`, `(3,098)`."""
    plain = (text or "").replace("\u00a0", " ").replace("\u202f", " ")
    match = _GROUPED_COUNT.search(plain)
    if match is None or plain[match.end() : match.end() + 1].upper() in {"K", "M", "."}:
        return None
    digits = re.sub(r"\D", "", match[0])
    return int(digits) if len(digits) <= _MOST_DIGITS else None

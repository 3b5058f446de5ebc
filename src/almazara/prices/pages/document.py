"""Bytes to a parsed document, and the few ways in which its text is taken."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

LARGEST_PAGE: Final = 20_000_000
# The parser's time grows with the square of the nesting: no real page leaves this many elements open.
_MOST_OPEN_ELEMENTS: Final = 30_000

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([-\w]{2,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([-\w]{2,40})", re.IGNORECASE)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOLDED_CHARSETS: Final = {"iso8859-1": "cp1252", "ascii": "cp1252"}  # as browsers do
_RATING = re.compile(r"うち\s*(\d(?:[.,]\d)?)|(?<![\d.,])(\d[.,]\d+)(?![\d.,])|(?<![\d.,])(\d)(?![\d.,])")
_GROUPED_COUNT = re.compile(r"\d{1,3}(?:[.,'\u2019 ]\d{2,3})*[.,'\u2019 ]\d{3}(?!\d)|\d+")
_FIVE: Final = 5


def decoded(html: str | bytes, headers: Mapping[str, str]) -> str:
    """The page as text: byte order mark, then header, then meta element, then UTF-8, then Windows-1252."""
    if isinstance(html, str):
        return html
    for mark, name in _BOMS:
        if html.startswith(mark):
            return html.decode(name, "replace")
    content_type = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
    for charset in (_charset(_HEADER_CHARSET.search(content_type)), _charset(_META_CHARSET.search(html[:4096]))):
        if charset:
            return html.decode(charset, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        return html.decode("cp1252", "replace")


def _charset(match: re.Match[str] | re.Match[bytes] | None) -> str | None:
    """The name of a text codec that Python knows, or None."""
    if match is None:
        return None
    name = match[1] if isinstance(match[1], str) else match[1].decode("ascii", "ignore")
    try:
        codec = codecs.lookup(name)
        b"".decode(name)  # refuses codecs that are not text, such as hex
    except (LookupError, ValueError):
        return None
    return _FOLDED_CHARSETS.get(codec.name, codec.name)


def parsed(html: str) -> LexborHTMLParser | None:
    """The document; None when the text is empty, too large, or leaves too many elements open."""
    if not html.strip() or len(html) > LARGEST_PAGE:
        return None
    if html.count("<") - 2 * html.count("</") > _MOST_OPEN_ELEMENTS:
        return None
    return LexborHTMLParser(html.replace("\x00", ""))


def text_of(node: LexborNode | None) -> str:
    """All text below a node with single spaces; empty for no node. Scripts and styles must be stripped before."""
    return " ".join(node.text(separator=" ").split()) if node is not None else ""


def first_text(within: LexborHTMLParser | LexborNode, selectors: tuple[str, ...]) -> str | None:
    """Text of the first selector that finds some."""
    for selector in selectors:
        for node in within.css(selector):
            if text := text_of(node):
                return text
    return None


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
    return int(re.sub(r"\D", "", match[0]))

"""What a page may make the parser do: a page is parsed only where that surely takes a time like its size.

For many tags a parser walks through the elements that are open, and formatting that is never closed it opens again in
each paragraph: its time, and the number of its elements, can grow with the square of a page's tags. So a page of many
tags is parsed by beginnings that grow by a step, each of which is looked at before the next.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages.outcome import OverloadError

MOST_OPEN: Final = 400
"""Elements in one another; real pages have up to 43, and browsers draw no more than 512."""
MOST_ELEMENTS: Final = 50_000
"""Elements of a page; real ones have up to 8,400."""
MOST_ATTRIBUTES: Final = 400
"""Attributes of an element, of which each is compared with those before it; real ones have up to 55."""
_LONGEST_NAMES: Final = 20_000
"""Characters of the names in an element's `class` or `id`, which are looked through for each price within it."""
_MOST_TAGS: Final = 2 * MOST_ELEMENTS
_STEP: Final = 12_000  # tags
_SHORT_STEP: Final = 2_500  # at least, where they may be formatting that is opened again
_MOST_REOPENED: Final = 1_000_000  # elements that formatting can become in a step
_FEW_TAGS: Final = 2_000  # which cannot become too many elements, nor stand too deep, to be looked at once
_MOST_ALIKE: Final = 30
_MOST_SAME: Final = 3
_MARK: Final = "almazara-mark"
_MOST_ROOTS: Final = 50  # each `<html>` and `<body>` adds its attributes to the first one's
_TOO_DEEP: Final = "*" + ">*" * MOST_OPEN

_VALUE: Final = r"\"[^\"]*+\"?+|'[^']*+'?+|[^\s>\"'][^\s>]*+"
_ATTRIBUTE: Final = rf"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:{_VALUE})?+)?+"
_TOO_WIDE = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE}){{{MOST_ATTRIBUTES + 1}}}")
# It begins with the letters that it may begin with, in both cases: asked to ignore case it takes four times as long.
_NAMING: Final = r"[cCiI](?<![\w-].)(?:(?<=[cC])[lL][aA][sS][sS]|(?<=[iI])[dD])"
_NAMED = re.compile(rf"{_NAMING}\Z")
_TOO_LONG = re.compile(rf"{_NAMING}\s*+=\s*+[^\s>\"']{{{_LONGEST_NAMES}}}")
_PLAIN: Final = r"(?:\s++[\w-]++(?:=\"[^\"<>]*+\")?+)*+\s*+>"
_FORMATTING = re.compile(
    rf"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])(?:{_PLAIN})?+", re.IGNORECASE
)
_ROOT = re.compile(r"<(?:html|body)(?=[\s/>])", re.IGNORECASE)


def parsed_within_bounds(html: str) -> LexborHTMLParser:
    """The document of a text.

    Raises:
        OverloadError: for one with more elements, or more of them in one another, than any page of goods.
    """
    tags = html.count("<")
    if tags > _MOST_TAGS or (tags > _FEW_TAGS and len(_ROOT.findall(html)) > _MOST_ROOTS):
        raise OverloadError("has more tags than any page of goods")
    _check_attributes(html)
    if _has_long_names(html):
        raise OverloadError(f"names an element in more than {_LONGEST_NAMES} characters")
    for beginning in _beginnings(html, tags):
        _check(LexborHTMLParser(beginning))
    return _check(LexborHTMLParser(html))


def _check_attributes(html: str) -> None:
    """Refuse an element of too many attributes; what looks like one in a script, a comment or a value is none."""
    at = 0
    for _ in range(_MOST_ALIKE):
        if (found := _TOO_WIDE.search(html, at)) is None:
            return
        if LexborHTMLParser(f"{html[: found.start()]}<{_MARK}>").css_first(_MARK) is not None:
            break
        ends = (html.find(sign, found.start() + 1) for sign in (">", "</"))
        at = min((end for end in ends if end >= 0), default=len(html))
    raise OverloadError(f"has an element of more than {MOST_ATTRIBUTES} attributes")


def _has_long_names(html: str) -> bool:
    """Whether an element is named at length, asked only of what stands long without a quotation mark."""
    if any(_is_naming(before) for mark in "\"'" for before, _ in _long_parts(html, mark)):
        return True
    return any(_TOO_LONG.search(part) for _, part in _long_parts(html, '"'))


def _long_parts(html: str, mark: str) -> Iterator[tuple[str, str]]:
    """What stands before and in each part of at least _LONGEST_NAMES characters without a mark."""
    marked = html + mark
    begin = start = 0
    while start + _LONGEST_NAMES <= len(html):
        last = marked.rfind(mark, start, start + _LONGEST_NAMES)
        if last < 0:
            last = marked.find(mark, start)
            yield marked[begin:start].removesuffix(mark), marked[start:last]
            begin = start  # this part stands before the next one
        start = last + 1


def _is_naming(before: str) -> bool:
    """Whether a quoted value after it is the one of a `class` or an `id`."""
    name, _, rest = before.rpartition("=")
    return not rest.strip() and _NAMED.search(name.rstrip()[-len("-class") :]) is not None


def _reopened_at_once(html: str) -> int:
    """How many elements of formatting can be opened again at one place, at most.

    Of those that are the same in all (where nothing about them needs to be parsed to see it), three:
    https://html.spec.whatwg.org/multipage/parsing.html#push-onto-the-list-of-active-formatting-elements.
    """
    found = Counter(_FORMATTING.findall(html))
    return sum(min(count, _MOST_SAME) if tag.endswith(">") else count for tag, count in found.items())


def _beginnings(html: str, tags: int) -> Iterator[str]:
    """Parts of a page from its start on, each by a step longer than the one before."""
    if tags <= _FEW_TAGS:
        return
    step = min(_STEP, max(_SHORT_STEP, _MOST_REOPENED // max(_reopened_at_once(html), 1)))
    if tags <= step:
        return
    every = (found.start() for found in re.finditer("<", html))
    yield from (html[:end] for end in islice(every, step, None, step))


def _check(tree: LexborHTMLParser) -> LexborHTMLParser:
    if tree.css_first(_TOO_DEEP) is not None:
        raise OverloadError(f"has more than {MOST_OPEN} elements in one another")
    if len(tree.css("*")) > MOST_ELEMENTS:
        raise OverloadError(f"has more than {MOST_ELEMENTS} elements")
    return tree

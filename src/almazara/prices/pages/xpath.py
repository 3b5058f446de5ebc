"""Places on a page named in XPath, for shops' own rules; lxml reads them, for the readers of pages know CSS only."""

import re
from itertools import islice
from typing import Any, Final

from almazara.errors import InputError, MissingExtraError

IS_XPATH: Final = re.compile(r"\(?/|[a-z-]+\(.*//")
"""How an XPath begins, and no CSS selector does."""


def xpath_texts(html: str, path: str, most: int) -> list[str]:
    """The texts at a path, in the page's order, the first `most` of them.

    Raises:
        InputError: for a path that is none.
        MissingExtraError: when lxml is not installed.
    """
    try:
        from lxml import etree
        from lxml import html as lxml_html
    except ImportError as error:
        raise MissingExtraError("xpath", "A place in XPath") from error
    try:
        find = etree.XPath(path, regexp=False, smart_strings=False)
        found = find(lxml_html.document_fromstring(html))
    except (etree.XPathError, etree.ParserError, ValueError) as error:
        raise InputError(f"{path!r} is no XPath: {error}.") from error
    values = found if isinstance(found, list) else [found]
    return [text for value in islice(values, most) if (text := _text(value))]


def _text(value: Any) -> str:  # noqa: ANN401 - what an XPath may find: an element, a text, a number
    if isinstance(value, bool):
        return ""
    text = value.xpath("string()") if hasattr(value, "xpath") else str(value)
    return " ".join(text.split())

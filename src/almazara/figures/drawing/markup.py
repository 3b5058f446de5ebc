"""Text that stands safely inside SVG and HTML."""

import re
from html import escape
from typing import Final

# What XML has no way to write: control characters, half a pair of UTF-16, the two that are no characters.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """The text as the content of an element or of an attribute, whatever is in it."""
    return escape(_NOT_XML.sub("", text))


def path(look: str, outline: str, inside: str = "") -> str:
    """A path; nothing where it has no outline."""
    if not outline:
        return ""
    return f'<path class="{look}" d="{outline}"' + (f">{inside}</path>" if inside else "/>")


def words(look: str, left: str, top: float, text: str, *, anchor: str = "", shift: float = 0) -> str:
    """A line of text; `left`, in percent or pixels, is where its anchor is, `shift` so many pixels away from there."""
    side = f' text-anchor="{anchor}"' if anchor not in {"", "start"} else ""
    moved = f' dx="{shift:g}"' if shift else ""
    return f'<text class="{look}" x="{left}" y="{top:.4g}"{moved}{side}>{escaped(text)}</text>'

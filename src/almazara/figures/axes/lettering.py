"""How wide words are: for labels that must not meet, where nothing can be asked that draws them."""

import unicodedata
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import Final

# Advance widths of Public Sans 600 in thousandths of its size, rounded up; digits are as wide as the widest.
_GROUPS: Final = {
    240: " \u00a0",
    250: ".:`·\u2019",
    260: "'i\u2018",
    270: "!,;|¡",
    280: "j",
    300: "I",
    320: "(lł",
    330: ")[]",
    370: "{}/\\",
    390: "-",
    400: "Jf",
    410: "rtªº",
    440: "*",
    460: '"“”',
    480: "^«°",
    500: "z»",
    520: "sv",
    540: "?_¿",
    560: "acy\u00d7",
    580: "+<=>Lekox\u2013\u2212",
    600: "hnu~ø",
    610: "#FTbdpqßŁ",
    660: "0123456789EYg€£PZ",
    680: "$B",
    690: "RSV",
    720: "ACDKUX",
    750: "&GO",
    770: "HNQØ",
    790: "w",
    840: "@…",
    890: "m",
    920: "Mæ",
    950: "%œ",
    970: "W",
    1010: "Æ",
    1140: "Œ—",
}
_WIDTHS: Final = {letter: width for width, letters in _GROUPS.items() for letter in letters}
_WIDE, _UNKNOWN = 1000, 720


def text_width(text: str, size: float) -> float:
    """About how many pixels a text takes, `size` pixels high; rather too many than too few."""
    return sum(map(_advance, text)) * size / 1000


@lru_cache(4096)
def _advance(letter: str) -> int:
    bare = unicodedata.normalize("NFD", letter)[0]
    if bare in _WIDTHS:
        return _WIDTHS[bare]
    if unicodedata.combining(bare):
        return 0
    return _WIDE if unicodedata.east_asian_width(bare) in "WF" else _UNKNOWN


def shortened(text: str, size: float, room: float) -> str:
    """The text as far as there is room for it, with `…` where it is cut."""
    if text_width(text, size) <= room:
        return text
    left = room - text_width("…", size)
    ends = accumulate(_advance(letter) * size / 1000 for letter in text)
    return text[: sum(1 for _ in takewhile(lambda end: end <= left, ends))].rstrip() + "…"


def in_lines(text: str, size: float, room: float, most: int) -> list[str]:
    """The text as far as there is room in so many lines, one at least, broken between words."""
    words, lines = text.split(), list[str]()
    while len(lines) < most - 1 and words:
        ends = accumulate(text_width(f"{word} ", size) for word in words)
        first = max(sum(1 for _ in takewhile(lambda end: end <= room, ends)), 1)
        lines.append(shortened(" ".join(words[:first]), size, room))
        words = words[first:]
    return [*lines, shortened(" ".join(words), size, room)] if words or not lines else lines

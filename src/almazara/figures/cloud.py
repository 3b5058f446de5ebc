"""A cloud of words: the heavier a word, the larger and the nearer to the middle; none lies over another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almazara.figures.axes.lettering import text_width
from almazara.figures.drawing.markup import escaped

Floats = NDArray[np.float64]
Pairs = Floats
"""(n, 2): widths and heights, or places to the right of and below a middle."""

_MOST, _FOREMOST = 100, 12  # words in all, and of the stronger colour
_NARROW, _WIDE = 350, 920  # pixels of a cloud on a phone, and on a page
_FULL: Final = 0.6  # of the area that words shall cover
_SMALLEST: Final = 12.0  # pixels of letters
_GAP: Final = 4.0  # pixels between two words
_UP, _DOWN = 0.84, 0.24  # of its size, how far a word reaches above and below where its letters stand
_THIN: Final = 0.1  # of its size, how wide a word is at least
_PLACES, _BLOCK = 1 << 13, 1 << 5  # that are tried, in all and at once
_TURN: Final = 2.399963229728653  # radians between two of them: the golden angle, which spreads them evenly


@dataclass(frozen=True, slots=True)
class Word:
    """A word's place: its box, in pixels from the top left of its cloud, and how large its letters are."""

    text: str
    size: float
    left: float
    top: float
    width: float
    height: float


def cloud(weights: Mapping[str, float], *, label: str, width: int | None = None) -> str:
    """A cloud as SVG, of the hundred heaviest words at most; the same words always lie in the same places.

    Args:
        weights: How much each word weighs, such as how often it occurs.
        label: The sentence for those who do not see it.
        width: Pixels, for files; None: a narrow and a wide picture, of which the stylesheet shows the one that fits.
    """
    if width is not None:
        return _drawn(placed(weights, width), width, label, f'class="cloud" width="{width}"')
    wide = _drawn(placed(weights, _WIDE), _WIDE, label, 'class="cloud f-wide" width="100%"')
    return wide + _drawn(placed(weights, _NARROW), _NARROW, label, 'class="cloud f-narrow" width="100%"')


def placed(weights: Mapping[str, float], width: int) -> list[Word]:
    """The words of a cloud so many pixels wide, the heaviest first."""
    weighed = sorted((-weight, text) for text, weight in weights.items() if 0 < weight < inf and text.strip())
    weighed = weighed[:_MOST]
    if not weighed:
        return []
    texts = [text for _, text in weighed]
    tall = width * (0.5 if width > _WIDE / 2 else 1.2)
    shapes = np.array([(max(text_width(text, 1), _THIN), _UP + _DOWN) for text in texts])
    sizes = _sizes(shapes, np.array([weight for weight, _ in weighed]) / weighed[0][0], width, tall)
    boxes = shapes * sizes[:, None]
    corners = _centers(boxes + _GAP, _spiral() * (width, tall), width) - boxes / 2
    corners += (width / 2, -corners[:, 1].min())
    places = np.column_stack([sizes, corners, boxes]).tolist()
    return [Word(text, *place) for text, place in zip(texts, places, strict=True)]


def _sizes(shapes: Pairs, shares: Floats, width: float, tall: float) -> Floats:
    """How large each word is: its area goes with its weight, together they cover much, and each fits into the width."""
    sizes = np.sqrt(shares)
    sizes *= np.sqrt(width * tall * _FULL / (shapes.prod(axis=1) * shares).sum())
    return np.minimum(np.maximum(np.floor(sizes), _SMALLEST), (width - _GAP) / shapes[:, 0])


def _centers(boxes: Pairs, spots: Pairs, width: float) -> Pairs:
    """The middle of each box: the first of the spots where it meets none before it, and stays within the width.

    Spots where not even the smallest box could lie are not tried again.
    """
    centers, least = np.zeros_like(boxes), boxes.min(axis=0)
    lefts, tops = spots.T.copy()  # each on its own: pairs are three times as slow
    for index, box in enumerate(boxes):
        reach = (width - box[0]) / 2
        centers[index] = _first_free((lefts, tops), reach, centers[:index], (boxes[:index] + box) / 2)
        (left, top), (wide, tall) = centers[index], (box + least) / 2
        free = (np.abs(lefts - left) >= wide) | (np.abs(tops - top) >= tall)
        lefts, tops = lefts[free], tops[free]
    return centers


def _first_free(spots: tuple[Floats, Floats], reach: float, before: Pairs, room: Pairs) -> Pairs:
    """The first spot within reach that is far enough from all placed `before`; below them where there is none."""
    for start in range(0, len(spots[0]), _BLOCK):
        lefts, tops = (places[start : start + _BLOCK, None] for places in spots)
        apart = (np.abs(lefts - before[:, 0]) >= room[:, 0]) | (np.abs(tops - before[:, 1]) >= room[:, 1])
        free = apart.all(axis=1) & (np.abs(lefts[:, 0]) <= reach)
        if free.any():
            found = start + int(free.argmax())
            return np.asarray([spots[0][found], spots[1][found]])
    return np.asarray([0, (before[:, 1] + room[:, 1]).max(initial=0)])


@cache
def _spiral() -> Pairs:
    """(places, 2) places from (0, 0) outwards, evenly spread over a disk so wide that a square of 1 lies in it."""
    index = np.arange(_PLACES)
    radius = np.sqrt(index / _PLACES / 2)
    return np.column_stack([radius * np.cos(index * _TURN), radius * np.sin(index * _TURN)])


def _drawn(words: Sequence[Word], width: int, label: str, look: str) -> str:
    height = ceil(max((word.top + word.height for word in words), default=0))
    inside = "".join(map(_word, words, range(len(words))))
    return f'<svg {look} viewBox="0 0 {width} {height}" role="img" aria-label="{escaped(label)}">{inside}</svg>'


def _word(word: Word, rank: int) -> str:
    """A word; its length is said too, so that it stays in its box whatever the letters it is drawn with."""
    foot = word.top + word.size * _UP
    place = f'x="{word.left:.0f}" y="{foot:.0f}" font-size="{word.size:.3g}" textLength="{word.width:.0f}"'
    tint = "f-word" if rank < _FOREMOST else "f-word n-2"
    return f'<text class="{tint}" {place}>{escaped(word.text)}</text>'

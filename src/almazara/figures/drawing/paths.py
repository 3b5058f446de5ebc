"""Outlines as the text of SVG paths: relative, in tenths of a unit, and no longer than they must be."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final, TypeVar

from almazara.figures.drawing.plane import Corners, Point

Item = TypeVar("Item")
CROWD: Final = 500
"""More dots than these are a crowd, where nobody sees half a pixel."""

_TOUCHING: Final = 20  # tenths: dots of a crowd this near, one below the other, are one stroke


def polyline(points: Iterable[Point | None]) -> str:
    """Points joined by straight lines, broken at None; one by itself is a dot where the ends of lines are round."""
    return "".join(map(_run, runs(points)))


def runs(points: Iterable[Item | None]) -> Iterator[list[Item]]:
    """The stretches between what is None."""
    for known, group in groupby(points, key=lambda point: point is not None):
        if known:
            yield [point for point in group if point is not None]


def staircase(lefts: Sequence[float | None], tops: Iterable[float | None]) -> Iterator[Point | None]:
    """The corners of heights that hold until the next place, whether that has a height or not."""
    height: float | None = None
    end = 0.0
    for left, after, known in zip(lefts, [*lefts[1:], *lefts[-1:]], tops, strict=False):
        top = None if left is None else known
        if top != height:
            if height is not None:
                yield end, height
            yield None if left is None or top is None else (left, top)
        height, end = top, end if left is None else left if after is None else after
    if height is not None:
        yield end, height


def outline(there: Sequence[Point], back: Sequence[Point]) -> str:
    """What lies between two lines over the same places."""
    return _run([*there, *reversed(back)]) + "z" if there else ""


def line(corners: Corners) -> str:
    """From the left and top to the right and bottom."""
    return polyline([corners[:2], corners[2:]])


def rectangles(corners: Iterable[Corners]) -> str:
    """Rectangles."""
    return "".join(
        f"{_run([(left, top), (right, top), (right, bottom), (left, bottom)])}z" for left, top, right, bottom in corners
    )


def dots(points: Iterable[Point]) -> str:
    """Segments without length, that round ends of lines make visible; of those on one spot there is one.

    A crowd lies on a coarser grid, column by column, so that thousands are short.
    """
    places = set(points)
    wide, tall, touching = (20, 10, _TOUCHING) if len(places) > CROWD else (1, 1, 0)
    spots = sorted({(round(left * 10 / wide) * wide, round(top * 10 / tall) * tall) for left, top in places})
    text, here = list[str](), (0, 0)
    for column, (left, group) in enumerate(groupby(spots, key=lambda spot: spot[0])):
        tops = [top for _, top in group]
        for top, length in _strokes(tops if column % 2 == 0 else tops[::-1], touching):
            text.append(f"m{_pair(left - here[0], top - here[1])}" + (f"v{_number(length)}" if length else "z"))
            here = (left, top + length)
    return "".join(text).replace("m", "M", 1)


def _strokes(tops: Sequence[int], touching: int) -> Iterator[tuple[int, int]]:
    """The dots of a column: where each begins, and how long it is; in a crowd, those that touch are one."""
    begin = end = tops[0]
    for top in tops[1:]:
        if abs(top - end) > touching:
            yield begin, end - begin
            begin = top
        end = top
    yield begin, end - begin


def _run(points: Sequence[Point]) -> str:
    places = [(round(left * 10), round(top * 10)) for left, top in points]
    text = [f"M{_pair(*places[0])}"]
    right = down = 0  # what is not written yet: it may go on along an axis
    for (left, top), (next_left, next_top) in pairwise(places):
        more_right, more_down = next_left - left, next_top - top
        if (right == more_right == 0 and down * more_down > 0) or (down == more_down == 0 and right * more_right > 0):
            right, down = right + more_right, down + more_down
        elif more_right or more_down:
            text.append(_move(right, down))
            right, down = more_right, more_down
    text.append(_move(right, down) or "h0" * (len(text) == 1))
    return "".join(text)


def _move(right: int, down: int) -> str:
    if right and down:
        return f"l{_pair(right, down)}"
    return f"h{_number(right)}" if right else f"v{_number(down)}" if down else ""


def _pair(right: int, down: int) -> str:
    return f"{_number(right)}{'' if down < 0 else ' '}{_number(down)}"


@lru_cache(1 << 14)
def _number(tenths: int) -> str:
    return str(tenths / 10).removesuffix(".0")

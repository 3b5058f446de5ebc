"""Outlines as the text of SVG paths: relative, in tenths of a unit, and no longer than they must be."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final, TypeVar

from almazara.figures.plane import Corners, Point

Item = TypeVar("Item")
CROWD: Final = 500
"""More dots than these are a crowd, where nobody sees half a pixel."""

_Move = tuple[int, int]  # to the right and down, in tenths
_TOUCHING: Final = 20  # tenths: dots of a crowd this near, one below the other, are one stroke


def polyline(points: Iterable[Point | None]) -> str:
    """Points joined by straight lines, broken at None; one by itself is a dot where the ends of lines are round."""
    return "".join(map(_run, runs(points)))


def runs(points: Iterable[Item | None]) -> Iterator[list[Item]]:
    """The stretches between what is None."""
    for known, group in groupby(points, key=lambda point: point is not None):
        if known:
            yield [point for point in group if point is not None]


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
    moves = _straightened((after[0] - before[0], after[1] - before[1]) for before, after in pairwise(places))
    return f"M{_pair(*places[0])}" + ("".join(map(_move, moves)) or "h0")


def _straightened(moves: Iterable[_Move]) -> list[_Move]:
    """The moves without those of no length, and as one those that go on along an axis."""
    found: list[_Move] = []
    for right, down in moves:
        before = found[-1] if found else (1, 1)
        if (before[0] == right == 0 and before[1] * down > 0) or (before[1] == down == 0 and before[0] * right > 0):
            found[-1] = (before[0] + right, before[1] + down)
        elif right or down:
            found.append((right, down))
    return found


def _move(move: _Move) -> str:
    right, down = move
    if not down:
        return f"h{_number(right)}"
    return f"l{_pair(right, down)}" if right else f"v{_number(down)}"


def _pair(right: int, down: int) -> str:
    second = _number(down)
    return _number(right) + (second if second.startswith("-") else f" {second}")


def _number(tenths: int) -> str:
    return f"{tenths / 10:.1f}".removesuffix(".0")

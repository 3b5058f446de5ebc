"""The ruler: a number among the others of its kind. A comb of those, a stroke for now, a band for what may come."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from almazara.figures.axes.scales import Extent, measure, tight
from almazara.figures.chart import Scale
from almazara.figures.drawing.markup import escaped, path, words
from almazara.figures.drawing.paths import line, rectangles

_HEIGHT, _WIDTH = 34, 1000.0  # pixels; units, stretched over the room
_WRITTEN, _LETTERS = 50, 46  # pixels: the height with words below, where these stand
_BASE, _TALLEST, _SHORTEST = 22.0, 17.0, 4.0  # pixels: where the comb stands, how high its teeth are
_TOP, _NOTCH = 3.0, 4.0  # pixels: where the band begins, how far a quartile reaches below the base
_TEETH: Final = 60  # at most, so that they stay apart on 160 pixels
_PADDING: Final = 0.04
_GOAL: Final = "M0 25.5l-4.5 7.5h9z"


def ruler(
    comb: Mapping[float, float],
    *,
    label: str,
    now: float | None = None,
    band: tuple[float, float] | None = None,
    target: float | None = None,
    quartiles: Sequence[float] = (),
    ends: Sequence[tuple[float, str]] = (),
    scale: Scale = Scale.NUMBER,
) -> str:
    """A ruler as SVG, as wide as there is room.

    Args:
        comb: How much each value weighs, such as days at a price; the heavier, the taller its tooth.
        label: The sentence for those who do not see it.
        now: Where the stroke is.
        band: Between which values it will most likely be.
        target: Where the triangle points to.
        quartiles: Values with a notch below the base.
        ends: The lowest value and the highest, as they are written below it.
        scale: NUMBER or LOG; on the latter, what is not above 0 is left out.
    """
    extent = tight(scale, [*comb, now, *(band or ()), target, *quartiles, *(value for value, _ in ends)], _PADDING)
    drawn = (
        _band(extent, band)
        + path("f-base", line((0, _BASE, _WIDTH, _BASE)))
        + path("f-notch", _upright(extent, quartiles, _BASE, _BASE + _NOTCH))
        + path("f-comb", _teeth(extent, comb))
        + path("f-now", _upright(extent, [now], 1, _BASE + _NOTCH))
    )
    aim = extent.fraction(target)
    goal = "" if aim is None else f'<svg x="{aim * 100:.4g}%" overflow="visible">{path("f-goal", _GOAL)}</svg>'
    stretched = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT}" preserveAspectRatio="none"'
    return (
        f'<svg class="ruler" width="100%" height="{_WRITTEN if ends else _HEIGHT}" role="img" '
        f'aria-label="{escaped(label)}"><svg class="f-plot" width="100%" height="{_HEIGHT}" {stretched}>{drawn}</svg>'
        f"{goal}{_written(extent, ends)}</svg>"
    )


def _written(extent: Extent, ends: Sequence[tuple[float, str]]) -> str:
    """The words below the ends, each inwards from its value."""
    return "".join(
        words("f-tick", f"{at * 100:.4g}%", _LETTERS, text, anchor=anchor)
        for (value, text), anchor in zip(ends, ("start", "end"), strict=False)
        if (at := extent.fraction(value)) is not None
    )


def _band(extent: Extent, band: tuple[float, float] | None) -> str:
    low, high = map(extent.fraction, band or (None, None))
    if low is None or high is None:
        return ""
    ends = _upright(extent, band or (), _TOP, _BASE)
    return path("f-reach", rectangles([(low * _WIDTH, _TOP, high * _WIDTH, _BASE)])) + path("f-reach-end", ends)


def _upright(extent: Extent, values: Iterable[float | None], top: float, bottom: float) -> str:
    places = (at * _WIDTH for value in values if (at := extent.fraction(value)) is not None)
    return "".join(line((left, top, left, bottom)) for left in places)


def _teeth(extent: Extent, comb: Mapping[float, float]) -> str:
    """The comb's teeth; where they would be too many, those that are next to each other are one."""
    weights = defaultdict[float, float](float)
    for value, weight in comb.items():
        at = extent.fraction(value)
        if at is not None and (measure(Scale.NUMBER, weight) or 0) > 0:
            weights[(int(at * _TEETH) + 0.5) / _TEETH if len(comb) > _TEETH else at] += weight
    most = max(weights.values(), default=1)
    tops = ((at * _WIDTH, _BASE - max(_TALLEST * weight / most, _SHORTEST)) for at, weight in sorted(weights.items()))
    return "".join(line((left, top, left, _BASE)) for left, top in tops)

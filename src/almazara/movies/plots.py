"""Evaluations as pictures: a dot a method with its interval, as SVG text, drawn without a library."""

from __future__ import annotations

from html import escape
from typing import Final

import polars as pl

_WIDTH: Final = 720
_LEFT: Final = 190
_RIGHT: Final = 70
_TOP: Final = 48
_ROW: Final = 26
_TICKS: Final = 4
_STYLE: Final = "font-family:sans-serif;font-size:12px"


def interval_plot(table: pl.DataFrame, metric: str, title: str) -> str:
    """One metric of all methods of a split, the best on top.

    Args:
        table: `evaluation.TABLE` of one split.
        metric: Which metric.
        title: Stands above.
    """
    rows = table.filter(pl.col("metric") == metric).sort("value", "method", descending=[True, False])
    bounded = rows.select("method", "value", low=pl.coalesce("low", "value"), high=pl.coalesce("high", "value"))
    highest = float(rows.select(pl.max_horizontal("value", "high").max()).item() or 0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / highest
    height = _TOP + _ROW * rows.height + 34
    drawn = [
        _method(name, value, (_LEFT + scale * low, _LEFT + scale * value, _LEFT + scale * high), _TOP + _ROW * place)
        for place, (name, value, low, high) in enumerate(bounded.iter_rows())
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" style="{_STYLE}">',
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>',
        f'<text x="12" y="22" font-size="15">{escape(title)}</text>',
        *_axis(highest, scale, height),
        *drawn,
        "</svg>\n",
    ]
    return "\n".join(parts)


def _axis(highest: float, scale: float, height: int) -> list[str]:
    ticks = [highest * place / _TICKS for place in range(_TICKS + 1)]
    return [
        f'<line x1="{_LEFT + scale * tick:.1f}" x2="{_LEFT + scale * tick:.1f}" y1="{_TOP - 12}" y2="{height - 26}" '
        f'stroke="#ddd"/><text x="{_LEFT + scale * tick:.1f}" y="{height - 10}" text-anchor="middle">{tick:.3f}</text>'
        for tick in ticks
    ]


def _method(name: str, value: float, line: tuple[float, float, float], y: int) -> str:
    """The name, the dot and its number; `line` is where the interval begins, the dot is, and the interval ends."""
    low, dot, high = line
    return (
        f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="#5b7f2b" stroke-width="3"/>'
        f'<circle cx="{dot:.1f}" cy="{y}" r="4.5" fill="#2f4d12"/>'
        f'<text x="{high + 8:.1f}" y="{y + 4}">{value:.3f}</text>'
    )

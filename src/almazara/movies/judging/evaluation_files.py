"""Writes an evaluation as tables, a page and pictures; each file is whole or not there."""

import io
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import polars as pl

from almazara.files import unwritable, write_into
from almazara.movies.judging.judgement import PRIMARY, nested, wide
from almazara.movies.judging.trials import Cost

_PAGE: Final = (
    "ndcg_at_10",
    "recall_at_20",
    "capped_recall_at_20",
    "map_at_10",
    "mrr_at_10",
    "coverage_at_10",
    "novelty_at_10",
    "popularity_at_10",
    "gini_at_10",
    *Cost.__slots__,
)
PLOTTED: Final = (PRIMARY, "recall_at_20", "coverage_at_10")


def write(folder: Path, table: pl.DataFrame, described: Mapping[str, Any]) -> None:
    """Write `table.csv`, `table.parquet`, `table.md`, `metrics.json`, `evaluation.json`, and `<split>-<metric>.svg`.

    Args:
        folder: Is made where it is missing; files of an earlier evaluation are replaced one by one, and its
            other pictures go.
        table: `judgement.TABLE`.
        described: What was evaluated on: data, seed, splits, failures.
    """
    parquet = io.BytesIO()
    table.write_parquet(parquet)
    contents = {
        "table.csv": table.write_csv().encode(),
        "table.parquet": parquet.getvalue(),
        "table.md": _page(table, described).encode(),
        # For tools that compare two evaluations: what is the same again for the same seed and data.
        "metrics.json": json.dumps(nested(table.filter(~pl.col("metric").is_in(Cost.__slots__))), indent=1).encode(),
        "evaluation.json": json.dumps(described, ensure_ascii=False, indent=1).encode(),
        **_pictures(table),
    }
    write_into(folder, contents)
    try:
        for picture in {found for metric in PLOTTED for found in folder.glob(f"*-{metric}.svg")}:
            if picture.name not in contents:
                picture.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error


def _pictures(table: pl.DataFrame) -> dict[str, bytes]:
    parts = table.partition_by("split", as_dict=True, maintain_order=True)
    return {
        f"{split}-{metric}.svg": interval_plot(part, metric, f"{metric}, split {split}").encode()
        for (split,), part in parts.items()
        for metric in PLOTTED
    }


def _page(table: pl.DataFrame, described: Mapping[str, Any]) -> str:
    lines = ["# Evaluation", ""]
    for split, about in described["splits"].items():
        rows = table.filter(pl.col("split") == split)
        shown = wide(rows, _PAGE).drop("split")
        bounds = {row["method"]: row for row in rows.filter(pl.col("metric") == PRIMARY).iter_rows(named=True)}
        lines += [f"## Split {split}", "", "; ".join(f"{name} {value}" for name, value in about.items()), ""]
        lines += [f"| {' | '.join([*shown.columns, '95 % of ' + PRIMARY])} |", "|---" * (shown.width + 1) + "|"]
        for row in shown.iter_rows():
            bound = bounds[row[0]]
            cells = [row[0], *(_cell(value) for value in row[1:]), f"{bound['low']:.4f} to {bound['high']:.4f}"]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines += [f"- {name}: {reason}" for name, reason in described["failed"].items()]
    return "\n".join([*lines, f"Seed {described['seed']}; data {described['data']}.", ""])


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


_WIDTH: Final = 720
_LEFT: Final = 190
_RIGHT: Final = 70
_TOP: Final = 48
_ROW: Final = 26
_TICKS: Final = 4
_STYLE: Final = "font-family:sans-serif;font-size:12px"


def interval_plot(table: pl.DataFrame, metric: str, title: str) -> str:
    """One metric of all methods of a split, whose `judgement.TABLE` is given, the best on top."""
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

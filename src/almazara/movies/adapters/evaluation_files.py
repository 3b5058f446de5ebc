"""Writes an evaluation as tables, a page and pictures; each file is whole or not there."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from almazara.errors import UnavailableError
from almazara.movies.evaluation import PRIMARY, wide
from almazara.movies.plots import interval_plot

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
    "train_cpu_seconds",
    "train_wall_seconds",
    "user_milliseconds",
    "peak_megabytes",
)
PLOTTED: Final = (PRIMARY, "recall_at_20", "coverage_at_10")


def write(folder: Path, table: pl.DataFrame, described: Mapping[str, Any]) -> None:
    """Write `table.csv`, `table.parquet`, `table.md`, `evaluation.json`, and `<split>-<metric>.svg`.

    Args:
        folder: Is made where it is missing; files of an earlier evaluation are replaced one by one, and its
            other pictures go.
        table: `evaluation.TABLE`.
        described: What was evaluated on: data, seed, splits, failures.

    Raises:
        UnavailableError: when the folder cannot be written.
    """
    parquet = io.BytesIO()
    table.write_parquet(parquet)
    contents = {
        "table.csv": table.write_csv().encode(),
        "table.parquet": parquet.getvalue(),
        "table.md": _page(table, described).encode(),
        "evaluation.json": json.dumps(described, ensure_ascii=False, indent=1).encode(),
        **_pictures(table),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            partial = folder / f".{name}.partial"
            partial.write_bytes(content)
            partial.replace(folder / name)
        for picture in {found for metric in PLOTTED for found in folder.glob(f"*-{metric}.svg")}:
            if picture.name not in contents:
                picture.unlink()
    except OSError as error:
        raise UnavailableError(f"The folder {folder} cannot be written: {error}.") from error


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

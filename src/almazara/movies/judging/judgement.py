"""The judgement on the lists that a method made: its metrics, and tables of them to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from almazara.movies.judging import metrics
from almazara.movies.judging.splitting import Split
from almazara.movies.judging.trials import Cost

_SHORT: Final = 10
PRIMARY: Final = "ndcg_at_10"
"""The metric that decides between two models."""
TABLE: Final = pl.Schema(
    {**dict.fromkeys(("split", "method", "metric"), pl.String), **dict.fromkeys(("value", "low", "high"), pl.Float64)}
)
"""One row a method and metric; `low` and `high` bound its 95 % interval, null where it has none."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The metrics of one method on one split.

    Attributes:
        per_user: Metrics that every user has, (users,) each.
        whole: Metrics of all lists together.
    """

    per_user: Mapping[str, np.ndarray]
    whole: Mapping[str, float]

    def means(self) -> dict[str, float]:
        """All metrics by name, those of users averaged."""
        return {**{name: float(values.mean()) for name, values in self.per_user.items()}, **self.whole}


def judge(lists: np.ndarray, split: Split) -> Judgement:
    """All metrics of the lists that a method gave the judged users of a split, in their order."""
    short = lists[:, :_SHORT]
    hit, hit_short = metrics.hits(lists, split.truth), metrics.hits(short, split.truth)
    wanted = metrics.relevant(split.truth)
    popularity = np.bincount(split.train.indices, minlength=split.train.shape[1])
    n_users = int(np.count_nonzero(np.diff(split.train.indptr)))
    return Judgement(
        per_user={
            PRIMARY: metrics.ndcg(hit_short, wanted),
            "recall_at_20": metrics.recall(hit, wanted),
            "capped_recall_at_20": metrics.capped_recall(hit, wanted),
            "precision_at_10": metrics.precision(hit_short),
            "map_at_10": metrics.average_precision(hit_short, wanted),
            "mrr_at_10": metrics.reciprocal_rank(hit_short),
            "novelty_at_10": metrics.novelty(short, popularity, n_users),
            "popularity_at_10": metrics.mean_popularity(short, popularity, n_users),
        },
        whole={
            "coverage_at_10": metrics.coverage(short, int(split.candidates.sum())),
            "gini_at_10": metrics.gini(short, split.candidates),
        },
    )


def tidy(split: str, method: str, judged: Judgement, cost: Cost, rng: np.random.Generator) -> pl.DataFrame:
    """The metrics and cost of one method as a frame of TABLE; intervals are drawn with `rng`."""
    found = metrics.intervals(np.column_stack(list(judged.per_user.values())), rng)
    rows: list[tuple[str, float, float | None, float | None]] = [
        (name, one.mean, one.low, one.high) for name, one in zip(judged.per_user, found, strict=True)
    ]
    rows += [(name, value, None, None) for name, value in judged.whole.items()]
    rows += [(name, getattr(cost, name), None, None) for name in Cost.__slots__]
    return pl.DataFrame([(split, method, *row) for row in rows], schema=TABLE, orient="row")


def nested(table: pl.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """A frame of TABLE as nested objects: split, method, metric."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for split, method, metric, value in table.select("split", "method", "metric", "value").iter_rows():
        found.setdefault(split, {}).setdefault(method, {})[metric] = round(value, 6)
    return found


def wide(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """One row a split and method, one column a metric of `names`; in each split the best first."""
    found = table.filter(pl.col("metric").is_in(list(names))).pivot("metric", index=["split", "method"], values="value")
    ordered = found.select("split", "method", *(name for name in names if name in found.columns))
    keys = {"split": False, **({PRIMARY: True} if PRIMARY in ordered.columns else {}), "method": False}
    return ordered.sort(list(keys), descending=list(keys.values()), maintain_order=True)

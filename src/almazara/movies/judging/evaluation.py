"""How well methods recommend to users: lists from a fitted model, their metrics, and tables of them to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.errors import ContractError
from almazara.movies.judging import metrics
from almazara.movies.judging.splitting import Split
from almazara.movies.users.models.protocol import FittedUserModel

LIST_LENGTH: Final = 20
_SHORT: Final = 10
_BLOCK: Final = 1 << 24
PRIMARY: Final = "ndcg_at_10"
"""The metric that decides between two models."""
TABLE: Final = pl.Schema(
    {
        "split": pl.String,
        "method": pl.String,
        "metric": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
"""One row a method and metric; `low` and `high` bound its 95 % interval, null where it has none."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a method took, measured in a process of its own.

    Attributes:
        train_cpu_seconds: Of all its threads.
        train_wall_seconds: By the clock.
        user_milliseconds: By the clock, a user, scored with the others in blocks.
        peak_megabytes: The most memory that its process held, the interpreter and its libraries included.
    """

    train_cpu_seconds: float
    train_wall_seconds: float
    user_milliseconds: float
    peak_megabytes: float


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


def top_lists(
    fitted: FittedUserModel,
    known: sparse.csr_array,
    candidates: np.ndarray,
    rng: np.random.Generator,
    n: int = LIST_LENGTH,
) -> np.ndarray:
    """The `n` best candidates for each profile, without the films that it has.

    Films of equal score stand in one random order for all users: in the catalog's own they would come by id, and
    films with low ids are the better known ones.

    Args:
        fitted: The model.
        known: (users, films) float32, the profiles.
        candidates: (films,) bool, what may be recommended.
        rng: Draws the order of equal films.
        n: Length of the lists.

    Returns:
        (users, n) int32, best first, -1 where there are fewer candidates.

    Raises:
        ContractError: when the model's scores are not finite.
    """
    films = rng.permutation(np.flatnonzero(candidates)).astype(np.int32)
    lists = np.full((known.shape[0], n), -1, dtype=np.int32)
    step = max(1, _BLOCK // known.shape[1])
    for start in range(0, len(lists), step):
        profiles = sparse.csr_array(known[start : start + step])
        scores = np.array(fitted.scores(profiles), dtype=np.float32)
        if not np.isfinite(scores).all():
            raise ContractError("The model gave scores that are not finite.")
        scores[profiles.nonzero()] = -np.inf
        lists[start : start + step, : min(n, len(films))] = _best(scores[:, films], films, n)
    return lists


def _best(scores: np.ndarray, films: np.ndarray, n: int) -> np.ndarray:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    return np.where(np.take_along_axis(scores, order, axis=1) > -np.inf, films[order], -1)


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


def wide(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """One row a split and method, one column a metric of `names`; in each split the best first."""
    found = table.filter(pl.col("metric").is_in(list(names))).pivot("metric", index=["split", "method"], values="value")
    ordered = found.select("split", "method", *(name for name in names if name in found.columns))
    keys = {"split": False, **({PRIMARY: True} if PRIMARY in ordered.columns else {}), "method": False}
    return ordered.sort(list(keys), descending=list(keys.values()), maintain_order=True)

"""Whether a newly trained model may take the place of the published one: both judged on the same held-out pairs."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.cleaning import schema as s
from almazara.movies.judging import metrics
from almazara.movies.judging.judgement import PRIMARY, Judgement
from almazara.movies.judging.metrics import Interval
from almazara.movies.judging.splitting import Pairs, Split

_EVIDENCE: Final = 0.8
"""The share of replicates that must find the challenger worse."""


class Verdict(StrEnum):
    """What becomes of a challenger."""

    BETTER = "better"
    NOT_WORSE = "not_worse"
    WORSE = "worse"
    NOTHING_TO_COMPARE = "nothing_to_compare"
    NO_RATINGS = "no_ratings"

    @property
    def publishes(self) -> bool:
        """Whether the challenger takes the champion's place."""
        return self not in {Verdict.WORSE, Verdict.NO_RATINGS}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A challenger beside the champion.

    Attributes:
        difference: By which share its NDCG@10 is above the champion's; None where they were not compared.
        risk: The share of bootstrap replicates in which it loses more than the margin.
        challenger: Its metrics; None where it was not judged.
        champion: Those of the champion.
    """

    verdict: Verdict
    difference: Interval | None = None
    risk: float | None = None
    challenger: Judgement | None = None
    champion: Judgement | None = None

    def described(self) -> dict[str, Any]:
        """For the manifest and for who asks."""
        return {
            "verdict": self.verdict.value,
            "challenger": _rounded(self.challenger),
            "champion": _rounded(self.champion),
            "relative_difference": _described(self.difference),
            "risk": self.risk,
        }


def compare(challenger: Judgement, champion: Judgement, margin: float, rng: np.random.Generator) -> Comparison:
    """Worse is who loses more than the margin of the champion's NDCG@10, in four of five bootstrap replicates.

    A challenger that measures a little lower on a few users is not proven worse; one that is, at this evidence, is
    kept back. Replicates are paired: both models answer the same drawn users, and are judged on the same ones in the
    same order. The margin is the share that may be lost, for example 0.01.
    """
    ours, theirs = challenger.per_user[PRIMARY], champion.per_user[PRIMARY]
    replicates = metrics.relative_replicates(ours, theirs, rng)
    low, high = np.quantile(replicates, [0.025, 0.975])
    found = Interval(metrics.relative_difference(ours, theirs), float(low), float(high))
    risk = float(np.mean(replicates < -margin))
    return Comparison(_verdict(risk, low), found, risk, challenger, champion)


def _verdict(risk: float, low: float) -> Verdict:
    if risk >= _EVIDENCE:
        return Verdict.WORSE
    return Verdict.BETTER if low > 0 else Verdict.NOT_WORSE


def without_held_out(ratings: pl.DataFrame, pairs: Pairs, split: Split) -> sparse.csr_array:
    """What the champion may learn from: its own ratings without the pairs that it must find.

    Args:
        ratings: `schema.RATINGS` that the champion was built on; those of films that are not among the new ones go.
        pairs: The new ratings' pairs.
        split: What is held out of them.

    Returns:
        (users of the champion, films of `pairs`) float32.
    """
    row, film = split.truth.nonzero()
    held_out = pl.DataFrame({s.USER_ID: pairs.users[split.judged[row]], s.FILM_ID: pairs.films[film]})
    columns = pl.DataFrame({s.FILM_ID: pairs.films}).with_row_index("column")
    kept = ratings.join(held_out, on=[s.USER_ID, s.FILM_ID], how="anti").join(columns, on=s.FILM_ID)
    users, user = np.unique(kept[s.USER_ID].to_numpy(), return_inverse=True)
    ones = np.ones(kept.height, dtype=np.float32)
    return sparse.csr_array((ones, (user, kept["column"].to_numpy())), shape=(len(users), len(pairs.films)))


def _rounded(judged: Judgement | None) -> dict[str, float]:
    return {name: round(value, 6) for name, value in judged.means().items()} if judged else {}


def _described(difference: Interval | None) -> dict[str, float] | None:
    return {name: round(value, 6) for name, value in asdict(difference).items()} if difference else None

"""An evaluation made by hand: three kinds of method on two ways to hold out, one of which was not measured."""

from collections.abc import Sequence
from datetime import UTC, datetime

from almazara.movies.judging.kept_evaluation import (
    EvaluationAnswer,
    MeasuredMethod,
    MeasuredMetric,
    MeasuredSplit,
    MethodCost,
    NotMeasured,
)

COST = MethodCost(1.5, 2.0, 0.1, 300.0)


def ndcg(value: float, half: float = 0.1) -> MeasuredMetric:
    """The metric that decides, with its interval."""
    return MeasuredMetric("ndcg_at_10", value, value - half, value + half)


def evaluation(
    methods: Sequence[MeasuredMethod], version: str | None, source: str, cold_users: int, missing: NotMeasured
) -> EvaluationAnswer:
    """All methods on random ratings, the first alone on cold films."""
    splits = [
        MeasuredSplit("random", 30, 240, 60, 40, "ab", list(methods)),
        MeasuredSplit("cold", cold_users, 240, 60, 8, "cd", list(methods[:1])),
    ]
    made = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    return EvaluationAnswer(version, False, made, source, 0, "ndcg_at_10", splits, [missing], "")

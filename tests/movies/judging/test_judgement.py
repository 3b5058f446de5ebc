"""Metrics of lists, their tables and pictures."""

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.judging import judgement
from almazara.movies.judging.evaluation_files import interval_plot
from almazara.movies.judging.splitting import Split
from almazara.movies.judging.trials import Cost

COST = Cost(1.0, 0.5, 0.1, 100.0)


def matrix(*rows):
    return sparse.csr_array(np.array(rows, dtype=np.float32))


def split_of(known, truth):
    return Split("random", known, known, truth, np.arange(known.shape[0]), np.ones(known.shape[1], dtype=bool))


def judged(*found, truth):
    known = sparse.csr_array(truth.shape, dtype=np.float32)
    return judgement.judge(np.array(found, dtype=np.int32), split_of(known, truth))


def test_all_metrics_of_perfect_lists():
    means = judged([0, 1, -1], [2, -1, -1], truth=matrix([1, 1, 0, 0], [0, 0, 1, 0])).means()
    assert means["ndcg_at_10"] == means["recall_at_20"] == means["map_at_10"] == means["mrr_at_10"] == 1
    assert means["coverage_at_10"] == 0.75


def test_the_tidy_table_has_intervals_for_metrics_of_users_and_the_cost():
    made = judged([0, 1], [2, 3], [0, 3], truth=matrix([1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]))
    table = judgement.tidy("random", "made", made, COST, np.random.default_rng(0))
    assert table.schema == judgement.TABLE
    primary = table.row(by_predicate=pl.col("metric") == "ndcg_at_10", named=True)
    assert primary["low"] < primary["value"] < primary["high"]
    assert table.row(by_predicate=pl.col("metric") == "peak_megabytes", named=True)["value"] == 100
    assert table.equals(judgement.tidy("random", "made", made, COST, np.random.default_rng(0)))


def table_of(**values):
    rows = [("random", name, "ndcg_at_10", value, value - 0.01, value + 0.01) for name, value in values.items()]
    return pl.DataFrame(rows, schema=judgement.TABLE, orient="row")


def test_the_wide_table_has_the_best_first():
    assert judgement.wide(table_of(a=0.1, b=0.3, c=0.2), ["ndcg_at_10"])["method"].to_list() == ["b", "c", "a"]


def test_a_picture_names_each_method_with_its_value_and_escapes_them():
    picture = interval_plot(table_of(**{"a<b": 0.25, "c": 0.5}), "ndcg_at_10", "NDCG & more")
    assert picture.startswith("<svg ")
    assert picture.index(">c<") < picture.index("a&lt;b")
    assert all(text in picture for text in ("0.250", "0.500", "NDCG &amp; more"))

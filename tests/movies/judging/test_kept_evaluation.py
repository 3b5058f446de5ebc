"""The newest evaluation in the home folder: kept whole, told in both languages, and replaced by a newer one."""

from dataclasses import replace

import pytest

from almazara.errors import UnavailableError
from almazara.movies.judging.kept_evaluation import (
    MeasuredMethod,
    MeasuredMetric,
    NotMeasured,
    read_evaluation,
    write_evaluation,
)
from almazara.words.numbers import Language
from made_evaluations import COST, evaluation, ndcg
from sample_catalog import settings_for

METHODS = [
    MeasuredMethod(name, library, library is None, [MeasuredMetric("recall_at_20", 0.9, None, None), ndcg(value)], COST)
    for name, library, value in (("hybrid", None, 0.4256), ("implicit_als", "implicit", 0.385))
]
EVALUATION = evaluation(
    METHODS, "v2", "published version v2", 30, NotMeasured("random ease", "The method ease ended with code -9.")
)


@pytest.fixture
def settings(tmp_path):
    return settings_for(tmp_path)


def test_what_is_kept_is_read_as_it_was_and_replaced_by_what_comes_later(settings):
    assert read_evaluation(settings) is None
    write_evaluation(settings, EVALUATION)
    assert read_evaluation(settings) == EVALUATION
    write_evaluation(settings, replace(EVALUATION, version=None))
    assert read_evaluation(settings).version is None
    assert [path.name for path in (settings.home_path / "evaluation").iterdir()] == ["latest.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 3}'])
def test_a_damaged_file_is_no_evaluation(settings, content):
    write_evaluation(settings, EVALUATION)
    (settings.home_path / "evaluation" / "latest.json").write_bytes(content)
    assert read_evaluation(settings) is None


def test_a_folder_that_cannot_be_written_is_said(settings):
    (settings.home_path / "evaluation").write_text("no folder")
    with pytest.raises(UnavailableError, match="cannot be written"):
        write_evaluation(settings, EVALUATION)


def test_the_best_method_of_the_first_split_is_told_with_its_interval():
    assert EVALUATION.told(Language.ES, None).mensaje == (
        "Medidos el 01/03/2026. En la partición random el mejor de 2 métodos es hybrid: NDCG@10 de 0,426, "
        "entre 0,326 y 0,526."
    )
    assert EVALUATION.told(Language.EN, None).mensaje.startswith(
        "Measured on 1 Mar 2026. On the split random the best "
    )


@pytest.mark.parametrize(
    ("version", "served", "is_served"),
    [("v2", "v2", True), ("v2", "v3", False), ("v2", None, False), (None, None, False)],
)
def test_an_evaluation_says_whether_what_it_measured_is_in_use(version, served, is_served):
    assert replace(EVALUATION, version=version).told(Language.ES, served).servida is is_served

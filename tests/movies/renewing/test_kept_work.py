"""What a retraining that was cut off had done already is not done again, and is never taken for something else."""

import os
import signal
import subprocess
import sys
from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from almazara.artifacts import ArtifactStore
from almazara.movies.building import Raw, read_clean
from almazara.movies.judging.trials import Trials
from almazara.movies.renewing import training
from almazara.movies.renewing.kept_work import KeptWork, digest, state_of
from made import made_once
from rated_films import own_home, publish_rated, tastes, write_rated
from sample_catalog import settings_for
from waiting import no_progress, wait_for


class CutOffError(BaseException):
    """Like a signal that ends the process."""


def cut_off(folder, work):
    """Kept work whose process ends inside of it."""

    def process():
        with KeptWork(folder) as kept:
            work(kept)
            raise CutOffError

    with pytest.raises(CutOffError):
        process()


def test_what_was_kept_of_the_same_inputs_is_not_made_again(tmp_path):
    made = np.arange(6).reshape(2, 3)
    cut_off(tmp_path / "work", lambda kept: kept.lists("inputs", lambda: made))
    with KeptWork(tmp_path / "work") as kept:
        assert kept.lists("inputs", lambda: pytest.fail("made again")).tolist() == made.tolist()
        assert kept.lists("others", lambda: made + 1).tolist() == (made + 1).tolist()


@pytest.mark.parametrize("error", [None, ValueError])
def test_after_an_orderly_end_and_after_an_error_nothing_is_kept(tmp_path, error):
    try:
        with KeptWork(tmp_path / "work") as kept:
            kept.lists("inputs", lambda: np.zeros(3))
            if error:
                raise error
    except ValueError:
        pass
    assert not (tmp_path / "work").exists()


def test_what_was_kept_and_is_damaged_is_made_again(tmp_path):
    cut_off(tmp_path / "work", lambda kept: kept.lists("inputs", lambda: np.zeros(3)))
    [lists] = (tmp_path / "work").rglob("lists.npy")
    lists.write_bytes(b"not NumPy's")
    with KeptWork(tmp_path / "work") as kept:
        assert kept.lists("inputs", lambda: np.ones(3)).tolist() == [1, 1, 1]


def test_a_folder_that_cannot_be_written_stops_no_work(tmp_path):
    (tmp_path / "work").write_text("a file")
    with KeptWork(tmp_path / "work") as kept:
        assert kept.lists("inputs", lambda: np.ones(3)).tolist() == [1, 1, 1]


def test_a_clean_catalog_is_read_back_as_it_was(tmp_path):
    raw = write_rated(tmp_path / "raw", [*tastes(8), (1, 999, 4.0, 5), (2, 1, 99.0, 5)])
    clean = read_clean(settings_for(tmp_path), Raw(raw), no_progress)
    cut_off(tmp_path / "work", lambda kept: kept.clean("inputs", lambda: clean))
    with KeptWork(tmp_path / "work") as kept:
        again = kept.clean("inputs", lambda: pytest.fail("made again"))
    assert again.report == clean.report
    assert all(again.tables[name].equals(table) for name, table in clean.tables.items())
    assert isinstance(again.tables["films"], pl.DataFrame)


def test_raw_files_that_change_are_others(tmp_path):
    raw = write_rated(tmp_path / "raw", tastes(4))
    before = state_of(raw, None)
    assert state_of(raw) == before
    with (raw / "ratings.csv").open("a") as file:
        file.write("9,1,4.0,5\n")
    assert state_of(raw) != before


@given(arrays.arrays(np.float32, (3, 2), elements=st.integers(0, 2)), st.integers(0, 5))
def test_matrices_have_one_digest_only_where_they_are_the_same(values, place):
    other = values.copy()
    other.flat[place] += 1
    assert digest(sparse.csr_array(values)) == digest(sparse.csr_array(values.copy()))
    assert digest(sparse.csr_array(values)) != digest(sparse.csr_array(other))
    assert digest(values) != digest(values.astype(np.float64))


@pytest.mark.training
@pytest.mark.server
def test_a_retraining_that_is_killed_goes_on_after_what_it_had_measured(tmp_path, tmp_path_factory, monkeypatch):
    published = made_once(tmp_path_factory, "rated-home", partial(publish_rated, users=30))
    home = own_home(published, tmp_path, monkeypatch)
    work = home / "runs" / "movies" / "work"
    command = [sys.executable, "-m", "almazara", "movies", "retrain"]
    with subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: list(work.glob("lists-*")))  # the new model is measured, the published one not yet
        process.send_signal(signal.SIGKILL)
    tried, run = [], Trials.run
    monkeypatch.setattr(Trials, "run", lambda self, method: tried.append(method) or run(self, method))
    monkeypatch.setattr(training, "read_clean", lambda *_: pytest.fail("cleaned again"))
    outcome = training.retrain(settings_for(home), no_progress)
    assert len(tried) == 1
    assert outcome.comparison.difference.mean == 0
    assert ArtifactStore(home / "artifacts").current("movies").version == outcome.version
    assert not work.exists()

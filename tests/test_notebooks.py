"""The notebooks run from their first cell to their last, over the sample or small made data."""

import importlib.util
import subprocess
import sys
import zipfile

import plotly.graph_objects as go
import polars as pl
import pytest

from almazara.artifacts import ArtifactStore
from almazara.movies.exploring.explore import FIGURES
from notebooks import code_cells, run_through, shown
from rated_films import tastes, write_rated

TRAINING = ("train_lstm", "train_recommender")


def test_the_notebook_shows_figures_and_tables_and_answers_a_question_of_its_own(sample_home, monkeypatch, capsys):
    monkeypatch.setenv("ALMAZARA_HOME", str(sample_home))
    namespace = {}
    seen = [shown(source, namespace) for source, _ in code_cells("exploration")]
    pictures = [one for one in seen if isinstance(one, go.Figure)]
    tables = [one for one in seen if isinstance(one, pl.DataFrame)]
    assert len(pictures) >= 7
    assert all(one.data for one in pictures)
    assert all(one.height for one in tables)
    assert set(", ".join(tables[0]["figuras"]).split(", ")) == set(FIGURES)
    assert tables[-1]["saga"].to_list() == [False, True]
    assert tables[-1]["películas"].sum() > 100
    assert "muestra inventada" in capsys.readouterr().out


@pytest.mark.training
def test_the_notebook_of_the_recommender_trains_measures_and_packs_a_version(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = write_rated(tmp_path / "raw", tastes(12))
    found = run_through("train_recommender", DATA=str(data), METHODS=["popularity"])
    assert found["judged"]["method"].to_list() == ["popularity"]
    assert len(found["answer"].detalle) == 10
    assert not found["answer"].nuevo
    zipfile.ZipFile("recommender.zip").extractall("elsewhere")
    taken_home = ArtifactStore(tmp_path / "elsewhere" / "artifacts").current("movies")
    assert (taken_home.version, taken_home.manifest["sample"]) == (found["outcome"].version, False)
    assert found["outcome"].sentence() in capsys.readouterr().out


@pytest.mark.parametrize("name", TRAINING)
def test_a_machine_without_almazara_installs_it_first(name, monkeypatch):
    parameters, install = (source for source, _ in code_cells(name)[:2])
    asked = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(subprocess, "run", lambda command, *, check: asked.append(command) or check)
    namespace = {}
    shown(parameters, namespace)
    shown(install, namespace)
    extra = "[lstm]" if name == "train_lstm" else ""
    wanted = f"almazara{extra} @ git+https://github.com/OWNER/NAME"
    assert asked == [[sys.executable, "-m", "pip", "install", "--quiet", wanted]]

"""The pipeline of dvc.yaml, run by DVC itself on a copy with made data: what it rebuilds, keeps, brings and tells."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from almazara.artifacts import open_artifacts
from made import made_once
from sample_catalog import Made, server_process, settings_for, write_raw
from servers import missing

ROOT = Path(__file__).parents[1]
PIPELINE = ("dvc.yaml", "params.yaml", ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore", "data/.gitignore")
needs_much = pytest.mark.training


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """DVC on the path beside this almazara, heavy forecasters left out, no configuration but the project's."""
    found = ROOT / ".venv-dvc" / "bin" / "dvc"
    dvc = found if found.exists() else shutil.which("dvc")
    if dvc is None:
        missing("DVC", "uv venv .venv-dvc && uv pip sync --python .venv-dvc/bin/python requirements-dvc.txt")
    for name in ("SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG"):
        monkeypatch.setenv(f"DVC_{name}_DIR", str(tmp_path / name))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@example.com")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests" / "light")]))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("ALMAZARA_HOME")
    return str(dvc)


def run(folder, *command):
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def change(project, before, after):
    text = (project / "params.yaml").read_text()
    assert before in text
    (project / "params.yaml").write_text(text.replace(before, after))


def ran(said):
    """The stages that a `dvc repro` ran."""
    return [line.split("'")[1] for line in said.splitlines() if line.startswith("Running stage")]


def write_films(folder):
    """A few films, and who has rated them."""
    write_raw(folder, [Made(f"The Mill {one}", {"overview": f"An olive press, part {one}."}) for one in range(1, 31)])
    rated = [(user, 1 + (user + step * step) % 30) for user in range(1, 21) for step in range(8)]
    rows = [f"{user},{film},4.0,{1_500_000_000 + user * 100 + film}" for user, film in sorted(set(rated))]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *rows, ""]))
    links = [f"{film},{film:07d},{film}" for film in range(1, 31)]
    (folder / "links.csv").write_text("\n".join(["movieId,imdbId,tmdbId", *links, ""]))


def made_prices():
    days = [date.today() - timedelta(days=back) for back in range(40, 1, -1)]
    rows = [f"made.example:{one},{day},{20 + one + day.day // 10}" for one in range(2) for day in days]
    return "\n".join(["series_id,date,price", *rows, ""])


@pytest.fixture
def project(tools, tmp_path, tmp_path_factory):
    """A copy of a project whose pipeline has run once, and whose result was committed."""

    def make(folder):
        for name in PIPELINE:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        change(folder, "methods: popularity,item_knn,hybrid", "methods: popularity")
        write_films(folder / "data" / "movies")
        (folder / "data" / "prices.csv").write_text(made_prices())
        run(folder, "git", "init", "--quiet")
        run(folder, tools, "add", "--quiet", "data/movies", "data/prices.csv")
        run(folder, tools, "repro", "--quiet")
        commit(folder)

    made = made_once(tmp_path_factory, "dvc-project", make)
    return shutil.copytree(made, tmp_path / "project", symlinks=True)


def commit(folder):
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "--message", "Built")


@needs_much
def test_what_has_not_changed_is_not_built_again_and_git_has_no_data_and_no_model(tools, project):
    said = run(project, tools, "repro")
    assert ran(said) == []
    assert "up to date" in said
    kept = run(project, "git", "ls-files").splitlines()
    assert {"dvc.lock", "data/movies.dvc", "evaluation/movies/metrics.json"} <= set(kept)
    assert not [name for name in kept if name.startswith((".almazara", "data/movies/", "data/prices.csv/"))]
    assert "data/prices.csv" not in kept


@needs_much
def test_a_changed_parameter_runs_what_depends_on_it_alone_and_the_metrics_tell_the_difference(tools, project):
    change(project, "seed: 0", "seed: 1")
    assert ran(run(project, tools, "repro")) == ["movies-evaluate"]
    assert "evaluate.seed" in run(project, tools, "params", "diff")
    differing = json.loads(run(project, tools, "metrics", "diff", "--json"))
    ndcg = differing["evaluation/recommenders/metrics.json"]["random.popularity.ndcg_at_10"]
    assert ndcg["new"] == pytest.approx(ndcg["old"] + ndcg["diff"])
    assert ndcg["diff"]
    shown = run(project, tools, "plots", "diff", "--out", "shown")
    assert (project / "shown" / "index.html").is_file(), shown
    assert list((project / "shown" / "static").glob("*ndcg_at_10.svg"))


@needs_much
def test_longer_histories_rebuild_the_forecasts_alone(tools, project):
    before = open_artifacts(settings_for(project / ".almazara")).current_version("forecasts")
    with (project / "data" / "prices.csv").open("a") as file:
        file.write(f"made.example:0,{date.today() - timedelta(days=1)},20\n")
    assert ran(run(project, tools, "repro")) == ["prices"]
    store = open_artifacts(settings_for(project / ".almazara"))
    metrics = json.loads((project / "evaluation" / "prices" / "metrics.json").read_text())
    assert before != store.current_version("forecasts") == metrics["version"]
    assert before in {one.version for one in store.versions("forecasts")}


@needs_much
@pytest.mark.server
def test_another_machine_serves_the_version_that_was_pushed_which_leads_back_to_its_data(tools, project, tmp_path):
    run(project, tools, "remote", "add", "--default", "store", str(tmp_path / "remote"))
    commit(project)
    run(project, tools, "push")
    elsewhere = tmp_path / "elsewhere"
    run(tmp_path, "git", "clone", "--quiet", str(project), str(elsewhere))
    shutil.rmtree(project)
    run(elsewhere, tools, "pull")
    with server_process("serve", elsewhere / ".almazara", demo=False) as (_, client):
        health = client.get("/health").json()
        assert client.get("/predict", params={"product": "made.example:1"}).status_code == 200
    assert data_of(elsewhere, health["peliculas"]["version"], "movies", "movies") == {"data/movies"}
    assert data_of(elsewhere, health["precios"]["pronosticos"], "prices", "forecasts") == {"data/prices.csv"}


def data_of(project, version, stage, kind):
    """From a served version to the data it was made of, by what Git, dvc.lock and the manifest say."""
    metrics = f"evaluation/{stage}/metrics.json"
    commit_of = run(project, "git", "log", "--format=%H", "-S", version, "--", metrics).split()[-1]
    lock = yaml_of(run(project, "git", "show", f"{commit_of}:dvc.lock"))["stages"][stage]
    manifest = open_artifacts(settings_for(project / ".almazara")).get(kind, version).manifest
    sources = {dep["path"]: cached(project, dep["md5"]) for dep in lock["deps"]}
    if kind == "movies":  # the manifest has the hash of every raw file, and so has DVC's list of the folder
        listed = json.loads(sources["data/movies"])
        hashes = {one["relpath"]: hashlib.sha256(cached(project, one["md5"])).hexdigest() for one in listed}
        assert {name: file["sha256"] for name, file in manifest["report"]["files"].items()} == hashes
    else:
        assert sources["data/prices.csv"] == (project / "data" / "prices.csv").read_bytes()
        assert len(manifest["inputs"]["sha256"]) == 64
    return set(sources)


def cached(project, md5):
    return (project / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]).read_bytes()


def yaml_of(text):
    import yaml

    return yaml.safe_load(text)


def test_dvc_stays_out_of_the_environment_that_serves_and_sends_nothing_home():
    locked = {one["name"] for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    pinned = (ROOT / "requirements-dvc.txt").read_text()
    assert "dvc" not in locked
    assert "\ndvc==3." in pinned
    config = (ROOT / ".dvc" / "config").read_text()
    assert "analytics = false" in config
    assert "check_update = false" in config

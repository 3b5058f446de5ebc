"""The pipeline of dvc.yaml, run by DVC itself on a copy with made data: what it rebuilds, keeps, brings and tells."""

import hashlib
import json
import shutil
import tomllib
from datetime import timedelta

import pytest
import yaml

from almazara.artifacts import open_artifacts
from dvc_project import ROOT, TODAY, change, commit, run_in
from sample_catalog import server_process, settings_for


def ran(said):
    """The stages that a `dvc repro` ran."""
    return [line.split("'")[1] for line in said.splitlines() if line.startswith("Running stage")]


def test_what_has_not_changed_is_not_built_again_and_git_has_no_data_and_no_model(dvc, dvc_project):
    said = run_in(dvc_project, dvc, "repro")
    assert ran(said) == []
    assert "up to date" in said
    kept = run_in(dvc_project, "git", "ls-files").splitlines()
    assert {"dvc.lock", "data/movies.dvc", "evaluation/movies/metrics.json"} <= set(kept)
    assert not [name for name in kept if name.startswith((".almazara", "data/movies/", "data/prices.csv/"))]
    assert "data/prices.csv" not in kept


def test_a_changed_parameter_runs_what_depends_on_it_alone_and_the_metrics_tell_the_difference(dvc, dvc_project):
    change(dvc_project, "seed: 0", "seed: 1")
    assert ran(run_in(dvc_project, dvc, "repro")) == ["movies-evaluate"]
    assert "evaluate.seed" in run_in(dvc_project, dvc, "params", "diff")
    differing = json.loads(run_in(dvc_project, dvc, "metrics", "diff", "--json"))
    ndcg = differing["evaluation/recommenders/metrics.json"]["random.popularity.ndcg_at_10"]
    assert ndcg["new"] == pytest.approx(ndcg["old"] + ndcg["diff"])
    assert ndcg["diff"]
    shown = run_in(dvc_project, dvc, "plots", "diff", "--out", "shown")
    assert (dvc_project / "shown" / "index.html").is_file(), shown
    assert list((dvc_project / "shown" / "static").glob("*ndcg_at_10.svg"))


def test_longer_histories_rebuild_the_forecasts_alone(dvc, dvc_project):
    before = open_artifacts(settings_for(dvc_project / ".almazara")).current_version("forecasts")
    with (dvc_project / "data" / "prices.csv").open("a") as file:
        file.write(f"made.example:1,{TODAY - timedelta(days=1)},20\n")
    assert ran(run_in(dvc_project, dvc, "repro")) == ["prices"]
    store = open_artifacts(settings_for(dvc_project / ".almazara"))
    metrics = json.loads((dvc_project / "evaluation" / "prices" / "metrics.json").read_text())
    assert before != store.current_version("forecasts") == metrics["version"]
    assert before in {one.version for one in store.versions("forecasts")}


@pytest.mark.server
def test_another_machine_serves_the_version_that_was_pushed_which_leads_back_to_its_data(dvc, dvc_project, tmp_path):
    run_in(dvc_project, dvc, "remote", "add", "--default", "store", str(tmp_path / "remote"))
    commit(dvc_project)
    run_in(dvc_project, dvc, "push")
    elsewhere = tmp_path / "elsewhere"
    run_in(tmp_path, "git", "clone", "--quiet", str(dvc_project), str(elsewhere))
    shutil.rmtree(dvc_project)
    run_in(elsewhere, dvc, "pull")
    with server_process("serve", elsewhere / ".almazara", demo=False) as (_, client):
        health = client.get("/health").json()
        assert client.get("/predict", params={"product": "made.example:1"}).status_code == 200
    assert data_of(elsewhere, health["peliculas"]["version"], "movies", "movies") == {"data/movies"}
    assert data_of(elsewhere, health["precios"]["pronosticos"], "prices", "forecasts") == {"data/prices.csv"}


def data_of(project, version, stage, kind):
    """From a served version to the data it was made of, by what Git, dvc.lock and the manifest say."""
    metrics = f"evaluation/{stage}/metrics.json"
    commit_of = run_in(project, "git", "log", "--format=%H", "-S", version, "--", metrics).split()[-1]
    lock = yaml.safe_load(run_in(project, "git", "show", f"{commit_of}:dvc.lock"))["stages"][stage]
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


def test_dvc_stays_out_of_the_environment_that_serves_and_sends_nothing_home():
    locked = {one["name"] for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    pinned = (ROOT / "requirements-dvc.txt").read_text()
    assert "dvc" not in locked
    assert "\ndvc==3." in pinned
    config = (ROOT / ".dvc" / "config").read_text()
    assert "analytics = false" in config
    assert "check_update = false" in config

"""A project whose pipeline DVC has run once, on made data: fixtures for what DVC and the workflows do with it."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from made import made_once
from sample_catalog import Made, write_raw
from servers import missing

ROOT = Path(__file__).parents[1]
TODAY = datetime.now(UTC).date()
PIPELINE = ("dvc.yaml", "params.yaml", ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore", "data/.gitignore")


@pytest.fixture
def dvc(tmp_path, monkeypatch):
    """DVC on the path beside this almazara, heavy forecasters left out, no configuration but the project's."""
    found = ROOT / ".venv-dvc" / "bin" / "dvc"
    found_dvc = found if found.exists() else shutil.which("dvc")
    if found_dvc is None:
        missing("DVC", "uv venv .venv-dvc && uv pip sync --python .venv-dvc/bin/python requirements-dvc.txt")
    for name in ("SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG"):
        monkeypatch.setenv(f"DVC_{name}_DIR", str(tmp_path / name))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@example.com")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests" / "light")]))
    monkeypatch.setenv("COLUMNS", "200")
    return str(found_dvc)


def tool(name):
    """A program of the development group: beside this Python, or on the path."""
    beside = Path(sys.executable).with_name(name)
    found = beside if beside.exists() else shutil.which(name)
    return str(found or missing(name, f"pip install {name}"))


def run_in(folder, *command):
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def change(project, before, after):
    text = (project / "params.yaml").read_text()
    assert before in text
    (project / "params.yaml").write_text(text.replace(before, after))


def write_films(folder):
    """A few films, and who has rated them."""
    write_raw(folder, [Made(f"The Mill {one}", {"overview": f"An olive press, part {one}."}) for one in range(1, 31)])
    rated = [(user, 1 + (user + step * step) % 30) for user in range(1, 21) for step in range(8)]
    rows = [f"{user},{film},4.0,{1_500_000_000 + user * 100 + film}" for user, film in sorted(set(rated))]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *rows, ""]))
    links = [f"{film},{film:07d},{film}" for film in range(1, 31)]
    (folder / "links.csv").write_text("\n".join(["movieId,imdbId,tmdbId", *links, ""]))


def made_prices():
    days = [TODAY - timedelta(days=back) for back in range(40, 1, -1)]
    rows = [f"made.example:1,{day},{20 + day.day // 10}" for day in days]
    return "\n".join(["series_id,date,price", *rows, ""])


@pytest.fixture
def dvc_project(dvc, tmp_path, tmp_path_factory):
    """A copy of a project whose pipeline has run once, and whose result was committed."""

    def make(folder):
        for name in PIPELINE:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        change(folder, "methods: popularity,item_knn,hybrid", "methods: popularity")
        write_films(folder / "data" / "movies")
        (folder / "data" / "prices.csv").write_text(made_prices())
        run_in(folder, "git", "init", "--quiet")
        run_in(folder, dvc, "add", "--quiet", "data/movies", "data/prices.csv")
        run_in(folder, dvc, "repro", "--quiet")
        commit(folder)

    made = made_once(tmp_path_factory, "dvc-project", make)
    return shutil.copytree(made, tmp_path / "project", symlinks=True)


def commit(folder):
    run_in(folder, "git", "add", "--all")
    run_in(folder, "git", "commit", "--quiet", "--message", "Built")

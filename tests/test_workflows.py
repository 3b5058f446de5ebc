"""The workflows of GitHub: of the form that GitHub takes, safe, and their steps run here as they stand."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from almazara.artifacts import open_artifacts
from almazara.prices.store.registry import store_at
from dvc_project import ROOT, commit, run_in, tool
from page_server import serving
from price_shop import offer_page, product, shows
from sample_catalog import settings_for

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
JOBS = [pytest.param(job, id=f"{name} {key}") for name, one in WORKFLOWS.items() for key, job in one["jobs"].items()]
SECRET = "of-the-store"
_EXPRESSION = re.compile(r"\$\{\{ *(secrets|vars)\.([A-Za-z_]+) *\}\}")


def run_steps(workflow, job, folder, values, *, only=None, **environment):
    """Run the steps of a job one after the other as GitHub does; installing was done by who runs the tests.

    What comes from secrets and variables is in `values`.
    """
    for step in WORKFLOWS[workflow]["jobs"][job]["steps"]:
        if "run" not in step or step["name"] == "Install" or only not in {None, step["name"]}:
            continue
        env = {
            name: _EXPRESSION.sub(lambda found: values[found[2]], text) for name, text in step.get("env", {}).items()
        }
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={**os.environ, **environment, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{step['run']}: {ended.stdout}{ended.stderr}"


def test_they_are_of_the_form_that_github_takes():
    check = [tool("check-jsonschema"), "--builtin-schema"]
    run_in(ROOT, *check, "vendor.github-workflows", *map(str, FILES))
    run_in(ROOT, *check, "vendor.dependabot", ".github/dependabot.yml")


def test_nothing_in_them_lets_a_stranger_in():
    run_in(ROOT, tool("zizmor"), "--offline", "--no-progress", "--quiet", ".github")


@pytest.mark.parametrize("job", JOBS)
def test_a_job_ends_in_time_and_may_do_only_what_it_says(job):
    assert job["timeout-minutes"]
    assert job["permissions"]
    for step in job["steps"]:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step.get("uses", f"a@{'0' * 40}"))
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_nothing_of_itself_and_does_not_run_beside_itself(name):
    assert WORKFLOWS[name]["permissions"] == {}
    assert WORKFLOWS[name]["concurrency"]["group"]


def test_what_they_make_can_be_made():
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    targets = [word for line in re.findall(r"^.*run: make (.+)$", text, re.MULTILINE) for word in line.split()]
    assert {"check", "installed"} <= set(targets)
    run_in(ROOT, "make", "--dry-run", *(target for target in targets if "=" not in target))


def test_the_properties_of_the_weekly_search_can_be_loaded_without_pytest():
    run_in(ROOT, sys.executable, "tools/fuzz.py", "--only", "what no property is called")


def test_what_they_install_are_extras_of_the_package():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    named = {extra for group in re.findall(r"'\.\[([a-z0-9,]+)\]'", text) for extra in group.split(",")}
    assert named
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in named)


@pytest.fixture
def shop(monkeypatch):
    """A shop on loopback that may be read without pauses."""
    with serving() as server:
        shows(server, {"/1": offer_page("31.95")})
        monkeypatch.setenv("ALMAZARA_LOOPBACK_PORTS", str(server.port))
        monkeypatch.setenv("ALMAZARA_DELAY_SECONDS", "0")
        yield server


@pytest.fixture
def address(tmp_path, shop):
    """The address of a store that outlives the machines, in which one product of the shop is followed."""
    address = f"sqlite:///{tmp_path / SECRET}.db"
    with closing(store_at(address)) as store:
        store.save_listing(product(1, url=shop.url("/1"), category="oil"))
    return address


def told(address):
    """The secrets and variables of the scheduled jobs."""
    return {"ALMAZARA_CONTACT_URL": "", "ALMAZARA_NOTIFY_URLS": "", "ALMAZARA_STORE_URL": address}


@pytest.mark.server
def test_the_scheduled_reading_keeps_what_it_reads_in_the_store_that_the_secret_names(address, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    run_steps("prices", "scrape", tmp_path, told(address))
    with closing(store_at(address)) as store:
        assert str(store.latest(["shop.example:1"])["shop.example:1"].price) == "31.95"
    with pytest.raises(AssertionError, match="Set the secret ALMAZARA_STORE_URL"):
        run_steps("prices", "scrape", tmp_path, told(""))


@pytest.mark.server
def test_the_scheduled_retraining_pushes_hashes_metrics_and_nothing_secret(address, dvc, dvc_project, tmp_path):
    origin, after = tmp_path / "origin.git", tmp_path / "after"
    run_in(tmp_path, "git", "clone", "--quiet", "--bare", str(dvc_project), str(origin))
    run_in(dvc_project, "git", "remote", "add", "origin", str(origin))
    run_in(dvc_project, dvc, "remote", "add", "--default", "store", str(tmp_path / "remote"))
    commit(dvc_project)
    run_in(dvc_project, dvc, "push")
    path = os.pathsep.join([str(Path(dvc).parent), os.environ["PATH"]])
    run_steps("prices", "scrape", tmp_path, told(address))
    run_steps("retrain", "retrain", dvc_project, told(address), PATH=path)
    run_in(tmp_path, "git", "clone", "--quiet", str(origin), str(after))
    changed = run_in(after, "git", "diff", "--name-only", "HEAD~1", "HEAD").split()
    assert {"data/prices.csv.dvc", "dvc.lock", "evaluation/prices/metrics.json"} <= set(changed)
    assert SECRET not in run_in(after, "git", "log", "--patch")
    run_in(after, dvc, "pull")
    version = open_artifacts(settings_for(after / ".almazara")).current("forecasts").version
    assert version in (after / "evaluation" / "prices" / "metrics.json").read_text()
    run_steps("retrain", "retrain", dvc_project, {}, only="Keep it", PATH=path)
    assert run_in(origin, "git", "rev-parse", "HEAD") == run_in(after, "git", "rev-parse", "HEAD")


@pytest.mark.nightly
def test_a_tag_is_built_into_a_package_that_starts(tmp_path):
    run_in(tmp_path, "git", "clone", "--quiet", str(ROOT), "clone")
    path = os.pathsep.join([str(Path(tool("uv")).parent), os.environ["PATH"]])
    run_steps("release", "build", tmp_path / "clone", {}, PATH=path, GITHUB_REF_NAME="v0.1.0")

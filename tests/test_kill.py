"""A build killed at any moment, and versions that change under load: what is published stays whole."""

import os
import shutil
import subprocess
import sys
import threading
import time

import httpx
import pytest

from almazara import artifacts
from almazara.app.movies import open_movies
from almazara.artifacts import file_hash
from almazara.movies.building import build_movies
from profiles import by_night
from sample import make_sample
from sample_catalog import Made, server_process, settings_for, write_raw
from waiting import no_progress, wait_for

pytestmark = pytest.mark.server

# Where the build is when it is killed: seconds after its start, or files that it has written of the new version.
MOMENTS = ["45 files", "manifest.json", *by_night(0.3, 1.0, "0 files", "1 files", "15 files", "70 files")]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    for name, content in make_sample(films=400, users=20).items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory, raw):
    home = tmp_path_factory.mktemp("home")
    build_movies(settings_for(home), raw, ratings=None, sample=True, progress=no_progress)
    return home


def reached(moment, started, folder):
    if isinstance(moment, float):
        return time.monotonic() - started > moment
    for building in folder.glob(".building-*"):
        names = {path.name for path in building.iterdir()} if building.exists() else set()
        if moment == "manifest.json":
            return moment in names
        return len(names) >= int(moment.split()[0])
    return False


def build_and_kill(raw, home, moment):
    """Returns whether the build was killed before its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "almazara", "movies", "build", str(raw)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "ALMAZARA_HOME": str(home)},
    )
    started = time.monotonic()
    while process.poll() is None and not reached(moment, started, home / "artifacts" / "movies"):
        time.sleep(0.0005)
    process.kill()
    return process.wait(30) != 0


def assert_whole(home):
    artifact = artifacts.open_artifacts(settings_for(home)).current("movies")
    assert {name: file_hash(artifact.path / name) for name in artifact.manifest["files"]} == artifact.manifest["files"]
    assert open_movies(settings_for(home)).score("Oil/Water").titulo == "Oil/Water"
    return artifact.version


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_killed_at_any_moment_leaves_the_published_version_whole_and_the_next_build_succeeds(
    home, raw, tmp_path, moment
):
    here = tmp_path / "home"
    shutil.copytree(home, here)
    before = assert_whole(here)
    was_killed = build_and_kill(raw, here, moment)
    assert (assert_whole(here) == before) or not was_killed
    newest = build_movies(settings_for(here), raw, ratings=None, sample=True, progress=no_progress)
    assert assert_whole(here) == newest.version
    assert not list((here / "artifacts" / "movies").glob(".building-*"))


class Askers:
    """Threads that ask a server without pause, and what went wrong."""

    def __init__(self, address, paths):
        self.answers = 0
        self.failures = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(address, path)) for path in paths]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._ended.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self, address, path):
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            while not self._ended.is_set():
                try:
                    response = client.get(path)
                    self.answers += 1
                    if response.status_code != 200:
                        self.failures.append(response.text)
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))


def served_version(client):
    return client.get("/health").json()["peliculas"]["version"]


def test_no_request_fails_while_versions_are_published_and_rolled_back(tmp_path):
    home = tmp_path / "home"
    settings = settings_for(home, max_loss_share=1.0, keep_versions=2)

    def publish(number):
        films = [Made("The Mill"), *[Made(f"Film {name}") for name in range(number)]]
        folder = write_raw(tmp_path / "raw", films)
        return build_movies(settings, folder, ratings=None, sample=False, progress=no_progress).version

    publish(1)
    paths = ["/score_titulo/The Mill", "/recomendacion/the mill?n=50", "/buscar?q=film", "/cantidad_filmaciones_mes/1"]
    with server_process("serve", home, reload_seconds=0.05) as (_, client):
        assert client.get("/ready").status_code == 200
        with Askers(str(client.base_url), paths) as askers:
            for number in (2, 3):  # the version before the last is removed while it is mapped
                version = publish(number)
                wait_for(lambda version=version: served_version(client) == version)
            rolled_back = artifacts.open_artifacts(settings).rollback("movies").version
            wait_for(lambda: served_version(client) == rolled_back)
    assert askers.failures == []
    assert askers.answers > 20

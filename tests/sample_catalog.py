"""Fixtures of a built catalog: the embedded sample and, where it is there, the real data; built once a test run."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from almazara.movies.service import MovieService
from almazara.settings import Settings
from almazara.wiring import movies as wiring


def settings_for(home: Path, **values: object) -> Settings:
    return Settings(_env_file=None, home=home, **values)


def no_progress(_stage: str, _done: int, _total: int) -> None:
    pass


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker of a run makes and the others wait for."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory) -> Path:
    """A home folder in which the embedded sample is published; read only."""
    return made_once(
        tmp_path_factory, "sample-home", lambda home: wiring.ensure_movies(settings_for(home), no_progress)
    )


@pytest.fixture(scope="session")
def sample_films(sample_home) -> MovieService:
    """The service over the sample."""
    return wiring.open_movies(settings_for(sample_home))


@pytest.fixture(scope="session")
def real_home(tmp_path_factory, real_data) -> Path:
    """A home folder in which the real catalog is published; read only."""
    folder = real_data / "movies" / "the-movies-dataset"
    return made_once(
        tmp_path_factory,
        "real-home",
        lambda home: wiring.build_movies(settings_for(home), folder, ratings=None, sample=False, progress=no_progress),
    )

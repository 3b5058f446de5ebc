"""Fixtures that every test may use."""

import os
from pathlib import Path

import curl_cffi  # noqa: F401 - before TensorFlow, whose own libcurl would take the place of curl_cffi's in the process
import pytest

import profiles  # noqa: F401 (loads the profile of Hypothesis)
from choosing import (  # noqa: F401 (hooks)
    pytest_collection_modifyitems,
    pytest_ignore_collect,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from command_line import run  # noqa: F401 (fixture)
from demo_shop import demo_home, demo_site  # noqa: F401 (fixtures)
from dvc_project import dvc, dvc_project  # noqa: F401 (fixtures)
from price_shop import light_children, store  # noqa: F401 (fixtures)
from reading import chromium  # noqa: F401 (fixture)
from sample_catalog import real_home, sample_api, sample_films, sample_home  # noqa: F401 (fixtures)
from servers import _aws_session, aws, dynalite, empty_store, moto, postgresql  # noqa: F401 (fixtures)


def pytest_addoption(parser):
    parser.addoption("--record-examples", action="store_true", help="write the examples of the API's description anew")


REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path):
    """No setting of the developer's machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("ALMAZARA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data beside the repository."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"The real data is missing: it is expected in {REAL_DATA}")
    return REAL_DATA

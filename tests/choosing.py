"""Which tests a run takes and in which order, and what is said of those that could not run: hooks of conftest.py.

A test that needs much bears a mark: `server`, `training`, `real_data`, `nightly`. Fixtures bring theirs along; a test
or a file that needs it in another way says so itself. A test without any of them is `quick`.
"""

import os
import re
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("server", "training", "real_data", "nightly")
_NEED = {
    "real_data": "real_data",
    **dict.fromkeys(("postgresql", "moto", "dynalite", "chromium"), "server"),
    **dict.fromkeys(("sample_home", "published", "demo_home", "dvc_project"), "training"),
}
# The longest files first, so that no worker is left with one at the end.
_LONGEST = (
    "tests/flows/test_prefect.py",
    "tests/test_dvc.py",
    "tests/movies/test_real_catalog.py",
    "tests/movies/users/test_real_users.py",
    "tests/app/test_prices.py",
    "tests/web/test_in_browser.py",
    "tests/contract/test_forecaster.py",
    "tests/prices/forecasting/test_lstm_training.py",
    "tests/movies/users/models/test_als.py",
)
MAY_BE_SKIPPED_IN_CI: tuple[str, ...] = ()  # reasons, word for word
_ALL_HEAVY = re.compile(rf"^pytestmark = (?:\[[^\]]*)?pytest\.mark\.(?:{'|'.join(HEAVY)})\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of the quick tests, files that are all heavy are not even imported: what they import would take half the time."""
    if config.option.markexpr == "quick" and collection_path.suffix == ".py":
        return bool(_ALL_HEAVY.search(collection_path.read_text(encoding="utf-8"))) or None
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Marks before others choose by marks; the longest files first among those that were chosen."""
    for item in items:
        for mark in {_NEED[name] for name in getattr(item, "fixturenames", ()) if name in _NEED}:
            item.add_marker(mark)
        if not any(item.get_closest_marker(mark) for mark in HEAVY):
            item.add_marker("quick")
    yield
    place = {ROOT / name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a reason for all that was skipped."""
    for reason, number in sorted(skipped(terminalreporter).items()):
        terminalreporter.write_line(f"{number} skipped: {reason}", yellow=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing is skipped, but for the reasons that are allowed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and skipped(reporter).keys() - set(MAY_BE_SKIPPED_IN_CI):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def skipped(reporter: pytest.TerminalReporter) -> Counter[str]:
    """How many tests were skipped for each reason."""
    return Counter(report.longrepr[2].removeprefix("Skipped: ") for report in reporter.stats.get("skipped", ()))

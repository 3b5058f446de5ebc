"""What checking the hashes of published versions costs, beside opening them; processor time, and as they lie in memory.

Run: python benchmarks/open_artifacts.py [--home HOME] [--repeat 5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from almazara.artifacts import Artifact, damaged_files, open_artifacts
from almazara.errors import NotFoundError
from almazara.movies.artifact import MOVIES, open_service
from almazara.prices.publishing import FORECASTS, open_published
from almazara.settings import Settings


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, default=None, help="home folder; that of the settings by default")
    arguments.add_argument("--repeat", type=int, default=5)
    given = arguments.parse_args()
    settings = Settings(home=given.home) if given.home else Settings()
    print("| published | files | MB | hashes checked, s | opened, s |\n|---|---|---|---|---|")
    openers: dict[str, Callable[[Artifact], object]] = {
        MOVIES: lambda whole: open_service(whole, settings.min_votes),
        FORECASTS: lambda whole: open_published(whole.path),
    }
    for kind, opening in openers.items():
        try:
            artifact = open_artifacts(settings).current(kind)
        except NotFoundError:
            continue
        size = sum((artifact.path / name).stat().st_size for name in artifact.files) / 1e6
        checked = least(given.repeat, partial(damaged_files, artifact))
        opened = least(given.repeat, partial(opening, artifact))
        print(f"| {kind} | {len(artifact.files)} | {size:.0f} | {checked:.2f} | {opened:.2f} |")


def least(repeat: int, work: Callable[[], object]) -> float:
    """Processor seconds of the quickest of several times: what else this machine does is no cost of ours."""
    taken = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


if __name__ == "__main__":
    main()

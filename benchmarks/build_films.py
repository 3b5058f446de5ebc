"""Measure a full build beside the usual notebook way, stage by stage: processor time, time on the clock, peak memory.

Usage: python benchmarks/build_films.py [FOLDER] [--full-entries] [--repeat N]

FOLDER holds The Movies Dataset (default: the real data beside the repository). With --full-entries its credits are
padded first to the form of the published file. Each way runs in a process of its own, imports included, reads the same
files and ends with its tables and answers on disk. Of N runs (default 3) the best counts: others share the machine.
Typo indexes and similar films, which no notebook makes, are shown apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

STARTED = time.perf_counter()
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "movies" / "the-movies-dataset"
SAME_JOB = ("tables", "answers")


def build_with_almazara(folder: Path, target: Path) -> Iterator[str]:
    """Yields the name of each stage when it is done."""
    from almazara.movies import artifact
    from almazara.movies.catalog.build import build_answers, build_search
    from almazara.movies.cleaning import cleaning, contract
    from almazara.movies.cleaning.tables import write_tables
    from almazara.movies.raw import files
    from almazara.movies.similar.build import build_similar

    yield "start"
    clean = cleaning.clean(files.read_raw(folder))
    contract.check(clean, max_loss_share=0.1)
    write_tables(clean, target)
    yield "tables"
    answers = build_answers(clean.tables)
    artifact.write(target, answers)
    yield "answers"
    artifact.write(target, build_search(clean.tables, answers))
    yield "typo indexes"
    artifact.write(target, build_similar(clean.tables, answers["twins"]["labels"], lambda _done, _all: None))
    yield "similar films"


def build_as_notebooks_do(folder: Path, target: Path) -> Iterator[str]:
    """Yields the name of each stage when it is done."""
    import notebook_films

    yield "start"
    movies, tables = notebook_films.clean_tables(folder, target)
    yield "tables"
    notebook_films.build_answers(movies, tables, target)
    yield "answers"


WAYS = {"notebook": build_as_notebooks_do, "almazara": build_with_almazara}


def run(way: str, folder: Path) -> None:
    """Build once, and print what was used since the process began when each stage was done."""
    used = {}
    with tempfile.TemporaryDirectory() as target:
        for stage in WAYS[way](folder, Path(target)):
            own = resource.getrusage(resource.RUSAGE_SELF)
            clock = time.perf_counter() - STARTED
            used[stage] = (own.ru_utime + own.ru_stime, clock, own.ru_maxrss / 1024)
    print(json.dumps(used))


def measure(folder: Path, repeat: int) -> dict[str, dict[str, list[float]]]:
    """For each way the least that any of its runs used up to the end of each stage: CPU seconds, seconds, MB."""
    runs: dict[str, list[dict[str, list[float]]]] = {way: [] for way in WAYS}
    for way in [*WAYS] * repeat:  # in turn, so that a busy moment of the machine does not meet one way alone
        command = [sys.executable, "-W", "ignore", __file__, str(folder), "--run", way]
        runs[way].append(json.loads(subprocess.check_output(command, text=True).splitlines()[-1]))
    return {
        way: {stage: [min(used) for used in zip(*(run[stage] for run in done), strict=True)] for stage in done[0]}
        for way, done in runs.items()
    }


def compare(folder: Path, repeat: int) -> None:
    """Measure both ways and print them beside each other."""
    results = measure(folder, repeat)
    for way, stages in results.items():
        for stage, (cpu, clock, peak) in stages.items():
            print(f"{way:>9} up to {stage:>13}: {cpu:6.2f} CPU s, {clock:6.2f} s, peak {peak:4.0f} MB")
    for stage in SAME_JOB:
        theirs, ours = (results[way][stage] for way in ("notebook", "almazara"))
        cpu, clock, peak = (their / our for their, our in zip(theirs, ours, strict=True))
        print(f"Up to {stage}: {cpu:.1f} times less CPU time, {clock:.1f} times faster, {1 / peak:.2f} of the memory")


def with_full_entries(folder: Path, target: Path) -> Path:
    """The same data with every field in every entry of the credits."""
    import full_entries

    for path in folder.iterdir():
        if path.name in ("credits.csv", "credits.csv.gz"):
            full_entries.pad_credits(path, target / "credits.csv")
        else:
            (target / path.name).symlink_to(path.resolve())
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=REAL_DATA)
    parser.add_argument("--full-entries", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--run", choices=WAYS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run(asked.run, asked.folder)
        return
    with tempfile.TemporaryDirectory() as padded:
        folder = with_full_entries(asked.folder, Path(padded)) if asked.full_entries else asked.folder
        compare(folder, asked.repeat)


if __name__ == "__main__":
    main()

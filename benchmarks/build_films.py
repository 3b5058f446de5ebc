"""Measure the build of the clean film tables beside the usual notebook way: processor time and peak memory.

Usage: python benchmarks/build_films.py [FOLDER]

FOLDER holds The Movies Dataset (default: the real data beside the repository). Each way runs in a process of its own
and reads the same files and ends with its tables on disk.
"""

from __future__ import annotations

import ast
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "movies" / "the-movies-dataset"
NESTED = {
    "movies": ["belongs_to_collection", "genres", "production_companies", "production_countries", "spoken_languages"],
    "credits": ["cast", "crew"],
    "keywords": ["keywords"],
}


def build_with_almazara(folder: Path) -> int:
    """Read, clean, check, write."""
    from almazara.movies import cleaning, contract
    from almazara.movies.adapters import files

    clean = cleaning.clean(files.read_raw(folder))
    contract.check(clean, max_loss_share=0.1)
    with tempfile.TemporaryDirectory() as target:
        files.write_tables(clean, Path(target))
    return len(clean.tables["films"])


def build_as_notebooks_do(folder: Path) -> int:
    """pandas, `ast.literal_eval` per cell, explode, merge, `to_csv`."""
    import pandas as pd

    frames = {
        "movies": read(folder, "movies_metadata.csv", "movies_dataset.csv"),
        "credits": read(folder, "credits.csv"),
        "keywords": read(folder, "keywords.csv"),
    }
    tables = {}
    for name, columns in NESTED.items():
        frame = frames[name]
        frame["id"] = pd.to_numeric(frame["id"], errors="coerce")
        for column in [column for column in columns if column in frame]:
            frame[column] = frame[column].apply(parse)
            tables[column] = unnest(frame, column)
    movies = frames["movies"].dropna(subset=["release_date"])
    movies["release_date"] = pd.to_datetime(movies["release_date"], errors="coerce", format="%Y-%m-%d")
    movies = movies.dropna(subset=["release_date", "id"]).drop_duplicates("id")
    for column in ("budget", "revenue"):
        movies[column] = pd.to_numeric(movies[column], errors="coerce").fillna(0)
    movies["return"] = (movies["revenue"] / movies["budget"]).where((movies["budget"] > 0) & (movies["revenue"] > 0), 0)
    for column in ("credits", "keywords"):
        movies = movies.merge(frames[column].drop_duplicates("id"), on="id", how="left")
    links, ratings = read(folder, "links.csv"), read(folder, "ratings.csv", "ratings_small.csv")
    if len(links) and len(ratings):
        tables["ratings"] = ratings.merge(links, on="movieId").merge(movies[["id"]], left_on="tmdbId", right_on="id")
    nested = [column for columns in NESTED.values() for column in columns]
    tables["movies"] = movies.drop(columns=nested, errors="ignore")
    with tempfile.TemporaryDirectory() as target:
        for name, table in tables.items():
            table.to_csv(Path(target) / f"{name}.csv", index=False)
    return len(movies)


def read(folder: Path, *names: str) -> pd.DataFrame:
    import pandas as pd

    found = [path for name in names for path in (folder / name, folder / f"{name}.gz") if path.exists()]
    return pd.read_csv(found[0], low_memory=False) if found else pd.DataFrame({"id": []})


def parse(cell: object) -> object:
    try:
        return ast.literal_eval(cell)  # type: ignore[arg-type]  # what is no text raises
    except (ValueError, SyntaxError):
        return []


def unnest(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    import pandas as pd

    entries = frame[["id", column]].explode(column).dropna()
    entries = entries[entries[column].map(lambda entry: isinstance(entry, dict))]
    fields = pd.DataFrame(entries[column].tolist(), index=entries.index)
    return fields.rename(columns={"id": f"{column}_id"}).assign(film_id=entries["id"])


WAYS = {"almazara": build_with_almazara, "notebook": build_as_notebooks_do}


def measure(way: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", __file__, str(folder), way]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REAL_DATA
    if len(sys.argv) > 2:
        films = WAYS[sys.argv[2]](folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"films": films, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}))
        return
    ours, theirs = measure("almazara", folder), measure("notebook", folder)
    print(f"Clean film tables from {folder}")
    for name, result in (("notebook way", theirs), ("almazara", ours)):
        print(f"{name:>13}: {result['films']:,} films, {result['cpu']:.2f} CPU s, peak {result['peak']:.0f} MB")
    times, share = theirs["cpu"] / ours["cpu"], ours["peak"] / theirs["peak"]
    print(f"{times:.1f} times less processor time, {share:.2f} of the memory")


if __name__ == "__main__":
    main()

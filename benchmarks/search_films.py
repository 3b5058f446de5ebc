"""Right film first, and processor time, of the typo-tolerant search beside what a user would do instead.

Run: python benchmarks/search_films.py [movies_metadata.csv.gz] [--seed 2026] [--queries 500]
"""

from __future__ import annotations

import argparse
import csv
import difflib
import gzip
import io
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from almazara.movies.catalog.search import SearchIndex, build_index
from almazara.movies.catalog.titles import normalize

DATA = Path(__file__).resolve().parents[2] / "shared/data/movies/the-movies-dataset/movies_metadata.csv.gz"
KINDS = ("one edit", "two edits", "missing word", "swapped words")


@dataclass(frozen=True, slots=True)
class Film:
    """What a search for films needs to know of one."""

    id: int
    title: str
    original_title: str
    votes: float


def read_films(path: Path) -> list[Film]:
    """The films with a release date, each id once."""
    csv.field_size_limit(sys.maxsize)
    opened = gzip.open if path.suffix == ".gz" else open
    films: dict[int, Film] = {}
    with opened(path, "rb") as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")):
            if re.fullmatch(r"\d{4}-\d\d-\d\d", row["release_date"] or "") and row["id"].isdigit() and row["title"]:
                film = Film(int(row["id"]), row["title"], row["original_title"], float(row["vote_count"] or 0))
                films.setdefault(film.id, film)
    return list(films.values())


def edited(text: str, rng: random.Random) -> str:
    """One letter inserted, deleted, replaced or transposed with the next one."""
    place, letter = rng.randrange(len(text) - 1), rng.choice("abcdefghijklmnopqrstuvwxyz")
    return rng.choice(
        [
            text[:place] + letter + text[place:],
            text[:place] + text[place + 1 :],
            text[:place] + letter + text[place + 1 :],
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
        ]
    )


def mistyped(title: str, kind: str, rng: random.Random) -> str:
    words = title.split()
    if kind == "missing word":
        del words[rng.randrange(len(words))]
        return " ".join(words)
    if kind == "swapped words":
        first, second = rng.sample(range(len(words)), 2)
        words[first], words[second] = words[second], words[first]
        return " ".join(words)
    return edited(title, rng) if kind == "one edit" else edited(edited(title, rng), rng)


def typo_queries(titles: list[str], known: set[str], n: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """(kind, title, query): titles of 5 letters or more, of 2 words to swap them, of 3 to leave one out.

    A query that happens to be another title ("Major League" for "Major League II") is no typo and not asked.
    """
    rng = random.Random(seed)
    for number in range(n):
        kind = KINDS[number % len(KINDS)]
        least_words = {"missing word": 3, "swapped words": 2}.get(kind, 1)
        while True:
            title = rng.choice(titles)
            query = mistyped(title, kind, rng) if len(title.split()) >= least_words and len(title) > 4 else title
            if normalize(query) and normalize(query) not in known:
                break
        yield kind, title, query


def measure(find: Callable[[str], str | None], queries: list[tuple[str, str, str]]) -> tuple[list[bool], float]:
    """Whether each query found its title first, and processor milliseconds per query."""
    started = time.process_time()
    answers = [find(query) for _, _, query in queries]
    spent = time.process_time() - started
    right = [answer == normalize(title) for answer, (_, title, _) in zip(answers, queries, strict=True)]
    return right, 1000 * spent / len(queries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--queries", type=int, default=500)
    options = parser.parse_args()
    films = read_films(options.path)
    texts = [(film.title, film) for film in films]
    texts += [(film.original_title, film) for film in films if normalize(film.original_title) != normalize(film.title)]
    started = time.process_time()
    arrays = build_index(
        [text for text, _ in texts],
        np.array([film.id for _, film in texts], np.int32),
        np.array([film.votes for _, film in texts], np.float32),
    )
    size = sum(array.nbytes for array in arrays.values()) / 1e6
    print(
        f"{len(texts)} texts of {len(films)} films: {size:.1f} MB, {time.process_time() - started:.1f} CPU s to build"
    )
    index = SearchIndex(arrays)
    title_of = {film.id: normalize(film.title) for film in films}
    best: dict[str, Film] = {}
    for film in sorted(films, key=lambda film: (film.votes, -film.id)):
        best[normalize(film.title)] = film
    keys = sorted(best, key=lambda key: -best[key].votes)

    def ours(query: str) -> str | None:
        found = index.search(query, 5)
        key = title_of[found[0].entry_id] if found else None
        return key if key is not None and best[key].id == found[0].entry_id else None

    known = {normalize(film.title) for film in films}
    voted = [film.title for film in films if film.votes >= 100]
    for name, titles in {"any film": [film.title for film in films], "films with 100 votes": voted}.items():
        queries = list(typo_queries(titles, known, options.queries, options.seed))
        ours(queries[0][2])  # the first call pays for what is loaded lazily
        right, cost = measure(ours, queries)
        report(f"almazara, {name}", right, cost, queries, cost)
    for name, (find, n) in instead(keys).items():
        right, other = measure(find, queries[:n])
        report(f"{name}, films with 100 votes", right, other, queries[:n], cost)


def instead(keys: list[str]) -> dict[str, tuple[Callable[[str], str | None], int]]:
    """What a user would do, over all normalized titles in the order of their votes, and for how many queries."""

    def best(scorer: Callable[..., float], query: str) -> str:
        return process.extractOne(normalize(query), keys, scorer=scorer)[0]

    def close(query: str) -> str | None:
        return next(iter(difflib.get_close_matches(normalize(query), keys, n=5)), None)

    return {
        "rapidfuzz.process.extractOne": (partial(best, fuzz.WRatio), 200),
        "rapidfuzz, scorer=ratio": (partial(best, fuzz.ratio), 200),
        "difflib.get_close_matches": (close, 20),
    }


def report(name: str, right: list[bool], cost: float, queries: list[tuple[str, str, str]], ours: float) -> None:
    kinds = ", ".join(
        f"{kind} {np.mean([ok for ok, query in zip(right, queries, strict=True) if query[0] == kind]):.3f}"
        for kind in KINDS
    )
    print(
        f"{name}: right first {np.mean(right):.3f} of {len(queries)} ({kinds}), "
        f"{cost:.2f} CPU ms each, {cost / ours:.1f} times ours"
    )


if __name__ == "__main__":
    main()

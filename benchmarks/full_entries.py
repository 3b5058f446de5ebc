"""Pads trimmed credits to the form of the published file: every entry with all its fields, the missing ones made up.

`credits.csv` as people download it has eight fields in each cast entry and seven in each crew entry; a copy trimmed to
names and orders parses faster, for everybody.
"""

from __future__ import annotations

import ast
import csv
import gzip
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import crc32

CAST = ("cast_id", "character", "credit_id", "gender", "id", "name", "order", "profile_path")
CREW = ("credit_id", "department", "gender", "id", "job", "name", "profile_path")


def pad_credits(source: Path, target: Path) -> None:
    """Write a plain `credits.csv` in full form; the same source gives the same file."""
    rng = random.Random(1)
    csv.field_size_limit(2**31 - 1)
    opened = gzip.open if source.suffix == ".gz" else open
    with opened(source, "rt", encoding="utf-8", newline="") as read, target.open("w", encoding="utf-8") as written:
        rows = csv.DictReader(read)
        writer = csv.DictWriter(written, rows.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            cast = [_padded(entry, CAST, rng) for entry in ast.literal_eval(row["cast"])]
            crew = [_padded(entry, CREW, rng) for entry in ast.literal_eval(row["crew"])]
            writer.writerow({**row, "cast": cast, "crew": crew})


def _padded(entry: Mapping[str, object], fields: tuple[str, ...], rng: random.Random) -> dict[str, object]:
    made = dict(_made_values(str(entry["name"]), rng))
    return {field: entry.get(field, made[field]) for field in fields}


def _made_values(name: str, rng: random.Random) -> Iterator[tuple[str, object]]:
    """Values of every field, of the length and kind of real ones; a person's id follows from the name."""
    words = name.split() or ["X"]
    first, last = words[0], words[-1]
    number = crc32(name.encode()) % 2_000_000
    yield from (
        ("name", name),
        ("id", number),
        ("gender", number % 3),
        ("cast_id", rng.randrange(100)),
        ("order", rng.randrange(50)),
    )
    parts = (f"{last} {first}", first, f"{first} (voice)", f"{last} (uncredited)", f"{first}'s Friend", f'"{last}" Doe')
    yield "character", rng.choices(parts, weights=(50, 25, 10, 10, 4, 1))[0]
    yield "credit_id", f"{rng.getrandbits(96):024x}"
    path = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=27))
    yield "profile_path", None if rng.random() < 0.4 else f"/{path}.jpg"
    yield from (("department", "Directing"), ("job", "Director"))

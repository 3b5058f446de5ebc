"""The known defects of the real raw files, planted into the sample a counted number of times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from sample.draw import Draw
from sample.raw import METADATA_COLUMNS, Row

SAMPLE_DEFECTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        # movies_metadata.csv: rows that a clean catalog cannot keep
        "row broken in two": 3,  # the head is empty after overview, the tail follows nine columns to the left
        "release date empty": 9,  # besides the heads of the broken rows; six of them lack four more fields
        "release date invalid": 3,
        "row repeated whole": 4,
        "id repeated with other values": 4,
        # movies_metadata.csv: rows that stay
        "budget not a number": 3,
        "budget NaN": 2,
        "popularity not a number": 2,
        "revenue empty": 4,
        "runtime empty": 5,
        "budget of 1 dollar": 3,  # with a revenue, so that the return is absurd
        "revenue below 20 dollars": 2,
        "genres unreadable": 1,
        "overview with line breaks": 5,
        "overview without text": 4,  # says `No overview found.`
        "adult": 3,
        # the other files
        "credits repeated whole": 2,
        "credits repeated with another cast": 4,
        "credits missing": 1,
        "credits of an unknown film": 2,
        "cast unreadable": 1,
        "actor twice in a cast": 3,
        "keywords repeated whole": 5,
        "keywords of an unknown film": 3,
        "keywords unreadable": 1,
        "link without tmdbId": 4,
    }
)
_BREAK_AT = METADATA_COLUMNS.index("overview")
_UNKNOWN_ID = 899_000
_SMALL_CAST = 2
_FIRST_PLACE, _LAST_PLACE = "'order': 0", "'order': 99"


@dataclass(frozen=True, slots=True)
class RawTables:
    """The rows of the files that bear defects; planting changes these lists in place."""

    metadata: list[Row]
    credits: list[Row]
    keywords: list[Row]
    links: list[Row]


def plant_defects(tables: RawTables, spared: int, draw: Draw) -> None:
    """Plant every defect of SAMPLE_DEFECTS, each into a film of its own with fewer than `spared` votes."""
    ordinary = draw.shuffled([row for row in tables.metadata if int(row["vote_count"]) < spared])
    half = len(ordinary) // 2
    _plant_in_metadata(tables.metadata, ordinary[:half], draw)
    elsewhere = {row["id"] for row in ordinary[half:]}
    _plant_in_credits(tables.credits, [row for row in tables.credits if row["id"] in elsewhere], draw)
    _plant_in_keywords(tables.keywords, [row for row in tables.keywords if row["id"] in elsewhere], draw)
    linked = [row for row in tables.links if row["tmdbId"] in elsewhere]
    for row in draw.several(linked, SAMPLE_DEFECTS["link without tmdbId"]):
        row["tmdbId"] = ""


def _plant_in_metadata(rows: list[Row], victims: list[Row], draw: Draw) -> None:
    left = iter(victims)

    def take(defect: str) -> list[Row]:
        return list(islice(left, SAMPLE_DEFECTS[defect]))

    def change(defect: str, how: Callable[[Row, int], None]) -> None:
        for number, row in enumerate(take(defect)):
            how(row, number)

    _spoil_cells(change)
    _break_rows(rows, take("row broken in two"))
    _repeat(rows, [dict(row) for row in take("row repeated whole")], draw)
    others = take("id repeated with other values")
    others[-1] = others[0]  # this id comes three times
    changed = [{**row, "vote_count": str(int(row["vote_count"]) + 1 + at)} for at, row in enumerate(others)]
    _repeat(rows, changed, draw)


def _spoil_cells(change: Callable[[str, Callable[[Row, int], None]], None]) -> None:
    def put(defect: str, column: str, *values: str) -> None:
        change(defect, lambda row, number: row.update({column: values[number % len(values)]}))

    put("release date invalid", "release_date", "1", "22", "1999-02-30")
    put("budget not a number", "budget", "/ff9Olive.jpg", "unknown", "1.2.3")
    put("budget NaN", "budget", "NaN")
    put("popularity not a number", "popularity", "Beware of the Oil", "")
    put("revenue empty", "revenue", "")
    put("runtime empty", "runtime", "")
    put("genres unreadable", "genres", "[{'id': 18, 'name': 'Dra")
    put("overview without text", "overview", "No overview found.")
    put("adult", "adult", "True")
    change("budget of 1 dollar", lambda row, number: row.update(budget="1", revenue=str(8_400_000 + number)))
    change(
        "revenue below 20 dollars",
        lambda row, number: row.update(budget="3000000", revenue=str(3 + 9 * number)),
    )
    change("overview with line breaks", _break_lines)
    change("release date empty", _forget_release)


def _break_lines(row: Row, number: int) -> None:
    row["overview"] = f"Part one.\nPart {number + 2}: {row['overview']}\n\n- Written by \"Ørnaceite\", 'uncredited'"


def _forget_release(row: Row, number: int) -> None:
    row["release_date"] = ""
    if number % 3:
        row.update(dict.fromkeys(("revenue", "title", "video", "spoken_languages"), ""))


def _break_rows(rows: list[Row], victims: list[Row]) -> None:
    """Cut each victim in the middle of its overview, as an unquoted line break does."""
    for number, row in enumerate(victims):
        at = rows.index(row)
        text = row["overview"] or "A lost reel."
        values = list(row.values())
        tail = [f" - {text[len(text) // 2 :].strip()}", *values[_BREAK_AT + 1 :]]
        tail[METADATA_COLUMNS.index("release_date")] = ("1", "12", "22")[number % 3]
        row.update(dict.fromkeys(METADATA_COLUMNS[_BREAK_AT + 1 :], ""), overview=text[: len(text) // 2])
        rows.insert(at + 1, dict(zip(METADATA_COLUMNS, tail, strict=False)))


def _repeat(rows: list[Row], copies: list[Row], draw: Draw) -> None:
    """Insert each copy somewhere after the row that it repeats."""
    for copy in copies:
        first = next(at for at, row in enumerate(rows) if row.get("id") == copy["id"])
        after = _after_break(rows, draw.integer(first + 1, len(rows)))
        rows.insert(after, copy)


def _after_break(rows: list[Row], at: int) -> int:
    """Move past the tail of a broken row, so that it stays right below its head."""
    return at + 1 if at < len(rows) and rows[at].get("adult", "").startswith(" - ") else at


def _plant_in_credits(rows: list[Row], victims: list[Row], draw: Draw) -> None:
    full = (row for row in draw.shuffled(victims) if row["cast"].count("'cast_id'") > _SMALL_CAST)

    def take(defect: str) -> list[Row]:
        return list(islice(full, SAMPLE_DEFECTS[defect]))

    for row in take("actor twice in a cast"):
        first, rest = row["cast"][1:-1].split("}, ", 1)
        row["cast"] = f"[{first}}}, {rest}, {first.replace(_FIRST_PLACE, _LAST_PLACE)}}}]"
    for row in take("cast unreadable"):
        row["cast"] = row["cast"][: len(row["cast"]) // 2]
    for row in take("credits missing"):
        rows.remove(row)
    _repeat(rows, [dict(row) for row in take("credits repeated whole")], draw)
    _repeat(rows, [{**row, "cast": "[]"} for row in take("credits repeated with another cast")], draw)
    unknown = take("credits of an unknown film")
    rows += [{**row, "id": str(_UNKNOWN_ID + at)} for at, row in enumerate(unknown)]


def _plant_in_keywords(rows: list[Row], victims: list[Row], draw: Draw) -> None:
    full = (row for row in draw.shuffled(victims) if row["keywords"] != "[]")

    def take(defect: str) -> list[Row]:
        return list(islice(full, SAMPLE_DEFECTS[defect]))

    for row in take("keywords unreadable"):
        row["keywords"] = row["keywords"][:-4]
    _repeat(rows, [dict(row) for row in take("keywords repeated whole")], draw)
    unknown = take("keywords of an unknown film")
    rows += [{**row, "id": str(_UNKNOWN_ID + at)} for at, row in enumerate(unknown)]

"""The catalog in memory-mapped arrays: texts, keys that lead to films, and counts of releases; no scan per question."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import extract

from almazara.movies.answers import FilmReference
from almazara.movies.catalog.titles import query_keys, spellings, split_year
from almazara.words.numbers import Language

Row = int
"""Position of a film in the catalog's columns."""
FilmId = int | str
"""How a film is named surely: by its number, or by its IMDb id, `tt` and digits."""
IMDB_ID: Final = re.compile("tt[0-9]{1,18}")
Arrays = Mapping[str, np.ndarray]
"""Arrays by name: what is stored together and read by one class."""
Groups = dict[str, Arrays]
"""Arrays in named groups."""

SUGGESTIONS: Final = 5


class Texts:
    """Texts by row; opening it reads nothing."""

    def __init__(self, arrays: Arrays) -> None:
        # A memoryview hands out Python ints and slices at a fraction of the cost of indexing an array.
        self._offsets = arrays["offsets"].data
        self._blob = arrays["blob"].data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def encoded(self, row: int) -> bytes:
        """The UTF-8 bytes of a text."""
        return bytes(self._blob[self._offsets[row] : self._offsets[row + 1]])

    def __getitem__(self, row: int) -> str:
        return str(self._blob[self._offsets[row] : self._offsets[row + 1]], "utf-8")


class KeyTable:
    """Leads from a key to rows; opening it reads nothing, a look-up halves the range some seventeen times."""

    def __init__(self, arrays: Arrays) -> None:
        self._keys = Texts(arrays)
        self._starts = arrays["starts"].data
        self._rows = arrays["rows"].data

    def rows(self, key: str) -> list[int]:
        """The rows of a key, in the order in which they were given; none for an unknown key."""
        wanted = key.encode("utf-8", "surrogatepass")
        place = bisect_left(range(len(self._keys)), wanted, key=self._keys.encoded)
        if place == len(self._keys) or self._keys.encoded(place) != wanted:
            return []
        return list(self._rows[self._starts[place] : self._starts[place + 1]])

    def near(self, key: str, n: int) -> list[str]:
        """The `n` keys most like one; reads all of them."""
        keys = (self._keys[place] for place in range(len(self._keys)))
        return [found for found, _, _ in extract(key, keys, scorer=Indel.normalized_similarity, limit=n)]


@dataclass(frozen=True, slots=True)
class Found:
    """The film that answers a title, and the others that share it; last a better known one with nearly the same."""

    row: Row
    others: list[Row]


class Releases:
    """How many films came out in a month of any year, on a weekday, on a day of any month, on a date."""

    def __init__(self, arrays: Arrays) -> None:
        self._by_month = arrays["by_month"].data
        self._by_weekday = arrays["by_weekday"].data
        self._by_day = arrays["by_day"].data
        self._dates = arrays["dates"].data
        self._by_date = arrays["by_date"].data

    def in_month(self, number: int) -> int:
        """In month 1 to 12."""
        return int(self._by_month[number - 1])

    def on_weekday(self, number: int) -> int:
        """On weekday 0 (Monday) to 6."""
        return int(self._by_weekday[number])

    def on_day(self, number: int) -> int:
        """On day 1 to 31 of any month."""
        return int(self._by_day[number - 1])

    def on_date(self, day: date) -> int:
        """On one date."""
        place = bisect_left(self._dates, day.toordinal())
        known = place < len(self._dates) and self._dates[place] == day.toordinal()
        return int(self._by_date[place]) if known else 0


class ImdbNumbers:
    """Reads the arrays that `build_imdb_numbers` made: numbers (films,) int64 by row, 0 where unknown; order int32."""

    def __init__(self, arrays: Arrays) -> None:
        self._numbers = arrays["numbers"].data
        self._order = arrays["order"].data

    def of(self, row: Row) -> int | None:
        """The number of a film, without its tt; None where it is not known."""
        return self._numbers[row] or None

    def row(self, number: int) -> Row | None:
        """The one film of a number; None where there is none, or several."""
        place = bisect_left(self._order, number, key=self._numbers.__getitem__)
        rows = [row for row in self._order[place : place + 2] if self._numbers[row] == number]
        return rows[0] if len(rows) == 1 else None


class Catalog:
    """Answers `which film is this` and what its popularity and votes are.

    `title_keys` and `original_keys` lead from a normalized title, and the same without spaces, to rows, best voted
    first: from titles in use and from all others. `local` holds titles in languages of readers, empty where there is
    none. Films are in order of id.
    """

    def __init__(
        self,
        films: Arrays,
        titles: Texts,
        title_keys: KeyTable,
        original_keys: KeyTable,
        imdb: ImdbNumbers,
        *,
        local: Mapping[Language, Texts],
    ) -> None:
        self.imdb = imdb
        self._local = local
        self._ids = films["ids"].data
        self._years = films["years"].data
        self._released = films["released"].data
        self._popularity = films["popularity"].data
        self._averages = films["averages"].data
        self._votes = films["votes"].data
        self._runtimes = films["runtimes"].data
        self._better_known = films["better_known"].data if "better_known" in films else None  # of older catalogs
        self._titles = titles
        self._tables = (title_keys, original_keys)

    def __len__(self) -> int:
        return len(self._ids)

    def row_of(self, film_id: FilmId) -> Row | None:
        """The row of a film id, None where the catalog has no such film."""
        if isinstance(film_id, str):
            return self.imdb.row(int(film_id.removeprefix("tt")))
        row = bisect_left(self._ids, film_id)
        return row if row < len(self._ids) and self._ids[row] == film_id else None

    def facts(self, row: Row) -> tuple[int, str, int]:
        """Id, title and year."""
        return self._ids[row], self._titles[row], self._years[row]

    def reference(self, row: Row, language: Language) -> FilmReference:
        """Enough to know the film by."""
        return FilmReference(*self.facts(row), titulo_local=self.local_title(row, language))

    def named(self, row: Row, language: Language) -> str:
        """Title and year, as a suggestion names a film."""
        return f"{self.title(row, language)} ({self._years[row]})"

    def title(self, row: Row, language: Language) -> str:
        """The title as it is shown to a reader: in their language where it is known, else the catalog's own."""
        return self.local_title(row, language) or self._titles[row]

    def local_title(self, row: Row, language: Language) -> str | None:
        """The title in a language, where a file of titles gave one."""
        return (self._local[language][row] or None) if language in self._local else None

    def year(self, row: Row) -> int:
        """The year of release."""
        return int(self._years[row])

    def released(self, row: Row) -> date:
        """The day on which the film came out."""
        return date.fromordinal(self._released[row])

    def popularity(self, row: Row) -> float | None:
        """The film's popularity, where it is known."""
        return _known(self._popularity[row])

    def average(self, row: Row) -> float | None:
        """The film's vote average, where it is known."""
        return _known(self._averages[row])

    def votes(self, row: Row) -> int:
        """How many people voted."""
        return int(self._votes[row])

    def runtime(self, row: Row) -> float | None:
        """How many minutes the film takes, where it is known."""
        return _known(self._runtimes[row])

    def better_known(self, row: Row) -> Row | None:
        """The film of nearly the same title that has far more votes, None where there is none."""
        known = -1 if self._better_known is None else self._better_known[row]
        return None if known < 0 else int(known)

    def find(self, title: str, year: int | None = None, film_id: FilmId | None = None) -> Found | None:
        """The film a title means, or None: the same spelling before the same letters, then the most voted.

        A year may come as an argument or as `Title (1950)`, before which other titles may stand in parentheses, that
        count where the first names no film; a film whose own title ends so is found first.
        """
        found = self._fitting(title, year, film_id)
        if found is None:
            bare, written_year = split_year(title)
            if written_year is not None:
                asked_year = written_year if year is None else year
                fitting = (self._fitting(one, asked_year, film_id) for one in (bare, *spellings(bare)))
                found = next((one for one in fitting if one is not None), None)
        return found

    def _fitting(self, title: str, year: int | None, film_id: FilmId | None) -> Found | None:
        asked = None if film_id is None else self.row_of(film_id)
        if film_id is not None and asked is None:
            return None
        for rows in self._sharing(title):
            eligible = [row for row in rows if self._fits(row, year, asked)]
            if eligible:
                best = min(eligible, key=lambda row: self._spelling_tier(row, title))
                is_sure = year is not None or asked is not None
                known = None if is_sure else self.better_known(best)
                return Found(best, [*(row for row in rows if row != best), *([] if known is None else [known])])
        return None

    def _sharing(self, title: str) -> Iterator[list[Row]]:
        """The films of each key of a title, surest first: by titles in use, then by the original one and all others."""
        return (rows for table in self._tables for key in query_keys(title) if (rows := table.rows(key)))

    def _fits(self, row: Row, year: int | None, asked: Row | None) -> bool:
        return (year is None or self._years[row] == year) and (asked is None or row == asked)

    def _spelling_tier(self, row: Row, title: str) -> int:
        known = [self._titles[row], *(texts[row] for texts in self._local.values())]
        if title in known:
            return 0
        return 1 if title.casefold() in map(str.casefold, known) else 2


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - only NaN differs from itself


def open_catalog(group: Callable[[str], Arrays]) -> Catalog:
    """Over the arrays of a built catalog, each group by its name."""
    keys = KeyTable(group("title_keys")), KeyTable(group("original_keys"))
    local = {language: Texts(arrays) for language in Language if (arrays := group(titles_in(language)))}
    return Catalog(group("films"), Texts(group("titles")), *keys, ImdbNumbers(group("imdb")), local=local)


def titles_in(language: Language) -> str:
    """The group of the titles in a language; it is empty where none were given, and in older catalogs."""
    return f"titles_{language.value}"

"""What a row of an export says of a film, and how rows are read: surely, or refused and counted."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from almazara.errors import InputError
from almazara.movies.raw.text import separator_of
from almazara.movies.users.events import FIRST_MOMENT, MAX_RATING, MAX_SKEW, MIN_RATING, Kind

_ID: Final = re.compile(r"^(https?://(www\.|m\.)?imdb\.com/title/)?(tt)?|(\.0)?/?$", re.IGNORECASE)
_SECONDS: Final = re.compile(r"1\d{9}(\d{3})?")  # since 1970, with or without thousandths, from 2001 on
_TODAY_ELSEWHERE: Final = timedelta(days=1)  # a date alone may be today's east of us
_HEAD: Final = 1 << 16
NO_FILM: Final = "it is no film"
NOT_SEEN: Final = "it is not said to have been seen"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file: its path inside the export, and its text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says; `value` from 0.5 to 5, `imdb` without its tt, None for what it does not say.

    Attributes:
        original: Its title in its own language, where the row has it beside another one.
        is_film: Whether it is said to be a film. What is said to be something else, in whatever language, is one only
            if the catalog has its id.
    """

    where: str
    title: str
    year: int | None
    kind: Kind
    value: float | None = None
    at: datetime | None = None
    tmdb: int | None = None
    imdb: int | None = None
    original: str = ""
    is_film: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken surely."""

    where: str
    title: str
    year: int | None
    reason: str


Told = Entry | Refused
Row = Mapping[str, Any]


SEVERAL: Final = " "
"""Between ids of one kind that a row has more than one of: then it is not known which film it is."""


class About:
    """The film that a row is about, as it was written.

    Args:
        where: Which row it is.
        title: As the row has it.
        year: Of release.
        now: Moments after it are refused.
        tmdb: Its number there; 0 is none.
        imdb: Its number there, with or without tt.
        original: See `Entry`.
        is_film: See `Entry`.
    """

    def __init__(
        self,
        where: str,
        title: object,
        year: object,
        now: datetime,
        *,
        tmdb: object = None,
        imdb: object = None,
        original: str = "",
        is_film: bool = True,
    ) -> None:
        self._where = where
        self._title = _text(title)
        self._year = _whole(year)
        self._now = now
        self._is_several = any(SEVERAL in str(one) for one in (tmdb, imdb))
        self._tmdb, self._imdb = (_whole(_ID.sub("", str(one or "").strip())) or None for one in (tmdb, imdb))
        self._original = _text(original)
        self._is_film = is_film

    def refused(self, reason: str) -> Refused:
        """The row is not taken."""
        return Refused(self._where, self._title, self._year, reason)

    def entry(self, kind: Kind, rating: object, halves: float, moment: object) -> Told:
        """The row is taken, unless its rating or moment cannot be read surely; a star of ours is `halves` of theirs."""
        value = _rating(rating, halves)
        if kind is Kind.RATING and value is None:
            return self.refused("its rating is no number of the scale")
        if self._is_several:
            return self.refused("its ids are of different films")
        if not self._title and not self._tmdb and not self._imdb:
            return self.refused("it names no film")
        try:
            at = _moment(moment, self._now)
        except ValueError as error:
            return self.refused(str(error))
        said = (self._where, self._title, self._year, kind, value, at)
        return Entry(*said, self._tmdb, self._imdb, self._original, self._is_film)


def _text(written: object) -> str:
    """A text without space around it, and without the halves of characters that JSON can spell."""
    return written.strip().encode(errors="replace").decode() if isinstance(written, str) else ""


def _rating(written: object, halves: float) -> float | None:
    try:
        value = float(str(written).replace(",", ".")) / halves
    except ValueError:
        return None
    return value if MIN_RATING <= value <= MAX_RATING else None


def _moment(written: object, now: datetime) -> datetime | None:
    """A date as its midnight in UTC, a moment as it is, also of a clock a little ahead; None where there is none."""
    if not written:
        return None
    try:
        moment = _read_moment(str(written).strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("its date cannot be read") from None
    if not FIRST_MOMENT <= moment <= now + _TODAY_ELSEWHERE:
        raise ValueError("its date is in the future or before film")
    return moment if moment <= now + MAX_SKEW else now


def _read_moment(text: str) -> datetime:
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)  # IMDb, until 2016


def _whole(written: object) -> int | None:
    text = str(written).strip()
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= len("9223372036854775807") - 1 else None


def csv_rows(file: ExportFile, expected: Sequence[str], make: Callable[[str, Row], Told]) -> list[Told]:
    """What `make` makes of the rows; see `rows_of`."""
    require(file, columns_of(file), expected)
    return [row if isinstance(row, Refused) else make(*row) for row in rows_of(file)]


def rows_of(file: ExportFile) -> list[tuple[str, Row] | Refused]:
    """Where each row stands, counted from 1, and its cells; rows of another width are refused."""
    columns, rows = columns_of(file), _cells(file)
    next(rows, None)
    found: list[tuple[str, Row] | Refused] = []
    for number, cells in enumerate(filter(None, rows), start=1):
        where = f"{file.path} row {number}"
        if len(cells) == len(columns):
            found.append((where, dict(zip(columns, cells, strict=True))))
        else:
            found.append(Refused(where, "", None, "it has not as many cells as columns"))
    return found


def columns_of(file: ExportFile) -> list[str]:
    """The names in the first line."""
    return [name.strip() for name in next(_cells(file), [])]


def _cells(file: ExportFile) -> Iterator[list[str]]:
    separator, _ = separator_of(file.text[:_HEAD])
    try:
        yield from csv.reader(io.StringIO(file.text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise InputError(f"{file.path} is not a CSV file that can be read: {error}.") from error


def json_of(file: ExportFile) -> Any:  # noqa: ANN401 - whatever it holds
    """What a JSON file holds; an InputError where it is none."""
    try:
        return json.loads(file.text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file.path} is not JSON that can be read: {error}.") from error


def require(file: ExportFile, columns: Sequence[str], expected: Sequence[str]) -> None:
    """Pass when the columns are there; an InputError names those missing, all expected, and those that the file has."""
    if missing := [name for name in expected if name not in columns]:
        raise InputError(
            f"{file.path} lacks {', '.join(missing)}; expected are the columns {', '.join(expected)}, and it has "
            f"{', '.join(columns[:20]) or 'none'}."
        )

"""Months and days as people write them in Spanish."""

import re
from dataclasses import dataclass
from datetime import date

from almazara.errors import InputError
from almazara.movies.catalog.titles import fold
from almazara.words.said import said

MONTH_NAMES = tuple(said(f"names.month.{number}") for number in range(1, 13))
WEEKDAY_NAMES = tuple(said(f"names.weekday.{number}") for number in range(7))
MONTHS = tuple(name.text() for name in MONTH_NAMES)
WEEKDAYS = tuple(name.text() for name in WEEKDAY_NAMES)

_MONTH_NUMBERS = {name: number for number, name in enumerate(MONTHS, start=1)} | {"setiembre": 9}
_WEEKDAY_NUMBERS = {fold(name): number for number, name in enumerate(WEEKDAYS)}
_NUMBER = re.compile("[0-9]{1,2}")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST_MONTH, _LAST_DAY = 12, 31
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week: 0 is Monday (lunes), 6 is Sunday (domingo)."""

    number: int


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day of any month, 1 to 31."""

    number: int


def parse_month(text: str) -> int:
    """The number of a month, 1 to 12, from its Spanish name or its number."""
    written = text.strip()
    month = _MONTH_NUMBERS.get(fold(written))
    if month is None and _NUMBER.fullmatch(written):
        month = int(written)
    if month is None or not 1 <= month <= _LAST_MONTH:
        raise InputError(said("films.error.no_month", written=_shown(written)))
    return month


def parse_day(text: str) -> Weekday | DayOfMonth | date:
    """A weekday by its Spanish name, a day of the month 1-31, or a date `AAAA-MM-DD`."""
    written = text.strip()
    weekday = _WEEKDAY_NUMBERS.get(fold(written))
    if weekday is not None:
        return Weekday(weekday)
    if _NUMBER.fullmatch(written) and 1 <= int(written) <= _LAST_DAY:
        return DayOfMonth(int(written))
    if _DATE.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError as error:
            raise InputError(said("films.error.no_date", written=written)) from error
    raise InputError(said("films.error.no_day", written=_shown(written)))


def _shown(text: str) -> str:
    """What was typed, short and printable."""
    printable = "".join(character if character.isprintable() else "·" for character in text[: _SHOWN + 1])
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…"

"""Round days: starts of weeks, months and years, from the most to the fewest."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final, Literal

Unit = Literal["day", "month", "year"]
_MONTH: Final = 30.4  # days
_YEAR: Final = 365.25

Next = Callable[[date], date]
"""The first round day after one."""


def round_days(first: date, last: date, most: int) -> Iterator[tuple[Unit, list[date]]]:
    """Round days from `first` to `last`, with what names them: every day, second day, Monday, month, second month ...

    Kinds of which there are more than `most` are left out.
    """
    for unit, length, following in _steps():
        if (last - first).days / length <= most:
            yield unit, list(_between(first, last, following))


def _between(first: date, last: date, following: Next) -> Iterator[date]:
    try:
        day = following(first - timedelta(days=1))
        while day <= last:
            yield day
            day = following(day)
    except (ValueError, OverflowError):  # the calendar ends
        return


def _steps() -> Iterator[tuple[Unit, float, Next]]:
    """Each kind of round day: what names it, how many days lie between two, and the first after a day."""
    for days in (1, 2):
        yield "day", days, partial(_day_after, every=days)
    yield "day", 7, lambda day: day + timedelta(days=7 - day.weekday())
    for months in (1, 2, 3, 6):
        yield "month", months * _MONTH, partial(_month_after, every=months)
    for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        yield "year", years * _YEAR, partial(_month_after, every=years * 12)


def _day_after(day: date, every: int) -> date:
    return date.fromordinal((day.toordinal() // every + 1) * every)


def _month_after(day: date, every: int) -> date:
    year, month = divmod((day.year * 12 + day.month - 1) // every * every + every, 12)
    return date(year, month + 1, 1)

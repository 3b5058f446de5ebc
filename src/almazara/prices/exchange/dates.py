"""Dates with the year last, `01/11/2026`: the dates of a whole file say which of the first two numbers is the day."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from almazara.errors import InputError

_YEAR_LAST: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_MONTHS: Final = 12
_SURE: Final = "write dates like 2026-11-30"


class DateOrder(StrEnum):
    """What stands first in a date whose year is last."""

    DAY = "day"
    MONTH = "month"


def has_year_last(text: str) -> bool:
    """Whether a text is a date such as 01/11/2026, 1.11.2026 or 01-11-2026."""
    return _YEAR_LAST.fullmatch(text.strip()) is not None


def order_of(dates: Iterable[str]) -> DateOrder:
    """What stands first in all of these dates.

    Raises:
        InputError: where both readings stay possible, or one date says one thing and another the other.
    """
    example: dict[DateOrder, str] = {}
    unclear = ""
    for text in dates:
        if found := _YEAR_LAST.fullmatch(text.strip()):
            first, second = int(found[1]), int(found[3])
            if first > _MONTHS or second > _MONTHS:
                example.setdefault(DateOrder.DAY if first > _MONTHS else DateOrder.MONTH, text)
            elif first != second:
                unclear = unclear or text
    if len(example) > 1:
        told = ", ".join(example.values())
        raise InputError(f"The file has dates with the day first and with the month first ({told}): {_SURE}.")
    if unclear and not example:
        raise InputError(f"No date of the file says whether {unclear} begins with the day or the month: {_SURE}.")
    return next(iter(example), DateOrder.DAY)


def year_first(text: str, order: DateOrder) -> str:
    """A date whose year is last as ISO 8601 has it; any other text as it is.

    Example:
        >>> year_first("1/11/2026", DateOrder.DAY), year_first("1/11/2026", DateOrder.MONTH)
        ('2026-11-01', '2026-01-11')
    """
    found = _YEAR_LAST.fullmatch(text.strip())
    if found is None:
        return text
    day, month = (found[1], found[3]) if order == DateOrder.DAY else (found[3], found[1])
    return f"{found[4]}-{month:0>2}-{day:0>2}"

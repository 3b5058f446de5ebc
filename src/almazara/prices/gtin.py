"""The number under which all shops sell the same goods (GTIN: EAN, UPC, ISBN), read surely or not at all."""

import re
from typing import Final

from almazara.errors import InputError

_SHORT, _EAN = 8, 13
_LENGTHS: Final = frozenset({_SHORT, 12, _EAN, 14})
_WEIGHTS: Final = (3, 1)
# GS1 General Specifications 1.4.2 and 2.1.11: what each shop gives out for itself, coupons and refunds; and
# periodicals, of which all issues have one number.
_NOT_OF_GOODS: Final = ("02", "04", "05", "2", "977", "980", "981", "982", "983", "984", "99")
_SHORT_NOT_OF_GOODS: Final = ("0", "2")
_VARIABLE_MEASURE: Final = "9"
_LISTED = re.compile(r"\s*[,;/|]\s*|\s+")
_LONGEST_LIST: Final = 200
_MADE_UP: Final = ("12345678", "1234567")


def gtin_of(text: object) -> str | None:
    """The number of goods in one form, 8, 13 or 14 digits; None where it is none.

    A UPC is written as the EAN that it is, and so is a GTIN-14 of one piece; one of a case stays another number. Its
    check digit must be right, and it must be one that all shops share: those that begin with 2 or 02 are given out by
    each shop for itself.

    Example:
        >>> gtin_of("8 410179-100012"), gtin_of("036000291452"), gtin_of("8410179100013"), gtin_of("2000000000015")
        ('8410179100012', '0036000291452', None, None)
    """
    digits = re.sub(r"[\s-]", "", str(text)) if isinstance(text, str | int) and not isinstance(text, bool) else ""
    if len(digits) not in _LENGTHS or not (digits.isascii() and digits.isdecimal()):
        return None
    body = digits[:-1]
    if int(digits[-1]) != check_digit(body) or len(set(body)) == 1 or body.startswith(_MADE_UP):
        return None
    number = digits.lstrip("0").zfill(_SHORT)
    if len(number) > _SHORT:
        number = number.zfill(_EAN)
    packed, item = number[:-_EAN], number[-_EAN:]
    if packed == _VARIABLE_MEASURE or item.startswith(_SHORT_NOT_OF_GOODS if len(item) == _SHORT else _NOT_OF_GOODS):
        return None
    return number


def gtins_in(text: object) -> frozenset[str]:
    """The numbers that one field holds, as a list or alone; none where it holds anything else beside them."""
    if (alone := gtin_of(text)) is not None:
        return frozenset({alone})
    parts = _LISTED.split(text.strip()) if isinstance(text, str) and len(text) <= _LONGEST_LIST else []
    read = {gtin_of(part) for part in parts}
    return frozenset(number for number in read if number) if None not in read else frozenset()


def check_digit(digits: str) -> int:
    """The digit that follows some digits in a GTIN (GS1 General Specifications 7.9)."""
    weighed = sum(int(digit) * _WEIGHTS[place % 2] for place, digit in enumerate(reversed(digits)))
    return -weighed % 10


def require_gtin(text: str) -> str:
    """The number in one form.

    Raises:
        InputError: where it is none.
    """
    if (found := gtin_of(text)) is None:
        raise InputError(
            f"{text[:40]!r} is no GTIN (EAN, UPC, ISBN-13) that all shops share: "
            "its check digit is wrong, or a shop gave it out for itself."
        )
    return found

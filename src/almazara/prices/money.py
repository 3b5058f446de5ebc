"""Price text to money: strict, so that what can be read in two ways is refused."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from almazara.words.numbers import NO_PLACES, THREE_PLACES

Mark = Literal[".", ","]

# Written marks of one currency. Longer ones are tried first, so `R$` is not read as `$`.
_MARKS: Final[dict[str, str]] = {
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP",
    "US$": "USD", "U$S": "USD", "CDN$": "CAD", "CA$": "CAD", "C$": "CAD", "C $": "CAD", "CAD$": "CAD",
    "A$": "AUD", "AU$": "AUD", "AU $": "AUD", "NZ$": "NZD", "S$": "SGD", "HK$": "HKD", "NT$": "TWD", "MX$": "MXN",
    "R$": "BRL", "₹": "INR", "RS.": "INR", "RS": "INR", "円": "JPY", "元": "CNY", "RMB": "CNY",
    "₺": "TRY", "TL": "TRY", "ZŁ": "PLN", "KČ": "CZK", "LEI": "RON", "ЛВ": "BGN",
    "₽": "RUB", "РУБ": "RUB", "₴": "UAH", "ГРН": "UAH", "₪": "ILS", "₩": "KRW", "원": "KRW", "฿": "THB",
    "₫": "VND", "RP": "IDR", "RM": "MYR", "₱": "PHP", "FR.": "CHF", "SFR": "CHF",
    "DT": "TND", "د.ت": "TND", "ر.س": "SAR", "ريال": "SAR", "د.إ": "AED", "درهم": "AED",
    "\u20c1": "SAR", "ج.م": "EGP", "جنيه": "EGP", "E£": "EGP", "KD": "KWD", "د.ك": "KWD", "DHS": "AED",
    "R": "ZAR", "$ CA": "CAD", "$CA": "CAD", "$ US": "USD", "US $": "USD",
}  # fmt: skip
# Marks that several currencies share: the hint must name one of them.
_SHARED: Final[dict[str, frozenset[str]]] = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU"}),
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "KR.": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "¥": frozenset({"JPY", "CNY"}),
    "ریال": frozenset({"SAR", "QAR", "OMR", "YER", "IRR"}),  # NFKC of the rial sign
}
_CODES: Final = """
AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CZK DKK DZD EGP EUR GBP HKD HUF IDR ILS INR ISK JOD
JPY KRW KWD LYD MAD MXN MYR NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY
TWD UAH USD UYU VND ZAR
"""
# By ISO 4217, without the codes of what nobody pays with: metals, funds, tests, no currency (XAU, XDR, XTS, XXX).
_PAID_WITH: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS
VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
# The euro's predecessors, and other recent ones.
_FORMER: Final = "ANG ATS BEF BGN CUC CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK SLL ZWL"

IN_USE: Final = frozenset(_PAID_WITH.split())
"""What a shop may ask now."""
CURRENCIES: Final = IN_USE | frozenset(_FORMER.split())
"""What an observation may be in."""

_LONGEST: Final = 60
_THREE: Final = 3
_DASHES: Final = r"[-\u2010-\u2015\u2212]"
_NUMBER = re.compile(
    r"\d{1,3}(?:[ '\u2019]\d{3})+(?![\d'\u2019])(?:[.,]\d{1,3}(?!\d))?"  # 1 234,56 and 1'234.50
    r"|\d+(?:[.,]\d+)*"
)
_WHOLE = re.compile(rf"(?<=\d)[.,]\s?(?:{_DASHES}{{1,2}}(?!\s?\d)|(?=\s|$))")  # 12,- and 12.
_NUMBER_ALONE = re.compile(r"[\d\s.,'\u2019]*\d[\d\s.,'\u2019]*")
_CENTS_ALONE = re.compile(r"^,(?=\d\d(?!\d|[.,]\d))")  # ,89 €
_EURO_AS_MARK = re.compile(r"(?<=\d)\s?€(\d\d)$")  # 81€99, as France writes it
_FOOTNOTE = re.compile(r"(?<=\S)\s?\*+(?=\s?\D{0,4}$)")
_NOT_ONE_PRICE = re.compile(
    rf"{_DASHES}\s?(?:[^\d\s]{{1,4}}\s?)?\d"  # a difference or a range
    r"|(?:^|[^\d])[.,]\d"  # .75
    r"|%|\d\s?[X\u00d7*]|[~\u2248<>+=/?]"
)
_TURNING: Final = frozenset("\u202d\u202e")  # what follows is drawn in one direction, whatever it is: `59.93` as 39.95
_LETTER: Final = r"[^\W\d_]"


def _bounded(mark: str) -> str:
    """A mark that ends in a letter stands alone: `TL` is not found in `TITLE`."""
    before = rf"(?<!{_LETTER})" if mark[0].isalpha() else ""
    after = rf"(?!{_LETTER})" if mark[-1].isalpha() else ""
    return before + re.escape(mark) + after


_ALL_MARKS: Final = sorted({*_MARKS, *_SHARED, *_CODES.split()}, key=len, reverse=True)
_FIRST_SIGNS: Final = re.escape("".join(sorted({mark[0] for mark in _ALL_MARKS})))
_MARK = re.compile(f"(?=[{_FIRST_SIGNS}])(?:{'|'.join(map(_bounded, _ALL_MARKS))})")
# Letters of marks as people print them: `TRY` is lira, `Try` is a word.
_SMALL_MARKS: Final = "zł Kč kč kr kr. Kr Kr. Rs Rs. lei Lei лв руб грн Euro euro Euros euros Rp Fr. Dhs"  # noqa: RUF001
_PRINTED_MARKS: Final = tuple(sorted({*_ALL_MARKS, *_SMALL_MARKS.split()}, key=len, reverse=True))
_JOINT: Final = r"[ \u00a0\u202f\x1f]{0,4}"  # between the parts of an amount may be spaces, and seams of elements
_PRINTED = re.compile(
    r"(?<![^\s\x1f]),\d\d(?!\d|[.,]\d)|"
    rf"(?<![\d.,])(?:\d{{1,3}}(?:{_JOINT}[ \u00a0\u202f'\u2019.,]{_JOINT}\d{{3}})+(?!\d)"
    r"|\d{1,2}(?:,\d{2})+,\d{3}|\d+)"
    rf"(?:{_JOINT}[.,]{_JOINT}(?:\d{{1,3}}(?!\d)|{_DASHES}{{1,2}})|{_JOINT}€\x1f?\d\d(?!\d|\s?€))?(?!\d|[.,]\d)"
)
_HEAD = re.compile(r"(?<![\d.,])\d[\d\x1f]*\x1f$")  # digits of the same number in elements before it
_BESIDE: Final = " \u00a0\u202f\x1f*"
_WIDEST: Final = 12
# What is left beside a number and known marks: a word, or the sign or letter of a currency that is not known.
_WORD = re.compile(_LETTER + r"{2,}|[\u20a0-\u20cf$\u00a3\u00a5]|" + _LETTER + r"(?=\s?\d)")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount above zero with its ISO 4217 code."""

    amount: Decimal
    currency: str


def parse_price(text: str, *, currency_hint: str | None = None, decimal: Mark | None = None) -> Money | None:
    """Read the text of one price element; None when it is not surely one price.

    Refused: no number, two different numbers, ranges, percentages, differences, words such as "from" or
    "free", zero, several currencies, a currency mark that several countries share without a hint, a number
    whose mark may be decimal or grouping without anything that settles it.

    Args:
        text: What the element says, for example `1.234,56 €`.
        currency_hint: Currency of the shop (ISO 4217): settles shared marks such as `$`, and absent ones.
        decimal: The decimal mark of the page's language: settles `1.234` where the currency does not.

    Example:
        >>> parse_price("1.234,56 €")
        Money(amount=Decimal('1234.56'), currency='EUR')
        >>> parse_price("$10 - $20", currency_hint="USD") is None
        True
    """
    plain = _plain(text)
    if plain is None:
        return None
    currency = _currency(plain, currency_hint)
    rest = _MARK.sub(" ", plain)
    if currency is None or _WORD.search(rest):
        return None
    amount = read_amount(rest, currency=currency, decimal=decimal)
    return None if amount is None else Money(amount, currency)


def printed_amounts(text: str) -> Iterator[tuple[int, int]]:
    """Where amounts with a currency's mark beside them start and end in a page's text, marks included.

    `19,95 €24,95 €` are two; `4␟.␟99␟€` and `1␟4,99␟€`, with unit separators where elements meet, are one.
    """
    taken = 0
    for number in _PRINTED.finditer(text):
        start, end = number.span()
        head = _HEAD.search(text, max(taken, start - _WIDEST), start) if number[0][0].isdigit() else None
        start -= len(head[0]) if head else 0
        ahead, after = text[max(taken, start - _WIDEST) : start], text[end : end + _WIDEST]
        before, behind = ahead.rstrip(_BESIDE), after.lstrip(_BESIDE)
        if "€" not in number[0]:  # else the sign is its decimal mark
            if mark := _mark_at(before, behind=False):
                start -= len(ahead) - len(before) + len(mark)
            elif (
                text[start - 1 : start].isalpha()
                or not (mark := _mark_at(behind, behind=True))
                or _is_of_the_next(number[0], behind[len(mark) :])
            ):
                continue
            else:
                end += len(after) - len(behind) + len(mark)
        taken = end
        yield start, end


def _is_of_the_next(number: str, rest: str) -> bool:
    """Whether a mark behind a number without decimals belongs to the number behind it, as in `10 R$ 6,29`."""
    return number.isdigit() and rest.lstrip(_BESIDE)[:1].isdigit()


def _mark_at(beside: str, *, behind: bool) -> str | None:
    """The mark with which a text starts, or ends; one of letters is no part of a word."""
    touches = beside.startswith if behind else beside.endswith
    if not touches(_PRINTED_MARKS):
        return None
    mark = next(mark for mark in _PRINTED_MARKS if touches(mark))
    rest = beside[len(mark) : len(mark) + 1] if behind else beside[: -len(mark)][-1:]
    return None if mark[-1 if behind else 0].isalpha() and rest.isalnum() else mark


def read_amount(text: str, *, currency: str | None = None, decimal: Mark | None = None) -> Decimal | None:
    """The one amount above zero that a text without currency marks holds; None when there is none, or doubt.

    A number that is said twice (`12,99 12,99`, as screen-reader texts do) is one number.
    """
    plain = _plain(text)
    if plain is None or _NOT_ONE_PRICE.search(_WHOLE.sub(" ", plain)):
        return None
    numbers = _NUMBER.findall(_WHOLE.sub(" ", plain))
    amounts = {_amount(number, currency, decimal) for number in numbers}
    if len(amounts) != 1:
        return None
    amount = amounts.pop()
    return amount if amount is not None and amount > 0 else None


def is_number(text: str) -> bool:
    """Whether a text is a number with nothing beside it but marks of currencies, and a footnote's asterisk."""
    plain = _plain(text)
    return plain is not None and _NUMBER_ALONE.fullmatch(_WHOLE.sub(" ", _MARK.sub(" ", plain))) is not None


def _plain(text: str) -> str | None:
    """Digits, spaces and marks in one form and upper case; None when the text is too long, or misleads."""
    folded = unicodedata.normalize("NFKC", text.replace("\N{RIGHT-TO-LEFT MARK}", "").replace("\u200e", ""))
    if len(folded) > 4 * _LONGEST or any(map(_misleads, text)):
        return None
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in folded)
    plain = " ".join(digits.replace("\u066b", ".").replace("\u066c", "'").upper().split())
    plain = _CENTS_ALONE.sub("0,", _EURO_AS_MARK.sub(r",\1 €", _FOOTNOTE.sub("", plain)))
    return plain if 0 < len(plain) <= _LONGEST else None


def _misleads(sign: str) -> bool:
    """Whether a sign is a number but no digit of the one beside it (`39²`, `39⁹⁵`, `39½`) or turns digits round."""
    return sign in _TURNING or (sign > "\x7f" and sign.isnumeric() and not sign.isdecimal())


def _currency(plain: str, hint: str | None) -> str | None:
    """The only currency that the text names; the hint settles shared marks and fills in for none."""
    marks = set(_MARK.findall(plain))
    named = {_MARKS.get(mark, mark) for mark in marks if mark not in _SHARED}
    if len(named) > 1:
        return None
    currency = next(iter(named), hint)
    return currency if all(currency in _SHARED[mark] for mark in marks & _SHARED.keys()) else None


def _amount(number: str, currency: str | None, decimal: Mark | None) -> Decimal | None:
    """One written number; None when its marks contradict each other or may be read in two ways."""
    number = re.sub(r"[ '\u2019]", "", number)
    marks = [c for c in number if c in ".,"]
    if not marks:
        return Decimal(number)
    point = _decimal_mark(number, marks, currency, decimal)
    if point == "?":
        return None
    whole, _, fraction = number.partition(point) if point else (number, "", "")
    if not _grouped(whole) or len(fraction) > _THREE:
        return None
    digits = re.sub("[.,]", "", whole)
    return Decimal(f"{digits}.{fraction}" if fraction else digits)


def _decimal_mark(number: str, marks: list[str], currency: str | None, decimal: Mark | None) -> str:
    """The mark before the decimals, empty when there are no decimals, `?` when it cannot be known."""
    last = marks[-1]
    if len(set(marks)) > 1:
        return last if marks.count(last) == 1 else "?"
    if len(marks) > 1:
        return ""
    whole, _, tail = number.partition(last)
    if len(tail) != _THREE or len(whole) > _THREE or whole.startswith("0"):
        return last
    if currency in NO_PLACES or (decimal is not None and decimal != last):
        return ""
    if decimal is not None:  # the mark is this one: decimals of a three-place currency, or a contradiction
        return last if currency in THREE_PLACES else "?"
    return "" if currency is not None and currency not in THREE_PLACES else "?"


def _grouped(whole: str) -> bool:
    """Whether the grouping is none, in threes (1.234.567), or Indian (1,23,456)."""
    return bool(re.fullmatch(r"\d+|\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}", whole))


def most_used(currencies: Iterable[str | None]) -> list[str]:
    """The currencies among these, that of most first, equal ones by name: only prices in one are compared.

    Example:
        >>> most_used(["EUR", "GBP", None, "GBP", "AUD"])
        ['GBP', 'AUD', 'EUR']
    """
    counts = Counter(currency for currency in currencies if currency)
    return sorted(counts, key=lambda currency: (-counts[currency], currency))

"""Numbers, amounts, shares and days as Spanish and English write them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, overload


class Language(StrEnum):
    """A language that people are spoken to in."""

    ES = "es"
    EN = "en"


MINUS: Final = "\u2212"
_MONTHS: Final = {
    Language.ES: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
    Language.EN: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
THREE_PLACES: Final = frozenset({"BHD", "JOD", "KWD", "LYD", "OMR", "TND"})
NO_PLACES: Final = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
_SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_LITRE: Final = {Language.ES: "l", Language.EN: "L"}
_MAGNITUDES: Final = {
    Language.ES: ((10**9, " mil M"), (10**6, " M"), (10**3, " mil")),
    Language.EN: ((10**9, "bn"), (10**6, "M"), (10**3, "k")),
}


def number(value: float | Decimal, decimals: int = 0, language: Language = Language.ES) -> str:
    """A number with marks for thousands.

    Example:
        >>> number(45346), number(-3.14159, 2), number(45346.5, 1, Language.EN)
        ('45.346', '\u22123,14', '45,346.5')
    """
    return _written(f"{value:z,.{decimals}f}", language)


def _written(text: str, language: Language) -> str:
    """What Python writes, as people do: with a minus as wide as a plus."""
    text = text.replace("-", MINUS)
    # Three times as fast as str.translate.
    return text if language is Language.EN else text.replace(",", "_").replace(".", ",").replace("_", ".")


def plain(value: float, language: Language = Language.ES) -> str:
    """A number with the decimals that it has.

    Example:
        >>> plain(2001), plain(4.5), plain(4.0), plain(1234.25, Language.EN)
        ('2.001', '4,5', '4', '1,234.25')
    """
    return _written(f"{value:,}" if isinstance(value, int) else f"{value:,.15g}", language)


def percent(share: float, language: Language = Language.ES) -> str:
    """A share in percent, with a decimal where it has one; what is not 0 is not written as 0.

    Example:
        >>> percent(0.0834), percent(0.5), percent(0.0834, Language.EN), percent(0.00032)
        ('8,3 %', '50 %', '8.3%', '0,03 %')
    """
    percents = round(share * 100, 1) or float(f"{share * 100:.1g}")
    return with_unit(plain(percents, language), "%", language)


def with_unit(text: str, unit: str, language: Language = Language.ES) -> str:
    """A number's text with its unit, where the language has it; no unit leaves it alone.

    Example:
        >>> with_unit("1,25 M", "€"), with_unit("\u221240", "€", Language.EN), with_unit("40", "%", Language.EN)
        ('1,25 M €', '\u2212€40', '40%')
        >>> with_unit("7", "€/l"), with_unit("7", "€/L", Language.EN)
        ('7 €/l', '€7/L')
    """
    sign, stroke, per = unit.partition("/")
    if language is Language.EN and sign in _SIGNS.values():
        return f"{MINUS}{sign}{text[1:]}{stroke}{per}" if text.startswith(MINUS) else f"{sign}{text}{stroke}{per}"
    space = "" if not unit or (language is Language.EN and unit == "%") else " "
    return f"{text}{space}{unit}"


def places(currency: str | None) -> int:
    """How many decimals amounts of a currency have.

    Example:
        >>> places("EUR"), places("JPY"), places("KWD"), places(None)
        (2, 0, 3, 2)
    """
    return 0 if currency in NO_PLACES else 3 if currency in THREE_PLACES else 2


def smallest(currency: str | None) -> Decimal:
    """The smallest amount of a currency, such as a cent."""
    return Decimal(1).scaleb(-places(currency))


@overload
def as_amount(value: float, currency: str | None) -> Decimal: ...
@overload
def as_amount(value: float | None, currency: str | None) -> Decimal | None: ...
def as_amount(value: float | None, currency: str | None) -> Decimal | None:
    """A computed price as answers tell it: exact to four decimals, and with those of its currency; None stays None.

    Example:
        >>> str(as_amount(9.5, "EUR")), str(as_amount(9.1284999, "EUR")), str(as_amount(1200.0, "JPY"))
        ('9.50', '9.1285', '1200')
    """
    if value is None:
        return None
    exact = Decimal(f"{value:.4f}").normalize()
    rounded = exact.quantize(smallest(currency))
    return rounded if rounded == exact else exact


def money(amount: Decimal, currency: str | None, language: Language = Language.ES) -> str:
    """An amount with the decimals that it has, those of its currency at least; without one where none is known.

    Example:
        >>> money(Decimal("1234.5"), "EUR"), money(Decimal("7.995"), "TND"), money(Decimal("34.5"), "EUR", Language.EN)
        ('1.234,50 €', '7,995 TND', '€34.50')
    """
    least = places(currency)
    exponent = amount.normalize().as_tuple().exponent if least == 0 else amount.as_tuple().exponent
    digits = number(amount, max(least, -exponent) if isinstance(exponent, int) else least, language)
    if currency is None:
        return digits
    if language is Language.EN:
        return with_unit(digits, _SIGNS[currency], language) if currency in _SIGNS else f"{digits} {currency}"
    return f"{digits} {'€' if currency == 'EUR' else currency}"


def per_litre(amount: Decimal, currency: str | None, language: Language = Language.ES) -> str:
    """The price of a litre, to the cent.

    Example:
        >>> per_litre(Decimal("9.0967"), "EUR"), per_litre(Decimal("7.9"), "EUR", Language.EN)
        ('9,10 €/l', '€7.90/L')
    """
    return f"{money(round(amount, 2), currency, language)}/{_LITRE[language]}"


def day(value: date, language: Language = Language.ES) -> str:
    """A day, in the order of the language.

    Example:
        >>> day(date(2026, 12, 8)), day(date(2026, 12, 8), Language.EN)
        ('08/12/2026', '8 Dec 2026')
    """
    if language is Language.ES:
        return f"{value:%d/%m/%Y}"
    return f"{value.day} {month(value.month, language)} {value.year}"


def month(number_of_month: int, language: Language = Language.ES) -> str:
    """The short name of month 1 to 12."""
    return _MONTHS[language][number_of_month - 1]


def sign(currency: str) -> str:
    """The sign of a currency (ISO 4217), or its code where it has none here."""
    return _SIGNS.get(currency, currency)


def sign_per_litre(currency: str, language: Language = Language.ES) -> str:
    """The unit of prices of a litre, as an axis has it: `€/l`."""
    return f"{sign(currency)}/{_LITRE[language]}"


def compact(value: float, language: Language = Language.ES) -> str:
    """A number as an axis shows it: three figures at most, then its magnitude.

    Example:
        >>> compact(1_250_000), compact(0.5), compact(2_787_965_087, Language.EN)
        ('1,25 M', '0,5', '2.79bn')
    """
    size, word = next(((size, word) for size, word in _MAGNITUDES[language] if abs(value) >= size), (1, ""))
    text = f"{float(f'{value / size:.3g}'):.15g}"  # rounded first: 999.9 is 1000, and not 1e+03
    return _written(text, language) + word

"""A sentence as its code and figures, put into words in the language of the one who reads it.

The words of a code stand in the TOML files beside this one, in every language. A figure is written by its type, and by
what follows its name in braces:

- `{price}` of a Money, `{until}` of a date, `{title}` of a text, `{n}` of a whole number: as the language writes them;
- `{share:%}` in percent, `{value:2}` with two decimals;
- `{n:película|películas}` is the word alone that fits one or many.
"""

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final, Union

from almazara.words import numbers
from almazara.words.numbers import Language


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a currency (ISO 4217)."""

    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of which the words are chosen when it is read; `figures` holds what the braces of its words name."""

    code: str
    figures: Mapping[str, "Figure"] = field(default_factory=dict)

    def text(self, language: Language = Language.ES) -> str:
        """The sentence.

        Raises:
            KeyError: for a code without words, or words that name a figure that is not there.
        """
        return _FORMATTERS[language].vformat(_words()[self.code][language], (), self.figures)


Figure = Union[str, int, float, Decimal, date, Money, Said, Sequence[str]]  # noqa: UP007 - names a class of this module


def said(code: str, **figures: Figure) -> Said:
    """A sentence by its code."""
    return Said(code, figures)


class _Formatter(string.Formatter):
    """Puts figures into words of one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401, PLR0911 - any figure; one a kind
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if value == 1 else many
        if format_spec == "%":
            return numbers.percent(value, self._language)
        if format_spec:
            return numbers.number(value, int(format_spec), self._language)
        match value:
            case Said():
                return value.text(self._language)
            case Money(amount, currency):
                return numbers.money(amount, currency, self._language)
            case date():
                return numbers.day(value, self._language)
            case int():
                return numbers.number(value, 0, self._language)
            case list() | tuple():
                return ", ".join(value)
            case _:
                return str(value)


_FORMATTERS: Final = {language: _Formatter(language) for language in Language}


@cache
def _words() -> dict[str, dict[str, str]]:
    """The words of every code, `file.section.name`, by language."""
    found: dict[str, dict[str, str]] = {}
    for path in files(__package__).iterdir():
        if path.name.endswith(".toml"):
            _collect(path.name.removesuffix(".toml"), tomllib.loads(path.read_text(encoding="utf-8")), found)
    return found


def _collect(code: str, table: dict[str, Any], found: dict[str, dict[str, str]]) -> None:
    if "es" in table:
        found[code] = table
        return
    for name, inner in table.items():
        _collect(f"{code}.{name}", inner, found)

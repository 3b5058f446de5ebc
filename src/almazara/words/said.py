"""A sentence as its code and figures, put into words in the language of the one who reads it.

The words of a code stand in the TOML files beside this one, in every language. A figure is written by its type, and by
what follows its name in braces:

- `{price}` of a Money, `{until}` of a date, `{title}` of a text, `{n}` of a number: as the language writes them;
- `{share:%}` in percent, `{value:2}` with two decimals, `{amount:~}` in three figures and a word (`9 M`);
- `{share:%|ningún día|el % de los días}` in percent within words, or in other words where it is none;
- `{n:película|películas}` is the word alone that fits one or many.
"""

import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Union

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

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Said":
        """A sentence that was kept as JSON, of which no figure is a day: JSON has none."""
        return cls(document["code"], {name: _kept(value) for name, value in document["figures"].items()})

    def text(self, language: Language = Language.ES) -> str:
        """The sentence.

        Raises:
            KeyError: for a code without words, or words that name a figure that is not there.
        """
        spanish, english = _templates(self.code)
        pieces, end = english if language is Language.EN else spanish
        figures = self.figures
        text = ""
        for words, name, write in pieces:
            figure = figures[name]
            text += words + (_in_line(figure) if type(figure) is str else write(figure, language))
        return text + end


# What turns the direction of the words after it: of what was typed it would be said back with the sentence reversed.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "·")


def _in_line(text: str) -> str:
    return text if text.isascii() else text.translate(_TURNING)


def text_of(words: Said | str, language: Language = Language.ES) -> str:
    """A sentence in a language, or a text as it is."""
    return words if isinstance(words, str) else words.text(language)


Figure = Union[str, int, float, Decimal, date, Money, Said, Sequence["str | Said"]]  # noqa: UP007 - names a class of this module


def said(code: str, **figures: Figure) -> Said:
    """A sentence by its code."""
    return Said(code, figures)


def _kept(value: Any) -> Figure:  # noqa: ANN401 - what JSON holds
    match value:
        case {"code": _, "figures": _}:
            return Said.of(value)
        case {"amount": amount, "currency": currency}:
            return Money(Decimal(amount), currency)
        case _:
            figure: Figure = value
            return figure


_Writer = Callable[[Any, Language], str]
_Template = tuple[list[tuple[str, str, _Writer]], str]
"""Each figure's name and how it is written, with the words before it; and the words after the last one."""


@cache  # an answer says a sentence or more: to read its braces anew took longer than to find what it says
def _templates(code: str) -> tuple[_Template, _Template]:
    """The words of a code in Spanish and English."""
    words = _words()[code]
    return _template(words[Language.ES]), _template(words[Language.EN])


def _template(text: str) -> _Template:
    parsed = list(string.Formatter().parse(text))
    end = "".join(words for words, name, _, _ in parsed if name is None)  # no figure follows the last words alone
    return [(words, name, _writer(how or "")) for words, name, how, _ in parsed if name is not None], end


def _writer(how: str) -> _Writer:
    """What writes a figure of which the name is followed by `how`."""
    if how.startswith("%|"):
        _, none, some = how.split("|")
        return lambda share, language: some.replace("%", numbers.percent(share, language)) if share else none
    if "|" in how:
        one, many = how.split("|")
        return lambda value, _language: one if value == 1 else many
    if how == "%":
        return numbers.percent
    if how == "~":
        return numbers.compact
    if how:
        decimals = int(how)
        return lambda value, language: numbers.number(value, decimals, language)
    return _by_kind


def _by_kind(value: Any, language: Language) -> str:  # noqa: ANN401, PLR0911 - any figure; one a kind
    match value:
        case str():
            return _in_line(value)
        case Said():
            return value.text(language)
        case int() | float():
            return numbers.plain(value, language)
        case Money(amount, currency):
            return numbers.money(amount, currency, language)
        case date():
            return numbers.day(value, language)
        case list() | tuple():
            return _in_line(", ".join(text_of(one, language) for one in value))
        case _:
            return str(value)


@cache
def _words() -> dict[str, dict[str, str]]:
    """The words of every code, `file.section.name`, by language."""
    found: dict[str, dict[str, str]] = {}
    for path in files(__package__).iterdir():
        if path.name.endswith(".toml"):
            _collect(path.name.removesuffix(".toml"), tomllib.loads(path.read_text(encoding="utf-8")), found)
    return found


def _collect(code: str, table: dict[str, Any], found: dict[str, dict[str, str]]) -> None:
    if isinstance(table.get("es"), str):  # and not the name of Spanish among those of languages
        found[code] = table
        return
    for name, inner in table.items():
        _collect(f"{code}.{name}", inner, found)


def is_worded(code: str) -> bool:
    """Whether a code has words: of names that data bring along, such as those of languages, some have none."""
    return code in _words()


def named(kind: str, name: str, otherwise: str = "") -> Said | str:
    """The name of a month, genre, language ..., `("month", "9")`; where it has none in words, `otherwise` or itself."""
    code = f"names.{kind}.{name}"
    return said(code) if is_worded(code) else otherwise or name


def renamed(kind: str, name: str, language: Language) -> str:
    """A name that is written in Spanish as another language has it; what has no name in words stays as it is.

    Example:
        >>> renamed("genre", "Ciencia ficción", Language.EN), renamed("genre", "Molienda", Language.EN)
        ('Science Fiction', 'Molienda')
    """
    return text_of(_by_spanish(kind).get(name, name), language)


@cache
def _by_spanish(kind: str) -> dict[str, Said]:
    prefix = f"names.{kind}."
    return {words[Language.ES]: said(code) for code, words in _words().items() if code.startswith(prefix)}

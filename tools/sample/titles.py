"""Titles of the sample: ones that are hard to look up, the house's own comedies, and generated ones."""
# ruff: noqa: E501, RUF001 - word lists read best as they are

from __future__ import annotations

from typing import Final

from sample.draw import Draw
from sample.words import ORIGINAL_WORDS, THEMES, Theme

Title = tuple[str, str, str]  # title, original title, original language

MILL_COMEDIES: Final[tuple[Title, ...]] = (
    ("Gone with the Olive", "Lo que la aceituna se llevó", "es"),
    ("The Lord of the Oils", "El señor de los aceites", "es"),
    ("Women on the Verge of a Cold Pressing", "Mujeres al borde de una prensada en frío", "es"),
    ("The Good, the Bad and the Lampante", "El bueno, el malo y el lampante", "es"),
    ("Extra Virgin: The Motion Picture", "Virgen extra: la película", "es"),
    ("Seven Brides for Seven Millers", "Siete novias para siete molineros", "es"),
    ("The Silence of the Presses", "El silencio de las prensas", "es"),
    ("One Flew Over the Olive Grove", "Alguien voló sobre el olivar", "es"),
    ("Bread, Oil and Fantasy", "Pan, aceite y fantasía", "es"),
    ("My Big Fat Oily Wedding", "Mi gran boda aceitosa", "es"),
)
FIRST_FILM: Final[Title] = (
    "Departure of the Millers from the Press",
    "Salida de los molineros de la almazara",
    "es",
)
# Short, numeric, with signs that break addresses, with brackets and quotes, in other alphabets.
HARD_TITLES: Final[tuple[Title, ...]] = (
    *((title, title, "en") for title in (
        "K", "7", "Ñ", "3047", "1711", "Oil/Water", "Face/Plate", "100% Picual", "50% Arbequina", "Mill #9", "#Harvest",
        "Who Pressed the Olive?", "Oil?", "GRO·VE", "[MOL]³ Aftertaste", "(un)filtered", 'It\'s "Extra" Virgin', "...and Oil",
        "Half Oil & Half Bread", "The +1", "C:\\>RUN OLIVE", "24/7/365", "Y", "!", "Zürich–Ælf", "Señor Ñandú", "A.I.O.L.I.", "It's  Double  Spaced",
        "L'Olivier", "The Extraordinarily Long and Needlessly Detailed Chronicle of the Last Miller of San Hueso and His Unlucky Goat",
    )),
    ("The Olive Thief", "Κλέφτης ελιών", "el"),
    ("Tower of Oil", "オリーブの塔", "ja"),
    ("ひとしずく", "ひとしずく", "ja"),
    ("Ελαιώνας", "Ελαιώνας", "el"),
    ("Who Pressed Grandmother?", "¿Quién prensó a la abuela?", "es"),
)  # fmt: skip
# (title, how many unrelated films bear it)
SHARED_TITLES: Final = (
    ("Harvest Moonlight", 6),
    ("Blackwater Mill", 4),
    ("The Taster's Daughter", 9),
    ("Salt of the Mill", 3),
    ("Press", 5),
)
MILL_SERIES: Final = (
    ("Aceituna Jones and the Lost Mill", "Aceituna Jones y el molino perdido", "es"),
    ("Aceituna Jones and the Temple of Toast", "Aceituna Jones y el templo de la tostada", "es"),
    ("Aceituna Jones and the Last Oil Press", "Aceituna Jones y la última prensa", "es"),
    (
        "Aceituna Jones and the Kingdom of the Crystal Cruet",
        "Aceituna Jones y el reino de la aceitera de cristal",
        "es",
    ),
)

_NUMERALS: Final = ("", " II", " III", " IV", " V")
_SUBTITLES: Final = ("", ": The Return", ": Resurrection", ": Endgame of Salt", ": The Beginning")


def generated_title(theme: Theme, draw: Draw) -> str:
    """A title from a theme's words."""
    noun, other = draw.several(theme.nouns, 2)
    adjective, place = draw.pick(theme.adjectives), draw.pick(theme.places).removeprefix("the ")
    patterns = (
        f"The {adjective} {noun}",
        f"{adjective} {_plural(noun)}",
        f"The {noun} of {place}",
        f"The {noun} and the {other}",
        f"{noun} in {place}",
        f"{place}",
        f"A {noun} for the {other}",
        f"{adjective} {other}, {adjective} {noun}",
        f"No {noun} Without a {other}",
        f"{place}: {adjective} {noun}",
        f"My {adjective} {noun}",
        f"{draw.integer(2, 99)} {_plural(noun)}",
    )
    return draw.pick(patterns)


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith(("ry", "iny", "phecy")) else f"{noun}s"


def original_title(title: str, language: str, draw: Draw) -> str:
    """The title in the film's own language: invented words of it, or the title itself where it is English."""
    words = ORIGINAL_WORDS.get(language)
    if words is None or draw.chance(0.2):
        return title
    first, second = draw.several(words, 2)
    joined = {
        "ja": f"{first}の{second}",
        "es": f"{first} y {second}",
        "fr": f"{first} et {second}",
        "de": f"{first} und {second}",
    }
    text = joined.get(language, f"{first} και {second}")
    return text[0].upper() + text[1:]


def series_titles(theme: Theme, length: int, draw: Draw) -> list[str]:
    """The titles of a series of films, in order."""
    base = f"{draw.pick(theme.adjectives)} {draw.pick(theme.nouns)}"
    endings = draw.pick((_NUMERALS, _SUBTITLES))
    return [f"{base}{endings[at]}" for at in range(length)]


def theme_named(name: str) -> Theme:
    """The theme of this name."""
    return next(theme for theme in THEMES if theme.name == name)

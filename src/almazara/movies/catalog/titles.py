"""Titles and names as people type them: one key for every way to write the same text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from almazara.errors import InputError
from almazara.movies.raw.text import ARTICLES
from almazara.words.said import said

if TYPE_CHECKING:
    import polars as pl


LONGEST_QUERY = 200
LEADING_ARTICLE = re.compile(rf"^(?:{'|'.join(article for article in ARTICLES if article.isalpha())}) ")
"""Of a normalized title, in which what an apostrophe joins is one word."""

_APOSTROPHES = str.maketrans("", "", "'`\u00b4\u02bb\u02bc\u2018\u2019\u2032\uff07")
_ASCII = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})
# Letters that Unicode does not take apart, and the two small sigmas, which are one letter.
_UNDECOMPOSED = str.maketrans("øłđðħŧ\u0131\u03c2", "olddhti\u03c3") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
# Marks that a typist leaves out. Those of other scripts (dakuten, vowel signs) make another letter and stay.
_OPTIONAL_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
_FRACTION = re.compile("(?=[¼½¾⅐-⅞])")
_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_ALSO = re.compile(r"^a\.?k\.?a\.? ", re.IGNORECASE)
_YEAR = re.compile(r"\((1[89][0-9]{2}|20[0-9]{2})\)")


def fold(text: str) -> str:
    """The text without case and accents: `"Miércoles"` -> `"miercoles"`; other scripts keep their letters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_UNDECOMPOSED)
    return unicodedata.normalize("NFKC", _OPTIONAL_MARKS.sub("", unicodedata.normalize("NFKD", decomposed)))


def normalize(text: str) -> str:
    """The look-up key of a title or name: no case, accents, punctuation or doubled spaces.

    Apostrophes vanish and other punctuation separates words. A text of nothing but punctuation keeps it,
    so that only an empty text has an empty key.

    >>> normalize("WALL·E"), normalize("What's Up, Doc?"), normalize("[REC]⁴ Apocalypse"), normalize("?")
    ('wall e', 'whats up doc', 'rec 4 apocalypse', '?')
    """
    folded = fold(_FRACTION.sub(" ", text).translate(_APOSTROPHES))
    if folded.isascii():
        key = " ".join(folded.translate(_ASCII).split())
    else:
        key = " ".join("".join(map(_letter_or_space, folded.translate(_APOSTROPHES))).split())  # U+0149 folds to two
    return key or unicodedata.normalize("NFKC", "".join(unicodedata.normalize("NFKC", text).split()))


def normalize_all(texts: pl.Series) -> pl.Series:
    """`normalize` of many texts; those in ASCII, the most, are folded all at once."""
    keys = texts.str.to_lowercase().str.replace_all("['`]", "").str.replace_all("[^a-z0-9]+", " ").str.strip_chars(" ")
    others = ((texts.str.len_bytes() != texts.str.len_chars()) | (keys == "")).arg_true()
    return keys.scatter(others, [normalize(text) for text in texts.gather(others)])


def _letter_or_space(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":  # joiners and soft hyphens show nothing
        return ""
    return character if category[0] in "LNM" else " "


def compact(key: str) -> str:
    """A normalized key without its spaces, for `"walle"`, `"faceoff"` and `"spider man"`."""
    return key.replace(" ", "")


def query_keys(text: str) -> Iterator[str]:
    """The keys to look a typed text up by, surest first, in a table of `normalize` and `compact` keys.

    An ampersand and the word *and* stand for each other, in both directions, and an article may stand at the end:
    `Matrix, The`. Keys are made one by one, since the
    first one mostly finds what is sought; one may come again.
    """
    key = normalize(text)
    if key:
        yield key
        yield compact(key)
    if "&" in text:
        spoken = normalize(text.replace("&", " and "))
        yield spoken
        yield compact(spoken)
    title, comma, article = text.rpartition(", ")
    if comma and fold(article) in ARTICLES:
        yield normalize(f"{article} {title}")
    unspoken = " ".join(word for word in key.split(" ") if word != "and")
    if unspoken:
        yield unspoken


def split_year(text: str) -> tuple[str, int | None]:
    """Take a year in parentheses off the end: `"Cinderella (1950)"` -> `("Cinderella", 1950)`.

    A bare number is part of the title (`"2012"`, `"Blade Runner 2049"`), and so is a year that would leave no title.
    """
    stripped = text.strip()
    year = _YEAR.fullmatch(stripped[-6:])
    title = stripped[:-6].rstrip()
    return (title, int(year[1])) if year and title else (text, None)


def spellings(title: str) -> list[str]:
    """A title without what stands in parentheses, and what does: other titles, as MovieLens writes them.

    Itself where nothing is left.

    >>> spellings("City of Lost Children, The (Cité des enfants perdus, La)"), spellings("Seven (a.k.a. Se7en)")
    (['City of Lost Children, The', 'Cité des enfants perdus, La'], ['Seven', 'Se7en'])
    """
    others = [_ALSO.sub("", aside.strip()) for aside in _ASIDE.findall(title)]
    return [one for one in (_ASIDE.sub("", title).strip(), *others) if one] or [title]


def check_query(text: str) -> str:
    """The typed text without outer spaces, when it can be looked up at all."""
    if len(text) > LONGEST_QUERY:
        raise InputError(said("films.error.long_text", n=len(text), most=LONGEST_QUERY))
    if not text.isprintable() and any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise InputError(said("films.error.control_characters"))
    if not text.strip():
        raise InputError(said("films.error.empty_text"))
    return text.strip()

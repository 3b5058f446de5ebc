"""Bytes of a text file -> UTF-8, from Windows-1252 where it surely is that; and what parts the fields of a header."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from almazara.errors import InputError

ARTICLES: Final = (
    *("the", "a", "an", "el", "la", "los", "las", "le", "les", "l'", "un", "une", "il", "lo", "gli", "i"),
    *("der", "die", "das", "den", "det", "o", "os", "as"),
)
"""Of titles that are sorted by what follows: `Matrix, The`."""
UNDECODED: Final = "\ufdd0"
"""Stands for bytes that are no UTF-8 in a file that otherwise is; a noncharacter, so that no text holds it itself."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_BLOCK: Final = 1 << 22
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
_ASCII: Final = bytes(range(128))
_BEYOND_ASCII: Final = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
# The letters beyond a to z that the languages of Windows-1252 write in one word: Spanish, French, German, Italian,
# Portuguese, Catalan, Dutch, Scandinavian, Icelandic.
_ALPHABETS: Final = (
    *("áéíóúüñªº", "àâæçéèêëîïôœùûüÿ", "äöüßé", "àèéìíîòóùúªº", "áâãàçéêíóôõúüªº"),
    *("àçéèíïóòúü", "áéëíïóöüèê", "åäöéøæ", "áéíóúýþæðö"),
)
# Apostrophes, dashes, dots: what stands between two words.
_JOINTS: Final = re.compile("[\u2018\u2019\u2013\u2014\u2026\xb7-]")
_SIGNS: Final = "".join(sign for sign in bytes(range(128, 192)).decode("cp1252", "ignore") if not sign.isalpha())
_AROUND_WORDS: Final = f"{_SIGNS}\xaa\xba\xb5\xd7\xf7"
# A capital after a small letter, and an õ that no e follows, are letters of another encoding.
_MISSPELLED: Final = re.compile("[a-zß-ÿ][À-ÞŠŽŒŸ]|õ(?!e)|Õ(?!E)")
_SURE: Final = 0.98
_SEPARATORS: Final = (",", ";", "\t", "|")


def without_mark(data: bytes, name: str) -> bytes:
    """The text without the mark that says its byte order, which is UTF-8 then or, in UTF-16, becomes it."""
    return b"".join(blocks_without_mark([data], name))


def blocks_without_mark(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The same of a text in blocks, which may part the bytes of a letter."""
    filled = filter(None, blocks)
    first = next(filled, b"")
    if not first.startswith(_UTF_16):
        yield first.removeprefix(_BYTE_ORDER_MARK)
        yield from filled
        return
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        for block in itertools.chain([first], filled):
            yield decoder.decode(block).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is damaged where its UTF-16 should go on: save it as UTF-8.") from error


def as_utf8(data: bytes, name: str) -> bytes:
    """The same text in UTF-8; see `UNDECODED` for bytes that a file of UTF-8 should not have.

    Raises:
        InputError: when it is in no UTF-8, and not surely in Windows-1252.
    """
    if _is_utf8(data):
        return data
    text, wrong = _ESCAPED.subn(UNDECODED, data.decode("utf-8", "surrogateescape"))
    if 2 * wrong < len(data.translate(None, _ASCII)):
        return text.encode()
    if not _is_western(data):
        raise InputError(f"{name} is not in UTF-8, and it is not sure which encoding it is in: save it as UTF-8.")
    return data.decode("cp1252").encode()


def _is_utf8(data: bytes) -> bool:
    """Whether it can be decoded, a block at a time: as text it would take up to four times its bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(data[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(data: bytes) -> bool:
    """Whether, read as Windows-1252, the words look like those of the languages that are written in it.

    Nearly every file can be decoded so. Where it is one of Central Europe, of Cyrillic or of an old Mac, letters become
    signs in the middle of words, or letters that no language has together.
    """
    try:
        words = [word.decode("cp1252") for word in _BEYOND_ASCII.findall(data)]
    except UnicodeDecodeError:
        return False
    spelled = sum(all(map(_is_spelled, _JOINTS.split(word))) for word in words)
    return spelled >= _SURE * len(words)


def _is_spelled(part: str) -> bool:
    word = part.strip(_AROUND_WORDS)
    special = {letter for letter in word.lower() if not letter.isascii()}
    return not _MISSPELLED.search(word) and (not special or any(special.issubset(those) for those in _ALPHABETS))


def separator_of(text: str) -> tuple[str, list[str]]:
    """The separator that makes most fields of the first line, a comma when in doubt, and these fields."""
    lines = {mark: next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), []) for mark in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda mark: len(lines[mark]))
    return separator, [name.strip() for name in lines[separator]]

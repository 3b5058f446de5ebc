"""Whether the words beside a price are all known: what says more may make it another piece's, or another day's.

Reading order: known.toml (the words), then this.
"""

import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from importlib.resources import files
from typing import Final

from almazara.prices.pages.shops import sayings

OWN, FEATURED, OTHER = "•", "§", "¤"
"""What stands in a line for the amount itself, for the featured price, and for another amount."""
_KNOWN: Final = tomllib.loads(files(__package__).joinpath("known.toml").read_text(encoding="utf-8"))
_HUNDRED: Final = 100
_BETWEEN = re.compile(rf"[\s{OWN}{FEATURED}.,:;!|·/()\[\]\"'’«»“”„›→–—-]*")  # noqa: RUF001 - as pages print it
_BESIDE_AMOUNTS = re.compile(_BETWEEN.pattern.replace(OWN, OWN + OTHER))
_PERCENT = re.compile(r"[-−–]?\s?(\d{1,2}(?:[.,]\d)?) ?%(?: (?:de )?(?:off|dto\.?|descuento|rabatt|remise|sconto))?")  # noqa: RUF001
_AMOUNT_OF = re.compile(rf"[{OTHER}{FEATURED}]")


def _phrases(*lists: Iterable[str]) -> re.Pattern[str]:
    lines = [line for one in lists for line in one]
    return re.compile(rf"(?<!\w){sayings.any_of(lines)}(?!\w)", re.IGNORECASE)


_OWN, _AROUND = _KNOWN["own"], _KNOWN["around"]
_PLAIN: Final = _OWN.pop("plain")
_IN_LINE: Final = {kind: _phrases(_AROUND["quiet"][1:], words, _PLAIN) for kind, words in _OWN.items()}
_QUIET: Final = {kind: _phrases(_AROUND["quiet"], words, _PLAIN) for kind, words in _OWN.items()}
_QUIET_BESIDE: Final = _phrases(_AROUND["amount"], _AROUND["quiet"], *_OWN.values(), _PLAIN)
_TOPIC: Final = re.compile(rf"\W*{sayings.any_of(_AROUND['topics'])}(?!\w)", re.IGNORECASE)
_MUST: Final = {kind: _phrases([words]) for kind, words in _KNOWN["must"].items()}
_WORTH: Final = re.compile(rf"(?<!\w){sayings.any_of(_KNOWN['worth']['before'])}[\s:]*$|[-+‒-―−]\s*$", re.IGNORECASE)  # noqa: RUF001
_CHARGES: Final = _phrases(_KNOWN["shipping"]["charged"])
SHIPPING: Final = _phrases([_KNOWN["shipping"]["nouns"]])
"""What a page calls shipping."""
FREE: Final = _phrases([_KNOWN["shipping"]["free"]])
"""What says that something costs nothing."""


def names_one(kind: str, line: str, words: str, share: Decimal) -> bool:
    """Whether the line of an amount makes it surely a price of a kind: one name, one amount, and no unknown word.

    Args:
        kind: The value of a PriceName, or PIECES.
        line: The whole line, its amounts replaced by OWN, FEATURED and OTHER.
        words: The words that name it and OWN, from the line or a label beside it.
        share: What it is of the featured price: a percentage in the line must be the same.
    """
    must = _MUST.get(kind)
    if _WORTH.search(words.partition(OWN)[0]) or (must and not must.search(words)):
        return False
    return is_of_known_words(kind, _without_percents(line, share))


def is_of_known_words(kind: str, text: str) -> bool:
    """Whether a text without amounts holds nothing but words of a kind, such as what markup calls its price."""
    return _BETWEEN.fullmatch(_IN_LINE[kind].sub(" ", text)) is not None


def is_quiet(kind: str, line: str) -> bool:
    """Whether a line around the one that names a price surely says nothing of it.

    It is of known words, or starts as one of shipping, instalments and the like; another kind's words need an amount of
    their own there.
    """
    if line.strip() in {"", "1"} or _TOPIC.match(line):
        return True
    if _AMOUNT_OF.search(line):
        return _BESIDE_AMOUNTS.fullmatch(_PERCENT.sub(" ", _QUIET_BESIDE.sub(" ", line))) is not None
    return _BETWEEN.fullmatch(_QUIET[kind].sub(" ", line)) is not None


def _without_percents(line: str, share: Decimal) -> str:
    """A line without percentages that say what a share takes off, to a point."""
    off = _HUNDRED * (1 - share)
    return _PERCENT.sub(lambda found: " " if abs(Decimal(found[1].replace(",", ".")) - off) <= 1 else found[0], line)


def without_charges(line: str) -> str:
    """A line of shipping without what says that it costs something, or is free for members."""
    return _CHARGES.sub(" ", line)

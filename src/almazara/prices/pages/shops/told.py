"""What shops tell of an offer in words: the state of its goods, and whether its price is a bid.

Reading order: told.toml (the words), then this.
"""

import re
import tomllib
from enum import Enum
from importlib.resources import files
from typing import Final

from almazara.prices.pages.shops import sayings

_TOLD: Final = tomllib.loads(files(__package__).joinpath("told.toml").read_text(encoding="utf-8"))


class State(Enum):
    """The state of the goods that an offer sells, the best to know first."""

    NEW = "new"
    REFURBISHED = "refurbished"
    UNKNOWN = "told in words that are not known"
    USED = "used"


def _any_word(*lines: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){sayings.any_of(list(lines))}(?!\w)", re.IGNORECASE)


_NEW = _any_word(*_TOLD["new"]["said"])
_OF_NEW = _any_word(*_TOLD["new"]["said"], *_TOLD["new"]["beside"], *_TOLD["new"]["vaguely"])
_VAGUELY = _any_word(*_TOLD["new"]["vaguely"])
_REFURBISHED = _any_word(*_TOLD["state"]["refurbished"])
_USED = _any_word("{used}")
_GRADED = re.compile(rf"\W*{sayings.any_of(['{graded}'])}\W*", re.IGNORECASE)
_WORN = _any_word("{used}", *_TOLD["state"]["worn"])
_NEVER = _any_word(*_TOLD["state"]["never"])
_ADDRESS = re.compile(r"^\S*(?:://|schema\.org)\S*[/#]|^schema:")
_JOINED = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])|_")
_UNTOLD = re.compile(r"\s*[-\u2010-\u2015]")

_BIDS = sayings.any_of(_TOLD["auction"]["bids"])

BIDDING: Final = re.compile(
    rf"(?<!\w){_BIDS}"
    rf"|(?:^|\n)[^\w\n]*{sayings.any_of(_TOLD['auction']['buttons'])}[^\w\n]*(?=\n|$)",
    re.IGNORECASE,
)
"""What a page says where its price is a bid."""
USED_BADGE: Final = re.compile(rf"(?:^|\n)[^\w\n]*{sayings.any_of(['{used}'])}[^\w\n]*(?=\n|$)", re.IGNORECASE)
"""A line that says nothing but that goods are not new."""
AT_ONCE: Final = _any_word(*_TOLD["auction"]["at_once"])
"""What a page says that sells at a price of its own, not only to who bids."""


def bid_of(amount: str) -> re.Pattern[str]:
    """What a page says where an amount, as a regular expression, is what was bid or what bids begin at."""
    return re.compile(rf"(?<!\w){_BIDS}[^\d\n]{{0,30}}\n?[^\d\n]{{0,20}}{amount}", re.IGNORECASE)


def state_of(written: str | None, note: str = "") -> State:
    """The state that an offer states: new where it states none, or nothing but known words for new.

    Args:
        written: An address of schema.org, or words. A dash (`--not specified`) is of goods that have none, such as
            coins: they are new unless the note says otherwise, as those that are `New (other)` are.
        note: The offer's own words.
    """
    text = _NEVER.sub(" new ", _JOINED.sub(" ", _ADDRESS.sub("", written or ""))) if written else ""
    if not text.strip():
        return State.NEW
    if _REFURBISHED.search(text):
        return State.REFURBISHED
    if _USED.search(text) or _GRADED.fullmatch(text):
        return State.USED
    is_new = _NEW.search(text) is not None and not re.search(r"\w", _OF_NEW.sub(" ", text))
    if is_new and not _VAGUELY.search(text):
        return State.NEW
    if _WORN.search(_NEVER.sub(" new ", f"{text} {note}")):
        return State.USED
    return State.NEW if is_new or _UNTOLD.match(text) else State.UNKNOWN

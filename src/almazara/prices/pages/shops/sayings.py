"""What words beside an amount, and names of elements around it, make of it: the price to pay now, or another one."""

import re
import tomllib
from enum import Enum
from importlib.resources import files
from typing import Final

from almazara.prices.money import IN_USE


class Role(Enum):
    """What an amount that a page shows is, in words that end a sentence."""

    STANDING = "as the price"
    FORMER = "struck, or as an earlier or recommended price"
    REGULAR = "as the regular price beside a lower one"
    LOWEST = "as the end of a range"
    CONDITIONAL = "with a condition: a code, a card, a quantity, no tax, used goods"
    PART = "as an instalment, a saving or a charge"
    UNIT = "as the price of a litre, a kilogram or a piece"
    FOREIGN = "in another currency, or in points"
    PIECE = "as the price of a piece beside another price"
    ELSEWHERE = "on another product's card or in a review"
    HIDDEN = "hidden from people"


_SAYINGS: Final = tomllib.loads(files(__package__).joinpath("sayings.toml").read_text(encoding="utf-8"))
_PART = re.compile(r"\{([a-z]+)\}")


def any_of(lines: list[str]) -> str:
    """One regular expression for any of some lines of a table, with the lists of [parts] in them."""
    return _PART.sub(lambda part: _SAYINGS["parts"][part[1]], f"(?:{'|'.join(lines)})")


def _by_role(table: str) -> dict[Role, str]:
    return {Role[name.upper()]: any_of(lines) for name, lines in _SAYINGS[table].items()}


SIDE: Final = 60
"""Characters before and behind an amount in which its words are looked for."""
PIECES: Final = "pieces"
"""The kind of a price of one of many pieces."""
_RIGHT_BEHIND: Final = r"[\s,.(:*·|\[]{0,3}"
# A noun goes before only where no amount follows, which the words would label: `24,95 € (precio sin impuestos)`.
_NOUN: Final = rf"(?:\W*{any_of(['{price}'])}\s(?=[^\d€$£]*$))?"
# A few words may stand between, none of which says "now": `PVP recomendado: 24,95 €`.
_BETWEEN: Final = rf"(?:\W+(?!{any_of(_SAYINGS['lines']['now'])}\b)[^\W\d_]+){{0,3}}\W*"
_FEW_BETWEEN: Final = r"(?:\W+\w+){0,3}"
_BESIDE: Final = {Role.LOWEST: r"\W*", Role.UNIT: r"\W*"}
_AHEAD: Final = {
    role: re.compile(rf"(?<!\w){words}(?!\w){_BESIDE.get(role, _BETWEEN)}$", re.IGNORECASE)
    for role, words in _by_role("ahead").items()
}
_BEHIND: Final = {
    role: re.compile(rf"(?:{_NOUN}|{_RIGHT_BEHIND}){words}(?!\w)", re.IGNORECASE)
    for role, words in _by_role("behind").items()
}
_UNIT_BEHIND = re.compile(rf"{_RIGHT_BEHIND}{_by_role('behind')[Role.UNIT]}(?!\w)", re.IGNORECASE)
_NAMED: Final = {
    role: re.compile(rf"(?<![a-zà-ÿ])(?<!with-)(?<!has-)(?<!no-){words}(?![a-zà-ÿ])")
    for role, words in _by_role("names").items()
}
_CONDITIONS: Final = _SAYINGS["named"]
_KIND_AHEAD: Final = {
    kind: re.compile(rf"(?<!\w){any_of([words])}(?!\w){'' if kind == PIECES else _FEW_BETWEEN}\W*$", re.IGNORECASE)
    for kind, words in _CONDITIONS["ahead"].items()
}
_KIND_BEHIND: Final = {
    kind: re.compile(rf"{_RIGHT_BEHIND}{any_of([words])}(?!\w)", re.IGNORECASE)
    for kind, words in _CONDITIONS["behind"].items()
}
_MONEY: Final = _SAYINGS["money"]
_CODES: Final = "|".join(sorted(IN_USE - {"EUR", *_MONEY["no_codes"]}))
_OTHER_MONEY: Final = rf"[\u20a0-\u20ab\u20ad-\u20cf]|(?-i:{_CODES})|{any_of(_MONEY['words'])}"
_OTHER_MONEY_AHEAD = re.compile(rf"(?<!\w)(?:{_OTHER_MONEY}|{any_of(_MONEY['before'])})\W{{0,3}}$", re.IGNORECASE)
_OTHER_MONEY_BEHIND = re.compile(rf"\W{{0,3}}(?:{_OTHER_MONEY})(?!\w|\s?:)", re.IGNORECASE)
_DASH: Final = r"(?:[-\u2010-\u2015~]|a|to|bis|hasta|à)"
_RANGE_BEHIND = re.compile(rf"\s{{0,4}}{_DASH}\s{{0,4}}[^\s]")  # where elements meet is a space more
_RANGE_AHEAD = re.compile(rf"(?:(?:^|\d)\s{{0,4}}{_DASH}|[≈≤≥±~])\s{{0,4}}$")
_OPEN_END = re.compile(r"\+\W*$")  # `USD 69.89+`
_NAME = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+(?![a-zà-ÿ])")
_STYLED = re.compile(r"(?:sc|css|jss|emotion|styled)-\w+")  # made by machines, of letters only
_HASHED = re.compile(r"\S*(?<![^\W_])[^\W\d_]*\d[^\W\d_]+\S*")
_SHOWN_FROM_SOME_WIDTH = re.compile(
    r":(?:block|flex|inline|grid|table|contents)|d-\w+-(?:block|flex|inline|grid|table)"
)
_HIDING = re.compile(rf"(?<![\w-])(?:(?!xs|sm|md|lg|xl)[a-z]{{1,4}}-)?{any_of(_SAYINGS['lines']['hiding'])}(?![\w-])")
_HARMLESS = re.compile(
    rf"(?<!\w){any_of([*_SAYINGS['lines']['buy'], *_SAYINGS['lines']['harmless']])}(?!\w)", re.IGNORECASE
)
# What labels the amount that follows: `24,99 € IVA incluido, gastos de envío 3,99 €`.
_SHIPPING_NEXT = re.compile(
    rf"(?:\b(?:gastos|costes?|frais|costi|kosten) (?:de |di |d.)?)?{any_of(['{shipping}'])}[\W\d]*$", re.IGNORECASE
)
_UNTAXED = re.compile(any_of(_SAYINGS["lines"]["untaxed"]), re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]")

OTHERS: Final = re.compile(rf"(?<!\w){any_of(_SAYINGS['lines']['others'])}", re.IGNORECASE)
"""A heading of what is not this product's."""
BUY: Final = re.compile(any_of(_SAYINGS["lines"]["buy"]), re.IGNORECASE)
"""What a button says that buys the product."""
_FEW_WORDS: Final = r"(?:\w+[^\n\w]+){0,3}"
ENDED: Final = re.compile(any_of(_SAYINGS["lines"]["ended"]), re.IGNORECASE)
"""What a page says of an auction or offer that is over."""
ASKING: Final = re.compile(any_of(_SAYINGS["lines"]["asking"]), re.IGNORECASE)
"""What a page says that tells its price to those who ask."""
REFURBISHED_TITLE: Final = re.compile(rf"(?<!\w){any_of(_SAYINGS['lines']['refurbished_title'])}", re.IGNORECASE)
"""A title of refurbished goods."""
USED_TITLE: Final = re.compile(rf"(?<!\w){any_of(_SAYINGS['lines']['used_title'])}", re.IGNORECASE)
"""A title of goods that are used or opened."""
USED: Final = re.compile(rf"\b{any_of(_SAYINGS['lines']['condition'])}", re.IGNORECASE)
"""What a page says of goods that are not new."""
_ENDS: Final = r"(?=\n|$|(?<=\. )\w)"  # a line, or a sentence
GONE: Final = re.compile(
    rf"(?:^|\n)[^\n\w]*{_FEW_WORDS}{any_of(_SAYINGS['lines']['gone'])}(?:[^\n\w]+\w+){{0,5}}[^\n\w]*{_ENDS}",
    re.IGNORECASE,
)
"""A line that says that the product cannot be bought now."""


def role_of_words(ahead: str, behind: str) -> Role | None:
    """What the words before and behind an amount make it; None when they say nothing.

    Args:
        ahead: The words before it, back to the amount before or to the start of the line.
        behind: The words behind it, and the first character of an amount that follows in the same line.
    """
    if _OPEN_END.match(behind) or _RANGE_BEHIND.fullmatch(behind) or _RANGE_AHEAD.search(ahead):
        return Role.LOWEST
    by_behind = (role for role, pattern in _BEHIND.items() if pattern.match(behind))
    by_ahead = (role for role, pattern in _AHEAD.items() if pattern.search(ahead))
    return next(by_behind, None) or next(by_ahead, None)


def is_other_money(ahead: str, behind: str) -> bool:
    """Whether the words beside an amount without a known mark say that it is in another currency, or in points."""
    return _OTHER_MONEY_AHEAD.search(ahead) is not None or _OTHER_MONEY_BEHIND.match(behind) is not None


def kind_of_price(ahead: str, behind: str) -> tuple[str | None, bool]:
    """The one condition that the words beside an amount make it a price on, and whether they stand before it.

    Returns:
        The value of a PriceName, or PIECES; None where they say none or two.
    """
    before = {kind for kind, pattern in _KIND_AHEAD.items() if pattern.search(ahead)}
    after = {kind for kind, pattern in _KIND_BEHIND.items() if pattern.match(behind)}
    kinds = before | after
    return (kinds.pop() if len(kinds) == 1 else None), bool(before)


def note_below(lines: list[str]) -> str:
    """The first of the lines below an amount, where it stands in parentheses and makes the amount another price."""
    note = next((line for line in lines if not line.isspace() and line), "").lstrip()
    is_one = note.startswith("(") and ")" in note and role_of_words("", note) is not None
    return note if is_one else ""


def without_unit(words: str) -> str:
    """The words between two amounts without those that make the first one a price per unit: `5,99 €/l, 24,95 €`."""
    found = _UNIT_BEHIND.match(words)
    return words if found is None or words[found.end() :].startswith(":") else words[found.end() :]


def is_about_what_it_follows(line: str) -> bool:
    """Whether a line between two amounts makes the one above it another price: without tax, a month, a unit."""
    return _UNTAXED.match(line) is not None or role_of_words("", line) in {Role.PART, Role.UNIT}


def is_plain(ahead: str, behind: str) -> bool:
    """Whether no words stand beside an amount but those that leave it a price: `Precio: 18,95 € IVA incluido`."""
    own = _SHIPPING_NEXT.sub("", behind)
    return not any(map(_WORD.search, (_HARMLESS.sub(" ", ahead), _HARMLESS.sub(" ", own))))


def role_of_names(names: str) -> Role | None:
    """What the words of an element's class and id make the amounts in it."""
    return next((role for role, pattern in _NAMED.items() if pattern.search(names)), None)


def names_in(text: str) -> str:
    """The words of class names and ids in lower case, `priceOld` as `price-old`; those with digits are left out."""
    return " ".join("-".join(_NAME.findall(word)).lower() for word in text.split() if not _made(word))


def _made(name: str) -> bool:
    return _HASHED.fullmatch(name) is not None or _STYLED.fullmatch(name) is not None


def hides(classes: str, names: str) -> bool:
    """Whether an element's classes, or the words in them and in its id, say that it is not drawn on any screen."""
    by_name = _HIDING.search(names) is not None or "d-none" in classes.split()
    return by_name and not _SHOWN_FROM_SOME_WIDTH.search(classes)

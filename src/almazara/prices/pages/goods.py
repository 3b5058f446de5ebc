"""Whether the name of a published product is that of the page's, or of another good that is named after it."""

import re
from collections.abc import Iterable
from typing import Final

from almazara.prices.packs import counts_in
from almazara.prices.pages.request import alike, folded

_ARTICLE: Final = r"(?: (?:el|la|los|las|the|your|den|die|das|le|les|il|lo|gli|de|het|o|a|os|as))?"
# What stands before the name of a good in that of another one: `Tapón para Aceite`, `Muestra de Aceite`.
_BEFORE = re.compile(
    rf"(?:^| )(?:(?:para|for|fur|pour|per|voor|dla|icin|till){_ARTICLE}|compatible (?:con|with|avec|com)"
    r"|(?:muestra|sample|probe|echantillon|campione|amostra|recambio|repuesto|refill)s?(?: (?:de|of|von|di|da))?) $"
)
_BESIDE = re.compile(r" ?\+")
_LONGEST: Final = 500
_SIGN = re.compile(r"[^\w+]+")


def is_of_another(published: str, shown: Iterable[str]) -> bool:
    """Whether a published name is that of a pack of, a part for, or a sample of what a page names, or the page's is."""
    published = published[:_LONGEST]
    like = [name[:_LONGEST] for name in shown if alike(published, name[:_LONGEST])]
    if like and all(counts_in(name) != counts_in(published) for name in like):
        return True
    related = {_is_named_after(published, name) for name in like}
    return True in related and False not in related


def _is_named_after(one: str, other: str) -> bool | None:
    """Whether the longer of two names is of another good, named after the shorter; None where it does not hold that."""
    short, long = sorted((_words(one), _words(other)), key=len)
    before, is_in, behind = long.partition(short)
    return _BEFORE.search(before) is not None or _BESIDE.match(behind) is not None if short and is_in else None


def _words(name: str) -> str:
    return _SIGN.sub(" ", folded(name)).strip()

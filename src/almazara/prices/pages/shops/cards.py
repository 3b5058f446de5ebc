"""The cards of a list: what a page shows of each product that it lists, a witness for what the list publishes."""

from collections.abc import Iterator, Mapping
from itertools import islice, takewhile
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.pages.document import attribute, lineage, text_of
from almazara.prices.pages.outcome import ListedOffer
from almazara.prices.pages.shops import sayings, told
from almazara.prices.pages.shops.drawn import Styles
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.visible import VisiblePrices

_OUTWARDS: Final = 30
_BESIDE: Final = 12
_LONGEST_NAME: Final = 200
_SEVERAL: Final = ""


class Cards:
    """The elements of a page that show one listed product each."""

    def __init__(self, tree: LexborHTMLParser, base: str, titles: Mapping[str, str], styles: Styles) -> None:
        """Find the cards: of each link to a product, or of its name, the widest element that shows no other one.

        Args:
            tree: The page, without scripts and styles.
            base: Its address.
            titles: The name of each listed product by its address.
            styles: What the page's own styles draw otherwise.
        """
        self._styles = styles
        self._owners: dict[int, str] = {}
        self._places: dict[str, list[LexborNode]] = {}
        by_path = {_path(url): url for url in titles}
        by_address = by_path if len(by_path) == len(titles) else {}
        for node in tree.css("a[href], link[href]"):
            address = whole_address(base, attribute(node, "href"))
            self._own(node, by_address.get(_path(address)) or (address if address in titles else None))
        unlinked = {" ".join(title.split()): url for url, title in titles.items() if url not in self._places}
        for node in tree.body.traverse(include_text=True) if unlinked and tree.body is not None else ():
            if node.is_text_node:
                self._own(node, unlinked.get(" ".join((node.text_content or "").split())))

    def _own(self, node: LexborNode, url: str | None) -> None:
        """Mark the elements around a place as a product's, or as those of several; above these all are marked."""
        if url is None:
            return
        self._places.setdefault(url, []).append(node)
        for step in islice(lineage(node), _OUTWARDS):
            owner = self._owners.setdefault(step.mem_id, url)
            if owner == _SEVERAL:
                return
            if owner != url:
                self._owners[step.mem_id] = _SEVERAL

    def holds(self, node: LexborNode) -> bool:
        """Whether an element is in, or holds, what shows listed products."""
        return node.mem_id in self._owners

    def bear_out(self, offer: ListedOffer) -> bool:
        """Whether what the page shows of a listed product leaves its published price what it is."""
        places = self._places.get(offer.url or "", [])
        parts = {part.mem_id: part for place in places if (part := self._card(place)) is not None}
        if not parts or offer.price is None or offer.currency is None:
            return True
        names = [offer.title, *(text for place in places if 0 < len(text := text_of(place)) <= _LONGEST_NAME)]
        visible = VisiblePrices(parts.values(), names, self._styles)
        if not visible.is_priced:
            beside = (part for top in parts.values() for part in self._beside(top))
            visible = VisiblePrices([*parts.values(), *beside], names, self._styles)
        return _is_borne_out(visible, offer)

    def _card(self, place: LexborNode) -> LexborNode | None:
        """The widest element around a place that shows one product alone; None where no other stands around it."""
        own: LexborNode | None = None
        for step in islice(lineage(place), _OUTWARDS):
            if self._owners[step.mem_id] == _SEVERAL:
                return own
            own = step
        return None

    def _beside(self, card: LexborNode) -> Iterator[LexborNode]:
        """What follows a card that shows no amount, up to the next one: lists that are not nested print so."""
        following = takewhile(lambda node: node.mem_id not in self._owners, _siblings(card))
        return islice(following, _BESIDE)


def _siblings(node: LexborNode) -> Iterator[LexborNode]:
    step = node.next
    while step is not None:
        yield step
        step = step.next


def _is_borne_out(visible: VisiblePrices, offer: ListedOffer) -> bool:
    """Whether a published price is the lowest that stands in a card, or the card shows none."""
    price, currency = offer.price, offer.currency
    assert price is not None  # noqa: S101 - asked by the caller; for the type checker
    assert currency is not None  # noqa: S101 - the same
    if visible.says(told.USED_BADGE) or sayings.USED_TITLE.search(offer.title):
        return False
    shown = visible.shown(currency)
    if not shown:
        return not visible.is_priced
    standing = [(amount, is_plain) for amount, role, is_plain in shown if role is Role.STANDING]
    plain = {amount for amount, is_plain in standing if is_plain} or {amount for amount, _ in standing}
    return price == min(plain, default=None)


def whole_address(base: str, url: str) -> str:
    """An address without its fragment, or the words as they are where they are none."""
    try:
        return urldefrag(urljoin(base, url.strip())).url
    except ValueError:
        return url.strip()


def _path(url: str) -> str:
    """Host and path of an address, without what points to a place or comes from a campaign."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"

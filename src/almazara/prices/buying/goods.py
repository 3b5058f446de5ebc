"""Which listings are one good at several shops: by the GTIN that their pages publish, or because somebody says so.

Titles never make a good, but they may keep one apart: shops publish the number of one bottle on the page of a pack of
six. Listings of one GTIN whose litres, sizes, models or counts contradict each other are different goods, and one that
could belong to either of them belongs to none. What somebody declares counts whatever the titles say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from almazara.errors import ConflictError, InputError, NotFoundError
from almazara.prices.collecting.sizing import same_litres
from almazara.prices.gtin import gtin_of
from almazara.prices.money import most_used
from almazara.prices.pages.request import contradict
from almazara.prices.schema import Listing, ListingKind, Observation
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import said

GTIN: Final = "gtin:"
DECLARED: Final = "same:"
MOST_DECLARED: Final = 50
"""Products that are declared the same at once."""


@dataclass(frozen=True, slots=True)
class Good:
    """What is sold at several shops, or several pages of one.

    Attributes:
        good_id: `gtin:<number>`, with `:<litres>` behind it where pages of one number sell several sizes; or
            `same:<letters>` where it was declared; or the listing's own id where it is sold there only.
        listings: In order of listing_id.
        declared: Whether somebody said so, also of what is like no other; else the GTIN does.
    """

    good_id: str
    listings: tuple[Listing, ...]
    declared: bool

    @property
    def gtins(self) -> list[str]:
        """The numbers under which it is sold."""
        return sorted({one.gtin for one in self.listings if one.gtin})

    def is_meant(self, key: str) -> bool:
        """Whether its id, one of its numbers or one of its listings is what a key names."""
        return self._is_named(_in_one_form(key))

    def _is_named(self, key: str) -> bool:
        number = key.removeprefix(GTIN) if key.startswith(GTIN) else None
        return key == self.good_id or any(
            key == one.listing_id or (number is not None and number == one.gtin) for one in self.listings
        )


def goods(listings: Iterable[Listing]) -> list[Good]:
    """The goods of two or more among some listings, in order of id; a listing belongs to one of them or to none."""
    products = {one.listing_id: one for one in listings if one.kind is ListingKind.PRODUCT}
    joined: dict[str, tuple[set[str], set[str]]] = {}  # of a listing: the names and the listings of its good
    for name, members in (*_of_one_number(products.values()), *_declared(products.values())):
        parts = [joined.get(one, (set(), {one})) for one in members]
        names = {name}.union(*(of for of, _ in parts))
        ids = set[str]().union(*(of for _, of in parts))
        joined.update(dict.fromkeys(ids, (names, ids)))
    groups = {min(names, key=_declared_first): ids for names, ids in joined.values() if len(ids) > 1}
    return [
        Good(name, tuple(products[one] for one in sorted(ids)), declared=name.startswith(DECLARED))
        for name, ids in sorted(groups.items())
    ]


def good_of(found: Iterable[Good], key: str) -> Good | None:
    """The good that a key means: its id, one of its numbers, or one of its listings; the first of several."""
    form = _in_one_form(key)
    meant = [one for one in found if one._is_named(form)]  # noqa: SLF001 - one of many, the form made once
    return next((one for one in meant if one.good_id == key), next(iter(meant), None))


def good_meant(key: str, found: Iterable[Good], listings: Iterable[Listing]) -> Good | None:
    """The good that a key means; what is sold at one place only is one of that listing, by its id."""
    if good := good_of(found, key):
        return good
    key = _in_one_form(key)
    alone = (one for one in listings if key in {one.listing_id, f"{GTIN}{one.gtin}"})
    listing = next((one for one in alone if one.kind is ListingKind.PRODUCT), None)
    return Good(listing.listing_id, (listing,), declared=listing.good is not None) if listing else None


def _in_one_form(key: str) -> str:
    """A key of which the number, if it has one, is written as listings have it."""
    number = gtin_of(key.removeprefix(GTIN)) if key.startswith(GTIN) else None
    return f"{GTIN}{number}" if number else key


def declare_same(store: ObservationStore, listing_ids: Sequence[str]) -> Good:
    """Make one good of some listings, and of the goods that they belong to already.

    Raises:
        InputError: for fewer than two products, or too many.
        NotFoundError: for one that is not known.
        ConflictError: when another process has said something else of them meanwhile.
    """
    named = sorted(set(listing_ids))
    if not 2 <= len(named) <= MOST_DECLARED:  # noqa: PLR2004 - two make a pair
        raise InputError(said("prices.error.declare_some", most=MOST_DECLARED, n=len(named)))
    listings = [_product(store, one) for one in named]
    known = goods(store.listings())
    whole = {one.listing_id: one for one in listings}
    for listing in listings:
        found = good_of(known, listing.listing_id)
        whole |= {one.listing_id: one for one in (found.listings if found else ())}
    names = sorted(one.good for one in whole.values() if one.good and one.good.startswith(DECLARED))
    name = names[0] if names else f"{DECLARED}{sha256(' '.join(named).encode()).hexdigest()[:12]}"
    for one in whole.values():
        if one.good != name:
            store.save_listing(replace(one, good=name))
    declared = next((one for one in goods(store.listings()) if one.is_meant(named[0])), None)
    if declared is None:
        raise ConflictError(said("prices.error.declared_meanwhile"))
    return declared


def declare_apart(store: ObservationStore, listing_id: str) -> None:
    """Let a listing be a good of its own, whatever number its page publishes.

    Raises:
        NotFoundError: when it is not known.
    """
    store.save_listing(replace(_product(store, listing_id), good=listing_id))


def undeclare(store: ObservationStore, listing_id: str) -> None:
    """Forget what was declared of a listing: its number decides again.

    Raises:
        NotFoundError: when it is not known.
    """
    store.save_listing(replace(_product(store, listing_id), good=None))


def best_offers(readings: Iterable[Observation], carry: timedelta) -> list[Observation]:
    """The cheapest offer of a good at each moment at which any of its listings was read, in order of time.

    Each is the reading of the listing that is cheapest then, at the moment of the newest one; where none can be had,
    the newest reading, which has no price. What was read longer than `carry` before is no offer any more. Only those in
    the currency of most listings are compared.
    """
    ordered = sorted(readings, key=lambda one: (one.observed_at, one.listing_id))
    newest = {one.listing_id: one.currency for one in ordered if one.currency}
    chosen = next(iter(most_used(newest.values())), None)
    last: dict[str, Observation] = {}
    best: list[Observation] = []
    usable = (one for one in ordered if one.currency in {None, chosen})
    for moment, together in groupby(usable, key=lambda one: one.observed_at):
        readings = list(together)
        last |= {one.listing_id: one for one in readings}
        standing = [one for one in last.values() if one.price and moment - one.observed_at <= carry]
        found = min(standing, key=lambda one: (one.price, one.listing_id), default=None)
        if found is not None:
            best.append(replace(found, observed_at=moment))
        elif gone := [one for one in readings if one.price is None]:
            best.append(gone[-1])
    return best


def _product(store: ObservationStore, listing_id: str) -> Listing:
    listing = store.listing(listing_id) if is_key(listing_id) else None
    if listing is None:
        raise NotFoundError(said("prices.error.no_product", product=listing_id[:100]))
    if listing.kind is ListingKind.SEARCH:
        raise InputError(said("prices.error.is_search", product=listing_id))
    return listing


def _declared_first(name: str) -> tuple[bool, str]:
    return not name.startswith(DECLARED), name


def _declared(products: Iterable[Listing]) -> Iterator[tuple[str, list[str]]]:
    """What was declared one good, by its name."""
    named = sorted((one.good, one.listing_id) for one in products if one.good and one.good != one.listing_id)
    for name, group in groupby(named, key=itemgetter(0)):
        yield name, [listing_id for _, listing_id in group]


def _of_one_number(products: Iterable[Listing]) -> Iterator[tuple[str, list[str]]]:
    """What is sold under one GTIN in one size, by its name; without what was declared to be like no other."""
    numbered = sorted(
        (one for one in products if one.gtin and one.good != one.listing_id),
        key=lambda one: (one.gtin, one.litres is None, one.listing_id),
    )
    for number, group in groupby(numbered, key=attrgetter("gtin")):
        sizes = _sizes(list(group))
        for members in sizes:
            size = f":{members[0].litres or members[0].listing_id}" if len(sizes) > 1 else ""
            yield f"{GTIN}{number}{size}", [one.listing_id for one in members]


def _sizes(listings: Sequence[Listing]) -> list[list[Listing]]:
    """Listings of one number by size, those whose litres are known first; what fits several sizes is left out."""
    sizes: list[list[Listing]] = []
    for one in listings:
        fitting = [size for size in sizes if not _differ(size[0], one)]
        if not fitting:
            sizes.append([one])
        elif len(fitting) == 1:
            fitting[0].append(one)
    return sizes


def _differ(one: Listing, other: Listing) -> bool:
    """Whether two listings of one number cannot be the same good; litres decide where both are known."""
    if one.litres is not None and other.litres is not None:
        return not same_litres(one.litres, other.litres)
    return contradict(one.title or "", other.title or "")

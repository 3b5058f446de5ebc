"""When a listing's title names another size, its litres are others from that reading on: packs shrink, prices stay."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Final

from almazara.prices.packs import litres
from almazara.prices.pages.request import alike
from almazara.prices.schema import EPOCH, Listing, Observation, Size, Sized, litres_at
from almazara.prices.store.protocol import ObservationStore

_ROUNDING: Final = Decimal("0.015")
_SHRINKS: Final = Decimal("0.75")  # 750 ml where a litre was sold; less is another article
_LITRES: Final = re.compile(r"(?<![\d.,])\d+(?:[.,]\d+)?\s?-?(?:lit(?:ro|re|er)s?|lt|[mcd]?l)\b\.?", re.IGNORECASE)


def without_litres(title: str) -> str:
    """A title without its litres, by which it is known again when these change.

    Example:
        >>> without_litres("Aceite de oliva, botella 1 l")
        'Aceite de oliva, botella '
    """
    return _LITRES.sub("", title)


def same_good(known: str, seen: str) -> bool:
    """Whether two titles may name the same article, of which a pack may have shrunk or grown a little."""
    if alike(known, seen):
        return True
    before, now = litres(known), litres(seen)
    near = before is not None and now is not None and min(before, now) >= _SHRINKS * max(before, now)
    return near and alike(without_litres(known), seen)


def same_litres(one: Decimal, other: Decimal) -> bool:
    """Whether two sizes differ by no more than how they are rounded."""
    return abs(one - other) <= _ROUNDING * one


def resized(listing: Listing, title: str, held: Decimal | None, since: datetime) -> Listing | None:
    """The listing with the size that a new title names from a moment on; None where the title leaves it as it is.

    Args:
        listing: As it is known.
        title: What a page of that moment calls it.
        held: The litres that the page surely names.
        since: When it was read (aware, UTC), and nothing later was.
    """
    known = litres_at(listing, since)
    if listing.title is None or title == listing.title:
        return None
    if held is None:
        was = litres(listing.title)
        if known is None or was is None or litres(listing.title, title) is not None:
            return None  # the new title names no size, or none was known
    elif known is not None and same_litres(known, held):
        return None
    before = listing.sizes or (Size(EPOCH, known),)
    return replace(listing, title=title, litres=held, sizes=(*before, Size(since, held)))


def save_sizes(store: ObservationStore, seen: Iterable[Listing], accepted: Sequence[Observation]) -> None:
    """Save the sizes that titles changed to, for listings whose newest readings were just accepted."""
    since = {one.listing_id: one.observed_at for one in reversed(accepted)}
    newest = store.latest(list(since)) if since else {}
    last = {one.listing_id: one.observed_at for one in accepted}
    for found in seen:
        known = store.listing(found.listing_id)
        name = found.listing_id
        if known is None or not found.title or name not in since or newest[name].observed_at != last[name]:
            continue
        if changed := resized(known, found.title, found.litres, since[name]):
            store.save_listing(changed)


def last_change(one: Sized, after: datetime, until: datetime) -> tuple[Size, Size] | None:
    """The last change of size in a span, as what was held before and since; None where there is none, or not known."""
    changes = [(before, now) for before, now in pairwise(one.sizes) if after < now.since <= until]
    before, now = changes[-1] if changes else (None, None)
    return (before, now) if before and now and before.litres and now.litres else None

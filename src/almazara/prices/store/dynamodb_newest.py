"""The newest observation of each listing in one partition of a table of DynamoDB, several an item.

An item holds the newest observations of listings that follow each other by id, from that of its sort key on, and as
many as one write unit takes. So one query reads them all, and a run, which reads listings in that order, writes an item
for several of its readings. A newest observation is only ever replaced by a newer one: of processes that write at once,
and of one that is killed between the halves of an item that it divides, an older copy may stay, which loses.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from almazara.errors import UnavailableError
from almazara.prices.schema import Observation
from almazara.prices.store.dynamodb_table import Item, TextTable, read_item
from almazara.prices.store.observations import validate_observation
from almazara.prices.store.packing import packed, unpacked
from almazara.words.said import said

_PARTITION: Final = "NEWEST"
_FIRST: Final = "#"  # what every sort key begins with, since none may be empty
_UNIT: Final = 1024  # bytes of an item
_ATTEMPTS: Final = 50


@dataclass(frozen=True, slots=True)
class Newest:
    """Keeps and reads the newest observations of a table."""

    table: TextTable

    def all(self) -> dict[str, Observation]:
        """The newest observation of every listing, in order of id."""
        found = (one for item in self.table.query(_PARTITION) for one in read_item(self.table, _observations, item))
        return _by_listing(found)

    def note(self, observations: Iterable[Observation]) -> bool:
        """Keep those that are newer than what is there; returns whether there is an older one among them.

        Raises:
            UnavailableError: when others keep changing the same items.
        """
        found = list(observations)
        left: Sequence[Observation] = list(_by_listing(found).values())
        there: dict[str, Observation] = {}
        for _ in range(_ATTEMPTS):
            items = self._items(left)
            there |= {one.listing_id: one for item, _ in items for one in read_item(self.table, _observations, item)}
            left = [one for item, own in items if not self._merged(item, own) for one in own]
            if not left:
                return any(one.observed_at < there.get(one.listing_id, one).observed_at for one in found)
        raise UnavailableError(said("prices_refused.store.too_many_writers", table=self.table.name))

    def _items(self, observations: Sequence[Observation]) -> list[tuple[Item, list[Observation]]]:
        """Observations in order of listing by the item that holds them, which may not be there yet."""
        if not observations:
            return []
        first, last = _key(observations[0]), _key(observations[-1])
        before = next(self.table.query(_PARTITION, between=(_FIRST, first), newest=True, page=1), {"sk": _FIRST})
        items = [before, *(item for item in self.table.query(_PARTITION, between=(first, last)) if item != before)]
        keys = [item["sk"] for item in items]
        found: dict[int, list[Observation]] = {}
        for one in observations:
            found.setdefault(bisect_right(keys, _key(one)) - 1, []).append(one)
        return [(items[number], own) for number, own in found.items()]

    def _merged(self, item: Item, observations: Iterable[Observation]) -> bool:
        """Put observations into an item; False where another process has changed it meanwhile."""
        was = read_item(self.table, _observations, item)
        now = list(_by_listing([*was, *observations]).values())
        return now == was or self._written(item, now)

    def _written(self, item: Item, observations: Sequence[Observation]) -> bool:
        """Put observations in the place of an item's; what is beyond one write unit goes into others before that."""
        body = packed(msgspec.json.encode(observations))
        made = {"pk": _PARTITION, "sk": item["sk"], "body": body}
        if len(observations) > 1 and sum(len(f"{name}{value}".encode()) for name, value in made.items()) > _UNIT:
            half = len(observations) // 2
            key = _key(observations[half])
            other = self.table.get(_PARTITION, key) or {"sk": key}
            return self._merged(other, observations[half:]) and self._written(item, observations[:half])
        return self.table.put(made, if_absent="body" not in item, while_body=item.get("body"))


def _key(observation: Observation) -> str:
    return f"{_FIRST}{observation.listing_id}"


def _observations(item: Item) -> list[Observation]:
    if "body" not in item:
        return []
    return [validate_observation(one) for one in msgspec.json.decode(unpacked(item["body"]), type=list[Observation])]


def _by_listing(observations: Iterable[Observation]) -> dict[str, Observation]:
    """The newest observation of each listing, in order of id; of two of one moment the first."""
    found: dict[str, Observation] = {}
    for one in observations:
        if one.listing_id not in found or one.observed_at > found[one.listing_id].observed_at:
            found[one.listing_id] = one
    return dict(sorted(found.items()))

"""What an observation store promises."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from almazara.prices.schema import Listing, Observation, Readings, Revision, Run

BEHIND: Final = 12
"""So many listings that a run has read may be kept later than they were read; see `ObservationStore.save_run`."""


class ObservationStore(Protocol):
    """Keeps listings, observations and runs. Safe to use from several processes at once."""

    def append(self, observations: Iterable[Observation], *, run: str | None = None) -> int:
        """Keep observations; those whose (listing_id, observed_at) is there already are left alone.

        Args:
            observations: In any order.
            run: Id of the run under way that has read them: `revision`, and `latest` of many, may stay as they were
                until its state is kept.

        Returns:
            How many were new. All of one call become visible, and durable, before it returns; an interrupted call
            can be repeated without doubling anything.

        Raises:
            InputError: when one of them cannot be kept; then none is.
            UnavailableError: when the store does not take them.
        """

    def history(
        self, listing_id: str, start: datetime | None = None, end: datetime | None = None, *, limit: int | None = None
    ) -> list[Observation]:
        """Observations with start <= observed_at < end, oldest first, the first `limit` of them."""

    def histories(self, listing_ids: Sequence[str], start: datetime | None = None) -> dict[str, list[Observation]]:
        """The observations of several listings from `start` on, each oldest first; absent where there is none."""

    def readings(self, listing_ids: Sequence[str], start: datetime | None = None) -> dict[str, Readings]:
        """The same as columns, several times as fast: what daily series are made of."""

    def latest(self, listing_ids: Sequence[str] | None = None) -> dict[str, Observation]:
        """The newest observation of each listing (of all listings when None); absent where there is none."""

    def count(self, listing_id: str) -> int:
        """How many observations a listing has."""

    def save_listing(self, listing: Listing) -> None:
        """Add a listing or replace the one of the same id; observations are not touched."""

    def save_listings(self, listings: Iterable[Listing]) -> None:
        """Add or replace several listings at once; of one id the last counts."""

    def listing(self, listing_id: str) -> Listing | None:
        """One listing, or None."""

    def listings(self, *, category: str | None = None, tracked: bool | None = None) -> list[Listing]:
        """Listings in order of listing_id."""

    def revision(self) -> Revision:
        """What is another one after every change of observations and listings, whoever made it.

        What was made of them is good for as long as it stays the same, as long as it was asked for before they were.
        """

    def save_run(self, run: Run) -> None:
        """Add a run or replace the one of the same id.

        A further state of one under way may be kept up to two minutes, and BEHIND listings, later: who goes on with one
        that was killed must ask of the next BEHIND whether they were observed already. An end is kept at once.
        """

    def run(self, run_id: str) -> Run | None:
        """One run, or None."""

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Runs, newest first."""

    def put_document(self, kind: str, key: str, body: Mapping[str, Any], *, if_absent: bool = False) -> bool:
        """Keep a small JSON document (alert rules, sent events, held readings).

        False, and nothing changed, when `if_absent` and the key exists already: one of several processes wins.
        """

    def swap_document(
        self, kind: str, key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> bool:
        """Put `after`, or where it is None nothing, in the place of a document that is still as it was read.

        `before` is None where there was none. Of several processes that read the same, one wins; for the others, who
        get False, nothing is changed.
        """

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""

    def documents(self, kind: str, prefix: str = "") -> dict[str, dict[str, Any]]:
        """All documents of a kind whose keys begin so, by key, in order of key."""

    def document_keys(self, kind: str) -> list[str]:
        """The keys of all documents of a kind, in order, without reading these."""

    def document_kinds(self) -> list[str]:
        """The kinds that have, or once had, documents, in order."""

    def delete_document(self, kind: str, key: str) -> None:
        """Remove a document; fine when it is not there."""

    def close(self) -> None:
        """Give connections and files back."""

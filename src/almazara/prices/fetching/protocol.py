"""What a page source promises, and what fetching a page can end in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page as it came, decompressed.

    Attributes:
        url: The address asked for.
        final_url: The address after redirects.
        headers: Response headers, names in lower case.
        body: The bytes of the body, content encoding removed.
        fetched_at: When it came (UTC).
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class NotModified:
    """The shop says that the page has not changed since `validators` were given out."""

    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """We did not ask: robots.txt, a private address, the day's budget or an open circuit forbids it."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """We asked and got no page: network error, time out, too large, too many redirects."""

    url: str
    reason: str


Fetched = Page | NotModified | Refused | Failed


class PageSource(Protocol):
    """Where pages come from. `fetch` never raises for what the outside does: every outcome is a value."""

    name: str

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Fetch one page.

        Args:
            url: An http(s) address.
            validators: `etag` and `last-modified` of the copy at hand, for a conditional request.
        """

    def report_block(self, url: str) -> None:
        """Say that the page of `url` was a block: the source leaves its host alone for a while."""

    def close(self) -> None:
        """Give connections back."""

"""What comes back from one request, and what the page sources make of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from almazara.prices.fetching import politeness as manners
from almazara.prices.fetching.config import HEADER_VALUE
from almazara.prices.fetching.politeness import HostState, Politeness
from almazara.prices.fetching.protocol import Failed, NotModified, Page

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_DROPPED_HEADERS = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status; `headers` in lower case, without cookies and what spoke of the transfer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer; `passing` when a repetition may help."""

    reason: str
    passing: bool


NOT_WHOLE = Broken("the page's compression is broken, or ends too early", passing=True)
TOO_LARGE = Broken("the page is larger than allowed", passing=False)


def add_header(headers: dict[str, str], name: str, value: str) -> None:
    """Add a response header; repeated ones are joined by commas, cookies and the transfer's are dropped."""
    name = name.strip().lower()
    if name not in _DROPPED_HEADERS:
        earlier = f"{headers[name]}, " if name in headers else ""
        headers[name] = earlier + value.strip()


def conditional_headers(validators: Mapping[str, str] | None) -> dict[str, str]:
    """Headers of a conditional request; a validator that no header may hold is left out."""
    found = {header: (validators or {}).get(name, "") for name, header in _CONDITIONS.items()}
    return {header: value for header, value in found.items() if value and HEADER_VALUE.fullmatch(value)}


def is_worth_repeating(answer: Response | Broken) -> bool:
    """Whether a repetition may bring a better answer: after 429, 5xx and passing network errors."""
    if isinstance(answer, Broken):
        return answer.passing
    return answer.status in manners.RETRY_STATUSES


def remembered(
    state: HostState,
    answer: Response | Broken,
    politeness: Politeness,
    now: datetime,
    rng: random.Random,
    *,
    asked_seconds: float,
    attempt: int,
) -> HostState:
    """The state of a host after an answer: its rest, what the answer asks for, and its troubles."""
    state = manners.rest(state, manners.pause_seconds(politeness, rng, asked_seconds), now)
    if is_worth_repeating(answer):
        state = manners.rest(state, manners.backoff_seconds(politeness, attempt + 1, rng), now)
    if isinstance(answer, Broken):
        return state
    asked = manners.parse_retry_after(answer.headers.get("retry-after"), now)
    state = manners.rest(state, asked or 0.0, now)
    return manners.after_status(state, answer.status, politeness, now)


def redirect_of(url: str, response: Response) -> str | None:
    """The address that a response sends us to, or None when it is no redirect."""
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        # Header bytes came as Latin-1; shops write UTF-8.
        return urljoin(url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    except ValueError:
        return "unreadable:"


def fetched(
    url: str, final_url: str, response: Response, now: datetime, *, conditional: bool
) -> Page | NotModified | Failed:
    """The outcome that a final answer is, whatever its status: the readers know what a 404 or 503 means."""
    if response.status != _NOT_MODIFIED:
        return Page(url, final_url, response.status, response.headers, response.body, now)
    if conditional:
        return NotModified(url, now)
    return Failed(url, "the server says that nothing has changed, but was not asked about a copy")

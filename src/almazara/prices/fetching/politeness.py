"""How often a shop may be asked, and when to leave it alone: pure decisions over the state of one host.

Every wait, budget and stop of a host lives in a `HostState`, so that threads and processes that share the state
share the manners. Nothing here reads a clock or sleeps: `now` and `rng` are arguments.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from protego import Protego

TROUBLE_STATUSES = frozenset({403, 429, 503})
RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})

_LONGEST_RETRY_AFTER_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Politeness:
    """What a host may be asked for; the defaults suit a small watcher of one shop.

    Attributes:
        delay_seconds: Shortest pause between two requests of a host; robots.txt may ask for more.
        jitter: Each pause is longer by a random part of up to this share.
        daily_budget: Requests a host gets per UTC day, robots.txt and repetitions included.
        retries: How often a request is repeated after 429, 5xx or a network error.
        backoff_seconds: First pause before a repetition; it doubles each time, with jitter.
        longest_wait_seconds: A longer wait is not slept: the host is left alone until then.
        troubles_to_open: So many answers 403, 429 or 503 in a row stop the host.
        cool_off_seconds: How long a stop lasts; it doubles with each stop that follows soon, up to a day.
        robots: Whether robots.txt is obeyed.
    """

    delay_seconds: float = 5.0
    jitter: float = 0.5
    daily_budget: int = 500
    retries: int = 3
    backoff_seconds: float = 5.0
    longest_wait_seconds: float = 120.0
    troubles_to_open: int = 5
    cool_off_seconds: float = 3600.0
    robots: bool = True


@dataclass(frozen=True, slots=True)
class HostState:
    """What is remembered of a host between requests.

    Attributes:
        day: UTC day that `spent` counts.
        spent: Requests made on that day.
        next_at: No request before this moment.
        troubles: Answers 403, 429 or 503 in a row.
        openings: Stops in a row, each less than a day after the last.
        open_until: The host is stopped until this moment.
        kept_at: When all this was so.
    """

    day: date | None = None
    spent: int = 0
    next_at: datetime | None = None
    troubles: int = 0
    openings: int = 0
    open_until: datetime | None = None
    reason: str = ""
    kept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The request must not be made."""

    reason: str


def as_seen(state: HostState, now: datetime) -> HostState:
    """A state as it is when the clock was set back: rests last as long as they had to, the budget stays spent."""
    if state.kept_at is None or now >= state.kept_at:
        return state
    back = state.kept_at - now
    return replace(
        state,
        day=min(state.day or now.date(), now.date()),
        next_at=state.next_at and state.next_at - back,
        open_until=state.open_until and state.open_until - back,
        kept_at=now,
    )


def gate(state: HostState, politeness: Politeness, now: datetime) -> float | Stop:
    """After how many seconds a host may be asked, or why it may not."""
    if state.open_until is not None and now < state.open_until:
        return Stop(f"the host is left alone until {_moment(state.open_until)}: {state.reason}")
    if _spent_today(state, now) >= politeness.daily_budget:
        return Stop(f"the day's budget of {politeness.daily_budget} requests to this host is spent")
    wait = 0.0 if state.next_at is None else max(0.0, (state.next_at - now).total_seconds())
    if wait > politeness.longest_wait_seconds:
        return Stop(f"the host asks to wait until {_moment(now + timedelta(seconds=wait))}")
    return wait


def spend(state: HostState, now: datetime) -> HostState:
    """Count one request; kept before it is sent, so that a killed process has counted it."""
    state = as_seen(state, now)
    return replace(state, day=now.date(), spent=_spent_today(state, now) + 1, kept_at=now)


def rest(state: HostState, seconds: float, now: datetime) -> HostState:
    """Ask for no request in the next `seconds`; a longer rest asked for earlier stays."""
    state, until = as_seen(state, now), now + timedelta(seconds=seconds)
    return replace(state, next_at=until if state.next_at is None else max(until, state.next_at), kept_at=now)


def after_status(state: HostState, status: int, politeness: Politeness, now: datetime) -> HostState:
    """Count an answer: good ones forget the troubles, repeated 403, 429 or 503 stop the host."""
    if status < 400:  # noqa: PLR2004 - the HTTP border between answers and errors
        return replace(state, troubles=0)
    if status not in TROUBLE_STATUSES:
        return state
    state = replace(state, troubles=state.troubles + 1)
    if state.troubles < politeness.troubles_to_open:
        return state
    return after_block(state, politeness, now, f"it answered {status}, the last of {state.troubles} refusals in a row")


def after_block(state: HostState, politeness: Politeness, now: datetime, reason: str) -> HostState:
    """Stop the host for the cool-off time; after it, one more trouble stops it again for twice as long."""
    state, day = as_seen(state, now), timedelta(days=1)
    recent = state.open_until is not None and now - state.open_until < day
    openings = state.openings + 1 if recent else 1
    pause = min(day, timedelta(seconds=politeness.cool_off_seconds * 2 ** min(openings - 1, 30)))
    troubles = max(0, politeness.troubles_to_open - 1)
    return replace(state, troubles=troubles, openings=openings, open_until=now + pause, reason=reason, kept_at=now)


def pause_seconds(politeness: Politeness, rng: random.Random, asked_seconds: float = 0.0) -> float:
    """Pause after a request: the longer of ours and the one that robots.txt asks for, with jitter."""
    return max(politeness.delay_seconds, asked_seconds) * (1 + politeness.jitter * rng.random())


def backoff_seconds(politeness: Politeness, attempt: int, rng: random.Random) -> float:
    """Pause before repetition number `attempt` (from 1): doubling, with jitter of up to a half."""
    return politeness.backoff_seconds * 2.0 ** (attempt - 1) * (1 + 0.5 * rng.random())


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3), at most a week, or None.

    Example:
        >>> parse_retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
        120.0
        >>> parse_retry_after("Thu, 01 Jan 2026 00:01:00 GMT", datetime(2026, 1, 1, tzinfo=UTC))
        60.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), _LONGEST_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), _LONGEST_RETRY_AFTER_SECONDS)


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site's robots.txt says.

    Attributes:
        rules: The parsed file, or None where there is none.
        unreadable: Why it could not be read: then nothing is allowed for now; otherwise "".
    """

    rules: Protego | None
    unreadable: str = ""

    def refusal(self, url: str, agent: str) -> str | None:
        """Why `agent` (a product token such as `Almazara`) must not fetch `url`, or None when it may."""
        if self.unreadable:
            return f"the site's robots.txt could not be read ({self.unreadable}), so nothing else is asked for now"
        if self.rules is not None and not self.rules.can_fetch(url, agent):
            return "the site's robots.txt asks robots not to fetch this page"
        return None

    def pause_seconds(self, agent: str) -> float:
        """Seconds between requests that the site asks for (`Crawl-delay`, `Request-rate`), or 0."""
        if self.rules is None:
            return 0.0
        rate = self.rules.request_rate(agent)
        between = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(self.rules.crawl_delay(agent) or 0.0, between)


def read_robots(status: int, body: bytes) -> Robots:
    """Robots of an answer (RFC 9309, 2.3.1): a 4xx allows everything, 429 and 5xx nothing for now."""
    if 200 <= status < 300:  # noqa: PLR2004
        return Robots(Protego.parse(body.decode("utf-8-sig", errors="replace")))
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return Robots(None)
    return Robots(None, f"it answered {status}")


def _spent_today(state: HostState, now: datetime) -> int:
    return state.spent if state.day == now.date() else 0


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

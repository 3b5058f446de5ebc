"""The `http` page source: one polite, checked request at a time per host; every outcome is a value.

What sends a request is an argument: libcurl here, a Scrapy process in `scrapy_source`. All manners are here.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from almazara import log
from almazara.errors import UnavailableError
from almazara.prices.fetching import curl
from almazara.prices.fetching import politeness as manners
from almazara.prices.fetching.addresses import Forbidden, Resolver, Target, check_url, refusal, resolve, system_resolver
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.host_states import HostStates, MemoryHostStates, RobotsCache
from almazara.prices.fetching.politeness import HostState, Robots, Stop
from almazara.prices.fetching.protocol import Failed, Fetched, Refused
from almazara.prices.fetching.proxies import Proxies
from almazara.prices.fetching.responses import (
    Broken,
    Limits,
    Response,
    conditional_headers,
    fetched,
    is_worth_repeating,
    redirect_of,
)

Download = Callable[[Target, Sequence[str], Mapping[str, str], Limits, str | None], tuple[Response | Broken, str]]
"""Sends one GET: target, addresses to connect to, headers, limits, proxy -> answer and address that was asked."""

_ROBOTS_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB
_NO_LOGIN = Broken("the proxy does not take its login", passing=True, by_proxy=True)
_PROXY_AUTHENTICATION_REQUIRED = 407


@dataclass(frozen=True, slots=True)
class _Answer:
    """A final answer and where it came from."""

    url: str
    response: Response


class HttpSource:
    """Fetches pages over HTTP; safe to use from several threads.

    Args:
        states: Remembers each host's pauses, budget and stops; in memory when None.
        clock: The present moment (aware).
        sleep: Waits so many seconds.
        rng: Makes the jitter.
        proxies: Those of the settings, where they are shared with others.
    """

    name = "http"

    def __init__(
        self,
        config: HttpConfig,
        states: HostStates | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
        resolver: Resolver = system_resolver,
        download: Download = curl.request,
        proxies: Proxies | None = None,
    ) -> None:
        self._config = config
        self._states = MemoryHostStates() if states is None else states
        self._clock = clock
        self._sleep = sleep
        self._rng = rng or random.Random()
        self._resolver = resolver
        self._download = download
        self._proxies = proxies or Proxies(config.proxies, clock)
        self._robots = RobotsCache(self._read_robots, clock)

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Fetch one page, of whatever status; see `PageSource.fetch`.

        A page with status 404 or 503 is a page: the readers know what it means.
        """
        config, conditions = self._config, conditional_headers(validators)
        limits = Limits(config.max_bytes, config.timeout_seconds, config.connect_seconds)
        answer = self._follow(url, conditions, limits, robots=config.politeness.robots)
        if not isinstance(answer, _Answer):
            log.event("not-fetched", host=_host(url), outcome=type(answer).__name__.lower(), reason=answer.reason)
            return answer
        response = answer.response
        log.event("fetched", host=_host(url), status=response.status, bytes=len(response.body))
        return fetched(url, answer.url, response, self._clock(), conditional=bool(conditions))

    def report_block(self, url: str) -> None:
        """Stop the host of `url` for the cool-off time: a reader found a block or captcha on its page.

        Raises:
            UnavailableError: when that cannot be remembered.
        """
        target = check_url(url, self._config.addresses)
        if isinstance(target, Forbidden):
            return
        polite, reason = self._config.politeness, "it showed a block page or captcha"
        try:
            with self._states.turn(target.site) as turn:
                turn.keep(manners.after_block(turn.state, polite, self._clock(), reason))
        except OSError as error:
            raise UnavailableError(f"It could not be remembered that {target.site} blocks us: {error}.") from error
        log.event("host-stopped", level=30, host=target.site)

    def close(self) -> None:
        """Keep what is known of hosts; there is no connection to give back: none outlives its request."""
        self._states.close()

    def _follow(
        self, url: str, conditions: Mapping[str, str], limits: Limits, *, robots: bool
    ) -> _Answer | Refused | Failed:
        """Ask, and follow redirects, each checked as if it had been asked for."""
        here = url
        for _ in range(self._config.max_redirects + 1):
            answer = self._hop(here, conditions, limits, robots=robots)
            if isinstance(answer, Refused | Failed):
                way = "" if here == url else "it redirects: "
                return replace(answer, url=url, reason=f"{way}{answer.reason}")
            onward = redirect_of(answer.url, answer.response)
            if onward is None:
                return answer
            here = onward
        return Failed(url, f"it redirects more than {self._config.max_redirects} times")

    def _hop(
        self, url: str, conditions: Mapping[str, str], limits: Limits, *, robots: bool
    ) -> _Answer | Refused | Failed:
        target = check_url(url, self._config.addresses)
        if isinstance(target, Forbidden):
            return Refused(url, target.reason)
        rules = self._robots.rules(target.origin) if robots else Robots(None)
        if isinstance(rules, Refused):
            return rules
        reason = rules.refusal(target.url, self._config.robot)
        if reason:
            return Refused(url, reason)
        response = self._persist(target, conditions, limits, rules.pause_seconds(self._config.robot))
        if isinstance(response, Stop):
            return Refused(url, response.reason)
        if isinstance(response, Broken):
            return Failed(url, response.reason)
        return _Answer(target.url, response)

    def _persist(
        self, target: Target, conditions: Mapping[str, str], limits: Limits, asked_seconds: float
    ) -> Response | Broken | Stop:
        """Ask until there is a final answer, the repetitions are used up, or the host must be left alone."""
        last: Response | Broken | None = None
        for attempt in range(self._config.politeness.retries + 1):
            answer = self._take_turn(target, conditions, limits, asked_seconds, attempt)
            if isinstance(answer, Stop):
                if isinstance(last, Broken):  # say why it was not repeated
                    return Broken(f"{last.reason}; {answer.reason}", passing=False)
                return last or answer
            if not is_worth_repeating(answer):
                return answer
            last = answer
        return last or Stop("no request is allowed: the number of repetitions is negative")

    def _take_turn(
        self, target: Target, conditions: Mapping[str, str], limits: Limits, asked_seconds: float, attempt: int
    ) -> Response | Broken | Stop:
        """Wait for the host's turn and for its pause, ask once, and remember how it went."""
        try:
            with self._states.turn(target.site) as turn:
                now = self._clock()
                if (seen := manners.as_seen(turn.state, now)) is not turn.state:
                    turn.keep(seen)
                wait = manners.gate(seen, self._config.politeness, now)
                if isinstance(wait, Stop):
                    return wait
                if wait > 0:
                    self._sleep(wait)
                turn.keep(manners.spend(turn.state, self._clock()))
                answer = self._ask(target, conditions, limits)
                if not isinstance(answer, Stop):
                    turn.keep(self._after(turn.state, answer, asked_seconds, attempt))
                return answer
        except OSError as error:
            return Stop(f"what was asked of the host cannot be remembered ({error.strerror or type(error).__name__})")

    def _after(self, state: HostState, answer: Response | Broken, asked_seconds: float, attempt: int) -> HostState:
        """The state of a host after an answer: its rest, what the answer asks for, and its troubles."""
        polite, now = self._config.politeness, self._clock()
        state = manners.rest(state, manners.pause_seconds(polite, self._rng, asked_seconds), now)
        if is_worth_repeating(answer):
            state = manners.rest(state, manners.backoff_seconds(polite, attempt + 1, self._rng), now)
        if isinstance(answer, Broken):
            return state
        asked = manners.parse_retry_after(answer.headers.get("retry-after"), now)
        return manners.after_status(manners.rest(state, asked or 0.0, now), answer.status, polite, now)

    def _ask(self, target: Target, conditions: Mapping[str, str], limits: Limits) -> Response | Broken | Stop:
        """Resolve, check, connect to the checked address itself, and check again whom we talked to."""
        try:
            addresses = resolve(target, self._config.addresses, self._resolver)
        except OSError:
            return Broken("the host's name could not be resolved", passing=True)
        if isinstance(addresses, Forbidden):
            return Stop(addresses.reason)
        headers = {**self._config.headers, "User-Agent": self._config.agent, **conditions}
        if self._proxies.addresses:
            return self._ask_through_proxies(target, addresses, headers, limits)
        answer, primary = self._download(target, addresses, headers, limits, None)
        if primary and refusal(primary, target.port, self._config.addresses):
            return Broken("the connection went to an address that is not allowed", passing=False)
        return answer

    def _ask_through_proxies(
        self, target: Target, addresses: Sequence[str], headers: Mapping[str, str], limits: Limits
    ) -> Response | Broken:
        """Ask through the next proxy that answers: what none of the others passed on was not asked of the host."""
        answer: Response | Broken = _NO_LOGIN
        for proxy in self._proxies.next():
            answer, _ = self._download(target, addresses, headers, limits, proxy)
            if isinstance(answer, Response) and answer.status == _PROXY_AUTHENTICATION_REQUIRED:
                answer = _NO_LOGIN
            has_failed = isinstance(answer, Broken) and answer.by_proxy
            self._proxies.keep(proxy, failed=has_failed)
            if not has_failed:
                break
        return answer

    def _read_robots(self, url: str) -> Robots | Refused:
        limits = Limits(_ROBOTS_BYTES, self._config.timeout_seconds, self._config.connect_seconds, cut=True)
        answer = self._follow(url, {}, limits, robots=False)
        if isinstance(answer, _Answer):
            return manners.read_robots(answer.response.status, answer.response.body)
        return answer if isinstance(answer, Refused) else Robots(None, answer.reason)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"

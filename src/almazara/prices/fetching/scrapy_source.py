"""The `scrapy` page source: many hosts at once, through a Scrapy process that this side paces.

Scrapy runs in a process of its own, so that its reactor, signals and logging stay out of the caller's. This side
keeps the manners of `http` (one request at a time and pauses per host, budget, stops, repetitions, redirects); the
other side, `scrapy_spider`, fetches, obeys robots.txt, checks addresses and throttles by latency.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from almazara import log
from almazara.prices.fetching import politeness as manners
from almazara.prices.fetching.addresses import Forbidden, check_url
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.host_states import HostStates, MemoryHostStates, stop_host
from almazara.prices.fetching.politeness import Go, Stop
from almazara.prices.fetching.protocol import Failed, Fetched, Refused
from almazara.prices.fetching.responses import (
    Broken,
    Response,
    conditional_headers,
    fetched,
    is_worth_repeating,
    redirect_of,
    remembered,
)
from almazara.prices.fetching.scrapy_process import Answer, Order, ScrapyProcess

_SPARE_SECONDS = 60.0
_POLL_SECONDS = 1.0


class ScrapySource:
    """Fetches pages through Scrapy; `crawl` asks different hosts at the same time.

    Args:
        config: The same settings as for `http`.
        states: Remembers each host's pauses, budget and stops; in memory when None.
        clock: The present moment (aware).
        rng: Makes the jitter.
    """

    name = "scrapy"

    def __init__(
        self,
        config: HttpConfig,
        states: HostStates | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        rng: random.Random | None = None,
    ) -> None:
        self._config = config
        self._states = MemoryHostStates() if states is None else states
        self._clock = clock
        self._rng = rng or random.Random()
        self._lock = threading.Lock()
        self._numbers = count()
        self._process: ScrapyProcess | None = None

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Fetch one page; see `PageSource.fetch`.

        Raises:
            MissingExtraError: when Scrapy is not installed.
        """
        found: list[Fetched] = []
        self.crawl([url], found.append, {url: validators or {}})
        return found[0]

    def crawl(
        self,
        urls: Iterable[str],
        on_page: Callable[[Fetched], None],
        validators: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Fetch many pages, one at a time of each host, and hand each outcome over as it comes.

        Args:
            urls: The addresses; each gets exactly one outcome.
            on_page: Called in this thread; what it raises ends the crawl.
            validators: `etag` and `last-modified` of copies at hand, by address.

        Raises:
            MissingExtraError: when Scrapy is not installed.
        """
        known = validators or {}
        jobs = [_Job(url, url, conditional_headers(known.get(url))) for url in urls]
        with self._lock:
            process = self._process = self._process or ScrapyProcess(self._config)
            crawl = _Crawl(
                on_page,
                config=self._config,
                states=self._states,
                clock=self._clock,
                rng=self._rng,
                process=process,
                numbers=self._numbers,
            )
            try:
                crawl.run(jobs)
            except EOFError:
                self._process = None
                process.close()
                crawl.give_up("the Scrapy process ended or no longer answered")

    def report_block(self, url: str) -> None:
        """Stop the host of `url` for the cool-off time: a reader found a block or captcha on its page.

        Raises:
            UnavailableError: when that cannot be remembered.
        """
        stop_host(url, self._config, self._states, self._clock())

    def close(self) -> None:
        """End the Scrapy process."""
        with self._lock:
            if self._process is not None:
                self._process.close()
                self._process = None


@dataclass(frozen=True, slots=True)
class _Job:
    """A page on its way: the address asked for, where it is now, how often it was tried and redirected."""

    url: str
    here: str
    conditions: dict[str, str]
    attempt: int = 0
    hops: int = 0
    last: Response | Broken | None = None


class _Crawl:
    """One crawl: which job waits for which host, and which are under way."""

    def __init__(
        self,
        on_page: Callable[[Fetched], None],
        *,
        config: HttpConfig,
        states: HostStates,
        clock: Callable[[], datetime],
        rng: random.Random,
        process: ScrapyProcess,
        numbers: Iterable[int],
    ) -> None:
        self._config = config
        self._states = states
        self._clock = clock
        self._rng = rng
        self._process = process
        self._numbers = iter(numbers)
        self._on_page = on_page
        self._waiting: defaultdict[str, deque[_Job]] = defaultdict(deque)
        self._under_way: dict[int, tuple[str, _Job]] = {}

    def run(self, jobs: Iterable[_Job]) -> None:
        """Work until every job has its outcome.

        Raises:
            EOFError: when the process has ended or is silent for too long.
        """
        for job in jobs:
            self._add(job)
        polite, silent = self._config.politeness, 0.0
        patience = 2 * (self._config.timeout_seconds + polite.longest_wait_seconds) + _SPARE_SECONDS
        while True:
            seconds = min(self._send_ready(), _POLL_SECONDS)
            if not self._under_way and not any(self._waiting.values()):
                return
            answer = self._process.answer(seconds)
            silent = silent + seconds if answer is None and self._under_way else 0.0
            if answer is not None and answer.number in self._under_way:
                self._receive(answer)
            if silent > patience:
                raise EOFError

    def give_up(self, reason: str) -> None:
        """End every job that has no outcome yet."""
        left = [job for _, job in self._under_way.values()]
        left += [job for jobs in self._waiting.values() for job in jobs]
        self._under_way.clear()
        self._waiting.clear()
        for job in left:
            self._finish(job, Failed(job.url, reason))

    def _add(self, job: _Job) -> None:
        target = check_url(job.here, self._config.addresses)
        if isinstance(target, Forbidden):
            self._finish(job, Refused(job.url, target.reason))
        else:
            self._waiting[target.site].append(replace(job, here=target.url))

    def _send_ready(self) -> float:
        """Order what may be asked now; returns the seconds until the next may be."""
        soonest = _POLL_SECONDS
        busy = {site for site, _ in self._under_way.values()}
        for site in [site for site, jobs in self._waiting.items() if jobs and site not in busy]:
            while self._waiting[site]:
                permit = self._permit(site)
                if isinstance(permit, Stop):
                    self._stop(self._waiting[site].popleft(), permit)
                    continue
                if permit.wait_seconds > 0:
                    soonest = min(soonest, permit.wait_seconds)
                else:
                    self._order(site, self._waiting[site].popleft())
                break
        return soonest

    def _permit(self, site: str) -> Go | Stop:
        """Whether the host may be asked now; if so, the request is counted."""
        try:
            with self._states.turn(site) as turn:
                permit = manners.gate(turn.state, self._config.politeness, self._clock())
                if isinstance(permit, Go) and permit.wait_seconds <= 0:
                    turn.keep(manners.spend(turn.state, self._clock()))
                return permit
        except OSError as error:
            return Stop(f"what was asked of the host cannot be remembered ({error.strerror or error})")

    def _order(self, site: str, job: _Job) -> None:
        number = next(self._numbers)
        self._under_way[number] = (site, job)
        self._process.order(Order(number, job.here, job.conditions))

    def _receive(self, answer: Answer) -> None:
        site, job = self._under_way.pop(answer.number)
        if answer.refused:
            self._finish(job, Refused(job.url, answer.refused))
            return
        if answer.broken:
            said: Response | Broken = Broken(answer.broken, answer.passing)
        else:
            said = Response(answer.status, answer.headers, answer.body)
        stop = self._remember(site, said, answer, job.attempt)
        if stop is not None:
            self._finish(job, Refused(job.url, stop.reason))
        elif is_worth_repeating(said) and job.attempt < self._config.politeness.retries:
            self._waiting[site].appendleft(replace(job, attempt=job.attempt + 1, last=said))
        else:
            self._conclude(job, said)

    def _remember(self, site: str, said: Response | Broken, answer: Answer, attempt: int) -> Stop | None:
        try:
            with self._states.turn(site) as turn:
                state, now = turn.state, self._clock()
                for _ in range(1, answer.requests):  # robots.txt counts too
                    state = manners.spend(state, now)
                turn.keep(
                    remembered(
                        state,
                        said,
                        self._config.politeness,
                        now,
                        self._rng,
                        asked_seconds=answer.pause_seconds,
                        attempt=attempt,
                    )
                )
        except OSError as error:
            return Stop(f"what was asked of the host cannot be remembered ({error.strerror or error})")
        return None

    def _conclude(self, job: _Job, said: Response | Broken) -> None:
        """Make the outcome of a final answer, or follow its redirect."""
        if isinstance(said, Broken):
            self._finish(job, Failed(job.url, said.reason))
            return
        onward = redirect_of(job.here, said)
        if onward is None:
            now = self._clock()
            self._finish(job, fetched(job.url, job.here, said, now, conditional=bool(job.conditions)))
        elif job.hops < self._config.max_redirects:
            self._add(replace(job, here=onward, hops=job.hops + 1, attempt=0, last=None))
        else:
            self._finish(job, Failed(job.url, f"it redirects more than {self._config.max_redirects} times"))

    def _stop(self, job: _Job, stop: Stop) -> None:
        """End a job whose host must be left alone: with the last answer, where there was one."""
        if isinstance(job.last, Response):
            self._conclude(job, job.last)
        elif job.last is not None:
            self._finish(job, Failed(job.url, f"{job.last.reason}; {stop.reason}"))
        else:
            self._finish(job, Refused(job.url, stop.reason))

    def _finish(self, job: _Job, outcome: Fetched) -> None:
        if isinstance(outcome, Refused | Failed):
            way = "it redirects: " if job.hops else ""
            outcome = replace(outcome, reason=f"{way}{outcome.reason}")
            log.event("not-fetched", outcome=type(outcome).__name__.lower(), reason=outcome.reason)
        self._on_page(outcome)

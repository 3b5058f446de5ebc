"""Runs of the scraper: one at a time per shop, in threads, resumed when the process that made them is gone."""

import logging
import random
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from itertools import chain, groupby
from typing import Final

from almazara import log, tracing
from almazara.errors import AlmazaraError, ConflictError, InputError, NotFoundError
from almazara.locks import Held, Locks
from almazara.prices.collecting import runs
from almazara.prices.collecting.collection import Collector
from almazara.prices.collecting.runs import RunView
from almazara.prices.schema import Listing, Problem, Run, RunState
from almazara.prices.store.observations import is_key
from almazara.prices.store.patience import patient
from almazara.prices.store.protocol import ObservationStore
from almazara.runs import new_run_id
from almazara.words.said import said

OnProgress = Callable[[Run], None]
_STOP_SECONDS: Final = 5.0


@dataclass(eq=False)
class ScrapeJobs:
    """Starts and resumes runs; each holds its shops' locks, so that API, CLI and schedules keep to one run a shop.

    Attributes:
        store: Where runs and observations are kept.
        collector: Makes the collector of a run; it is closed when the run has ended.
        locks: Who gives the locks of shops: of this machine, or of all that share the store.
        clock: The present moment (aware).
        rng: Makes run ids.
        after: Called when all shops of a request are done (alerts, forecasts).
        shops_at_once: How many shops of a request are read side by side.
    """

    store: ObservationStore
    collector: Callable[[Run, Callable[[], bool]], Collector]
    _: KW_ONLY
    locks: Locks
    clock: Callable[[], datetime]
    rng: random.Random
    after: Callable[[], None]
    shops_at_once: int = 1
    _telling: threading.Lock = field(default_factory=threading.Lock, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)

    def start(self, listing_ids: Iterable[str] | None = None) -> RunView:
        """Begin to read all tracked listings, or those named, in the background.

        Raises:
            NotFoundError: when a listing is not known.
            InputError: when nothing is followed.
            ConflictError: when a shop is being read already.
        """
        begun, locks = self._begin(listing_ids)
        self._spawn(begun, locks)
        return runs.view(begun[0].run_id.split(".")[0], begun)

    def run(self, listing_ids: Iterable[str] | None = None, on_progress: OnProgress = lambda _run: None) -> RunView:
        """Read all tracked listings, or those named, and return when it is done; see `start`."""
        begun, locks = self._begin(listing_ids)
        with locks:
            ended = self._work_all(begun, on_progress, locks)
        self.after()
        return runs.view(begun[0].run_id.split(".")[0], ended)

    def resume(self) -> list[str]:
        """Go on with runs whose process is gone; returns their ids."""
        resumed = []
        for again, locks in self._taken_up(self._unfinished()):
            self._spawn(again, locks)
            resumed += [run.run_id for run in again]
        return resumed

    def finish(self, asked: Container[str], on_progress: OnProgress = lambda _run: None) -> RunView | None:
        """Read what is left of the newest of these requests, and return when it is done; None where nothing is left."""
        unfinished = [run for run in self._unfinished() if run.run_id.partition(".")[0] in asked]
        newest = max((run.run_id.partition(".")[0] for run in unfinished), default="")
        with Held(self.locks, ()) as held:
            again: list[Run] = []
            for members, locks in self._taken_up(run for run in unfinished if run.run_id.startswith(f"{newest}.")):
                held.add(locks)
                again += members
            ended = self._work_all(again, on_progress, held)
        if not ended:
            return None
        self.after()
        return runs.find(self.store, newest, runs.SCRAPE)

    def finish_one(self, run_id: str) -> Run:
        """Go on with one run until nothing of it is pending, or `stop`; one that has ended is left as it is.

        Raises:
            NotFoundError: when there is no such run.
            ConflictError: when its shop is being read already.
        """
        with self._lock([self._known(run_id).shop]) as locks:
            run = self._known(run_id)  # as whoever held the lock before us has left it
            if not run.pending:
                return run
            return self._work_all([replace(run, state=RunState.RUNNING, ended_at=None)], lambda _run: None, locks)[0]

    def stop(self, seconds: float = _STOP_SECONDS) -> None:
        """Let the listings end that are being read, for so long at most, and leave the rest for `resume`."""
        self._stopping.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _begin(self, listing_ids: Iterable[str] | None) -> tuple[list[Run], Held]:
        listings = self._chosen(listing_ids)
        locks = self._lock(sorted({listing.shop for listing in listings}))
        now = self.clock()
        begun = runs.scrape_runs(new_run_id(now, self.rng), listings, now)
        self._save([*self._superseded(begun, now), *begun], locks)
        return begun, locks

    def _known(self, run_id: str) -> Run:
        run = self.store.run(run_id) if is_key(run_id) else None
        if run is None:
            raise NotFoundError(said("prices.error.scrape", run=run_id[:60]))
        return run

    def _unfinished(self) -> list[Run]:
        found = self.store.runs(kind=runs.SCRAPE)
        return [run for run in found if run.state in {RunState.RUNNING, RunState.INTERRUPTED} and run.pending]

    def _taken_up(self, unfinished: Iterable[Run]) -> Iterator[tuple[list[Run], Held]]:
        """The runs of each shop that nobody is at, kept as running again, and the shop's lock."""
        ordered = sorted(unfinished, key=lambda run: (run.shop, run.started_at))
        for shop, members in groupby(ordered, key=lambda run: run.shop):
            try:
                locks = self._lock([shop])
            except ConflictError:
                continue  # it is running, in another process
            again = [replace(run, state=RunState.RUNNING, ended_at=None) for run in members]
            self._save(again, locks)
            yield again, locks

    def _superseded(self, begun: list[Run], now: datetime) -> list[Run]:
        """Runs that nobody goes on with, since we hold their shops' locks: what the new ones read is not left to them.

        A run that was killed would otherwise be shown as running, and be resumed long after a newer one.
        """
        new = {run.shop: run for run in begun}
        ended = []
        for run in self._unfinished():
            if run.shop in new:
                left = tuple(listing_id for listing_id in run.pending if listing_id not in new[run.shop].pending)
                ended.append(replace(run, state=RunState.INTERRUPTED, ended_at=now, pending=left))
        return ended

    def _save(self, begun: list[Run], locks: Held) -> None:
        try:
            for run in begun:
                self.store.save_run(run)
        except BaseException:
            locks.close()
            raise

    def _chosen(self, listing_ids: Iterable[str] | None) -> list[Listing]:
        if listing_ids is None:
            listings = self.store.listings(tracked=True)
        else:
            found = {one: self.store.listing(one) if is_key(one) else None for one in listing_ids}
            unknown = [listing_id for listing_id, listing in found.items() if listing is None]
            if unknown:
                raise NotFoundError(said("prices.error.no_product", product=unknown[0][:100]))
            listings = [listing for listing in found.values() if listing is not None]
        if not listings:
            raise InputError(said("prices.error.none_followed"))
        return listings

    def _lock(self, shops: Iterable[str]) -> Held:
        """Hold the locks of all shops, or none."""
        return Held(self.locks, ((shop, said("prices.error.reading", shop=shop)) for shop in shops))

    def _spawn(self, begun: list[Run], locks: Held) -> None:
        def work() -> None:
            try:
                with locks:
                    self._work_all(begun, lambda _run: None, locks)
                if not self._stopping.is_set():
                    self.after()
            except Exception as error:  # noqa: BLE001 - nobody waits for this thread, so the log must say it
                log.event("run_broken", level=logging.ERROR, run=begun[0].run_id, error=error)

        thread = threading.Thread(target=work, name=f"scrape-{begun[0].run_id}", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _work_all(self, begun: list[Run], on_progress: OnProgress, locks: Held) -> list[Run]:
        """Read the runs of a request: those of a shop one after the other, shops side by side where they may be.

        What keeps a run from being saved is raised when the others have ended.
        """
        shops = [list(members) for _, members in groupby(begun, key=lambda run: run.shop)]
        ended: dict[str, Run] = {}
        broken: list[Exception] = []
        waiting = iter(shops)

        def work() -> None:
            try:
                for run in chain.from_iterable(waiting):
                    ended[run.run_id] = self._work(run, on_progress, locks)
            except Exception as error:  # noqa: BLE001 - raised below
                broken.append(error)

        self._side_by_side(work, min(self.shops_at_once, len(shops)))
        if broken:
            raise broken[0]
        return [ended[run.run_id] for run in begun]

    def _side_by_side(self, work: Callable[[], None], number: int) -> None:
        """Do `work` in so many threads, of which this is one."""
        threads = [threading.Thread(target=work, name="scrape", daemon=True) for _ in range(number - 1)]
        for thread in threads:
            thread.start()
        try:
            work()
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:  # of the command line; the shops stay locked until the others have stopped too
            if threads:
                self._threads += threads
                self.stop()
            raise

    def _work(self, run: Run, on_progress: OnProgress, locks: Held) -> Run:
        """Read a run to its end; what breaks it is kept with it, so that nobody waits for it."""

        def stopped() -> bool:
            return self._stopping.is_set() or locks.lost

        try:
            collector = self.collector(run, stopped)
            with tracing.span("scrape", run=run.run_id, shop=run.shop), closing(collector.source):
                for step in collector.collect(run):
                    run = step
                    with self._telling:
                        on_progress(run)
        except Exception as error:  # noqa: BLE001 - whatever breaks a run, the run says so
            run = self._failed(run, error)
            patient(self.store, stopped).save_run(run)
        log.event("collected", run=run.run_id, state=run.state, **run.counts)
        return run

    def _failed(self, run: Run, error: Exception) -> Run:
        is_ours = isinstance(error, AlmazaraError | OSError)
        sentence = str(error) if is_ours else f"An error in Almazara itself, which the log names: {error!r}."
        if is_ours:
            log.event("run_failed", level=logging.ERROR, run=run.run_id, error=error)
        else:
            log.broken("run_failed", error, run=run.run_id)
        problem = Problem(run.pending[0] if run.pending else "", "failed", sentence)
        return replace(run, state=RunState.FAILED, ended_at=self.clock(), problems=(*run.problems, problem))

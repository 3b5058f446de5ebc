"""Runs of the scraper: one at a time per shop, in threads, resumed when the process that made them is gone."""

from __future__ import annotations

import fcntl
import random
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

from almazara import log
from almazara.errors import AlmazaraError, ConflictError, InputError, NotFoundError
from almazara.prices import runs
from almazara.prices.adapters.snapshots import safe_name
from almazara.prices.collection import Collector
from almazara.prices.ports import ObservationStore
from almazara.prices.runs import RunView
from almazara.prices.schema import Listing, Problem, Run, RunState

OnProgress = Callable[[Run], None]


class ScrapeJobs:
    """Starts and resumes runs; the shops' locks are files, so that API, CLI and schedules keep to one run a shop.

    Args:
        store: Where runs and observations are kept.
        collector: Makes the collector of a run; it is closed when the run has ended.
        locks: Folder of the locks, which the kernel frees when a process is killed.
        clock: The present moment (aware).
        rng: Makes run ids.
        after: Called when all shops of a request are done (alerts, forecasts).
    """

    def __init__(
        self,
        store: ObservationStore,
        collector: Callable[[Run, Callable[[], bool]], Collector],
        *,
        locks: Path,
        clock: Callable[[], datetime],
        rng: random.Random,
        after: Callable[[], None],
    ) -> None:
        self._store = store
        self._collector = collector
        self._locks = locks
        self._clock = clock
        self._rng = rng
        self._after = after
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

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
            ended = [self._work(run, on_progress) for run in begun]
        self._after()
        return runs.view(begun[0].run_id.split(".")[0], ended)

    def resume(self) -> list[str]:
        """Go on with runs whose process is gone; returns their ids."""
        resumed = []
        for run in self._store.runs(kind=runs.SCRAPE):
            if run.state not in {RunState.RUNNING, RunState.INTERRUPTED} or not run.pending:
                continue
            try:
                locks = self._lock([run.shop])
            except ConflictError:
                continue  # it is running, in another process
            again = replace(run, state=RunState.RUNNING, ended_at=None)
            self._store.save_run(again)
            self._spawn([again], locks)
            resumed.append(run.run_id)
        return resumed

    def stop(self) -> None:
        """Let the running listings end and leave the rest for `resume`."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _begin(self, listing_ids: Iterable[str] | None) -> tuple[list[Run], ExitStack]:
        listings = self._chosen(listing_ids)
        locks = self._lock(sorted({listing.shop for listing in listings}))
        now = self._clock()
        begun = runs.scrape_runs(runs.new_run_id(now, self._rng), listings, now)
        for run in begun:
            self._store.save_run(run)
        return begun, locks

    def _chosen(self, listing_ids: Iterable[str] | None) -> list[Listing]:
        if listing_ids is None:
            listings = self._store.listings(tracked=True)
        else:
            found = {listing_id: self._store.listing(listing_id) for listing_id in listing_ids}
            unknown = [listing_id for listing_id, listing in found.items() if listing is None]
            if unknown:
                raise NotFoundError(f"There is no product {unknown[0][:100]!r}.")
            listings = [listing for listing in found.values() if listing is not None]
        if not listings:
            raise InputError("No product is followed yet: add one with POST /productos or `almazara prices track`.")
        return listings

    def _lock(self, shops: Iterable[str]) -> ExitStack:
        """Hold the locks of all shops, or none."""
        self._locks.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for shop in shops:
                handle = stack.enter_context((self._locks / f"{safe_name(shop)}.lock").open("w"))
                _take(handle, shop)
            return stack.pop_all()

    def _spawn(self, begun: list[Run], locks: ExitStack) -> None:
        def work() -> None:
            with locks:
                for run in begun:
                    self._work(run, lambda _run: None)
            if not self._stopping.is_set():
                self._after()

        thread = threading.Thread(target=work, name=f"scrape-{begun[0].run_id}", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _work(self, run: Run, on_progress: OnProgress) -> Run:
        """Read a run to its end; what breaks it is kept with it, so that nobody waits for it."""
        collector = self._collector(run, self._stopping.is_set)
        try:
            for step in collector.collect(run):
                run = step
                on_progress(run)
        except (AlmazaraError, OSError) as error:
            problem = Problem(run.pending[0] if run.pending else "", "failed", str(error))
            run = replace(run, state=RunState.FAILED, ended_at=self._clock(), problems=(*run.problems, problem))
            log.event("run_failed", run=run.run_id, error=error)
            self._store.save_run(run)
        finally:
            collector.source.close()
        log.event("collected", run=run.run_id, state=run.state, **run.counts)
        return run


def _take(handle: IO[str], shop: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ConflictError(f"A run of {shop} is under way: wait until it has ended.") from error

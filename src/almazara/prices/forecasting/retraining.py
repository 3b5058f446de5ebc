"""Runs that make forecasts anew, kept in the store; a server's are child processes, for it imports no such library."""

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from almazara.errors import ConflictError
from almazara.prices.collecting.runs import NO_SHOP, RETRAIN
from almazara.prices.schema import TICK, Problem, Run, RunState
from almazara.prices.store.leases import HELD, MARGIN, StoreLeases
from almazara.prices.store.patience import patient, patiently
from almazara.prices.store.protocol import ObservationStore
from almazara.runs import ExclusiveRuns, LongWork
from almazara.words.said import said

_LOOKED_AT: Final = 5  # of the newest runs, for one that was cut off
_WORK: Final = LongWork(
    name="retraining",
    event="retrained",
    command=(sys.executable, "-m", "almazara", "prices", "retrain"),
    busy=said("prices.error.retraining"),
    failed="{}",
    died="The retraining process ended with code {}.",
    killed="The system killed the retraining process, mostly for want of memory.",
)


@dataclass(frozen=True, slots=True)
class StoredRuns:
    """The runs of retraining in a store; see `RunBook`.

    Attributes:
        lasting: The same store, for what is under way: it is waited for.
    """

    store: ObservationStore
    lasting: ObservationStore

    def begin(self, run_id: str, now: datetime) -> Run:
        """Keep a new run, as begun after the newest one also where the clock was set back."""
        after = [one.started_at + TICK for one in self.store.runs(kind=RETRAIN, limit=1)]
        run = Run(run_id, RETRAIN, NO_SHOP, RunState.RUNNING, max([now, *after]))
        self.store.save_run(run)
        return run

    def unfinished(self, run_id: str) -> Run | None:
        """The run of this name, if it is kept as running."""
        run = self.lasting.run(run_id)
        return run if run is not None and run.state is RunState.RUNNING else None

    def break_off(self, run: Run, now: datetime, why: str | None = None) -> None:
        """Keep that a run has failed, and why, or was interrupted."""
        self.end(run, RunState.INTERRUPTED if why is None else RunState.FAILED, now, why or "")

    def end(
        self, run: Run, state: RunState, now: datetime, problem: str = "", counts: Mapping[str, int] | None = None
    ) -> None:
        """Keep a run with its end."""
        problems = (Problem("", "failed", problem),) if problem else ()
        self.lasting.save_run(replace(run, state=state, ended_at=now, counts=counts or {}, problems=problems))


class Retraining(ExclusiveRuns[Run]):
    """Begins and watches retraining runs; one at a time on this machine, and with leases on all of one store."""

    def __init__(
        self,
        store: ObservationStore,
        *,
        locks: Path,
        leases: StoreLeases | None = None,
        clock: Callable[[], datetime],
        rng: random.Random,
    ) -> None:
        self.kept = StoredRuns(store, patient(store, lambda: self._is_stopping))
        self._leases = leases
        super().__init__(_WORK, self.kept, locks / "retrain.lock", clock=clock, rng=rng)

    def start(self) -> Run:
        """Begin in a child process; ConflictError when this or another machine makes one."""
        if self._leases is not None and not self._leases.is_free(RETRAIN):
            raise ConflictError(_WORK.busy)
        return super().start()

    @contextmanager
    def running(self, run_id: str | None, lock: int | None) -> Iterator[Run]:
        """The run that this process makes; see `ExclusiveRuns.running`. While it lasts no other machine makes one.

        Runs that are kept as running then are marked as interrupted: their process was killed.
        """
        with super().running(run_id, lock) as run, ExitStack() as held:
            if self._leases is not None:
                take = partial(self._leases.take, RETRAIN, _WORK.busy)
                held.enter_context(closing(patiently("take", take, lambda: self._is_stopping)))
            self._break_off_others(self.kept.lasting, run.run_id)
            yield run

    def done(self, run: Run, counts: Mapping[str, int], problem: str) -> None:
        """Keep that a run has made all forecasts."""
        self.kept.end(run, RunState.DONE, self._clock(), problem, counts)

    def resume(self) -> Run | None:
        """Begin anew what was cut off: runs whose process is gone are marked as interrupted, and followed by one.

        Returns:
            The new run, or None where nothing was cut off, or another process is at it.
        """
        self._settle()
        newest = self._newest()[:1]
        if not newest or newest[0].state is not RunState.INTERRUPTED:
            return None
        try:
            return self.start()
        except ConflictError:
            return None

    def _settle(self) -> None:
        """Mark runs as interrupted that are kept as running and nobody is at: their process was killed."""
        if all(run.state is not RunState.RUNNING for run in self._newest()):
            return
        with suppress(ConflictError), self.exclusive():
            if self._leases and not self._leases.is_free(RETRAIN):
                return
            self._break_off_others(self.kept.store)

    def _break_off_others(self, store: ObservationStore, ours: str = "") -> None:
        """Mark what whoever held the lock before us has left as running.

        What another machine has just begun is left alone: its process is being loaded, and has no lease yet.
        """
        now = self._clock()
        for run in store.runs(kind=RETRAIN, limit=_LOOKED_AT):
            is_young = self._leases is not None and now < run.started_at + HELD + MARGIN
            if run.state is RunState.RUNNING and run.run_id != ours and not is_young:
                self.kept.break_off(run, now)

    def _newest(self) -> list[Run]:
        return self.kept.store.runs(kind=RETRAIN, limit=_LOOKED_AT)

"""Runs that make forecasts anew, in a child process: the server never imports a forecasting library."""

from __future__ import annotations

import fcntl
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from almazara import log
from almazara.errors import ConflictError
from almazara.prices import runs
from almazara.prices.ports import ObservationStore
from almazara.prices.runs import RunView
from almazara.prices.schema import Problem, Run, RunState

_COMMAND = (sys.executable, "-m", "almazara", "prices", "retrain", "--run-id")


class Retraining:
    """Starts and watches retraining runs; one at a time on this machine.

    Args:
        store: Where runs are kept.
        locks: Folder of the lock.
        clock: The present moment (aware).
        rng: Makes run ids.
    """

    def __init__(
        self, store: ObservationStore, *, locks: Path, clock: Callable[[], datetime], rng: random.Random
    ) -> None:
        self._store = store
        self._lock = locks / "retrain.lock"
        self._clock = clock
        self._rng = rng

    def start(self) -> RunView:
        """Begin in a child process.

        Raises:
            ConflictError: when a retraining is under way.
        """
        with self.exclusive():
            run = self.begin()
        child = subprocess.Popen([*_COMMAND, run.run_id], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        threading.Thread(target=self._watch, args=(child, run.run_id), name="retrain", daemon=True).start()
        return runs.view(run.run_id, [run])

    def begin(self) -> Run:
        """A new run, kept."""
        now = self._clock()
        run = Run(runs.new_run_id(now, self._rng), runs.RETRAIN, "*", RunState.RUNNING, now)
        self._store.save_run(run)
        return run

    def end(self, run: Run, state: RunState, counts: dict[str, int], problem: str = "") -> Run:
        """The run with its end, kept."""
        problems = (Problem("", "failed", problem),) if problem else ()
        run = replace(run, state=state, ended_at=self._clock(), counts=counts, problems=problems)
        self._store.save_run(run)
        return run

    def mark_interrupted(self) -> None:
        """Say of runs whose process is gone that they were interrupted."""
        try:
            with self.exclusive():
                for run in self._store.runs(kind=runs.RETRAIN):
                    if run.state is RunState.RUNNING:
                        self.end(run, RunState.INTERRUPTED, {})
        except ConflictError:
            return  # one is running, in another process

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of retraining, which the kernel frees when the process is killed.

        Raises:
            ConflictError: when another process holds it.
        """
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ConflictError("A retraining is under way: wait until it has ended.") from error
            yield

    def _watch(self, child: subprocess.Popen[bytes], run_id: str) -> None:
        code = child.wait()
        run = self._store.run(run_id)
        if run is not None and run.state is RunState.RUNNING:
            self.end(run, RunState.FAILED, {}, f"The retraining process ended with code {code}.")
        log.event("retrained", run=run_id, code=code)

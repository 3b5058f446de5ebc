"""Runs that make forecasts anew, in a child process: the server never imports a forecasting library."""

from __future__ import annotations

import fcntl
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

from almazara import log
from almazara.errors import AlmazaraError, ConflictError, InputError
from almazara.prices.collecting import runs
from almazara.prices.collecting.runs import RunView
from almazara.prices.schema import Problem, Run, RunState
from almazara.prices.store.protocol import ObservationStore

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
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._is_stopping = False

    def start(self) -> RunView:
        """Begin in a child process.

        Raises:
            ConflictError: when a retraining is under way.
        """
        with self._locked() as lock:
            run = self.begin()
            child = self._children[run.run_id] = _spawn(run.run_id, lock)
        threading.Thread(target=self._watch, args=(child, run.run_id), name="retrain", daemon=True).start()
        return runs.view(run.run_id, [run])

    def stop(self) -> None:
        """End what this process has begun; `resume` begins it anew."""
        self._is_stopping = True
        for run_id, child in list(self._children.items()):
            child.terminate()
            child.wait()
            self._ended(run_id, child)

    @contextmanager
    def running(self, run_id: str | None, lock: int | None) -> Iterator[Run]:
        """The run that this process makes: one that a server began, whose lock was handed over, or a new one.

        Args:
            run_id: The run that was begun, or None.
            lock: Descriptor of the lock that came with it, or None.

        Raises:
            ConflictError: when a retraining is under way.
            InputError: when a lock was handed over that is none.
        """
        if lock is None:
            with self.exclusive():
                yield self._begun(run_id)
        else:
            self._check_handed_over(lock)
            yield self._begun(run_id)

    def _begun(self, run_id: str | None) -> Run:
        return (self._store.run(run_id) if run_id else None) or self.begin()

    def _check_handed_over(self, lock: int) -> None:
        try:
            is_ours = os.path.samestat(os.fstat(lock), self._lock.stat())
        except OSError:
            is_ours = False
        if not is_ours:
            raise InputError(f"The descriptor {lock} is not that of the lock of retraining.")

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

    def resume(self) -> RunView | None:
        """Begin anew what was cut off: runs whose process is gone are marked as interrupted, and followed by one.

        Returns:
            The new run, or None where nothing was cut off, or another process is at it.
        """
        try:
            with self.exclusive():
                recent = self._store.runs(kind=runs.RETRAIN)
                for run in recent:
                    if run.state is RunState.RUNNING:
                        self.end(run, RunState.INTERRUPTED, {})
            is_cut_off = bool(recent) and recent[0].state in {RunState.RUNNING, RunState.INTERRUPTED}
            return self.start() if is_cut_off else None
        except ConflictError:
            return None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of retraining, which the kernel frees when the process is killed.

        Raises:
            ConflictError: when another process holds it.
        """
        with self._locked():
            yield

    @contextmanager
    def _locked(self) -> Iterator[IO[str]]:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ConflictError("A retraining is under way: wait until it has ended.") from error
            yield handle

    def _watch(self, child: subprocess.Popen[bytes], run_id: str) -> None:
        child.wait()
        if not self._is_stopping:
            self._ended(run_id, child)

    def _ended(self, run_id: str, child: subprocess.Popen[bytes]) -> None:
        """Say of a run whose child has ended without saying so itself what became of it."""
        self._children.pop(run_id, None)
        state = RunState.INTERRUPTED if self._is_stopping else RunState.FAILED
        problem = "" if self._is_stopping else f"The retraining process ended with code {child.returncode}."
        try:
            run = self._store.run(run_id)
            if run is not None and run.state is RunState.RUNNING:
                self.end(run, state, {}, problem)
        except AlmazaraError as error:
            log.event("retraining_not_kept", run=run_id, error=error)
        log.event("retrained", run=run_id, code=child.returncode)


def _spawn(run_id: str, lock: IO[str]) -> subprocess.Popen[bytes]:
    """The child; it inherits the lock, which stays taken, without a gap, until the last of both has ended."""
    command = [*_COMMAND, run_id, "--lock", str(lock.fileno())]
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[lock.fileno()]
    )

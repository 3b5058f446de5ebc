"""Retraining runs: a JSON file each, one at a time on this machine, begun by a server in a child process."""

from __future__ import annotations

import fcntl
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec

from almazara import log
from almazara.errors import ConflictError, InputError, NotFoundError, UnavailableError
from almazara.movies.renewing import states
from almazara.movies.renewing.states import RunState, TrainingRun

_COMMAND: Final = (sys.executable, "-m", "almazara", "movies", "retrain", "--run-id")
_KEPT: Final = 50
_ATTEMPTS: Final = 5  # who only looks whether the lock is free holds it for an instant
_PAUSE: Final = 0.02


class TrainingRuns:
    """Begins, keeps and shows runs.

    Args:
        folder: Where their files and the lock lie.
        clock: The present moment (aware).
        rng: Makes the names of runs.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime], rng: random.Random) -> None:
        self._folder = folder
        self._clock = clock
        self._rng = rng
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._is_stopping = False

    def start(self) -> TrainingRun:
        """Begin in a child process.

        Raises:
            ConflictError: when a retraining is under way.
        """
        with self._locked() as lock:
            run = self._begin()
            child = self._children[run.id] = _spawn(run.id, lock)
        threading.Thread(target=self._watch, args=(child, run.id), name="film-training", daemon=True).start()
        return run

    def stop(self) -> None:
        """End what this process has begun."""
        self._is_stopping = True
        for run_id, child in list(self._children.items()):
            child.terminate()
            child.wait()
            self._ended(run_id, child)

    @contextmanager
    def running(self, run_id: str | None, lock: int | None) -> Iterator[TrainingRun]:
        """The run that this process makes: one that a server began, whose lock was handed over, or a new one.

        An error, and an interruption, end it with their sentence.

        Raises:
            ConflictError: when a retraining is under way.
            InputError: when a lock was handed over that is none.
        """
        if lock is None:
            with self._locked(), self._ending(self._begin()) as run:
                yield run
        else:
            self._check_handed_over(lock)
            with self._ending(self.get(run_id) if run_id else self._begin()) as run:
                yield run

    def end(self, run: TrainingRun) -> TrainingRun:
        """Keep a run with its end."""
        run = replace(run, fin=self._clock())
        self._save(run)
        return run

    def get(self, run_id: str) -> TrainingRun:
        """One run; one whose process is gone without having ended it is shown as interrupted.

        Raises:
            NotFoundError: when there is none of this name.
        """
        run = self._read(run_id) if states.is_run_id(run_id) else None
        if run is None:
            raise NotFoundError(f"No hay ningún entrenamiento «{run_id[:40]}».", self._names()[:3])
        return self._as_it_stands(run)

    def latest(self) -> TrainingRun | None:
        """The newest run, or None."""
        found = (self._read(name) for name in self._names())
        run = next((one for one in found if one is not None), None)
        return self._as_it_stands(run) if run else None

    def _begin(self) -> TrainingRun:
        now = self._clock()
        run = states.begun(states.new_run_id(now, self._rng), now)
        self._save(run)
        for name in self._names()[_KEPT:]:
            self._path(name).unlink(missing_ok=True)
        return run

    @contextmanager
    def _ending(self, run: TrainingRun) -> Iterator[TrainingRun]:
        try:
            yield run
        except Exception as error:
            self.end(replace(run, estado=RunState.FAILED, mensaje=f"El entrenamiento falló: {error}"))
            raise
        except BaseException:
            self.end(_interrupted(run))
            raise

    def _as_it_stands(self, run: TrainingRun) -> TrainingRun:
        return _interrupted(run) if run.estado is RunState.RUNNING and self._is_free() else run

    def _is_free(self) -> bool:
        try:
            with self._lock_path().open("r") as handle:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    @contextmanager
    def _locked(self) -> Iterator[IO[str]]:
        """Hold the lock, which the kernel frees when the process is killed.

        Raises:
            ConflictError: when another process holds it.
            UnavailableError: when its file cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = self._lock_path().open("w")
        except OSError as error:
            raise UnavailableError(f"The folder {self._folder} cannot be written: {error}.") from error
        with handle:
            for attempt in range(_ATTEMPTS):
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    if attempt + 1 == _ATTEMPTS:
                        raise ConflictError("Ya hay un entrenamiento en curso: espere a que termine.") from error
                    time.sleep(_PAUSE)
            yield handle

    def _check_handed_over(self, lock: int) -> None:
        try:
            is_ours = os.path.samestat(os.fstat(lock), self._lock_path().stat())
        except OSError:
            is_ours = False
        if not is_ours:
            raise InputError(f"The descriptor {lock} is not that of the lock of retraining.")

    def _watch(self, child: subprocess.Popen[bytes], run_id: str) -> None:
        child.wait()
        if not self._is_stopping:
            self._ended(run_id, child)

    def _ended(self, run_id: str, child: subprocess.Popen[bytes]) -> None:
        """Say of a run whose child has ended without saying so itself what became of it."""
        self._children.pop(run_id, None)
        run = self._read(run_id)
        if run is not None and run.estado is RunState.RUNNING:
            message = f"El proceso de entrenamiento terminó con el código {child.returncode}."
            failed = replace(run, estado=RunState.FAILED, mensaje=message)
            self.end(_interrupted(run) if self._is_stopping else failed)
        log.event("films_retrained", run=run_id, code=child.returncode)

    def _save(self, run: TrainingRun) -> None:
        path = self._path(run.id)
        partial = path.with_suffix(".partial")
        try:
            partial.write_bytes(msgspec.json.encode(run))
            partial.replace(path)
        except OSError as error:
            raise UnavailableError(f"The file {path} cannot be written: {error}.") from error

    def _read(self, run_id: str) -> TrainingRun | None:
        try:
            return msgspec.json.decode(self._path(run_id).read_bytes(), type=TrainingRun)
        except (OSError, msgspec.DecodeError):
            return None

    def _names(self) -> list[str]:
        """Names of all runs, newest first."""
        names = (path.stem for path in self._folder.glob("*.json"))
        return sorted((name for name in names if states.is_run_id(name)), reverse=True)

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.json"

    def _lock_path(self) -> Path:
        return self._folder / "retrain.lock"


def _interrupted(run: TrainingRun) -> TrainingRun:
    message = "El entrenamiento se interrumpió: lo publicado sigue como estaba."
    return replace(run, estado=RunState.INTERRUPTED, mensaje=message)


def _spawn(run_id: str, lock: IO[str]) -> subprocess.Popen[bytes]:
    """The child; it inherits the lock, which stays taken, without a gap, until the last of both has ended."""
    command = [*_COMMAND, run_id, "--lock", str(lock.fileno())]
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[lock.fileno()]
    )

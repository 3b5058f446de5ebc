"""Runs of long work: one at a time on this machine, each ended, failed or interrupted as it is kept."""

import os
import random
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final, Generic, Protocol, TypeVar

from almazara import log, tracing
from almazara.errors import AlmazaraError, ConflictError, InputError
from almazara.files import file_lock, is_lock, unwritable
from almazara.words.said import Said

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done and what there is in all (0 when unknown)."""

_RUN_ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")
RUN_ID_PATTERN: Final = f"^{_RUN_ID.pattern}$"
_NICENESS: Final = 5  # a server answers before it trains; one that is busy leaves a training a quarter of its core
_PATIENCE_SECONDS: Final = 0.08  # who only looks whether the lock is free holds it for an instant

_IN_TURN: Final = "training.lock"

R = TypeVar("R")
T = TypeVar("T")


class Step(Protocol):
    """How a named step of a walk is carried out: here and now, or as what a workflow engine shows and repeats."""

    def __call__(self, name: str, work: Callable[[], T], told: Callable[[T], str], /, *, fetches: bool = False) -> T:
        """Do `work` and return what it gives.

        Args:
            name: Of the step, in a few words.
            work: The step.
            told: What the step gave, in one sentence.
            fetches: Whether it asks somebody else, so that it may be worth trying again.
        """
        ...


def at_once(name: str, work: Callable[[], T], _told: Callable[[T], str], *, fetches: bool = False) -> T:  # noqa: ARG001
    """The step here and now, as a span of a trace."""
    with tracing.span(name):
        return work()


def in_turn(home: Path, progress: Progress) -> IO[str]:
    """Wait until no other training is under way under this home: two at once want the memory of two.

    Returns:
        The lock, for a `with`.

    Raises:
        UnavailableError: when its file cannot be written.
    """
    path = home / "locks" / _IN_TURN
    try:
        return file_lock(path, busy="busy")
    except ConflictError:
        progress("Waiting for the other training", 0, 0)
        return file_lock(path)
    except OSError as error:
        raise unwritable(path.parent, error) from error


def new_run_id(now: datetime, rng: random.Random) -> str:
    """A name that sorts by time and that nobody else takes.

    Example:
        >>> from datetime import UTC
        >>> new_run_id(datetime(2026, 3, 1, 8, 30, tzinfo=UTC), random.Random(1))
        '20260301T083000-2265b1'
    """
    return f"{now:%Y%m%dT%H%M%S}-{rng.getrandbits(24):06x}"


def is_run_id(text: str) -> bool:
    """Whether a text has the form of a run's name, and so is safe as the name of a file."""
    return _RUN_ID.fullmatch(text) is not None


class RunBook(Protocol[R]):
    """Where the runs of one work are kept, in the form in which they are shown."""

    def begin(self, run_id: str, now: datetime) -> R:
        """Keep a new run that is under way."""
        ...

    def unfinished(self, run_id: str) -> R | None:
        """The run of this name, if it is kept as under way."""
        ...

    def break_off(self, run: R, now: datetime, why: str | None = None) -> None:
        """Keep that a run ended too early: that it failed, and why, or was interrupted."""
        ...


@dataclass(frozen=True, slots=True)
class LongWork:
    """What is run, and the sentences of its runs.

    Attributes:
        name: Of the work, in messages and in the log.
        event: Logged when a child process has ended.
        command: Makes one run in a process of its own; `--run-id` and `--lock` are added to it.
        busy: Said to who begins a second one.
        failed: Kept of a run that raised an error, which takes the place of `{}`.
        died: Kept of a run whose process ended without a word; its exit code takes the place of `{}`.
        killed: Kept of a run whose process the system has killed, which it does mostly for want of memory.
    """

    name: str
    event: str
    command: Sequence[str]
    busy: Said
    failed: str
    died: str
    killed: str


class ExclusiveRuns(Generic[R]):
    """Begins and watches the runs of one work; one at a time on this machine, whoever begins it: it holds the lock."""

    def __init__(
        self, work: LongWork, book: RunBook[R], lock: Path, *, clock: Callable[[], datetime], rng: random.Random
    ) -> None:
        self._work = work
        self._book = book
        self._lock = lock
        self._clock = clock
        self._rng = rng
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._is_stopping = False

    def start(self) -> R:
        """Begin in a child process; raises what `exclusive` does."""
        with self.exclusive() as lock:
            run_id, run = self._begin()
            child = self._children[run_id] = _spawn(self._work.command, run_id, lock)
        threading.Thread(target=self._watch, args=(run_id, child), name=self._work.name, daemon=True).start()
        return run

    def stop(self) -> None:
        """End what this process has begun."""
        self._is_stopping = True
        for run_id, child in list(self._children.items()):
            child.terminate()
            child.wait()
            self._ended(run_id, child)

    @contextmanager
    def running(self, run_id: str | None, lock: int | None) -> Iterator[R]:
        """The run that this process makes: one that a server began, whose lock was handed over, or a new one.

        An error, and an interruption, end it with their sentence.

        Args:
            run_id: The run that was begun, or None.
            lock: Descriptor of the lock that came with it, or None.

        Raises:
            ConflictError: when one is under way.
            InputError: when a lock was handed over that is none.
        """
        with self.exclusive() if lock is None else self._handed_over(lock):
            run = (self._book.unfinished(run_id) if run_id else None) or self._begin()[1]
            try:
                with tracing.span(self._work.name):
                    yield run
            except Exception as error:
                self._book.break_off(run, self._clock(), self._work.failed.format(error))
                raise
            except BaseException:
                self._book.break_off(run, self._clock())
                raise

    def exclusive(self) -> IO[str]:
        """The lock, for a `with`.

        Raises:
            ConflictError: when a run, of this or another process, holds it.
            UnavailableError: when its file cannot be written.
        """
        try:
            return file_lock(self._lock, busy=self._work.busy, patience=_PATIENCE_SECONDS)
        except OSError as error:
            raise unwritable(self._lock.parent, error) from error

    def _handed_over(self, lock: int) -> AbstractContextManager[None]:
        if not is_lock(lock, self._lock):
            raise InputError(f"The descriptor {lock} is not that of the lock of {self._work.name}.")
        return nullcontext()

    def _begin(self) -> tuple[str, R]:
        now = self._clock()
        run_id = new_run_id(now, self._rng)
        return run_id, self._book.begin(run_id, now)

    def _watch(self, run_id: str, child: subprocess.Popen[bytes]) -> None:
        child.wait()
        if not self._is_stopping:
            self._ended(run_id, child)

    def _ended(self, run_id: str, child: subprocess.Popen[bytes]) -> None:
        """Say of a run whose child has ended without saying so itself what became of it."""
        self._children.pop(run_id, None)
        try:
            run = self._book.unfinished(run_id)
            if run is not None:
                is_killed = child.returncode == -signal.SIGKILL
                died = self._work.killed if is_killed else self._work.died.format(child.returncode)
                self._book.break_off(run, self._clock(), None if self._is_stopping else died)
        except AlmazaraError as error:
            log.event(f"{self._work.name}_not_kept", run=run_id, error=error)
        log.event(self._work.event, run=run_id, code=child.returncode)


def _spawn(command: Sequence[str], run_id: str, lock: IO[str]) -> subprocess.Popen[bytes]:
    """The child; it inherits the lock, which stays taken, without a gap, until the last of both has ended."""
    handed_over = ["--run-id", run_id, "--lock", str(lock.fileno())]
    child = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *handed_over], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[lock.fileno()]
    )
    os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    return child

"""Who does a work that is done once at a time: locks that are files, of one machine, or any that hold as they do."""

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, Self

from almazara.files import file_lock, is_free, safe_name, unwritable
from almazara.words.said import Said


class Lock(Protocol):
    """A lock that is held until it is left or closed."""

    @property
    def lost(self) -> bool:
        """Whether it is ours no longer, so that what it is for must end."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class Locks(Protocol):
    """Gives locks by name."""

    def take(self, name: str, busy: Said) -> Lock:
        """Take a lock.

        Raises:
            ConflictError: when it is held, saying `busy`.
        """
        ...

    def is_free(self, name: str) -> bool:
        """Whether nobody holds it."""
        ...


@dataclass(frozen=True, slots=True)
class FileLock:
    """A lock of the kernel on a file, which it frees when the process is killed."""

    handle: IO[str]
    lost: bool = False

    def close(self) -> None:
        """Let it go."""
        self.handle.close()


@dataclass(frozen=True, slots=True)
class FileLocks:
    """Locks that are files of a folder, for all processes of one machine."""

    folder: Path

    def take(self, name: str, busy: Said) -> FileLock:
        """Take a lock; ConflictError when it is held, UnavailableError when its file cannot be written."""
        try:
            return FileLock(file_lock(self._path(name), busy=busy))
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def is_free(self, name: str) -> bool:
        """Whether nobody holds a lock."""
        return is_free(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{safe_name(name)}.lock"


def thread_lock() -> AbstractContextManager[bool]:
    """A lock among the threads of this process, for a `with`."""
    return threading.Lock()


class Held:
    """Several locks that are held together, for a `with`."""

    def __init__(self, locks: Locks, named: Iterable[tuple[str, Said]]) -> None:
        """Take all of them, or none.

        Raises:
            ConflictError: when one of them is held.
        """
        with ExitStack() as stack:
            self._locks = [self._taken(stack, locks.take(name, busy)) for name, busy in named]
            self._stack = stack.pop_all()

    @staticmethod
    def _taken(stack: ExitStack, lock: Lock) -> Lock:
        stack.callback(lock.close)
        return lock

    def add(self, others: "Held") -> None:
        """Hold others too, which end with these."""
        self._locks += others._locks  # noqa: SLF001 - one of this class
        self._stack.callback(others.close)

    @property
    def lost(self) -> bool:
        """Whether one of them is ours no longer."""
        return any(lock.lost for lock in self._locks)

    def close(self) -> None:
        """Let all go."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

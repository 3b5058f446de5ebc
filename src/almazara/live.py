"""What a running process answers from: the newest artifact of a kind, swapped in whole; an answer that is kept."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from almazara import log
from almazara.artifacts import Artifact, ArtifactStore
from almazara.errors import AlmazaraError, NotFoundError, UnavailableError

T = TypeVar("T")


@dataclass(eq=False)
class Live(Generic[T]):
    """The opened artifact of one kind; `refresh` swaps in a newer one without disturbing who holds the old.

    Before the first version is published, `missing` makes the error that is raised.
    """

    store: ArtifactStore
    kind: str
    open_artifact: Callable[[Artifact], T]
    missing: Callable[[], AlmazaraError]
    _opened: tuple[str, T] | None = field(default=None, init=False)
    _refused: str | None = field(default=None, init=False)
    _awaited: str | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def current(self) -> T:
        """What is in use."""
        opened = self._opened
        if opened is None:
            raise self.missing()
        return opened[1]

    @property
    def version(self) -> str | None:
        """Name of the version in use, or None."""
        return self._opened[0] if self._opened else None

    def refresh(self) -> bool:
        """Open the published version if it is another, and say whether it is; one that cannot be opened is left.

        One whose files are not all there yet is looked at again.
        """
        version = self.store.current_version(self.kind)
        if version is None or version in {self.version, self._refused} or not self._has_arrived(version):
            return False
        with self._lock:
            try:
                self._opened = version, self.open_artifact(self.store.get(self.kind, version))
                self._refused = None
            except (OSError, EOFError, ValueError, KeyError, TypeError, NotFoundError, UnavailableError) as error:
                self._refused = version
                log.event("artifact_not_opened", kind=self.kind, version=version, error=error)
                return False
        log.event("artifact_opened", kind=self.kind, version=version)
        return True

    def _has_arrived(self, version: str) -> bool:
        """Whether all files of a version are there: a tool that copies them may bring the pointer before them."""
        if self.store.is_whole(self.kind, version):
            return True
        if self._awaited != version:
            log.event("artifact_incomplete", kind=self.kind, version=version)
            self._awaited = version
        return False


@dataclass(eq=False)
class Kept(Generic[T]):
    """One answer, made anew when what it is made of has changed; who asks meanwhile waits for it."""

    _made: tuple[Hashable, T] | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def of(self, state: Hashable, make: Callable[[], T]) -> T:
        """The answer for a state of what it is made of, by `make` where it is another than that of the last one."""
        with self._lock:
            if self._made is None or self._made[0] != state:
                self._made = state, make()
            return self._made[1]

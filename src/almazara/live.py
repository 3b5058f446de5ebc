"""What a running process answers from: the newest artifact of a kind, swapped in whole; an answer that is kept."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from almazara import log
from almazara.artifacts import Artifact, ArtifactStore, open_whole
from almazara.errors import AlmazaraError, NotFoundError, UnavailableError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """A published version that is not in use, and why, for the owner."""

    version: str
    why: str


@dataclass(eq=False)
class Live(Generic[T]):
    """The opened artifact of one kind; `refresh` swaps in a newer one without disturbing who holds the old.

    While no version is in use, `missing` makes the error that is raised: before the first one is published, or of the
    published one that was refused where no other is whole.
    """

    store: ArtifactStore
    kind: str
    open_artifact: Callable[[Artifact], T]
    missing: Callable[[Refused | None], AlmazaraError]
    _opened: tuple[str, T] | None = field(default=None, init=False)
    _refused: Refused | None = field(default=None, init=False)
    _awaited: str | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def current(self) -> T:
        """What is in use."""
        opened = self._opened
        if opened is None:
            raise self.missing(self._left)
        return opened[1]

    @property
    def version(self) -> str | None:
        """Name of the version in use, or None."""
        return self._opened[0] if self._opened else None

    @property
    def refused(self) -> str | None:
        """The published version that is not in use: it is damaged, cannot be opened, or is not all there; or None."""
        return self._left.version if self._left else None

    @property
    def _left(self) -> Refused | None:
        if self._refused is None and self._awaited is not None:
            return Refused(self._awaited, "not all of its files are there")
        return self._refused

    @property
    def is_pointer_damaged(self) -> bool:
        """Whether nothing says which of the published versions is to be used."""
        return self.store.is_pointer_damaged(self.kind)

    def refresh(self) -> bool:
        """Open the published version if it is another, and say whether another is in use now.

        One that is damaged, by the hashes in its manifest, or cannot be opened is left: what was in use stays, and at
        the start the newest one that is whole. One whose files are not all there yet is left for now, and looked at
        again. While the pointer is damaged what is in use stays, or else the newest one that is whole is.
        """
        version = (self.store.pointed_to if self._opened else self.store.current_version)(self.kind)
        if version is None or version in {self.version, self._refused and self._refused.version}:
            return False
        with self._lock:
            if self._has_arrived(version):
                self._refused = self._open(version)
                if self._refused is None:
                    return True
            return self._opened is None and self._open_another(version)

    def _open_another(self, version: str) -> bool:
        """Open the newest one that is whole, other than this one."""
        others = (one.version for one in self.store.versions(self.kind) if one.version != version)
        return any(self._open(other) is None for other in others)

    def _open(self, version: str) -> Refused | None:
        """Put a version in use, or say why it cannot be."""
        try:
            self._opened = version, open_whole(self.store.get(self.kind, version), self.open_artifact)
        except (NotFoundError, UnavailableError) as error:
            log.event("artifact_not_opened", level=logging.ERROR, kind=self.kind, version=version, error=error)
            return Refused(version, error.for_owner)
        log.event("artifact_opened", kind=self.kind, version=version)
        return None

    def _has_arrived(self, version: str) -> bool:
        """Whether all files of a version are there: a tool that copies them may bring the pointer before them."""
        if self.store.is_whole(self.kind, version):
            self._awaited = None
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
        return self.gone_on(state, lambda _: make())

    def gone_on(self, state: Hashable, make: Callable[[T | None], T]) -> T:
        """The same, made out of the one before; that is None at first."""
        with self._lock:
            if self._made is None or self._made[0] != state:
                self._made = state, make(self._made and self._made[1])
            return self._made[1]


@dataclass(eq=False)
class KeptEach(Generic[T]):
    """An answer for each of some keys, as `Kept`; of more than `most` those that were asked for last."""

    most: int
    _kept: OrderedDict[Hashable, Kept[T]] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def of(self, key: Hashable, state: Hashable, make: Callable[[], T]) -> T:
        """The answer of a key for a state of what it is made of; while it is made, others' are answered.

        A key for which none can be made takes no other's place.
        """
        with self._lock:
            kept = self._kept.setdefault(key, Kept())
        try:
            answer = kept.of(state, make)
        except BaseException:
            with self._lock:
                self._kept.pop(key, None)
            raise
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return answer

"""What a running process answers from: the newest published artifact of a kind, opened once and swapped in whole."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from almazara import log
from almazara.artifacts import Artifact, ArtifactStore
from almazara.errors import AlmazaraError, NotFoundError, UnavailableError

T = TypeVar("T")


class Live(Generic[T]):
    """The opened artifact of one kind; `refresh` swaps in a newer one without disturbing who holds the old.

    Before the first version is published, `missing` makes the error that is raised.
    """

    def __init__(
        self,
        store: ArtifactStore,
        kind: str,
        open_artifact: Callable[[Artifact], T],
        missing: Callable[[], AlmazaraError],
    ) -> None:
        self._store = store
        self._kind = kind
        self._open = open_artifact
        self._missing = missing
        self._opened: tuple[str, T] | None = None
        self._refused: str | None = None
        self._lock = threading.Lock()

    @property
    def current(self) -> T:
        """What is in use."""
        opened = self._opened
        if opened is None:
            raise self._missing()
        return opened[1]

    @property
    def version(self) -> str | None:
        """Name of the version in use, or None."""
        return self._opened[0] if self._opened else None

    def refresh(self) -> bool:
        """Open the published version if it is another, and say whether it is; one that cannot be opened is left."""
        version = self._store.current_version(self._kind)
        if version is None or version in {self.version, self._refused}:
            return False
        with self._lock:
            try:
                self._opened = version, self._open(self._store.get(self._kind, version))
                self._refused = None
            except (OSError, EOFError, ValueError, KeyError, TypeError, NotFoundError, UnavailableError) as error:
                self._refused = version
                log.event("artifact_not_opened", kind=self._kind, version=version, error=error)
                return False
        log.event("artifact_opened", kind=self._kind, version=version)
        return True

"""Lets each method make lists in a process of its own, which never sees what must be found, and measures what it takes.

The child is this module run as a program: `python -m almazara.movies.judging.trials FOLDER METHOD SEED`.
"""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

import numpy as np
from scipy import sparse

from almazara.errors import ContractError, UnavailableError
from almazara.movies.catalog.catalog import Arrays
from almazara.movies.judging.splitting import Split
from almazara.movies.users.models import registry
from almazara.movies.users.models.hybrid import UserHybrid
from almazara.movies.users.models.protocol import FittedUserModel

_TRAIN, _KNOWN, _CONTENT, _CANDIDATES = "train.npz", "known.npz", "content.npz", "candidates.npy"
_SIMILAR = "similar.npz"
_LISTS, _COST = "lists.npy", "cost.json"
_MEGABYTE: Final = 1024.0
_LAST_LINES: Final = 300
_LIST_LENGTH: Final = 20
_BLOCK: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Cost:
    """What a method took, measured in a process of its own.

    Attributes:
        train_cpu_seconds: Of all its threads.
        train_wall_seconds: By the clock.
        user_milliseconds: By the clock, a user, scored with the others in blocks.
        peak_megabytes: The most memory that its process held, the interpreter and its libraries included.
    """

    train_cpu_seconds: float
    train_wall_seconds: float
    user_milliseconds: float
    peak_megabytes: float


class Trials:
    """Trials of methods on one split.

    Args:
        split: Who learns, knows and is asked for what.
        content: (films, terms) features of the same films.
        seed: Orders films of equal score.
        similar: What makes the lists of similar films of who learns, `Lists.arrays`: the default reads them.
    """

    def __init__(
        self,
        split: Split,
        content: sparse.csr_array,
        seed: int,
        similar: Callable[[sparse.csr_array], Arrays] | None = None,
    ) -> None:
        self._seed = seed
        self._train = split.train
        self._similar = similar
        self._folder = TemporaryDirectory(prefix="almazara-trial-")
        self._path = Path(self._folder.name)
        sparse.save_npz(self._path / _TRAIN, split.train, compressed=False)
        sparse.save_npz(self._path / _KNOWN, split.known, compressed=False)
        sparse.save_npz(self._path / _CONTENT, content, compressed=False)
        np.save(self._path / _CANDIDATES, split.candidates)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._folder.cleanup()

    def run(self, method: str) -> tuple[np.ndarray, Cost]:
        """The lists of the judged users, (users, n) int32, and what they took.

        Raises:
            UnavailableError: when the process ends without them, with the last line that it wrote.
        """
        if method == registry.DEFAULT and self._similar is not None:
            np.savez(self._path / _SIMILAR, allow_pickle=False, **self._similar(self._train))
        command = [sys.executable, "-m", __name__, str(self._path), method, str(self._seed)]
        with subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as child:
            try:
                _, said = child.communicate()
            except BaseException:
                child.kill()
                raise
        if child.returncode:
            last = said.strip().splitlines()[-1:] or ["it said nothing"]
            raise UnavailableError(f"The method {method} ended with code {child.returncode}: {last[0][:_LAST_LINES]}.")
        cost = json.loads((self._path / _COST).read_text(encoding="utf-8"))
        return np.load(self._path / _LISTS, allow_pickle=False), Cost(**cost)


def top_lists(
    fitted: FittedUserModel,
    known: sparse.csr_array,
    candidates: np.ndarray,
    rng: np.random.Generator,
    n: int = _LIST_LENGTH,
) -> np.ndarray:
    """The `n` best candidates for each profile, without the films that it has.

    Films of equal score stand in one random order for all users: in the catalog's own they would come by id, and
    films with low ids are the better known ones.

    Args:
        fitted: The model.
        known: (users, films) float32, the profiles.
        candidates: (films,) bool, what may be recommended.
        rng: Draws the order of equal films.
        n: Length of the lists.

    Returns:
        (users, n) int32, best first, -1 where there are fewer candidates.
    """
    films = rng.permutation(np.flatnonzero(candidates)).astype(np.int32)
    lists = np.full((known.shape[0], n), -1, dtype=np.int32)
    step = max(1, _BLOCK // known.shape[1])
    for start in range(0, len(lists), step):
        profiles = sparse.csr_array(known[start : start + step])
        scores = np.array(fitted.scores(profiles), dtype=np.float32)
        if not np.isfinite(scores).all():
            raise ContractError("The model gave scores that are not finite.")
        scores[profiles.nonzero()] = -np.inf
        lists[start : start + step, : min(n, len(films))] = _best(scores[:, films], films, n)
    return lists


def _best(scores: np.ndarray, films: np.ndarray, n: int) -> np.ndarray:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    return np.where(np.take_along_axis(scores, order, axis=1) > -np.inf, films[order], -1)


def _try(folder: Path, method: str, seed: int) -> None:
    from almazara.movies.judging import methods

    train, content, known = (sparse.csr_array(sparse.load_npz(folder / name)) for name in (_TRAIN, _CONTENT, _KNOWN))
    candidates = np.load(folder / _CANDIDATES, allow_pickle=False)
    model = methods.create(method)
    if isinstance(model, UserHybrid) and (folder / _SIMILAR).exists():
        with np.load(folder / _SIMILAR, allow_pickle=False) as similar:
            model = replace(model, similar=dict(similar))
    wall, cpu = time.perf_counter(), time.process_time()
    fitted = model.fit(train, content)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    started = time.perf_counter()
    lists = top_lists(fitted, known, candidates, np.random.default_rng(seed))
    milliseconds = 1000 * (time.perf_counter() - started) / known.shape[0]
    np.save(folder / _LISTS, lists)
    cost = Cost(cpu, wall, milliseconds, _peak_megabytes())
    (folder / _COST).write_text(json.dumps(asdict(cost)), encoding="utf-8")


def _peak_megabytes() -> float:
    """Of this process itself; what `resource` says holds also for the one that it was forked from."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    except OSError:
        found = None
    kilobytes = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / _MEGABYTE


if __name__ == "__main__":
    _try(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

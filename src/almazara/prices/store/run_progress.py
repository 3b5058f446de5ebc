"""A run under way kept as what has changed since it was last written whole, for stores that charge by the kilobyte."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from almazara.prices.schema import Observation, Problem, Run, RunState
from almazara.prices.store.packing import packed_if_long, unpacked
from almazara.prices.store.protocol import BEHIND

_LARGEST: Final = 850  # bytes of a difference: with its keys one unit; beyond that the run is written whole
_SECONDS: Final = 120.0  # after which a state is written though few listings were read


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is since it was written whole, when so many listings were pending."""

    of_pending: int
    done: int
    counts: dict[str, int]
    problems: tuple[Problem, ...]
    rules: dict[str, int] | None = None

    def over(self, run: Run) -> Run:
        """The run as it stands, where this is of what was written whole last."""
        if run.state is not RunState.RUNNING or len(run.pending) != self.of_pending:
            return run
        return replace(
            run,
            pending=run.pending[self.done :],
            counts=self.counts,
            problems=(*run.problems, *self.problems),
            rules=self.rules,
        )


@dataclass(slots=True)
class _UnderWay:
    """A run as it was written whole, as it was written last, and as it stands; the moment of the last writing."""

    whole: Run
    written: Run
    newest: Run
    at: float


@dataclass(eq=False)
class RunsUnderWay:
    """What one process knows of the runs that it makes, and has not written yet.

    Attributes:
        clock: Seconds of a clock that only goes forward.
    """

    clock: Callable[[], float] = time.monotonic
    _runs: dict[str, _UnderWay] = field(default_factory=dict, init=False)
    _observed: dict[str, list[Observation]] = field(default_factory=dict, init=False)

    def observe(self, run_id: str, observations: Iterable[Observation]) -> None:
        """Observations of a run were kept, and nobody was told yet."""
        self._observed.setdefault(run_id, []).extend(observations)

    def untold(self, run_id: str) -> list[Observation]:
        """The observations of a run of which nobody was told yet."""
        return self._observed.get(run_id, [])

    def waits(self, run: Run) -> bool:
        """Whether a state of a run need not be written yet; it is remembered."""
        known = self._runs.get(run.run_id)
        if known is None or run.state is not RunState.RUNNING or not _goes_on(known.whole, run):
            return False
        known.newest = run
        read = len(known.written.pending) - len(run.pending)
        return read < BEHIND and self.clock() - known.at < _SECONDS

    def progress(self, run: Run) -> bytes | None:
        """What has changed of a run since it was written whole, as JSON; None where it must be written whole again."""
        known = self._runs.get(run.run_id)
        if known is None or run.state is not RunState.RUNNING or not _goes_on(known.whole, run):
            return None
        whole = known.whole
        done = len(whole.pending) - len(run.pending)
        rules = None if run.rules is None else dict(run.rules)
        made = Progress(len(whole.pending), done, dict(run.counts), run.problems[len(whole.problems) :], rules)
        text = msgspec.json.encode(made)
        return text if len(text) <= _LARGEST else None

    def wrote(self, run: Run, *, whole: bool) -> None:
        """A run was written, and what was observed in it told."""
        self._observed.pop(run.run_id, None)
        if run.state is not RunState.RUNNING:
            self._runs.pop(run.run_id, None)
        elif whole:
            self._runs[run.run_id] = _UnderWay(run, run, run, self.clock())
        else:
            known = self._runs[run.run_id]
            known.written, known.newest, known.at = run, run, self.clock()

    def newest(self, run: Run) -> Run | None:
        """How far a run is that this process makes and that was read as it was written whole; None of another's."""
        known = self._runs.get(run.run_id)
        return known.newest if known and len(known.whole.pending) == len(run.pending) else None


def _goes_on(whole: Run, run: Run) -> bool:
    """Whether a run differs from what was written in nothing but how far it is."""
    same = replace(whole, pending=run.pending, counts=run.counts, problems=run.problems, rules=run.rules) == run
    left = len(run.pending)
    ends = whole.pending[len(whole.pending) - left :] if left <= len(whole.pending) else None
    return same and ends == run.pending and run.problems[: len(whole.problems)] == whole.problems


def run_text(run: Run) -> str:
    """A run as text, compressed where that is long: an item of DynamoDB holds 400 kB."""
    return packed_if_long(msgspec.json.encode(run))


def run_of(text: str) -> Run:
    """The run of a text."""
    return msgspec.json.decode(unpacked(text), type=Run)

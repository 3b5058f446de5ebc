"""A run under way kept as what has changed since it was last written whole, for stores that charge by the kilobyte."""

import base64
import zlib
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from almazara.prices.schema import Problem, Run, RunState

_LARGEST: Final = 850  # bytes of a difference: with its keys one unit; beyond that the run is written whole
_PLAIN: Final = 4000
_PACKED: Final = "zlib:"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is since it was written whole, when so many listings were pending."""

    of_pending: int
    done: int
    counts: dict[str, int]
    problems: tuple[Problem, ...]

    def over(self, run: Run) -> Run:
        """The run as it stands, where this is of what was written whole last."""
        if run.state is not RunState.RUNNING or len(run.pending) != self.of_pending:
            return run
        problems = (*run.problems, *self.problems)
        return replace(run, pending=run.pending[self.done :], counts=self.counts, problems=problems)


@dataclass(eq=False)
class WrittenRuns:
    """What one process has written whole of runs that are under way."""

    _whole: dict[str, Run] = field(default_factory=dict, init=False)

    def progress(self, run: Run) -> bytes | None:
        """What has changed of a run since it was written whole, as JSON; None where it must be written whole again."""
        whole = self._whole.get(run.run_id)
        if whole is None or run.state is not RunState.RUNNING or not _goes_on(whole, run):
            return None
        done = len(whole.pending) - len(run.pending)
        made = Progress(len(whole.pending), done, dict(run.counts), run.problems[len(whole.problems) :])
        text = msgspec.json.encode(made)
        return text if len(text) <= _LARGEST else None

    def note(self, run: Run) -> None:
        """A run was written whole."""
        if run.state is RunState.RUNNING:
            self._whole[run.run_id] = run
        else:
            self._whole.pop(run.run_id, None)


def _goes_on(whole: Run, run: Run) -> bool:
    """Whether a run differs from what was written in nothing but how far it is."""
    same = replace(whole, pending=run.pending, counts=run.counts, problems=run.problems) == run
    left = len(run.pending)
    ends = whole.pending[len(whole.pending) - left :] if left <= len(whole.pending) else None
    return same and ends == run.pending and run.problems[: len(whole.problems)] == whole.problems


def packed(run: Run) -> str:
    """A run as text, compressed where that is long: an item of DynamoDB holds 400 kB."""
    text = msgspec.json.encode(run)
    return text.decode() if len(text) < _PLAIN else _PACKED + base64.b85encode(zlib.compress(text, 6)).decode()


def unpacked(text: str) -> Run:
    """The run of a text."""
    body = text.encode()
    if text.startswith(_PACKED):
        body = zlib.decompress(base64.b85decode(text.removeprefix(_PACKED)))
    return msgspec.json.decode(body, type=Run)

"""Reads pages in a process of its own, whose processor time and memory the kernel bounds: a page holds nothing up.

No scan of a page says how long its parsing takes, nor can a parser be interrupted; a process can be ended. It starts
with the first page, ends when none has come for a while, and is started again when a page has ended it.
"""

import math
import resource
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any, Final

import msgspec

from almazara.errors import InputError, MissingExtraError
from almazara.prices import pages
from almazara.prices.pages.outcome import Blocked, ListingPage, Offer, Outcome, Unavailable, Unreadable
from almazara.prices.pages.own_rule import ShopRule, read_by_rule
from almazara.prices.pages.request import PageRequest

_HEADER: Final = 8  # bytes of a message's length
_MOST_MEMORY: Final = 1_000_000_000  # bytes of addresses; a parsed page of 10 MB takes a fifth of it
_IDLE_SECONDS: Final = 60
_KINDS: Final[dict[str, Any]] = {
    kind.__name__: kind for kind in (Offer, Unavailable, Blocked, Unreadable, ListingPage, str)
}


class Asked(msgspec.Struct, array_like=True):
    """A page, and what `pages.read` is told beside it."""

    html: bytes
    url: str
    status: int
    headers: dict[str, str]
    expected_sku: str | None
    known_title: str | None
    asked_url: str | None
    rule: ShopRule | None


class ReadingProcess:
    """Reads as `pages.read` does, one page at a time; threads may share it.

    A page that takes more than `seconds` of processor time, or the memory of any real page many times over, is
    `Unreadable`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def read(
        self,
        html: bytes,
        *,
        url: str,
        status: int = 200,
        headers: Mapping[str, str],
        expected_sku: str | None = None,
        known_title: str | None = None,
        asked_url: str | None = None,
        rule: ShopRule | None = None,
    ) -> Outcome:
        """See `pages.read`."""
        asked = Asked(html, url, status, dict(headers), expected_sku, known_title, asked_url, rule)
        outcome: Outcome = self._answer("page", asked) or self._too_much(expected_sku)
        return outcome

    def read_by_rule(self, html: bytes, *, url: str, headers: Mapping[str, str], rule: ShopRule) -> Outcome:
        """See `own_rule.read_by_rule`.

        Raises:
            InputError: for a selector that is none, or that needs what is not installed.
        """
        found: Outcome | str | None = self._answer("rule", Asked(html, url, 200, dict(headers), None, None, None, rule))
        if isinstance(found, str):
            raise InputError(found)
        return found or self._too_much(None)

    def own_address(self, html: bytes) -> str:
        """See `pages.own_address`; empty too where reading the page takes more than it may."""
        address: str | None = self._answer("address", Asked(html, "", 200, {}, None, None, None, None))
        return address or ""

    def _too_much(self, sku: str | None) -> Unreadable:
        reason = f"Reading the page took more than {self._seconds:g} s of processor time, or more memory than any page."
        return Unreadable(("time",), reason, sku)

    def _answer(self, what: str, asked: Asked) -> Any:  # noqa: ANN401 - what the reader of its name gives
        """What a reader says; None where it took more than it may."""
        question = msgspec.msgpack.encode((what, asked))
        with self._lock:
            for _ in range(2):  # the process may have ended of itself just when it was asked
                answer, ended = self._asked(question)
                if answer is not None:
                    kind, body = msgspec.msgpack.decode(answer, type=tuple[str, msgspec.Raw])
                    return msgspec.msgpack.decode(body, type=_KINDS[kind])
                if ended != 0:
                    break
        return None

    def close(self) -> None:
        """End the process; a page that is being read is waited for."""
        with self._lock:
            if self._child is not None:
                self._end(self._child)

    def _asked(self, question: bytes) -> tuple[bytes | None, int]:
        """The answer, or None and how the process ended."""
        child = self._child or self._started()
        assert child.stdin is not None  # noqa: S101 - both are pipes
        assert child.stdout is not None  # noqa: S101
        with suppress(BrokenPipeError):
            _send(child.stdin, question)
        answer = _received(child.stdout)
        return (answer, 0) if answer is not None else (None, self._end(child))

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__, str(self._seconds)]
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True)  # noqa: S603 - our own
        return self._child

    def _end(self, child: subprocess.Popen[bytes]) -> int:
        self._child = None
        for pipe in (child.stdin, child.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()
        return child.wait()


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(_HEADER) + message)
    pipe.flush()


def _received(pipe: IO[bytes]) -> bytes | None:
    """The next message; None when the other side has ended."""
    header = pipe.read(_HEADER)
    if len(header) < _HEADER:
        return None
    length = int.from_bytes(header)
    message = pipe.read(length)
    return message if len(message) == length else None


def _serve(seconds: float) -> None:
    """Read pages from the standard input until none comes, each within so much processor time."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # not on every system
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends the process, whatever a parser is doing
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    while select.select([source], [], [], _IDLE_SECONDS)[0]:
        question = _received(source)
        if question is None:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime + seconds)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))  # of whole seconds, but no code of ours can stop it
        what, asked = msgspec.msgpack.decode(question, type=tuple[str, Asked])
        found = _READERS[what](asked)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(target, msgspec.msgpack.encode((type(found).__name__, found)))


def _read(asked: Asked) -> Outcome:
    return pages.read(
        asked.html,
        url=asked.url,
        status=asked.status,
        headers=asked.headers,
        expected_sku=asked.expected_sku,
        known_title=asked.known_title,
        asked_url=asked.asked_url,
        rule=asked.rule,
    )


def _read_by_rule(asked: Asked) -> Outcome | str:
    """What the page says by the rule, or why that cannot be asked."""
    assert asked.rule is not None  # noqa: S101 - it is what is asked
    try:
        return read_by_rule(asked.rule, asked.html, PageRequest(asked.url, asked.rule.shop), asked.headers)
    except (InputError, MissingExtraError) as error:
        return str(error)


_READERS: Final[Mapping[str, Callable[[Asked], Outcome | str]]] = {
    "page": _read,
    "rule": _read_by_rule,
    "address": lambda asked: pages.own_address(asked.html),
}


if __name__ == "__main__":
    _serve(float(sys.argv[1]))

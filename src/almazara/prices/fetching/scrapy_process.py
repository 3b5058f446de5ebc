"""The caller's end of the Scrapy process: orders out, answers in, as JSON lines."""

from __future__ import annotations

import importlib.util
import queue
import subprocess
import sys
import threading
from contextlib import suppress

import msgspec

from almazara.errors import MissingExtraError
from almazara.prices.fetching.config import HttpConfig

_SPIDER = "almazara.prices.fetching.scrapy_spider"
_GRACE_SECONDS = 5.0


class Order(msgspec.Struct, frozen=True):
    """One request for the Scrapy process."""

    number: int
    url: str
    conditions: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """What became of an order: refused, broken, or a response; and how many requests it took."""

    number: int
    refused: str = ""
    broken: str = ""
    passing: bool = False
    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    pause_seconds: float = 0.0
    requests: int = 0


class ScrapyProcess:
    """The Scrapy process and the thread that listens to it.

    Raises:
        MissingExtraError: when Scrapy is not installed.
    """

    def __init__(self, config: HttpConfig) -> None:
        if importlib.util.find_spec("scrapy") is None:
            raise MissingExtraError("scrapy", "The scrapy page source")
        # A session of its own: Ctrl-C reaches the caller, who then ends this process in order.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", _SPIDER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._send(msgspec.json.encode(config))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def order(self, order: Order) -> None:
        """Ask for a page; that the process has ended is said by `answer`."""
        self._send(msgspec.json.encode(order))

    def answer(self, seconds: float) -> Answer | None:
        """The next answer, or None when none came in so many seconds.

        Raises:
            EOFError: when the process has ended.
        """
        try:
            answer = self._answers.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        if answer is None:
            self._answers.put(None)
            raise EOFError
        return answer

    def close(self) -> None:
        """End the process: by the end of its input, else by force."""
        for end in (self._end_input, self._process.terminate, self._process.kill):
            end()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_SECONDS)
                break
        self._listener.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _end_input(self) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _send(self, line: bytes) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(line + b"\n")
                self._process.stdin.flush()

    def _listen(self) -> None:
        try:
            for line in self._process.stdout or ():
                self._answers.put(msgspec.json.decode(line, type=Answer))
        except (msgspec.DecodeError, ValueError, OSError):
            self._process.kill()
        finally:
            self._answers.put(None)

"""The `scrapy` page source: the manners of `http`, many hosts at once, the requests made by a Scrapy process.

Scrapy runs in a process of its own, so that its reactor, signals and logging stay out of the caller's. Orders go out
and answers come in as JSON lines; `scrapy_spider` is the other end.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from almazara.errors import MissingExtraError
from almazara.prices.fetching.addresses import Target, system_resolver
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.host_states import HostStates
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.responses import ACCEPT_ENCODING, Broken, Limits, Receiver, Response

_SPIDER: Final = "almazara.prices.fetching.scrapy_spider"
_SPARE_SECONDS: Final = 60.0
_NO_PROXY: Final = Broken("the proxy could not be reached", passing=True, by_proxy=True)
_ENDED: Final = Broken("the Scrapy process ended or no longer answered", passing=False)


class ScrapySource(HttpSource):
    """Fetches pages as `HttpSource` does, through Scrapy; each thread waits for its own page, hosts side by side.

    Args:
        config: The same settings as for `http`; so are `states` and `more`.
        process: Makes the requests, for several sources where they share it; one of its own when None.

    Raises:
        MissingExtraError: when Scrapy is not installed.
    """

    name = "scrapy"

    def __init__(
        self,
        config: HttpConfig,
        states: HostStates | None = None,
        process: ScrapyProcess | None = None,
        **more: Any,  # noqa: ANN401 - they are HttpSource's
    ) -> None:
        if importlib.util.find_spec("scrapy") is None:
            raise MissingExtraError("scrapy", "The scrapy page source")
        self._process = process or ScrapyProcess()
        self._process.join()
        super().__init__(config, states, download=self._process.request, **more)

    def close(self) -> None:
        """Leave the Scrapy process, which ends when nobody else needs it."""
        super().close()
        self._process.leave()


class Order(msgspec.Struct, frozen=True):
    """One request; the connection goes to `host`, the shop's or the proxy's, at `addresses` and nowhere else."""

    number: int
    url: str
    headers: dict[str, str]
    host: str
    addresses: tuple[str, ...]
    proxy: str | None
    limits: Limits


class Answer(msgspec.Struct, frozen=True):
    """What became of an order: a response as it came, from `address`; or why there is none."""

    number: int
    broken: Broken | None = None
    status: int = 0
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    address: str = ""


class ScrapyProcess:
    """The Scrapy process of the sources that joined: it starts with a request and ends when the last one leaves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sources = 0
        self._numbers = count()
        self._child: subprocess.Popen[bytes] | None = None
        self._awaited: dict[int, Future[Answer]] = {}

    def join(self) -> None:
        """Be a source for which it is kept."""
        with self._lock:
            self._sources += 1

    def leave(self) -> None:
        """End the process when the last source leaves."""
        with self._lock:
            self._sources -= 1
            if self._sources <= 0:
                self._end()

    def request(
        self, target: Target, addresses: Sequence[str], headers: Mapping[str, str], limits: Limits, proxy: str | None
    ) -> tuple[Response | Broken, str]:
        """Send one GET, as `curl.request` does; other threads wait for their answers at the same time."""
        host = target.host
        if proxy is not None:
            parts = urlsplit(proxy)
            host, port = parts.hostname or "", parts.port or 80
            try:
                addresses = system_resolver(host, port)
                # Scrapy does not tell a proxy that is gone from a slow shop.
                socket.create_connection((host, port), limits.connect_seconds).close()
            except OSError:
                return _NO_PROXY, ""
        sent = {**headers, "Accept-Encoding": ACCEPT_ENCODING}
        promise = self._ordered(Order(next(self._numbers), target.url, sent, host, tuple(addresses), proxy, limits))
        # Twice the time: Scrapy lets a host rest for as long as its last answer took.
        if wait([promise], 2 * limits.timeout_seconds + _SPARE_SECONDS).not_done:
            with self._lock:
                self._end()
        answer = promise.result()
        return answer.broken or _response(answer, limits), answer.address

    def _ordered(self, order: Order) -> Future[Answer]:
        """What will be the answer to an order."""
        with self._lock:
            child = self._child or self._started()
            answer = self._awaited[order.number] = Future()
            if child.stdin is not None:
                with suppress(OSError):  # the listener says that it has ended
                    child.stdin.write(msgspec.json.encode(order) + b"\n")
                    child.stdin.flush()
            return answer

    def _started(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches the caller, who then ends this process.
        command, pipe = [sys.executable, "-m", _SPIDER], subprocess.PIPE
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True)  # noqa: S603 - our own module
        self._child, self._awaited = child, {}
        threading.Thread(target=self._listen, args=(child, self._awaited), daemon=True).start()
        return child

    def _listen(self, child: subprocess.Popen[bytes], awaited: dict[int, Future[Answer]]) -> None:
        """Hand answers over until the process ends."""
        with suppress(msgspec.DecodeError, OSError, ValueError):  # what is no answer ends it too
            for line in child.stdout or ():
                answer = msgspec.json.decode(line, type=Answer)
                awaited.pop(answer.number).set_result(answer)
        with self._lock:
            if self._child is child:
                self._end()

    def _end(self) -> None:
        """End the process, which keeps nothing; those who wait for it are told."""
        if self._child is None:
            return
        self._child.kill()
        with suppress(OSError), self._child:
            self._child = None
        for number, answer in self._awaited.items():
            answer.set_result(Answer(number, broken=_ENDED))


def _response(answer: Answer, limits: Limits) -> Response | Broken:
    receiver = Receiver(limits)
    for name, value in answer.headers:
        receiver.take_header(name, value)
    if answer.body:
        receiver.take_body(answer.body)
    return receiver.response(answer.status)

"""Several processes that serve on one port, and the first one, which starts another for one that dies or hangs.

The socket is opened once, and whoever is free accepts from it. Each is a whole server, which does by itself what any of
several servers on one store would: by locks and claimed hours each thing is done by one of them.
"""

import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from ctypes import c_double
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final

from almazara import log
from almazara.errors import AlmazaraError
from almazara.serving.server import server_over
from almazara.settings import Settings

_BEAT_SECONDS: Final = 1
_LONGEST_SILENCE_SECONDS: Final = 60  # of a worker on a busy machine, before it is taken for hung
_LAST_SECONDS: Final = 20  # of those that were asked to end, before they are killed
_CANNOT_START: Final = 3  # uvicorn's exit code for it too
_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"
_SPAWN: Final = get_context("spawn")


class _Worker:
    """A process that serves, and when it last said that it lives."""

    def __init__(self, listener: socket.socket, *, read_now: bool = False) -> None:
        self._beat = _SPAWN.RawValue(c_double, time.monotonic())
        self.process = _SPAWN.Process(target=_serve_one, args=(listener, self._beat, read_now))
        self.process.start()

    def is_gone(self) -> bool:
        """Whether it has ended; one that has long said nothing is killed."""
        if time.monotonic() - self._beat.value > _LONGEST_SILENCE_SECONDS:
            self.process.kill()
            self.process.join()
        return not self.process.is_alive()


def serve(listener: socket.socket, settings: Settings, workers: int, *, read_now: bool) -> bool:
    """Serve in so many processes until a signal ends them; returns whether they could start."""
    log.configure(settings.log_level, settings.log_format)
    asked: list[int] = []
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda number, _frame: asked.append(number))
    with tempfile.TemporaryDirectory(prefix="almazara-") as counts:
        os.environ[_COUNTS] = counts  # where prometheus_client adds up what each of them counts
        crew = [_Worker(listener, read_now=read_now and number == 0) for number in range(workers)]
        try:
            return _watch(crew, listener, asked)
        finally:
            _end(crew)


def _watch(crew: list[_Worker], listener: socket.socket, asked: list[int]) -> bool:
    """Start another for one that is gone, which reads nothing by itself: until a signal, or a first cannot start."""
    first = set(crew)
    while not asked:
        wait([one.process.sentinel for one in crew], timeout=_BEAT_SECONDS / 2)
        for place, one in enumerate(crew):
            if asked or not one.is_gone():
                continue
            if one in first and one.process.exitcode == _CANNOT_START:
                return False
            crew[place] = _Worker(listener)
            log.event("worker_replaced", level=logging.WARNING, worker=one.process.pid)
    return True


def _end(crew: list[_Worker]) -> None:
    """Let all finish what is under way, for so long."""
    until = time.monotonic() + _LAST_SECONDS
    for one in crew:
        one.process.terminate()
    for one in crew:
        one.process.join(max(0.0, until - time.monotonic()))
        one.process.kill()
        one.process.join()


def _serve_one(listener: socket.socket, beat: c_double, read_now: bool) -> None:  # noqa: FBT001 - a process takes no names
    """What a worker does: serve, until it is asked to end or the first process has ended."""
    from almazara.api.security import is_loopback
    from almazara.asgi import create_app

    threading.Thread(target=_live, args=(beat,), name="parent", daemon=True).start()
    settings = Settings()
    try:
        app = create_app(read_now=read_now, own_key=is_loopback(settings.host), is_worker=True)
    except AlmazaraError as error:
        log.event("worker_cannot_start", level=logging.ERROR, reason=error.for_owner)
        sys.exit(_CANNOT_START)
    with suppress(KeyboardInterrupt):  # the ordinary end; uvicorn has finished what was under way
        server_over(app, settings).run(sockets=[listener])


def _live(beat: c_double) -> None:
    """Say that this worker lives, as long as the first process does; end with it."""
    parent = parent_process()
    while parent is not None and parent.is_alive():
        beat.value = time.monotonic()
        parent.join(_BEAT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)

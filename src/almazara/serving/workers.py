"""Several processes that serve on one port, started by uvicorn, which starts another for one that dies.

The socket is opened once, and whoever is free accepts from it. Each is a whole server, which does by itself what any of
several servers on one store would: by locks and claimed hours each thing is done by one of them.
"""

import logging
import os
import signal
import socket
import tempfile
import threading
from multiprocessing import parent_process
from typing import Final

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from almazara import log
from almazara.serving.server import config_for
from almazara.settings import Settings

_APP: Final = "almazara.serving.workers:worker"
_READING_APP: Final = "almazara.serving.workers:reading_worker"
_LONGEST_SILENCE_SECONDS: Final = 60  # of a worker on a busy machine, before it is taken for hung
_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"


class _Workers(Multiprocess):
    """Starts the workers and watches over them; the first reads prices at once where that is asked for."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, *, read_now: bool) -> None:
        super().__init__(config, [listener])
        self._read_now = read_now

    def init_processes(self) -> None:
        """Start them; one that is started later reads nothing by itself."""
        number, self.processes_num = self.processes_num, 1
        self.config.app = _READING_APP if self._read_now else _APP
        super().init_processes()
        self.config.app, self.processes_num = _APP, number - 1
        super().init_processes()
        self.processes_num = number

    def keep_subprocess_alive(self) -> None:
        """Start another for one that is gone, and say so."""
        before = {one.pid for one in self.processes}
        super().keep_subprocess_alive()
        for gone in before - {one.pid for one in self.processes}:
            log.event("worker_replaced", level=logging.WARNING, worker=gone)


def serve(listener: socket.socket, settings: Settings, workers: int, *, read_now: bool) -> bool:
    """Serve in so many processes until a signal ends them; returns whether they could start."""
    log.configure(settings.log_level, settings.log_format)
    with tempfile.TemporaryDirectory(prefix="almazara-") as counts:
        os.environ[_COUNTS] = counts  # where prometheus_client adds up what each of them counts
        silence = {"timeout_worker_healthcheck": _LONGEST_SILENCE_SECONDS}
        config = config_for(_APP, settings, factory=True, workers=workers, **silence)
        supervisor = _Workers(config, listener, read_now=read_now)
        supervisor.run()
    return all(one.exitcode != STARTUP_FAILURE for one in supervisor.processes)


def worker(*, read_now: bool = False) -> FastAPI:
    """The app in one of several processes, which ends when the first one does."""
    from almazara.api.security import is_loopback
    from almazara.asgi import create_app

    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    return create_app(read_now=read_now, own_key=is_loopback(Settings().host), is_worker=True)


def reading_worker() -> FastAPI:
    """The same, of which the followed prices are read as soon as it runs."""
    return worker(read_now=True)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

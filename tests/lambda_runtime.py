"""AWS Lambda for tests: AWS's own runtime client runs a handler in a process, against a runtime API on loopback."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_API = "/2018-06-01/runtime"


class FunctionError(Exception):
    """The function raised, or its process ended."""


class _Runtime(BaseHTTPRequestHandler):
    """The runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html): next event, answer, error."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        assert self.path == f"{_API}/invocation/next", self.path
        event, seconds = self.server.events.get()
        self._send(
            200,
            event,
            {
                "Lambda-Runtime-Aws-Request-Id": uuid.uuid4().hex,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:made",
                "Content-Type": "application/json",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(body)))
        self._send(202, b"")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is written."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Runtime)
        self.events: queue.Queue[tuple[bytes, float]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, Any]] = queue.Queue()


class Function:
    """One execution environment of a function: a process that works on one event after the other."""

    def __init__(self, server: _Server, process: subprocess.Popen[bytes]) -> None:
        self._server = server
        self.process = process

    def send(self, event: object, seconds: float = 300) -> None:
        """Give it an event, and so many seconds."""
        self._server.events.put((json.dumps(event).encode(), seconds))

    def answer(self) -> Any:
        """What it returns to the event."""
        while True:
            try:
                kind, body = self._server.answers.get(timeout=0.2)
                break
            except queue.Empty:
                if self.process.poll() is not None:
                    raise FunctionError(f"its process ended with {self.process.returncode}") from None
        if kind == "response":
            return body
        raise FunctionError(f"{body['errorType']}: {body['errorMessage']}")

    def __call__(self, event: object, seconds: float = 300) -> Any:
        self.send(event, seconds)
        return self.answer()


@contextmanager
def function(handler: str, environment: dict[str, str]) -> Iterator[Function]:
    """Start `almazara.aws_lambda.<handler>.handler`, whose only settings are those of `environment`."""
    server = _Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "awslambdaric", f"almazara.aws_lambda.{handler}.handler"],
        env={**inherited, **environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}"},
        cwd=environment["ALMAZARA_HOME"],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield Function(server, process)
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()

"""Real servers on loopback for the tests: HTTP, PostgreSQL, and two of DynamoDB's protocol."""

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

DYNALITE = Path(__file__).parent / "dynalite"


@contextlib.contextmanager
def listening(handler, port=0, tls=None):
    """An HTTP server that answers by a handler, for the length of a block."""
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # a client that hangs up is what some tests are about
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class PostgreSQL:
    """A server on a free port, and on the same one when it is started again."""

    def __init__(self, folder):
        self._initdb = _program("initdb", sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
        if self._initdb is None:
            missing("PostgreSQL's initdb", "apt-get install postgresql")
        owner = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if owner:
            shutil.chown(folder, **owner)
        self._data, self._port = f"{folder}/data", _free_port()
        self._run = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **owner}
        options = ["--auth=trust", "--username=almazara", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([self._initdb, "-D", self._data, *options], check=True, **self._run)
        self.url = f"postgresql://almazara@127.0.0.1:{self._port}"

    def start(self):
        listen = ["-h", "127.0.0.1", "-p", str(self._port), "-k", "", "-F"]
        command = [self._initdb.with_name("postgres"), "-D", self._data, *listen]
        self._server = subprocess.Popen(command, **self._run)
        _wait_for_postgresql(self._initdb.with_name("pg_isready"), self._port)

    def stop(self, how=signal.SIGQUIT):
        """At once, as if it were killed; SIGINT: as it is restarted."""
        self._server.send_signal(how)
        self._server.wait(timeout=30)


@contextlib.contextmanager
def postgresql_server():
    """A PostgreSQL server that may be stopped and started."""
    folder = tempfile.mkdtemp(prefix="almazara-postgresql-")
    try:
        server = PostgreSQL(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql():
    """The URL (without a database's name) of a PostgreSQL server that lives as long as the session."""
    with postgresql_server() as server:
        yield server.url


def empty_database(server: str) -> str:
    """The URL of a database of a PostgreSQL server with nothing in it: one, emptied, as new ones are 7 MB each."""
    engine = sa.create_engine(f"{server}/postgres".replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return f"{server}/postgres"


@pytest.fixture(scope="session")
def _aws_session():
    from boto3.session import Session

    return Session()


@pytest.fixture
def aws(_aws_session, monkeypatch):
    """Credentials that no server here looks at, and one session for all, because each reads AWS's models anew."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr("boto3.session.Session", lambda: _aws_session)


@pytest.fixture(scope="session")
def moto():
    """The address of a moto server, which is more permissive than DynamoDB."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it writes a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def empty_store(kind, request):
    """The URL of a shared store with nothing in it, of a kind that the test is given."""
    if kind == "postgresql":
        return empty_database(request.getfixturevalue("postgresql"))
    request.getfixturevalue("aws")
    endpoint = request.getfixturevalue("dynalite")
    return f"dynamodb://table-{uuid.uuid4().hex}?region=eu-west-1&endpoint={endpoint}"


@pytest.fixture(scope="session")
def dynalite():
    """The address of a dynalite server, which is stricter than moto."""
    node = shutil.which("node")
    if node is None or not (DYNALITE / "node_modules").exists():
        missing("dynalite", "npm ci --prefix tests/dynalite")
    port = _free_port()
    server = subprocess.Popen([node, DYNALITE / "serve.js", str(port)], stdout=subprocess.DEVNULL)
    try:
        _wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _program(name, folders):
    found = [folder / name for folder in folders if (folder / name).exists()]
    on_path = shutil.which(name)
    return found[0] if found else (Path(on_path) if on_path else None)


def missing(what, command):
    """Skip, which CI takes for a failure."""
    pytest.skip(f"{what} is not here: {command}")


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for_port(port):
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if time.monotonic() > deadline:
            pytest.fail(f"Nothing listens on port {port}.")
        time.sleep(0.05)


def _wait_for_postgresql(pg_isready, port):
    deadline = time.monotonic() + 60
    while subprocess.run([pg_isready, "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode:
        if time.monotonic() > deadline:
            pytest.fail("PostgreSQL did not start.")
        time.sleep(0.05)

"""What clients that ask nothing, ask by halves or do not read can take from others, on real servers and sockets."""

import asyncio
import json
import resource
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest
from fastapi import FastAPI, Request

from almazara.api import errors
from almazara.api.limits.shedding import Shedding
from almazara.serving.server import server_over
from price_shop import settings_over
from problems import is_problem
from sample_catalog import server_process
from waiting import wait_for

pytestmark = pytest.mark.server

HEAD = b"GET /large HTTP/1.1\r\nHost: x\r\n"
ASKED = HEAD + b"\r\n"
CLOSED = (ConnectionResetError, BrokenPipeError)


class Site:
    """A served app: how its requests are held, and how many connections it has."""

    def __init__(self, server, port):
        self.server = server
        self.address = ("127.0.0.1", port)
        self.under_way = 0
        self.released = threading.Event()

    @property
    def connections(self):
        return len(self.server.server_state.connections)

    def connect(self, sent=b""):
        connected = socket.create_connection(self.address, timeout=60)
        connected.sendall(sent)
        return connected

    def client(self):
        return httpx.Client(base_url=f"http://127.0.0.1:{self.address[1]}", timeout=60, trust_env=False)


@contextmanager
def serving(tmp_path, **limits):
    app = FastAPI()
    errors.install(app)
    app.add_middleware(Shedding)

    @app.get("/large")
    async def large():
        return "x" * 8_000_000

    @app.get("/health")
    async def health():
        return "alive"

    @app.post("/taken")
    async def taken(request: Request):
        return len(await request.body())

    @app.get("/held")
    async def held():
        site.under_way += 1
        await asyncio.to_thread(site.released.wait)
        return "done"

    server = server_over(app, settings_over(tmp_path, **limits))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site = Site(server, listener.getsockname()[1])
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.released.set()
            server.should_exit = True
            thread.join(30)


@pytest.fixture
def hasty(tmp_path):
    """A site that waits for nobody."""
    with serving(tmp_path, client_seconds=0.2) as site:
        yield site


@pytest.fixture
def small(tmp_path):
    """A site with ten connections, which waits for as long as anybody takes."""
    with serving(tmp_path, client_seconds=600, max_connections=10) as site:
        yield site


def rest_of(connected):
    """All that comes until the end."""
    got = b""
    with suppress(*CLOSED):
        while chunk := connected.recv(65536):
            got += chunk
    return got


def is_open(connected):
    connected.settimeout(0.01)
    try:
        return connected.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
    finally:
        connected.settimeout(60)


def test_a_client_that_asks_nothing_is_let_go(hasty):
    with hasty.connect() as connected:
        assert rest_of(connected) == b""


@pytest.mark.parametrize(
    "half",
    [
        b"G",
        HEAD,
        b"POST /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"POST /taken HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_half_a_request_is_answered_408(hasty, half):
    with hasty.connect(half) as connected:
        assert rest_of(connected).startswith(b"HTTP/1.1 408 ")


TAKEN = b"POST /taken HTTP/1.1\r\nHost: x\r\n"
CHUNKED = TAKEN + b"Transfer-Encoding: chunked\r\n\r\n"
UPGRADED = HEAD + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"


@pytest.mark.parametrize(
    ("begun", "filling", "status"),
    [
        (b"GET /health?", b"x" * 1000, 414),
        (HEAD + b"X: ", b"x" * 1000, 431),
        (HEAD, b"X: y\r\n" * 200, 431),
        (UPGRADED, b"X: y\r\n" * 200, 431),
        (CHUNKED + b"0\r\n", b"X: y\r\n" * 200, 431),
        (CHUNKED + b"1;", b"x" * 1000, 431),
    ],
    ids=["line", "header", "headers", "upgrade", "trailer", "chunk"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_head_or_trailer_is_refused_when_it_is_longer_than_64_kb(small, begun, filling, status, is_first):
    with small.connect() as connected:
        if not is_first:
            connected.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            first = b""  # its head and body may come apart
            while not first.endswith(b'"alive"'):
                first += (chunk := connected.recv(65536))
                assert chunk
        connected.sendall(begun)
        for _ in range(100_000 // len(filling)):
            connected.sendall(filling)
        head, _, body = rest_of(connected).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert b"content-type: application/problem+json" in head
        assert "65536 bytes" in json.loads(body)["detail"]
        wait_for(lambda: small.connections == 0)


def test_a_client_that_sends_a_head_without_end_is_let_go(small):
    with small.connect(HEAD + b"X: ") as connected:
        deadline = time.monotonic() + 60
        with suppress(*CLOSED):
            while time.monotonic() < deadline:
                connected.sendall(b"x" * 65536)
        assert time.monotonic() < deadline


def test_a_head_of_just_less_and_a_body_in_tiny_pieces_are_answered(small):
    asked = TAKEN + b"Connection: close\r\nTransfer-Encoding: chunked\r\nX: " + b"x" * 65000 + b"\r\n\r\n"
    with small.connect(asked + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n") as connected:
        assert rest_of(connected).endswith(b"100000")


def test_a_long_head_behind_another_request_spoils_no_answer(small):
    with small.connect(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n") as connected:
        wait_for(lambda: small.under_way)
        connected.sendall(HEAD + b"X: " + b"x" * 100_000)
        assert rest_of(connected) == b""


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (b"", b"\r\n"),
        (HEAD, b"X: y\r\n"),
        (b"POST /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
        (b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", b"x"),  # answered before it is there
    ],
)
def test_a_client_that_drips_is_let_go_too(hasty, begun, drop):
    with hasty.connect(begun) as connected:
        deadline = time.monotonic() + 60
        with suppress(*CLOSED):
            while time.monotonic() < deadline:
                connected.sendall(drop)
                time.sleep(0.02)
        assert time.monotonic() < deadline


def test_a_client_is_let_go_that_sends_what_nobody_wanted_and_then_asks_nothing(hasty):
    with hasty.connect(b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n") as connected:
        assert connected.recv(65536).startswith(b"HTTP/1.1 405 ")
        connected.sendall(b"abc")
        rest_of(connected)


@pytest.mark.parametrize("asked", [ASKED * 30, HEAD + b"Connection: close\r\n\r\n"])
def test_a_client_that_does_not_read_is_let_go(hasty, asked):
    with socket.socket() as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connected.connect(hasty.address)
        connected.sendall(asked)
        wait_for(lambda: hasty.connections == 1)
        wait_for(lambda: hasty.connections == 0)


def test_the_server_may_take_longer_than_its_clients(hasty):
    with hasty.connect(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n") as connected:
        wait_for(lambda: hasty.under_way)
        for _ in range(30):
            connected.sendall(b"\r\n")
            time.sleep(0.02)
        hasty.released.set()
        assert connected.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("begun", [b"", HEAD, b"POST /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"])
def test_of_too_many_connections_those_that_were_waited_for_longest_make_room(small, begun):
    with ExitStack() as stack:
        waiting = [stack.enter_context(small.connect(begun)) for _ in range(40)]
        with small.client() as client:
            assert client.get("/large").status_code == 200
            wait_for(lambda: [is_open(one) for one in waiting] == [False] * 31 + [True] * 9)


def test_where_requests_are_under_way_others_are_told_when_to_ask_again(small):
    with ExitStack() as stack:
        for number in range(9):
            stack.enter_context(small.connect(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n"))
            wait_for(lambda number=number: small.under_way == number + 1)
        with small.client() as client:
            for _ in range(20):
                refused = client.get("/large")
                assert "demasiadas peticiones" in is_problem(refused, 503)["detail"]
                assert refused.headers["retry-after"] == "5"
                assert refused.headers["connection"] == "close"
            assert client.get("/health").status_code == 200
            small.released.set()
            wait_for(lambda: client.get("/large").status_code == 200)


def test_watchers_take_turns_in_the_last_room(small):
    """Where no connection waits for its client, one that is too many is closed."""
    with ExitStack() as stack:
        for number in range(9):
            stack.enter_context(small.connect(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n"))
            wait_for(lambda number=number: small.under_way == number + 1)
        waiting = [stack.enter_context(small.connect()) for _ in range(5)]
        wait_for(lambda: [is_open(one) for one in waiting] == [False] * 4 + [True])
        assert small.connections == 10
        waiting[-1].sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert waiting[-1].recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.fixture
def many_files():
    """As many open files as this process may have."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 2000:
        pytest.skip("this account may not open 2,000 files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2000), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_1200_idle_connections_keep_nobody_out_of_a_server_that_may_open_1024_files(tmp_path, many_files):
    with server_process("serve", tmp_path / "home", demo=False) as (process, client), ExitStack() as stack:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (1024, 1024))
        address = ("127.0.0.1", client.base_url.port)
        for _ in range(1200):
            stack.enter_context(socket.create_connection(address, timeout=60))
        for path in ("/health", "/docs"):
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as another:
                assert another.get(path).status_code == 200

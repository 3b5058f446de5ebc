"""Connections whose clients are waited for only so long; of too many, the one that was waited for longest makes room.

uvicorn closes a connection that is idle after an answer, but none that asks nothing, asks by halves or does not read.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final, cast

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from almazara.api.errors import problem
from almazara.api.limits.shedding import CROWDED
from almazara.words.numbers import Language

_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_WATCHING: Final = frozenset({b"/health", b"/ready", b"/metrics"})
"""What is answered even when everything else is refused."""
_SPARE: Final = 10
_LONGEST_HEAD: Final = 1 << 16  # bytes; the parser and uvicorn keep whatever comes
_PART: Final = 1 << 14  # bytes: so many of a head, behind what ends in its first part, are not counted
_FOR_READING: Final = 1.0  # seconds: who is closed to while it sends may lose the answer


def _refusal(status: int, told: str) -> bytes:
    answer = problem(status, told, Language.ES, headers={"Connection": "close"})
    headers = b"".join(b"%b: %b\r\n" % header for header in answer.raw_headers)
    return b"".join((STATUS_LINE[status], headers, b"\r\n", answer.body))


_LONG_LINE: Final = _refusal(414, f"La dirección es demasiado larga: la cabecera admite hasta {_LONGEST_HEAD} bytes.")
_LONG_HEAD: Final = _refusal(431, f"La cabecera de la petición es demasiado larga: admite hasta {_LONGEST_HEAD} bytes.")


@dataclass(eq=False)
class Crowd:
    """The connections of a server.

    Attributes:
        most: How many there may be; in all but a tenth of them a request may be under way.
        patience: For how many seconds a client is waited for each time.
        awaited: Those in which it is the client's turn, the longest first.
    """

    most: int
    patience: float
    awaited: "dict[Connection, None]" = field(default_factory=dict)

    def is_full(self, held: int) -> bool:
        """Whether as many requests as may be are under way, of so many connections that are held."""
        return held - len(self.awaited) >= self.most - max(1, self.most // _SPARE)


class Connection(HttpToolsProtocol):
    """One connection of a crowd.

    It is the client's turn until the head and then the body of a request have come, while it does not read an answer
    that was sent, and until it asks again; each turn has its time. While the server works it may take as long as it
    does, and whatever the client sends meanwhile neither ends nor lengthens anything.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        crowd: Crowd,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._crowd = crowd
        self._deadline: asyncio.TimerHandle | None = None
        self._unparted = 0  # bytes since the last head, piece of a body, or request ended
        self._is_refused = False
        self.url = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Hold it; one that is too many takes the place of that which was waited for longest."""
        super().connection_made(transport)
        if len(self.connections) > self._crowd.most:
            next(iter(self._crowd.awaited), self).drop()
        if self in self.connections:
            self._next_turn()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._wait_no_more()

    def data_received(self, data: bytes) -> None:
        """Read it in parts, so that of a head or trailer hardly a byte is parsed beyond those that it may have."""
        while data and not self._is_refused and not self.transport.is_closing():
            most = min(_PART, _LONGEST_HEAD + 1 - self._unparted)
            part, data = data[:most], data[most:]
            self._unparted += len(part)
            super().data_received(part)
            if self._unparted > _LONGEST_HEAD:
                self._refuse()

    def on_body(self, body: bytes) -> None:
        """Some of the body has come."""
        self._unparted = 0
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        """A piece of the body has come."""
        self._unparted = 0

    def on_headers_complete(self) -> None:
        """Begin to answer; where too many requests are under way, with a refusal."""
        if self._crowd.is_full(len(self.connections)) and self.url.partition(b"?")[0] not in _WATCHING:
            cast("dict[str, Any]", self.scope)["state"][CROWDED] = True
        self._unparted = 0
        super().on_headers_complete()
        self._next_turn()

    def on_message_complete(self) -> None:
        """The request has come whole."""
        self._unparted = 0
        super().on_message_complete()
        self._next_turn()

    def on_response_complete(self) -> None:
        """The answer was written, which is not to say that it was read."""
        super().on_response_complete()
        self._next_turn()

    def pause_writing(self) -> None:
        """The client does not read what was sent."""
        super().pause_writing()
        self._next_turn()

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self._next_turn()

    def drop(self) -> None:
        """End it at once; it counts no longer."""
        self.connections.discard(self)
        self._wait_no_more()
        self.transport.abort()

    def _next_turn(self) -> None:
        """Wait for the client, where it is its turn."""
        self._wait_no_more()
        if self._is_clients_turn():
            self._crowd.awaited[self] = None
            self._deadline = self.loop.call_later(self._crowd.patience, self._give_up)

    def _wait_no_more(self) -> None:
        self._crowd.awaited.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_clients_turn(self) -> bool:
        cycle = self._asked
        return cycle is None or cycle.response_complete or cycle.more_body or self.flow.write_paused

    def _give_up(self) -> None:
        """Close it; a request that came by halves is told so."""
        if not self._is_refused and self._may_tell():
            self.transport.write(_TOO_SLOW)
            self.transport.close()
        else:
            self.drop()

    def _refuse(self) -> None:
        """Tell of a head that is too long, and read on for a moment without looking at what comes."""
        if not self._may_tell():
            self.drop()
            return
        if cycle := self._asked:  # whose trailer it is: it is answered
            cycle.disconnected = True
            cycle.message_event.set()
        self._is_refused = True
        self._wait_no_more()
        self.transport.write(_LONG_LINE if len(self.url) > _LONGEST_HEAD // 2 else _LONG_HEAD)
        self.transport.write_eof()
        self._crowd.awaited[self] = None
        self._deadline = self.loop.call_later(_FOR_READING, self.drop)

    def _may_tell(self) -> bool:
        """Whether some of a request has come that is not answered, and what was written before was read."""
        cycle = self._asked
        if self.pipeline or self.transport.get_write_buffer_size():
            return False
        if cycle is None or cycle.scope is not self.scope:
            return (cycle is None or cycle.response_complete) and cast("Any", self.scope) is not None  # some of a head
        return cycle.more_body and not cycle.response_started

    @property
    def _asked(self) -> RequestResponseCycle | None:
        """The newest request whose head has come; None before the first one."""
        return cast("RequestResponseCycle | None", self.cycle)

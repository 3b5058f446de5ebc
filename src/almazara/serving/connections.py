"""Connections whose clients are waited for only so long; of too many, the one that was waited for longest makes room.

uvicorn closes a connection that is idle after an answer, but none that asks nothing, asks by halves or does not read.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final, cast

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from almazara.api.limits.shedding import CROWDED

_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_WATCHING: Final = frozenset({b"/health", b"/ready", b"/metrics"})
"""What is answered even when everything else is refused."""
_SPARE: Final = 10


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

    def on_headers_complete(self) -> None:
        """Begin to answer; where too many requests are under way, with a refusal."""
        if self._crowd.is_full(len(self.connections)) and self.url.partition(b"?")[0] not in _WATCHING:
            cast("dict[str, Any]", self.scope)["state"][CROWDED] = True
        super().on_headers_complete()
        self._next_turn()

    def on_message_complete(self) -> None:
        """The request has come whole."""
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
        """Close it; a request that came by halves is told so, where what was written before was read."""
        if self._is_half_sent() and not self.transport.get_write_buffer_size():
            self.transport.write(_TOO_SLOW)
            self.transport.close()
        else:
            self.drop()

    def _is_half_sent(self) -> bool:
        """Whether some of a request has come that is not answered."""
        cycle = self._asked
        if cycle is None or cycle.scope is not self.scope:
            return cast("dict[str, Any] | None", self.scope) is not None  # some of a head
        return cycle.more_body and not cycle.response_started

    @property
    def _asked(self) -> RequestResponseCycle | None:
        """The newest request whose head has come; None before the first one."""
        return cast("RequestResponseCycle | None", self.cycle)

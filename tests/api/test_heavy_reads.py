"""Reads that cost much take turns, with room for light ones; beyond those that wait one is told to come again."""

import asyncio

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from almazara.api import errors
from almazara.api.limits.heavy_reads import HeavyReads


class Server:
    """An app whose answers wait until they are let go, behind the turns."""

    def __init__(self, **limits):
        self.app = FastAPI()
        errors.install(self.app)
        self.under_way, self.go = [], asyncio.Event()
        self.served = HeavyReads(self._answer, **limits)

    async def _answer(self, scope, receive, send):
        self.under_way.append(scope["path"])
        await self.go.wait()
        await PlainTextResponse("whole")(scope, receive, send)

    async def ask(self, path, send=None):
        """Status and headers."""
        told = []

        async def sent(message):
            if send:
                await send(message)
            told.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "app": self.app}
        await self.served(scope, None, sent)
        return told[0]["status"], dict(told[0]["headers"])


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def begun(server, *paths):
    tasks = [asyncio.create_task(server.ask(path)) for path in paths]
    await settle()
    return tasks


def test_so_many_run_at_once_and_the_others_wait_for_their_turn():
    async def asked():
        server = Server(at_once=2, waiting=5)
        tasks = await begun(server, "/data", "/overview", "/precios/categoria/oil")
        assert server.under_way == ["/data", "/overview"]
        server.go.set()
        assert [status for status, _ in await asyncio.gather(*tasks)] == [200, 200, 200]

    asyncio.run(asked())


def test_beyond_those_that_wait_one_is_told_when_to_come_again():
    async def asked():
        server = Server(at_once=1, waiting=1)
        tasks = await begun(server, "/data", "/data")
        status, headers = await asyncio.wait_for(server.ask("/data"), 30)
        assert status == 503
        assert headers[b"retry-after"] == b"5"
        server.go.set()
        await asyncio.gather(*tasks)
        assert (await server.ask("/data"))[0] == 200

    asyncio.run(asked())


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/productos", "/recomendacion/Heat", "/"])
def test_there_is_room_for_light_reads(path):
    async def asked():
        server = Server(at_once=1, waiting=0)
        tasks = await begun(server, "/data", path)
        assert server.under_way == ["/data", path]
        server.go.set()
        await asyncio.gather(*tasks)

    asyncio.run(asked())


def test_who_fetches_slowly_holds_no_turn():
    async def asked():
        server, slow = Server(at_once=1, waiting=0), asyncio.Event()
        server.go.set()

        async def send(_):
            await slow.wait()

        fetching = asyncio.create_task(server.ask("/data", send))
        await settle()
        assert (await server.ask("/data"))[0] == 200
        slow.set()
        await fetching

    asyncio.run(asked())


def test_who_hangs_up_while_waiting_leaves_their_place():
    async def asked():
        server = Server(at_once=1, waiting=1)
        first, second = await begun(server, "/data", "/data")
        second.cancel()
        await settle()
        [third] = await begun(server, "/data")
        server.go.set()
        assert [(await one)[0] for one in (first, third)] == [200, 200]

    asyncio.run(asked())

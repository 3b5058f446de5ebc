"""The only module that imports Scrapy: it makes the requests that `scrapy_source` orders, as a process of its own.

`python -m almazara.prices.fetching.scrapy_spider` reads orders from standard input and writes one answer for each to
standard output, both as JSON lines; it ends when its input ends.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
import scrapy
from scrapy import exceptions, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http.request import NO_CALLBACK
from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet.address import IPv4Address, IPv6Address

from almazara.prices.fetching.responses import DRIPPED, TOO_LARGE, TOO_SLOW, Broken
from almazara.prices.fetching.scrapy_source import Answer, Order

_ANSWERS: Final = sys.stdout.buffer
_LARGEST_TO_CUT: Final = 10_000_000
_BEGUN: Final = "begun"  # in the meta of a request whose answer has begun
_ERRORS: Final[dict[type[Exception], Broken]] = {
    exceptions.CannotResolveHostError: Broken("the host's name could not be resolved", passing=True),
    exceptions.DownloadConnectionRefusedError: Broken("no connection could be made", passing=True),
    exceptions.DownloadTimeoutError: TOO_SLOW,
    exceptions.ResponseDataLossError: Broken("the connection ended before the page did", passing=True),
    exceptions.DownloadCancelledError: TOO_LARGE,
    Exception: Broken("the connection broke", passing=True),
}
PINNED: dict[str, Sequence[str]] = {}
"""Host -> addresses that were checked; connections go to these, and no name server is asked."""


def _note_begun(request: scrapy.Request) -> None:
    request.meta[_BEGUN] = True


class PageSpider(scrapy.Spider):
    """Asks what is ordered, each host one request at a time; the caller paces, repeats and follows redirects."""

    name = "almazara"

    async def start(self) -> AsyncIterator[Any]:
        """Work on orders as they come; none is left to Scrapy's own queue."""
        self.crawler.signals.connect(_note_begun, signals.headers_received)
        orders = asyncio.StreamReader(limit=1_000_000)
        protocol = asyncio.StreamReaderProtocol(orders)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        async with asyncio.TaskGroup() as under_way:
            while line := await orders.readline():
                under_way.create_task(self._serve(msgspec.json.decode(line, type=Order)))
        if False:
            yield  # type: ignore[unreachable]  # Scrapy asks for an async generator

    async def _serve(self, order: Order) -> None:
        PINNED[order.host] = order.addresses
        request = scrapy.Request(
            order.url,
            headers={name: value.encode("latin-1") for name, value in order.headers.items()},
            callback=NO_CALLBACK,
            meta={
                "proxy": order.proxy,  # None keeps Scrapy from reading `https_proxy` in the environment
                "download_maxsize": _LARGEST_TO_CUT if order.limits.cut else order.limits.max_bytes,
                "download_timeout": order.limits.timeout_seconds,
            },
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever happened, there is no answer
            broken = next(said for kind, said in _ERRORS.items() if isinstance(error, kind))
            answer = Answer(order.number, DRIPPED if broken is TOO_SLOW and _BEGUN in request.meta else broken)
        else:
            headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, vs in response.headers.items() for v in vs]
            address = str(response.ip_address or "")
            answer = Answer(order.number, None, response.status, headers, response.body, address)
        with suppress(BrokenPipeError):  # nobody listens any more: the end of the orders is near
            _ANSWERS.write(msgspec.json.encode(answer) + b"\n")
            _ANSWERS.flush()


class PinnedResolver(CachingHostnameResolver):
    """Answers from `PINNED` only, so that no connection can go to an unchecked address."""

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *_: Any) -> Any:  # noqa: ANN401, N802, N803 - Twisted's names
        """Give the pinned addresses, or none."""
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        for address in PINNED.get(hostName.lower().removesuffix("."), ()):
            kind = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution


SETTINGS: Final = {
    "TWISTED_DNS_RESOLVER": PinnedResolver,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "AUTOTHROTTLE_ENABLED": True,  # beside the pauses of the caller: a shop that answers slowly is asked less often
    "AUTOTHROTTLE_START_DELAY": 0,
    "AUTOTHROTTLE_MAX_DELAY": 120,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DEFAULT_REQUEST_HEADERS": {},
    "COMPRESSION_ENABLED": False,  # Scrapy takes a body that was cut for a whole one
    **dict.fromkeys(("COOKIES_ENABLED", "METAREFRESH_ENABLED", "REDIRECT_ENABLED", "RETRY_ENABLED"), False),
    **dict.fromkeys(("REFERER_ENABLED", "ROBOTSTXT_OBEY", "TELNETCONSOLE_ENABLED"), False),
    "LOG_LEVEL": "ERROR",
}


def main() -> None:
    """Crawl until standard input ends."""
    sys.stdout = sys.stderr  # nothing but answers may reach the caller
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(PageSpider)
    process.start()


if __name__ == "__main__":
    main()

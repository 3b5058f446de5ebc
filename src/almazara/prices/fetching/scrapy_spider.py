"""The only module that imports Scrapy: one spider, run as a process that speaks JSON lines.

`python -m almazara.prices.fetching.scrapy_spider` reads its settings and then orders from standard input, and writes
one answer for each order to standard output; it ends when its input ends. `scrapy_source` is the other end.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import sys
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from io import FileIO
from itertools import count
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec
import scrapy
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.resolver import HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IHostnameResolver
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]

from almazara.prices.fetching.addresses import Forbidden, check_url, refusal, resolve, system_resolver
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.decoding import ACCEPT_ENCODING, Decoder
from almazara.prices.fetching.politeness import Robots, read_robots
from almazara.prices.fetching.responses import NOT_WHOLE, TOO_LARGE, Broken, add_header
from almazara.prices.fetching.robots import ROBOTS_BYTES
from almazara.prices.fetching.scrapy_process import Answer, Order

_LONGEST_LINE = 1_000_000
_MOST_ROBOTS_REDIRECTS = 5
_STDOUT = 1
_SWITCHED_OFF = (
    "COMPRESSION_ENABLED",  # Scrapy takes a body that was cut for a whole one
    "COOKIES_ENABLED",
    "METAREFRESH_ENABLED",
    "REDIRECT_ENABLED",
    "REFERER_ENABLED",
    "RETRY_ENABLED",
    "ROBOTSTXT_OBEY",  # ObeyRobots does, and more strictly
    "TELNETCONSOLE_ENABLED",
)
_ERRORS: dict[type[Exception], Broken] = {
    CannotResolveHostError: Broken("the host's name could not be resolved", passing=True),
    DownloadConnectionRefusedError: Broken("no connection could be made", passing=True),
    DownloadTimeoutError: Broken("it took longer than allowed", passing=True),
    ResponseDataLossError: Broken("the connection ended before the page did", passing=True),
    DownloadCancelledError: TOO_LARGE,
}


PINNED: dict[str, Sequence[str]] = {}
"""Host -> addresses that were checked; connections go to these, and no name server is asked again."""

# Unbuffered, so that nothing of the orders is read ahead with the settings.
STDIN = FileIO(0, closefd=False)


class RefusedRequest(IgnoreRequest):
    """A request that must not be made."""


class PageSpider(scrapy.Spider):
    """Fetches the pages it is told to and hands them over as they came; the readers are the caller's."""

    name = "almazara"

    async def start(self) -> AsyncIterator[Any]:
        """Requests, as their orders come."""
        async for line in _lines(STDIN):
            order = msgspec.json.decode(line, type=Order)
            yield scrapy.Request(
                order.url,
                headers={**self.settings["ALMAZARA_CONFIG"].headers, **order.conditions},
                callback=self.parse,
                errback=self.fail,
                dont_filter=True,
                meta={"order": order.number},
            )

    def parse(self, response: Response) -> None:
        """Hand an answer over."""
        headers: dict[str, str] = {}
        for name, values in response.headers.items():
            for value in values:
                add_header(headers, name.decode("latin-1"), value.decode("latin-1"))
        said = self._unpacked(response)
        if isinstance(said, Broken):
            answer = Answer(0, broken=said.reason, passing=said.passing)
        else:
            answer = Answer(0, status=response.status, headers=headers, body=said)
        self.hand_over(cast("scrapy.Request", response.request), answer)

    def _unpacked(self, response: Response) -> bytes | Broken:
        """The body, from an allowed address and whole."""
        config: HttpConfig = self.settings["ALMAZARA_CONFIG"]
        address, port = response.ip_address, response.meta["port"]
        if not config.proxies and address is not None and refusal(str(address), port, config.addresses):
            return Broken("the connection went to an address that is not allowed", passing=False)
        try:
            decoder = Decoder.unpack(_encoding(response), response.body, config.max_bytes)
        except zlib.error:
            return NOT_WHOLE
        except ValueError as error:
            return Broken(str(error), passing=False)
        if decoder.too_large:
            return TOO_LARGE
        return bytes(decoder.body) if decoder.whole else NOT_WHOLE

    def fail(self, failure: Failure) -> None:
        """Say why there is no answer."""
        error, request = failure.value, failure.request  # type: ignore[attr-defined]
        if isinstance(error, RefusedRequest):
            self.hand_over(request, Answer(0, refused=str(error)))
            return
        broken = next((said for kind, said in _ERRORS.items() if isinstance(error, kind)), None)
        broken = broken or Broken("the connection broke", passing=True)
        self.hand_over(request, Answer(0, broken=broken.reason, passing=broken.passing))

    def hand_over(self, request: scrapy.Request, answer: Answer) -> None:
        """Write one answer."""
        answer = msgspec.structs.replace(
            answer,
            number=request.meta["order"],
            pause_seconds=request.meta.get("pause", 0.0),
            requests=request.meta.get("requests", 0),
        )
        try:
            _write(msgspec.json.encode(answer) + b"\n")
        except BrokenPipeError as error:
            raise CloseSpider("nobody listens any more") from error


class CheckedAddresses:
    """Downloader middleware: refuses what must not be asked, and pins each host to its checked addresses."""

    def __init__(self, crawler: Crawler) -> None:
        self._config: HttpConfig = crawler.settings["ALMAZARA_CONFIG"]
        self._turn = count()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CheckedAddresses:
        """What Scrapy calls."""
        return cls(crawler)

    async def process_request(self, request: scrapy.Request) -> None:
        """Check, resolve and pin; redirects and robots.txt come through here too."""
        target = check_url(request.url, self._config.addresses)
        if isinstance(target, Forbidden):
            raise RefusedRequest(target.reason)
        try:
            addresses = await asyncio.to_thread(resolve, target, self._config.addresses, system_resolver)
        except OSError as error:
            raise CannotResolveHostError(target.host) from error
        if isinstance(addresses, Forbidden):
            raise RefusedRequest(addresses.reason)
        PINNED[target.host] = addresses
        request.meta["port"] = target.port
        request.meta["requests"] = request.meta.get("requests", 0) + 1
        proxies = self._config.proxies
        # None keeps Scrapy from reading `https_proxy` in the environment.
        request.meta["proxy"] = proxies[next(self._turn) % len(proxies)] if proxies else None


class ObeyRobots:
    """Downloader middleware: robots.txt with the rules of the `http` source (a 5xx forbids, pauses are heard)."""

    def __init__(self, crawler: Crawler) -> None:
        self._config: HttpConfig = crawler.settings["ALMAZARA_CONFIG"]
        self._crawler = crawler
        self._kept: dict[str, Robots] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ObeyRobots:
        """What Scrapy calls."""
        return cls(crawler)

    async def process_request(self, request: scrapy.Request) -> None:
        """Refuse what robots.txt forbids."""
        if request.meta.get("is_robots"):
            return
        root = urljoin(request.url, "/robots.txt")
        async with self._locks[root]:
            robots = self._kept.get(root)
            if robots is None:
                robots = await self._read(root, request)
                if not robots.unreadable:
                    self._kept[root] = robots
        request.meta["pause"] = robots.pause_seconds(self._config.robot)
        reason = robots.refusal(request.url, self._config.robot)
        if reason:
            raise RefusedRequest(reason)

    async def _read(self, url: str, request: scrapy.Request) -> Robots:
        for _ in range(_MOST_ROBOTS_REDIRECTS + 1):
            asked = scrapy.Request(
                url, meta={"is_robots": True, "download_maxsize": ROBOTS_BYTES}, priority=1000, callback=NO_CALLBACK
            )
            try:
                response = await self._crawler.engine.download_async(asked)
            except RefusedRequest:
                raise
            except Exception as error:  # noqa: BLE001 - whatever happened, the shop's wishes are unknown
                return Robots(None, type(error).__name__)
            finally:
                request.meta["requests"] = request.meta.get("requests", 0) + asked.meta.get("requests", 0)
            if response.status // 100 != 3 or "Location" not in response.headers:  # noqa: PLR2004
                return _robots(response)
            url = urljoin(url, (response.headers["Location"] or b"").decode("latin-1"))
        return Robots(None, "it redirects too often")


@implementer(IHostnameResolver)
class PinnedResolver:
    """Answers from `PINNED` only, so that no connection can go to an unchecked address."""

    def __init__(self, reactor: ReactorBase) -> None:
        self._reactor = reactor

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> PinnedResolver:  # noqa: ARG003
        """What Scrapy calls."""
        return cls(reactor)

    def install_on_reactor(self) -> None:
        """What Scrapy calls."""
        self._reactor.installNameResolver(cast("IHostnameResolver", self))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: ANN401, N803 - the interfaces of zope are not types
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: object = None,  # noqa: ARG002, N803
        transportSemantics: str = "TCP",  # noqa: ARG002, N803
    ) -> HostResolution:
        """Give the pinned addresses, or none."""
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        for address in PINNED.get(hostName.lower().removesuffix("."), ()):
            kind = IPv6Address if ipaddress.ip_address(address).version == 6 else IPv4Address  # noqa: PLR2004
            resolutionReceiver.addressResolved(kind("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution


def settings(config: HttpConfig) -> dict[str, Any]:
    """Scrapy's settings: repetitions, redirects and budgets are the caller's, who asks each host in turn."""
    polite = config.politeness
    return {
        "ALMAZARA_CONFIG": config,
        "USER_AGENT": config.agent,
        "DOWNLOADER_MIDDLEWARES": {CheckedAddresses: 50} | ({ObeyRobots: 60} if polite.robots else {}),
        "TWISTED_DNS_RESOLVER": PinnedResolver,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": polite.delay_seconds,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": polite.delay_seconds,
        "AUTOTHROTTLE_MAX_DELAY": polite.longest_wait_seconds,
        "DOWNLOAD_TIMEOUT": config.timeout_seconds,
        "DOWNLOAD_MAXSIZE": config.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": ACCEPT_ENCODING},
        "HTTPERROR_ALLOW_ALL": True,
        **dict.fromkeys(_SWITCHED_OFF, False),
        "LOG_LEVEL": "ERROR",
    }


def main() -> None:
    """Crawl until standard input ends."""
    sys.stdout = sys.stderr  # nothing but answers may reach the caller
    config = msgspec.json.decode(STDIN.readline(), type=HttpConfig)
    for proxy in config.proxies:
        parts = urlsplit(proxy)
        if parts.hostname:
            PINNED[parts.hostname] = system_resolver(parts.hostname, parts.port or 80)
    process = AsyncCrawlerProcess(settings(config))
    process.crawl(PageSpider)
    process.start()


def _robots(response: Response) -> Robots:
    """As for the `http` source, the first part of a large file counts."""
    try:
        body = bytes(Decoder.unpack(_encoding(response), response.body, ROBOTS_BYTES).body)
    except (ValueError, zlib.error) as error:
        return Robots(None, str(error))
    return read_robots(response.status, body)


def _encoding(response: Response) -> str:
    return ", ".join(value.decode("latin-1") for value in response.headers.getlist("Content-Encoding"))


async def _lines(file: FileIO) -> AsyncIterator[bytes]:
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    while line := await reader.readline():
        yield line


def _write(line: bytes) -> None:
    while line:
        line = line[os.write(_STDOUT, line) :]


if __name__ == "__main__":
    main()

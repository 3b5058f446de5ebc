"""Settings of the page sources that ask the network: who we are, how we behave, what we never take."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from almazara.errors import InputError
from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.politeness import Politeness

_HONEST_AGENT = f"Almazara/{version('almazara')}"  # read once: it stands in a file, and each request names it
_PROXY_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\x20-\x7e\xa1-\xff]*")
_OWN_HEADERS = frozenset({
    "accept-encoding", "authorization", "connection", "content-length", "cookie", "host", "if-modified-since",
    "if-none-match", "proxy-authorization", "te", "transfer-encoding", "upgrade", "user-agent",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class HttpConfig:
    """Settings of page sources that ask the network.

    Attributes:
        contact_url: Page or mail address that the user agent names, so that a shop can ask who we are.
        user_agent: Replaces the whole user agent; "" is the honest default.
        headers: Further request headers; those of logins, cookies and the transfer are refused.
        proxies: Proxy URLs (http, https, socks5, socks5h), used in turn; they may hold credentials.
        max_bytes: Largest page, after decompression.
        timeout_seconds: Longest time for one request, from connecting to the last byte.
        max_redirects: Most redirects that one fetch follows.

    Raises:
        InputError: when a header or proxy cannot be used.
    """

    contact_url: str = ""
    user_agent: str = ""
    headers: Mapping[str, str] = field(
        default_factory=lambda: {
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
            "Accept-Language": "es-ES,es;q=0.9,en;q=0.6",
        }
    )
    proxies: tuple[str, ...] = ()
    politeness: Politeness = field(default_factory=Politeness)
    addresses: AddressPolicy = field(default_factory=AddressPolicy)
    max_bytes: int = 10_000_000
    timeout_seconds: float = 30.0
    connect_seconds: float = 10.0
    max_redirects: int = 5

    def __post_init__(self) -> None:
        for name, value in {**self.headers, "User-Agent": self.agent}.items():
            if not _HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
                raise InputError(f"The request header {name!r} holds characters that no header may hold.")
        own = sorted(name for name in self.headers if name.lower() in _OWN_HEADERS)
        if own:
            raise InputError(f"Take {', '.join(own)} out of the request headers: no login, no cookie, no transfer.")
        if any(proxy.partition("://")[0].lower() not in _PROXY_SCHEMES for proxy in self.proxies):
            raise InputError("A proxy's address (ALMAZARA_PROXIES) must begin with http, https, socks5 or socks5h.")

    @property
    def agent(self) -> str:
        """The user agent that is sent: by default Almazara's name and version and, where set, an address."""
        contact = f" (+{self.contact_url})" if self.contact_url else ""
        return self.user_agent or f"{_HONEST_AGENT}{contact}"

    @property
    def robot(self) -> str:
        """The product token that robots.txt is asked about."""
        return re.split(r"[/\s(]", self.agent, maxsplit=1)[0]

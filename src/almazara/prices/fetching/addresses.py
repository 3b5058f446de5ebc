"""Which addresses may be asked, or followed: http(s) on known ports, on hosts that resolve to public addresses only."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from almazara.words.said import Said, said

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port -> the addresses a connection may go to; raises OSError when there is none."""

ODD_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
"""What no address holds: browsers write it otherwise, and programs disagree on what it means."""

_LONGEST_URL = 8192
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".onion")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")
_URL_SAFE = "/%:@!$&'()*+,;=~-._?[]"

# What some versions of ipaddress call global and is not, and where Azure serves metadata to its machines.
_FORBIDDEN_V4 = tuple(ip_network(text) for text in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16"))
_FORBIDDEN_V6 = tuple(ip_network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be asked.

    Attributes:
        ports: Ports allowed on public addresses.
        loopback_ports: Ports allowed on this machine, for the demo shop and tests; none by default.
        names_only: Whether hosts must have public names: a number, or a name of this machine or network, is none. What
            is followed must; what it redirects to is judged by the addresses that it resolves to.
    """

    ports: frozenset[int] = frozenset({80, 443})
    loopback_ports: frozenset[int] = frozenset()
    names_only: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A checked and normalized address: `host` in ASCII lower case, without the brackets of IPv6."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port, the unit that has one robots.txt."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}"

    @property
    def site(self) -> str:
        """Host, and the port where it is not the usual one: the unit that is asked politely."""
        return self.host if self.port in _DEFAULT_PORTS.values() else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An address that is not asked: why, and what to tell somebody who typed it."""

    reason: str
    advice: Said | str = ""


def check_url(url: str, policy: AddressPolicy) -> Target | Forbidden:
    """Normalize an address; refuse what is no plain http(s) address on an allowed port. Asks no name server."""
    text = url.strip(" ")
    if len(text) > _LONGEST_URL or ODD_CHARACTER.search(text):
        return Forbidden("the address is too long, or holds control characters or backslashes")
    try:
        parts = urlsplit(text)
        port = _DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        return Forbidden("the address cannot be read", said("prices_refused.address.unreadable"))
    if port is None or parts.scheme not in _DEFAULT_PORTS:
        return Forbidden("only http and https addresses are fetched", said("prices_refused.address.scheme"))
    host = _checked_host(parts, port, policy)
    if isinstance(host, Forbidden):
        return host
    if port not in _ports(host, policy):
        told = said("prices_refused.address.port", port=str(port))
        return Forbidden(f"port {port} is not one of those allowed", told)
    netloc = _bracketed(host) + ("" if port == _DEFAULT_PORTS[parts.scheme] else f":{port}")
    path = quote(_without_dots(parts.path), safe=_URL_SAFE)
    query = f"?{quote(parts.query, safe=_URL_SAFE)}" if parts.query else ""
    return Target(f"{parts.scheme}://{netloc}{path}{query}", parts.scheme, host, port)


def resolve(target: Target, policy: AddressPolicy, resolver: Resolver) -> tuple[str, ...] | Forbidden:
    """The addresses a connection may go to, OSError when there is none; a forbidden one among them refuses the host."""
    literal = _literal(target.host)
    found = [target.host] if literal else [str(address) for address in resolver(target.host, target.port)]
    if not found:
        raise OSError(f"{target.host} has no address")
    for text in found:
        reason = refusal(text, target.port, policy)
        if reason:
            return Forbidden(f"{target.host} {reason}")
    return tuple(dict.fromkeys(found))


def refusal(address: str, port: int, policy: AddressPolicy) -> str | None:
    """Why a connection to `address` must not be made, or None when it may."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "resolves to something that is no address"
    inner = _embedded(parsed)
    if inner.is_loopback and port in policy.loopback_ports:
        return None
    if not _is_public(inner):
        return "resolves to a private, local or reserved address"
    return None if port in policy.ports else f"is not asked on port {port}"


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


def _ports(host: str, policy: AddressPolicy) -> frozenset[int]:
    """The ports that a host may be asked on; one whose name is to be public is not this machine."""
    is_elsewhere = policy.names_only and not _is_this_machine(host)
    return policy.ports if is_elsewhere else policy.ports | policy.loopback_ports


def _is_this_machine(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def _checked_host(parts: SplitResult, port: int, policy: AddressPolicy) -> str | Forbidden:
    """The host in ASCII; refuses what is no DNS name or address, such as `0x7f.1` and `2130706433`."""
    given = parts.hostname or ""
    host = _plain_host(given, bracketed="[" in parts.netloc)
    reason = "the address names no proper host, or holds a user name or password"
    if "@" in parts.netloc:
        return Forbidden(reason, said("prices_refused.address.login"))
    if host is None:
        return Forbidden(reason, said("prices_refused.address.no_host", host=repr(given[:80])))
    literal = _literal(host)
    is_number = bool(_NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]))
    is_here = port in policy.loopback_ports and _is_this_machine(host)
    is_public_name = not literal and not is_number and "." in host and not host.endswith(_LOCAL_NAMES)
    if (is_number and not literal) or (policy.names_only and not is_public_name and not is_here):
        return Forbidden(reason, said("prices_refused.address.not_public", host=repr(host[:80])))
    return host


def _plain_host(host: str, *, bracketed: bool) -> str | None:
    """The host in lower-case ASCII, or None for what cannot be a name or address."""
    if bracketed:
        return str(_literal(host)) if isinstance(_literal(host), IPv6Address) and "%" not in host else None
    try:
        plain = host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError:
        return None
    plain = plain.removesuffix(".")
    return plain if _HOST.fullmatch(plain) else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _without_dots(path: str) -> str:
    """`/a/../b` as `/b`, so that robots.txt is asked about the very path that the server will see."""
    kept: list[str] = []
    segments = [segment.replace("%2e", ".").replace("%2E", ".") for segment in path.split("/")[1:]]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside a mapped, 6to4 or NAT64 one; otherwise the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _FORBIDDEN_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _FORBIDDEN_V6)

"""What answers: the server and its metrics, who takes traces, Prefect, where films can be downloaded."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from importlib import metadata
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from almazara import tracing
from almazara.cli.doctor.finding import Check
from almazara.errors import AlmazaraError
from almazara.prices.fetching.proxies import public_name
from almazara.settings import Settings

_SOURCES: Final = ("files.grouplens.org", "www.kaggle.com")
_TIMEOUT_SECONDS: Final = 2.0
_PORTS: Final = {"http": 80, "https": 443}


def checks(settings: Settings) -> Iterator[Check]:
    """The server, its metrics, proxies, traces, Prefect where it is named, and the sources of films."""
    yield from _server(settings)
    for proxy in settings.proxies:
        yield _proxy(proxy.get_secret_value())
    yield _traces(settings.otlp_endpoint)
    if address := os.environ.get("PREFECT_API_URL"):
        is_there = _answers_at(address)
        advice = "" if is_there else "prefect server start, or unset PREFECT_API_URL (docs/prefect.md)"
        yield Check("prefect server", "ok" if is_there else "failed", _host_of(address), advice)
    for host in _SOURCES:
        if _connects(host, 443):
            yield Check(host, "ok", "reachable")
        else:
            yield Check(host, "missing", "not reachable", "no download from here; the embedded sample needs none")


def _server(settings: Settings) -> Iterator[Check]:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - asked, not opened
    address = f"{host}:{settings.port}"
    if not _connects(host, settings.port):
        yield Check("server", "missing", f"nothing listens on {address}", "almazara serve")
        return
    health = _health(host, settings.port)
    if health is None:
        yield Check("server", "missing", f"something else listens on {address}", "choose another ALMAZARA_PORT")
        return
    here, there = metadata.version("almazara"), health["version"]
    advice = "" if here == there else f"start it again, to run {here}"
    yield Check("server", "ok", f"Almazara {there} on {address}", advice)
    has_metrics = _get(host, settings.port, "/metrics") is not None
    advice = "" if has_metrics else "see the log of the server"
    yield Check("metrics", "ok" if has_metrics else "failed", f"http://{address}/metrics", advice)


def _health(host: str, port: int) -> dict[str, Any] | None:
    """What the server says of itself; None where it is none of ours."""
    with suppress(msgspec.DecodeError):
        found = msgspec.json.decode(_get(host, port, "/health") or b"")
        if isinstance(found, dict) and found.keys() >= {"version", "horario"}:
            return found
    return None


def _traces(endpoint: str) -> Check:
    if not endpoint:
        return Check("traces", "missing", "not sent", "to send them: ALMAZARA_OTLP_ENDPOINT (docs/observability.md)")
    try:
        tracing.configure(endpoint)
    except AlmazaraError as error:
        return Check("traces", "failed", str(error), "mend ALMAZARA_OTLP_ENDPOINT, or leave it out")
    tracing.stop()
    if _answers_at(endpoint):
        return Check("traces", "ok", f"sent to {endpoint}")
    return Check("traces", "failed", f"nothing answers at {endpoint}", "start the collector, or mend the address")


def _proxy(address: str) -> Check:
    """Whether something listens where a proxy should, named without its login."""
    name = public_name(address)
    if _answers_at(name):
        return Check(f"proxy {name}", "ok", "reachable")
    return Check(f"proxy {name}", "failed", "not reachable", "mend it, or take it out of ALMAZARA_PROXIES")


def _answers_at(address: str) -> bool:
    with suppress(ValueError):
        parts = urlsplit(address)
        return _connects(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443))
    return False


def _host_of(address: str) -> str:
    """An address without what may be secret in it."""
    return f"{urlsplit(address).scheme}://{urlsplit(address).hostname}"


def _get(host: str, port: int, path: str) -> bytes | None:
    """The body of an answer, or None where there is none that is well."""
    with suppress(OSError, HTTPException), closing(HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else None  # noqa: PLR2004 - HTTP's
    return None


def _connects(host: str, port: int) -> bool:
    with suppress(OSError, UnicodeError), socket.create_connection((host, port), timeout=_TIMEOUT_SECONDS):
        return True
    return False

"""`almazara doctor`: what is installed, configured and reachable, and what to do about the rest."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import typer

from almazara.cli.output import AsJson, Table, load_settings, print_answer
from almazara.errors import AlmazaraError, NotFoundError

if TYPE_CHECKING:
    from almazara.settings import Settings

_EXTRAS: Final = {
    "fetch": ("kagglehub", "download The Movies Dataset"),
    "prophet": ("prophet", "forecast with Prophet"),
    "stats": ("statsforecast", "forecast with exponential smoothing"),
    "postgres": ("psycopg", "keep prices in PostgreSQL or TimescaleDB"),
    "dynamodb": ("boto3", "keep prices in DynamoDB"),
    "scrapy": ("scrapy", "scrape with Scrapy"),
    "xpath": ("lxml", "name places in XPath in shops' own rules"),
}
_SOURCES: Final = ("files.grouplens.org", "www.kaggle.com")
_TIMEOUT_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `state` is ok, missing, or failed; `advice` is empty when there is nothing to do."""

    name: str
    state: str
    found: str
    advice: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, configured and reachable, and what to do."""
    settings = load_settings()
    checks = [*_installed(), *_configured(settings), *_film_events(settings), *_prices(settings), *_reachable(settings)]
    rows = (list(asdict(check).values()) for check in checks)
    print_answer(checks, [Table(["what", "state", "found", "what to do"], rows)], as_json=as_json)
    if any(check.state == "failed" for check in checks):
        raise typer.Exit(1)


def _installed() -> Iterator[Check]:
    yield Check("python", "ok", sys.version.split()[0])
    for extra, (module, purpose) in _EXTRAS.items():
        if find_spec(module):
            yield Check(f"extra {extra}", "ok", module)
        else:
            yield Check(f"extra {extra}", "missing", "not installed", f"to {purpose}: pip install 'almazara[{extra}]'")


def _configured(settings: Settings) -> Iterator[Check]:
    from almazara.artifacts import open_artifacts
    from almazara.movies.artifact import MOVIES

    home = settings.home_path
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".doctor").touch()
        (home / ".doctor").unlink()
        yield Check("home", "ok", str(home))
    except OSError as error:
        yield Check("home", "failed", f"{home}: {error}", "set ALMAZARA_HOME to a folder that can be written")
    try:
        artifact = open_artifacts(settings).current(MOVIES)
        kind = "invented sample" if artifact.manifest.get("sample") else "catalog"
        advice = "almazara movies fetch, then movies build FOLDER" if kind == "invented sample" else ""
        yield Check("films", "ok", f"{artifact.manifest['metrics']['films']} films, {kind}, {artifact.version}", advice)
    except NotFoundError:
        yield Check("films", "missing", "no catalog yet", "almazara up, or almazara movies build FOLDER")


def _film_events(settings: Settings) -> Iterator[Check]:
    from almazara.movies.users.event_store import events_in_database, open_event_store

    beside = settings.store_url is not None and not events_in_database(settings)
    try:
        with closing(open_event_store(settings)) as store:
            found = f"{store.count()} events"
        where = " in the home folder, as this store has no place for them" if beside else ""
        yield Check("film events", "ok", f"{found}{where}")
    except AlmazaraError as error:
        yield Check("film events", "failed", str(error), "set ALMAZARA_STORE_URL to a store that answers")


def _prices(settings: Settings) -> Iterator[Check]:
    from almazara.prices.store.registry import open_store

    kind = settings.store_url.get_secret_value().partition(":")[0] if settings.store_url else "sqlite"
    try:
        with closing(open_store(settings)) as store:
            followed = len(store.listings(tracked=True))
        advice = "" if followed else "almazara prices track ADDRESS, or --default"
        yield Check("price store", "ok", f"{kind}, {followed} products or searches followed", advice)
    except AlmazaraError as error:
        yield Check("price store", "failed", str(error), "set ALMAZARA_STORE_URL to a store that answers")
    keys, targets = len(settings.api_keys), len(settings.notify_urls)
    who = f"{keys} keys" if keys else "only this machine"
    yield Check("writing", "ok", who, "" if keys else "to write from elsewhere: ALMAZARA_API_KEYS")
    state = "ok" if targets else "missing"
    yield Check("alerts", state, f"{targets} targets", "" if targets else "to be told: ALMAZARA_NOTIFY_URLS")


def _reachable(settings: Settings) -> Iterator[Check]:
    address = f"{settings.host}:{settings.port}"
    if _connects(settings.host, settings.port):
        yield Check("server", "ok", f"something listens on {address}")
    else:
        yield Check("server", "missing", f"nothing listens on {address}", "almazara serve")
    for host in _SOURCES:
        if _connects(host, 443):
            yield Check(host, "ok", "reachable")
        else:
            yield Check(host, "missing", "not reachable", "no download from here; the embedded sample needs none")


def _connects(host: str, port: int) -> bool:
    with suppress(OSError, UnicodeError), socket.create_connection((host, port), timeout=_TIMEOUT_SECONDS):
        return True
    return False

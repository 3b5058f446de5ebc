"""What Wikidata calls films in the languages of readers, asked for by IMDb ids, some hundred at a time.

Its query service speaks SPARQL 1.1 and answers in its JSON (W3C, SPARQL 1.1 Query Results JSON Format). It asks for one
request at a time, a user agent with a contact, and to wait as long as Retry-After says
(https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual#Query_limits). Its data is in the public domain, CC0.
"""

import csv
import hashlib
import io
import re
import shutil
import time
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPResponse
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

import msgspec

from almazara.errors import InputError, UnavailableError
from almazara.files import make_folder, replace_file, unwritable
from almazara.movies.raw.local_titles import OWN_NAME
from almazara.runs import Progress
from almazara.words.numbers import Language

WIKIDATA: Final = "https://query.wikidata.org/sparql"
LICENCE: Final = (
    "Titles from Wikidata, by its contributors: in the public domain (CC0 1.0, https://creativecommons.org/publicdomain/"
    "zero/1.0/). They are asked for by the IMDb ids of the catalog that is published."
)
_BATCH: Final = 200  # films a query, which takes a second or two of the minute that it may take
_PAUSE_SECONDS: Final = 1.0
_ATTEMPTS: Final = 4
_WAIT_SECONDS: Final = 10.0
_LONGEST_WAIT_SECONDS: Final = 300.0
_TIMEOUT_SECONDS: Final = 90
_LARGEST: Final = 16_000_000  # bytes of an answer; some 100 KB come
_BUSY: Final = {429, 500, 502, 503, 504}
_ID: Final = re.compile("tt[0-9]{1,18}")
_QUERY: Final = """SELECT ?id ?title ?rank WHERE {{
  VALUES ?id {{ {ids} }}
  ?film wdt:P345 ?id .
  {{ ?film rdfs:label ?title . BIND(0 AS ?rank) }} UNION {{ ?film skos:altLabel ?title . BIND(1 AS ?rank) }}
  FILTER(LANG(?title) IN ({languages}))
}}"""


class _Term(msgspec.Struct):
    value: str
    language: str = msgspec.field(name="xml:lang", default="")


class _Found(msgspec.Struct):
    id: _Term
    title: _Term
    rank: _Term


class _Bindings(msgspec.Struct):
    bindings: list[_Found]


class _Answer(msgspec.Struct):
    results: _Bindings


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Nobody is followed to another address."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:  # noqa: ANN401 - of the base class
        return None


def fetch_titles(
    ids: Sequence[str],
    folder: Path,
    contact: str,
    progress: Progress,
    *,
    address: str = WIKIDATA,
    wait: Callable[[float], None] = time.sleep,
) -> Path:
    """Write the titles of films, labels before other names, to `local_titles.csv` in a folder; returns its path.

    What has come stays beside it until all has, so that another call goes on there.

    Args:
        ids: IMDb ids, `tt` and digits; what is none is not asked for.
        folder: Made where it is missing.
        contact: Page or mail address that the user agent names; may be empty.
        progress: Told how many films were asked for.
        address: Of the query service.
        wait: Sleeps so many seconds.

    Raises:
        UnavailableError: when the service does not answer, or the folder cannot be written.
    """
    known = sorted({one for one in ids if _ID.fullmatch(one)})
    if not known:
        raise InputError("The catalog has no IMDb ids, by which titles are asked for: give a file of your own.")
    parts = folder / f"{OWN_NAME}.parts"
    names = []
    try:
        make_folder(parts)
        for start in range(0, len(known), _BATCH):
            progress("Asking Wikidata for titles", start, len(known))
            batch = known[start : start + _BATCH]
            names.append(parts / f"{hashlib.sha256(' '.join(batch).encode()).hexdigest()[:16]}.csv")
            if not names[-1].is_file():
                rows = _asked(batch, address, contact, wait)
                replace_file(names[-1], _written(rows), durable=False)
                wait(_PAUSE_SECONDS)
        replace_file(
            folder / OWN_NAME,
            b"".join([_written([("id", "title", "language")]), *(one.read_bytes() for one in names)]),
            durable=True,
        )
        shutil.rmtree(parts, ignore_errors=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    return folder / OWN_NAME


def _written(rows: Sequence[tuple[str, str, str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _asked(
    batch: Sequence[str], address: str, contact: str, wait: Callable[[float], None]
) -> list[tuple[str, str, str]]:
    """Id, title and language of what a batch of films is called; tried again while the service is busy."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            found = _answer(batch, address, contact)
            break
        except HTTPError as error:
            error.close()
            if error.code not in _BUSY or not left:
                raise _unavailable(address, f"it answers {error.code} {error.reason}") from None
            wait(_seconds(error.headers.get("Retry-After")))
        except (OSError, HTTPException) as error:
            if not left:
                raise _unavailable(address, str(getattr(error, "reason", None) or error)) from None
            wait(_WAIT_SECONDS)
        except msgspec.MsgspecError:
            raise _unavailable(address, "what it answers is no result of a query") from None
    # Labels first: of a film and language the first one is shown.
    ordered = sorted(found, key=lambda one: (one.id.value, one.title.language, one.rank.value, one.title.value))
    return [(one.id.value, one.title.value, one.title.language) for one in ordered]


def _answer(batch: Sequence[str], address: str, contact: str) -> list[_Found]:
    query = _QUERY.format(
        ids=" ".join(f'"{one}"' for one in batch), languages=", ".join(f'"{one}"' for one in Language)
    )
    agent = f"Almazara/{metadata.version('almazara')}" + (f" (+{contact})" if contact else "")
    headers = {"User-Agent": agent, "Accept": "application/sparql-results+json"}
    request = urllib.request.Request(address, urlencode({"query": query}).encode(), headers)  # noqa: S310 - ours
    opener = urllib.request.build_opener(_NoRedirects)
    response: HTTPResponse
    with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
        data = response.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise msgspec.MsgspecError
    return msgspec.json.decode(data, type=_Answer).results.bindings


def _seconds(told: str | None) -> float:
    """How long to wait; a date, or nothing, is no number of seconds."""
    return min(float(told), _LONGEST_WAIT_SECONDS) if told and told.isdecimal() else _WAIT_SECONDS


def _unavailable(address: str, reason: str) -> UnavailableError:
    told = f"{urlsplit(address).hostname} gives no titles ({reason})"
    return UnavailableError(f"{told}; what has come stays: run it again, and it goes on there.")

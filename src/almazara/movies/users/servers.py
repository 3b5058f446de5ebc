"""Asks a Plex or Jellyfin server of one's own what was seen there, page by page."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit

from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.movies.users.exports.rows import ExportFile
from almazara.movies.users.notices import Server
from almazara.runs import Progress

_PAGE: Final = 200  # films
_MOST_PAGES: Final = 2_000
_LARGEST: Final = 32_000_000  # bytes of a page
_TIMEOUT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class _Names:
    """How a server calls what pages are made of; `holder` is the object around them, if any."""

    start: str
    size: str
    holder: str | None
    list: str
    total: str


_PLEX: Final = _Names("X-Plex-Container-Start", "X-Plex-Container-Size", "MediaContainer", "Metadata", "totalSize")
_JELLYFIN: Final = _Names("StartIndex", "Limit", None, "Items", "TotalRecordCount")


class MediaServer:
    """A server and what may ask it; the token goes to that server alone, and into no address, sentence or log.

    Args:
        server: What it runs.
        address: Where, as `http://nas:32400`; whoever types it knows that network, so that any host is asked.
        token: Plex's token of the user, or an API key of Jellyfin.
    """

    def __init__(self, server: Server, address: str, token: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
            raise InputError("The address of a server is like http://nas:32400, without a user, password or query.")
        if not token.isascii() or not token.isprintable() or not token:
            raise InputError("The token is empty, or has signs that no token has.")
        self._server = server
        self._base = address.rstrip("/")
        own = {"X-Plex-Token": token} if server is Server.PLEX else {"Authorization": f'MediaBrowser Token="{token}"'}
        self._headers = {"Accept": "application/json", "User-Agent": "almazara", **own}
        self._opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))

    def pages(self, account: str | None, progress: Progress) -> Iterator[ExportFile]:
        """What was seen, as the files that an export would have.

        Args:
            account: The name of Jellyfin's user; Plex's is that of the token.
            progress: Told how many films have come.
        """
        if self._server is Server.PLEX:
            yield from self._plex(progress)
        else:
            yield from self._jellyfin(account, progress)

    def _plex(self, progress: Progress) -> Iterator[ExportFile]:
        sections = _list(_container(self._ask("/library/sections"), "MediaContainer"), "Directory")
        for section in sections:
            if section.get("type") == "movie":
                path = f"/library/sections/{quote(str(section.get('key')), safe='')}/all"
                asked = {"type": 1, "unwatched": 0, "includeGuids": 1}
                yield from self._paged(path, asked, _PLEX, progress)

    def _jellyfin(self, account: str | None, progress: Progress) -> Iterator[ExportFile]:
        answer = self._ask("/Users")
        users = [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else []
        ids = [one.get("Id") for one in users if account is not None and one.get("Name") == account]
        if len(ids) != 1:
            names = ", ".join(str(one.get("Name")) for one in users) or "none"
            raise NotFoundError(f"Say with --account which user of the server it is; there are {names}.")
        asked = {"userId": ids[0], "Filters": "IsPlayed", "IncludeItemTypes": "Movie", "Recursive": "true"}
        asked |= {"Fields": "ProviderIds,OriginalTitle", "SortBy": "DateCreated", "SortOrder": "Ascending"}
        yield from self._paged("/Items", asked, _JELLYFIN, progress)

    def _paged(self, path: str, asked: Mapping[str, object], names: _Names, progress: Progress) -> Iterator[ExportFile]:
        done = 0
        for page in range(1, _MOST_PAGES + 1):
            answer = self._ask(f"{path}?{urlencode({**asked, names.start: done, names.size: _PAGE})}")
            container = _container(answer, names.holder)
            found, total = len(_list(container, names.list)), container.get(names.total)
            yield ExportFile(f"{path} page {page}", json.dumps(answer))
            done += found
            told = total if isinstance(total, int) else None
            progress("films", done, done if told is None else told)
            if not found or (found < _PAGE if told is None else done >= told):
                return
        raise UnavailableError(f"{self._base}{path} did not end after {_MOST_PAGES} pages.")

    def _ask(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON it answers
        request = urllib.request.Request(self._base + path, headers=self._headers)  # noqa: S310 - http and https alone
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
                return json.loads(_read(response))
        except HTTPError as error:
            error.close()
            raise _refused(self._base, error.code) from None
        except (OSError, HTTPException) as error:
            raise UnavailableError(f"{self._base} did not answer: {error}. What came before is kept.") from None
        except (ValueError, RecursionError):
            raise UnavailableError(f"{self._base} does not answer in JSON as {self._server} does.") from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token is for the server that was named."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:  # noqa: ANN401 - of the base class
        return None


def _read(response: HTTPResponse) -> bytes:
    data = response.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("too large")
    return data


def _refused(base: str, status: int) -> UnavailableError:
    reason = "does not accept the token" if status in {401, 403} else f"answered {status}"
    return UnavailableError(f"{base} {reason}. What came before is kept; run it again.")


def _container(answer: object, name: str | None) -> Mapping[str, Any]:
    found = answer.get(name) if name is not None and isinstance(answer, dict) else answer
    return found if isinstance(found, dict) else {}


def _list(container: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = container.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

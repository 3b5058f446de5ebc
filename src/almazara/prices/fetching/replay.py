"""The `replay` page source: a folder of saved pages answers instead of the network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from almazara import log
from almazara.errors import InputError
from almazara.prices.fetching.addresses import AddressPolicy, Target, check_url
from almazara.prices.fetching.protocol import Failed, Fetched, NotModified, Page
from almazara.prices.fetching.snapshots import Snapshots, read_body, read_snapshot

_INDEX = "index.json"
_SUFFIXES = (".html", ".htm", ".html.gz", ".htm.gz")
_OWN_ADDRESS = (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content"))
_OK = 200
_ANY_PORT = AddressPolicy(ports=frozenset(range(1, 65536)))


def normalized(url: str) -> str:
    """The address without its fragment and in one spelling, so that two spellings meet."""
    target = check_url(url, _ANY_PORT)
    return target.url if isinstance(target, Target) else url


class ReplaySource:
    """Answers from saved pages; the newest copy of an address is the one that counts.

    The folder is one of `Snapshots`, or holds files named `*.html`, `*.htm` or the same with `.gz`. Plain files belong
    to the address that `index.json` gives them (`{"https://shop.example/oil": "oil.html"}`), otherwise to the one that
    the page names itself (`<link rel="canonical">`, then `og:url`); a file without an address is logged and left out.

    Args:
        folder: Where the pages are.
        identity: Makes of an address what tells two pages apart; by default the address without its fragment.

    Raises:
        InputError: when the folder or its index cannot be read.
    """

    name = "replay"

    def __init__(self, folder: Path, identity: Callable[[str], str] = normalized) -> None:
        if not folder.is_dir():
            raise InputError(f"There is no folder {folder} with saved pages.")
        self._identity = identity
        saved = {**_plain_pages(folder), **Snapshots(folder).addresses()}
        self._saved = {identity(url): (url, path) for url, path in saved.items()}

    def urls(self) -> list[str]:
        """Each address that has a saved page."""
        return sorted(url for url, _ in self._saved.values())

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """The newest saved page of an address; see `PageSource.fetch`."""
        if (saved := self._saved.get(self._identity(url))) is None:
            return Failed(url, "there is no saved page of this address")
        page = _load(*saved)
        if page is None:
            return Failed(url, f"the saved page {saved[1].name} cannot be read")
        if any(value and page.headers.get(name) == value for name, value in (validators or {}).items()):
            return NotModified(url, page.fetched_at)
        return replace(page, url=url)

    def report_block(self, url: str) -> None:
        """Nothing to stop: nobody is asked."""

    def close(self) -> None:
        """Nothing to give back."""


def _load(url: str, path: Path) -> Page | None:
    if path.suffix == ".json":
        snapshot = read_snapshot(path)
        return snapshot.page if snapshot else None
    try:
        body = read_body(path)
        saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, EOFError, ValueError):
        return None
    return Page(url, url, _OK, {"content-type": "text/html"}, body, saved_at)


def _plain_pages(folder: Path) -> dict[str, Path]:
    """Address -> file, as `index.json` or the pages themselves say."""
    index = folder / _INDEX
    if index.is_file():
        return _indexed(folder, index)
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.endswith(_SUFFIXES) and path.is_file():
            url = _own_address(path)
            if url is None:
                log.event("saved-page-without-address", level=30, file=path.name)
            else:
                found[url] = path
    return found


def _indexed(folder: Path, index: Path) -> dict[str, Path]:
    try:
        names = json.loads(index.read_bytes())
        paths = {str(url): folder / str(name) for url, name in names.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{index} must be one JSON object that gives each address a file: {error}.") from error
    outside = [path for path in paths.values() if not path.resolve().is_relative_to(folder.resolve())]
    if outside:
        raise InputError(f"{index} names {outside[0]}, which lies outside its folder.")
    return paths


def _own_address(path: Path) -> str | None:
    """The address that a page names as its own."""
    try:
        tree = LexborHTMLParser(read_body(path))
    except (OSError, EOFError, ValueError):
        return None
    for selector, attribute in _OWN_ADDRESS:
        node = tree.css_first(selector)
        url = node.attributes.get(attribute) if node is not None else None
        if url and isinstance(check_url(url, _ANY_PORT), Target):
            return url
    return None

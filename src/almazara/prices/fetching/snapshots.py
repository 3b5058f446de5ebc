"""The kept copies of fetched pages: a folder a listing, gzip, nothing twice, limits of age and size.

Layout under the root::

    <shop>/<sku>/<moment>.json       url, final_url, status, headers, fetched_at, file, sha256
    <shop>/<sku>/<moment>.html.gz    the body; a later fetch of the same bytes points to the earlier file
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from pathlib import Path

from almazara import log
from almazara.damage import is_of_all
from almazara.errors import DamagedError, InputError, UnavailableError
from almazara.files import file_lock, keep_private, make_folder, refuse_endless, replace_file, safe_name
from almazara.prices.fetching.protocol import Page
from almazara.settings import Settings

_KEPT_HEADERS = ("content-type", "content-language", "etag", "last-modified", "date", "server")
_STAMP = "%Y%m%dT%H%M%S%fZ"
_LARGEST_BODY = 50_000_000
_NOT_KEPT = "The page could not be kept"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long pages stay: at most `days` (None: for ever) and `max_bytes` on disk (None: no limit)."""

    days: int | None = 90
    max_bytes: int | None = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept page: where it lies, and whose it is."""

    shop: str
    sku: str
    page: Page
    path: Path


class Snapshots:
    """Keeps pages under one folder; several processes may."""

    def __init__(self, root: Path, retention: Retention | None = None) -> None:
        self.root = root
        self.retention = retention or Retention()

    def keep(self, shop: str, sku: str, page: Page) -> Path:
        """Keep one page; returns the file with the body, an earlier one where the newest copy holds the same bytes.

        Raises:
            DamagedError: when the folder of this listing alone cannot be written.
            UnavailableError: when none can; what is there stays as it was.
        """
        folder = self.root / safe_name(shop) / safe_name(sku)
        with self._locked(_NOT_KEPT):
            try:
                return _keep(folder, shop, sku, page)
            except OSError as error:
                if is_of_all(error):
                    raise
                raise DamagedError(f"{_NOT_KEPT}: {error.strerror}.", f"{folder}: {error}") from error

    def iterate(self, shop: str | None = None, sku: str | None = None) -> Iterator[Snapshot]:
        """Kept pages, oldest first; what cannot be read is logged and left out."""
        for path in self._notes(shop, sku):
            if snapshot := read_snapshot(path):
                yield snapshot

    def latest(self, shop: str, sku: str) -> Snapshot | None:
        """The newest kept page of a listing."""
        return next(filter(None, map(read_snapshot, reversed(self._notes(shop, sku)))), None)

    def addresses(self) -> dict[str, Path]:
        """The newest note of each address that was asked for, oldest first; read the page with `read_snapshot`."""
        found = {}
        for path in self._notes(None, None):
            try:
                found[str(json.loads(path.read_bytes())["url"])] = path
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.event("snapshot-unreadable", level=30, path=path, error=error)
        return found

    def prune(self, now: datetime) -> int:
        """Remove pages that are too old, then the oldest until the size fits; each listing's newest stays.

        What a killed process left half done goes too; returns how many pages went.

        Raises:
            UnavailableError: when a file cannot be removed.
        """
        removed = 0
        with self._locked("Old pages could not be removed"):
            for folder in {path.parent for path in self.root.glob("*/*/*")}:
                _sweep(folder)
            notes = self._notes(None, None)
            newest = {path.parent: path for path in notes}
            total = sum(path.stat().st_size for path in self.root.glob("*/*/*"))
            for path in notes:
                if path != newest[path.parent] and self._is_due(path, now, total):
                    size = path.stat().st_size
                    path.unlink()
                    total -= size + _sweep(path.parent)
                    removed += 1
        return removed

    @contextmanager
    def _locked(self, failure: str) -> Iterator[None]:
        """One keeper at a time: a body is not removed while a new note is about to need it."""
        try:
            with file_lock(self.root / ".lock"):
                keep_private(self.root)  # one that was made before folders were
                yield
        except OSError as error:
            reason = error.strerror or "the log says why"
            raise UnavailableError(f"{failure}: {reason}.", f"{self.root}: {error}") from error

    def _is_due(self, path: Path, now: datetime, total: int) -> bool:
        days, size = self.retention.days, self.retention.max_bytes
        too_old = days is not None and path.stem[:22] < (now - timedelta(days=days)).strftime(_STAMP)
        return too_old or (size is not None and total > size)

    def _notes(self, shop: str | None, sku: str | None) -> list[Path]:
        pattern = f"{safe_name(shop) if shop else '*'}/{safe_name(sku) if sku else '*'}/*.json"
        found = (path for path in self.root.glob(pattern) if path.is_file())
        return sorted(found, key=lambda path: (path.stem, str(path.parent)))


def read_snapshot(path: Path) -> Snapshot | None:
    """The page that a note describes, or None (and a line in the log) when it cannot be read."""
    try:
        note = json.loads(path.read_bytes())
        body = read_body(path.with_name(Path(str(note["file"])).name))
        if hashlib.sha256(body).hexdigest() != note["sha256"]:
            raise ValueError("the body is not the one that was kept")  # noqa: TRY301
        page = Page(
            url=str(note["url"]),
            final_url=str(note["final_url"]),
            status=int(note["status"]),
            headers=dict(note["headers"]),
            body=body,
            fetched_at=datetime.fromisoformat(note["fetched_at"]),
        )
        return Snapshot(str(note["shop"]), str(note["sku"]), page, path)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        log.event("snapshot-unreadable", level=30, path=path, error=error)
        return None


def read_body(path: Path) -> bytes:
    """The bytes of a plain or gzip file.

    Raises:
        ValueError: when it holds more than 50 MB, or its compression is damaged.
        OSError, EOFError: when it cannot be read, or is a pipe or a device.
    """
    refuse_endless(path)
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            with gzip.open(raw) if packed else raw as file:
                body = file.read(_LARGEST_BODY + 1)
        except zlib.error as error:
            raise ValueError(f"{path.name} is damaged ({error})") from error
    if len(body) > _LARGEST_BODY:
        raise ValueError(f"{path.name} holds more than {_LARGEST_BODY} bytes")
    return body


def _keep(folder: Path, shop: str, sku: str, page: Page) -> Path:
    make_folder(folder)
    digest = hashlib.sha256(page.body).hexdigest()
    stamp = _free_stamp(folder, page.fetched_at)
    name = _same_body(folder, digest)
    if name is None:
        name = f"{stamp}.html.gz"
        replace_file(folder / name, gzip.compress(page.body, compresslevel=6, mtime=0), durable=True, private=True)
    note = {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "headers": {name: page.headers[name] for name in _KEPT_HEADERS if name in page.headers},
        "fetched_at": page.fetched_at.astimezone(UTC).isoformat(),
        "shop": shop,
        "sku": sku,
        "file": name,
        "sha256": digest,
    }
    replace_file(folder / f"{stamp}.json", json.dumps(note, indent=1).encode(), durable=True, private=True)
    return folder / name


def _same_body(folder: Path, digest: str) -> str | None:
    """The file of the newest note, when it holds the same bytes."""
    for path in sorted(folder.glob("*.json"), reverse=True)[:1]:
        try:
            note = json.loads(path.read_bytes())
            name = Path(str(note["file"])).name
            return name if note["sha256"] == digest and (folder / name).is_file() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None
    return None


def _free_stamp(folder: Path, moment: datetime) -> str:
    stamp = moment.astimezone(UTC).strftime(_STAMP)
    names = chain([stamp], (f"{stamp}-{number:03d}" for number in count(1)))
    return next(name for name in names if not (folder / f"{name}.json").exists())


def _sweep(folder: Path) -> int:
    """Remove what no note needs; returns the bytes set free."""
    files = [path for path in folder.iterdir() if path.is_file()]
    notes = [path.read_bytes() for path in files if path.suffix == ".json"]
    freed = 0
    for path in files:
        if path.suffix != ".json" and not any(f'"{path.name}"'.encode() in note for note in notes):
            freed += path.stat().st_size
            path.unlink()
    return freed


def open_snapshots(settings: Settings) -> Snapshots:
    """The kept pages."""
    return Snapshots(settings.home_path / "snapshots", Retention(days=settings.snapshot_days))


def saved_page(path: Path) -> bytes:
    """The bytes of a saved page, plain or gzip.

    Raises:
        InputError: when the file cannot be read.
    """
    try:
        return read_body(path)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"The page {path} cannot be read: {error}.") from error

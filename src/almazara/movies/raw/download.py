"""Downloads of real film data: MovieLens from GroupLens, The Movies Dataset from Kaggle."""

import hashlib
import os
import re
import sys
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit

from almazara.errors import ConflictError, InputError, MissingExtraError, UnavailableError
from almazara.files import make_folder
from almazara.movies.raw import wikidata
from almazara.movies.raw.storage import ZIP_ERRORS
from almazara.runs import Progress
from almazara.settings import Settings

ByteProgress = Callable[[int, int | None], None]

GROUPLENS: Final = "https://files.grouplens.org/datasets/movielens"
# Version 7 is the one of November 2017 that everybody uses. Naming it lets kagglehub see, without asking
# Kaggle, that the files are here already.
KAGGLE_DATASET: Final = "rounakbanik/the-movies-dataset/versions/7"

_GROUPLENS_TERMS = (
    "MovieLens, © GroupLens, University of Minnesota: for research; name the source in publications, imply no "
    "endorsement, and ask GroupLens before any commercial use"
)
_MAY_SHARE = f"{_GROUPLENS_TERMS}; it may be passed on under the same conditions."
_MAY_NOT_SHARE = f"{_GROUPLENS_TERMS}; it may not be passed on without their permission."
_MOVIELENS: Final = {
    "ml-latest-small": _MAY_SHARE,
    "ml-latest": _MAY_SHARE,
    "ml-1m": _MAY_NOT_SHARE,
    "ml-25m": _MAY_NOT_SHARE,
}
LICENCES: Final[dict[str, str]] = {
    name: f"{terms} Full text: {GROUPLENS}/{name}-README" + (".txt" if name == "ml-1m" else ".html")
    for name, terms in _MOVIELENS.items()
} | {
    "the-movies-dataset": (
        "The Movies Dataset, published on Kaggle by Rounak Banik: film data from TMDB under the terms of its API "
        "(credit TMDB, which neither endorses nor certifies this product), ratings from GroupLens under theirs. "
        "Full text: https://www.kaggle.com/datasets/rounakbanik/the-movies-dataset"
    ),
    "titles": wikidata.LICENCE,
}
_ATTEMPTS = 3
_CHUNK = 1 << 16
_CHECKSUM_FILE_LIMIT = 4096
_TIMEOUT_SECONDS = 30


def fetch_movielens(name: str, folder: Path, progress: ByteProgress, base_url: str = GROUPLENS) -> Path:
    """Download a MovieLens zip into `folder`, or find it there complete.

    What has come stays in `<name>.zip.part` until the file is whole and its checksum is right; another call goes
    on there. The checksum is the MD5 that GroupLens publishes beside the file; where it publishes none, the
    archive's own checksums and the SHA-256 recorded at the first download.

    Args:
        name: `ml-latest-small`, `ml-latest`, `ml-1m` or `ml-25m`.
        folder: made where it is missing.
        progress: called with the bytes that are here and the bytes in all (None where the server does not say).
        base_url: the folder of the files on the server.
    """
    if name not in _MOVIELENS:
        raise InputError(f"There is no MovieLens data set {name!r} here: choose {', '.join(_MOVIELENS)}.")
    if urlsplit(base_url).scheme not in {"http", "https"}:
        raise InputError(f"The address {base_url!r} must begin with https:// or http://.")
    target = folder / f"{name}.zip"
    record = folder / f"{name}.zip.sha256"
    if target.is_file() and _recorded(record) == _digest(target, "sha256"):
        return target
    with _writing(folder):
        make_folder(folder)
    url, part = f"{base_url.rstrip('/')}/{name}.zip", folder / f"{name}.zip.part"
    published = _published_md5(url)
    _download(url, part, progress)
    _check(part, published, record)
    with _writing(folder):
        record.write_text(f"{_digest(part, 'sha256')}  {target.name}\n", encoding="ascii")
        part.replace(target)
        _validator_file(part).unlink(missing_ok=True)
    return target


def fetch_kaggle(folder: Path) -> Path:
    """Download The Movies Dataset through kagglehub into its cache layout under `folder`; no key is needed.

    kagglehub resumes, checks and shows progress by itself. Its `output_dir` is not used: an interrupted
    download there is neither resumed nor accepted by the next call. Returns the folder of the CSV files.
    """
    os.environ["KAGGLEHUB_CACHE"] = str(folder)
    with redirect_stdout(sys.stderr), _writing(folder):  # kagglehub prints, and standard output belongs to the caller
        try:
            import kagglehub
            from kagglehub.exceptions import DataCorruptionError
            from requests import RequestException
        except ImportError as error:
            raise MissingExtraError("fetch", "Downloading from Kaggle") from error
        try:
            return Path(kagglehub.dataset_download(KAGGLE_DATASET))
        except RequestException as error:
            raise _unreachable("www.kaggle.com", error) from error
        except (DataCorruptionError, zipfile.BadZipFile, zlib.error, ValueError) as error:
            for archive in folder.glob("datasets/**/*.archive"):
                archive.unlink()  # or kagglehub would go on with it
            raise UnavailableError(f"The files from Kaggle arrived damaged ({error}); run it again.") from error


def _download(url: str, part: Path, progress: ByteProgress) -> None:
    if not any(_download_once(url, part, progress) for _ in range(_ATTEMPTS)):
        raise UnavailableError(
            f"The connection to {urlsplit(url).netloc} broke off again and again; run it again and it goes on where "
            "it stopped, and `almazara up` goes on with the embedded sample meanwhile."
        )


def _download_once(url: str, part: Path, progress: ByteProgress) -> bool:
    """Begin or go on; False when the connection broke off or the beginning was of another file."""
    start, validator = _resume_point(part)
    headers = {"Range": f"bytes={start}-", "If-Range": validator} if start else {}
    try:
        response = _open(url, headers)
    except HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _forget(part)
        raise UnavailableError(
            f"{url} answers {error.code} {error.reason}: see https://grouplens.org/datasets/movielens/ for where "
            "the data is now; `almazara up` goes on with the embedded sample."
        ) from error
    with response:
        if response.status == HTTPStatus.PARTIAL_CONTENT:
            placed = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
            if not placed or int(placed[1]) != start or _validator(response) != validator:
                return _forget(part)
            return _copy(response, part, start, int(placed[2]), progress)
        with _writing(part):
            _forget(part)
            _validator_file(part).write_text(_validator(response), encoding="utf-8")
        length = response.headers.get("Content-Length")
        return _copy(response, part, 0, int(length) if length else None, progress)


def _resume_point(part: Path) -> tuple[int, str]:
    """Where to go on, and what the server said of that file; 0 where nothing can be trusted.

    The last byte is asked for again, so that a part that is complete already is no special case.
    """
    validator_file = _validator_file(part)
    validator = validator_file.read_text(encoding="utf-8") if validator_file.is_file() else ""
    if not validator or not part.is_file():
        return 0, ""
    return max(0, part.stat().st_size - 1), validator


def _validator(response: HTTPResponse) -> str:
    """What If-Range accepts (RFC 9110, 13.1.5): a strong ETag, else the date of the last change, else nothing."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")


def _validator_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.validator")


def _forget(part: Path) -> bool:
    _validator_file(part).unlink(missing_ok=True)
    part.unlink(missing_ok=True)
    return False


def _copy(response: HTTPResponse, part: Path, start: int, total: int | None, progress: ByteProgress) -> bool:
    """Write what comes from `start` on; False when it broke off before the end."""
    done = start
    with _writing(part), part.open("r+b" if start else "wb") as file:
        file.seek(start)
        file.truncate()
        while chunk := _read(response):
            file.write(chunk)
            done += len(chunk)
            progress(done, total)
    return chunk is not None if total is None else done == total


def _read(response: HTTPResponse) -> bytes | None:
    """The next bytes, none at the end, None when the connection broke off."""
    try:
        return response.read(_CHUNK)
    except (OSError, HTTPException):
        return None


def _open(url: str, headers: dict[str, str]) -> HTTPResponse:
    request = urllib.request.Request(  # noqa: S310 - fetch_movielens lets only http and https through
        url, headers={"User-Agent": "almazara", "Accept-Encoding": "identity", **headers}
    )
    try:
        response: HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310 - the same
    except HTTPError:
        raise
    except (OSError, HTTPException) as error:
        raise _unreachable(urlsplit(url).netloc, error) from error
    return response


def _published_md5(url: str) -> str | None:
    """The MD5 in the file beside the data, as `md5` or `md5sum` write it; None where there is no such file."""
    try:
        with _open(f"{url}.md5", {}) as response:
            text = (_read(response) or b"")[:_CHECKSUM_FILE_LIMIT].decode("ascii", errors="replace")
    except HTTPError as error:
        error.close()
        return None
    found = re.search(r"\b[0-9a-fA-F]{32}\b", text)
    return found[0].lower() if found else None


def _check(part: Path, published: str | None, record: Path) -> None:
    if not (_archive_is_sound(part) if published is None else _digest(part, "md5") == published):
        _forget(part)
        raise UnavailableError(
            f"{part.stem} arrived damaged: its checksum is wrong. It was removed; run it again, and "
            "`almazara up` goes on with the embedded sample meanwhile."
        )
    if published is None and _recorded(record) not in {"", _digest(part, "sha256")}:
        raise ConflictError(
            f"{part.stem} on the server is another file than the one fetched before; to accept the new one "
            f"delete {record} and run it again."
        )


def _archive_is_sound(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except ZIP_ERRORS:
        return False


def _recorded(record: Path) -> str:
    return record.read_text(encoding="ascii", errors="replace").split(" ")[0] if record.is_file() else ""


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"{path} cannot be written ({error.strerror or error}): make room or choose another folder and run it "
            "again; what has come so far stays."
        ) from error


def _unreachable(host: str, error: Exception) -> UnavailableError:
    reason = " ".join(str(getattr(error, "reason", None) or error).split())
    return UnavailableError(
        f"{host} could not be reached ({reason}); run it again with a connection, and `almazara up` goes on with "
        "the embedded sample meanwhile."
    )


KAGGLE: Final = "the-movies-dataset"
"""The data set that holds films."""
TITLES: Final = "titles"
"""What films are called in other languages; all other data sets hold ratings."""


def licence_of(data_set: str) -> str:
    """Under what terms a data set may be used."""
    return LICENCES[data_set]


def fetch_movies(settings: Settings, data_set: str, folder: Path | None, progress: Progress) -> Path:
    """Download a data set, by default below the home folder; returns the folder or zip file to build from.

    Raises:
        AlmazaraError: when it cannot be had; what has come so far stays, and another call goes on there.
    """
    folder = folder or settings.home_path / "raw" / data_set
    if data_set == KAGGLE:
        return fetch_kaggle(folder)
    return fetch_movielens(data_set, folder, lambda done, total: progress(f"Downloading {data_set}", done, total or 0))

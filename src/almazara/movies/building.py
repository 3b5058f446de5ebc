"""Raw films -> clean tables -> everything that the server reads -> one published version."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from almazara.artifacts import Artifact, open_artifacts, open_whole
from almazara.bounded import MEGABYTES, Tell, reading
from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.files import make_folder, unwritable, write_into
from almazara.movies.artifact import MOVIES, open_service, write
from almazara.runs import Progress
from almazara.settings import Settings

if TYPE_CHECKING:
    from almazara.movies.cleaning.cleaning import CleanCatalog

_TIMES_IN_MEMORY: Final = 20
_PACKED: Final = (".zip", ".gz")
_UNPACKED: Final = 4  # times as large are ratings and films that are packed


@dataclass(frozen=True, slots=True)
class Raw:
    """Where raw data lies: films, and what lies elsewhere of ratings and of titles in other languages."""

    folder: Path
    ratings: Path | None = None
    titles: Path | None = None

    def described(self) -> dict[str, str | None]:
        """For the manifest: a retraining looks there again."""
        return {name: str(place.resolve()) if place else None for name, place in asdict(self).items()}


def build_movies(
    settings: Settings,
    folder: Path,
    *,
    ratings: Path | None,
    titles: Path | None = None,
    sample: bool,
    progress: Progress,
) -> Artifact:
    """Raw files -> clean tables -> contract -> all that the server reads -> one published version; none on an error."""
    raw = Raw(folder, ratings, titles)
    clean = read_clean(settings, raw, progress)
    return publish_movies(settings, clean, {"sample": sample, "sources": raw.described()}, progress)


def write_metrics(artifact: Artifact, folder: Path) -> None:
    """Write `metrics.json` into a folder: the version, its films, and the rows read and kept of each raw file.

    Raises:
        UnavailableError: when the folder cannot be written.
    """
    files = artifact.manifest["report"]["files"].items()
    rows = {name: {"read": file["read"], "kept": file["kept"]} for name, file in files}
    figures = {"version": artifact.version, "films": artifact.manifest["metrics"]["films"], "rows": rows}
    write_into(folder, {"metrics.json": json.dumps(figures, indent=1).encode()})


def read_clean(settings: Settings, raw: Raw, progress: Progress) -> CleanCatalog:
    """Raw files -> clean tables that keep the contract; the files are read within bounded memory, see `_room`."""
    from almazara.movies.cleaning import contract, tables

    with TemporaryDirectory(prefix="almazara-") as target:
        function = f"{__name__}:clean_into"
        most = settings.reading_mb or _room(raw.folder, raw.ratings)
        for _ in reading(function, most, lambda stage: progress(stage, 0, 0), into=target, **raw.described()):
            pass
        clean = tables.read_clean(Path(target))
    contract.check(clean, settings.max_loss_share)
    return clean


def _room(*places: Path | None) -> int:
    """Megabytes for reading and cleaning: a file that is large itself may take in proportion, a small one never much.

    25 million ratings in a CSV file of 626 MB took 6.0 GB (29 November 2026), and what is asked for is counted.
    """
    bytes_kept = 0
    for place in places:
        if place is not None:
            for file in [place] if place.is_file() else place.rglob("*"):
                bytes_kept += (
                    file.stat().st_size * (_UNPACKED if file.suffix in _PACKED else 1) if file.is_file() else 0
                )
    return max(MEGABYTES, _TIMES_IN_MEMORY * bytes_kept // 10**6)


def clean_into(tell: Tell, into: str, folder: str, ratings: str | None, titles: str | None) -> Iterator[None]:
    """Raw files -> clean tables in a folder; finds nothing else."""
    from almazara.movies.cleaning import cleaning, tables
    from almazara.movies.cleaning.local_titles import with_local_titles
    from almazara.movies.raw import files, local_titles

    raw = files.read_raw(Path(folder), None if ratings is None else Path(ratings), tell)
    tell("Cleaning")
    clean = cleaning.clean(raw)
    del raw  # several times the memory of the clean tables
    with local_titles.local_titles(Path(folder), Path(titles) if titles else None, tell) as given:
        clean = with_local_titles(clean, given) if given else clean
    tables.write_clean(clean, Path(into))
    yield from ()


def publish_movies(
    settings: Settings, clean: CleanCatalog, described: Mapping[str, Any], progress: Progress
) -> Artifact:
    """Clean tables -> everything the server reads -> one published version.

    `described` is what the manifest says beyond what is said of every version; its `metrics` are added to.
    """

    def fill(target: Path) -> Mapping[str, Any]:
        _write_all(clean, target, progress)
        return {
            "report": clean.report.as_dict(),
            "parameters": {"max_loss_share": settings.max_loss_share},
            **described,
            "metrics": {"films": clean.tables["films"].height, **described.get("metrics", {})},
            "code": {"almazara": metadata.version("almazara"), "python": platform.python_version()},
        }

    return open_artifacts(settings).publish(MOVIES, fill, now=datetime.now(UTC), keep=settings.keep_versions)


def _write_all(clean: CleanCatalog, target: Path, progress: Progress) -> None:
    from almazara.movies.catalog.build import build_answers, build_search
    from almazara.movies.catalog.build_quarantine import build_quarantine
    from almazara.movies.cleaning import tables
    from almazara.movies.exploring.build import build_exploring
    from almazara.movies.exploring.correlations import build_correlations
    from almazara.movies.exploring.films import Films
    from almazara.movies.similar.build import build_recommended, build_similar
    from almazara.movies.users.build import build_users

    progress("Writing tables", 0, 0)
    tables.write_tables(clean, target)
    progress("Building the catalog", 0, 0)
    answers = build_answers(clean.tables)
    write(target, {**answers, **build_quarantine(clean.tables["quarantine"])})
    progress("Indexing titles and names", 0, 0)
    write(target, build_search(clean.tables, answers))
    exploring = {**build_exploring(clean.tables), "exploring_correlations": {}}
    write(target, exploring)
    films = Films({**answers, **exploring}.__getitem__, clean.report.as_dict())
    write(target, {"exploring_correlations": build_correlations(films)})
    similar = build_similar(clean.tables, answers["twins"]["labels"], partial(progress, "Finding similar films"))
    write(target, similar)
    write(target, build_users(clean.tables, partial(progress, "Learning from ratings")))
    recommended = build_recommended({**answers, **similar}, partial(progress, "Writing recommendations"))
    write(target, {"recommended": recommended})


def ensure_movies(settings: Settings, progress: Progress) -> Artifact:
    """The version in use, built from the embedded sample when nothing was ever built.

    A sample that another version of Almazara built, and that this one cannot open, is built again: it is nobody's data.

    Raises:
        NotFoundError: when there are versions and the one in use cannot be read: a sample must not take its place.
    """
    store = open_artifacts(settings)
    try:
        found = store.current(MOVIES)
        if not found.manifest.get("sample") or _opens(found):
            return found
    except NotFoundError as error:
        if store.versions(MOVIES):
            raise NotFoundError(f"{error} Choose another one: almazara movies versions, then rollback.") from error
    from almazara.movies.sample import sample_files

    progress("Making the sample", 0, 0)
    folder = settings.home_path / "sample"
    try:
        make_folder(folder)
        for name, content in sample_files().items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise unwritable(folder, error) from error
    return build_movies(settings, folder, ratings=None, sample=True, progress=progress)


def _opens(artifact: Artifact) -> bool:
    """Whether this version of Almazara can answer from it; what is damaged it cannot."""
    with suppress(UnavailableError):
        open_whole(artifact, partial(open_service, min_votes=0))
        return True
    return False


def fetch_titles(settings: Settings, folder: Path | None, progress: Progress) -> Path:
    """Titles of the published films in other languages, from Wikidata: the file to build with.

    Raises:
        AlmazaraError: when there are none to ask for, or they cannot be had; another call goes on there.
    """
    from almazara.movies.cleaning.tables import read_table
    from almazara.movies.raw import wikidata

    artifact = open_artifacts(settings).current(MOVIES)
    if artifact.manifest.get("sample"):
        raise InputError("The films of the sample are invented: build a catalog first, with almazara movies build.")
    keys = open_whole(artifact, lambda whole: read_table(whole.path, "film_keys"))
    ids = keys["imdb_id"].drop_nulls().to_list()
    return wikidata.fetch_titles(ids, folder or settings.home_path / "raw", settings.contact_url, progress)

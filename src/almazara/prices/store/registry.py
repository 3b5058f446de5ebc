"""The registry of observation stores: a URL's scheme names the module that opens it, imported only then."""

import importlib
from pathlib import Path
from typing import Final, cast

from almazara.errors import InputError, UnavailableError
from almazara.files import make_folder, unwritable
from almazara.prices.store.migration import RESTORING
from almazara.prices.store.protocol import ObservationStore
from almazara.settings import Settings
from almazara.words.said import said

STORES: Final = {
    "sqlite": "almazara.prices.store.sql",
    "postgresql": "almazara.prices.store.sql",
    "dynamodb": "almazara.prices.store.dynamodb",
}


def store_at(url: str) -> ObservationStore:
    """Open the store that `url` names, creating or migrating its tables when needed.

    Args:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user:password@host/name` or
            `dynamodb://table?region=eu-west-1&endpoint=http://localhost:8000`.

    Raises:
        InputError: when the URL names no known kind of store, or cannot be understood by it.
        MissingExtraError: when the store's driver is not installed.
        UnavailableError: when the store does not answer, or was written by a newer Almazara.
    """
    scheme = url.partition(":")[0]
    if scheme not in STORES:
        raise InputError(f"The store {scheme!r} is not known: a store's URL begins with {', '.join(STORES)}.")
    return cast("ObservationStore", importlib.import_module(STORES[scheme]).open_url(url))


def store_in(path: Path) -> ObservationStore:
    """Open the store in an SQLite file, whatever its path holds; see `store_at`."""
    from almazara.prices.store.sql import open_file

    return open_file(path)


def is_shared(settings: Settings) -> bool:
    """Whether other machines may use the store of the settings too."""
    url = settings.store_url
    return url is not None and not url.get_secret_value().startswith("sqlite")


def open_store(settings: Settings, *, half_restored: bool = False) -> ObservationStore:
    """The store that the settings name, by default an SQLite file in the home folder.

    Raises:
        UnavailableError: when the restore of a backup into it has not ended, unless `half_restored`; see `store_at`.
    """
    store = _store_of(settings)
    if half_restored:
        return store
    try:
        _refuse_half_restored(store)
    except BaseException:
        store.close()
        raise
    return store


def _refuse_half_restored(store: ObservationStore) -> None:
    if begun := store.document(*RESTORING):
        raise UnavailableError(said("prices_refused.store.half_restored", made_at=str(begun["made_at"])))


def _store_of(settings: Settings) -> ObservationStore:
    if settings.store_url is not None:
        return store_at(settings.store_url.get_secret_value())
    try:
        make_folder(settings.home_path)
    except OSError as error:
        raise unwritable(settings.home_path, error) from error
    return store_in(settings.home_path / "prices.db")

"""The registry of observation stores: a URL's scheme names the module that opens it, imported only then."""

from __future__ import annotations

import importlib
from typing import Final, cast

from almazara.errors import InputError
from almazara.prices.ports import ObservationStore

STORES: Final = {
    "sqlite": "almazara.prices.adapters.sql",
    "postgresql": "almazara.prices.adapters.sql",
    "dynamodb": "almazara.prices.adapters.dynamodb",
}


def open_store(url: str) -> ObservationStore:
    """Open the store that `url` names, creating or migrating its tables when needed.

    Args:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user:password@host/name` or
            `dynamodb://table?region=eu-west-1&endpoint=http://localhost:8000`.

    Raises:
        InputError: when the URL names no known kind of store.
        MissingExtraError: when the store's driver is not installed.
        UnavailableError: when the store does not answer, or was written by a newer Almazara.
    """
    scheme = url.partition(":")[0]
    if scheme not in STORES:
        raise InputError(f"The store {scheme!r} is not known: a store's URL begins with {', '.join(STORES)}.")
    return cast("ObservationStore", importlib.import_module(STORES[scheme]).open_url(url))

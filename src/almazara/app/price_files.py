"""Builds what the price product does with files and other stores: saved pages, histories, migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from almazara.prices.store.protocol import ObservationStore

if TYPE_CHECKING:
    from almazara.prices.exchange.files import ExportReport, ImportReport


def import_file(
    store: ObservationStore, path: Path, *, file_format: str | None, currency: str | None, category: str | None
) -> ImportReport:
    """Take a history file into a store; see `exchange_files.import_file`."""
    from almazara.prices.exchange import files
    from almazara.prices.exchange.rows import Defaults

    return files.import_file(
        store, path, now=datetime.now(UTC), file_format=file_format, defaults=Defaults(currency, category)
    )


def export_file(
    store: ObservationStore, path: Path, *, file_format: str | None, listing_ids: list[str] | None
) -> ExportReport:
    """Write histories into a file; see `exchange_files.export_file`."""
    from almazara.prices.exchange import files

    return files.export_file(store, path, file_format=file_format, listing_ids=listing_ids)

"""Builds what the price product does with files and other stores: saved pages, histories, migrations."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from almazara.errors import InputError
from almazara.prices import pages
from almazara.prices.ports import ObservationStore
from almazara.prices.replaying import ReplayReport, replay
from almazara.settings import Settings
from almazara.wiring.movies import Progress
from almazara.wiring.prices import open_store, snapshots

if TYPE_CHECKING:
    from almazara.prices.adapters.exchange_files import ExportReport, ImportReport
    from almazara.prices.migration import MigrationReport


def saved_page(path: Path) -> bytes:
    """The bytes of a saved page, plain or gzip.

    Raises:
        InputError: when the file cannot be read.
    """
    from almazara.prices.adapters.snapshots import read_body

    try:
        return read_body(path)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"The page {path} cannot be read: {error}.") from error


def replay_pages(settings: Settings, folder: Path | None, store_url: str | None, progress: Progress) -> ReplayReport:
    """Read kept pages again, into the store of the settings or another one."""
    from almazara.prices.adapters import stores
    from almazara.prices.adapters.snapshots import Snapshots

    if folder is not None and not folder.is_dir():
        raise InputError(f"There is no folder {folder} with kept pages.")
    kept = Snapshots(folder) if folder else snapshots(settings)
    store = stores.open_store(store_url) if store_url else open_store(settings)
    report = ReplayReport()
    try:
        total = len(list(kept.root.glob("*/*/*.json")))
        pages_kept = ((one.shop, one.sku, one.page) for one in kept.iterate())
        for done, step in enumerate(replay(store, pages_kept, pages.read), start=1):
            report = step
            progress("reading kept pages", done, total)
    finally:
        store.close()
    return report


def import_file(
    store: ObservationStore, path: Path, *, file_format: str | None, currency: str | None, category: str | None
) -> ImportReport:
    """Take a history file into a store; see `exchange_files.import_file`."""
    from almazara.prices.adapters import exchange_files
    from almazara.prices.exchange import Defaults

    return exchange_files.import_file(
        store, path, now=datetime.now(UTC), file_format=file_format, defaults=Defaults(currency, category)
    )


def export_file(
    store: ObservationStore, path: Path, *, file_format: str | None, listing_ids: list[str] | None
) -> ExportReport:
    """Write histories into a file; see `exchange_files.export_file`."""
    from almazara.prices.adapters import exchange_files

    return exchange_files.export_file(store, path, file_format=file_format, listing_ids=listing_ids)


def migrate_store(settings: Settings, target_url: str, progress: Progress) -> MigrationReport:
    """Copy the store of the settings into another one; see `migration.migrate`."""
    from almazara.prices.adapters import stores
    from almazara.prices.migration import migrate

    source, target = open_store(settings), stores.open_store(target_url)
    try:
        return migrate(source, target, lambda step: progress("copying", step.done, step.total))
    finally:
        source.close()
        target.close()

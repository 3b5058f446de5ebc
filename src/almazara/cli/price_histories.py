"""`almazara prices ...` of histories: shown, read again from kept pages, taken in, written out, copied elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almazara.cli.output import (
    AsJson,
    Table,
    language,
    load_settings,
    one_of,
    opened_prices,
    print_answer,
    showing_progress,
)
from almazara.errors import InputError
from almazara.words import numbers
from almazara.words.numbers import Language

if TYPE_CHECKING:
    from almazara.prices.answers import DataQuery
    from almazara.prices.service import PriceService

ProductId = Annotated[str, typer.Argument(metavar="PRODUCT", help="Id of a product, `shop:code`; see `list`.")]
Products = Annotated[list[str] | None, typer.Argument(metavar="[PRODUCT]...", help="Ids; all by default.")]
Format = Annotated[str | None, typer.Option("--format", help="csv, parquet, keepa or heisse-preise.")]
Moment = datetime | None


def history(
    product: ProductId,
    start: Annotated[Moment, typer.Option(help="From this day on (UTC).")] = None,
    end: Annotated[Moment, typer.Option(help="Before this day (UTC).")] = None,
    daily: Annotated[bool, typer.Option(help="One value a day, gaps and stock-outs marked.")] = False,
    price: Annotated[str | None, typer.Option(help="Another price of its page: coupon, club, seller, ...")] = None,
    as_json: AsJson = False,
) -> None:
    """The history of a product."""
    from almazara.prices.answering.history import MAX_ROWS
    from almazara.prices.answering.story import size_notices
    from almazara.prices.answers import DataQuery
    from almazara.prices.schema import PriceName

    shown = None if price is None else one_of(PriceName, price, "named price")
    query = DataQuery(product=product, start=_utc(start), end=_utc(end), limit=MAX_ROWS, price=shown)
    with opened_prices() as prices:
        rows = list(_history(prices.service, query, daily=daily))
        notices = size_notices(prices.service.product(product), datetime.now(UTC), load_settings().timezone)
    spoken = language(Language.EN)
    told = (notice.text(spoken) for notice in notices)
    print_answer(rows, [_history_table(rows, spoken, daily=daily), *told], as_json=as_json)


def _history(service: PriceService, query: DataQuery, *, daily: bool) -> Iterator[Any]:
    """The rows of all pages."""
    cursor: str | None = ""
    while cursor is not None:
        if daily:
            rows, cursor = service.daily(query)
            yield from rows
        else:
            page = service.data(query)
            cursor = page.next_cursor
            yield from service.rows(page.observations)
        query = replace(query, cursor=cursor)


def _history_table(rows: Iterable[Any], spoken: Language, *, daily: bool) -> Table:
    if daily:
        told = ([row.date, *priced(row, spoken), row.state] for row in rows)
        return Table(["date", "price", "per litre", "state"], told)
    told = ([row.observed_at, *priced(row, spoken), row.availability.value, row.source] for row in rows)
    return Table(["observed at", "price", "per litre", "stock", "source"], told)


def priced(row: Any, spoken: Language) -> tuple[str, str]:  # noqa: ANN401 - an observation, a day, a newest price
    """The price, and that of a litre, as tables show them."""
    return written(row.price, row.currency, spoken), written_per_litre(row.price_per_litre, row.currency, spoken)


def written(price: Decimal | float | None, currency: str | None, spoken: Language) -> str:
    """A price as tables show it."""
    return "" if price is None else numbers.money(Decimal(str(price)), currency, spoken)


def written_per_litre(price: Decimal | float | None, currency: str | None, spoken: Language) -> str:
    """The price of a litre as tables show it."""
    return "" if price is None else numbers.per_litre(Decimal(str(price)), currency, spoken)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def replay(
    folder: Annotated[Path | None, typer.Argument(help="Kept pages; those of the home folder by default.")] = None,
    store: Annotated[str | None, typer.Option(help="URL of another store, to rebuild the history in it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the kept pages again, after a rule was mended."""
    from almazara.prices.collecting.replaying import replay_pages

    with showing_progress() as progress:
        report = replay_pages(load_settings(), folder, store, progress)
    answer = {"counts": report.counts, "different": report.different}
    counts = Table(["what", "pages or observations"], sorted(report.counts.items()))
    spoken = language(Language.EN)
    different = (
        f"differs: {one.listing_id} at {one.observed_at}: now {written(one.price, one.currency, spoken)}"
        for one in report.different
    )
    print_answer(answer, [counts, *different], as_json=as_json)


def import_history(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet, Keepa-style or heisse-preise-style history.")],
    file_format: Format = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code, where the file has none.")] = None,
    category: Annotated[str | None, typer.Option(help="Category, where the file has none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in a history; rows that cannot be read surely are refused and named."""
    from almazara.prices.exchange.files import import_file
    from almazara.prices.exchange.rows import Defaults

    with opened_prices() as prices, showing_progress() as progress:
        progress(f"importing {file.name}", 0, 0)
        report = import_file(
            prices.store,
            file,
            now=datetime.now(UTC),
            file_format=file_format,
            defaults=Defaults(currency, category),
            reading_mb=load_settings().reading_mb,
        )
    told = (
        f"{report.read} rows read: {report.imported} imported, {report.already_there} there already, "
        f"{report.held} held, {report.refused} refused; {report.listings} new products."
    )
    refusals = (f"line {refusal.line}: {refusal.reason}" for refusal in report.refusals)
    notes = (f"line {note.line}: {note.text}" if note.line else note.text for note in report.notes)
    print_answer(report, [told, *refusals, *notes], as_json=as_json)


def export_history(
    file: Annotated[Path, typer.Argument(help="The file to write; its name says the format.")],
    products: Products = None,
    file_format: Format = None,
    as_json: AsJson = False,
) -> None:
    """Write histories into a file."""
    from almazara.prices.exchange.files import export_file

    with opened_prices() as prices, showing_progress() as progress:
        progress(f"exporting {file.name}", 0, 0)
        report = export_file(prices.store, file, file_format=file_format, listing_ids=products)
    told = f"{report.written} observations written to {file}; {report.left_out} that the format cannot hold."
    print_answer(report, [told], as_json=as_json)


def migrate(
    target: Annotated[str, typer.Argument(help="URL of the store to fill.", envvar="ALMAZARA_MIGRATE_TO")],
    as_json: AsJson = False,
) -> None:
    """Copy prices and film events into another store; can be interrupted and called again; all of it is compared."""
    from almazara.app.migration import move_store

    with showing_progress() as progress:
        report = move_store(load_settings(), target, progress)
    told = (
        f"{report.verified} products verified, {report.observations} observations copied, "
        f"{report.resumed} products were done before; {report.film_events} film events verified."
    )
    print_answer(report, [told, *filter(None, [report.note])], as_json=as_json)
    for what, ids in (("products", report.mismatched), ("film events", report.different_film_events)):
        if ids:
            raise InputError(f"These {what} differ in the target: {', '.join(ids[:10])}.")

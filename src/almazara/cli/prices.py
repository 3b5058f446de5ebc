"""`almazara prices ...`: read, follow, scrape, look back, forecast, exchange."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almazara.cli import alerts, forecasts, price_advice, price_forecast, price_lstm
from almazara.cli.output import AsJson, load_settings, print_json, print_table, showing_progress

if TYPE_CHECKING:
    from almazara.app.prices import Prices
    from almazara.prices.collecting.runs import RunView
    from almazara.prices.schema import Run
    from almazara.prices.store.protocol import ObservationStore

app = typer.Typer(help="Prices: from a page to a forecast and an alert.", no_args_is_help=True)
app.add_typer(alerts.app, name="alert")
app.command("forecast")(price_forecast.forecast)
app.command("train-lstm")(price_lstm.train_lstm)
for command in (
    price_advice.advice,
    price_advice.cheapest,
    price_advice.advise,
    forecasts.score,
    forecasts.versions,
    forecasts.rollback,
):
    app.command()(command)

ProductId = Annotated[str, typer.Argument(metavar="PRODUCT", help="Id of a product, `shop:code`; see `list`.")]
Products = Annotated[list[str] | None, typer.Argument(metavar="[PRODUCT]...", help="Ids; all by default.")]
Format = Annotated[str | None, typer.Option("--format", help="csv, parquet, keepa or heisse-preise.")]
Moment = datetime | None


@app.command()
def read(
    page: Annotated[Path, typer.Argument(help="A saved page, plain or gzip.")],
    url: Annotated[str, typer.Option(help="The address that the page was saved from.")],
    status: Annotated[int, typer.Option(help="HTTP status with which it came.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Read one saved page: the offer it shows, or why there is none."""
    from almazara.prices import pages
    from almazara.prices.fetching.snapshots import saved_page
    from almazara.prices.pages.outcome import as_dict

    found = as_dict(pages.read(saved_page(page), url=url, status=status))
    if as_json:
        print_json(found)
        return
    print_table(["field", "value"], [[name, value] for name, value in found.items() if value not in (None, [])])


@app.command()
def track(
    product: Annotated[str | None, typer.Argument(help="Address, ASIN, or `search: words`.")] = None,
    marketplace: Annotated[str | None, typer.Option(help="Of an ASIN or search: es, amazon.es, ...")] = None,
    category: Annotated[str | None, typer.Option(help="A word to group products by.")] = None,
    target: Annotated[str | None, typer.Option(help="Tell me at or below this price.")] = None,
    default: Annotated[
        bool, typer.Option("--default", help="Follow the default list: olive oil on amazon.es.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Follow a product, a search, or the default list."""
    with _opened() as prices:
        if default:
            added = _track_default(prices.store)
            typer.echo(f"{added} searches of the default list are followed; `almazara prices scrape` reads them.")
            return
        if product is None:
            raise _input_error("Say what to follow: an address, an ASIN, `search: words`, or --default.")
        found, is_new = prices.service.add_product(
            product, marketplace=marketplace, category=category, target_price=_amount(target)
        )
        if as_json:
            print_json(found)
        else:
            typer.echo(f"{'Followed now' if is_new else 'Followed already'}: {found.id} {found.url}")


@app.command()
def untrack(product: ProductId) -> None:
    """Follow a product no longer; its history stays."""
    with _opened() as prices:
        prices.service.remove_product(product)
        typer.echo(f"{product} is not followed any more; its history stays.")


@app.command("list")
def list_products(
    category: Annotated[str | None, typer.Option(help="Only this category.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what is not followed.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is followed, with its newest price."""
    with _opened() as prices:
        products = prices.service.products(category=category, tracked=None if every else True)
    if as_json:
        print_json(products)
        return
    rows = [
        [one.id, one.title or one.url, one.category or "", *_latest(one.latest), one.target_price or ""]
        for one in products
    ]
    print_table(["id", "title", "category", "price", "per litre", "read", "target"], rows)


@app.command()
def scrape(
    products: Products = None,
    forecast: Annotated[
        bool, typer.Option("--forecast/--no-forecast", help="Make the forecasts anew after it.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Read what is followed now, one page at a time; then alerts and forecasts."""
    from almazara.app.prices import retrain as make_forecasts

    settings = load_settings()
    with _opened() as prices, showing_progress() as progress:

        def on_progress(run: Run) -> None:
            total = run.counts.get("requested", 0)
            progress(f"reading {run.shop}", total - len(run.pending), total)

        run = prices.jobs.run(products, on_progress)
        if forecast:
            make_forecasts(settings, prices, progress)
    _print_run(run, as_json=as_json)
    if run.state == "failed" or not any(run.counts[name] for name in ("observed", "unchanged", "unavailable", "held")):
        raise typer.Exit(1)


@app.command()
def replay(
    folder: Annotated[Path | None, typer.Argument(help="Kept pages; those of the home folder by default.")] = None,
    store: Annotated[str | None, typer.Option(help="URL of another store, to rebuild the history in it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the kept pages again, after a rule was mended."""
    from almazara.prices.collecting.replaying import replay_pages

    with showing_progress() as progress:
        report = replay_pages(load_settings(), folder, store, progress)
    if as_json:
        print_json({"counts": report.counts, "different": report.different})
        return
    print_table(["what", "pages or observations"], sorted(report.counts.items()))
    for one in report.different:
        typer.echo(f"differs: {one.listing_id} at {one.observed_at}: now {one.price} {one.currency}")


@app.command()
def history(
    product: ProductId,
    start: Annotated[Moment, typer.Option(help="From this day on (UTC).")] = None,
    end: Annotated[Moment, typer.Option(help="Before this day (UTC).")] = None,
    daily: Annotated[bool, typer.Option(help="One value a day, gaps and stock-outs marked.")] = False,
    as_json: AsJson = False,
) -> None:
    """The history of a product."""
    from almazara.prices.answers import DataQuery
    from almazara.prices.service import MAX_ROWS

    query = DataQuery(product=product, start=_utc(start), end=_utc(end), limit=MAX_ROWS)
    with _opened() as prices:
        rows: list[Any] = []
        while True:
            page, cursor = _page(prices, query, daily=daily)
            rows += page
            if cursor is None:
                break
            query = DataQuery(product=product, start=_utc(start), end=_utc(end), limit=MAX_ROWS, cursor=cursor)
    if as_json:
        print_json(rows)
    elif daily:
        print_table(
            ["date", "price", "state"], [[row.date, _money(row.price, row.currency), row.state] for row in rows]
        )
    else:
        cells = [[row.observed_at, _money(row.price, row.currency), row.availability.value, row.source] for row in rows]
        print_table(["observed at", "price", "stock", "source"], cells)


@app.command()
def retrain(
    run_id: Annotated[str | None, typer.Option(hidden=True, help="Run that a server has begun.")] = None,
    lock: Annotated[int | None, typer.Option(hidden=True, help="Descriptor of the lock that it holds.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make all forecasts anew."""
    from almazara.app.prices import retrain as make_forecasts

    with _opened() as prices, showing_progress() as progress:
        artifact = make_forecasts(load_settings(), prices, progress, run_id=run_id, lock=lock)
    if as_json:
        print_json(artifact.manifest)
    else:
        counts = artifact.manifest["metrics"]
        typer.echo(f"{counts['forecast']} products forecast, {counts['refused']} with too little history.")


@app.command("import")
def import_history(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet, Keepa-style or heisse-preise-style history.")],
    file_format: Format = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code, where the file has none.")] = None,
    category: Annotated[str | None, typer.Option(help="Category, where the file has none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in a history; rows that cannot be read surely are refused and named."""
    from almazara.app.price_files import import_file

    with _opened() as prices, showing_progress() as progress:
        progress(f"importing {file.name}", 0, 0)
        report = import_file(prices.store, file, file_format=file_format, currency=currency, category=category)
    if as_json:
        print_json(report)
        return
    typer.echo(
        f"{report.read} rows read: {report.imported} imported, {report.already_there} there already, "
        f"{report.refused} refused; {report.listings} new products."
    )
    for refusal in report.refusals:
        typer.echo(f"line {refusal.line}: {refusal.reason}")


@app.command("export")
def export_history(
    file: Annotated[Path, typer.Argument(help="The file to write; its name says the format.")],
    products: Products = None,
    file_format: Format = None,
) -> None:
    """Write histories into a file."""
    from almazara.app.price_files import export_file

    with _opened() as prices, showing_progress() as progress:
        progress(f"exporting {file.name}", 0, 0)
        report = export_file(prices.store, file, file_format=file_format, listing_ids=products)
    typer.echo(f"{report.written} observations written to {file}; {report.left_out} that the format cannot hold.")


@app.command()
def migrate(
    target: Annotated[str, typer.Argument(help="URL of the store to fill.", envvar="ALMAZARA_MIGRATE_TO")],
    as_json: AsJson = False,
) -> None:
    """Copy the whole store into another; can be interrupted and called again; verified by counts and checksums."""
    from almazara.prices.store.migration import migrate_store

    with showing_progress() as progress:
        report = migrate_store(load_settings(), target, progress)
    if as_json:
        print_json(report)
    else:
        typer.echo(
            f"{report.verified} products verified, {report.observations} observations copied, "
            f"{report.resumed} products were done before."
        )
    if report.mismatched:
        raise _input_error(f"These products differ in the target: {', '.join(report.mismatched[:10])}.")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Whether the scraper is well: what was read, how long ago, and what is wrong."""
    with _opened() as prices:
        report = prices.service.health()
    if as_json:
        print_json({"healthy": report.healthy, **_health_fields(report)})
    else:
        rows = [[name, "never" if days is None else f"{days:.1f}"] for name, days in report.days_since_read.items()]
        print_table(["product", "days since read"], rows)
        for sentence in report.sentences or ["Nothing is wrong."]:
            typer.echo(sentence)
    if not report.healthy:
        raise typer.Exit(1)


@contextmanager
def _opened() -> Iterator[Prices]:
    from almazara.app.prices import open_prices

    prices = open_prices(load_settings(), serving=False)
    try:
        yield prices
    finally:
        prices.close()


def _track_default(store: ObservationStore) -> int:
    from datetime import UTC

    from almazara.prices.collecting.default_listings import default_listings

    listings = default_listings(datetime.now(UTC))
    for listing in listings:
        if store.listing(listing.listing_id) is None:
            store.save_listing(listing)
    return len(listings)


def _page(prices: Prices, query: Any, *, daily: bool) -> tuple[list[Any], str | None]:  # noqa: ANN401 - imported late
    if daily:
        days, cursor = prices.service.daily(query)
        return list(days), cursor
    page = prices.service.data(query)
    return list(prices.service.rows(page.observations)), page.next_cursor


def _input_error(sentence: str) -> Exception:
    from almazara.errors import InputError

    return InputError(sentence)


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _input_error(f"The target {text!r} is no amount: write it like 24.95.") from None


def _utc(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return moment.replace(tzinfo=UTC) if moment else None


def _money(price: object, currency: str | None) -> str:
    return "" if price is None else f"{price} {currency}"


def _latest(latest: Any) -> list[object]:  # noqa: ANN401 - imported late
    if latest is None:
        return ["", "", "never"]
    price = _money(latest.price, latest.currency) or latest.availability.value
    return [price, latest.price_per_litre or "", f"{latest.days_ago:.1f} days ago"]


def _print_run(run: RunView, *, as_json: bool) -> None:
    if as_json:
        print_json(run)
        return
    typer.echo(f"Run {run.run_id}: {', '.join(f'{count} {name}' for name, count in run.counts.items() if count)}.")
    for problem in run.problems:
        typer.echo(f"{problem.outcome}: {problem.listing_id}: {problem.reason}")


def _health_fields(report: Any) -> dict[str, Any]:  # noqa: ANN401 - imported late
    return {
        "shops": {name: rate.success for name, rate in report.shops.items()},
        "rules": {name: rate.success for name, rate in report.rules.items()},
        "days_since_read": report.days_since_read,
        "problems": report.sentences,
    }

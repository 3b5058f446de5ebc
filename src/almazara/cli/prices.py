"""`almazara prices ...`: all its commands, and those of what is followed and read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from almazara.cli import alerts, events, forecasts, goods, price_histories, saved_pages, shop_rules
from almazara.cli.output import (
    AsJson,
    Table,
    language,
    load_settings,
    newest_whole,
    opened_prices,
    print_answer,
    say,
    showing_progress,
)
from almazara.cli.price_histories import ProductId, Products, priced, written
from almazara.errors import InputError
from almazara.words.numbers import Language
from almazara.words.said import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from almazara.prices.answers import LatestPrice, Plan, Product
    from almazara.prices.schema import Run

_HOURS: Final = 24  # of a day


def track(
    product: Annotated[str | None, typer.Argument(help="Address, ASIN, `search: words`, or a kept id.")] = None,
    marketplace: Annotated[
        str | None, typer.Option(help="Of an ASIN or search: es, amazon.es, ...; the last one by default.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="A word to group products by.")] = None,
    target: Annotated[str | None, typer.Option(help="Tell me at or below this price.")] = None,
    default: Annotated[
        bool, typer.Option("--default", help="Follow the default list: olive oil on amazon.es.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Follow a product, a search, or the default list."""
    from almazara.prices.collecting.default_listings import follow_defaults
    from almazara.prices.collecting.following import keep_marketplace, marketplace_for

    with opened_prices() as prices:
        if default:
            added = follow_defaults(prices.store, datetime.now(UTC))
            told = f"{added} searches of the default list are followed; `almazara prices scrape` reads them."
            print_answer({"followed": added}, [told], as_json=as_json)
            return
        if product is None:
            raise InputError("Say what to follow: an address, an ASIN, `search: words`, or --default.")
        price = alerts.read_decimal(target, f"The target {target!r} is no amount")
        market, is_last = marketplace_for(prices.store, product, marketplace)
        found, is_new = prices.service.add_product(product, marketplace=market, category=category, target_price=price)
        if marketplace:
            keep_marketplace(prices.store, product, found.shop)
    told = f"{'Followed now' if is_new else 'Followed, with what is kept of it'}: {found.id} {found.url}"
    if is_last:
        say(f"Taken from {market}, the last --marketplace that was given.", err=True)
    notices = (notice.text(language(Language.EN)) for notice in found.notices)
    print_answer(found, [told, *notices], as_json=as_json)


def untrack(product: ProductId, as_json: AsJson = False) -> None:
    """Follow a product no longer; its history stays."""
    with opened_prices() as prices:
        prices.service.remove_product(product)
    told = f"{product} is not followed any more; its history stays."
    print_answer({"not_followed": product}, [told], as_json=as_json)


def list_products(
    category: Annotated[str | None, typer.Option(help="Only this category.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what is not followed.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is followed, with its newest price, and whether to buy now."""
    spoken = language(Language.EN)
    with opened_prices() as prices:
        newest_whole(prices.forecasts, "prices")
        kept = prices.service.products(category=category)
        plans = {row.product.id: row.plan for row in prices.service.overview(category=category)}
    products = [one for one in kept if every or one.tracked]
    rows = [
        [one.title or one.url, *_latest(one.latest, spoken), _advised(one, plans.get(one.id), spoken), one.id]
        for one in products
    ]
    columns = ["title", "price", "per litre", "read", "advice", "id"]
    table = [Table(columns, rows, cut=("title", "id"))] if rows else []
    print_answer(products, [*table, *_not_listed(len(products), len(kept))], as_json=as_json)


def _not_listed(listed: int, kept: int) -> Iterator[str]:
    """What stands in no table, and how to see it."""
    if others := kept - listed:
        nothing = "" if listed else "Nothing is followed. "
        yield f"{nothing}Kept and not followed, such as imports: {others}; `almazara prices list --all` lists them."
    elif not listed:
        yield "Nothing is kept yet; `almazara prices track ADDRESS` follows a product."


def scrape(
    products: Products = None,
    forecast: Annotated[
        bool, typer.Option("--forecast/--no-forecast", help="Make the forecasts anew after it.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Read what is followed now, one page at a time; then alerts and forecasts."""
    from almazara.app.mirror import share
    from almazara.prices import publishing

    with opened_prices() as prices, showing_progress() as progress:

        def on_progress(run: Run) -> None:
            total = run.counts.get("requested", 0)
            progress(f"reading {run.shop}", total - len(run.pending), total)

        run = prices.jobs.run(products, on_progress)
        if forecast:
            settings, now = load_settings(), datetime.now(UTC)
            try:
                share(settings, publishing.retrain(settings, prices.retraining, progress, now=now))
            except publishing.NothingToForecastError as nothing:  # of young prices: what was read is kept all the same
                say(nothing, err=True)
    counts = ", ".join(f"{count} {name}" for name, count in run.counts.items() if count)
    problems = (f"{problem.outcome}: {problem.listing_id}: {problem.reason}" for problem in run.problems)
    print_answer(run, [f"Run {run.run_id}: {counts}.", *problems], as_json=as_json)
    if not run.has_read:
        raise typer.Exit(1)


def doctor(as_json: AsJson = False) -> None:
    """Whether the scraper is well: what was read, how long ago, and what is wrong."""
    with opened_prices() as prices:
        report = prices.service.health()
        refused = newest_whole(prices.forecasts, "prices").refused
    spoken = language(Language.EN)
    problems = [one.text(spoken) for one in report.sentences]
    if refused:
        problems.append(said("prices.error.forecasts_refused", version=refused).text(spoken))
    answer = {
        "healthy": not problems,
        "shops": {name: rate.success for name, rate in report.shops.items()},
        "rules": {name: rate.success for name, rate in report.rules.items()},
        "days_since_read": report.days_since_read,
        "problems": problems,
    }
    rows = ([name, "never" if days is None else f"{days:.1f}"] for name, days in report.days_since_read.items())
    told = problems or [said("prices.health.well").text(spoken)]
    print_answer(answer, [Table(["product", "days since read"], rows), *told], as_json=as_json)
    if problems:
        raise typer.Exit(1)


def _latest(latest: LatestPrice | None, spoken: Language) -> list[str]:
    if latest is None:
        return ["", "", "never"]
    price, per_litre = priced(latest, spoken)
    hours = round(latest.days_ago * _HOURS)
    age = f"{hours} h ago" if hours < _HOURS else f"{hours // _HOURS} d ago"
    return [price or latest.availability.value, per_litre, age]


def _advised(product: Product, plan: Plan | None, spoken: Language) -> str:
    """What to do: `buy`, `wait for` a price, `unknown`; nothing of what is not followed."""
    if plan is None or plan.target_price is None or product.latest is None:
        return plan.action if plan else ""
    return f"{plan.action} for {written(plan.target_price, product.latest.currency, spoken)}"


app = typer.Typer(help="Prices: from a page to a forecast and an alert.", no_args_is_help=True)
app.add_typer(alerts.app, name="alert")
app.add_typer(events.app, name="events")
app.add_typer(shop_rules.app, name="rule")
app.add_typer(goods.app, name="goods")
app.command()(forecasts.forecast)
app.command()(forecasts.train_lstm)
app.command()(forecasts.advice)
app.command()(forecasts.cheapest)
app.command()(goods.basket)
app.command()(forecasts.advise)
app.command()(forecasts.score)
app.command()(forecasts.versions)
app.command()(forecasts.rollback)
app.command()(saved_pages.read)
app.command()(track)
app.command()(untrack)
app.command("list")(list_products)
app.command()(scrape)
app.command()(price_histories.replay)
app.command()(price_histories.history)
app.command()(forecasts.retrain)
app.command("import")(price_histories.import_history)
app.command("export")(price_histories.export_history)
app.command()(price_histories.migrate)
app.command()(doctor)

"""`almazara prices advice`, `cheapest`, `advise`: buy now or wait, which product, and the same for a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from almazara.cli.output import AsJson, load_settings, print_json, print_refused, print_table, showing_progress

Deadline = Annotated[int, typer.Option(help="Days within which one wants to have bought, 1 to 90.")]


def advice(
    product: Annotated[str, typer.Argument(help="Id of a product; see `list`.")],
    deadline_days: Deadline = 30,
    quantity: Annotated[int, typer.Option(help="How many are bought.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Buy now, or wait for a target price until a day; and why."""
    from almazara.app.prices import open_prices
    from almazara.prices.money import money

    prices = open_prices(load_settings(), serving=False)
    try:
        prices.forecasts.refresh()
        found = prices.service.advice(product, deadline_days, quantity)
    finally:
        prices.close()
    if as_json:
        print_json(found)
        return
    typer.echo(found.message)
    for reason in found.reasons:
        typer.echo(f"- {reason}")
    if found.cheapest and found.cheapest.switch:
        other = found.cheapest.offer
        per_litre = money(other.price_per_litre, other.currency)
        typer.echo(f"- {other.product} cuesta menos por litro: {per_litre} ({found.cheapest.saving_percent} % menos).")


def cheapest(
    category: Annotated[str, typer.Argument(help="Category of the products.")], as_json: AsJson = False
) -> None:
    """The offers of a category by price per litre."""
    from almazara.app.prices import open_prices
    from almazara.prices.money import money

    prices = open_prices(load_settings(), serving=False)
    try:
        found = prices.service.cheapest(category)
    finally:
        prices.close()
    if as_json:
        print_json(found)
        return
    rows = [
        [one.product, money(one.price_per_litre, one.currency), one.grade or "", one.title or ""]
        for one in found.offers
    ]
    print_table(["product", "per litre", "grade", "title"], rows)
    typer.echo(found.assumes)


def advise(
    source: Annotated[Path, typer.Option("--input", help="CSV of series_id, date, price; plain or gzip.")],
    cutoff: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the advice, the last that counts as known.")
    ],
    output: Annotated[Path, typer.Option(help="File for the advice: .parquet or .csv.")],
    deadline_days: Deadline = 30,
    as_json: AsJson = False,
) -> None:
    """Advice for all series of a file, learned from that file up to the cutoff alone."""
    from almazara.prices.buying.batch import advise_file

    with showing_progress() as progress:
        report = advise_file(source, output, cutoff=cutoff.date(), deadline_days=deadline_days, progress=progress)
    if as_json:
        print_json(report)
        return
    told = f"{report.wait} series to wait for, {report.buy} to buy now, in {output}"
    print_refused(told, report.refused_rows, report.refused_series)

"""`almazara prices forecast`: the kept forecast of a product, or forecasts of a file of prices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from almazara.cli.output import AsJson, load_settings, print_json, print_refused, print_table, showing_progress
from almazara.errors import InputError


def forecast(
    product: Annotated[str | None, typer.Argument(help="Id of a product, `shop:code`; see `list`.")] = None,
    source: Annotated[
        Path | None, typer.Option("--input", help="CSV of series_id, date, price; plain or gzip. Instead of a product.")
    ] = None,
    cutoff: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the file that counts as known.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="File for its forecasts: .parquet or .csv.")] = None,
    horizon: Annotated[int, typer.Option(help="Days ahead: 1 to 90, of a file to 365.")] = 30,
    levels: Annotated[str, typer.Option(help="A product's intervals in percent.")] = "80",
    as_json: AsJson = False,
) -> None:
    """The kept forecast of a product, and how its model did on the past; or forecasts of all series of a file."""
    if source is not None and product is None:
        if cutoff is None or output is None:
            raise InputError("Forecasts of a file need --cutoff and --output.")
        _forecast_file(source, cutoff, output, horizon, as_json=as_json)
    elif product is not None and source is None:
        _forecast_product(product, horizon, levels, as_json=as_json)
    else:
        raise InputError("Say what to forecast: the id of a product, or a file with --input.")


def _forecast_file(source: Path, cutoff: datetime, output: Path, horizon: int, *, as_json: bool) -> None:
    from almazara.prices.forecasting.batch import forecast_file

    with showing_progress() as progress:
        report = forecast_file(source, output, cutoff=cutoff.date(), horizon_days=horizon, progress=progress)
    if as_json:
        print_json(report)
        return
    told = f"{report.forecast} series forecast into {output}"
    print_refused(told, report.refused_rows, report.refused_series)


def _forecast_product(product: str, horizon: int, levels: str, *, as_json: bool) -> None:
    from almazara.app.prices import open_prices

    prices = open_prices(load_settings(), serving=False)
    try:
        prices.forecasts.refresh()
        found = prices.service.predict(product, horizon, _levels(levels))
    finally:
        prices.close()
    if as_json:
        print_json(found)
        return
    names = [f"{quantile.quantile:g}" for quantile in found.days[0].quantiles]
    rows = [[day.date, *(f"{quantile.price:.2f}" for quantile in day.quantiles)] for day in found.days]
    typer.echo(f"{found.product}: model {found.model}, in {found.currency}, from {found.cutoff}")
    print_table(["date", *names], rows)
    for one in found.backtest:
        typer.echo(f"{one.model}: error {_ratio(one.mae_ratio)}, CRPS {_ratio(one.crps_ratio)} of the last value's")


def _levels(text: str) -> list[int]:
    try:
        return [int(level) for level in text.split(",")]
    except ValueError:
        raise InputError(f"The levels {text!r} are no whole numbers: write them like 50,80.") from None


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"

"""`almazara prices train-lstm`: what the notebook does, on this machine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from almazara.cli.output import AsJson, print_json, showing_progress


def train_lstm(
    source: Annotated[Path, typer.Option("--input", help="Prices: series_id, date, price, currency (CSV, Parquet).")],
    folder: Annotated[Path, typer.Option("--output", help="New folder for the trained LSTM.")],
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day that is learned from; by default 72 days before the newest."),
    ] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code, where the file has none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train the LSTM on a file of prices; ALMAZARA_LSTM_MODEL=<output> then serves it."""
    from dataclasses import asdict

    from almazara.prices.forecasting import lstm_training

    with showing_progress() as progress:
        progress("reading prices", 0, 0)
        panel, refused_rows = lstm_training.read_panel(source, currency=currency)
        facts = lstm_training.train_lstm(panel, folder, progress, until=until.date() if until else None)
    if as_json:
        print_json({**asdict(facts), "refused_rows": refused_rows})
    else:
        typer.echo(
            f"Trained on {facts.windows} windows up to {facts.trained_until}, into {folder}; "
            f"{refused_rows} rows could not be read."
        )

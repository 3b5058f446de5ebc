"""`almazara prices score`, `versions`, `rollback`: how published forecasts did, and the way back to earlier ones."""

from __future__ import annotations

from typing import Annotated

import typer

from almazara.cli.output import AsJson, load_settings, print_json, print_table
from almazara.cli.versions import Version, go_back, show_versions


def score(
    days: Annotated[int, typer.Option(min=1, max=400, help="Days that have ended, looked back.")] = 28,
    as_json: AsJson = False,
) -> None:
    """How the published forecasts did once their days had come, by model and days ahead."""
    from almazara.app.prices import open_prices

    prices = open_prices(load_settings(), serving=False)
    try:
        report = prices.service.forecast_scores(days)
    finally:
        prices.close()
    if as_json:
        print_json(report)
        return
    rows = [
        [
            one.model,
            one.horizon,
            one.forecasts,
            f"{one.mae:.2%}",
            "" if one.mae_ratio is None else f"{one.mae_ratio:.2f}",
            f"{one.coverage_80:.0%}",
            f"{one.coverage_95:.0%}",
        ]
        for one in report.scores
    ]
    print_table(["model", "days ahead", "forecasts", "error", "beside last value", "80 % holds", "95 % holds"], rows)
    for sentence in report.drift:
        typer.echo(f"Drift: {sentence}")


def versions(as_json: AsJson = False) -> None:
    """The published versions of the forecasts, newest first."""
    from almazara.prices.publishing import FORECASTS

    show_versions(FORECASTS, ["forecast", "refused"], as_json=as_json)


def rollback(version: Version = None) -> None:
    """Go back to earlier forecasts; a running server takes them up."""
    from almazara.prices.publishing import FORECASTS

    go_back(FORECASTS, version, "forecast", "products forecast")

"""`almazara prices score`, `versions`, `rollback`: how published forecasts did, and the way back to earlier ones."""

from __future__ import annotations

from typing import Annotated

import typer

from almazara.cli.output import AsJson, load_settings, print_json, print_table


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
    from almazara.artifacts import open_artifacts
    from almazara.prices.publishing import FORECASTS

    store = open_artifacts(load_settings())
    current, found = store.current_version(FORECASTS), store.versions(FORECASTS)
    if as_json:
        print_json([{"current": one.version == current, **one.manifest} for one in found])
        return
    rows = [
        ["→" if one.version == current else "", one.version, *(one.manifest["metrics"][n] for n in _COUNTS)]
        for one in found
    ]
    print_table(["", "version", *_COUNTS], rows)


def rollback(
    version: Annotated[
        str | None, typer.Argument(help="Version to go to; the one before the current by default.")
    ] = None,
) -> None:
    """Go back to earlier forecasts; a running server takes them up."""
    from almazara.artifacts import open_artifacts
    from almazara.prices.publishing import FORECASTS

    artifact = open_artifacts(load_settings()).rollback(FORECASTS, version)
    typer.echo(f"Now in use: version {artifact.version}, {artifact.manifest['metrics']['forecast']} products forecast.")


_COUNTS = ("forecast", "refused")

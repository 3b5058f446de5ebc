"""`almazara prices ...` of what is to come: forecasts, how they did, and whether to buy now or wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from almazara.cli.output import (
    AsJson,
    Table,
    language,
    load_settings,
    newest_whole,
    opened_prices,
    print_answer,
    showing_progress,
)
from almazara.cli.versions import Version, go_back, show_versions
from almazara.errors import InputError
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import said

if TYPE_CHECKING:
    from almazara.prices.answers import Advice, Prediction
    from almazara.prices.buying.batch import AdviceReport
    from almazara.prices.forecasting.batch import BatchReport

Deadline = Annotated[int, typer.Option(help="Days within which one wants to have bought, 1 to 90.")]


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
    target: Annotated[
        float | None, typer.Option(help="Of a product: a price, to see the chance of it or less by day.")
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="Of a file: CSV of date, factor, group; what is announced, such as a tax."),
    ] = None,
    on: Annotated[
        str, typer.Option(help="Where a file of many series is forecast: here, processes:N, spark, spark:MASTER.")
    ] = "here",
    as_json: AsJson = False,
) -> None:
    """The kept forecast of a product, and how its model did on the past; or forecasts of all series of a file."""
    if source is not None and product is None:
        if cutoff is None or output is None:
            raise InputError("Forecasts of a file need --cutoff and --output.")
        _forecast_file(source, cutoff, output, horizon, events, on, as_json=as_json)
    elif product is not None and source is None:
        with opened_prices() as prices:
            newest_whole(prices.forecasts, "prices")
            found = prices.service.predict(product, horizon, _levels(levels), target)
        print_answer(found, _prediction_in_words(found, language(Language.EN)), as_json=as_json)
    else:
        raise InputError("Say what to forecast: the id of a product, or a file with --input.")


def _forecast_file(
    source: Path, cutoff: datetime, output: Path, horizon: int, events: Path | None, on: str, *, as_json: bool
) -> None:
    from almazara.prices.forecasting.batch import forecast_file

    with showing_progress() as progress:
        report = forecast_file(
            source,
            output,
            cutoff=cutoff.date(),
            horizon_days=horizon,
            events=events,
            progress=progress,
            on=on,
            reading_mb=load_settings().reading_mb,
        )
    told = f"{report.forecast} series forecast into {output}"
    print_answer(report, _told_of_file(told, report), as_json=as_json)


def _levels(text: str) -> list[int]:
    try:
        return [int(level) for level in text.split(",")]
    except ValueError:
        raise InputError(f"The levels {text!r} are no whole numbers: write them like 50,80.") from None


def _prediction_in_words(found: Prediction, spoken: Language) -> Iterator[str | Table]:
    names = [f"{quantile.quantile:g}" for quantile in found.days[0].quantiles]
    told = {"change": "chance_of_change", "fall": "chance_of_fall", f"<= {found.target}": "chance_at_target"}
    decimals = numbers.places(found.currency)
    known = {name: of for name, of in told.items() if getattr(found.days[0], of) is not None}
    rows = (
        [
            day.date,
            *(numbers.number(quantile.price, decimals, spoken) for quantile in day.quantiles),
            *(f"{getattr(day, of):.0%}" for of in known.values()),
        ]
        for day in found.days
    )
    yield f"{found.product}: model {found.model}, in {found.currency}, from {found.cutoff}"
    yield Table(["date", *names, *known], rows)
    if found.probable_change:
        yield f"Probably another price from {found.probable_change} on."
    for one in found.backtest:
        yield f"{one.model}: error {_ratio(one.mae_ratio)}, CRPS {_ratio(one.crps_ratio)} of the last value's"


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def retrain(
    run_id: Annotated[str | None, typer.Option(hidden=True, help="Run that a server has begun.")] = None,
    lock: Annotated[int | None, typer.Option(hidden=True, help="Descriptor of the lock that it holds.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for metrics.json, and backtests.csv of every product and model.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make all forecasts anew."""
    from almazara.app.mirror import share
    from almazara.prices import publishing

    with opened_prices(patient=run_id is not None) as prices, showing_progress() as progress:
        try:
            artifact = publishing.retrain(
                load_settings(), prices.retraining, progress, now=datetime.now(UTC), run_id=run_id, lock=lock
            )
        except publishing.NothingToForecastError:
            if run_id is None:
                raise
            return  # the run that a server began tells it, and that is no failure
        share(load_settings(), artifact)
    if output:
        publishing.write_metrics(artifact, output)
    counts = artifact.manifest["metrics"]
    spoken = language(Language.EN)
    made = counts["forecast"]
    told = [f"{made} {'product' if made == 1 else 'products'} forecast."]
    told += [f"No forecast: {one.text(spoken)}." for one in publishing.not_forecast_of(artifact)]
    print_answer(artifact.manifest, [*told, *publishing.left_out_of(artifact)], as_json=as_json)


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
    told = (
        f"Trained on {facts.windows} windows up to {facts.trained_until}, into {folder}; "
        f"{refused_rows} rows could not be read."
    )
    print_answer({**asdict(facts), "refused_rows": refused_rows}, [told], as_json=as_json)


def score(
    days: Annotated[int, typer.Option(min=1, max=400, help="Days that have ended, looked back.")] = 28,
    as_json: AsJson = False,
) -> None:
    """How the published forecasts did once their days had come, by model and days ahead."""
    with opened_prices() as prices:
        report = prices.service.forecast_scores(days, language(Language.EN))
    columns = ["model", "days ahead", "forecasts", "error", "beside last value", "80 % holds", "95 % holds"]
    columns += ["changed", "said to change", "Brier"]
    rows = []
    for one in report.scores:
        beside = "" if one.mae_ratio is None else f"{one.mae_ratio:.2f}"
        held = f"{one.coverage_80:.0%}", f"{one.coverage_95:.0%}"
        model = f"{one.model}, announced moves" if one.announced else one.model
        told = ["" if of is None else f"{of:.0%}" for of in (one.changed, one.chance_of_change)]
        told.append("" if one.brier is None else f"{one.brier:.3f}")
        rows.append([model, one.horizon, one.forecasts, f"{one.mae:.2%}", beside, *held, *told])
    drift = (f"Drift: {sentence}" for sentence in report.drift)
    print_answer(report, [Table(columns, rows), *drift], as_json=as_json)


def versions(as_json: AsJson = False) -> None:
    """The published versions of the forecasts, newest first."""
    from almazara.prices.publishing import FORECASTS

    show_versions(FORECASTS, ["forecast", "refused"], as_json=as_json)


def rollback(version: Version = None, as_json: AsJson = False) -> None:
    """Go back to earlier forecasts; a running server takes them up."""
    from almazara.prices.publishing import FORECASTS

    go_back(FORECASTS, version, "forecast", "products forecast", as_json=as_json)


def advice(
    product: Annotated[str, typer.Argument(help="Id of a product; see `list`.")],
    deadline_days: Deadline = 30,
    quantity: Annotated[int, typer.Option(help="How many are bought.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Buy now, or wait for a target price until a day; and why."""
    with opened_prices() as prices:
        newest_whole(prices.forecasts, "prices")
        found = prices.service.advice(product, deadline_days, quantity, language(Language.ES))
    print_answer(found, _advice_in_words(found), as_json=as_json)


def _advice_in_words(found: Advice) -> Iterator[str]:
    yield found.message
    yield from (f"- {reason}" for reason in found.reasons)
    if found.cheapest and found.cheapest.switch:
        other, spoken = found.cheapest.offer, language(Language.ES)
        litre, share = numbers.per_litre(other.price_per_litre, other.currency, spoken), found.cheapest.saving_percent
        cheaper = said("prices.cheapest.other", product=other.product, price=litre, share=share / 100)
        yield f"- {cheaper.text(spoken)}"


def cheapest(
    category: Annotated[str, typer.Argument(help="Category of the products.")], as_json: AsJson = False
) -> None:
    """The offers of a category by price per litre."""
    spoken = language(Language.ES)
    with opened_prices() as prices:
        found = prices.service.cheapest(category, spoken)
    rows = (
        [one.product, numbers.per_litre(one.price_per_litre, one.currency, spoken), one.grade or "", one.title or ""]
        for one in found.offers
    )
    print_answer(found, [Table(["product", "per litre", "grade", "title"], rows), found.assumes], as_json=as_json)


def advise(
    source: Annotated[Path, typer.Option("--input", help="CSV of series_id, date, price; plain or gzip.")],
    cutoff: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the advice, the last that counts as known.")
    ],
    output: Annotated[Path, typer.Option(help="File for the advice: .parquet or .csv.")],
    deadline_days: Deadline = 30,
    events: Annotated[
        Path | None, typer.Option(help="CSV of date, factor, group; what is announced, such as a tax.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Advice for all series of a file, learned from that file up to the cutoff alone."""
    from almazara.prices.buying.batch import advise_file

    with showing_progress() as progress:
        report = advise_file(
            source,
            output,
            cutoff=cutoff.date(),
            deadline_days=deadline_days,
            events=events,
            progress=progress,
            reading_mb=load_settings().reading_mb,
        )
    counts = f"{report.wait} series to wait for, {report.buy} to buy now, {report.unknown} not known enough"
    told = f"{counts}, in {output}"
    print_answer(report, _told_of_file(told, report), as_json=as_json)


def _told_of_file(told: str, report: BatchReport | AdviceReport) -> Iterator[str]:
    """What became of a file, how much of it was refused, and why."""
    rows, series = report.refused_rows, report.refused_series
    yield f"{told}; {len(series)} series and {sum(rows.values())} rows refused, {len(report.held)} last prices held."
    yield from (f"{count} rows: {reason}" for reason, count in rows.items())
    yield from (f"{name}: {reason}" for name, reason in series.items())
    yield from (f"{name}: {reason} The price before it stands." for name, reason in report.held.items())
    yield from (f"{count} events: {reason}" for reason, count in report.refused_events.items())

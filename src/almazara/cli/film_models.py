"""`almazara movies evaluate` and `retrain`: what recommenders are worth on held-out ratings, and their renewal."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from almazara.cli.output import AsJson, Table, load_settings, print_answer, showing_progress

if TYPE_CHECKING:
    from almazara.movies.judging.evaluation import Evaluation
    from almazara.movies.renewing.training import Outcome

_SHOWN: Final = {
    "recall_at_20": "rec@20",
    "coverage_at_10": "cover",
    "train_cpu_seconds": "CPU s",
    "peak_megabytes": "MB",
}

Folder = Annotated[Path | None, typer.Option(help="Folder or zip of raw films; the published version by default.")]
Ratings = Annotated[Path | None, typer.Option(help="Folder or zip of MovieLens ratings, with --folder.")]


def evaluate(
    folder: Folder = None,
    ratings: Ratings = None,
    split: Annotated[
        str,
        typer.Option(help="random, temporal, time, cold, short, separated by commas; the first usual ones if empty."),
    ] = "",
    methods: Annotated[str, typer.Option(help="Names separated by commas; all that are installed if empty.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of splits, ties and intervals.")] = 0,
    output: Annotated[
        Path | None, typer.Option(help="Folder for tables and pictures; ALMAZARA_HOME/evaluation by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure all recommenders, ours and those of other libraries, on held-out ratings, and lists of similar films."""
    from almazara.movies.judging import evaluation
    from almazara.movies.judging.kept_evaluation import folder_of

    settings = load_settings()
    target = output or folder_of(settings)
    with showing_progress() as progress:
        data = evaluation.read_judged(settings, folder, ratings, progress)
        found = evaluation.evaluate(data, _words(split), _words(methods), seed, progress)
    evaluation.keep(settings, found, target, datetime.now(UTC))
    answer = {**found.described, "table": found.table.to_dicts()}
    print_answer(answer, _evaluation_in_words(found, target), as_json=as_json)


def retrain(
    folder: Annotated[Path | None, typer.Option(help="Folder or zip of raw films; the last one by default.")] = None,
    ratings: Ratings = None,
    titles: Annotated[
        Path | None, typer.Option(help="Titles in other languages, see build; the last ones by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the split, ties and intervals.")] = 0,
    run_id: Annotated[str | None, typer.Option(hidden=True, help="Run that a server has begun.")] = None,
    lock: Annotated[int | None, typer.Option(hidden=True, help="Descriptor of the lock that it holds.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build and train anew from raw data and events; publish unless the result is worse than what is published."""
    from almazara.app.mirror import share
    from almazara.artifacts import open_artifacts
    from almazara.movies.artifact import MOVIES
    from almazara.movies.renewing import training

    if run_id is not None:  # a server that ends terminates it: it ends like an interrupted one, and so does its child
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    with showing_progress() as progress:
        outcome = training.retrain(
            load_settings(),
            progress,
            folder=folder,
            ratings=ratings,
            titles=titles,
            seed=seed,
            run_id=run_id,
            lock=lock,
        )
        if outcome.version is not None:
            share(load_settings(), open_artifacts(load_settings()).get(MOVIES, outcome.version))
    print_answer(outcome.described(), _outcome_in_words(outcome), as_json=as_json)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _evaluation_in_words(found: Evaluation, target: Path) -> Iterator[str | Table]:
    from almazara.movies.judging.judgement import PRIMARY, wide

    for split, about in found.described["splits"].items():
        yield f"Split {split}: {', '.join(f'{name} {value}' for name, value in about.items())}"
        table = found.table.filter(split=split)
        bounds = {row["method"]: row for row in table.filter(metric=PRIMARY).iter_rows(named=True)}
        rows = [
            [row["method"], *_bounded(bounds[row["method"]]), *(_cell(row[name]) for name in _SHOWN)]
            for row in wide(table, [PRIMARY, *_SHOWN]).iter_rows(named=True)
        ]
        yield Table(["method", "NDCG@10", "from", "to", *_SHOWN.values()], rows)
    if found.similar is not None:
        yield f"Similar films: {found.similar.juzgadas} of {found.similar.peliculas} judged by what users see together"
        metrics = [metric.metrica for metric in found.similar.metodos[0].metricas]
        lists = found.similar.nested().items()
        yield Table(["method", *metrics], [[name, *(_cell(values[one]) for one in metrics)] for name, values in lists])
    for name, reason in found.described["failed"].items():
        yield f"not measured, {name}: {reason}"
    yield from _refused_in_words(found.described["report"])
    yield f"Written to {target}."


def _refused_in_words(report: Mapping[str, Any]) -> Iterator[str]:
    """What of the raw rows was not used, so that nothing is missed in silence."""
    for name, file in report.get("files", {}).items():
        unused = {**file["merged"], **file["dropped"]}
        if unused:
            counts = ", ".join(f"{count} {reason}" for reason, count in unused.items())
            yield f"{name}: {file['read']} rows read, {file['kept']} kept, {counts}"


def _outcome_in_words(outcome: Outcome) -> Iterator[str | Table]:
    rows = [[part, name, f"{value:.3f}"] for part, values in outcome.drift.items() for name, value in values.items()]
    if rows:
        yield Table(["drift of", "field", "index or share"], rows)
    yield outcome.sentence()


def _bounded(row: dict[str, float]) -> list[str]:
    return [_cell(row[name]) for name in ("value", "low", "high")]


def _cell(value: float) -> str:
    return f"{value:.3f}" if value < 100 else f"{value:.0f}"  # noqa: PLR2004 - digits, not meaning

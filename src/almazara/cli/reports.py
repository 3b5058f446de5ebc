"""`almazara movies report` and `almazara prices report`: what pages show, as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from almazara.cli.filters import Genres, YearMax, YearMin, filters_of
from almazara.cli.output import AsJson, load_settings, newest_whole, opened_prices, print_answer, showing_progress
from almazara.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from almazara.runs import Progress
    from almazara.web.reports.report import Kept, Report

Output = Annotated[Path, typer.Option(help="The HTML file; an older one is replaced.")]
InLanguage = Annotated[Literal["es", "en"], typer.Option("--language", help="Of all words: es or en.")]
Pictures = Annotated[
    Path | None, typer.Option(help="Folder for each figure as PNG and its table as CSV; older ones are replaced.")
]


def report_films(
    output: Output = Path("report.html"),
    language: InLanguage = "es",
    pictures: Pictures = None,
    year_min: YearMin = None,
    year_max: YearMax = None,
    genres: Genres = "",
    as_json: AsJson = False,
) -> None:
    """Write all figures of the films into one HTML file that needs no server."""
    from almazara.app.movies import live_movies
    from almazara.artifacts import open_artifacts
    from almazara.movies.artifact import MOVIES
    from almazara.web.reports.films import film_report
    from almazara.words.numbers import Language

    settings, filters = load_settings(), filters_of(year_min, year_max, genres=genres)
    service = newest_whole(live_movies(settings), "movies").current
    artifact = open_artifacts(settings).get(MOVIES, service.version)
    with showing_progress() as progress:
        found = film_report(service, artifact, filters, Language(language), progress)
        _write(found, output, pictures, progress, as_json=as_json)


def report_prices(
    output: Output = Path("report.html"),
    language: InLanguage = "es",
    pictures: Pictures = None,
    as_json: AsJson = False,
) -> None:
    """Write all followed products, their advice and forecasts into one HTML file that needs no server."""
    from almazara.web.reports.prices import price_report
    from almazara.words.numbers import Language

    with opened_prices() as prices, showing_progress() as progress:
        newest_whole(prices.forecasts, "prices")
        found = price_report(prices.service, Language(language), progress)
        _write(found, output, pictures, progress, as_json=as_json)


def _write(report: Report, output: Path, pictures: Path | None, progress: Progress, *, as_json: bool) -> None:
    from almazara.files import replace_file

    try:
        replace_file(output, report.html, durable=False)
        if pictures:
            _write_pictures(report.figures, pictures, progress)
    except OSError as error:
        raise InputError(f"{error.filename or output} cannot be written: {error.strerror or error}.") from error
    told = f"Written: {output}" + (f", and {len(report.figures)} figures in {pictures}" if pictures else "")
    answer = {"written": str(output), "pictures": str(pictures) if pictures else None, "figures": len(report.figures)}
    print_answer(answer, [told], as_json=as_json)


def _write_pictures(figures: Sequence[Kept], folder: Path, progress: Progress) -> None:
    from almazara.files import replace_file

    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(figures, start=1):
        for name, content in one.files():
            replace_file(folder / name, content, durable=False)
        progress("writing pictures", number, len(figures))

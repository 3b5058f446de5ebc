"""`almazara movies ...`: fetch, build, ask, recommend, and versions."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from almazara.cli.filters import filtered
from almazara.cli.output import AsJson, Table, load_settings, newest_whole, print_answer, say, showing_progress
from almazara.cli.versions import Version, go_back, show_versions
from almazara.errors import AlmazaraError, ContractError, InputError

if TYPE_CHECKING:
    from almazara.artifacts import Artifact
    from almazara.movies.service import MovieService
    from almazara.movies.similar.attributes import Filters

app = typer.Typer(help="Films: from raw files to answers.", no_args_is_help=True)

Year = Annotated[int | None, typer.Option("--anio", help="Year of release, among films of one title.")]
FilmId = Annotated[str | None, typer.Option("--id", help="Film id, or IMDb's, among films of one title.")]

Titles = Annotated[
    Path | None, typer.Option(help="CSV of titles in other languages (id, title, language), or IMDb's title.akas.tsv.")
]
Question = Literal[
    "mes",
    "dia",
    "score",
    "votos",
    "duracion",
    "actor",
    "director",
    "persona",
    "buscar",
    "pelicula",
    "idioma",
    "pais",
    "franquicia",
    "productora",
]
DataSet = Literal["the-movies-dataset", "ml-latest-small", "ml-latest", "ml-1m", "ml-25m", "titles"]


@app.command()
def fetch(
    data_set: Annotated[DataSet, typer.Argument(metavar="DATASET", help="the-movies-dataset, MovieLens, titles.")],
    to: Annotated[
        Path | None, typer.Option(help="Folder to download to; ALMAZARA_HOME/raw/DATASET by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download real films, ratings, or titles in Spanish of the films that are published.

    Shows the licence, resumes what broke off, and says how to build from it.
    """
    from almazara.movies.building import fetch_titles
    from almazara.movies.raw.download import KAGGLE, TITLES, fetch_movies, licence_of

    settings = load_settings()
    say(licence_of(data_set), err=True)
    if data_set == KAGGLE:  # kagglehub shows its own progress
        found, given = fetch_movies(settings, data_set, to, lambda _stage, _done, _total: None), ""
    else:
        with showing_progress() as progress:
            if data_set == TITLES:
                found, given = fetch_titles(settings, to, progress), "FILMS_FOLDER --titles "
            else:
                found, given = fetch_movies(settings, data_set, to, progress), "FILMS_FOLDER --ratings "
    told = f"Downloaded. Now: almazara movies build {given}{shlex.quote(str(found))}"
    print_answer({"downloaded": str(found)}, [told], as_json=as_json)


@app.command()
def build(
    folder: Annotated[Path, typer.Argument(help="Folder or zip with movies_metadata.csv, credits.csv, ...")],
    ratings: Annotated[Path | None, typer.Option(help="Folder or zip of MovieLens ratings.")] = None,
    titles: Titles = None,
    output: Annotated[Path | None, typer.Option(help="Folder for metrics.json: the version and its counts.")] = None,
    evaluate: Annotated[bool, typer.Option("--evaluate", help="Then measure it as `evaluate` does.")] = False,
    as_json: AsJson = False,
) -> None:
    """Clean the raw files and publish a catalog; shows what became of every row."""
    from almazara.app.mirror import share
    from almazara.movies.building import build_movies, write_metrics

    try:
        with showing_progress() as progress:
            given = {"ratings": ratings, "titles": titles}
            artifact = build_movies(load_settings(), folder, **given, sample=False, progress=progress)
            share(load_settings(), artifact)
    except ContractError as error:
        if error.report:
            refused = {"report": error.report, "refused": str(error)}
            print_answer(refused, _report_in_words(error.report), as_json=as_json)
        raise
    if output:
        write_metrics(artifact, output)
    unmeasured = None
    if evaluate:
        from almazara.movies.judging.evaluation import evaluate_published

        try:
            with showing_progress() as progress:
                artifact = evaluate_published(load_settings(), progress)
        except AlmazaraError as error:  # what was published is told first
            unmeasured = error
    print_answer(artifact.manifest, _build_in_words(artifact), as_json=as_json)
    if unmeasured is not None:
        raise unmeasured


@app.command()
def ask(
    question: Annotated[Question, typer.Argument(help="What to ask.")],
    about: Annotated[str, typer.Argument(help="Month, day, title, name, text, film id, language or country.")],
    year: Year = None,
    film_id: FilmId = None,
    as_json: AsJson = False,
) -> None:
    """Ask the catalog the questions of the API."""
    import msgspec

    service, named = _service(), film_id and _film_id(film_id)
    answers: dict[Question, Callable[[], object]] = {
        "mes": lambda: service.month(about),
        "dia": lambda: service.day(about),
        "score": lambda: service.score(about, year, named),
        "votos": lambda: service.votes(about, year, named),
        "actor": lambda: service.people.actor(about),
        "director": lambda: service.people.director(about),
        "persona": lambda: service.people.person(about),
        "idioma": lambda: service.in_language(about),
        "pais": lambda: service.from_country(about),
        "duracion": lambda: service.runtime(about, year, named),
        "franquicia": lambda: service.groups.franchise(about),
        "productora": lambda: service.groups.studio(about),
        "buscar": lambda: service.search(about, 10),
        "pelicula": lambda: service.film(_film_id(about)),
    }
    answer = answers[question]()
    content = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    print_answer(content, [msgspec.json.decode(content)["mensaje"]], as_json=as_json)


@app.command()
@filtered
def recommend(
    title: Annotated[str, typer.Argument(help="Title in any language that is known; `Title (1950)` picks the year.")],
    n: Annotated[int, typer.Option("-n", help="How many films, 1 to 50.")] = 5,
    method: Annotated[
        str, typer.Option("--metodo", help="hibrido, contenido, colaborativo or puntuacion.")
    ] = "hibrido",
    diversity: Annotated[float, typer.Option("--diversidad", help="0: most similar; 1: unlike each other.")] = 0.0,
    year: Year = None,
    film_id: FilmId = None,
    as_json: AsJson = False,
    *,
    filters: Filters,
) -> None:
    """Films similar to one, most similar first, with the reasons."""
    from almazara.movies.answers import shown

    named = film_id and _film_id(film_id)
    answer = _service().recommend(title, n, method, year, named, filters=filters, diversity=diversity)
    rows = ([shown(one), one.anio, f"{one.similitud:.2f}", "; ".join(one.motivos)] for one in answer.detalle)
    print_answer(answer, [answer.mensaje, Table(["película", "año", "similitud", "motivos"], rows)], as_json=as_json)


@app.command()
def versions(as_json: AsJson = False) -> None:
    """The published versions, newest first."""
    from almazara.movies.artifact import MOVIES

    show_versions(MOVIES, ["films", "sample"], as_json=as_json)


@app.command()
def rollback(version: Version = None, as_json: AsJson = False) -> None:
    """Go back to an earlier version; a running server takes it up."""
    from almazara.movies.artifact import MOVIES

    go_back(MOVIES, version, "films", "films", as_json=as_json)


def _service() -> MovieService:
    from almazara.app.movies import live_movies

    return newest_whole(live_movies(load_settings()), "movies").current


def _film_id(text: str) -> int | str:
    from almazara.movies.catalog.catalog import IMDB_ID

    if IMDB_ID.fullmatch(text):
        return text
    if not (text.isascii() and text.isdigit()):
        raise InputError(f"«{text}» no es un id de película: use un número entero, o un id de IMDb, como tt0114709.")
    return int(text)


def _build_in_words(artifact: Artifact) -> Iterator[str | Table]:
    yield from _report_in_words(artifact.manifest["report"])
    yield f"Published {artifact.manifest['metrics']['films']} films as version {artifact.version}."


def _report_in_words(report: Mapping[str, Any]) -> Iterator[str | Table]:
    rows = (
        [name, file["read"], file["kept"], _counts(file["merged"]), _counts(file["dropped"])]
        for name, file in report["files"].items()
    )
    yield Table(["file", "rows read", "kept", "merged", "dropped"], rows)
    for what, verdict in (("cells", "refused"), ("entries", "left out")):
        yield from (f"{what} {verdict}, {name}: {count}" for name, count in report[what].items())
    yield from report["notes"]


def _counts(reasons: dict[str, int]) -> str:
    return "\n".join(f"{count} {reason}" for reason, count in reasons.items())

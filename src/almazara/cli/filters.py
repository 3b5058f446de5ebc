"""The options of commands that list films: what every film of the list must be."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from almazara.errors import InputError
from almazara.files import refuse_endless
from almazara.words.said import said

if TYPE_CHECKING:
    from almazara.movies.catalog.catalog import FilmId
    from almazara.movies.similar.attributes import Filters

_MOST_BYTES: Final = 2_000_000  # of a file of ids, of which as many as can be listed take a fifth

YearMin = Annotated[int | None, typer.Option("--anio-min", help="First year of release.")]
YearMax = Annotated[int | None, typer.Option("--anio-max", help="Last year of release.")]
Genres = Annotated[str, typer.Option("--genero", help="One of these genres: drama,comedia")]


def filters_of(
    year_min: YearMin = None,
    year_max: YearMax = None,
    runtime_min: Annotated[int | None, typer.Option("--duracion-min", help="Shortest runtime, in minutes.")] = None,
    runtime_max: Annotated[int | None, typer.Option("--duracion-max", help="Longest runtime, in minutes.")] = None,
    languages: Annotated[str, typer.Option("--idioma", help="One of these original languages: es,en")] = "",
    genres: Genres = "",
    without_genres: Annotated[str, typer.Option("--sin-genero", help="None of these genres: terror")] = "",
    without_keywords: Annotated[
        str, typer.Option("--sin-palabra-clave", help="None of these keywords of the catalog: war,prison")
    ] = "",
    adult: Annotated[bool, typer.Option("--para-adultos", help="Also films for adults.")] = False,
    votes_min: Annotated[int, typer.Option("--votos-min", help="Least number of votes.")] = 0,
    only: Annotated[str, typer.Option("--solo", help="Ids of the only films to come: 862,tt0114709 or @FILE")] = "",
    excluded: Annotated[str, typer.Option("--excluir", help="Ids of films not wanted: 862,tt0114709 or @FILE")] = "",
) -> Filters:
    """What the options ask of every film of a list."""
    from almazara.movies.similar.attributes import MAX_SENT, MAX_VALUES, Filters, listed, listed_ids

    def several(text: str, name: str, most: int = MAX_VALUES) -> tuple[str, ...]:
        return listed(text, name, most) if text else ()

    def ids(text: str, name: str) -> tuple[FilmId, ...]:
        typed = ",".join(_lines(Path(text[1:]))) if text.startswith("@") else text
        return listed_ids(several(typed, name, MAX_SENT), name, MAX_SENT)

    return Filters(
        year_min=year_min,
        year_max=year_max,
        runtime_min=runtime_min,
        runtime_max=runtime_max,
        languages=several(languages, "idioma"),
        genres=several(genres, "genero"),
        without_genres=several(without_genres, "sin_genero"),
        without_keywords=several(without_keywords, "sin_palabra_clave"),
        adult=adult,
        votes_min=votes_min,
        only=ids(only, "solo"),
        excluded=ids(excluded, "excluir"),
    )


def _lines(path: Path) -> list[str]:
    """What stands in a file between commas, spaces and line breaks."""
    try:
        refuse_endless(path)
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise InputError(said("films.error.long_list", file=str(path), most=_MOST_BYTES // 1_000_000))
        return content.decode().replace(",", " ").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file {path} cannot be read: {error}.") from error


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of all filters in the place of its argument `filters`."""
    own, options = (_annotated(one) for one in (command, filters_of))

    @wraps(command)
    def filtering(**given: Any) -> None:  # noqa: ANN401 - whatever the command takes
        filters = filters_of(**{name: given.pop(name) for name in options})
        command(**given, filters=filters)

    taken = [parameter for name, parameter in own.items() if name != "filters"]
    parameters = [*taken, *options.values()]
    filtering.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    filtering.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return filtering


def _annotated(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    """The parameters of a function, with types in the place of their names."""
    types = get_type_hints(function, localns={"Filters": object}, include_extras=True)
    parameters = inspect.signature(function).parameters
    return {name: one.replace(annotation=types[name]) for name, one in parameters.items()}

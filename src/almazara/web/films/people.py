"""Pages of people: who has a name like this one, and one person's films over time with what they returned."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.figures.chart import Axis, Chart, Dots, Level, Role, Scale
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.movies.answers import CareerFilm, PersonAnswer, RoleAnswer, shown
from almazara.web.films.pages import service
from almazara.web.page import drawn, page, reader_of
from almazara.words.numbers import Language
from almazara.words.said import said

_HEIGHT: Final = 300


async def person(request: Request) -> Response:
    """One person, in both roles."""
    language = reader_of(request).language
    found = service(request).people.person(request.path_params["name"], language)
    values: dict[str, Any] = {"person": found, "roles": list(_roles(found)), "picture": _picture(found, language)}
    return page(request, "person.html", here="films", **values)


def _roles(found: PersonAnswer) -> Iterator[tuple[str, RoleAnswer]]:
    """What the person does, and their films, newest first."""
    if found.direccion:
        yield "directed", found.direccion
    if found.actuacion:
        yield "acted", found.actuacion


def _picture(found: PersonAnswer, language: Language) -> Markup | None:
    """The returns of all films by year; None where none is known."""
    films = {film.id: film for _, role in _roles(found) for film in role.peliculas}
    known = [film for film in films.values() if film.retorno and not film.dinero_dudoso]
    if not known:
        return None
    best = max(known, key=lambda film: film.retorno or 0)
    label = said("site.person.label", n=len(known), of=len(films), title=shown(best), returned=best.retorno or 0)
    chart = Chart(
        label.text(language),
        Axis(Scale.DAY),
        Axis(Scale.LOG, said("site.person.return").text(language)),
        [Level(said("site.person.even").text(language), 1.0), _dots(known, language)],
        language,
    )
    return drawn(legend(chart) + draw(chart, height=_HEIGHT))


def _dots(known: list[CareerFilm], language: Language) -> Dots:
    return Dots(
        said("site.person.films").text(language),
        [date.fromisoformat(film.fecha_estreno) for film in known],
        [film.retorno or 0 for film in known],
        [f"{shown(film)} ({film.anio})" for film in known],
        Role.OBSERVED,
    )


PAGES: Final = (Route("/personas/{name:path}", person),)

"""Films asked for in a body, where an address is too short: several by name, and lists with thousands of ids."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from almazara.api.errors import declared
from almazara.api.films.parameters import MINUTES, MOST_VOTES, YEARS
from almazara.api.films.users import DEFAULT_COUNT, USER, ImdbId, film_users
from almazara.api.language import Lengua
from almazara.api.routes import SentBody, described, reading, send
from almazara.errors import InputError
from almazara.movies.answers import FilmsAnswer
from almazara.movies.catalog.titles import LONGEST_QUERY
from almazara.movies.service import MAX_NAMED, MAX_TOGETHER, MovieService
from almazara.movies.similar.answering import DEFAULT_METHOD, METHODS, Query, SeveralAnswer
from almazara.movies.similar.attributes import MAX_SENT, MAX_VALUES, Filters
from almazara.movies.similar.ranking import MAX_SIMILAR
from almazara.movies.users.answering import MAX_LISTED, MAX_MEMBERS, ListQuery
from almazara.movies.users.answers import GroupAnswer, ProfileAnswer, UserAnswer
from almazara.movies.users.events import LARGEST_ID, USER_PATTERN
from almazara.words.said import said


def _asks_in_the_body(request: Request) -> None:
    """Dependency of routes that are asked in a body: what stands in the address would not be heeded, and is refused."""
    misplaced = [name for name in request.query_params if name != "lengua"]
    if misplaced:
        raise InputError(said("asking.request.not_in_address", names=misplaced))


router = APIRouter(responses=declared(413, 422, 503), dependencies=[Depends(_asks_in_the_body)])

_Year = Annotated[int | None, Field(ge=YEARS[0], le=YEARS[1])]
_Minutes = Annotated[int | None, Field(ge=MINUTES[0], le=MINUTES[1])]
_Names = Annotated[list[str], Field(max_length=MAX_VALUES)]
_Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
_Film = Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY)] | _Id
_AS_WRITTEN: Final = ConfigDict(strict=True)
_OWNED: Final = "Solo estas, por su id."
_Ids = Annotated[list[_Id | ImdbId], Field(max_length=MAX_SENT, fail_fast=True)]


class _Wanted(SentBody, BaseModel):  # named again for Ruff, which else takes its defaults for shared
    """How many films a list has, how varied, and what each of them must be."""

    model_config = _AS_WRITTEN

    n: Annotated[int, Field(ge=1, le=MAX_SIMILAR)] = DEFAULT_COUNT
    diversidad: Annotated[float, Field(ge=0, le=1)] = 0.0
    anio_min: _Year = None
    anio_max: _Year = None
    duracion_min: _Minutes = None
    duracion_max: _Minutes = None
    idioma: _Names = []
    genero: _Names = []
    sin_genero: _Names = []
    sin_palabra_clave: _Names = []
    para_adultos: bool = False
    votos_min: Annotated[int, Field(ge=0, le=MOST_VOTES)] = 0
    solo: Annotated[_Ids | None, Field(min_length=1, description=_OWNED)] = None
    excluir: _Ids = []

    def filters(self) -> Filters:
        """What every film of the list must be."""
        return Filters(
            year_min=self.anio_min,
            year_max=self.anio_max,
            runtime_min=self.duracion_min,
            runtime_max=self.duracion_max,
            languages=tuple(self.idioma),
            genres=tuple(self.genero),
            without_genres=tuple(self.sin_genero),
            without_keywords=tuple(self.sin_palabra_clave),
            adult=self.para_adultos,
            votes_min=self.votos_min,
            only=tuple(self.solo or ()),
            excluded=tuple(self.excluir),
        )


class UserList(_Wanted):
    """What is asked of a list for a user."""

    vistas: bool = False

    def query(self) -> ListQuery:
        """The same as the service takes it."""
        return ListQuery(self.n, self.filters(), self.vistas, self.diversidad)


class Profile(UserList):
    """Films that somebody likes, by title (`Título (1950)` picks the year), id or IMDb id, and what list is wanted."""

    gustan: Annotated[list[_Film], Field(min_length=1, max_length=MAX_LISTED)]
    no_gustan: Annotated[list[_Film], Field(max_length=MAX_LISTED)] = []


class Group(UserList):
    """Users who want one list, and what is asked of it."""

    usuarios: Annotated[
        list[Annotated[str, Field(pattern=f"^{USER_PATTERN}$")]], Field(min_length=2, max_length=MAX_MEMBERS)
    ]


class Similar(_Wanted):
    """Films, by title, id or IMDb id, and what is asked of the list of those similar to each."""

    peliculas: Annotated[list[_Film], Field(min_length=1, max_length=MAX_TOGETHER)]
    metodo: Annotated[str, Field(json_schema_extra={"enum": list(METHODS)})] = DEFAULT_METHOD
    n: Annotated[int, Field(ge=1, le=MAX_SIMILAR)] = 5


class Named(SentBody):
    """Films, by title, id or IMDb id."""

    model_config = _AS_WRITTEN

    peliculas: Annotated[list[_Film], Field(min_length=1, max_length=MAX_NAMED)]


def _films(request: Request) -> MovieService:
    service: MovieService = request.app.state.movies.current
    return service


@router.post("/peliculas", tags=["peliculas"], **reading(FilmsAnswer, "Varias películas por su título o id"))
def films(request: Request, named: Named, lengua: Lengua) -> Response:
    return send(_films(request).films(named.peliculas, lengua))


@router.post(
    "/recomendacion",
    tags=["peliculas"],
    **reading(SeveralAnswer, "Películas parecidas a cada una de varias; admite miles de ids en solo y excluir", 404),
)
def similar(request: Request, asked: Similar, lengua: Lengua) -> Response:
    query = Query(asked.n, asked.metodo, asked.filters(), asked.diversidad)
    return send(_films(request).recommend_each(asked.peliculas, query, lengua))


@router.post(
    "/recomendacion/perfil",
    tags=["usuarios"],
    **reading(ProfileAnswer, "Películas para una lista de películas que gustan; no guarda nada", 404),
)
def for_profile(request: Request, profile: Profile, lengua: Lengua) -> Response:
    answers = film_users(request).answers()
    return send(answers.for_profile(profile.gustan, profile.no_gustan, profile.query(), lengua))


@router.post(
    "/recomendacion/grupo",
    tags=["usuarios"],
    **reading(GroupAnswer, "Películas para varios usuarios a la vez; admite miles de ids en solo y excluir"),
)
def listed_for_group(request: Request, group: Group, lengua: Lengua) -> Response:
    return send(film_users(request).recommend_together(group.usuarios, group.query(), lengua))


@router.post(
    "/recomendacion/usuario/{usuario:text}",  # noqa: FAST003 - read by hand
    tags=["usuarios"],
    **reading(UserAnswer, "Películas para un usuario; admite miles de ids en solo y excluir"),
    openapi_extra=described(USER),
)
def listed_for_user(request: Request, asked: UserList, lengua: Lengua) -> Response:
    return send(film_users(request).recommend(USER.read(request), asked.query(), lengua))

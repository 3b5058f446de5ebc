"""Routes for users of the film product: events in, lists out; paths and fields in Spanish."""
# ruff: noqa: FAST003 - the parameters are described and read by parameters.py

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr
from starlette.concurrency import run_in_threadpool

from almazara.api.errors import PROBLEM_TYPE, Problem, declared
from almazara.api.movies import COUNT, DIVERSITY, FILTERS, PlainRoute, read_filters
from almazara.api.parameters import PathText, QueryList, described
from almazara.api.security import KEY_HEADER, require_write
from almazara.errors import InputError
from almazara.movies.answers import DeletedAnswer, EventsAnswer, GroupAnswer, ProfileAnswer, UserAnswer
from almazara.movies.catalog.titles import LONGEST_QUERY
from almazara.movies.similar.attributes import MAX_EXCLUDED, Filters
from almazara.movies.similar.ranking import MAX_SIMILAR
from almazara.movies.users.answering import MAX_LISTED, MAX_MEMBERS, ListQuery
from almazara.movies.users.events import KINDS, LARGEST_ID, MAX_EVENTS, MAX_RATING, MIN_RATING, USER_PATTERN, BatchError
from almazara.movies.users.film_users import FilmUsers

_COUNT: Final = 10
_KEY = APIKeyHeader(name=KEY_HEADER, auto_error=False, description="Solo hace falta si hay claves configuradas.")
_WRITING: Final[list[Any]] = [Depends(require_write), Security(_KEY)]
_WRITE_ERRORS: Final = declared(401, 403, 429)
# The key is one way; without keys configured this machine needs none.
_WITHOUT_KEY: Final[dict[str, Any]] = {"security": [{}]}

lists = APIRouter(route_class=PlainRoute, tags=["usuarios"], responses=declared(422, 503))
_profiles = APIRouter(tags=["usuarios"], responses=declared(422, 503))
router = APIRouter(tags=["usuarios"], responses=declared(422, 503))


@dataclass(frozen=True, slots=True)
class _Flag:
    """true or false."""

    name: str
    description: str

    def described(self) -> dict[str, Any]:
        """See Parameter."""
        return {"name": self.name, "in": "query", "description": self.description, "schema": {"type": "boolean"}}

    def read(self, request: Request) -> bool:
        text = request.query_params.get(self.name, "false")
        if text not in {"true", "false"}:
            raise InputError(f"El parámetro {self.name} debe ser true o false.")
        return text == "true"


USER: Final = PathText("usuario", "Id del usuario.", {"type": "string", "pattern": f"^{USER_PATTERN}$"}, "ana")
USERS: Final = QueryList(
    "usuarios",
    f"De 2 a {MAX_MEMBERS} usuarios, separados por comas.",
    f"^{USER_PATTERN}(,{USER_PATTERN}){{1,{MAX_MEMBERS - 1}}}$",
    "ana,eva",
)
SEEN: Final = _Flag("vistas", "Si pueden venir películas que ya conoce; las que no le gustan, nunca.")
_LIST: Final = (COUNT, SEEN, DIVERSITY, *FILTERS)


_Film = (
    Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_QUERY)]
    | Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
)


class NewEvent(BaseModel):
    """What a user did with a film; the same `id` is the same event, however often it comes."""

    model_config = ConfigDict(extra="forbid", title="Evento")

    id: Annotated[str, Field(pattern="^[ -~]{1,128}$", examples=["8c2f-1"])]
    usuario: Annotated[str, Field(pattern=f"^{USER_PATTERN}$", examples=["ana"])]
    pelicula: Annotated[int, Field(ge=1, le=LARGEST_ID, examples=[900001])]
    tipo: Annotated[str, Field(json_schema_extra={"enum": list(KINDS)}, examples=["valoracion"])]
    valor: Annotated[float | None, Field(ge=MIN_RATING, le=MAX_RATING, description="Solo con tipo valoracion.")] = None
    momento: Annotated[datetime | None, Field(description="ISO 8601 con zona horaria; ahora si no se dice.")] = None


class Profile(BaseModel):
    """Films that somebody likes, by title (`Título (1950)` picks the year) or id, and what is asked of the list."""

    model_config = ConfigDict(extra="forbid")

    gustan: Annotated[list[_Film], Field(min_length=1, max_length=MAX_LISTED)]
    no_gustan: Annotated[list[_Film], Field(max_length=MAX_LISTED)] = []
    n: Annotated[int, Field(ge=1, le=MAX_SIMILAR)] = _COUNT
    vistas: bool = False
    diversidad: Annotated[float, Field(ge=0, le=1)] = 0.0
    anio_min: Annotated[int | None, Field(ge=1800, le=2200)] = None
    anio_max: Annotated[int | None, Field(ge=1800, le=2200)] = None
    idioma: Annotated[list[str], Field(max_length=50)] = []
    genero: Annotated[list[str], Field(max_length=50)] = []
    votos_min: Annotated[int, Field(ge=0, le=10**12)] = 0
    excluir: Annotated[list[int], Field(max_length=MAX_EXCLUDED)] = []

    def query(self) -> ListQuery:
        """What is asked of the list."""
        filters = Filters(
            year_min=self.anio_min,
            year_max=self.anio_max,
            languages=tuple(self.idioma),
            genres=tuple(self.genero),
            votes_min=self.votos_min,
            excluded=tuple(self.excluir),
        )
        return ListQuery(self.n, filters, self.vistas, self.diversidad)


class EntryError(BaseModel):
    """What is wrong with one event; positions count from 0."""

    posicion: int
    detalle: str


class BatchProblem(Problem):
    """A problem that names each event that cannot be used."""

    errores: list[EntryError]


_EVENTS_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        NewEvent.model_json_schema(),
                        {
                            "type": "array",
                            "items": NewEvent.model_json_schema(),
                            "minItems": 1,
                            "maxItems": MAX_EVENTS,
                        },
                    ]
                }
            }
        },
    }
}


def _users(request: Request) -> FilmUsers:
    users: FilmUsers = request.app.state.film_users
    return users


def _query(request: Request) -> ListQuery:
    n = COUNT.read(request)
    return ListQuery(
        n=_COUNT if n is None else n,
        filters=read_filters(request),
        seen=SEEN.read(request),
        diversity=DIVERSITY.read(request),
    )


@lists.get(
    "/recomendacion/usuario/{usuario:text}",
    response_model=UserAnswer,
    openapi_extra=described(USER, *_LIST),
    summary="Películas para un usuario",
)
async def for_user(request: Request) -> Response:
    return _send(await run_in_threadpool(_users(request).recommend, USER.read(request), _query(request)))


@lists.get(
    "/recomendacion/grupo",
    response_model=GroupAnswer,
    openapi_extra=described(USERS, *_LIST),
    summary="Películas para varios usuarios a la vez",
)
async def for_group(request: Request) -> Response:
    users = USERS.read(request)
    return _send(await run_in_threadpool(_users(request).recommend_together, users, _query(request)))


@_profiles.post(
    "/recomendacion/perfil",
    response_model=ProfileAnswer,
    responses=declared(404, 413),
    summary="Películas para una lista de películas que gustan; no guarda nada",
)
def for_profile(request: Request, profile: Profile) -> Response:
    return _send(_users(request).answers().for_profile(profile.gustan, profile.no_gustan, profile.query()))


# To stand before the route of titles, which takes whatever follows /recomendacion/.
lists.include_router(_profiles)


@router.post(
    "/eventos",
    response_model=EventsAnswer,
    responses={
        **_WRITE_ERRORS,
        **declared(409, 413),
        422: {
            "description": "Algún evento no vale; no se guardó ninguno",
            "content": {PROBLEM_TYPE: {"schema": BatchProblem.model_json_schema()}},
        },
    },
    dependencies=_WRITING,
    openapi_extra={**_EVENTS_BODY, **_WITHOUT_KEY},
    summary="Guardar un evento, o una lista de ellos: todos o ninguno",
)
async def add_events(request: Request) -> Response:
    body = _decoded(await request.body())
    try:
        return _send(await run_in_threadpool(_users(request).add, body))
    except BatchError as error:
        errors = [EntryError(posicion=one.posicion, detalle=one.detalle) for one in error.problems]
        told = BatchProblem(title="Petición no válida", status=422, detail=str(error), errores=errors)
        return Response(msgspec.json.encode(told.model_dump()), 422, media_type=PROBLEM_TYPE)


@router.delete(
    "/usuarios/{usuario:text}",
    response_model=DeletedAnswer,
    responses=_WRITE_ERRORS,
    dependencies=_WRITING,
    openapi_extra={**described(USER), **_WITHOUT_KEY},
    summary="Borrar todo lo que se guardó de un usuario",
)
async def delete_user(request: Request) -> Response:
    return _send(await run_in_threadpool(_users(request).delete, USER.read(request)))


def _send(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("El cuerpo de la petición no es JSON válido.") from error

"""Routes for users of the film product: events in, lists out; paths and fields in Spanish."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr
from starlette.concurrency import run_in_threadpool

from almazara.api.errors import PROBLEM_TYPE, ProblemDetails, by_name, declared, title
from almazara.api.films.parameters import COUNT, DIVERSITY, FILTERS, LANGUAGE, read_filters
from almazara.api.language import SPOKEN
from almazara.api.routes import PathText, PlainRouter, Router, SentBody, described, flag, send, values, writing
from almazara.errors import InputError
from almazara.movies.catalog.catalog import IMDB_ID
from almazara.movies.users.answering import MAX_MEMBERS, ListQuery
from almazara.movies.users.answers import DeletedAnswer, EventsAnswer, GroupAnswer, UserAnswer
from almazara.movies.users.events import KINDS, LARGEST_ID, MAX_EVENTS, MAX_RATING, MIN_RATING, USER_PATTERN, BatchError
from almazara.movies.users.film_users import FilmUsers
from almazara.words.said import said, text_of

DEFAULT_COUNT: Final = 10
"""Films of a list for users."""

lists = PlainRouter("usuarios")
router = Router(tags=["usuarios"], responses=declared(422, 503))

USER: Final = PathText("usuario", "Id del usuario.", "ana", {"type": "string", "pattern": f"^{USER_PATTERN}$"})
USERS: Final = values(
    "usuarios",
    "Usuarios, dos o más.",
    USER_PATTERN,
    "ana,eva",
    least=2,
    most=MAX_MEMBERS,
)
SEEN: Final = flag("vistas", "Si pueden venir películas que ya conoce; las que no le gustan, nunca.")
_LIST: Final = (COUNT, SEEN, DIVERSITY, *FILTERS, LANGUAGE)

_Id = Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
ImdbId = Annotated[StrictStr, Field(pattern=f"^{IMDB_ID.pattern}$")]


class NewEvent(SentBody):
    """What a user did with a film; the same `id` is the same event, however often it comes."""

    model_config = ConfigDict(title="Evento")

    id: Annotated[str, Field(pattern="^[ -~]{1,128}$", examples=["8c2f-1"])]
    usuario: Annotated[str, Field(pattern=f"^{USER_PATTERN}$", examples=["ana"])]
    pelicula: Annotated[_Id | ImdbId, Field(examples=[900007], description="Id de la película, o el de IMDb.")]
    tipo: Annotated[str, Field(json_schema_extra={"enum": list(KINDS)}, examples=["valoracion"])]
    valor: Annotated[float | None, Field(ge=MIN_RATING, le=MAX_RATING, description="Solo con tipo valoracion.")] = None
    momento: Annotated[datetime | None, Field(description="ISO 8601 con zona horaria; ahora si no se dice.")] = None


class EntryError(BaseModel):
    """What is wrong with one event; positions count from 0."""

    posicion: int
    detalle: str


class BatchProblem(ProblemDetails):
    """A problem that names each event that cannot be used, where there is a body that can be read at all."""

    errores: list[EntryError] = Field(default_factory=list)


DESCRIBED: Final = (NewEvent, BatchProblem)
_EVENT: Final = by_name(NewEvent)
_EVENTS: Final = {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": MAX_EVENTS}
_EVENTS_BODY: Final = {"required": True, "content": {"application/json": {"schema": {"anyOf": [_EVENT, _EVENTS]}}}}
_WRONG_EVENTS: Final[dict[str, Any]] = {
    "description": "Algún evento no vale; no se guardó ninguno",
    "content": {PROBLEM_TYPE: {"schema": by_name(BatchProblem)}},
}
_EVENTS_ERRORS: Final = {**declared(409, 413), 422: _WRONG_EVENTS}
_EVENTS_SUMMARY: Final = "Guardar un evento, o una lista de ellos: todos o ninguno"


def film_users(request: Request) -> FilmUsers:
    """The users of the app."""
    users: FilmUsers = request.app.state.film_users
    return users


def _query(request: Request) -> ListQuery:
    return ListQuery(
        n=COUNT.read(request) or DEFAULT_COUNT,
        filters=read_filters(request),
        seen=SEEN.read(request),
        diversity=DIVERSITY.read(request),
    )


@lists.question(
    "/recomendacion/usuario/{usuario:text}", UserAnswer, "Películas para un usuario", [USER, *_LIST], errors=()
)
async def for_user(request: Request) -> Response:
    asked = USER.read(request), _query(request), LANGUAGE.read(request)
    return send(await run_in_threadpool(film_users(request).recommend, *asked))


@lists.question(
    "/recomendacion/grupo", GroupAnswer, "Películas para varios usuarios a la vez", [USERS, *_LIST], errors=()
)
async def for_group(request: Request) -> Response:
    asked = USERS.read(request), _query(request), LANGUAGE.read(request)
    return send(await run_in_threadpool(film_users(request).recommend_together, *asked))


@router.post(
    "/eventos",
    **writing(EventsAnswer, 200, _EVENTS_SUMMARY, _EVENTS_ERRORS, requestBody=_EVENTS_BODY, **described(LANGUAGE)),
)
async def add_events(request: Request) -> Response:
    body = decoded(await request.body())
    language = LANGUAGE.read(request)
    try:
        return send(await run_in_threadpool(film_users(request).add, body, language))
    except BatchError as error:
        errors = [EntryError(posicion=one.posicion, detalle=text_of(one.detalle, language)) for one in error.problems]
        name, detail = title(422).text(language), error.text(language)
        told = BatchProblem(title=name, status=422, detail=detail, errores=errors)
        return Response(msgspec.json.encode(told.model_dump()), 422, media_type=PROBLEM_TYPE, headers=SPOKEN)


@router.delete(
    "/usuarios/{usuario:text}",
    **writing(DeletedAnswer, 200, "Borrar todo lo que se guardó de un usuario", {}, **described(USER, LANGUAGE)),
)
async def delete_user(request: Request) -> Response:
    return send(await run_in_threadpool(film_users(request).delete, USER.read(request), LANGUAGE.read(request)))


def decoded(body: bytes | str) -> object:
    """What JSON holds; an InputError where it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(said("asking.request.no_json")) from error

"""What routes are made of: answers sent as they are, the options of those that write, parameters read by hand.

FastAPI solves declared parameters in 60 to 100 microseconds a request, and an answer about films takes 10 to 30. So the
film routes take the request as it is, and each of their parameters is described once, for OpenAPI and for reading.
"""

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError
from starlette.convertors import PathConvertor, register_url_convertor

from almazara.api.errors import declared
from almazara.api.language import NAMES, SAID, SPOKEN, language_of
from almazara.api.security import KEY_HEADER, require_write
from almazara.errors import InputError
from almazara.movies.catalog.titles import LONGEST_QUERY
from almazara.movies.similar.attributes import MAX_VALUES, listed
from almazara.words.numbers import Language
from almazara.words.said import said

T = TypeVar("T")
Absent = TypeVar("Absent")
Choice = TypeVar("Choice", bound=StrEnum)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Responses = Mapping[int | str, dict[str, Any]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_KEY = APIKeyHeader(name=KEY_HEADER, auto_error=False, description="Solo hace falta si hay claves configuradas.")
_MORE_FIELDS: Final = 10
_LONGEST_NAME: Final = 40
_EVERYWHERE: Final = frozenset({*NAMES, "formato"})
"""Parameters of every route: the language of its errors, and that no page is meant (`almazara.web.routing`)."""
_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
PRINTABLE: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_QUERY,
    "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
}
"""The schema of a title or a name."""


class SentBody(BaseModel):
    """What is sent to a route: fields that it does not have are refused; of very many, none is looked at."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _has_few(cls, sent: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(sent, dict) and len(sent) > len(cls.model_fields) + _MORE_FIELDS:
            raise PydanticCustomError("too_many_fields", "has too many fields")
        return sent


def send(answer: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The answer's bytes as they are: what we built needs no validation again."""
    content = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(content, status, {**SPOKEN, **(headers or {})}, media_type="application/json")


def reading(model: object, summary: str, *errors: int) -> dict[str, Any]:
    """The options of a route that answers with a `model`, or with one of `errors` beside those of every route."""
    return {"response_model": model, "summary": summary, "responses": declared(*errors)}


def writing(
    model: type | None,
    status: int,
    summary: str,
    responses: Responses,
    *,
    guard: Callable[..., None] = require_write,
    **described: object,
) -> dict[str, Any]:
    """The options of a route that writes: what it answers, who may ask, how often, and how that is described.

    To its `responses` come the refusals of those who may not write, by the `guard`; `described` is what else OpenAPI
    is told.
    """
    return {
        "response_model": model,
        "status_code": status,
        "summary": summary,
        "responses": {**declared(401, 403, 429), **responses},
        "dependencies": [Depends(guard), Security(_KEY), Depends(_known_alone)],
        # The key is one way; without keys configured this machine needs none.
        "openapi_extra": {"security": [{}], **described},
    }


async def without_body(request: Request) -> None:
    """Dependency of a route that takes no body: one that asks for something is refused, as it would not be heeded."""
    if (await request.body()).strip() not in {b"", b"{}"}:
        raise InputError(said("asking.request.no_body"))


class _TextConvertor(PathConvertor):
    """Like `path`, and also over line breaks, so that it is the service that refuses them."""

    regex = "(?s:.*)"


class _ListingConvertor(PathConvertor):
    """The same, and neither nothing nor a part of the reader's page: a form of that has no page of its own."""

    regex = "(?s:(?!lector/).+)"


register_url_convertor("text", _TextConvertor())
register_url_convertor("listing", _ListingConvertor())


class KnownRoute(APIRoute):
    """Refuses parameters of the query that the route does not have: what nobody heeds would be taken for heeded.

    Where it writes, that is for `writing` to do, once it is known who asks.
    """

    def get_route_handler(self) -> Handler:
        """The handler of the route, behind a look at the names of what was asked."""
        handler, self.known = self.answering(), _EVERYWHERE | self.names()
        if "GET" not in (self.methods or ()):
            return handler

        async def answer(request: Request) -> Response:
            _require_known(request, self.known)
            return await handler(request)

        return answer

    def answering(self) -> Handler:
        """What answers where all names are known."""
        return super().get_route_handler()

    def names(self) -> set[str]:
        """Of the parameters of the query: those that FastAPI reads, and those that are read by hand."""
        declared_ones = {one.alias for one in get_flat_params(self.dependant) if isinstance(one.field_info, Query)}
        by_hand: list[dict[str, Any]] = (self.openapi_extra or {}).get("parameters", [])
        return declared_ones | {one["name"] for one in by_hand if one["in"] == "query"}


class PlainRoute(KnownRoute):
    """Hands the request to the endpoint as it is: solving declared parameters costs more than the answers."""

    def answering(self) -> Handler:
        """The endpoint."""
        endpoint: Handler = self.endpoint
        return endpoint


def _known_alone(request: Request) -> None:
    """Dependency of a route that writes: parameters of the query that it does not have are refused."""
    route = request.scope["route"]
    if isinstance(route, KnownRoute):
        _require_known(request, route.known)


def _require_known(request: Request, known: AbstractSet[str]) -> None:
    """Refuse a name that is not among those known, with the nearest that is."""
    for name in request.query_params if request.scope["query_string"] else ():
        if name not in known:
            own, short = sorted(known - _EVERYWHERE), name[:_LONGEST_NAME]
            if near := get_close_matches(short.lower(), known, n=1):
                raise InputError(said("asking.parameter.near", name=short, near=near[0]), near)
            if own:
                raise InputError(said("asking.parameter.others", name=short, known=own))
            raise InputError(said("asking.parameter.none", name=short))


@dataclass(frozen=True, slots=True)
class PathText:
    """A text in the path, or in the query where a question is `also` asked so, which the service judges.

    `schema` says what it accepts.
    """

    name: str
    description: str
    example: str | int
    schema: Mapping[str, Any] = field(default_factory=lambda: PRINTABLE)

    def described(self) -> dict[str, Any]:
        """The parameter object of OpenAPI."""
        return {**_base(self), "in": "path", "required": True, "example": self.example}

    def read(self, request: Request) -> str:
        """The text as it was sent; an InputError says where it is missing."""
        text: str | None = request.path_params.get(self.name)
        return required(request, self.name) if text is None else text


@dataclass(frozen=True, slots=True)
class Queried(Generic[T]):
    """A parameter of the query; made by one of the functions below.

    Attributes:
        value: What the texts mean that were sent; raises InputError, in Spanish, saying what is allowed.
        absent: What it is where it was not sent.
        more: What OpenAPI is told beside the schema.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    value: Callable[[Sequence[str]], T]
    absent: T
    more: Mapping[str, Any]

    def described(self) -> dict[str, Any]:
        """The parameter object of OpenAPI."""
        return {**_base(self), "in": "query", **self.more}

    def read(self, request: Request) -> T:
        """What was asked for; raises InputError as `value` does."""
        # Most requests have no query, and Starlette takes as long to find that out as we to find a film.
        texts = request.query_params.getlist(self.name) if request.scope["query_string"] else None
        return self.value(texts) if texts else self.absent


Parameter = PathText | Queried[Any]


def required(request: Request, name: str) -> str:
    """What the query says under a name; an InputError where it says nothing."""
    text: str | None = request.query_params.get(name)
    if text is None:
        raise InputError(said("asking.parameter.missing", name=name))
    return text


def _base(parameter: Parameter) -> dict[str, Any]:
    return {"name": parameter.name, "description": parameter.description, "schema": parameter.schema}


def described(*parameters: Parameter) -> dict[str, Any]:
    """What a route adds to its OpenAPI description."""
    return {"parameters": [parameter.described() for parameter in parameters]}


class Router(APIRouter):
    """A router of routes that refuse what they do not know."""

    def __init__(self, *, route_class: type[APIRoute] = KnownRoute, **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(route_class=route_class, **options)


class PlainRouter(Router):
    """A router of plain routes, under one heading of the documentation."""

    def __init__(self, tag: str) -> None:
        super().__init__(route_class=PlainRoute, tags=[tag], responses=declared(422, 503))

    def question(
        self,
        path: str,
        model: type,
        summary: str,
        asked: Sequence[Parameter],
        errors: Sequence[int] = (404,),
        *,
        also: str | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """A route of which the parameters are `asked`; see `reading`.

        It is `also` asked at an address at which all of them stand in the query, as older briefs have it.
        """
        options = reading(model, summary, *errors)
        in_query = {"parameters": [{**parameter.described(), "in": "query"} for parameter in asked]}

        def installed(endpoint: Endpoint) -> Endpoint:
            if also:  # before the route, which would take what follows the slash for an empty text
                self.get(also, **options, openapi_extra=in_query, name=f"{endpoint.__name__}_in_query")(endpoint)
                self.get(f"{also}/", openapi_extra=in_query, include_in_schema=False)(endpoint)
            return self.get(path, **options, openapi_extra=described(*asked))(endpoint)

        return installed


def text(
    name: str, description: str, absent: Absent, schema: Mapping[str, Any] = PRINTABLE, **more: object
) -> Queried[str | Absent]:
    """A text, which the service judges."""
    return Queried(name, description, schema, lambda texts: texts[-1], absent, more)


def choice(name: str, description: str, kind: type[Choice], absent: Absent) -> Queried[Choice | Absent]:
    """One of the words of an enumeration."""
    words = [one.value for one in kind]

    def value(texts: Sequence[str]) -> Choice:
        if texts[-1] not in words:
            known = said("asking.parameter.either", first=words[:-1], last=words[-1])
            raise InputError(said("asking.parameter.choice", name=name, known=known))
        return kind(texts[-1])

    return Queried(name, description, {"type": "string", "enum": words}, value, absent, {})


@dataclass(frozen=True, slots=True)
class _Spoken(Queried[Language | None]):
    """The language of an answer: where the address asks for none, that which its reader prefers."""

    def read(self, request: Request) -> Language:
        """See the class."""
        return Queried.read(self, request) or language_of(request)


def spoken() -> _Spoken:
    """The parameter `lengua` of a film route."""
    asked = choice("lengua", SAID, Language, None)
    return _Spoken(asked.name, asked.description, asked.schema, asked.value, asked.absent, asked.more)


def number(name: str, description: str, low: int, high: int, absent: Absent) -> Queried[int | Absent]:
    """A whole number from `low` to `high`."""
    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Queried(name, description, schema, lambda texts: whole_number(texts[-1], name, low, high), absent, {})


def whole_number(text: str, name: str, low: int, high: int) -> int:
    """The number that a text writes; raises InputError, in Spanish, saying what is allowed."""
    if not _INTEGER.fullmatch(text):
        raise InputError(said("asking.parameter.whole", name=name, low=str(low), high=str(high)))
    if not low <= (number := int(text)) <= high:
        raise InputError(said("asking.parameter.range", name=name, value=str(number), low=str(low), high=str(high)))
    return number


def share(name: str, description: str) -> Queried[float]:
    """A number from 0, where it is not sent, to 1."""

    def value(texts: Sequence[str]) -> float:
        if not _DECIMAL.fullmatch(texts[-1]) or not 0 <= float(texts[-1]) <= 1:
            raise InputError(said("asking.parameter.share", name=name))
        return float(texts[-1])

    return Queried(name, description, {"type": "number", "minimum": 0, "maximum": 1}, value, 0.0, {})


def flag(name: str, description: str) -> Queried[bool]:
    """`true`, or `false` as where it is not sent."""

    def value(texts: Sequence[str]) -> bool:
        if texts[-1] not in {"true", "false"}:
            raise InputError(said("asking.parameter.flag", name=name))
        return texts[-1] == "true"

    return Queried(name, description, {"type": "boolean"}, value, False, {})


def values(
    name: str, description: str, one: str, example: str, least: int = 1, most: int = MAX_VALUES
) -> Queried[tuple[str, ...]]:
    """From `least` to `most` values with commas between them, or the parameter repeated; the service judges them.

    The pattern of `one` of them says what it accepts.
    """
    schema = {"type": "string", "pattern": f"^(?:{one})( *, *(?:{one})){{{least - 1},{most - 1}}}$"}
    told = f"{description[:-1]}, separados por comas; hasta {most}."
    return Queried(name, told, schema, lambda texts: listed(",".join(texts), name, most), (), {"example": example})

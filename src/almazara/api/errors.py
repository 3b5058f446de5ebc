"""Every error leaves as `application/problem+json` (RFC 9457), with a sentence that says what is allowed."""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from almazara import log
from almazara.errors import AlmazaraError, ConflictError, InputError, NotFoundError, UnavailableError
from almazara.words.numbers import Language
from almazara.words.said import text_of

PROBLEM_TYPE: Final = "application/problem+json"
METHOD_NOT_ALLOWED: Final = 405
_HUNG_UP: Final = 499  # what nginx, and whoever reads its logs, counts so
_METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
PAGE_BESIDE: Final = {"Vary": "Accept"}
"""Headers of an answer in whose place a page is sent to those who ask for HTML."""

_STATUS: Final = {NotFoundError: 404, ConflictError: 409, InputError: 422, UnavailableError: 503}
_TITLES: Final = {
    400: "Petición incorrecta",
    401: "Falta la clave",
    403: "No permitido",
    404: "No encontrado",
    405: "Método no permitido",
    409: "Conflicto",
    413: "Demasiado grande",
    414: "Dirección demasiado larga",
    415: "Tipo de contenido no admitido",
    422: "Petición no válida",
    429: "Demasiadas peticiones",
    431: "Cabecera demasiado larga",
    500: "Error interno",
    503: "No disponible",
}
_TOLD: Final = 20
"""So many faults of a request are told; it may have as many as it has bytes."""
_RULES: Final = {
    "too_many_fields": "tiene demasiados campos",
    "missing": "falta",
    "int_parsing": "debe ser un número entero",
    "int_type": "debe ser un número entero",
    "float_type": "debe ser un número",
    "bool_type": "debe ser true o false",
    "string_type": "debe ser un texto",
    "list_type": "debe ser una lista",
    "int_from_float": "debe ser un número entero",
    "int_parsing_size": "es un número demasiado grande",
    "greater_than_equal": "debe ser como mínimo {ge}",
    "less_than_equal": "debe ser como máximo {le}",
    "greater_than": "debe ser mayor que {gt}",
    "less_than": "debe ser menor que {lt}",
    "union_tag_not_found": "debe decir {discriminator}",
    "union_tag_invalid": "debe decir en {discriminator} uno de {expected_tags}",
    "enum": "debe ser {expected}",
    "literal_error": "debe ser {expected}",
    "string_too_long": "admite hasta {max_length} caracteres",
    "string_too_short": "necesita al menos {min_length} caracteres",
    "too_long": "admite hasta {max_length} elementos",
    "too_short": "necesita al menos {min_length} elementos",
    "extra_forbidden": "no existe",
    "json_invalid": "no es JSON válido",
    "string_pattern_mismatch": "no tiene la forma {pattern}",
    "dict_type": "debe ser un objeto",
    "model_attributes_type": "debe ser un objeto",
    "decimal_parsing": "debe ser un número",
    "decimal_max_digits": "admite hasta {max_digits} cifras",
    "decimal_max_places": "admite hasta {decimal_places} decimales",
    "decimal_whole_digits": "admite hasta {whole_digits} cifras antes de la coma",
    "finite_number": "debe ser un número finito",
}


_NOWHERE: Final = frozenset({"query", "path", "body", "header", "int", "str"})
_CORE: Final = re.compile(r"constrained-|function-|tagged-union|nullable")
"""Within the place of an error: of which kind of a union pydantic tried it."""


class ProblemDetails(BaseModel):
    """An error, as RFC 9457 has it; `sugerencias` are near things that exist."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    sugerencias: list[str] = Field(default_factory=list)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model as it stands in a description by itself: `$defs` would be looked for at the wrong place."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def inlined(node: Any) -> Any:  # noqa: ANN401 - any part of a schema
        match node:
            case {"$ref": str(place), **more}:
                return inlined({**parts[place.rpartition("/")[2]], **more})
            case dict():
                return {name: inlined(inner) for name, inner in node.items()}
            case list():
                return [inlined(inner) for inner in node]
            case _:
                return node

    return {name: inlined(inner) for name, inner in schema.items()}


def by_name(model: type[BaseModel]) -> dict[str, Any]:
    """A reference to a model that `install` is given, so that it is described once and generated once."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its OpenAPI description."""
    content = {PROBLEM_TYPE: {"schema": by_name(ProblemDetails)}}
    return {status: {"description": _TITLES[status], "content": content} for status in statuses}


def problem(
    status: int, detail: str, suggestions: list[str] | None = None, headers: dict[str, str] | None = None
) -> Response:
    """One error answer; who asks for HTML gets a page in its place."""
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    body = ProblemDetails(title=title, status=status, detail=detail, sugerencias=suggestions or [])
    content = msgspec.json.encode(body.model_dump())
    return Response(content, status, media_type=PROBLEM_TYPE, headers={**PAGE_BESIDE, **(headers or {})})


def around_everything(app: FastAPI, layer: Callable[[ASGIApp], ASGIApp]) -> None:
    """Put a layer around all that an app does: what answers an unexpected error stands outside of `add_middleware`."""
    inner = app.build_middleware_stack
    app.build_middleware_stack = lambda: layer(inner())  # type: ignore[method-assign]


def install(app: FastAPI, models: Iterable[type[BaseModel]] = ()) -> None:
    """Map every error of the app to a problem, and describe these models beside those of its routes."""
    app.exception_handler(AlmazaraError)(_on_own_error)
    app.exception_handler(RequestValidationError)(_on_invalid_request)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(ClientDisconnect)(_on_hanging_up)
    app.exception_handler(Exception)(_on_unexpected)
    every: list[type[BaseModel]] = [ProblemDetails, *models]
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:  # FastAPI keeps what it has described once
            named = {model.__name__: schema_of(model) for model in every}
            describe().setdefault("components", {}).setdefault("schemas", {}).update(named)
        return describe()

    app.openapi = described  # type: ignore[method-assign]


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: HTTPException) -> None:
    """Answer for a middleware as a route's refusal would be answered: a problem, or a page for its reader."""
    answer = scope["app"].exception_handlers[HTTPException]
    await (await answer(Request(scope), refusal))(scope, receive, send)


def status_of(error: AlmazaraError) -> int:
    """HTTP status of an error of ours; 500 for one that no request can cause."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def tell(request: Request, error: AlmazaraError) -> None:
    """Log what does not answer, which the answer does not name."""
    if isinstance(error, UnavailableError):
        log.event("unavailable", path=request.url.path, reason=error)


def asked_language(request: Request) -> Language | None:
    """The language that the address asks for, as films or as prices call it; None where it asks for none."""
    asked = (request.query_params.get(name) for name in ("lengua", "language"))
    return next((Language(one) for one in asked if one in set(Language)), None)


async def _on_own_error(request: Request, error: AlmazaraError) -> Response:
    tell(request, error)
    suggestions = error.suggestions if isinstance(error, InputError | NotFoundError) else None
    return problem(status_of(error), error.text(asked_language(request)), suggestions)


async def _on_invalid_request(_request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    more = [f"Y {len(found) - _TOLD} fallos más."] if len(found) > _TOLD else []
    return problem(422, " ".join([*map(_sentence, found[:_TOLD]), *more]))


def _sentence(one: dict[str, Any]) -> str:
    if one["type"] == "json_invalid":
        return "El cuerpo de la petición no es JSON válido."
    where = ".".join(str(part) for part in one["loc"] if part not in _NOWHERE and not _CORE.search(str(part)))
    rule = _RULES.get(one["type"])
    said = rule.format_map(one.get("ctx", {})).replace(" or ", " o ") if rule else one["msg"]
    return f"El parámetro {where} {said}." if where else f"El cuerpo de la petición {said}."


async def _on_http_error(request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case 400 if isinstance(error.__cause__, ClientDisconnect):
            return await _on_hanging_up(request, error)
        case 400 if isinstance(error.detail, str):  # FastAPI's, for a body that is no JSON, or not even text
            return problem(422, "El cuerpo de la petición no es JSON válido.")
        case 404:
            detail = f"No hay nada en {request.url.path[:200]}: las rutas están en /docs."
        case 405:
            detail = f"{request.method} no se admite en esta ruta: las rutas están en /docs."
        case _:
            detail = text_of(error.detail, asked_language(request) or Language.ES)
    return problem(error.status_code, detail, headers=headers_of(request, error))


def headers_of(request: Request, error: HTTPException) -> dict[str, str]:
    """Which key is wanted, when to ask again, what may be asked: Starlette names the methods of one route alone."""
    if error.status_code != METHOD_NOT_ALLOWED:
        return dict(error.headers or {})
    paths = request.app.openapi()["paths"]
    path = request.scope["path"]  # as it stands before one that takes whatever follows
    if path not in paths:
        path = getattr(request.scope.get("route"), "path_format", "")
    described = {method.upper() for method in paths.get(path, ())}
    methods = described or _answered(request) or {"GET"}  # below a mount there are files
    return {"Allow": ", ".join(sorted({*methods, "OPTIONS", *({"HEAD"} if "GET" in methods else ())}))}


def _answered(request: Request) -> set[str]:
    """The methods of a path that the API does not describe, as that of a page."""
    asked = ((method, {**request.scope, "method": method}) for method in _METHODS)
    routes = request.app.router.routes
    return {method for method, scope in asked if any(route.matches(scope)[0] is Match.FULL for route in routes)}


async def _on_hanging_up(_request: Request, _error: Exception) -> Response:
    """Nobody waits for it any more; it is counted as what it is, and not as an error of ours."""
    return Response(status_code=_HUNG_UP)


async def _on_unexpected(request: Request, error: Exception) -> Response:
    log.event("unexpected_error", path=request.url.path, error=repr(error))
    return problem(500, "Algo ha fallado en el servidor: el error está en su registro.")

"""Every error leaves as `application/problem+json` (RFC 9457), with a sentence that says what is allowed."""

import re
from collections.abc import Callable
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
from almazara.api.language import language_of
from almazara.errors import AlmazaraError, ConflictError, InputError, NotFoundError, UnavailableError
from almazara.words.numbers import Language
from almazara.words.said import Said, is_worded, said, text_of

PROBLEM_TYPE: Final = "application/problem+json"
METHOD_NOT_ALLOWED: Final = 405
_HUNG_UP: Final = 499  # what nginx, and whoever reads its logs, counts so
_METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
PAGE_BESIDE: Final = {"Vary": "Accept, Accept-Language"}
"""Headers of an answer in whose place a page is sent to those who ask for HTML."""

_STATUS: Final = {NotFoundError: 404, ConflictError: 409, InputError: 422, UnavailableError: 503}
_TOLD: Final = 20
"""So many faults of a request are told; it may have as many as it has bytes."""
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


def by_name(model: type[BaseModel]) -> dict[str, Any]:
    """A reference to a model that `documentation.describe` is given, which describes it once."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its OpenAPI description."""
    content = {PROBLEM_TYPE: {"schema": by_name(ProblemDetails)}}
    return {status: {"description": title(status).text(), "content": content} for status in statuses}


def title(status: int) -> Said:
    """What an error of this status is called."""
    code = f"asking.status.{status}"
    return said(code if is_worded(code) else "asking.status.other", phrase=HTTPStatus(status).phrase)


def problem(
    status: int,
    detail: Said | str,
    language: Language,
    suggestions: list[str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """One error answer, in a language; who asks for HTML gets a page in its place."""
    told = title(status).text(language), text_of(detail, language)
    body = ProblemDetails(title=told[0], status=status, detail=told[1], sugerencias=suggestions or [])
    content = msgspec.json.encode(body.model_dump())
    return Response(content, status, media_type=PROBLEM_TYPE, headers={**PAGE_BESIDE, **(headers or {})})


def around_everything(app: FastAPI, layer: Callable[[ASGIApp], ASGIApp]) -> None:
    """Put a layer around all that an app does: what answers an unexpected error stands outside of `add_middleware`."""
    inner = app.build_middleware_stack
    app.build_middleware_stack = lambda: layer(inner())  # type: ignore[method-assign]


def install(app: FastAPI) -> None:
    """Map every error of the app to a problem."""
    app.exception_handler(AlmazaraError)(_on_own_error)
    app.exception_handler(RequestValidationError)(_on_invalid_request)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(ClientDisconnect)(_on_hanging_up)
    app.exception_handler(Exception)(_on_unexpected)


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


async def _on_own_error(request: Request, error: AlmazaraError) -> Response:
    tell(request, error)
    suggestions = error.suggestions if isinstance(error, InputError | NotFoundError) else None
    return problem(status_of(error), error.words, language_of(request), suggestions)


async def _on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    found, language = error.errors(), language_of(request)
    more = [said("asking.body.more", n=len(found) - _TOLD)] if len(found) > _TOLD else []
    told = " ".join(one.text(language) for one in [*map(_sentence, found[:_TOLD]), *more])
    return problem(422, told, language)


def _sentence(one: dict[str, Any]) -> Said:
    if one["type"] == "json_invalid":
        return said("asking.request.no_json")
    where = ".".join(str(part) for part in one["loc"] if part not in _NOWHERE and not _CORE.search(str(part)))
    code = f"asking.fault.{one['type']}"
    context = one.get("ctx", {}).items()
    allowed = {name: value if type(value) is int else _listed(str(value)) for name, value in context}
    fault = said(code, **allowed) if is_worded(code) else said("asking.fault.other", told=one["msg"])
    return said("asking.body.parameter", name=where, fault=fault) if where else said("asking.body.whole", fault=fault)


def _listed(allowed: str) -> Said | str:
    """What pydantic allows, `'a', 'b' or 'c'`, in words; a figure as it is."""
    first, between, last = allowed.rpartition(" or ")
    return said("asking.parameter.either", first=first, last=last) if between else allowed


async def _on_http_error(request: Request, error: HTTPException) -> Response:
    language = language_of(request)
    match error.status_code:
        case 400 if isinstance(error.__cause__, ClientDisconnect):
            return await _on_hanging_up(request, error)
        case 400 if isinstance(error.detail, str):  # FastAPI's, for a body that is no JSON, or not even text
            return problem(422, said("asking.request.no_json"), language)
        case 404:
            detail: Said | str = said("asking.path.nothing", path=request.url.path[:200])
        case 405:
            detail = said("asking.path.method", method=request.method)
        case _:
            detail = error.detail
    return problem(error.status_code, detail, language, headers=headers_of(request, error))


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
    return problem(500, said("asking.request.unexpected"), language_of(request))

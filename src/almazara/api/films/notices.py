"""The route that media servers send their notices to: webhooks of Plex and Jellyfin."""

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from almazara.api.errors import declared
from almazara.api.films.parameters import LANGUAGE
from almazara.api.films.users import decoded, film_users
from almazara.api.routes import Router, described, send, text, writing
from almazara.api.security import WriteGuard
from almazara.errors import InputError
from almazara.keys import Key, signature
from almazara.movies.users.answers import NoticeAnswer
from almazara.movies.users.events import USER_PATTERN
from almazara.movies.users.notices import Server
from almazara.words.said import said

router = Router(tags=["usuarios"], responses=declared(422, 503))

_FORM: Final = "multipart/form-data"
_FIELDS: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 1_000
_USER: Final = text("usuario", "Usuario al que cuenta todo.", None, {"type": "string", "pattern": f"^{USER_PATTERN}$"})
_ACCOUNT: Final = text("cuenta", "Única cuenta del servidor cuyos avisos cuentan.", None)
_SIGNATURE: Final = text(
    "firma",
    "Firma de la dirección, en lugar de la clave; la da `almazara movies events address`.",
    "",
    {"type": "string", "pattern": "^[0-9a-f]{64}$"},
)
_OBJECT: Final = {"schema": {"type": "object"}}
_PARTS: Final = {
    "type": "object",
    "required": ["payload"],
    "properties": {"payload": {"type": "string"}, "thumb": {"type": "string", "format": "binary"}},
}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "De Plex, un formulario con la parte payload; de Jellyfin, JSON o sus campos en un formulario.",
    "content": {_FORM: {"schema": _PARTS}, "application/json": _OBJECT, _FIELDS: _OBJECT},
}


def address(base: str, server: Server, user: str | None, account: str | None, key: Key | None) -> str:
    """The address to type into a media server; with a key it is signed, so that it alone may write, and only there."""
    named = {"usuario": user, "cuenta": account}
    query = {name: value for name, value in named.items() if value is not None}
    if key:
        query["firma"] = signature(key.sha256, _signed(server, user, account))
    return f"{base.rstrip('/')}/eventos/{server}" + (f"?{urlencode(query)}" if query else "")


def require_notice(request: Request) -> None:
    """Dependency of the route: the key in its header, or the signature of the address."""
    guard: WriteGuard = request.app.state.guard
    signed = _signed(request.path_params["servidor"], _USER.read(request), _ACCOUNT.read(request))
    guard.check_address(request, signed, _SIGNATURE.read(request))


@router.post(
    "/eventos/{servidor}",
    **writing(
        NoticeAnswer,
        200,
        "Guardar lo que un servidor de Plex o Jellyfin avisa que se vio o valoró",
        declared(413),
        guard=require_notice,
        requestBody=_BODY,
        **described(_USER, _ACCOUNT, _SIGNATURE, LANGUAGE),
    ),
)
async def hear(servidor: Annotated[Server, Path(description="Quién avisa.")], request: Request) -> Response:
    body = await _sent(request)
    whose = _USER.read(request), _ACCOUNT.read(request)
    return send(await run_in_threadpool(film_users(request).hear, servidor, body, *whose, LANGUAGE.read(request)))


def _signed(server: str, user: str | None, account: str | None) -> str:
    """What a signature stands for; None and an empty text are not the same."""
    return f"{server} {user!r} {account!r}"


async def _sent(request: Request) -> object:
    """The body's notice, decoded; of a picture beside it nothing is kept."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        return await _payload(request)
    body = await request.body()
    if kind != _FIELDS:  # Jellyfin says that it is plain text
        return decoded(body)
    try:
        return dict(parse_qsl(body.decode(errors="replace"), max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise InputError(said("films.play.no_jellyfin")) from error


async def _payload(request: Request) -> object:
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            payload = form.get("payload")
    except HTTPException as error:
        if error.status_code != 400:  # noqa: PLR2004 - Starlette's, for a broken form
            raise
        raise InputError(said("films.play.no_plex")) from error
    if not isinstance(payload, str):
        raise InputError(said("films.play.no_plex"))
    return decoded(payload)

"""Forms that write: what they hold, and who may send them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse

from almazara.api.security import WriteGuard, is_own_page
from almazara.errors import InputError
from almazara.words.said import said

KEY: Final = "clave"
_KIND: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 20


def guard(request: Request) -> WriteGuard:
    """The guard of the app, the same for forms and for the API."""
    found: WriteGuard = request.app.state.guard
    return found


async def sent(request: Request, *names: str) -> Mapping[str, str]:
    """The fields of a form that may be sent: those of these names that were filled in, and the key's.

    Raises:
        HTTPException: 401, 403 or 429, as for the API; 403 for a form that another site's page sent; 415 for another
            content type.
        InputError: for a body that is no such form: it has other fields, or one of them twice.
    """
    body = await request.body()
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(415, said("site.form.kind", kind=_KIND))
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InputError(said("site.form.unreadable")) from error
    fields = dict(pairs)
    if not is_own_page(request):
        raise HTTPException(403, said("site.form.foreign"))
    await run_in_threadpool(guard(request).check, request, fields.get(KEY, ""))
    if len(fields) < len(pairs) or not fields.keys() <= {KEY, *names}:
        raise InputError(said("site.form.unreadable"))
    return fields


def back_to(path: str) -> RedirectResponse:
    """Where one goes on after a form was taken: reloading that page sends nothing again."""
    return RedirectResponse(path, 303)

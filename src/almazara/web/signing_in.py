"""How a browser of this machine is signed in: by an address that counts once."""

from typing import Final

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from almazara.api.methods import ASKED
from almazara.keys import SESSION_LASTS
from almazara.web.forms import guard
from almazara.words.said import said

PATH: Final = "/entrar"
TICKET: Final = "ficha"
_LONGEST: Final = 100


async def sign_in(request: Request) -> Response:
    """Let the browser in that brings a ticket, and go on to where nothing of it is seen."""
    if ASKED in request.scope:  # HEAD, as of what looks whether addresses lead anywhere: it uses no ticket up
        return Response(status_code=204)
    ticket = request.query_params.get(TICKET, "")[:_LONGEST]
    cookie = await run_in_threadpool(guard(request).sign_in, request, ticket)
    if cookie is None:
        raise HTTPException(403, said("asking.request.ticket"))
    answer = RedirectResponse("/", 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    name, session = cookie
    lasts = int(SESSION_LASTS.total_seconds())
    answer.set_cookie(name, session, max_age=lasts, httponly=True, samesite="strict")
    return answer


PAGES: Final = (Route(PATH, sign_in, methods=["GET"]),)

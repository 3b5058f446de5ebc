"""The server of the app: uvicorn, with connections that are limited."""

import resource
from functools import partial
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from almazara.serving.connections import Connection, Crowd
from almazara.settings import Settings

_GRACE_SECONDS = 10


def server_over(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """A server of the app, within the limits of the settings and of this process."""
    crowd = Crowd(most_connections(settings.max_connections, _most_files()), settings.client_seconds)
    config = uvicorn.Config(
        app,
        http=cast("Any", partial(Connection, crowd=crowd)),
        ws="none",  # its connections would count no bytes
        # What the server says goes where our events go, and requests are events.
        access_log=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def most_connections(asked: int, files: int) -> int:
    """How many connections are held: what was asked for, and half of the files that may be open at most.

    Databases, published files and those who were not told yet that there is no room need the others.

    Example:
        >>> most_connections(500, 1024), most_connections(500, 256)
        (500, 128)
    """
    return min(asked, files // 2)


def _most_files() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**31 if soft == resource.RLIM_INFINITY else soft

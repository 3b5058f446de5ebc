"""`almazara up` and `almazara serve`: build what is missing, then answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from almazara.cli.output import load_settings, say, showing_progress
from almazara.errors import NotFoundError, UnavailableError

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

    from almazara.settings import Settings


T = TypeVar("T")
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Scheduled = Annotated[
    bool, typer.Option("--schedule", help="Read prices, alert, forecast and renew films by itself, at its hours.")
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that serve on the one port.")]


def up(port: Port = None, host: Host = None, schedule: Scheduled = False, workers: Workers = 1) -> None:
    """Build whatever is missing from the embedded sample, and serve."""
    from almazara.app.mirror import pull_shared
    from almazara.movies.building import ensure_movies
    from almazara.prices.demo.following import follow_demo

    settings = load_settings()
    host, port = host or settings.host, settings.port if port is None else port
    _listen(host, port).close()  # a taken port is said before the work, not after it
    with showing_progress() as progress:
        _or_told(lambda: pull_shared(settings))  # what another machine has published need not be built
        artifact = _or_told(lambda: ensure_movies(settings, progress))
        is_fresh = _or_told(lambda: follow_demo(settings, progress))
    if artifact and artifact.manifest.get("sample"):
        from almazara.movies.sample import SAMPLE_NOTICE

        say(SAMPLE_NOTICE, err=True)
    # A new process image, because building leaves a hundred megabytes behind that the server would never give back.
    command = [sys.executable, "-m", "almazara", "serve", f"--host={host}", f"--port={port}", f"--workers={workers}"]
    command += ["--read-now"] if is_fresh else []
    command += ["--schedule"] if schedule else []
    os.execv(sys.executable, command)  # noqa: S606 - our own command


def _or_told(work: Callable[[], T]) -> T | None:
    """What is made, or why not: films and prices stand without each other, and `serve` refuses to run with neither."""
    try:
        return work()
    except (NotFoundError, UnavailableError) as error:
        say(f"almazara: {error}", err=True)
        return None


def serve(
    port: Port = None,
    host: Host = None,
    read_now: Annotated[bool, typer.Option("--read-now", help="Read the followed prices as soon as it runs.")] = False,
    schedule: Scheduled = False,
    workers: Workers = 1,
) -> None:
    """Serve what is built already; a version that is published later is taken up while running."""
    settings = load_settings()
    host, port = host or settings.host, settings.port if port is None else port
    listener = _listen(host, port)
    # An answer's products are small: more threads would only burn a core each, and a retraining leaves room to serve.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from almazara.api.security import is_loopback

    is_own = is_loopback(host)
    serving: Callable[[], bool]
    if workers > 1:
        from almazara.serving import workers as several

        # Each of them reads the settings for itself.
        os.environ |= {"ALMAZARA_HOST": host, "ALMAZARA_SCHEDULE": str(schedule or settings.schedule)}
        serving = partial(several.serve, listener, settings, workers, read_now=read_now)
    else:
        from almazara.asgi import create_app

        app = create_app(read_now=read_now, schedule=schedule, own_key=is_own)
        serving = partial(_serve_here, listener, settings, app)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    say(f"Almazara: {address}  (Ctrl+C ends it)", err=True)
    if is_own and settings.log_format == "text":  # a machine that reads what is logged has no browser
        _tell_how_to_write(settings, address)
    if not serving():  # uvicorn has logged why
        raise typer.Exit(1)


def _serve_here(listener: socket.socket, settings: Settings, app: FastAPI) -> bool:
    from almazara.serving.server import server_over

    server = server_over(app, settings)
    with suppress(KeyboardInterrupt):  # the ordinary end; uvicorn has finished what was under way
        server.run(sockets=[listener])
    return server.started


def _tell_how_to_write(settings: Settings, address: str) -> None:
    """Print an address that lets a browser in; none where keys are given out, for who asks whoever holds one."""
    from almazara.cli.keys import sign_in_address
    from almazara.keys import given_out

    try:
        if not given_out(settings):
            say(f"To write from a browser of this machine: {sign_in_address(settings, address)}", err=True)
    except UnavailableError as error:  # all that needs no key is answered
        say(f"Nobody can be let in to write: {error}", err=True)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before the long imports, so that a taken one is said at once and in a sentence."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UnavailableError(
            f"Port {port} on {host} cannot be used ({error.strerror or error}): choose another with --port."
        ) from error

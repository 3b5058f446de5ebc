"""`almazara up` and `almazara serve`: build what is missing, then answer."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from almazara.cli.output import load_settings, showing_progress
from almazara.errors import UnavailableError

if TYPE_CHECKING:
    import socket


Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Scheduled = Annotated[
    bool, typer.Option("--schedule", help="Read prices, alert, forecast and renew films by itself, at its hours.")
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]


def up(port: Port = None, host: Host = None, schedule: Scheduled = False) -> None:
    """Build whatever is missing from the embedded sample, and serve."""
    from almazara.app.mirror import pull_shared
    from almazara.movies.building import ensure_movies
    from almazara.prices.demo.following import follow_demo

    settings = load_settings()
    host, port = host or settings.host, settings.port if port is None else port
    _listen(host, port).close()  # a taken port is said before the work, not after it
    with showing_progress() as progress:
        pull_shared(settings)  # what another machine has published need not be built
        artifact = ensure_movies(settings, progress)
        is_fresh = follow_demo(settings, progress)
    if artifact.manifest.get("sample"):
        from almazara.movies.sample import SAMPLE_NOTICE

        typer.echo(SAMPLE_NOTICE, err=True)
    # A new process image, because building leaves a hundred megabytes behind that the server would never give back.
    command = [sys.executable, "-m", "almazara", "serve", f"--host={host}", f"--port={port}"]
    command += ["--read-now"] if is_fresh else []
    command += ["--schedule"] if schedule else []
    os.execv(sys.executable, command)  # noqa: S606 - our own command


def serve(
    port: Port = None,
    host: Host = None,
    read_now: Annotated[bool, typer.Option("--read-now", help="Read the followed prices as soon as it runs.")] = False,
    schedule: Scheduled = False,
) -> None:
    """Serve what is built already; a version that is published later is taken up while running."""
    settings = load_settings()
    host, port = host or settings.host, settings.port if port is None else port
    listener = _listen(host, port)
    # An answer's products are small: more threads would only burn a core each, and a retraining leaves room to serve.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from almazara.asgi import create_app
    from almazara.serving.server import server_over

    server = server_over(create_app(read_now=read_now, schedule=schedule), settings)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Almazara: http://{shown}:{listener.getsockname()[1]}  (Ctrl+C ends it)", err=True)
    with suppress(KeyboardInterrupt):  # the ordinary end; uvicorn has finished what was under way
        server.run(sockets=[listener])
    if not server.started:  # uvicorn has logged why
        raise typer.Exit(1)


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

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

    from almazara.settings import Settings


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
        pull_shared(settings)  # what another machine has published need not be built
        artifact = ensure_movies(settings, progress)
        is_fresh = follow_demo(settings, progress)
    if artifact.manifest.get("sample"):
        from almazara.movies.sample import SAMPLE_NOTICE

        typer.echo(SAMPLE_NOTICE, err=True)
    # A new process image, because building leaves a hundred megabytes behind that the server would never give back.
    command = [sys.executable, "-m", "almazara", "serve", f"--host={host}", f"--port={port}", f"--workers={workers}"]
    command += ["--read-now"] if is_fresh else []
    command += ["--schedule"] if schedule else []
    os.execv(sys.executable, command)  # noqa: S606 - our own command


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

    shown = f"[{host}]" if ":" in host else host
    address = f"Almazara: http://{shown}:{listener.getsockname()[1]}  (Ctrl+C ends it)"
    if workers > 1:
        has_started = _serve_in_workers(listener, settings, workers, address, read_now=read_now, schedule=schedule)
    else:
        has_started = _serve_here(listener, settings, address, read_now=read_now, schedule=schedule)
    if not has_started:  # uvicorn has logged why
        raise typer.Exit(1)


def _serve_here(listener: socket.socket, settings: Settings, address: str, *, read_now: bool, schedule: bool) -> bool:
    from almazara.asgi import create_app
    from almazara.serving.server import server_over

    server = server_over(create_app(read_now=read_now, schedule=schedule), settings)
    typer.echo(address, err=True)
    with suppress(KeyboardInterrupt):  # the ordinary end; uvicorn has finished what was under way
        server.run(sockets=[listener])
    return server.started


def _serve_in_workers(
    listener: socket.socket, settings: Settings, workers: int, address: str, *, read_now: bool, schedule: bool
) -> bool:
    from almazara.serving import workers as several

    if schedule:  # each of them reads the settings for itself
        os.environ["ALMAZARA_SCHEDULE"] = "true"
    typer.echo(address, err=True)
    return several.serve(listener, settings, workers, read_now=read_now)


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

"""`almazara flows ...`: both products from end to end, with Prefect to schedule, show and repeat them."""

from __future__ import annotations

import os
from functools import partial
from types import ModuleType
from typing import Annotated, Final

import typer

from almazara.cli.output import load_settings, say, showing_progress
from almazara.errors import InputError, MissingExtraError

app = typer.Typer(help="Both products from end to end, with Prefect.", no_args_is_help=True)
running = typer.Typer(help="Run one now: with its server where PREFECT_API_URL names one.", no_args_is_help=True)
app.add_typer(running, name="run")

# It counts its users unless it is told not to, and would start a server of its own for each run.
_QUIET: Final = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
}


@app.command()
def serve() -> None:
    """Run both at the hours of the settings, and when the server asks for it."""
    flows, settings = _flows(), load_settings()
    flows.await_server(partial(say, err=True))
    flows.serve(settings)


@running.command()
def films(
    fetch: Annotated[list[str] | None, typer.Option(help="Data set of `movies fetch`; can be repeated.")] = None,
) -> None:
    """Fetch what is asked for; clean, train, evaluate, and publish unless the result is worse."""
    flows = _flows()
    with showing_progress() as progress:
        told = flows.run_films(load_settings(), fetch or [], progress)
    say(told)


@running.command()
def prices(
    products: Annotated[list[str] | None, typer.Argument(help="Ids; all that is followed by default.")] = None,
) -> None:
    """Read what is followed; forecast, publish, alert."""
    flows = _flows()
    with showing_progress() as progress:
        told = flows.run_prices(load_settings(), products or [], progress)
    say(told)


def _flows() -> ModuleType:
    for name, value in _QUIET.items():  # Prefect reads them when it is imported
        os.environ.setdefault(name, value)
    try:
        from almazara.flows import prefect_flows
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "prefect":
            raise
        raise MissingExtraError("prefect", "Running flows with Prefect") from error
    except ValueError as error:  # what it says may hold a password
        raise InputError(
            "Prefect cannot read its settings: correct PREFECT_API_URL, such as http://127.0.0.1:4200/api, and what "
            "else begins with PREFECT_."
        ) from error
    return prefect_flows

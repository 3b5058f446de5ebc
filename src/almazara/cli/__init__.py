"""The command line: `almazara ...`. Heavy imports stand inside the commands, so that help comes at once."""

import re
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated, Final

import typer

from almazara.cli import backup, film_models, flows, keys, movies, prices, reports, serve, users
from almazara.cli.doctor import doctor
from almazara.cli.output import say
from almazara.errors import AlmazaraError, InputError, NotFoundError

_INTERRUPTED: Final = 130  # what Typer makes of a KeyboardInterrupt
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
"""What stands in an argument for bytes that are no UTF-8."""

app = typer.Typer(
    name="almazara",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(serve.up)
app.command()(serve.serve)
app.command()(doctor)
app.command()(backup.backup)
app.command()(backup.restore)
movies.app.command()(film_models.evaluate)
movies.app.command()(film_models.retrain)
movies.app.command("report")(reports.report_films)
prices.app.command("report")(reports.report_prices)
movies.app.command("recommend-for")(users.recommend_for)
movies.app.add_typer(users.app, name="events")
app.add_typer(movies.app, name="movies")
app.add_typer(prices.app, name="prices")
app.add_typer(flows.app, name="flows")
app.add_typer(keys.app, name="keys")


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if asked:
        say(metadata.version("almazara"))
        raise typer.Exit


@app.callback()
def begin(
    _: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """From raw data to served predictions: films and prices."""


def main() -> None:
    """Run a command; an error of ours is one line and exit code 1, never a traceback."""
    try:
        _refuse_broken_text(sys.argv[1:])
        app()
    except AlmazaraError as error:
        say(f"almazara: {error.for_owner}{_near(error)}", err=True)
        sys.exit(1)
    except OSError as error:  # of the machine: no permission, no room, no such folder
        name = f" {error.filename}" if error.filename else ""
        say(f"almazara: The machine refused{name}: {error.strerror or error}.", err=True)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            say("almazara: interrupted; what was published before is untouched.", err=True)
        raise


def _refuse_broken_text(arguments: Sequence[str]) -> None:
    """Bytes that are no text can be the name of a file that is there, and nothing else that a command takes."""
    for argument in arguments:
        if _UNDECODED.search(argument) and not Path(argument).exists():
            raise InputError(f"{argument.encode(errors='replace').decode()[:60]!r} holds bytes that are no UTF-8 text.")


def _near(error: AlmazaraError) -> str:
    """What exists and resembles what was asked for, where something does."""
    near = error.suggestions if isinstance(error, NotFoundError) else []
    return f" Parecido: {'; '.join(near)}." if near else ""

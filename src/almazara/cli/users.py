"""`almazara movies events ...` and `almazara movies recommend-for`: what users did with films, and lists for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

import typer

from almazara.cli.filters import filtered
from almazara.cli.output import AsJson, Table, load_settings, newest_whole, print_answer, showing_progress
from almazara.errors import InputError

if TYPE_CHECKING:
    from almazara.movies.similar.attributes import Filters
    from almazara.movies.users.film_users import FilmUsers, Imported

app = typer.Typer(help="What users did with films: import, fetch, delete.", no_args_is_help=True)

_SHOWN = 20
Exporter = Literal[
    "letterboxd", "imdb", "trakt", "simkl", "tmdb", "filmaffinity", "plex", "jellyfin", "tautulli", "csv"
]
ServerName = Literal["plex", "jellyfin"]


@app.command("import")
def import_history(
    file: Annotated[Path, typer.Argument(help="The export: its zip, or one of its CSV or JSON files.")],
    user: Annotated[str, typer.Option("--user", help="Whose history it is.")],
    source: Annotated[Exporter, typer.Option("--from", help="Who made the export; csv is any table of films.")],
    scale: Annotated[int | None, typer.Option(min=1, max=100, help="Highest rating of a table: 5, 10 or 100.")] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--column", help="What a column of a table holds: rating=Nota; several times.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a history from Letterboxd, IMDb, Trakt, Plex, Jellyfin or a table; says which rows were not taken and why."""
    from almazara.movies.users.exports import Source

    with _opened_users() as users:
        imported = users.import_export(file, Source(source), user, scale, _columns(columns or []))
    print_answer(imported, _imported_in_words(imported, user), as_json=as_json)


@app.command()
def fetch(
    server: Annotated[ServerName, typer.Argument(help="What the server runs.")],
    url: Annotated[str, typer.Option("--url", help="Where it is: http://nas:32400 or http://nas:8096.")],
    user: Annotated[str, typer.Option("--user", help="Whose history it is.")],
    account: Annotated[str | None, typer.Option("--account", help="The user's name on a Jellyfin server.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add what was seen on your own Plex or Jellyfin server; the token is ALMAZARA_MEDIA_TOKEN, or asked for."""
    from almazara.movies.users.exports import Source
    from almazara.movies.users.notices import Server
    from almazara.movies.users.servers import MediaServer

    secret = load_settings().media_token
    token = secret.get_secret_value() if secret else typer.prompt("Token", hide_input=True, err=True)
    asked = MediaServer(Server(server), url, token.strip())
    with _opened_users() as users, showing_progress() as progress:
        imported = users.import_pages(asked.pages(account, progress), Source(server), user)
    print_answer(imported, _imported_in_words(imported, user), as_json=as_json)


@app.command()
def address(
    server: Annotated[ServerName, typer.Argument(help="What the server runs.")],
    url: Annotated[str | None, typer.Option("--url", help="Where the server reaches this API.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="The user that everything counts for.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="The one account whose notices count.")] = None,
    as_json: AsJson = False,
) -> None:
    """The address to type into Plex or Jellyfin as a webhook, signed with the first key, which it does not tell."""
    from almazara.api.films.notices import address as address_of
    from almazara.cli.keys import signing_key
    from almazara.movies.users.events import check_user
    from almazara.movies.users.notices import Server

    settings = load_settings()
    base = url or f"http://{settings.host}:{settings.port}"
    parts = urlsplit(base)
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise InputError(f"{base[:80]!r} is no address of this API: it looks like https://films.example.")
    whose = None if user is None else check_user(user)
    found = address_of(base, Server(server), whose, account, signing_key(settings))
    print_answer({"address": found}, [found], as_json=as_json)


@app.command()
def delete(
    user: Annotated[str, typer.Argument(help="Whose events are deleted.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete all that was kept of a user, for good."""
    if not yes:
        typer.confirm(f"Delete all events of {user}?", abort=True, err=True)
    with _opened_users() as users:
        answer = users.delete(user)
    print_answer(answer, [answer.mensaje], as_json=as_json)


@filtered
def recommend_for(
    users: Annotated[list[str], typer.Argument(metavar="USER...", help="One user, or those of a group.")],
    n: Annotated[int, typer.Option("-n", help="How many films, 1 to 50.")] = 10,
    seen: Annotated[bool, typer.Option("--vistas", help="Also films that they know.")] = False,
    as_json: AsJson = False,
    *,
    filters: Filters,
) -> None:
    """Films for a user, or for several at once, with the reasons."""
    from almazara.movies.answers import shown
    from almazara.movies.users.answering import ListQuery

    query = ListQuery(n, filters, seen)
    with _opened_users() as known:
        answer = known.recommend(users[0], query) if len(users) == 1 else known.recommend_together(users, query)
    rows = ([shown(one), one.anio, f"{one.afinidad:.2f}", "; ".join(one.motivos)] for one in answer.detalle)
    print_answer(answer, [answer.mensaje, Table(["película", "año", "afinidad", "motivos"], rows)], as_json=as_json)


def _columns(pairs: list[str]) -> dict[str, str]:
    from almazara.movies.users.exports.table import NAMES

    columns = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(columns) < len(pairs) or not columns.keys() <= NAMES.keys():
        raise InputError(f"--column takes WHAT=NAME, and WHAT is one of {', '.join(NAMES)}.")
    return columns


def _opened_users() -> closing[FilmUsers]:
    from almazara.app.movies import live_movies, open_film_users

    settings = load_settings()
    return closing(open_film_users(settings, newest_whole(live_movies(settings), "movies")))


def _imported_in_words(imported: Imported, user: str) -> Iterator[str | Table]:
    yield f"{imported.new} events of {user} were added, {imported.known} were there already."
    for reason, count in Counter(row.reason for row in imported.refused).most_common():
        yield f"{count} rows were not taken: {reason}."
    if imported.refused:
        rows = [[row.where, row.title, row.year or "", row.reason] for row in imported.refused[:_SHOWN]]
        yield Table(["row", "title", "year", "reason"], rows)
    if len(imported.refused) > _SHOWN:
        yield f"... and {len(imported.refused) - _SHOWN} more; --json lists them all."

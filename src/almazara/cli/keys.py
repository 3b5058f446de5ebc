"""`almazara keys`: who may write to the server, by the web and over the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from almazara.cli.output import AsJson, load_settings, print_answer, say
from almazara.errors import InputError

if TYPE_CHECKING:
    from almazara.keys import Key
    from almazara.settings import Settings

app = typer.Typer(help="Keys of those who may write.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Who holds it: small letters, digits, dots and hyphens.")]


@app.command()
def add(name: Name, as_json: AsJson = False) -> None:
    """Make a key and print it, once: only its hash is kept."""
    from almazara.keys import fingerprint, key_folder

    key = key_folder(load_settings()).add(name, datetime.now(UTC))
    print_answer({"name": name, "key": key}, [key], as_json=as_json)
    say(
        f"In the header X-API-Key, or a form of the site. It is not shown again. For a server of which the home\n"
        f"does not last, in ALMAZARA_API_KEYS: the key, or sha256:{fingerprint(key)}",
        err=True,
    )


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Who holds a key, and since when."""
    from almazara.keys import given_out

    keys = given_out(load_settings())
    print_answer(keys, [f"{one.name}  {_since(one)}" for one in keys] or ["Nobody."], as_json=as_json)


@app.command()
def revoke(name: Name, as_json: AsJson = False) -> None:
    """Take a key back, at once; `own` is that of this machine, with all browsers that it has signed in."""
    from almazara.keys import key_folder

    key_folder(load_settings()).revoke(name)
    print_answer({"revoked": name}, [f"The key of {name} counts no longer."], as_json=as_json)


@app.command()
def show(as_json: AsJson = False) -> None:
    """Print the key of this machine, for programs that run on it: header X-API-Key."""
    from almazara.keys import key_folder

    key = key_folder(load_settings()).made_own()
    print_answer({"key": key}, [key], as_json=as_json)


@app.command()
def link(
    url: Annotated[str | None, typer.Option("--url", help="Where the server listens, on this machine.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print an address that signs a browser of this machine in, once, within an hour."""
    settings = load_settings()
    address = sign_in_address(settings, url or f"http://{settings.host}:{settings.port}")
    print_answer({"address": address}, [address], as_json=as_json)


def sign_in_address(settings: Settings, base: str) -> str:
    """An address under `base` that signs one browser in."""
    from almazara.keys import key_folder
    from almazara.web.signing_in import PATH, TICKET

    return f"{base.rstrip('/')}{PATH}?{TICKET}={quote(key_folder(settings).new_ticket(datetime.now(UTC)))}"


def signing_key(settings: Settings) -> Key | None:
    """The key that an address is signed with: the first that is given out, else that of this machine.

    Raises:
        InputError: when no key counts at this server.
    """
    from almazara.api.security import is_loopback
    from almazara.keys import OWN, Key, fingerprint, given_out, key_folder

    known = given_out(settings)
    if known:
        return known[0]
    if settings.open_writes:
        return None
    if not is_loopback(settings.host):
        raise InputError("No key may write at this server yet: `almazara keys add NAME` makes one.")
    return Key(OWN, fingerprint(key_folder(settings).made_own()))


def _since(key: Key) -> str:
    return "of the settings" if key.made is None else f"since {key.made:%Y-%m-%d %H:%M} UTC"

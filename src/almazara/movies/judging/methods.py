"""All methods that can be measured by name: our own and the peers."""

from importlib import import_module
from typing import Final, cast

from almazara.errors import NotFoundError
from almazara.movies.judging import peers
from almazara.movies.users.models import registry
from almazara.movies.users.models.protocol import UserModel

SPARK: Final = "als_spark"


def installed() -> list[str]:
    """Our own methods, then the peers whose library is there; ALS on Spark only runs when it is named."""
    return [*registry.installed(), *peers.installed()]


def create(name: str) -> UserModel:
    """The method of this name; refused when there is none, or its library is not installed."""
    if name in peers.PEERS:
        return peers.create(name)
    if name == SPARK:
        return cast("UserModel", import_module(f"{__package__}.{SPARK}").SparkAls())
    if name in registry.installed():
        return registry.create(name)
    known = [*registry.installed(), SPARK, *peers.PEERS]
    raise NotFoundError(f"There is no method {name!r}: choose from {', '.join(known)}.")

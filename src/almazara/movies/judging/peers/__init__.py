"""Other libraries' recommenders behind our protocol, to be measured beside ours; each library in one module.

`benchmarks/peers.md` says how to have them: they do not all fit into one environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, cast

from almazara.errors import MissingExtraError
from almazara.movies.users.models.protocol import UserModel


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a peer lives: its library, the class in our module of that name, and what that is called with."""

    library: str
    factory: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


PEERS: Final[Mapping[str, Peer]] = {
    "implicit_als": Peer("implicit", "Als"),
    "implicit_bpr": Peer("implicit", "Bpr"),
    "implicit_cosine": Peer("implicit", "Neighbors", {"kind": "cosine"}),
    "implicit_bm25": Peer("implicit", "Neighbors", {"kind": "bm25"}),
    "lenskit_ease_300": Peer("lenskit", "Ease", {"regularization": 300.0}),
    "lenskit_ease_1000": Peer("lenskit", "Ease", {"regularization": 1000.0}),
    "lenskit_implicit_mf": Peer("lenskit", "ImplicitMf", {"regularization": 10.0}),
    "lenskit_item_knn": Peer("lenskit", "ItemKnn"),
    "rectools_ease_300": Peer("rectools", "Ease", {"regularization": 300.0}),
    "rectools_ease_1000": Peer("rectools", "Ease", {"regularization": 1000.0}),
    "rectools_pure_svd": Peer("rectools", "PureSvd", {"factors": 32}),
}


def installed() -> list[str]:
    """Names of the peers whose library is there; nothing is imported to find out."""
    return [name for name, peer in PEERS.items() if find_spec(peer.library) is not None]


def create(name: str) -> UserModel:
    """The peer of this name.

    Raises:
        KeyError: for an unknown name.
        MissingExtraError: when its library is not installed.
    """
    peer = PEERS[name]
    if find_spec(peer.library) is None:
        raise MissingExtraError("bench", f"The method {name}")
    module = import_module(f"{__name__}.{peer.library}")
    return cast("UserModel", getattr(module, peer.factory)(name=name, **peer.parameters))

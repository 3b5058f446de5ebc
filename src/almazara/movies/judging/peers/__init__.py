"""Other libraries' recommenders behind our protocol, to be measured beside ours; each library in one module.

`benchmarks/peers.md` says how to have them: they do not all fit into one environment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from scipy import sparse

from almazara.errors import MissingExtraError
from almazara.movies.users.models.protocol import UserModel

Scores = Callable[[sparse.csr_array], np.ndarray]
"""What a trained peer is: the scores of profiles, see FittedUserModel."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a peer lives: its library, the function in our module of that name that trains it, and its parameters."""

    library: str
    train: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


PEERS: Final[Mapping[str, Peer]] = {
    "implicit_als": Peer("implicit", "als"),
    "implicit_bpr": Peer("implicit", "bpr"),
    "implicit_cosine": Peer("implicit", "neighbors", {"kind": "cosine"}),
    "implicit_bm25": Peer("implicit", "neighbors", {"kind": "bm25"}),
    "lenskit_ease_300": Peer("lenskit", "ease", {"regularization": 300.0}),
    "lenskit_ease_1000": Peer("lenskit", "ease", {"regularization": 1000.0}),
    "lenskit_implicit_mf": Peer("lenskit", "implicit_mf", {"regularization": 10.0}),
    "lenskit_item_knn": Peer("lenskit", "item_knn"),
    "rectools_ease_300": Peer("rectools", "ease", {"regularization": 300.0}),
    "rectools_ease_1000": Peer("rectools", "ease", {"regularization": 1000.0}),
    "rectools_pure_svd": Peer("rectools", "pure_svd", {"factors": 32}),
}


@dataclass(frozen=True, slots=True)
class FittedPeer:
    """See FittedUserModel."""

    scores: Scores


@dataclass(frozen=True, slots=True)
class PeerModel:
    """A peer as a UserModel; no peer looks at content."""

    name: str
    train: Callable[[sparse.csr_array], Scores]

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedPeer:  # noqa: ARG002
        """See UserModel."""
        return FittedPeer(self.train(interactions))


def installed() -> list[str]:
    """Names of the peers whose library is there; nothing is imported to find out."""
    return [name for name, peer in PEERS.items() if find_spec(peer.library) is not None]


def create(name: str) -> UserModel:
    """The peer of this name, which must be one of PEERS; refused when its library is not installed."""
    peer = PEERS[name]
    if find_spec(peer.library) is None:
        raise MissingExtraError("bench", f"The method {name}")
    module = import_module(f"{__name__}.{peer.library}")
    return PeerModel(name, partial(getattr(module, peer.train), **peer.parameters))

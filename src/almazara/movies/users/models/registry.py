"""Models for users by name."""

from collections.abc import Callable, Mapping
from typing import Final

from almazara.errors import NotFoundError
from almazara.movies.users.models.als import Als
from almazara.movies.users.models.ease import Ease
from almazara.movies.users.models.hybrid import UserHybrid
from almazara.movies.users.models.neighbors import ItemKnn, Popularity, Rp3Beta
from almazara.movies.users.models.protocol import UserModel

DEFAULT: Final = "hybrid"
"""What is served: the best on held-out films, see docs/user-recommendations.md."""
_MODELS: Final[Mapping[str, Callable[[], UserModel]]] = {
    "popularity": Popularity,
    "item_knn": ItemKnn,
    "rp3beta": Rp3Beta,
    "ease": Ease,
    "edlae": lambda: Ease(name="edlae", ridge=800.0, dropout=0.33),
    "edlae_content": lambda: Ease("edlae_content", ridge=400.0, dropout=0.5, content_weight=85.0, length_power=0.5),
    "als": Als,
    "hybrid": UserHybrid,
}


def installed() -> list[str]:
    """Names of the models that can be created here."""
    return list(_MODELS)


def create(name: str) -> UserModel:
    """The model of this name; raises NotFoundError for an unknown one."""
    if name not in _MODELS:
        raise NotFoundError(f"There is no model {name!r}: choose one of {', '.join(_MODELS)}.", list(_MODELS))
    return _MODELS[name]()

"""Shares what this machine publishes with others, by its settings: at a URL, or forecasts through a store."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from almazara.artifacts import Artifact, open_artifacts
from almazara.mirror import Mirror, UrlBlobs
from almazara.movies.artifact import MOVIES
from almazara.prices.publishing import FORECASTS
from almazara.prices.store.blobs import StoreBlobs
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import is_shared, open_store
from almazara.settings import Settings


def mirror_over(settings: Settings, store: ObservationStore) -> Mirror | None:
    """The mirror of the settings; None where nothing is shared. Films are too large for a store of prices."""
    if (at_url := _at_url(settings)) is not None:
        return at_url
    if is_shared(settings):
        return Mirror(open_artifacts(settings), StoreBlobs(store), frozenset({FORECASTS}))
    return None


def share(settings: Settings, artifact: Artifact) -> None:
    """Push what was published, or gone back to, where it is shared.

    Raises:
        UnavailableError: when it cannot be kept there; on this machine it is published all the same.
    """
    with _opened(settings) as mirror:
        if mirror is not None:
            mirror.push(artifact)


def pull_shared(settings: Settings) -> list[str]:
    """Take in what others have published; returns the kinds of which there was another version."""
    with _opened(settings) as mirror:
        return mirror.pull() if mirror is not None else []


@contextmanager
def _opened(settings: Settings) -> Iterator[Mirror | None]:
    if (at_url := _at_url(settings)) is not None or not is_shared(settings):
        yield at_url
        return
    with closing(open_store(settings)) as store:
        yield mirror_over(settings, store)


def _at_url(settings: Settings) -> Mirror | None:
    if settings.artifacts_url is None:
        return None
    blobs = UrlBlobs(settings.artifacts_url.get_secret_value())
    return Mirror(open_artifacts(settings), blobs, frozenset({MOVIES, FORECASTS}))

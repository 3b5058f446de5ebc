"""Moves what a store holds into another one: prices, and what users did with films, each proved to be there."""

import dataclasses
from contextlib import closing
from dataclasses import dataclass

from pydantic import SecretStr

from almazara.movies.users.event_store import CopyReport, events_in_database, open_event_store
from almazara.prices.store.migration import MigrationReport, migrate
from almazara.prices.store.registry import open_store, store_at
from almazara.runs import Progress
from almazara.settings import Settings


@dataclass(frozen=True, slots=True)
class MoveReport(MigrationReport):
    """What a move did; both stores hold the same when no product is mismatched and no film event different.

    Attributes:
        film_events: Film events that both stores hold.
        different_film_events: Ids of those that differ, because the target held something else before.
        note: Where film events are, when the target has no place for them; empty otherwise.
    """

    film_events: int
    different_film_events: tuple[str, ...]
    note: str


def move_store(settings: Settings, target_url: str, progress: Progress) -> MoveReport:
    """Copy the store of the settings into another one, which an interrupted call that is repeated goes on with.

    Film events go where a server looks for them that has the target as its store: into it, or into the home folder.

    Raises:
        InputError: when the target is no URL of a store.
        UnavailableError: when one of both stores does not answer.
    """
    there = settings.model_copy(update={"store_url": SecretStr(target_url)})
    with closing(open_store(settings)) as source, closing(store_at(target_url)) as target:
        films = _move_films(settings, there, progress)  # first: repeated they cost little, and prices keep a bookmark
        prices = migrate(source, target, lambda step: progress("copying prices", step.done, step.total))
    kept_in = f"The target has no place for film events: with it, they are kept in {settings.home_path}."
    return MoveReport(
        **dataclasses.asdict(prices),
        film_events=films.events - len(films.different),
        different_film_events=films.different,
        note="" if events_in_database(there) else kept_in,
    )


def _move_films(settings: Settings, there: Settings, progress: Progress) -> CopyReport:
    with closing(open_event_store(settings)) as source, closing(open_event_store(there)) as target:
        total = source.count()
        return source.copy_to(target, lambda done: progress("copying film events", done, total))

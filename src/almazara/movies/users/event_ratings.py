"""What users have done with films -> ratings, for the next training."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import polars as pl

from almazara.movies.cleaning import schema as s
from almazara.movies.users.events import Event, Kind
from almazara.movies.users.profiles import fold

_KEY: Final = [s.USER_ID, s.FILM_ID]


def with_events(ratings: pl.DataFrame, events: Sequence[Event], film_ids: pl.Series) -> pl.DataFrame:
    """The ratings, in order, as events have changed them: a later opinion replaces a rating, a dislike takes it away.

    Who is named by a number is the user of that number in the file; the others get negative numbers, in order of
    their names, which nobody can ask for. Events come by user, oldest first; those of films that are not in the catalog
    are left out.
    """
    told = _opinions(events, set(film_ids.to_list()))
    others = ratings.join(told, on=_KEY, how="anti")
    seen = told.filter(~pl.col("disliked")).select(ratings.columns)
    return pl.concat([others, seen]).sort(_KEY)


def _opinions(events: Sequence[Event], films: set[int]) -> pl.DataFrame:
    """One row a user and film that events speak of: `schema.RATINGS` and `disliked`."""
    by_user = {user: list(of_user) for user, of_user in groupby(events, key=lambda event: event.user)}
    number = _numbers(sorted(by_user))
    rows = []
    for user, of_user in by_user.items():
        latest = {event.film_id: event.at for event in of_user}
        opinions = fold(of_user, lambda film: film if film in films else None).opinions
        for film, opinion in opinions.items():
            rows.append((number[user], film, opinion.value, latest[film], opinion.kind is Kind.DISLIKE))
    return pl.DataFrame(rows, schema={**s.SCHEMAS[s.RATINGS], "disliked": pl.Boolean}, orient="row")


def _numbers(users: Sequence[str]) -> dict[str, int]:
    named = [user for user in users if not _is_number(user)]
    numbers = {user: int(user) for user in users if _is_number(user)}
    return numbers | {user: -place for place, user in enumerate(named, start=1)}


def _is_number(user: str) -> bool:
    """Whether the text is exactly how a user's number in a file of ratings is written."""
    return user.isascii() and user.isdigit() and not user.startswith("0") and len(user) < 19  # noqa: PLR2004 - int64

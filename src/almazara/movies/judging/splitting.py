"""Who saw what -> what a model may learn from, what it is told of a user, and what it must find; seeded."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s

NO_TIME: Final = np.iinfo(np.int64).min
HELD_OUT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who has seen what, and when.

    Attributes:
        users: (users,) int64 ids, rising; `user` counts in them.
        films: (films,) int64 ids of the films that somebody has seen, in order of the catalog; `film` counts in them.
        user: (pairs,) int32.
        film: (pairs,) int32.
        time: (pairs,) int64 microseconds since 1970, `NO_TIME` where it is unknown.
    """

    users: np.ndarray
    films: np.ndarray
    user: np.ndarray
    film: np.ndarray
    time: np.ndarray

    def matrix(self, chosen: np.ndarray) -> sparse.csr_array:
        """(users, films) float32, 1 for the chosen pairs (a mask)."""
        ones = np.ones(int(chosen.sum()), dtype=np.float32)
        places = (self.user[chosen], self.film[chosen])
        return sparse.csr_array((ones, places), shape=(len(self.users), len(self.films)))


@dataclass(frozen=True, slots=True)
class Split:
    """One way to hold pairs out.

    Attributes:
        name: As it is asked for, for example `random`.
        train: (users, films) float32: what a model learns from.
        known: (judged users, films) float32: what it is told of each user; these films are never recommended again.
        truth: (judged users, films) float32: what it must find; no row is empty.
        judged: (judged users,) their rows in `train`.
        candidates: (films,) bool: what it may recommend.
        left_out: Pairs that have no place in it, such as those without a time.
    """

    name: str
    train: sparse.csr_array
    known: sparse.csr_array
    truth: sparse.csr_array
    judged: np.ndarray
    candidates: np.ndarray
    left_out: int = 0

    def fingerprint(self) -> str:
        """Sixteen digits that are equal where the same pairs are held out: to compare across environments."""
        digest = hashlib.sha256(self.name.encode())
        for matrix in (self.train, self.known, self.truth):
            digest.update(np.asarray(matrix.indptr, dtype=np.int64).tobytes())
            digest.update(np.asarray(matrix.indices, dtype=np.int64).tobytes())
        return digest.hexdigest()[:16]


def pairs(ratings: pl.DataFrame, film_ids: pl.Series) -> Pairs:
    """Every rated pair counts as one, whatever its rating; films that nobody has rated cannot be judged and go.

    Args:
        ratings: `schema.RATINGS`: one row a (user, film).
        film_ids: Ids of the films in order of the catalog's rows; ratings of other films are left out.
    """
    rows = pl.DataFrame({s.FILM_ID: film_ids}).with_row_index("row")
    rated = ratings.join(rows, on=s.FILM_ID).sort(s.USER_ID, "row")
    if rated.is_empty():
        raise InputError("There are no ratings of films in the catalog: nothing can be evaluated. Give --ratings.")
    users, user = np.unique(rated[s.USER_ID].to_numpy(), return_inverse=True)
    _, first, film = np.unique(rated["row"].to_numpy(), return_index=True, return_inverse=True)
    time = rated[s.RATED_AT].cast(pl.Int64).fill_null(NO_TIME).to_numpy()
    films = rated[s.FILM_ID].to_numpy()[first]
    return Pairs(users, films, user.astype(np.int32), film.astype(np.int32), time)


def random_split(of: Pairs, rng: np.random.Generator, share: float = HELD_OUT) -> Split:
    """A share of each user's films, drawn at random, is held out."""
    held_out = _last_of_user(of.user, rng.random(len(of.user)), share)
    return _by_user("random", of, ~held_out, held_out)


def temporal_split(of: Pairs, rng: np.random.Generator, share: float = HELD_OUT) -> Split:
    """The last share of each user's own films is held out; films of the same second are in random order."""
    timed = _timed(of, "temporal")
    order = np.empty(len(of.user))
    order[np.lexsort((rng.random(len(of.user)), of.time))] = np.arange(len(of.user))
    held_out = np.zeros(len(of.user), dtype=bool)
    held_out[timed] = _last_of_user(of.user[timed], order[timed], share)
    return _by_user("temporal", of, timed & ~held_out, held_out)


def time_split(of: Pairs, share: float = HELD_OUT) -> Split:
    """Everything after one moment is held out, for all users; who comes after it is judged without a known film."""
    timed = _timed(of, "time")
    moment = np.quantile(of.time[timed], 1 - share, method="lower")
    held_out = timed & (of.time > moment)
    if not held_out.any():
        raise InputError("All ratings have the same time: they cannot be split by time.")
    return _by_user("time", of, timed & ~held_out, held_out)


def cold_split(of: Pairs, rng: np.random.Generator, share: float = HELD_OUT) -> Split:
    """A share of the films loses all its ratings; only these may be recommended, to users who know others."""
    is_cold = rng.permutation(len(of.films)) < int(share * len(of.films))
    held_out = is_cold[of.film]
    found = _by_user("cold", of, ~held_out, held_out)
    has_known = np.diff(found.known.indptr) > 0
    return Split("cold", found.train, found.known[has_known], found.truth[has_known], found.judged[has_known], is_cold)


def short_split(of: Pairs, rng: np.random.Generator, n_known: int, share: float = HELD_OUT) -> Split:
    """A share of the users trains nothing; of each `n_known` films are known and all others must be found.

    Drawn with the same seed, splits with another `n_known` judge the same users, as far as these have more films than
    that, and fewer known films are among more.
    """
    is_judged = rng.permutation(len(of.users)) < max(1, int(share * len(of.users)))
    judged = is_judged[of.user]
    place = _rank_in_user(of.user, rng.random(len(of.user)))
    enough = np.bincount(of.user, minlength=len(of.users))[of.user] > n_known
    known, truth = judged & enough & (place < n_known), judged & enough & (place >= n_known)
    return _split(f"short-{n_known}", of, ~judged, known, truth)


def _by_user(name: str, of: Pairs, train: np.ndarray, held_out: np.ndarray) -> Split:
    return _split(name, of, train, train, held_out)


def _split(name: str, of: Pairs, train: np.ndarray, known: np.ndarray, truth: np.ndarray) -> Split:
    """The split of masks over the pairs; users without anything to find are not judged."""
    found = of.matrix(truth)
    judged = np.flatnonzero(np.diff(found.indptr))
    if not len(judged):
        raise InputError(f"The split {name} holds nothing out: no user has enough films.")
    left_out = int(np.sum(~(train | known | truth)))
    every = np.ones(len(of.films), dtype=bool)
    return Split(name, of.matrix(train), of.matrix(known)[judged], found[judged], judged, every, left_out)


def _timed(of: Pairs, name: str) -> np.ndarray:
    timed = of.time != NO_TIME
    if not timed.any():
        raise InputError(f"These ratings carry no times: the split {name} needs them. Use --split random.")
    return np.asarray(timed)


def _last_of_user(user: np.ndarray, key: np.ndarray, share: float) -> np.ndarray:
    """A mask of the pairs that are the last `share` of their user by `key`, rounded down."""
    count = np.bincount(user)[user]
    return np.asarray(_rank_in_user(user, key) >= count - np.floor(share * count + 1e-9))


def _rank_in_user(user: np.ndarray, key: np.ndarray) -> np.ndarray:
    """The place of each pair among those of its user, by rising `key`, from 0."""
    order = np.lexsort((key, user))
    starts = np.searchsorted(user[order], user[order])
    rank = np.empty(len(user), dtype=np.int64)
    rank[order] = np.arange(len(user)) - starts
    return rank

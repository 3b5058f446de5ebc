"""The default for users: two linear item models, landmark users, popularity, and content for cold films."""

from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import numpy as np
from scipy import linalg, sparse

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.similar.content import term_arrays
from almazara.movies.users.models import blend as user_blend
from almazara.movies.users.models import landmarks
from almazara.movies.users.models.ease import Denoiser, Ease, zero_diagonal_weights
from almazara.movies.users.models.item_weights import DENSE_ITEMS, gram, warm_films
from almazara.movies.users.models.landmarks import LandmarkConfig
from almazara.movies.users.scores import CODES, LearnedScores

_REFERENCE_USERS: Final = 2000
_LINEAR: Final = Ease(ridge=400.0, dropout=0.5, content_weight=120.0, length_power=0.5)
_JUDGES: Final = 500
_JUDGING_SHARE: Final = 0.15
_HIDDEN: Final = 0.2
_LEARNING_USERS: Final = 20_000
_LEARNING_FILMS: Final = 4_000
_SCORED_USERS: Final = 1000
_TELLING_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class FittedUserHybrid:
    """The arrays that `LearnedScores` reads; scores come from the very code that serves."""

    arrays: Arrays
    similar: Arrays | None = None

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        reader = LearnedScores(self.arrays, self.similar)
        found = np.empty(profiles.shape, dtype=np.float32)
        for row, (first, last) in enumerate(zip(profiles.indptr, profiles.indptr[1:], strict=False)):
            found[row] = reader.scores(profiles.indices[first:last], profiles.data[first:last])
        return found


@dataclass(frozen=True, slots=True)
class UserHybrid:
    """Leans on what is known of a profile: popularity for none, tastes of others for short ones, all for long ones.

    Attributes:
        linear: The linear item model for long profiles, for 2,000 users.
        denoiser: That for short ones, for as many.
        growth: Power of the number of users by which their ridges and content weights grow.
        cold_factors: Dimensions in which the scores of cold films are predicted.
        cold_ridge: Regularization of their prediction from content.
        similar: The lists of films similar to each, by the same ratings; nothing is learned from them.
    """

    name: str = "hybrid"
    linear: Ease = _LINEAR
    denoiser: Denoiser = field(default_factory=Denoiser)
    growth: float = 0.3
    cold_factors: int = 32
    cold_ridge: float = 0.5
    landmarks: LandmarkConfig = field(default_factory=LandmarkConfig)
    similar: Arrays | None = None

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedUserHybrid:
        """See UserModel; the weights of the signals are learned on films that a first fit has not seen."""
        if not (has_films := np.diff(interactions.indptr) > 0).all():  # else a copy of all ratings would be kept
            interactions = sparse.csr_array(interactions[has_films])
        blend = self._learned_blend(interactions, content)
        arrays = {**self._signals(interactions, content), "blend": blend}
        return FittedUserHybrid({**arrays, **self._cold(arrays, interactions, content)}, self.similar)

    def _learned_blend(self, interactions: sparse.csr_array, content: sparse.csr_array) -> np.ndarray:
        """Some users are kept out of a first fit for the short profiles, a fifth of others' films for the long ones."""
        users = landmarks.by_hash(interactions)
        n_judges = min(_JUDGES, int(_JUDGING_SHARE * len(users)))
        if n_judges < user_blend.FEWEST_USERS:
            return user_blend.DEFAULT
        rng = np.random.default_rng(0)
        newcomers = sparse.csr_array(interactions[np.sort(users[:n_judges])])
        others = sparse.csr_array(interactions[np.sort(users[n_judges:_LEARNING_USERS])])
        shown, regulars = _partly_shown(others, n_judges, rng)
        return user_blend.learn(self._signals(shown, content, _LEARNING_FILMS), newcomers, regulars, rng)

    def _signals(
        self, interactions: sparse.csr_array, content: sparse.csr_array, most: int = DENSE_ITEMS
    ) -> dict[str, np.ndarray]:
        """Everything but the weights of the signals and the cold films, which are none yet."""
        warm = warm_films(interactions, most)
        seen = sparse.csr_array(interactions[:, warm])
        content_of_warm = sparse.csr_array(content[warm])
        scale = (max(seen.shape[0], 1) / _REFERENCE_USERS) ** self.growth
        weights = zero_diagonal_weights(_scaled(self.linear, scale).precision(seen, content_of_warm))
        compared = landmarks.fit(seen, weights, self.landmarks)
        coded = _coded(weights)
        del weights
        from_few, bias = _scaled(self.denoiser, scale).weights(seen, content_of_warm)
        return {
            "n_films": np.array([interactions.shape[1]], dtype=np.int64),
            "warm": warm,
            "popularity": np.sqrt(np.asarray(seen.sum(axis=0)).ravel()).astype(np.float32),
            **{f"linear_{name}": array for name, array in coded.items()},
            **{f"denoiser_{name}": array for name, array in _coded(from_few).items()},
            "denoiser_bias": bias,
            "factors": compared.factors,
            "tastes": compared.tastes,
            "readout": compared.readout,
            "directions": compared.directions,
            "width": np.array([self.landmarks.width], dtype=np.float32),
            "lengths": user_blend.LENGTHS,
            "blend": user_blend.DEFAULT,
            "cold": np.zeros(0, dtype=np.int32),
            "cold_factors": np.zeros((0, 1), dtype=np.float32),
            "cold_popularity": np.zeros(0, dtype=np.float32),
            "warm_factors": np.zeros((len(warm), 1), dtype=np.float32),
        }

    def _cold(self, arrays: Arrays, interactions: sparse.csr_array, content: sparse.csr_array) -> dict[str, np.ndarray]:
        """Factors of scores for the warm films, what content says that those of the cold films are, and the content.

        The main directions in which the scores of users differ are predicted from content by ridge regression: a cold
        film gets the scores that warm films of such content have; its popularity is predicted likewise.
        """
        warm = arrays["warm"]
        cold = np.setdiff1d(np.arange(len(content.indptr) - 1, dtype=np.int32), warm)
        users = np.sort(landmarks.by_hash(interactions)[:_SCORED_USERS])
        scored = FittedUserHybrid(arrays).scores(sparse.csr_array(interactions[users]))[:, warm]
        directions = landmarks.main_directions(scored, self.cold_factors)
        popularity = arrays["popularity"] - arrays["popularity"].mean() if len(warm) else arrays["popularity"]
        told = np.column_stack([directions, popularity])
        own = sparse.csr_array(content[warm])
        alike = gram(sparse.csr_array(own.T))
        alike[np.diag_indices_from(alike)] += np.float32(self.cold_ridge)
        by_term = own.T @ linalg.solve(alike, told, assume_a="pos", overwrite_a=True) if len(warm) else None
        factors = np.zeros((len(cold), told.shape[1])) if by_term is None else content[cold] @ by_term
        return {
            "cold": cold,
            "cold_factors": factors[:, :-1].astype(np.float32),
            "cold_popularity": factors[:, -1].astype(np.float32),
            "warm_factors": directions,
            **term_arrays(_telling(content)),
        }


_Linear = TypeVar("_Linear", Ease, Denoiser)


def _scaled(model: _Linear, scale: float) -> _Linear:
    """The model for so many times as many users as its regularization was chosen for."""
    return replace(model, ridge=model.ridge * scale, content_weight=model.content_weight * scale)


def _partly_shown(
    seen: sparse.csr_array, n_users: int, rng: np.random.Generator
) -> tuple[sparse.csr_array, list[user_blend.Case]]:
    """The matrix without a fifth of the films of some users, and what these have shown and hidden."""
    shown, cases = seen.copy(), []
    for user in np.sort(landmarks.by_hash(seen)[:n_users]):
        entries = slice(seen.indptr[user], seen.indptr[user + 1])
        is_hidden = rng.random(entries.stop - entries.start) < _HIDDEN
        shown.data[entries][is_hidden] = 0
        cases.append((seen.indices[entries][~is_hidden], seen.indices[entries][is_hidden]))
    shown.eliminate_zeros()
    return shown, cases


def _telling(content: sparse.csr_array) -> sparse.csr_array:
    """The content without the few terms that most films have: they tell least, and take most of the time."""
    films_of = np.bincount(content.indices, minlength=content.shape[1])
    return sparse.csr_array(content[:, np.flatnonzero(films_of <= _TELLING_SHARE * content.shape[0])])


def _coded(weights: np.ndarray) -> dict[str, np.ndarray]:
    """Weights in one byte each, finer near 0, where most are: cut to the largest they would lose more, and small."""
    codes = np.zeros(weights.shape, dtype=np.int8)
    values = np.abs(weights).max(axis=1, initial=0).astype(np.float32)
    for row in np.flatnonzero(values):
        share = weights[row] / values[row]
        codes[row] = np.rint(CODES * np.sign(share) * np.sqrt(np.abs(share)))
    return {"codes": codes, "values": values}

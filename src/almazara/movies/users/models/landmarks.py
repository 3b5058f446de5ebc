"""Kernel ridge regression on landmark users: what users whose taste is nearest have seen, as a smooth function."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import linalg, sparse

_ITERATIONS: Final = 4
_OVERSAMPLED: Final = 16
_BLOCK: Final = 4096
_JITTER: Final = 1e-5
_OFTEN_KNOWN: Final = 1024
"""Films of which each is a profile among those whose scores must be kept: they differ more than those of long ones."""


@dataclass(frozen=True, slots=True)
class LandmarkConfig:
    """How tastes are compared.

    Attributes:
        n_factors: Dimensions of a taste.
        n_landmarks: Users that new ones are compared with.
        smoothing: Weight of the films that a linear model expects of a user against those that they have.
        popularity_power: A film weighs in a taste its number of users to minus this power.
        width: How fast likeness falls with 1 - cosine.
        ridge: Regularization of what is read off the likenesses.
        n_directions: Main directions of the scores that are kept: 96 of those of 512 landmarks leave nine tenths of the
            first hundred films as they are, and take a fifth of the time.
    """

    n_factors: int = 64
    n_landmarks: int = 512
    smoothing: float = 4.0
    popularity_power: float = 0.1
    width: float = 2.0
    ridge: float = 3.0
    n_directions: int = 96


@dataclass(frozen=True, slots=True)
class Landmarks:
    """A profile's taste is the normalized sum of its films' factors; its scores are read off its likenesses.

    Attributes:
        factors: (films, k) float32.
        tastes: (landmarks, k) float32, of length one.
        readout: (landmarks, d) float32, which leads from likenesses to scores in the main directions.
        directions: (films, d) float32.
    """

    factors: np.ndarray
    tastes: np.ndarray
    readout: np.ndarray
    directions: np.ndarray


def fit(seen: sparse.csr_array, linear: np.ndarray, config: LandmarkConfig) -> Landmarks:
    """Learn to predict all films of a user from how like they are to the landmarks.

    The Nyström form (Williams and Seeger, 2001) of kernel ridge regression over users, which is the infinitely wide
    autoencoder of Sachdeva et al., "Infinite recommendation networks" (2022); here with a Gaussian kernel over tastes
    that a linear item model has denoised. A user's own films pull only those films up, so that a user who was trained
    on and one who is folded in get the same order of the films that they do not have.

    Args:
        seen: (users, films), only films with users.
        linear: (films, films), the weights of a linear item model.
        config: How tastes are compared.
    """
    users_of_film = np.maximum(np.asarray(seen.sum(axis=0)).ravel(), 1)
    lens = np.float32(config.smoothing) * linear
    lens[np.diag_indices_from(lens)] += (users_of_film**-config.popularity_power).astype(np.float32)
    factors = lens @ _principal(seen, lens, config.n_factors)
    del lens
    tastes = normalized(seen @ factors)
    chosen = tastes[np.sort(by_hash(seen)[: config.n_landmarks])]
    readout = _readout(seen, tastes, chosen, config)
    of_films = normalized(factors[np.argsort(-users_of_film, kind="stable")[:_OFTEN_KNOWN]])
    scored = likeness(np.concatenate([chosen, of_films]), chosen, config.width) @ readout
    directions = main_directions(scored, config.n_directions)
    return Landmarks(factors, chosen, readout @ directions, directions)


def likeness(tastes: np.ndarray, landmarks: np.ndarray, width: float) -> np.ndarray:
    """(profiles, landmarks): 1 for equal tastes, falling with their angle."""
    return np.asarray(np.exp(width * (tastes @ landmarks.T - 1)))


def normalized(rows: np.ndarray) -> np.ndarray:
    """Rows of length one; a zero row stays."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    lengths[lengths == 0] = 1
    return np.asarray(rows / lengths[:, None], dtype=np.float32)


def by_hash(seen: sparse.csr_array) -> np.ndarray:
    """Users in an order that depends on their films only: a sample that no order of the input can change."""
    marks = np.random.default_rng(0).integers(1, 1 << 40, seen.shape[1])
    hashes = np.add.reduceat(np.append(marks[seen.indices], 0), seen.indptr[:-1]) * (np.diff(seen.indptr) > 0)
    return np.argsort((hashes * 2_654_435_761) % (1 << 31), kind="stable")


def main_directions(scores: np.ndarray, most: int) -> np.ndarray:
    """The main right singular vectors of scores (users, films): (films, most or fewer) float32."""
    count = len(scores)
    if not count:
        return np.zeros((scores.shape[1], 0), dtype=np.float32)
    # Only those that are kept, in the matrix's own memory: all of them take four times as much.
    wanted = [max(count - most, 0), count - 1]
    values, vectors = linalg.eigh((scores @ scores.T).T, subset_by_index=wanted, overwrite_a=True, driver="evr")
    kept = values > np.finfo(np.float32).eps * max(values.max(), 1) * count
    return np.asarray(scores.T @ (vectors[:, kept] / np.sqrt(values[kept])), dtype=np.float32)


def _principal(seen: sparse.csr_array, lens: np.ndarray, n_factors: int) -> np.ndarray:
    """Directions in which the smoothed profiles differ most, by subspace iteration from a fixed start."""
    width = min(n_factors + _OVERSAMPLED, len(lens))
    basis = np.random.default_rng(0).standard_normal((len(lens), width)).astype(np.float32)
    for _ in range(_ITERATIONS):
        basis, _ = np.linalg.qr(basis)
        basis = lens.T @ (seen.T @ (seen @ (lens @ basis)))
    basis, _ = np.linalg.qr(basis)
    smoothed = seen @ (lens @ basis)
    _, vectors = np.linalg.eigh(smoothed.T @ smoothed)
    return np.asarray(basis @ vectors[:, ::-1][:, :n_factors], dtype=np.float32)


def _readout(seen: sparse.csr_array, tastes: np.ndarray, chosen: np.ndarray, config: LandmarkConfig) -> np.ndarray:
    """The ridge solution in double precision: landmarks that are nearly alike leave little in single."""
    landmarks = chosen.astype(np.float64)
    left = config.ridge * likeness(landmarks, landmarks, config.width)
    right = np.zeros((len(chosen), seen.shape[1]), dtype=np.float64)
    for start in range(0, seen.shape[0], _BLOCK):
        near = likeness(tastes[start : start + _BLOCK].astype(np.float64), landmarks, config.width)
        left += near.T @ near
        right += (seen[start : start + _BLOCK].T @ near).T
    left[np.diag_indices_from(left)] += _JITTER * np.trace(left) / max(len(left), 1)
    return np.asarray(linalg.solve(left, right, assume_a="pos"), dtype=np.float32)

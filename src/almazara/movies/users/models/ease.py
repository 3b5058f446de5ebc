"""EASE, its denoised form EDLAE, and a denoiser for short profiles, each by one inversion of a Gram matrix."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from almazara.errors import InputError
from almazara.movies.users.models.item_weights import ItemWeights, add_gram, gram, warm_films


@dataclass(frozen=True, slots=True)
class Ease:
    """A linear model of each film by all others, zero diagonal: one inversion of the regularized Gram matrix.

    Sources: Steck, "Embarrassingly shallow autoencoders for sparse data" (2019); "Autoencoders that don't overfit
    towards the identity" (2020), whose full-rank form adds p / (1 - p) of the diagonal (EDLAE); terms of the content
    as further users: Jeunen, Van Balen and Goethals, "Closed-form models for collaborative filtering with
    side-information" (2020). Users with long profiles count less in the Gram matrix.

    Attributes:
        ridge: Added to the diagonal, in users.
        dropout: p, the share of a film's users that is dropped while it helps to predict others; 0 is EASE.
        content_weight: Weight of a film's content against that of one user.
        length_power: A user weighs (films of the user / mean) to minus this power; 0 counts all alike.
    """

    name: str = "ease"
    ridge: float = 1000.0
    dropout: float = 0.0
    content_weight: float = 0.0
    length_power: float = 0.0

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> ItemWeights:
        """See UserModel."""
        warm = warm_films(interactions)
        precision = self.precision(sparse.csr_array(interactions[:, warm]), sparse.csr_array(content[warm]))
        return ItemWeights(interactions.shape[1], warm, zero_diagonal_weights(precision))

    def precision(self, seen: sparse.csr_array, content: sparse.csr_array) -> np.ndarray:
        """The inverse of the regularized Gram matrix, (films, films) float32.

        Args:
            seen: (users, films), only films with users.
            content: (films, terms) of the same films.
        """
        found = gram(weighted_users(seen, self.length_power))
        users = np.diag(found).copy()
        _add_content(found, content, self.content_weight)
        found[np.diag_indices_from(found)] += self.ridge + self.dropout / (1 - self.dropout) * users
        return inverse(found)


@dataclass(frozen=True, slots=True)
class Denoiser:
    """Predicts all films of a user from a random few of them: the best linear map for profiles that are short.

    Each film of a training profile is kept with probability q; the least squares over all such draws have a closed form
    (the dropout of Steck 2020, see `Ease`, at the inputs alone). A column that is always on learns what is popular, so
    that a film of the profile tells only what it adds to that.

    Attributes:
        kept: q.
        ridge: Added to the diagonal, in users with such profiles.
        content_weight: Weight of a film's content against that of one user.
        length_power: A user weighs (films of the user / mean) to minus this power.
    """

    kept: float = 0.015
    ridge: float = 20.0
    content_weight: float = 5.0
    length_power: float = 0.75

    def weights(self, seen: sparse.csr_array, content: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
        """Fit.

        Args:
            seen: (users, films), only films with users, and users with films.
            content: (films, terms) of the same films.

        Returns:
            (films, films) float32, from a film of the profile (row) to a candidate (column), zero diagonal; and
            (films,) float32, what a candidate gets from any profile.
        """
        n_films = seen.shape[1]
        always = sparse.csr_array(np.ones((seen.shape[0], 1), dtype=np.float32))
        found = gram(weighted_users(sparse.csr_array(sparse.hstack([seen, always])), self.length_power))
        noise = (1 - self.kept) / self.kept * np.diag(found)[:n_films] + self.ridge / self.kept
        _add_content(found, content, self.content_weight)
        found[np.diag_indices(n_films)] += noise
        found[n_films, n_films] += self.ridge * self.kept
        precision = inverse(found)
        bias = -precision[n_films, :n_films] * noise
        weights = precision[:n_films, :n_films]
        weights *= -(noise / self.kept)[None, :]
        np.fill_diagonal(weights, 0)
        return weights, bias


def _add_content(found: np.ndarray, content: sparse.csr_array, weight: float) -> None:
    """Add the terms of films as if they were users of them, in place; `found` may go on behind the films."""
    if weight:
        terms = sparse.csr_array(content.T * np.float32(np.sqrt(weight)))
        add_gram(found[: terms.shape[1], : terms.shape[1]], terms, terms)


def weighted_users(seen: sparse.csr_array, power: float) -> sparse.csr_array:
    """Rows scaled so that in the Gram matrix long profiles count less, and all together as much as before."""
    if not seen.shape[0]:
        return seen
    lengths = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1)
    weights = lengths**-power
    weights *= lengths.sum() / max((weights * lengths).sum(), 1)
    return sparse.csr_array(sparse.diags_array(np.sqrt(weights).astype(np.float32)) @ seen)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric positive definite matrix, by Cholesky in its own memory."""
    if not matrix.size:
        return matrix  # LAPACK refuses what is empty
    factor, failed = linalg.lapack.spotrf(matrix.T, lower=1, overwrite_a=1)
    if failed:
        raise InputError("The ratings cannot be fitted with so little regularization: give a larger ridge.")
    found, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    for row in range(1, len(found)):
        found[:row, row] = found[row, :row]
    return np.asarray(found)


def zero_diagonal_weights(precision: np.ndarray) -> np.ndarray:
    """Weights of the linear model from the inverse of its Gram matrix, in the same memory."""
    diagonal = np.diag(precision).copy()
    precision /= -diagonal[None, :]
    np.fill_diagonal(precision, 0)
    return precision

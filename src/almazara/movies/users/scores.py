"""How well all films suit a profile or a group, read from arrays that were fitted at build time: NumPy only."""

import math
from typing import Final, Protocol

import numpy as np

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.similar.stored import SimilarFilms, TermIndex
from almazara.movies.users.groups import in_turn

CODES: Final = 127
"""The largest code of a weight."""
_BLOCK: Final = 256
_AGAINST: Final = np.float32(0.3)
"""Weight of the likeness to disliked films, in standard deviations."""

_COLD: Final = np.array([[1.0, 0.7, 0.7], [2.0, 1.5, 0.5]])
"""How much the content of the profile, popularity and the scores of warm films say of which cold film comes first.

For a profile of films of many kinds, and for one of a single kind."""
_FAR: Final = 3.0
"""Standard deviations beyond which a cold film gains little for its popularity in a profile of a single kind."""
_KINDS: Final = (0.08, 0.3)
"""Mean likeness of the films of a profile with each other: users' films taken by chance, and films of a single kind."""
_ALONE: Final = 0.3
"""How much of a single kind a profile of one warm film is taken to be: who likes it likes much else."""
_OF_A_KIND: Final = np.float32(1.0)
"""What the content of a profile of a single kind says of warm films, against all that the signals say."""
_COMPARED: Final = 20
"""The films whose content is likest, warm and cold: that of the others says nothing of which side has the kind."""
_LIKELIER: Final = 4.0
"""How many times as like those of one side count at most."""
_UNPROVEN: Final = 6.0
"""Warm films to each cold one in a list for a profile of warm films; for a profile of cold ones they come in turn."""
_DECIMALS: Final = 4
"""Of what orders cold films: sums of floats differ in their last digits by machine, and ranks would by much."""
_ALIKE: Final = np.float32(1.0)
"""How much the content of a profile's cold films says of warm films, beside what it lets expect of their users."""
_ORDERED: Final = 1024
"""Cold films that are placed one by one; those behind come by what they promise."""
_LISTED: Final = (0.7, 0.3, 2.0, 1.75)
"""How much the list of films similar to one of the profile counts: where it is the only one; at most else; for all of
the profile together; and for one that nobody has seen, of which little else is known."""
_KNOWN: Final = 5
"""Viewers from which on a film is none of these."""
_SPAN: Final = (5, 300)
"""Places of warm films, best first, between which scores lie that lists of similar films decide among."""
_OF_ONE_KIND: Final = 0.14
"""Cosine of the contents of two films from which on they are of one kind, as are those that are so with a third."""
_KIND: Final = 2
"""Films that make a kind."""
_SHORT: Final = 10
"""Films of a profile up to which it may fall into kinds."""
_DESCRIBED: Final = 50
"""Films of a profile whose content is compared with that of cold films."""


class UserScores(Protocol):
    """How well films suit a user; fitted ahead."""

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """A score for every film, also for those of the profile: (films,) float32, finite.

        Args:
            rows: (known,) int32 rows of the films that the user knows, rising; none asks for what is popular.
            weights: (known,) float32, how much each speaks for films like it; below 0 against them.
        """
        ...


class LearnedScores:
    """Scores for any list of liked and disliked films; nothing is trained, so that a new event counts at once.

    Four signals, each standardized over the films that the profile does not have: popularity, a linear item model, the
    tastes of landmark users, and a linear item model for short profiles. Their weights depend on how many films are
    known. Films that the training users do not have (cold ones) are ordered by content, popularity and these scores as
    content lets expect them, and placed among the others by rank.
    The more the liked films are of a single kind, by their content, the more content counts, for warm films too.
    To all this comes what is similar to each of the liked films alone, so that a film has a say that is like no other
    of its profile. Where a short profile falls into kinds that have nothing in common, each has its part of the list.

    Args:
        similar: The lists of similar films, `Lists.arrays` of the same films, where there are such.
        arrays: The group `user_model`:
            warm (warm,) int32: rows of the films with a model of their own, rising;
            popularity (warm,) float32;
            linear_codes (warm, warm) int8 and linear_values (warm,) float32: that model, for each film of a profile
            its weights for all warm films, code * |code| / 127^2 times the film's value, the largest of them;
            denoiser_codes, denoiser_values likewise, and denoiser_bias (warm,) float32, what it adds to any profile;
            factors (warm, k) float32, tastes (landmarks, k) float32, readout (landmarks, e) float32, directions
            (warm, e) float32, width (1,) float32: the landmark users. Older ones' readout (landmarks, warm) needs none;
            lengths (knots,) float32, rising, and blend (knots, 4) float32: weights of the signals for profiles of so
            many films, linear in between on a scale of logarithms;
            cold (cold,) int32 rows, cold_factors (cold, d) float32, warm_factors (warm, d) float32: a cold film's
            score is the product of its factors with those of the warm films' scores; cold_popularity (cold,) float32;
            the arrays of `TermIndex`, the content of all films;
            n_films (1,) int64.
    """

    def __init__(self, arrays: Arrays, similar: Arrays | None = None) -> None:
        self._arrays = dict(arrays)
        self._similar = similar
        self._n_films = int(arrays["n_films"][0])
        self._log_lengths = np.log1p(arrays["lengths"])
        self._item = np.full(self._n_films, -1, dtype=np.int32)
        self._item[arrays["warm"]] = np.arange(len(arrays["warm"]))
        self._cold_place = np.full(self._n_films, -1, dtype=np.int32)
        self._cold_place[arrays["cold"]] = np.arange(len(arrays["cold"]))
        self._content = TermIndex(arrays) if len(arrays["cold"]) else None

    @property
    def warm(self) -> np.ndarray:
        """Rows of the films with a model of their own, rising."""
        return self._arrays["warm"]

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """See UserScores; comparable within one answer only."""
        rows, weights = np.asarray(rows, dtype=np.int64), np.asarray(weights, dtype=np.float32)
        liked = weights > 0
        found = self._of_one_taste(rows, weights)
        kinds = self._kinds(rows[liked])
        if not kinds:
            return found
        parts = [np.sort(np.append(np.flatnonzero(liked)[kind], np.flatnonzero(~liked))) for kind in kinds]
        of_kinds = [self._of_one_taste(rows[part], weights[part]) for part in parts]
        return in_turn(found, of_kinds, np.array([weights[liked][kind].sum() for kind in kinds]), rows)

    def _of_one_taste(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        liked = weights > 0
        known = self._item[rows]
        unseen = np.ones(len(self._arrays["warm"]), dtype=bool)
        unseen[known[known >= 0]] = False
        alike = self._alike(rows, weights)
        coherence = self._coherence(rows[liked])
        blend = self.blend(int(liked.sum()))
        warm = blend @ self.signals(rows[liked], weights[liked], unseen, alike)
        warm += _OF_A_KIND * np.float32(coherence) * blend.sum() * _standardized(alike[self._arrays["warm"]], unseen)
        if not liked.all():
            by_content = self._by_content(rows[~liked], -weights[~liked], unseen, -alike)
            warm -= _AGAINST * self._item_model("linear", rows[~liked], -weights[~liked], unseen, by_content)
        found = np.zeros(self._n_films, dtype=np.float32)
        found[self._arrays["warm"]] = warm
        promise = self._promise(warm, rows, weights, alike, coherence)
        ladder = np.sort(warm[unseen])[::-1]
        step, lead = self._steps(rows, liked, alike, coherence, len(ladder))
        places = self._cold_place[rows]
        promise[places[places >= 0]] = promise.min(initial=0)
        # Nobody has chosen a cold film yet, which says nothing against it: its scores are not comparable with those of
        # warm films, which spread further because more is known of these. So their ranks are compared.
        found[self._arrays["cold"]] = _among(ladder, np.round(promise, _DECIMALS), step, lead)
        if self._similar is not None and len(ladder) and liked.any():
            first, last = ladder[np.minimum(_SPAN, len(ladder) - 1)]
            found += (first - last) * self._listed(rows[liked], weights[liked], self._similar)
        return found

    def _listed(self, rows: np.ndarray, weights: np.ndarray, similar: Arrays) -> np.ndarray:
        """What the lists of the films that are similar to each of some films say of all films: (films,) float32."""
        warm = self._item[rows] >= 0
        viewers = np.where(warm, self._arrays["popularity"][self._item[rows]] ** 2, 0)
        only, most, together, unseen = _LISTED
        shares = np.maximum(max(only / len(rows), min(most, together / len(rows))), unseen * (1 - viewers / _KNOWN))
        alike = similar["similarity"][rows] / np.maximum(similar["similarity"][rows, :1], np.float32(1e-9))
        told = (shares * weights / weights.mean() / math.sqrt(len(rows)))[:, None] * alike
        others = similar["neighbors"][rows]
        is_film = others >= 0
        return np.bincount(others[is_film], told[is_film], minlength=self._n_films).astype(np.float32)

    def blend(self, n_liked: int) -> np.ndarray:
        """Weights of the four signals for a profile of so many liked films, (4,) float32."""
        knots = self._arrays["blend"]
        place = np.log1p(n_liked)
        return np.array([np.interp(place, self._log_lengths, column) for column in knots.T], dtype=np.float32)

    def signals(
        self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray, alike: np.ndarray | None = None
    ) -> np.ndarray:
        """The four signals, each standardized over the unseen warm films: (4, warm) float32.

        Args:
            rows: As for `scores`, all of them liked.
            weights: The same.
            unseen: (warm,) bool.
            alike: (films,) how alike their content is to the profile's; needed where it has cold films.
        """
        by_content = self._by_content(rows, weights, unseen, alike)
        return np.stack(
            [
                _standardized(self._arrays["popularity"], unseen),
                self._item_model("linear", rows, weights, unseen, by_content),
                self._nearest_tastes(rows, weights, unseen, by_content),
                self._item_model("denoiser", rows, weights, unseen, by_content),
            ]
        )

    def _item_model(
        self, name: str, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray, by_content: np.ndarray
    ) -> np.ndarray:
        items = self._item[rows]
        is_warm = items >= 0
        summed = self._summed(name, items[is_warm], weights[is_warm]) + self._arrays.get(f"{name}_bias", np.float32(0))
        found = _standardized(summed, unseen)
        if is_warm.all():
            return found
        share = np.float32(is_warm.mean())
        return _standardized(share * found + (1 - share) * by_content, unseen)

    def _summed(self, name: str, items: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The sum of an item model's weights from some warm films to all: (warm,) float32."""
        n_warm = len(self._arrays["warm"])
        found = np.zeros(n_warm, dtype=np.float32)
        scaled = weights * self._arrays[f"{name}_values"][items] / np.float32(CODES**2)
        for start in range(0, len(items), _BLOCK):
            codes = self._arrays[f"{name}_codes"][items[start : start + _BLOCK]].astype(np.float32)
            found += scaled[start : start + _BLOCK] @ (codes * np.abs(codes))
        return found

    def _nearest_tastes(
        self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray, by_content: np.ndarray
    ) -> np.ndarray:
        items = self._item[rows]
        is_warm = items >= 0
        taste = weights[is_warm] @ self._arrays["factors"][items[is_warm]]
        length = np.sqrt(taste @ taste)
        if length == 0:
            return by_content
        near = np.exp(self._arrays["width"] * (self._arrays["tastes"] @ (taste / length) - 1))
        found = near @ self._arrays["readout"]
        return _standardized(self._arrays["directions"] @ found if "directions" in self._arrays else found, unseen)

    def _by_content(
        self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray, alike: np.ndarray | None
    ) -> np.ndarray:
        """How warm films suit a profile's cold ones, through the factors that both have and their content."""
        places = self._cold_place[rows]
        is_cold = places >= 0
        if not is_cold.any():
            return np.zeros(len(unseen), dtype=np.float32)
        mean = weights[is_cold] @ self._arrays["cold_factors"][places[is_cold]]
        expected = _standardized(self._arrays["warm_factors"] @ mean, unseen)
        if alike is None:
            return expected
        return _standardized(expected + _ALIKE * _standardized(alike[self._arrays["warm"]], unseen), unseen)

    def _steps(
        self, rows: np.ndarray, liked: np.ndarray, alike: np.ndarray, coherence: float, n_warm: int
    ) -> tuple[float, float]:
        """How many of the warm films come to each cold one, and by how many places the first cold one comes earlier."""
        share = float((self._cold_place[rows[liked]] >= 0).mean()) if liked.any() else 0.0
        others = alike.copy()
        others[rows] = 0
        warm, cold = (_mean_of_largest(others[self._arrays[side]], _COMPARED) for side in ("warm", "cold"))
        likelier = max(1.0, _LIKELIER if cold > _LIKELIER * warm else cold / (warm or 1.0))
        scarce = max(1.0, n_warm / max(len(self._arrays["cold"]), 1))
        return float(_UNPROVEN ** (1 - share) * scarce / likelier ** (2 * share * coherence)), share

    def _promise(
        self, warm: np.ndarray, rows: np.ndarray, weights: np.ndarray, alike: np.ndarray, coherence: float
    ) -> np.ndarray:
        """How well each cold film suits a profile among the cold ones: (cold,) float32."""
        told = warm.copy()  # what the user said of the profile's films counts for films of like content
        for chosen, said in ((rows[weights > 0], warm.max(initial=0)), (rows[weights <= 0], warm.min(initial=0))):
            items = self._item[chosen]
            told[items[items >= 0]] = said
        every = np.ones(len(self._arrays["cold"]), dtype=bool)
        by_factors = self._arrays["cold_factors"] @ (told @ self._arrays["warm_factors"])
        shares = ((1 - coherence) * _COLD[0] + coherence * _COLD[1]).astype(np.float32)
        found = shares[0] * _standardized(alike[self._arrays["cold"]], every)
        for weight, signal in zip(shares[1:], (self._arrays["cold_popularity"], by_factors), strict=True):
            found += weight * _drawn_in(_standardized(signal, every), np.float32(coherence))
        return np.asarray(found)

    def _coherence(self, rows: np.ndarray) -> float:
        """How much a profile's films are of a single kind by their content: from 0 to 1; 0 where no film is cold."""
        if self._content is None or not len(rows):
            return 0.0
        if len(rows) == 1:
            return _ALONE if self._item[rows[0]] >= 0 else 1.0
        chosen = _some(rows)
        _, terms, strengths = self._content.of_all(chosen)
        _, place = np.unique(terms, return_inverse=True)
        whole = np.bincount(place, strengths)
        pairs = (whole @ whole - strengths @ strengths) / (len(chosen) * (len(chosen) - 1))
        least, most = _KINDS
        return min(max((float(pairs) - least) / (most - least), 0.0), 1.0)

    def _kinds(self, rows: np.ndarray) -> list[np.ndarray]:
        """The kinds that a short profile falls into by its content: the places of the films of each.

        None where it is of a single kind, or has a film like no other: who likes films of all kinds has no kinds.
        """
        if self._content is None or not 2 * _KIND <= len(rows) <= _SHORT:
            return []
        kind_of = np.arange(len(rows))
        for one, other in np.argwhere(self._content.cosines(rows) >= _OF_ONE_KIND):
            kind_of[kind_of == kind_of[one]] = kind_of[other]
        kinds = [np.flatnonzero(kind_of == kind) for kind in np.unique(kind_of)]
        return kinds if len(kinds) > 1 and min(map(len, kinds)) >= _KIND else []

    def _alike(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """How alike the content of all films is to that of a profile: (films,) float32; 0 where no film is cold."""
        if self._content is None or not len(rows):
            return np.zeros(self._n_films, dtype=np.float32)
        owners, terms, strengths = self._content.of_all(_some(rows))
        distinct, place = np.unique(terms, return_inverse=True)
        summed = np.bincount(place, strengths * _some(weights)[owners], len(distinct))
        return self._content.products(distinct, summed).astype(np.float32)


def _some(values: np.ndarray) -> np.ndarray:
    """So many of the values as are described, from all over them."""
    return values[np.unique(np.linspace(0, len(values) - 1, min(len(values), _DESCRIBED)).astype(np.int64))]


def _mean_of_largest(values: np.ndarray, n: int) -> float:
    return float(np.partition(values, len(values) - n)[-n:].mean()) if len(values) > n else float(values.max(initial=0))


def _drawn_in(values: np.ndarray, share: np.float32) -> np.ndarray:
    """Values of which those beyond _FAR come nearer to it, by a share from 0 to 1."""
    far = np.float32(_FAR)
    return np.asarray((1 - share) * values + share * far * np.tanh(values / far))


def _among(ladder: np.ndarray, values: np.ndarray, step: float, lead: float) -> np.ndarray:
    """Values as scores among others: each next best one comes `step` places further down.

    Args:
        ladder: (others,) scores that never rise.
        values: (n,) to be placed; their order stays.
        step: How many others to each one.
        lead: Places by which the first one comes earlier.

    Returns:
        (n,) float32: on the ladder for the first of them, evenly down to its end for the rest, by value.
    """
    if not len(ladder) or not len(values):
        return values
    last = len(ladder) - 1
    n_first = min(len(values), _ORDERED)
    first = np.sort(np.argpartition(-values, n_first - 1)[:n_first])
    first = first[np.argsort(-values[first], kind="stable")]
    places = step * (np.arange(n_first) + 0.5) - lead
    beyond = (np.maximum(places - last, 0) - np.maximum(-places, 0)) / max(last, 1)
    on_it = np.interp(places, np.arange(len(ladder)), ladder) - beyond
    edge, least = values[first[-1]], values.min()
    fall = max(on_it[-1] - ladder[-1], 1.0) / ((edge - least) or 1)
    found = on_it[-1] - fall * (edge - values)
    found[first] = on_it
    return np.asarray(found, dtype=np.float32)


def _standardized(values: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Less the mean and divided by the deviation of the chosen ones; 0 where these are all alike."""
    chosen = values[over]
    deviation = float(chosen.std()) if len(chosen) else 0.0
    if deviation <= np.finfo(np.float32).eps * max(1.0, float(np.abs(chosen).max(initial=0))):
        return np.zeros(len(values), dtype=np.float32)
    return np.asarray((values - chosen.mean()) / np.float32(deviation), dtype=np.float32)


_VOTES: Final = 0.1
"""What popularity adds at most: it decides where no film of the profile has anything to say."""


class NeighborScores:
    """Sums, for each film, how alike it is to the films of the profile; `popularity` is (films,) float32 in [0, 1]."""

    def __init__(self, similar: SimilarFilms, popularity: np.ndarray) -> None:
        self._similar = similar
        self._popularity = popularity

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """See UserScores."""
        scores = np.zeros(len(self._popularity), dtype=np.float32)
        for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
            found = self._similar.candidates(row)
            scores[found.rows] += np.float32(weight) * found.similarity
        return np.asarray(scores + np.float32(_VOTES) * self._popularity)

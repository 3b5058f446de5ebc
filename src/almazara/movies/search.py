"""Typo-tolerant search: shared character grams find candidates, an edit cost in words and letters orders them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log1p
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import cdist

from almazara.movies.titles import normalize

_CODE_BITS = np.uint64(21)  # a Unicode code point
_NEAR = 150  # candidates by cosine
_HOLDING = 50  # candidates by how much of the query they hold
_LONGEST = 100  # letters of a query or title that take part in the comparison
_MANY_WORDS = 6

# Costs, in edits. A change that people often make costs less than the edits that it would take to describe it.
_SWAPPED = 0.6  # two words changed places
_DROPPED = 0.9  # a word of the title was left out
_ADDED = 3.0  # a word that is not in the title
_PREFIX = 1.2  # the title goes on after the query
_UNTYPED = 0.2  # for the logarithm of the letters that it goes on
_UNKNOWN = 0.1  # what a text without votes costs more than the most voted one
_ALTERED = 1.25  # edits on top of a change of words are rarer: this times their cost
_DISSIMILAR = 2.0  # for a share of letters, 0 to 1, that are not in common: tells equal numbers of edits apart
_LENGTH = 0.1  # for each letter of difference in length of whole titles


@dataclass(frozen=True, slots=True, eq=False)
class SearchArrays:
    """An index of t texts with g different grams, as arrays that can be saved and memory-mapped.

    The texts are ordered by weight (falling), then entry. `grams` uint64 (g, rising), `starts` uint32 (g + 1) into
    `postings` int32 (rows of the texts that hold the gram, rising); `norms` float32 (t); `entry_ids` int32 (t);
    `weights` float32 (t); `offsets` uint32 (t + 1) into `blob` uint8, the texts in UTF-8.
    """

    grams: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.uint32]
    postings: npt.NDArray[np.int32]
    norms: npt.NDArray[np.float32]
    entry_ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.uint32]
    blob: npt.NDArray[np.uint8]

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The arrays by name, to be saved one file each."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Self:
        """What `arrays` gave, after saving and (memory-mapped) loading."""
        return cls(**{name: arrays[name] for name in cls.__slots__})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found, by its best text; `score` falls from 1 (the same text) towards 0."""

    entry_id: int
    text: str
    score: float


def build_index(
    texts: Sequence[str], entry_ids: npt.NDArray[np.int32], weights: npt.NDArray[np.float32]
) -> SearchArrays:
    """Index `texts`, of which several may belong to one entry; the same input gives the same bytes.

    Args:
        texts: Titles or names as they are shown.
        entry_ids: Which film or person each text belongs to.
        weights: Votes, not negative: they decide between texts that are as near.
    """
    order = np.lexsort((entry_ids, -weights))
    ordered = [texts[row] for row in order]
    grams, rows = _all_grams([normalize(text) for text in ordered])
    vocabulary, starts, postings = _postings(grams, rows, len(ordered))
    squares = _idf(np.diff(starts), len(ordered)) ** 2
    norms = np.sqrt(np.bincount(postings, np.repeat(squares, np.diff(starts)), minlength=len(ordered)))
    encoded = [text.encode() for text in ordered]
    return SearchArrays(
        grams=vocabulary,
        starts=starts.astype(np.uint32),
        postings=postings.astype(np.int32),
        norms=norms.astype(np.float32),
        entry_ids=entry_ids[order].astype(np.int32),
        weights=weights[order].astype(np.float32),
        offsets=_offsets([len(text) for text in encoded]).astype(np.uint32),
        blob=np.frombuffer(b"".join(encoded), np.uint8),
    )


class SearchIndex:
    """Looks for near texts in an index; opening it reads nothing but the weights."""

    def __init__(self, arrays: SearchArrays) -> None:
        self._arrays = arrays
        self._blob = arrays.blob.data
        logs = np.log1p(arrays.weights)
        top = logs.max(initial=0.0)
        self._prior = (_UNKNOWN * (1 - logs / top) if top > 0 else np.zeros_like(logs)).astype(np.float32)

    def search(self, query: str, n: int) -> list[Match]:
        """The `n` entries nearest to what was typed, nearest first, each once; equally near ones by weight, then entry.

        Texts that share nothing with the query are not found, so fewer than `n` may come.
        """
        key = normalize(query)[:_LONGEST].strip()
        rows = self._candidates(key)
        if not key or not len(rows):
            return []
        texts = [self._text(row) for row in rows.tolist()]
        costs = _costs(key, [normalize(text)[:_LONGEST] for text in texts]) + self._prior[rows]
        found: dict[int, Match] = {}
        for place in np.argsort(costs, kind="stable").tolist():
            entry = int(self._arrays.entry_ids[rows[place]])
            found.setdefault(entry, Match(entry, texts[place], float(1 / (1 + costs[place]))))
        return list(found.values())[:n]

    def _candidates(self, key: str) -> npt.NDArray[np.intp]:
        """Rows that share most with the query, by cosine and by how much of the query they hold; in rising order."""
        arrays = self._arrays
        wanted = np.unique(_all_grams([key])[0])
        places = np.searchsorted(arrays.grams, wanted)
        inside = places < len(arrays.grams)
        places = places[inside][arrays.grams[places[inside]] == wanted[inside]]
        begins, ends = arrays.starts[places].astype(np.intp), arrays.starts[places + 1].astype(np.intp)
        squares = _idf(ends - begins, len(arrays.entry_ids)) ** 2
        shared = np.zeros(len(arrays.entry_ids), np.float32)
        for begin, end, square in zip(begins.tolist(), ends.tolist(), squares.tolist(), strict=True):
            shared[arrays.postings[begin:end]] += square
        rows = np.flatnonzero(shared)
        shared = shared[rows]
        near = _largest(shared / arrays.norms[rows], _NEAR)
        holding = _largest(shared, _HOLDING)
        return rows[np.union1d(near, holding)]

    def _text(self, row: int) -> str:
        return str(self._blob[self._arrays.offsets[row] : self._arrays.offsets[row + 1]], "utf-8")


def _costs(key: str, titles: Sequence[str]) -> npt.NDArray[np.float32]:
    """For each normalized title, the cheapest way to come from it to the typed key, in edits."""
    asked, asked_costs = zip(*_query_forms(key), strict=True)
    forms = [_title_forms(title, len(key)) for title in titles]
    written, written_costs = zip(*(form for each in forms for form in each), strict=True)
    edits = cdist(asked, written, scorer=OSA.distance, dtype=np.float32)
    edits += _DISSIMILAR * cdist(asked, written, scorer=Indel.normalized_distance, dtype=np.float32)
    counts = np.array([len(each) for each in forms])
    firsts = np.cumsum(counts) - counts  # the full titles
    edits *= _ALTERED
    edits[0, firsts] /= _ALTERED
    edits += np.array(asked_costs, np.float32)[:, None] + np.array(written_costs, np.float32)
    edits[:, firsts] += _LENGTH * np.abs(np.array([len(title) for title in titles], np.float32) - len(key))
    return np.minimum.reduceat(edits.min(axis=0), firsts)


def _query_forms(key: str) -> list[tuple[str, float]]:
    """The query as typed, with two words swapped, and without one of its words, each with its cost."""
    words = key.split(" ")
    forms = [(key, 0.0)]
    if len(words) <= _MANY_WORDS:
        for first, second in combinations(range(len(words)), 2):
            swapped = words.copy()
            swapped[first], swapped[second] = swapped[second], swapped[first]
            forms.append((" ".join(swapped), _SWAPPED))
    return forms + [(shorter, _ADDED) for shorter in _without_a_word(words)]


def _title_forms(title: str, length: int) -> list[tuple[str, float]]:
    """A title in full, without one of its words, and cut to the length of a query that may be its beginning."""
    forms = [(title, 0.0), *((shorter, _DROPPED) for shorter in _without_a_word(title.split(" ")))]
    if length < len(title):
        forms.append((title[:length], _PREFIX + _UNTYPED * log1p(len(title) - length)))
    return forms


def _without_a_word(words: Sequence[str]) -> list[str]:
    if not 1 < len(words) <= 2 * _MANY_WORDS:
        return []
    return [" ".join([*words[:place], *words[place + 1 :]]) for place in range(len(words))]


def _all_grams(keys: Sequence[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp]]:
    """Every gram of the keys with a space at both ends, as a number, and the row of its key.

    Grams are pairs of neighboring letters, and triples in sorted order, which survive a transposition.
    """
    padded = [f" {key} " for key in keys]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(padded)), [len(text) for text in padded])
    pairs = np.stack([codes[:-1], codes[1:]])
    triples = np.sort(np.stack([codes[:-2], codes[1:-1], codes[2:]]), axis=0)
    grams, rows = [], []
    for parts in (pairs, triples):
        size, count = parts.shape
        whole = owners[:count] == owners[size - 1 :]
        numbers = np.zeros(count, np.uint64)
        for part in parts:
            numbers = (numbers << _CODE_BITS) | part
        grams.append(numbers[whole])
        rows.append(owners[:count][whole])
    return np.concatenate(grams), np.concatenate(rows)


def _postings(
    grams: npt.NDArray[np.uint64], rows: npt.NDArray[np.intp], n_rows: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The different grams in rising order, where each one's rows start, and the rows, each once and rising."""
    vocabulary, numbers = np.unique(grams, return_inverse=True)
    pairs = np.unique(numbers * n_rows + rows)
    starts = np.searchsorted(pairs, np.arange(len(vocabulary) + 1) * n_rows)
    return vocabulary, starts, pairs % n_rows if n_rows else pairs


def _idf(counts: npt.NDArray[np.intp], n_texts: int) -> npt.NDArray[np.float64]:
    return np.log1p(n_texts / np.maximum(counts, 1))


def _largest(values: npt.NDArray[np.float32], n: int) -> npt.NDArray[np.intp]:
    """Places of the `n` largest values; among equal ones the first places, which have the most votes."""
    if len(values) <= n:
        return np.arange(len(values))
    least = np.partition(values, len(values) - n)[len(values) - n]
    above, equal = np.flatnonzero(values > least), np.flatnonzero(values == least)
    return np.concatenate([above, equal[: n - len(above)]])


def _offsets(lengths: Sequence[int]) -> npt.NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(np.array(lengths, np.intp))])

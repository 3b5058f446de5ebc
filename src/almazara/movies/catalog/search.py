"""Typo-tolerant search: shared character grams find candidates, an edit cost in words and letters orders them.

Texts that hold every typed word come before those that resemble them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import log1p

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import cdist

from almazara.movies.catalog.catalog import Arrays, Texts
from almazara.movies.catalog.titles import LEADING_ARTICLE, compact, normalize, normalize_all

_CODE_BITS = np.uint64(21)  # a Unicode code point
_NEAR = 150  # candidates by cosine
_HOLDING = 50  # candidates by how much of the query they hold
_LEAST = 0.25  # of the best candidate's value: what is below is no candidate, which saves sorting it
_REMEMBERED = 512  # queries whose answer is kept
_LONGEST = 100  # letters of a query or title that take part in the comparison
_MANY_WORDS = 6

# The figures of sequels.
_FIGURES = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
_ROMAN = {str(number): roman for number, roman in enumerate(_FIGURES, start=2)}
_ARABIC = {roman: number for number, roman in _ROMAN.items()}

# Costs, in edits. A change that people often make costs less than the edits that it would take to describe it.
_SWAPPED = 0.6  # two words changed places
_DROPPED = 0.9  # a word of the title was left out
_ARTICLE = 0.05  # its article was: less than what votes may tell of two texts
_ADDED = 3.0  # a word that is not in the title
_PREFIX = 1.2  # the title goes on after the query
_CONTAINED = 1.5  # all words of the query, the last maybe unfinished, are in the title
_UNTYPED = 0.2  # in both: for the logarithm of the letters that were not typed
_UNKNOWN = 0.1  # what a text without votes costs more than the most voted one
_UNKNOWN_UNFINISHED = 0.6  # the same, when the query is only a part of the title
_UNKNOWN_HOLDING = 1.0  # the same, when the text holds the query among other words
_ALTERED = 1.25  # edits on top of a change of words are rarer: this times their cost
_DISSIMILAR = 2.0  # for a share of letters, 0 to 1, that are not in common: tells equal numbers of edits apart
_SLIP = 5  # letters from which on a text but one edit away is as near as one that holds what was typed: its votes count
_LENGTH = 0.1  # for each letter of difference in length of whole titles

# What is nearest at a higher cost is no guess worth showing: two typos cost up to 0.65 for each letter typed, and the
# longest title that holds what was typed up to 3.
_SLIGHT = 0.65
_HELD = 3.0


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found, by its best text; `score` falls from 1 (the same text) towards 0.

    Attributes:
        holds: Whether the text holds every typed word.
    """

    entry_id: int
    text: str
    score: float
    holds: bool = False


def build_index(texts: Sequence[str], entry_ids: npt.NDArray[np.int32], weights: npt.NDArray[np.float32]) -> Arrays:
    """Index `texts`, of which several may belong to one entry; the same texts in any order give the same bytes.

    Args:
        texts: Titles or names as they are shown.
        entry_ids: Which film or person each text belongs to.
        weights: Votes, not negative: they decide between texts that are as near.

    Returns:
        Of t texts with g different grams, the texts ordered by weight (falling), then entry, then text: `grams` uint64
        (g, rising), `starts` uint32 (g + 1) into `postings` int32 (rows of the texts that hold the gram, rising);
        `norms` float32 (t); `entry_ids` int32 (t); `weights` float32 (t); and the texts as `Texts`.
    """
    import polars as pl  # only builds need it

    from almazara.movies.catalog.packing import pack_texts

    frame = pl.DataFrame({"weight": -weights, "entry": entry_ids, "text": texts}, schema_overrides={"text": pl.String})
    order = frame.select(pl.arg_sort_by("weight", "entry", "text")).to_series().to_numpy()
    ordered = frame["text"].gather(order)
    grams, rows = _all_grams([f" {key} " for key in normalize_all(ordered)])
    vocabulary, starts, postings = _postings(grams, rows)
    squares = _idf(np.diff(starts), len(ordered)) ** 2
    norms = np.sqrt(np.bincount(postings, np.repeat(squares, np.diff(starts)), minlength=len(ordered)))
    packed = pack_texts(ordered)
    return {
        "grams": vocabulary,
        "starts": starts.astype(np.uint32),
        "postings": postings.astype(np.int32),
        "norms": norms.astype(np.float32),
        "entry_ids": entry_ids[order].astype(np.int32),
        "weights": weights[order].astype(np.float32),
        "offsets": packed["offsets"].astype(np.uint32),
        "blob": packed["blob"],
    }


class SearchIndex:
    """Looks for near texts in what `build_index` made; opening it reads nothing but the weights."""

    def __init__(self, arrays: Arrays) -> None:
        self._grams, self._starts, self._postings = arrays["grams"], arrays["starts"], arrays["postings"]
        self._norms: npt.NDArray[np.float32] = arrays["norms"]
        self._entry_ids, self._texts = arrays["entry_ids"], Texts(arrays)
        logs = np.log1p(arrays["weights"])
        top = logs.max(initial=0.0)
        self._obscurity = (1 - logs / top if top > 0 else np.zeros_like(logs)).astype(np.float32)
        # A search costs ten times a look-up, and people ask for the same few things.
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._search)

    def search(self, query: str, n: int) -> list[Match]:
        """The `n` entries nearest to what was typed, nearest first, each once; equally near ones by weight, then entry.

        Texts that share nothing with the query are not found, so fewer than `n` may come; none where even the nearest
        resembles it but slightly.
        """
        return list(self._remembered(normalize(query)[:_LONGEST].strip(), n))

    def _search(self, key: str, n: int) -> list[Match]:
        forms = _spelled(key)
        rows = np.unique(np.concatenate([self._candidates(form) for form in forms]))
        if not key or not len(rows):
            return []
        texts = [self._texts[row] for row in rows.tolist()]
        titles = [normalize(text)[:_LONGEST] for text in texts]
        obscurity = self._obscurity[rows]
        costs = np.min([_costs(form, titles, obscurity) for form in forms], axis=0)
        holding = _holding(key, titles)
        if not holding.any() and costs.min() > max(_HELD, _SLIGHT * len(key)):
            return []
        slips = ~holding & _slips(key, titles)
        costs = np.where(holding & (costs >= _DROPPED), _held_costs(key, titles, costs, obscurity), costs)
        costs = np.where(slips, costs + (_UNKNOWN_HOLDING - _UNKNOWN) * obscurity, costs)
        first = holding | slips
        least = costs[first].max(initial=0.0)  # scores fall along the list
        found: dict[int, Match] = {}
        for place in np.lexsort((costs, ~first)).tolist():
            entry, cost = int(self._entry_ids[rows[place]]), costs[place] if first[place] else max(costs[place], least)
            found.setdefault(entry, Match(entry, texts[place], float(1 / (1 + cost)), bool(holding[place])))
        return list(found.values())[:n]

    def _candidates(self, key: str) -> npt.NDArray[np.intp]:
        """Rows that hold most of the query, whose last word may be unfinished, or are nearest by cosine; rising."""
        open_ended = np.unique(_all_grams([f" {key}"])[0])
        shared = np.zeros(len(self._texts), np.float32)
        self._add_shared(shared, open_ended)
        holding = _largest(shared, _HOLDING)
        self._add_shared(shared, np.setdiff1d(_all_grams([f" {key} "])[0], open_ended))
        near = _largest(shared / self._norms, _NEAR)
        return np.union1d(holding, near)

    def _add_shared(self, shared: npt.NDArray[np.float32], wanted: npt.NDArray[np.uint64]) -> None:
        """Add the squared weight of each wanted gram to the rows that hold it."""
        places = np.searchsorted(self._grams, wanted)
        known = places < len(self._grams)
        places = places[known][self._grams[places[known]] == wanted[known]]
        begins, ends = self._starts[places].astype(np.intp), self._starts[places + 1].astype(np.intp)
        squares = _idf(ends - begins, len(self._texts)) ** 2
        for begin, end, square in zip(begins.tolist(), ends.tolist(), squares.tolist(), strict=True):
            shared[self._postings[begin:end]] += square


def found_code(texts: Sequence[str], query: str) -> str:
    """What is said of found texts: `found`, `resembling` where none of them holds what was typed, or `nothing`."""
    if not texts:
        return "nothing"
    return "found" if any(_contains(text, query) for text in texts) else "resembling"


def _contains(text: str, query: str) -> bool:
    """Whether what was typed is in a text: letter for letter, or each of its words, maybe unfinished."""
    key, title = normalize(query), normalize(text)
    words = title.split(" ")
    return compact(key) in compact(title) or all(
        any(word.startswith(typed) for word in words) for typed in key.split(" ")
    )


def _spelled(key: str) -> list[str]:
    """A key as typed and, where it has a number, with that as Roman figures, as titles of sequels have it."""
    roman = " ".join(_ROMAN.get(word, word) for word in key.split(" "))
    return [key] if roman == key else [key, roman]


def _holding(key: str, titles: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each title holds all words of the key, and numbers in either figures."""
    asked = {_ARABIC.get(word, word) if len(word) > 1 else word for word in key.split(" ")}
    rarest = max((word for word in key.split(" ") if word not in _ROMAN and word not in _ARABIC), key=len, default="")
    return np.array([rarest in title and asked.issubset(_words_of(title)) for title in titles])


def _slips(key: str, titles: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each title, its article aside, is one edit away from the key, spaces not counted."""
    typed = compact(key)
    if len(typed) < _SLIP:
        return np.zeros(len(titles), bool)
    written = [compact(LEADING_ARTICLE.sub("", title)) for title in titles]
    return np.asarray(cdist([typed], written, scorer=OSA.distance, score_cutoff=1)[0] <= 1)


def _words_of(title: str) -> list[str | None]:
    """A title's words, and its numbers in Arabic figures."""
    words = title.split(" ")
    return [*words, *map(_ARABIC.get, words)]


def _costs(key: str, titles: Sequence[str], obscurity: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How far each title is from the key, as a whole or as a part of it."""
    cheapest: npt.NDArray[np.float32] = np.minimum(
        _edit_costs(key, titles) + _UNKNOWN * obscurity,
        _completion_costs(key, titles) + _UNKNOWN_UNFINISHED * obscurity,
    )
    return cheapest


def _held_costs(
    key: str, titles: Sequence[str], costs: npt.NDArray[np.float32], obscurity: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """What titles cost that hold the key among other words; of one word votes tell best which of them is meant."""
    known: npt.NDArray[np.float32] = obscurity * np.float32(_UNKNOWN_HOLDING)
    if " " in key:
        return costs + known
    untyped = np.array([log1p(max(len(title) - len(key), 0)) for title in titles], np.float32)
    return np.float32(_DROPPED) + np.float32(_UNTYPED) * untyped + known


def _edit_costs(key: str, titles: Sequence[str]) -> npt.NDArray[np.float32]:
    """For each normalized title, the cheapest way to come from it to the typed key, in edits."""
    asked, asked_costs = zip(*_query_forms(key), strict=True)
    forms = [_title_forms(title) for title in titles]
    written, written_costs = zip(*(form for each in forms for form in each), strict=True)
    edits: npt.NDArray[np.float32] = cdist(asked, written, scorer=OSA.distance, dtype=np.float32)
    edits += _DISSIMILAR * cdist(asked, written, scorer=Indel.normalized_distance, dtype=np.float32)
    counts = np.array([len(each) for each in forms])
    firsts = np.cumsum(counts) - counts  # the full titles
    edits *= _ALTERED
    edits[0, firsts] /= _ALTERED
    edits += np.array(asked_costs, np.float32)[:, None] + np.array(written_costs, np.float32)
    edits[:, firsts] += _LENGTH * np.abs(np.array([len(title) for title in titles], np.float32) - len(key))
    cheapest: npt.NDArray[np.float32] = np.minimum.reduceat(edits.min(axis=0), firsts)
    return cheapest


def _completion_costs(key: str, titles: Sequence[str]) -> npt.NDArray[np.float32]:
    """For each title, what it costs to take the key for its beginning, or for some of its words."""
    beginnings = [title[: len(key)] for title in titles]
    edits: npt.NDArray[np.float32] = cdist([key], beginnings, scorer=OSA.distance, dtype=np.float32)[0]
    *finished, unfinished = key.split(" ")
    words = [title.split(" ") for title in titles]
    contained = [set(finished).issubset(each) and any(word.startswith(unfinished) for word in each) for each in words]
    untyped = np.array([_UNTYPED * log1p(max(len(title) - len(key), 0)) for title in titles], np.float32)
    cheapest: npt.NDArray[np.float32] = np.minimum(
        _PREFIX + _ALTERED * edits, np.where(contained, np.float32(_CONTAINED), np.float32(np.inf))
    )
    return cheapest + untyped


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


def _title_forms(title: str) -> list[tuple[str, float]]:
    """A title in full, and without one of its words, each with its cost."""
    article = LEADING_ARTICLE.match(title)
    bare = [(title[article.end() :], _ARTICLE)] if article else []
    return [(title, 0.0), *bare, *((shorter, _DROPPED) for shorter in _without_a_word(title.split(" ")))]


def _without_a_word(words: Sequence[str]) -> list[str]:
    if not 1 < len(words) <= 2 * _MANY_WORDS:
        return []
    return [" ".join([*words[:place], *words[place + 1 :]]) for place in range(len(words))]


def _all_grams(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp]]:
    """Every gram of the texts as a number, and the row of its text.

    Grams are pairs of neighboring letters, and triples in sorted order, which survive a transposition.
    """
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    first, second, third = codes[:-2], codes[1:-1], codes[2:]
    low, high = np.minimum(np.minimum(first, second), third), np.maximum(np.maximum(first, second), third)
    middle = first ^ second ^ third ^ low ^ high
    pairs = codes[:-1] << _CODE_BITS | codes[1:]
    triples = (low << _CODE_BITS | middle) << _CODE_BITS | high
    whole_pairs, whole_triples = owners[:-1] == owners[1:], owners[:-2] == owners[2:]
    return (
        np.concatenate([pairs[whole_pairs], triples[whole_triples]]),
        np.concatenate([owners[:-1][whole_pairs], owners[:-2][whole_triples]]),
    )


def _postings(
    grams: npt.NDArray[np.uint64], rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp], npt.NDArray[np.int32]]:
    """The different grams in rising order, where each one's rows start, and the rows, each once and rising."""
    import polars as pl

    from almazara.movies.catalog.packing import offsets

    pairs = pl.DataFrame({"gram": grams, "row": rows.astype(np.int32)})
    held = pairs.group_by("gram").agg(pl.col("row").unique().sort()).sort("gram")
    return held["gram"].to_numpy(), offsets(held["row"].list.len()), held["row"].explode().to_numpy()


def _idf(counts: npt.NDArray[np.intp], n_texts: int) -> npt.NDArray[np.float64]:
    return np.log1p(n_texts / np.maximum(counts, 1))


def _largest(values: npt.NDArray[np.float32], n: int) -> npt.NDArray[np.intp]:
    """Places of the `n` largest values; among equal ones the first places, which have the most votes."""
    places = np.flatnonzero(values > _LEAST * values.max(initial=0.0))
    return places[np.argsort(-values[places], kind="stable")[:n]]

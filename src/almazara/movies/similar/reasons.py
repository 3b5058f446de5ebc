"""Why two films go together: what they share and who saw both, each time something that can be checked."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from almazara.movies import sentences
from almazara.movies.catalog.catalog import Arrays, Texts
from almazara.words.said import Said, named, said

FIELDS: Final = ("collection", "director", "keyword", "cast", "writer", "company", "genre", "language")
"""What films share, in the order of the codes of their terms."""
AT_MOST: Final = 3
"""Reasons a film, and terms a reason."""

_SAGA, _DIRECTOR, _KEYWORD, _CAST, _WRITER, _COMPANY, _GENRE, _LANGUAGE = range(len(FIELDS))
_TELLING_FIELDS: Final = (_KEYWORD, _CAST, _WRITER, _COMPANY)
_SHARING: Final = tuple(f"films.reason.{field}" for field in FIELDS)
_TELLING: Final = 3.0
"""Nats: what one film in twenty has tells little of two films."""
_REMEMBERED: Final = 4096

FEWEST_VIEWERS: Final = 10
LEAST_SHARE: Final = 0.2
LEAST_LIFT: Final = 2.0


class Reasons:
    """Reads the arrays that `build_reasons` made; codes of a film rise, strongest field and term first."""

    def __init__(self, arrays: Arrays, names: Texts, films: Arrays) -> None:
        self._starts = arrays["starts"].tolist()
        self._offsets = arrays["offsets"].data
        self._codes = arrays["codes"].data
        self._information = arrays["information"].data
        self._viewers = arrays["viewers"].data
        self._users = int(arrays["users"][0])
        self._years = films["years"].data
        self._votes = films["votes"].data
        self._names = names
        self._term = lru_cache(_REMEMBERED)(self._termed)  # genres come again and again

    def of(self, row: int, title: str, others: Sequence[tuple[int, int]]) -> list[list[Said]]:
        """Up to three reasons for each other film, strongest first.

        The others are rows of the films found, and how many users have both (0 where that is unknown).
        """
        own = {code: bisect_right(self._starts, code) - 1 for code in self._codes_of(row)}
        return [self._reasons(row, title, other, shared, own) for other, shared in others]

    def told(self, row: int, other: int) -> float:
        """How many nats it tells that two films share what they share."""
        common = set(self._codes_of(row)).intersection(self._codes_of(other))
        return float(sum(self._information[code] for code in common))

    def share_something(self, row: int, other: int) -> bool:
        """Whether two films have a term or their decade in common."""
        return self._are_of_an_era(row, other) or not set(self._codes_of(row)).isdisjoint(self._codes_of(other))

    def _reasons(self, row: int, title: str, other: int, shared: int, own: Mapping[int, int]) -> list[Said]:
        """The reasons of one film; `own` are the codes of the film asked about, and the field of each."""
        common: dict[int, list[int]] = {}
        for code in sorted(own.keys() & self._codes_of(other)):
            common.setdefault(own[code], []).append(code)
        found = [self._in_common(field, common[field]) for field in (_SAGA, _DIRECTOR) if field in common]
        if shared:
            found += self._seen_by_both(row, title, other, shared)
        found += self._told([field for field in _TELLING_FIELDS if field in common], common)
        tongue = self._told([_LANGUAGE], common) if _LANGUAGE in common else []
        if found:
            return [*found, *tongue][:AT_MOST]
        # Of films that share nothing the mere number is said, though what everybody saw may have no better one.
        counted = [self._counted(row, title, other, shared)] if shared > 1 and not common else []
        return [*counted, *tongue, *self._weak(row, other, common, alone=not (counted or tongue))]

    def _told(self, fields: Sequence[int], common: Mapping[int, Sequence[int]]) -> list[Said]:
        """What shared keywords, people and companies tell, in order of how much that is."""
        nats = {field: sum([self._information[code] for code in common[field]]) for field in fields}
        ordered = sorted(nats, key=nats.__getitem__, reverse=True)
        return [self._in_common(field, common[field]) for field in ordered if nats[field] >= _TELLING]

    def _weak(self, row: int, other: int, common: Mapping[int, Sequence[int]], *, alone: bool) -> list[Said]:
        """What is left to say of two films that share nothing rare; of films that share nothing, what is known.

        `alone` says that nothing else is said: a language that is not rare is named then too.
        """
        fields = (_GENRE, *_TELLING_FIELDS, *([_LANGUAGE] if alone else []))
        found = [self._in_common(field, common[field]) for field in fields if field in common]
        if self._are_of_an_era(row, other):
            era = sentences.decade(self._years[row])
            weak = said("films.reason.of_era", reason=found[0], era=era) if found else said("films.reason.era", era=era)
            found[:1] = [weak]
        return found or ([self.alone(other)] if alone else [])

    def _are_of_an_era(self, row: int, other: int) -> bool:
        return bool(self._years[row] // 10 == self._years[other] // 10)

    def alone(self, other: int) -> Said:
        """What is true of a film that shares nothing."""
        votes = self._votes[other]
        return said("films.reason.votes", n=votes) if votes else said("films.reason.year", year=str(self._years[other]))

    def _seen_by_both(self, row: int, title: str, other: int, shared: int) -> list[Said]:
        own, others = self._viewers[row], self._viewers[other]
        if is_telling(shared, own, others, self._users):
            return [_of_viewers(title, shared, own)]
        if is_telling(shared, others, own, self._users):
            return [_of_viewers_of_other(title, shared, others)]
        return []

    def _counted(self, row: int, title: str, other: int, shared: int) -> Said:
        """How many saw both, of those who saw the one that fewer saw."""
        own, others = self._viewers[row], self._viewers[other]
        return _of_viewers(title, shared, own) if own <= others else _of_viewers_of_other(title, shared, others)

    def _codes_of(self, row: int) -> memoryview:
        return self._codes[self._offsets[row] : self._offsets[row + 1]]

    def _in_common(self, field: int, codes: Sequence[int]) -> Said:
        return said(_SHARING[field], terms=[self._term(code, field) for code in codes[:AT_MOST]])

    def _termed(self, code: int, field: int) -> Said | str:
        """What a term is called; genres and languages have names in the language of the reader."""
        name = self._names[code]
        return named(FIELDS[field], name) if field in {_GENRE, _LANGUAGE} else name


def _of_viewers(title: str, shared: int, viewers: int) -> Said:
    return said("films.reason.viewers", shared=shared, viewers=viewers, title=title)


def _of_viewers_of_other(title: str, shared: int, viewers: int) -> Said:
    return said("films.reason.viewers_of_other", shared=shared, viewers=viewers, title=title)


def is_telling(shared: int, viewers: int, others: int, users: int) -> bool:
    """Whether it says something that `shared` of the `viewers` of one film saw another, which `others` saw in all.

    They must be some, a good part of the viewers, and twice the share of those who did not see the first film: what
    everybody saw, its viewers saw too.
    """
    if shared < FEWEST_VIEWERS or shared < LEAST_SHARE * viewers or users <= viewers:
        return False
    return shared / viewers >= LEAST_LIFT * (others - shared) / (users - viewers)

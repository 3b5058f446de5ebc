"""Languages and countries by any of their names: in Spanish, in English, as the catalog has them, by their code."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from rapidfuzz.distance import Indel
from rapidfuzz.process import extract

from almazara.errors import NotFoundError
from almazara.movies.catalog.catalog import SUGGESTIONS
from almazara.movies.catalog.titles import check_query, normalize, query_keys
from almazara.movies.exploring.films import Tags
from almazara.words.numbers import Language
from almazara.words.said import named, said, text_of

_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "US": ("USA", "EEUU", "Estados Unidos de América"),
    "GB": ("UK", "Gran Bretaña", "Great Britain"),
}
"""What else countries are called."""


class TagNames:
    """The tags of one kind, to be found by name."""

    def __init__(self, tags: Tags) -> None:
        self._tags = tags

    def find(self, asked: str, language: Language) -> int:
        """The code of a tag by any of its names; raises NotFoundError with near ones in a language."""
        name = check_query(asked)
        code = next((self._codes[key] for key in query_keys(name) if key in self._codes), None)
        if code is None:
            found = extract(
                normalize(name), list(self._codes), scorer=Indel.normalized_similarity, limit=2 * SUGGESTIONS
            )
            near = dict.fromkeys(self.called(self._codes[key], language) for key, _, _ in found)
            raise NotFoundError(said(f"films.error.no_films_of_{self._tags.kind}", name=name), list(near)[:SUGGESTIONS])
        return code

    def called(self, code: int, language: Language) -> str:
        """What a tag is called in a language."""
        return text_of(named(self._tags.kind, self._tags.names[code], self._tags.otherwise[code]), language)

    @cached_property
    def _codes(self) -> dict[str, int]:
        """Codes by key; of two tags of one name the more frequent one."""
        found: dict[str, int] = {}
        for code in range(len(self._tags.names)):
            own = self._tags.names[code]
            also = (*(self.called(code, one) for one in Language), *_ALSO.get(own, ()))
            for name in (own, self._tags.otherwise[code], *also):
                found.setdefault(normalize(name), code)
        return found

"""Films for a taste: some that were liked, and what must not come; all of it stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from almazara.api.films.parameters import GENRES, WITHOUT_GENRES
from almazara.errors import InputError, NotFoundError
from almazara.movies.answers import FilmReference
from almazara.movies.service import MovieService
from almazara.movies.similar.attributes import listed_ids
from almazara.movies.users.answering import ListQuery
from almazara.movies.users.answers import ProfileAnswer, UserRecommendation
from almazara.web.filters import genre_choices, read_filters, typed
from almazara.words.numbers import Language
from almazara.words.said import Said

LIKED, DISLIKED, UNWANTED, SEEN = "gusta", "no_gusta", "excluir", "vista"
_LISTED: Final = 10
_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class Hidden:
    """A film that is not to come, and the address of the page that lets it come again."""

    film: FilmReference
    undo: str


@dataclass(frozen=True, slots=True)
class Taste:
    """What somebody likes, as they typed it, and films for that; or what is wrong with it, and what is near.

    Attributes:
        liked: At least as many texts as there are fields.
        only: The genres as a field offers them; so are those of `without`.
        hidden: What was seen already.
        films: Each with the address of the page that takes it for seen.
    """

    is_asked: bool
    liked: Sequence[str]
    disliked: str
    only: Sequence[tuple[str, str, bool]]
    without: Sequence[tuple[str, str, bool]]
    hidden: Sequence[Hidden] = ()
    answer: ProfileAnswer | None = None
    films: Sequence[tuple[UserRecommendation, str]] = ()
    wrong: Said | str = ""
    near: Sequence[FilmReference | str] = ()


def taste(params: QueryParams, films: MovieService, language: Language) -> Taste:
    """What an address asks for, and its answer; `is_asked` is False where it asks for nothing."""
    liked, disliked = typed(params, LIKED), typed(params, DISLIKED)
    asked = params if liked else QueryParams()  # without a taste, filters are those of the catalog
    only, without = (
        genre_choices(films.genres, asked.get(name, ""), language) for name in (GENRES.name, WITHOUT_GENRES.name)
    )
    shown = Taste(
        is_asked=bool(liked),
        liked=[*liked, *[""] * (_FIELDS - len(liked))],
        disliked=next(iter(disliked), ""),
        only=only,
        without=without,
    )
    if not liked:
        return shown
    try:
        linked = films.known(listed_ids(params.getlist(SEEN), SEEN), language)
        shown = replace(shown, hidden=_hidden(params, linked))
        unwanted = (films.meant(title, language) for title in typed(params, UNWANTED))
        seen = list({film.id: film for film in [*linked, *unwanted]}.values())
        ids = [film.id for film in seen]
        query = ListQuery(n=_LISTED, filters=replace(read_filters(params), excluded=tuple(ids)))
        answer = films.users.for_profile(liked, disliked, query, language)
    except NotFoundError as error:
        return replace(shown, wrong=error.words, near=[_linked(films, title, language) for title in error.suggestions])
    except InputError as error:
        return replace(shown, wrong=error.words, near=error.suggestions)
    listed = [(one, _address(params, [*ids, one.id])) for one in answer.detalle]
    return replace(shown, hidden=_hidden(params, seen), answer=answer, films=listed)


def _linked(films: MovieService, title: str, language: Language) -> FilmReference | str:
    """The film of a suggested title; the text alone where it is too long to be asked for."""
    try:
        return films.meant(title, language)
    except (NotFoundError, InputError):
        return title


def _hidden(params: QueryParams, seen: Sequence[FilmReference]) -> list[Hidden]:
    return [Hidden(film, _address(params, [one.id for one in seen if one.id != film.id])) for film in seen]


def _address(params: QueryParams, seen: Sequence[int]) -> str:
    """The page of the same taste with these films left out."""
    kept = [one for one in params.multi_items() if one[0] not in {SEEN, UNWANTED}]
    return f"/peliculas?{urlencode([*kept, *((SEEN, str(film_id)) for film_id in seen)])}#gustos"

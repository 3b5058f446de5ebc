"""Ratings of the sample: users have tastes for themes, eras and series, so that co-ratings are informative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sample.draw import Draw, Wheel
from sample.films import Film
from sample.raw import Row
from sample.words import THEMES

_FIRST_MOMENT = 946_684_800  # 2000-01-01, in seconds since 1970
_LAST_MOMENT = 1_500_000_000  # 2017-07-14
_YEAR = 31_556_952
_SESSION_RATINGS = 25


@dataclass(frozen=True, slots=True)
class _Taste:
    themes: frozenset[str]
    disliked: str
    middle_year: int
    kindness: float


def make_ratings(films: Sequence[Film], users: int, draw: Draw) -> list[Row]:
    """Rows of ratings_small.csv in order of user and film; nobody rates a film before its year."""
    rows = []
    for user in range(1, users + 1):
        rated = sorted(_profile(films, draw), key=lambda rating: rating[0])
        rows += [
            {"userId": str(user), "movieId": str(movie), "rating": repr(score), "timestamp": str(moment)}
            for movie, score, moment in rated
        ]
    return rows


def _profile(films: Sequence[Film], draw: Draw) -> list[tuple[int, float, int]]:
    """(movieId, rating, seconds) of one user: most have 20 to 80 ratings, a few hundreds."""
    taste = _taste(draw)
    weights = [_appeal(film, taste) for film in films]
    wheel = Wheel(weights)
    share = draw.share()
    wanted = min(8 + int(300 * share * share * share), sum(weight > 0 for weight in weights) // 3)
    start = draw.integer(_FIRST_MOMENT, _LAST_MOMENT - 3 * _YEAR)
    rated: dict[int, tuple[int, float, int]] = {}
    for turn in range(4 * wanted):
        film = films[wheel.spin(draw)]
        moment = start + (turn // _SESSION_RATINGS) * 40 * 86_400 + turn * 37 + draw.integer(0, 30)
        if film.released.year <= 1970 + moment // _YEAR and moment < _LAST_MOMENT and len(rated) < wanted:
            rated.setdefault(film.movie_id, (film.movie_id, _score(film, taste, draw), moment))
    return list(rated.values())


def _taste(draw: Draw) -> _Taste:
    names = draw.shuffled([theme.name for theme in THEMES])
    return _Taste(frozenset(names[: draw.integer(1, 3)]), names[-1], draw.integer(1965, 2012), 0.4 * draw.bell())


def _appeal(film: Film, taste: _Taste) -> float:
    """How likely the user is to watch the film: known films, the themes and the era that the user likes."""
    appeal = 60 / (film.rank + 60)
    if film.theme.name in taste.themes:
        appeal *= 30 if film.series is None else 45
    elif film.second_theme.name in taste.themes:
        appeal *= 2
    if abs(film.released.year - taste.middle_year) < 12:  # noqa: PLR2004 - about one generation
        appeal *= 3
    return appeal if film.votes else 0.0


def _score(film: Film, taste: _Taste, draw: Draw) -> float:
    """0.5 to 5.0 in half stars."""
    score = 3.2 + taste.kindness + 0.5 * film.quality + 0.6 * draw.bell()
    if film.theme.name in taste.themes:
        score += 0.7
    elif film.theme.name == taste.disliked:
        score -= 1.0
    return min(10, max(1, round(2 * score))) / 2

"""The invented films: what each is about, when it came out, how known and good it is, what it earned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sample import titles
from sample.draw import Draw
from sample.words import COUNTRIES, THEMES, Theme

FIRST_YEAR, LAST_YEAR = 1895, 2017
_FIRST_ID = 900_001


@dataclass(frozen=True, slots=True)
class Series:
    """A series of films, which the raw data calls a collection."""

    series_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Film:
    """One invented film: `rank` 0 is the best known, `quality` has mean 0 and spread 1, money in dollars."""

    film_id: int
    movie_id: int
    title: str
    original_title: str
    country: int
    language: str
    theme: Theme
    second_theme: Theme
    series: Series | None
    released: date
    quality: float
    rank: int
    votes: int
    budget: int
    revenue: int


@dataclass(frozen=True, slots=True)
class _Draft:
    title: titles.Title
    theme: Theme
    year: int
    series: Series | None = None
    fame: float = 0.0


def make_films(count: int, draw: Draw) -> list[Film]:
    """`count` films in random order; the fixed and hand-made titles are always among them."""
    drafts = _fixed_drafts(draw) + _mill_series()
    series = 1
    while len(drafts) < count // 5:
        drafts += _series_drafts(series, draw)
        series += 1
    while len(drafts) < count:
        drafts.append(_single_draft(draw))
    drafts = draw.shuffled(drafts[:count])
    qualities = [draw.bell() for _ in drafts]
    ranks = _ranks(drafts, qualities, draw)
    movie_ids = draw.shuffled(range(1, count + 1))
    ids = draw.several(range(_FIRST_ID, _FIRST_ID + 20 * count), count)
    return [
        _film(
            draft,
            draw,
            film_id=ids[at],
            movie_id=movie_ids[at],
            quality=qualities[at],
            rank=ranks[at],
            films=count,
        )
        for at, draft in enumerate(drafts)
    ]


def _fixed_drafts(draw: Draw) -> list[_Draft]:
    mill = titles.theme_named("mill")
    comedies = [_Draft(title, mill, _year(draw), fame=2.8) for title in titles.MILL_COMEDIES]
    hard = [_Draft(title, draw.pick(THEMES), _year(draw), fame=0.8) for title in titles.HARD_TITLES]
    shared = [
        _Draft((title, title, "en"), draw.pick(THEMES), _year(draw))
        for title, films in titles.SHARED_TITLES
        for _ in range(films)
    ]
    first = _Draft(titles.FIRST_FILM, mill, FIRST_YEAR)
    return [first, *comedies, *hard, *shared]


def _mill_series() -> list[_Draft]:
    mill, series = titles.theme_named("mill"), Series(990_000, "Aceituna Jones Collection")
    return [_Draft(title, mill, 1981 + 4 * at, series, 3.0) for at, title in enumerate(titles.MILL_SERIES)]


def _series_drafts(number: int, draw: Draw) -> list[_Draft]:
    theme, length = draw.pick(THEMES), draw.integer(2, 5)
    names = titles.series_titles(theme, length, draw)
    series = Series(990_000 + number, f"{names[0]} Collection")
    year, fame = min(_year(draw), LAST_YEAR - 3 * length), 0.8 + draw.bell() / 2
    return [_Draft((name, name, "en"), theme, year + 3 * at, series, fame) for at, name in enumerate(names)]


def _single_draft(draw: Draw) -> _Draft:
    theme = draw.pick(THEMES)
    title = titles.generated_title(theme, draw)
    language = "en" if draw.chance(0.7) else draw.pick(COUNTRIES)[2]
    return _Draft((title, titles.original_title(title, language, draw), language), theme, _year(draw))


def _year(draw: Draw) -> int:
    """Few old films, many recent ones."""
    back = draw.share() * draw.share()
    return LAST_YEAR - int(back * (LAST_YEAR - FIRST_YEAR + 1))


def _ranks(drafts: list[_Draft], qualities: list[float], draw: Draw) -> list[int]:
    """How known each film is: luck, fame, quality and being recent."""
    fame = [
        draft.fame + draw.bell() + 0.6 * quality + (draft.year - FIRST_YEAR) / 60
        for draft, quality in zip(drafts, qualities, strict=True)
    ]
    order = sorted(range(len(fame)), key=lambda at: (-fame[at], at))
    ranks = [0] * len(order)
    for rank, at in enumerate(order):
        ranks[at] = rank
    return ranks


def _film(draft: _Draft, draw: Draw, *, film_id: int, movie_id: int, quality: float, rank: int, films: int) -> Film:
    title, original, language = draft.title
    countries = [at for at, country in enumerate(COUNTRIES) if country[2] == language]
    budget, revenue = _money(quality, rank / films, draw)
    return Film(
        film_id=film_id,
        movie_id=movie_id,
        title=title,
        original_title=original,
        country=draw.pick(countries),
        language=language,
        theme=draft.theme,
        second_theme=draw.pick(THEMES),
        series=draft.series,
        released=_day(draft.year, draw),
        quality=quality,
        rank=rank,
        votes=_votes(rank, films),
        budget=budget,
        revenue=revenue,
    )


def _votes(rank: int, films: int) -> int:
    """A long tail: three films in a hundred have more than 2,000 votes, the last ones none."""
    if (fixed := {40: 2001, 41: 2000}.get(rank)) is not None:
        return fixed  # the two sides of the usual threshold
    head, unknown = 40.0, rank / films
    return int(4000 * head / (rank + head) * (1 - unknown) * (1 - unknown))


def _day(year: int, draw: Draw) -> date:
    """A day of the year; where only the year was known, people entered 1 January."""
    if draw.chance(0.1):
        return date(year, 1, 1)
    return date(year, 1, 1) + timedelta(days=draw.integer(0, 364))


def _money(quality: float, unknown: float, draw: Draw) -> tuple[int, int]:
    """Budget and revenue, 0 where nobody knows, which is the rule."""
    budget = 100_000 * draw.integer(2, 300) if draw.chance(0.5 * (1 - unknown)) else 0
    if not draw.chance(0.4 * (1 - unknown)):
        return budget, 0
    success = max(0.05, 2.0 + 1.2 * quality + draw.bell())
    return budget, int((budget or 5_000_000) * success)

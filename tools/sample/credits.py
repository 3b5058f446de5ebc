"""The invented people of the sample, and who plays and works in which film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sample.draw import Draw
from sample.films import Film
from sample.words import FIRST_NAMES, SPECIAL_PEOPLE, SURNAME_ENDS, SURNAME_STARTS, THEMES

_CREW_JOBS = (
    ("Directing", "Director"),
    ("Writing", "Screenplay"),
    ("Production", "Producer"),
    ("Sound", "Original Music Composer"),
    ("Camera", "Director of Photography"),
    ("Editing", "Editor"),
)
_PATH_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_KNOWN_VOTES = 200
_FIRST_ID = 9_000_001

Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who plays in films or makes them."""

    person_id: int
    name: str
    gender: int
    portrait: str | None


@dataclass(frozen=True, slots=True)
class Troupe:
    """The people who work in films of one theme, best known first."""

    actors: Sequence[Person]
    directors: Sequence[Person]
    others: Sequence[Person]


def image_path(draw: Draw) -> str:
    """A path such as TMDB gives to a picture."""
    return "/" + "".join(draw.pick(_PATH_SIGNS) for _ in range(27)) + ".jpg"


def make_troupes(films: int, draw: Draw) -> dict[str, Troupe]:
    """The people of each theme by its name; some actors belong to two themes, a few direct as well."""
    people = _people(len(THEMES) * (12 + films // 40), draw)
    stars, rest = people[: len(SPECIAL_PEOPLE)], people[len(SPECIAL_PEOPLE) :]
    troupes = {}
    share = len(rest) // len(THEMES)
    for at, theme in enumerate(THEMES):
        own = rest[at * share : (at + 1) * share]
        guests = draw.several(rest, share // 8)
        cut = max(4, share // 6)
        actors = own[2 * cut :] + guests + (stars if theme.name == "mill" else stars[at % len(stars) :][:1])
        directors = own[:cut] + (stars[:2] if theme.name == "mill" else [])
        troupes[theme.name] = Troupe(draw.shuffled(actors), draw.shuffled([*directors, actors[0]]), own[cut : 2 * cut])
    return troupes


def _people(count: int, draw: Draw) -> list[Person]:
    names = list(SPECIAL_PEOPLE)
    while len(names) < count:
        names.append(f"{draw.pick(FIRST_NAMES)} {draw.pick(SURNAME_STARTS)}{draw.pick(SURNAME_ENDS)}")
    names[-1] = names[-2]  # two people of one name
    return [
        Person(_FIRST_ID + 7 * at, name, draw.integer(0, 2), image_path(draw) if draw.chance(0.6) else None)
        for at, name in enumerate(names)
    ]


def make_credits(
    films: Sequence[Film], troupes: Mapping[str, Troupe], draw: Draw
) -> dict[int, tuple[list[Entry], list[Entry]]]:
    """Cast and crew entries, in TMDB's form, by film id; a series keeps its director and its first actors."""
    entries = {}
    regulars: dict[int, tuple[list[Person], list[Person]]] = {}
    for film in films:
        troupe = troupes[film.theme.name]
        players, directors = _players(film, troupe, draw), _directors(troupe, draw)
        if film.series is not None:
            lead, directors = regulars.setdefault(film.series.series_id, (players[:3], directors))
            players = lead + [person for person in players if person not in lead]
        entries[film.film_id] = (_cast(film, players, draw), _crew(film, directors, troupe, draw))
    return entries


def _players(film: Film, troupe: Troupe, draw: Draw) -> list[Person]:
    """More of them in known films, the stars of the theme most often."""
    wanted = draw.integer(6, 14) if film.votes > _KNOWN_VOTES else draw.integer(1, 6)
    chosen: dict[int, Person] = {}
    for _ in range(wanted):
        person = troupe.actors[int(draw.share() * draw.share() * len(troupe.actors))]
        chosen[person.person_id] = person
    return list(chosen.values())


def _directors(troupe: Troupe, draw: Draw) -> list[Person]:
    if draw.chance(0.02):
        return []
    return draw.several(troupe.directors, 2 if draw.chance(0.08) else 1)


def _cast(film: Film, players: Sequence[Person], draw: Draw) -> list[Entry]:
    return [
        {
            "cast_id": order + 1,
            "character": _character(film, draw),
            "credit_id": _credit_id(film, order),
            "gender": person.gender,
            "id": person.person_id,
            "name": person.name,
            "order": order,
            "profile_path": person.portrait,
        }
        for order, person in enumerate(players)
    ]


def _character(film: Film, draw: Draw) -> str:
    name = draw.pick(FIRST_NAMES)
    hero = draw.pick(film.theme.heroes)
    voice = " (voice)" if "Animation" in film.theme.genres else ""
    return (
        draw.pick((name, name, hero.title(), f"{name} / {hero}", f"Old {name}", f'"{name}"', f"{name}'s Mother", ""))
        + voice
    )


def _crew(film: Film, directors: Sequence[Person], troupe: Troupe, draw: Draw) -> list[Entry]:
    workers = [(*_CREW_JOBS[0], person) for person in directors]
    if directors and draw.chance(0.3):
        workers.append((*_CREW_JOBS[1], directors[0]))
    jobs = draw.several(_CREW_JOBS[1:], draw.integer(0, 5))
    workers += [(department, job, draw.pick(troupe.others)) for department, job in jobs]
    return [
        {
            "credit_id": _credit_id(film, 50 + at),
            "department": department,
            "gender": person.gender,
            "id": person.person_id,
            "job": job,
            "name": person.name,
            "profile_path": person.portrait,
        }
        for at, (department, job, person) in enumerate(workers)
    ]


def _credit_id(film: Film, number: int) -> str:
    return f"52fe{film.film_id:014x}{number:06x}"

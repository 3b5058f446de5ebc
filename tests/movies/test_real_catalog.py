"""The API over the real catalog, beside a count made of the raw files with csv and ast alone."""

import ast
import csv
import gzip
import io
import json
import random
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from made import kept
from sample_catalog import app_over, served

pytestmark = pytest.mark.real_data

MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
WEEKDAYS = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]


def rows(path):
    csv.field_size_limit(sys.maxsize)
    with gzip.open(path, "rb") as file:
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8", newline=""))


def amount(text):
    try:
        return float(text)
    except ValueError:
        return 0.0


def count(folder):
    """Films by id (first row of each), and the ids of the films of every actor and director."""
    films, actors, directors, seen, spaced = {}, defaultdict(set), defaultdict(set), set(), set()
    for row in rows(folder / "movies_metadata.csv.gz"):
        try:
            released = date.fromisoformat(row["release_date"] or "")
            film_id = int(row["id"])
        except ValueError:
            continue
        budget, revenue = amount(row["budget"]), amount(row["revenue"])
        films.setdefault(
            film_id,
            {
                "title": row["title"].strip(),
                "released": released.isoformat(),
                "return": revenue / budget if budget > 0 and revenue > 0 else 0.0,
                "popularity": amount(row["popularity"]),
                "average": amount(row["vote_average"]),
                "votes": int(amount(row["vote_count"])),
            },
        )
    for row in rows(folder / "credits.csv.gz"):
        film_id = int(row["id"])
        if film_id not in films or film_id in seen:
            continue
        seen.add(film_id)
        for person in ast.literal_eval(row["cast"]):
            actors[person["name"].strip()].add(film_id)
        for person in ast.literal_eval(row["crew"]):
            if person["job"] == "Director":
                directors[person["name"].strip()].add(film_id)
                if person["name"] != person["name"].strip():
                    spaced.add(person["name"].strip())
    people = [{name: sorted(ids) for name, ids in role.items()} for role in (actors, directors)]
    return {"films": films, "actors": people[0], "directors": people[1], "spaced": sorted(spaced)}


@pytest.fixture(scope="session")
def counted(request, real_data):
    films = real_data / "movies" / "the-movies-dataset"

    def make(folder):
        folder.mkdir()
        (folder / "counted.json").write_text(json.dumps(count(films)), encoding="utf-8")

    folder = kept(request, "counted", [*films.iterdir(), Path(__file__)], make)
    found = json.loads((folder / "counted.json").read_text(encoding="utf-8"))
    found["films"] = {int(film_id): film for film_id, film in found["films"].items()}
    return found


@pytest.fixture(scope="session")
def ask(real_home, tmp_path_factory):
    with served(app_over(real_home, tmp_path_factory.mktemp("real") / "home")) as client:

        def ask_(route, value, **query):
            response = client.get(f"/{route}/{quote(str(value), safe='')}", params=query)
            assert response.status_code == 200, response.text
            return response.json()

        yield ask_


def dates(counted):
    return [date.fromisoformat(film["released"]) for film in counted["films"].values()]


def some(values, number):
    return random.Random(2026).sample(sorted(values), number)


def test_every_month_counts_as_the_raw_files_do(ask, counted):
    expected = Counter(day.month for day in dates(counted))
    for number, name in enumerate(MONTHS, start=1):
        assert ask("cantidad_filmaciones_mes", name)["cantidad"] == expected[number] > 0


def test_every_weekday_counts_as_the_raw_files_do(ask, counted):
    expected = Counter(day.weekday() for day in dates(counted))
    for number, name in enumerate(WEEKDAYS):
        assert ask("cantidad_filmaciones_dia", name)["cantidad"] == expected[number] > 0


def test_every_day_of_the_month_counts_as_the_raw_files_do(ask, counted):
    expected = Counter(day.day for day in dates(counted))
    for number in range(1, 32):
        assert ask("cantidad_filmaciones_dia", number)["cantidad"] == expected[number]


def test_dates_count_as_the_raw_files_do(ask, counted):
    expected = Counter(day.isoformat() for day in dates(counted))
    for day in [*some(expected, 50), *[day for day, _ in expected.most_common(5)], "1800-01-01"]:
        assert ask("cantidad_filmaciones_dia", day)["cantidad"] == expected[day]


@pytest.mark.parametrize(
    ("route", "role", "number"), [("get_actor", "actors", 200), ("get_director", "directors", 100)]
)
def test_the_success_of_people_is_that_of_the_raw_files(ask, counted, route, role, number):
    films = counted["films"]
    busiest = sorted(counted[role], key=lambda name: (-len(counted[role][name]), name))[: number // 4]
    for name in {*some(filter(None, counted[role]), number), *busiest}:
        returns = [films[film_id]["return"] for film_id in counted[role][name]]
        found = ask(route, name)
        assert found["cantidad_peliculas"] == len(returns), name
        assert found["exito"] == pytest.approx(sum(returns)), name
        assert found["retorno_promedio"] == pytest.approx(sum(returns) / len(returns)), name
        assert found.get("peliculas_con_datos") == sum(value > 0 for value in returns), name


def test_the_films_of_directors_are_those_of_the_raw_files_in_order_of_release(ask, counted):
    films = counted["films"]
    for name in some(filter(None, counted["directors"]), 100):
        found = ask("get_director", name)["peliculas"]
        assert {film["id"] for film in found} == set(counted["directors"][name])
        assert [film["fecha_estreno"] for film in found] == sorted(film["fecha_estreno"] for film in found)
        assert all(film["fecha_estreno"] == films[film["id"]]["released"] for film in found)


def test_a_name_with_spaces_or_tabs_around_it_is_the_same_person(ask, counted):
    assert counted["spaced"]
    for name in counted["spaced"]:
        assert ask("get_director", name)["cantidad_peliculas"] == len(counted["directors"][name]), name


def test_votes_and_score_of_films_are_those_of_the_raw_files(ask, counted):
    titled = [film_id for film_id, film in counted["films"].items() if film["title"]]
    for film_id in some(titled, 200):
        film = counted["films"][film_id]
        votes, score = (ask(route, film["title"], id=film_id) for route in ("votos_titulo", "score_titulo"))
        assert (votes["id"], votes["votos"]) == (film_id, film["votes"])
        assert votes["promedio"] == (film["average"] if film["votes"] > 2000 else None)
        assert (score["score"] or 0.0, score["puntuacion"]) == (film["popularity"], film["average"])


def test_a_title_answers_the_most_voted_film_that_bears_it(ask, counted):
    bearing = defaultdict(list)
    for film_id, film in counted["films"].items():
        bearing[film["title"]].append(film_id)
    shared = {title: ids for title, ids in bearing.items() if len(ids) > 1 and title}
    for title in some(shared, 100):
        found = ask("votos_titulo", title)
        assert found["votos"] == max(counted["films"][film_id]["votes"] for film_id in shared[title]), title
        assert {found["id"], *(film["id"] for film in found["otras"])} >= set(shared[title])


def test_a_well_known_director_is_not_counted_twice(ask):
    assert ask("get_director", "christopher nolan")["cantidad_peliculas"] == 11


@pytest.mark.parametrize(("title", "films"), [("Cinderella", 11), ("Hamlet", 9), ("Blackout", 5)])
def test_all_films_of_a_shared_title_are_named(ask, title, films):
    assert 1 + len(ask("score_titulo", title)["otras"]) == films


@pytest.mark.parametrize(
    "title", ["M", "2012", "WALL·E", "[REC]⁴ Apocalypse", "Κλέφτες", "ファンタスティポ", "Face/Off", "What's Up, Doc?"]
)
def test_hard_titles_are_found_as_they_are_written(ask, title):
    assert ask("score_titulo", title)["titulo"] == title


def test_the_films_of_a_series_come_first(ask):
    assert ask("recomendacion", "Toy Story", n=5)["recomendaciones"][:2] == ["Toy Story 2", "Toy Story 3"]

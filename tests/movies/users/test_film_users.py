"""Film users put together: histories from elsewhere matched to a catalog made by hand, and where events are kept."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from almazara.app import movies
from almazara.artifacts import open_artifacts
from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.movies.users import event_store
from almazara.movies.users.answering import ListQuery
from almazara.movies.users.events import Kind
from almazara.movies.users.exports import Source
from almazara.movies.users.exports.rows import Entry
from almazara.words.numbers import Language
from made import made_once
from sample_catalog import Made, publish_made, settings_for, without_files

LETTERBOXD = "Date,Name,Year,Letterboxd URI,Rating"
FILMS = [
    Made("The Mill", {"imdb_id": "tt0000010", "release_date": "1999-05-01", "vote_count": "90"}),
    Made("The Mill", {"imdb_id": "tt0000011", "release_date": "2010-05-01", "vote_count": "80"}),
    Made("Olives", {"imdb_id": "tt0000012", "release_date": "2001-05-01", "vote_count": "70"}),
    Made("Olives", {"imdb_id": "tt0000013", "release_date": "2001-09-01"}, directors=("Ana Prensa",)),
    Made("The Press", {"release_date": "2005-01-01"}),
    Made("Pressed Twice", {"imdb_id": "tt0000016", "release_date": "2006-01-01"}),
    Made("Once Pressed", {"imdb_id": "tt0000016", "release_date": "2016-01-01"}),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return made_once(tmp_path_factory, "film-users-home", lambda home: publish_made(home, FILMS))


@pytest.fixture
def settings(published, tmp_path):
    home = tmp_path / "own"
    home.mkdir()
    (home / "artifacts").symlink_to(published / "artifacts")
    return settings_for(home)


@pytest.fixture
def users(settings):
    opened = movies.open_film_users(settings)
    yield opened
    opened.close()


def export(tmp_path, *rows):
    file = tmp_path / "ratings.csv"
    file.write_text("\n".join([LETTERBOXD, *rows, ""]), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("entry", "film"),
    [
        ({"tmdb": 2}, 2),
        ({"imdb": 12}, 3),
        ({"tmdb": 3, "imdb": 12}, 3),
        ({"title": "the mill", "year": 2010}, 2),
        ({"title": "The Press", "year": 2005, "imdb": 99}, 5),  # the catalog does not know its number
        ({"tmdb": 99, "imdb": 12}, 3),
        ({"tmdb": 1, "imdb": 11}, "its ids belong to two films"),
        ({"imdb": 16, "title": "?"}, "it has no year, and no id that is in the catalog"),  # two films have the number
        ({"tmdb": 99, "title": "The Mill", "year": 2010}, "it is not in the catalog"),
        ({"imdb": 99, "title": "The Mill", "year": 2010}, "it is not in the catalog"),
        ({"title": "The Mill", "year": 2011}, 2),
        ({"title": "The Mill", "year": 2012}, "it is not in the catalog"),
        ({"title": "Olives", "year": 2002}, "several films have its title and year"),
        ({"title": "Die Presse", "year": 2005, "original": "The Press"}, 5),
        ({"title": "The Mill", "year": 2010, "original": "Olives"}, 2),
        ({"title": "The Mill", "year": 2005, "original": "The Press"}, 5),
        ({"imdb": 10, "is_film": False}, 1),
        ({"imdb": 99, "title": "The Press", "year": 2005, "is_film": False}, "it is no film"),
        ({"title": "Olives", "year": 2001}, "several films have its title and year"),
        ({"title": "The Mill"}, "it has no year, and no id that is in the catalog"),
        ({"title": "\x00", "year": 2010}, "its title cannot be looked up"),
    ],
)
def test_a_row_is_matched_surely_or_not_at_all(users, entry, film):
    row = Entry("row 1", **{"title": "", "year": None, "kind": Kind.VIEW, **entry})
    assert users.answers().film_of(row) == film


def test_an_import_counts_what_is_new_and_names_what_is_refused(users, tmp_path):
    file = export(
        tmp_path,
        "2026-01-02,The Mill,1999,u,4.5",
        "2026-01-03,Olives,2001,u,3",
        "2026-01-04,Nowhere,1990,u,5",
        "2026-01-05,The Press,2005,u,nine",
    )
    imported = users.import_export(file, Source.LETTERBOXD, "ana")
    assert (imported.new, imported.known) == (1, 0)
    assert [(row.title, row.reason) for row in imported.refused] == [
        ("Olives", "several films have its title and year"),
        ("Nowhere", "it is not in the catalog"),
        ("The Press", "its rating is no number of the scale"),
    ]
    kept = users.store.of_user("ana")
    assert [(event.film_id, event.kind, event.value, event.at.isoformat()) for event in kept] == [
        (1, Kind.RATING, 4.5, "2026-01-02T00:00:00+00:00")
    ]


def test_a_second_import_adds_only_what_has_changed(users, tmp_path):
    first, second = "2026-01-02,The Mill,1999,u,4.5", "2026-01-03,The Press,2005,u,3"
    users.import_export(export(tmp_path, first), Source.LETTERBOXD, "ana")
    imported = users.import_export(export(tmp_path, first, second, second), Source.LETTERBOXD, "ana")
    assert (imported.new, imported.known) == (1, 1)
    changed = users.import_export(export(tmp_path, "2026-02-02,The Mill,1999,u,1", second), Source.LETTERBOXD, "ana")
    assert changed.new == 1
    assert [event.value for event in users.store.of_user("ana")] == [4.5, 3, 1]


def test_the_last_word_on_a_film_counts_also_when_it_comes_back_on_the_same_day(users, tmp_path):
    day = "2026-01-02,The Mill,1999,u,"

    def after(*ratings):
        imported = users.import_export(export(tmp_path, *(day + one for one in ratings)), Source.LETTERBOXD, "ana")
        return imported.new, users.store.of_user("ana")[-1].value

    assert after("5", "3", "5") == (3, 5)
    assert after("5", "3", "5") == (0, 5)
    assert after("3") == (1, 3)
    assert after("3", "5") == (1, 5)
    assert after("3", "5") == (0, 5)
    assert after("4", "5") == (2, 5)


def test_an_undated_rating_that_comes_back_is_the_last_word_too(users, tmp_path):
    def after(rating):
        imported = users.import_export(export(tmp_path, f",The Mill,1999,u,{rating}"), Source.LETTERBOXD, "ana")
        return imported.new, users.store.of_user("ana")[-1].value

    assert [after(5), after(3), after(5), after(5)] == [(1, 5), (1, 3), (1, 5), (0, 5)]


def test_the_ratings_of_letterboxd_hold_against_the_diary_of_the_same_day(users, tmp_path):
    folder = tmp_path / "letterboxd"
    folder.mkdir()
    export(folder, "2026-01-02,The Mill,1999,u,5")
    columns = f"{LETTERBOXD},Rewatch,Tags,Watched Date"
    (folder / "diary.csv").write_text(f"{columns}\n2026-01-02,The Mill,1999,v,2,,,2026-01-02\n", encoding="utf-8")
    users.import_export(folder, Source.LETTERBOXD, "ana")
    assert [event.value for event in users.store.of_user("ana")] == [2, 5]


def test_an_imported_history_makes_a_list_at_once_and_is_left_out_of_it(users, tmp_path):
    users.import_export(export(tmp_path, "2026-01-02,The Mill,1999,u,4.5"), Source.LETTERBOXD, "ana")
    answer = users.recommend("ana", ListQuery(n=50))
    assert (answer.nuevo, answer.historial) == (False, 1)
    assert 1 not in [film.id for film in answer.detalle]


def test_trakt_and_imdb_are_imported_by_their_ids(users, tmp_path):
    movie = {"title": "?", "year": 1900, "ids": {"tmdb": 4, "imdb": "tt0000013"}}
    with zipfile.ZipFile(tmp_path / "trakt.zip", "w") as archive:
        entries = [{"plays": 1, "last_watched_at": "2026-01-02T10:00:00.000Z", "movie": movie}]
        archive.writestr("ana/watched/watched-movies.json", json.dumps(entries))
        archive.writestr("ana/lists/watchlist.json", json.dumps([{"listed_at": "2026-01-02", "movie": movie}]))
    imdb = tmp_path / "imdb.csv"
    imdb.write_text("Const,Your Rating,Date Rated,Title,Year\ntt0000010,9,2026-01-02,?,1\n", encoding="utf-8")
    assert users.import_export(tmp_path / "trakt.zip", Source.TRAKT, "ana").new == 1
    assert users.import_export(imdb, Source.IMDB, "ana").new == 1
    assert [(event.film_id, event.value) for event in users.store.of_user("ana")] == [(1, 4.5), (4, None)]


def test_a_file_of_another_kind_keeps_nothing(users, tmp_path):
    with pytest.raises(InputError, match="lacks Const"):
        users.import_export(export(tmp_path, "2026-01-02,The Mill,1999,u,4.5"), Source.IMDB, "ana")
    assert users.store.count() == 0


def test_without_ratings_a_list_still_depends_on_what_was_liked(users):
    liked = users.answers().for_profile(["Pressed Twice"], [], ListQuery(n=3))
    other = users.answers().for_profile([2], [], ListQuery(n=3))
    assert [film.id for film in liked.detalle] != [film.id for film in other.detalle]


def test_a_film_is_named_by_its_imdb_id_in_events_and_in_a_profile(users):
    event = {"id": "1", "usuario": "ana", "pelicula": "tt0000011", "tipo": "vista"}
    users.add(event)
    assert [one.film_id for one in users.store.of_user("ana")] == [2]
    understood = users.answers().for_profile(["tt0000012"], ["tt0000013"], ListQuery(n=3))
    assert (understood.gustan[0].id, understood.no_gustan[0].id) == (3, 4)
    with pytest.raises(NotFoundError, match="«tt0000099»"):
        users.answers().for_profile(["tt0000099"], [], ListQuery(n=3))


def test_lists_and_what_became_of_events_are_told_in_english_too(users):
    def events(*entries):
        return [
            {"id": f"{kind}{film}", "usuario": "ana", "pelicula": film, "tipo": kind, **more}
            for kind, film, more in entries
        ]

    en, query = Language.EN, ListQuery(3)
    assert users.recommend("ana", query, en).mensaje.startswith("Nothing is known of ana yet. Popular films: ")
    assert users.recommend("eva", ListQuery(1), en).detalle[0].motivos == ["popular: 90 votes"]
    told = users.add(events(("valoracion", 3, {"valor": 4.5}), ("me_gusta", 1, {}), ("vista", 5, {})), en)
    assert told.mensaje == "Events received: 3, of them 3 new and 0 known before."
    found = users.recommend("ana", query, en)
    assert found.mensaje == f"ana knows 3 films and may like: {'; '.join(found.recomendaciones)}."
    reasons = {reason for film in found.detalle for reason in film.motivos}
    assert reasons & {"because you rated Olives 4.5", "because you like The Mill", "because you saw The Press"}
    group = users.recommend_together(["ana", "eva"], query, en)
    assert group.mensaje.startswith("ana and eva may like: ")
    assert [reason.split(":")[0] for reason in group.detalle[0].motivos] == ["ana", "eva"]
    profile = users.answers().for_profile([1], [], query, en)
    assert profile.mensaje.startswith("By what you say that you like, you may like: ")
    assert users.delete("ana", en).mensaje == "Events of ana deleted: 3."


@pytest.mark.parametrize("url", [None, "dynamodb://table?region=eu-west-1"])
def test_events_are_kept_in_the_home_folder_where_no_database_takes_them(settings, url):
    settings = settings_for(settings.home, store_url=url)
    assert not event_store.events_in_database(settings)
    event_store.open_event_store(settings).close()
    assert (settings.home_path / "film_events.db").exists()


def test_events_are_kept_in_the_database_of_the_settings(settings, tmp_path):
    settings = settings_for(settings.home, store_url=f"sqlite:///{tmp_path}/shared.db")
    assert event_store.events_in_database(settings)
    event_store.open_event_store(settings).close()
    assert Path(tmp_path / "shared.db").exists()
    assert not (settings.home_path / "film_events.db").exists()


def test_a_store_that_does_not_answer_is_tried_again_by_the_next_request(settings, tmp_path):
    folder = tmp_path / "blocked"
    folder.write_text("a file where a folder should be")
    users = movies.open_film_users(settings_for(settings.home, store_url=f"sqlite:///{folder}/events.db"))
    with pytest.raises(UnavailableError):
        users.recommend("ana", ListQuery())
    folder.unlink()
    assert users.recommend("ana", ListQuery()).nuevo
    users.close()


def test_before_the_first_catalog_every_question_says_what_to_do(tmp_path):
    settings = settings_for(tmp_path / "empty")
    users = movies.open_film_users(settings, movies.live_movies(settings))
    with pytest.raises(UnavailableError, match="almazara up"):
        users.add([])


def test_while_there_is_no_catalog_nothing_is_deleted(users, settings, tmp_path):
    users.import_export(export(tmp_path, "2021-03-01,The Press,2005,u,4"), Source.LETTERBOXD, "ana")
    (settings.home_path / "artifacts").unlink()
    with_none = movies.open_film_users(settings, movies.live_movies(settings))
    with pytest.raises(UnavailableError):
        with_none.delete("ana")
    with_none.close()
    assert len(users.store.of_user("ana")) == 1


def test_a_catalog_of_another_version_is_said_to_be_one(published, tmp_path):
    settings = settings_for(tmp_path)
    shutil.copytree(published / "artifacts", tmp_path / "artifacts")
    without_files(open_artifacts(settings).current("movies"), "imdb.*.npy")
    with pytest.raises(UnavailableError, match="build it again"):
        movies.open_film_users(settings)

"""Titles in other languages from the file to the answers: films are found by them, and shown as the reader reads."""

import json

import msgspec
import pytest

from almazara import artifacts
from almazara.app import movies
from almazara.errors import InputError, NotFoundError
from almazara.movies import building
from almazara.movies.answers import FilmAnswer
from almazara.movies.raw import wikidata
from almazara.movies.renewing.training import retrain
from almazara.movies.similar.attributes import Filters
from almazara.movies.users.answering import ListQuery
from almazara.words.numbers import Language
from sample_catalog import Made, publish_made, settings_for, without_files
from waiting import no_progress

SHARK = {"vote_count": 4000, "original_title": "Jaws"}
FILMS = [
    Made("The Oil Father", {"vote_count": 6000, "release_date": "1972-03-14"}, directors=("Bruno Orujo",)),
    Made("El padrecito", {"vote_count": 10}),
    Made("Jaws", SHARK, directors=("Bruno Orujo",)),
    Made("Tiburón", {"vote_count": 3}),
]
TITLES = """1,El padrino,es
1,El cachorro,es
1,O Padrinho,pt
3,Tiburón,es
3,JAWS!,en"""
EN, ES = Language.EN, Language.ES


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("titled")
    publish_made(home, FILMS, TITLES)
    return home


@pytest.fixture(scope="module")
def films(home):
    return movies.open_movies(settings_for(home))


@pytest.mark.parametrize(
    "asked", ["El padrino", "el PADRINO", "elpadrino", "Padrino, El", "El padrino (1972)", "O Padrinho", "Cachorro, El"]
)
def test_a_film_is_found_by_each_of_its_titles_in_any_spelling(films, asked):
    assert films.score(asked).id == 1
    assert films.votes(asked).id == 1
    assert films.recommend(asked).id == 1
    assert json.loads(films.recommend_default(asked))["id"] == 1
    assert films.users.find(asked).row == 0


def test_a_film_is_found_by_a_mistyped_title(films):
    hit = films.search("el padriho", 3).resultados[0]
    assert (hit.id, hit.titulo, hit.titulo_local, hit.coincidencia) == (1, "The Oil Father", "El padrino", "El padrino")


def test_of_films_that_share_a_title_in_use_the_most_voted_answers(films):
    found = films.score("tiburón")
    assert (found.id, [film.id for film in found.otras]) == (3, [4])


def test_a_title_that_is_not_shown_gives_way_to_a_title_in_use(tmp_path):
    films = publish_made(tmp_path, FILMS, "1,El padrino,es\n1,El padrecito,es")
    assert films.score("El padrecito").id == 2


def test_a_far_better_known_film_with_nearly_the_same_title_still_comes_last(tmp_path):
    films = publish_made(
        tmp_path, [Made("Seven Oils", {"vote_count": 5}), Made("Se7en Oils", {"vote_count": 9000})], "1,Siete,es"
    )
    assert [film.id for film in films.score("Siete").otras] == [2]


def test_suggestions_are_named_as_the_reader_reads(films):
    for language, name in ((ES, "El padrino (1972)"), (EN, "The Oil Father (1972)")):
        with pytest.raises(NotFoundError) as raised:
            films.score("el padrinno", language=language)
        assert name in raised.value.suggestions


def test_answers_add_the_title_in_the_language_of_the_reader(films):
    found = films.score("El padrino")
    assert (found.titulo, found.titulo_local) == ("The Oil Father", "El padrino")
    assert found.mensaje.startswith("La película El padrino ")
    assert films.score("El padrino", language=EN).titulo_local is None
    assert films.votes("Jaws", language=EN).titulo_local == "JAWS!"


def test_lists_and_their_messages_name_films_as_the_reader_reads(films):
    spanish, english = films.recommend("Jaws"), films.recommend("Jaws", language=EN)
    assert spanish.recomendaciones == english.recomendaciones
    assert [film.titulo_local for film in spanish.detalle if film.id == 1] == ["El padrino"]
    assert "Tiburón (2000)" in spanish.mensaje
    assert "El padrino" in spanish.mensaje
    assert "The Oil Father" in english.mensaje


def test_what_was_written_ahead_is_what_would_be_answered(films):
    assert json.loads(films.recommend_default("Jaws")) == msgspec.to_builtins(films.recommend("Jaws"))


def test_reasons_name_films_as_the_lists_do(films):
    query = ListQuery(n=3, filters=Filters(only=(3,)))
    spanish = films.users.for_profile(["The Oil Father"], [], query)
    assert spanish.detalle[0].titulo_local == "Tiburón"
    assert any("El padrino" in reason for reason in spanish.detalle[0].motivos)
    english = films.users.for_profile(["The Oil Father"], [], query, EN)
    assert any("The Oil Father" in reason for reason in english.detalle[0].motivos)
    assert spanish.gustan[0].titulo_local == "El padrino"


@pytest.mark.parametrize(("language", "title"), [(ES, "El padrino"), (EN, None)])
def test_a_film_by_its_id_has_its_title_in_the_language(films, language, title):
    film = msgspec.json.decode(films.film(1, language), type=FilmAnswer)
    assert (film.titulo, film.titulo_local) == ("The Oil Father", title)
    assert (title or film.titulo) in film.mensaje


@pytest.mark.parametrize(("language", "title"), [(ES, "Tiburón"), (EN, "JAWS!")])
def test_the_films_of_a_person_have_their_titles_in_the_language(films, language, title):
    listed = msgspec.to_builtins(films.people.person("Bruno Orujo", language).direccion.peliculas)
    assert title in [film["titulo_local"] for film in listed]
    credited = json.loads(msgspec.json.encode(films.people.director("Bruno Orujo", language)))["peliculas"]
    assert title in [film["titulo_local"] for film in credited]


def test_the_catalog_by_pages_has_titles_in_the_language(films):
    assert {film.titulo_local for film in films.browse().peliculas} == {"El padrino", "Tiburón", None}


def test_the_report_accounts_for_the_file_and_its_files_are_hashed(home):
    artifact = artifacts.open_artifacts(settings_for(home)).current("movies")
    assert artifact.manifest["report"]["files"]["titles.csv"]["kept"] == 5
    assert {"local_titles.parquet", "titles_es.blob.npy", "titles_en.offsets.npy"} <= set(artifact.files)


def test_a_catalog_without_titles_has_no_arrays_of_them(tmp_path):
    assert publish_made(tmp_path, FILMS).score("Jaws").titulo_local is None
    assert not list(tmp_path.glob("artifacts/movies/*/titles_*"))


def test_a_catalog_of_a_version_before_still_opens(tmp_path):
    publish_made(tmp_path, FILMS, TITLES)
    artifact = artifacts.open_artifacts(settings_for(tmp_path)).current("movies")
    without_files(artifact, "titles_*")
    without_files(artifacts.open_artifacts(settings_for(tmp_path)).current("movies"), "local_titles.parquet")
    assert movies.open_movies(settings_for(tmp_path)).score("Jaws").titulo_local is None
    assert retrain(settings_for(tmp_path), no_progress).version


def test_a_retraining_keeps_the_titles_that_were_given(tmp_path):
    publish_made(tmp_path, FILMS, TITLES)
    settings = settings_for(tmp_path)
    assert retrain(settings, no_progress).version
    assert movies.open_movies(settings).score("El padrino").id == 1
    assert retrain(settings, no_progress, folder=tmp_path / "raw").version
    assert movies.open_movies(settings).score("El padrino").id == 1


def test_a_retraining_takes_other_titles(tmp_path):
    publish_made(tmp_path, FILMS, TITLES)
    (tmp_path / "new.csv").write_text("id,title,language\n1,El compadre,es\n", encoding="utf-8")
    assert retrain(settings_for(tmp_path), no_progress, titles=tmp_path / "new.csv").version
    assert movies.open_movies(settings_for(tmp_path)).score("El compadre").id == 1


def test_titles_of_an_invented_sample_are_not_asked_for(sample_home):
    with pytest.raises(InputError, match="invented"):
        building.fetch_titles(settings_for(sample_home), None, no_progress)


def test_titles_are_asked_for_by_the_imdb_ids_of_the_published_films(tmp_path, monkeypatch):
    publish_made(tmp_path, [Made("Jaws", {"imdb_id": "tt0073195"}), Made("The Press")])
    asked = []
    monkeypatch.setattr(wikidata, "fetch_titles", lambda ids, folder, *_: asked.append((ids, folder)) or folder)
    building.fetch_titles(settings_for(tmp_path), None, no_progress)
    assert asked == [(["tt0073195"], tmp_path / "raw")]

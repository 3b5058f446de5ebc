"""Catalogs at the edge: nearly empty ones, the same one twice, and what the server need not import."""

import shutil
import subprocess
import sys

import msgspec
import numpy as np
import pytest

from almazara import artifacts
from almazara.app import movies
from almazara.artifacts import file_hash
from almazara.errors import ContractError, InputError, NotFoundError, UnavailableError
from almazara.movies import building, sentences
from sample import make_sample
from sample_catalog import Made, publish_made, settings_for, without_files, write_raw
from waiting import no_progress


def test_a_catalog_of_one_film_without_people_answers(tmp_path):
    films = publish_made(tmp_path, [Made("The Mill")])
    assert films.score("the mill").id == 1
    assert films.search("mill", 5).cantidad == 1
    assert films.recommend("The Mill").detalle == []
    assert films.recommend("The Mill").mensaje == "No hay películas parecidas a The Mill (2000)."
    with pytest.raises(NotFoundError) as raised:
        films.people.actor("Ana Oliva")
    assert raised.value.suggestions == []


def test_a_folder_without_credits_says_which_file_is_missing(tmp_path):
    folder = write_raw(tmp_path / "raw", [Made("The Mill")])
    (folder / "credits.csv").unlink()
    with pytest.raises(InputError, match="credits"):
        building.build_movies(settings_for(tmp_path), folder, ratings=None, sample=False, progress=no_progress)


def test_a_folder_whose_films_are_all_lost_publishes_nothing(tmp_path):
    folder = write_raw(tmp_path / "raw", [Made("The Mill", {"release_date": ""})])
    settings = settings_for(tmp_path, max_loss_share=1.0)
    with pytest.raises(ContractError, match="no film"):
        building.build_movies(settings, folder, ratings=None, sample=False, progress=no_progress)
    assert artifacts.open_artifacts(settings).versions("movies") == []


def test_a_build_that_loses_more_films_than_the_setting_allows_publishes_nothing(tmp_path):
    films = [Made(f"Film {number}") for number in range(9)] + [Made("Undated", {"release_date": ""})]
    folder = write_raw(tmp_path / "raw", films)
    with pytest.raises(ContractError, match="1 of 10 rows"):
        building.build_movies(
            settings_for(tmp_path, max_loss_share=0.05), folder, ratings=None, sample=False, progress=no_progress
        )
    settings = settings_for(tmp_path, max_loss_share=0.1)
    assert building.build_movies(settings, folder, ratings=None, sample=False, progress=no_progress)


@pytest.mark.training
def test_the_same_files_give_the_same_bytes(tmp_path):
    for name, content in make_sample(films=400, users=10).items():
        (tmp_path / name).write_bytes(content)

    def built(home):
        settings = settings_for(tmp_path / home)
        path = building.build_movies(settings, tmp_path, ratings=None, sample=True, progress=no_progress).path
        return {file.name: file_hash(file) for file in path.iterdir() if file.name != "manifest.json"}

    assert built("one") == built("two")


def test_a_catalog_that_lacks_what_this_version_reads_says_to_build_it_again(tmp_path):
    publish_made(tmp_path, [Made("The Mill")])
    without_files(artifacts.open_artifacts(settings_for(tmp_path)).current("movies"), "hybrid.*")
    with pytest.raises(UnavailableError, match="build it again"):
        movies.open_movies(settings_for(tmp_path))


def test_a_sample_never_takes_the_place_of_a_catalog_that_cannot_be_read(tmp_path):
    publish_made(tmp_path, [Made("The Mill")])
    (tmp_path / "artifacts" / "movies" / "current").write_text("20990101T000000-00", encoding="utf-8")
    with pytest.raises(NotFoundError, match="rollback"):
        building.ensure_movies(settings_for(tmp_path), no_progress)


def test_a_sample_never_takes_the_place_of_a_catalog_to_which_nothing_points(tmp_path):
    published = publish_made(tmp_path, [Made("The Mill")])
    (tmp_path / "artifacts" / "movies" / "current").write_bytes(b"")
    assert building.ensure_movies(settings_for(tmp_path), no_progress).version == published.version


def test_a_catalog_that_is_there_is_not_built_again(sample_home):
    stages = []
    building.ensure_movies(settings_for(sample_home), lambda stage, _done, _total: stages.append(stage))
    assert stages == []


@pytest.mark.parametrize("is_sample", [True, False])
def test_a_sample_that_another_version_built_is_built_again_and_a_catalog_of_yours_never(
    sample_home, tmp_path, monkeypatch, is_sample
):
    shutil.copytree(sample_home / "artifacts", tmp_path / "artifacts")
    store = artifacts.open_artifacts(settings_for(tmp_path))
    version = store.current("movies").version
    older = store.describe("movies", version, {"sample": is_sample})
    for path in older.path.glob("orders.*.npy"):
        path.unlink()
    monkeypatch.setattr(building, "build_movies", lambda *_, **how: how["sample"])
    assert building.ensure_movies(settings_for(tmp_path), no_progress) == (True if is_sample else older)
    assert (tmp_path / "sample").exists() is is_sample


def test_no_published_file_is_a_pickle(sample_home):
    folder = artifacts.open_artifacts(settings_for(sample_home)).current("movies").path
    assert {path.suffix for path in folder.iterdir()} == {".npy", ".parquet", ".json"}
    for path in folder.glob("*.npy"):
        assert np.load(path, mmap_mode="r", allow_pickle=False).dtype != object


def test_every_film_is_answered_as_json(sample_films, sample_home):
    import polars as pl

    folder = artifacts.open_artifacts(settings_for(sample_home)).current("movies").path
    for film_id, title in pl.read_parquet(folder / "films.parquet", columns=["id", "title"]).iter_rows():
        answer = msgspec.json.decode(sample_films.film(film_id))
        assert (answer["id"], answer["titulo"]) == (film_id, title)
        told = sentences.film(title, answer["anio"], answer["directores"], answer["generos"])
        assert answer["mensaje"] == told.text()


@pytest.mark.server
def test_answering_about_films_needs_neither_polars_nor_scipy():
    code = (
        "import sys, almazara.movies.service, almazara.movies.artifact;"
        "print(*[name for name in ('polars', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []

"""Retraining from the command line: what it publishes, keeps, reports, and survives."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial

import pytest

from almazara.artifacts import ArtifactStore, file_hash
from almazara.errors import ConflictError, InputError
from almazara.movies.renewing import training
from almazara.movies.renewing.training_runs import TrainingState, open_film_training
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.runs import in_turn
from made import made_once
from rated_films import own_home, publish_rated, tastes, write_rated
from sample_catalog import settings_for
from waiting import no_progress, wait_for

pytestmark = pytest.mark.training


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A home folder with one version, of forty films and thirty users; copied, never changed."""
    return made_once(tmp_path_factory, "rated-home", partial(publish_rated, users=30))


@pytest.fixture
def home(published, tmp_path, monkeypatch):
    """A home folder of its own, in the environment too; the raw data lies where it was built from."""
    return own_home(published, tmp_path, monkeypatch)


def retrain(home, raw=None, **settings):
    return training.retrain(settings_for(home, **settings), no_progress, folder=raw)


def current(home):
    return ArtifactStore(home / "artifacts").current("movies")


def test_the_same_data_is_not_worse_and_is_published_with_metrics_and_drift(home, run):
    before = current(home).version
    code, said, _ = run("movies", "retrain", "--json")
    told, after = json.loads(said), current(home)
    assert code == 0
    assert (told["verdict"], told["compared_with"], told["published"]) == ("not_worse", before, after.version)
    metrics = after.manifest["metrics"]
    assert metrics["ndcg_at_10"] > 0.2
    assert metrics["films"] == 40
    assert (metrics["verdict"], metrics["compared_with"]) == ("not_worse", before)
    assert after.manifest["drift"]["catalog"] == dict.fromkeys(after.manifest["drift"]["catalog"], 0)
    assert after.manifest["sources"] == current(home).manifest["sources"]
    assert run("movies", "rollback")[0] == 0
    assert current(home).version == before


def test_where_ratings_are_enough_the_lists_of_similar_films_are_measured_for_the_manifest(tmp_path):
    raw = write_rated(tmp_path / "raw", tastes(200))
    retrain(tmp_path / "home", raw)
    assert current(tmp_path / "home").manifest["metrics"]["similar_films"]["hibrido"]["ndcg_at_5_cosine"] > 0.9


def test_a_model_that_is_worse_by_more_than_the_margin_is_not_published_and_that_is_no_failure(home, tmp_path, run):
    before = current(home).version
    raw = write_rated(tmp_path / "few", tastes(4))  # of four users nothing can be learned
    code, said, _ = run("movies", "retrain", "--folder", raw)
    assert code == 0
    assert f"Kept version {before}: the new model is worse" in said
    assert current(home).version == before
    last = open_film_training(settings_for(home)).kept.latest()
    assert (last.estado, last.veredicto, last.version, last.comparada_con) == (
        TrainingState.DONE,
        "worse",
        None,
        before,
    )
    assert last.deriva["ratings"]["films_per_user"] == 0


def test_new_data_without_ratings_does_not_replace_a_model_that_has_them(home, tmp_path):
    before = current(home).version
    outcome = retrain(home, write_rated(tmp_path / "none", []))
    assert outcome.comparison.verdict == "no_ratings"
    assert current(home).version == before
    assert "no ratings of its films" in outcome.sentence()


def test_without_a_champion_the_first_model_is_published(tmp_path, run, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "new"))
    raw = write_rated(tmp_path / "raw", tastes(8))
    assert "there was no champion" in run("movies", "retrain", "--folder", raw)[1]
    assert current(tmp_path / "new").manifest["metrics"]["verdict"] == "nothing_to_compare"


def test_events_are_learned_from(home):
    now = datetime.now(UTC)
    events = [Event(f"e{film}", "ana", film, Kind.LIKE, None, now) for film in range(1, 11)]
    store = open_event_store(settings_for(home))
    store.append(events, now)
    store.close()
    retrain(home)
    table = training.published_tables(current(home))["ratings"]
    assert table.filter(user_id=-1)["film_id"].to_list() == list(range(1, 11))
    assert table.height == 30 * 10 + 10


def test_it_waits_for_another_training_on_the_same_machine(home):
    stages, other = [], in_turn(home, no_progress)

    def progress(stage, *_):
        stages.append(stage)
        other.close()

    training.retrain(settings_for(home), progress)
    assert stages[0] == "Waiting for the other training"


@pytest.mark.parametrize("break_it", ["folder", "unknown"])
def test_raw_data_that_is_not_there_any_more_is_said_and_the_run_fails(home, tmp_path, break_it):
    store = ArtifactStore(home / "artifacts")
    missing = {"folder": str(tmp_path / "gone"), "ratings": None} if break_it == "folder" else None
    store.describe("movies", current(home).version, {"sources": missing})
    with pytest.raises(
        InputError, match="no folder or zip file" if break_it == "folder" else "say it once, with --fold"
    ):
        retrain(home)
    last = open_film_training(settings_for(home)).kept.latest()
    assert last.estado is TrainingState.FAILED
    assert last.mensaje.startswith("El entrenamiento falló: ")


def test_a_version_published_meanwhile_is_not_replaced(home, monkeypatch):
    real = training._compare

    def slow(*arguments):
        store = ArtifactStore(home / "artifacts")
        store.publish("movies", lambda _folder: {"metrics": {}}, now=datetime.now(UTC), keep=3)
        return real(*arguments)

    monkeypatch.setattr(training, "_compare", slow)
    with pytest.raises(ConflictError, match="published meanwhile"):
        retrain(home)


MOMENTS = {
    "measuring": lambda home: list((home / "runs").rglob("*.json")),
    "writing": lambda home: list((home / "artifacts").rglob(".building-*/films.parquet")),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_retraining_killed_at_any_moment_leaves_what_is_served_whole_and_the_next_one_succeeds(home, moment):
    before = current(home).version
    child = subprocess.Popen(
        [sys.executable, "-m", "almazara", "movies", "retrain"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: MOMENTS[moment](home) or child.poll() is not None)
    child.kill()
    child.wait(30)
    served = current(home)
    assert {name: file_hash(served.path / name) for name in served.manifest["files"]} == served.manifest["files"]
    assert served.version == before
    assert open_film_training(settings_for(home)).kept.latest().estado is TrainingState.INTERRUPTED
    if moment == "writing":
        assert retrain(home).version == current(home).version != before
        assert not list((home / "artifacts" / "movies").glob(".building-*"))


def test_two_at_once_are_refused_and_a_foreign_descriptor_is_no_lock(home):
    runs = open_film_training(settings_for(home)).runs
    with runs.running(None, None), pytest.raises(ConflictError, match="en curso"):
        retrain(home)
    with pytest.raises(InputError), runs.running(None, 0):
        pass


def test_only_the_newest_runs_are_kept_and_a_damaged_file_is_passed_over(home):
    films = open_film_training(settings_for(home))
    for _ in range(3):
        with films.runs.running(None, None) as made:
            films.kept.end(made, datetime.now(UTC))
    folder = home / "runs" / "movies"
    (folder / "29991231T000000-000000.json").write_text("{")
    assert films.kept.latest() is not None
    assert len(list(folder.glob("*.json"))) == 4


def test_the_server_imports_nothing_that_trains(home):
    code = (
        "import sys; from almazara.settings import Settings; from almazara.movies.renewing.training_runs import "
        "open_film_training; open_film_training(Settings()).state();"
        "print([name for name in ('polars', 'scipy', 'implicit', 'pandas') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"

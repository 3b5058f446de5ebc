"""Evaluation from the command line: what it measures, writes, refuses and leaves alone."""

import json
import shutil

import polars as pl
import pytest

from almazara import artifacts
from almazara.errors import InputError, MissingExtraError, NotFoundError, UnavailableError
from almazara.movies import building
from almazara.movies.judging import evaluation, evaluation_files, trials
from almazara.movies.judging import methods as known_methods
from almazara.movies.judging.judgement import PRIMARY
from almazara.movies.judging.kept_evaluation import read_evaluation
from almazara.movies.judging.trials import Trials
from almazara.movies.renewing.training_runs import open_film_training
from rated_films import tastes, write_rated
from sample_catalog import Made, settings_for, write_raw
from waiting import no_progress

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return write_rated(tmp_path_factory.mktemp("rated"), tastes(30))


@pytest.fixture(scope="module")
def data(raw, tmp_path_factory):
    return evaluation.read_judged(settings_for(tmp_path_factory.mktemp("home")), raw, None, no_progress)


@pytest.fixture(scope="module")
def measured(data):
    """Popularity on one split."""
    return evaluate(data)


def evaluate(data, splits=("random",), methods=("popularity",), seed=0):
    return evaluation.evaluate(data, splits, methods, seed, no_progress)


def metrics_of(found):
    costs = ["train_cpu_seconds", "train_wall_seconds", "user_milliseconds", "peak_megabytes"]
    return found.table.filter(~pl.col("metric").is_in(costs))


def test_the_command_prints_a_table_and_writes_tables_and_pictures(run, raw, tmp_path):
    out = tmp_path / "out"
    code, said, _ = run(
        "movies", "evaluate", "--folder", raw, "--split", "random", "--methods", "popularity,ease", "--output", out
    )
    assert code == 0
    assert said.index("ease") < said.index("popularity")
    written = {path.name for path in out.iterdir()}
    assert {"table.csv", "table.parquet", "table.md", "evaluation.json", "random-ndcg_at_10.svg"} <= written
    assert not [name for name in written if "partial" in name]
    table = pl.read_parquet(out / "table.parquet")
    best = table.filter(metric="ndcg_at_10").sort("value")["method"][-1]
    assert best == "ease"
    assert json.loads((out / "evaluation.json").read_text())["splits"]["random"]["held_out_pairs"] == 60
    metrics = json.loads((out / "metrics.json").read_text())["random"]
    assert all("ndcg_at_10" in found and "train_cpu_seconds" not in found for found in metrics.values())
    assert "| ease |" in (out / "table.md").read_text()


def test_an_evaluation_of_the_published_version_stands_in_its_manifest(raw, tmp_path, run, monkeypatch):
    settings = settings_for(tmp_path / "home")
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    building.build_movies(settings, raw, ratings=None, sample=False, progress=no_progress)
    before = artifacts.open_artifacts(settings).current("movies").manifest
    assert run("movies", "evaluate", "--split", "random", "--methods", "popularity")[0] == 0
    after = artifacts.open_artifacts(settings).current("movies").manifest
    assert 0 < after["evaluation"]["metrics"]["random"]["popularity"]["ndcg_at_10"] < 1
    assert {name: value for name, value in after.items() if name != "evaluation"} == before
    training = open_film_training(settings)
    here = training.evaluation()
    shutil.rmtree(settings.home_path / "evaluation")  # as where the version comes from another machine
    assert training.evaluation() == here
    assert (here.servida, here.particiones[0].metodos[0].metodo) == (True, "popularity")
    for shown in (training.state(), training.versions().versiones[0]):
        assert shown.metricas["evaluation"] == after["evaluation"]["metrics"]
        assert shown.metricas["films"] == before["metrics"]["films"]


def test_a_build_is_measured_when_asked_and_stays_published_where_it_cannot_be(raw, tmp_path, run, monkeypatch):
    monkeypatch.setattr(known_methods, "installed", lambda: ["popularity"])
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    code, printed, _ = run("movies", "build", raw, "--evaluate", "--json")
    assert code == 0
    assert 0 < json.loads(printed)["evaluation"]["metrics"]["random"]["popularity"]["ndcg_at_10"] < 1
    write_raw(tmp_path / "unrated", [Made("Alone")])
    code, printed, complained = run("movies", "build", tmp_path / "unrated", "--evaluate", "--json")
    assert code == 1
    version = artifacts.open_artifacts(settings_for(tmp_path / "home")).current("movies")
    assert json.loads(printed) == version.manifest
    assert "ratings" in complained


def test_lists_of_similar_films_are_measured_or_it_is_said_why_not(tmp_path, run, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    raw = write_rated(tmp_path / "raw", tastes(200))
    asked = ("movies", "evaluate", "--split", "random", "--methods", "popularity", "--folder")
    code, printed, _ = run(*asked, raw)
    assert code == 0
    assert "Similar films: 40 of 40 judged" in printed
    kept = read_evaluation(settings_for(tmp_path / "home")).similares
    assert (kept.usuarios, kept.metodos[0].metodo, kept.metodos[0].servido) == (200, "hibrido", True)
    few = write_rated(tmp_path / "few", tastes(30))
    code, printed, _ = run(*asked, few)
    assert code == 0
    assert "not measured, similar films: Of no film's list could 20 users judge" in printed
    assert read_evaluation(settings_for(tmp_path / "home")).similares is None


def test_the_newest_evaluation_is_kept_for_the_server_wherever_its_tables_go(raw, tmp_path, run, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    settings = settings_for(tmp_path / "home")
    building.build_movies(settings, raw, ratings=None, sample=False, progress=no_progress)
    version = artifacts.open_artifacts(settings).current_version("movies")
    assert run("movies", "evaluate", "--split", "random", "--methods", "popularity,hybrid")[0] == 0
    first = read_evaluation(settings)
    assert (first.version, first.datos, first.metrica_principal) == (version, f"published version {version}", PRIMARY)
    assert [(split.particion, split.usuarios, split.pares_a_encontrar) for split in first.particiones] == [
        ("random", 30, 60)
    ]
    best, other = first.particiones[0].metodos
    assert [(one.metodo, one.biblioteca, one.servido) for one in (best, other)] == [
        ("hybrid", None, True),
        ("popularity", None, False),
    ]
    values = {metric.metrica: metric for metric in best.metricas}
    assert values[PRIMARY].bajo <= values[PRIMARY].valor <= values[PRIMARY].alto
    assert (values["coverage_at_10"].bajo, values["coverage_at_10"].alto) == (None, None)
    assert "train_cpu_seconds" not in values
    assert min(best.coste.segundos_cpu, best.coste.megabytes, best.coste.milisegundos_por_usuario) > 0
    arguments = ("--folder", raw, "--split", "random,cold", "--methods", "popularity", "--output", tmp_path / "out")
    assert run("movies", "evaluate", *arguments)[0] == 0
    second = read_evaluation(settings)
    assert (second.version, second.datos) == (None, raw.name)
    assert [split.particion for split in second.particiones] == ["random", "cold"]
    assert second.medida > first.medida


def test_the_same_seed_gives_the_same_metrics_and_another_one_another_split(data, measured):
    assert metrics_of(evaluate(data)).equals(metrics_of(measured))
    (other,), _ = evaluation._make_splits(data.pairs, ["random"], 1)
    assert other.fingerprint() != measured.described["splits"]["random"]["fingerprint"]


def test_without_a_named_split_those_that_the_ratings_permit_are_made(tmp_path):
    timeless = [(user, film, rating, "") for user, film, rating, _ in tastes(20)]
    raw = write_rated(tmp_path / "raw", timeless)
    data = evaluation.read_judged(settings_for(tmp_path), raw, None, no_progress)
    made, impossible = evaluation._make_splits(data.pairs, (), 0)
    assert [split.name for split in made] == ["random", "cold"]
    assert "carry no times" in impossible["temporal"]
    with pytest.raises(InputError, match="carry no times"):
        evaluate(data, splits=["temporal"])


def test_ratings_that_are_repeated_or_outside_the_scale_are_counted_and_the_others_judged(run, tmp_path):
    rows = tastes(20)
    wrong = [(1, 1, 99, 5), (1, 1, -1, 5), ("x", 1, 3, 5), (2, 999, 3, 5), (*rows[0][:2], 2.0, 9_999)]
    raw = write_rated(tmp_path / "raw", [*rows, *wrong])
    code, said, _ = run("movies", "evaluate", "--folder", raw, "--split", "random", "--methods", "popularity")
    assert code == 0
    assert "ratings.csv: 205 rows read, 200 kept" in said
    for count in ("1 repeated_rating", "2 quarantined:invalid_rating", "1 quarantined:invalid_id", "1 no_such_film"):
        assert count in said
    assert "training_pairs 160, held_out_pairs 40" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--methods", "no_such"], "There is no method 'no_such'"),
        (["--split", "no_such"], "There is no split 'no_such'"),
        (["--methods", "popularity,lenskit_item_knn"], "pip install '.[bench]'"),
    ],
)
def test_what_does_not_exist_is_said_before_anything_is_measured(run, raw, arguments, sentence):
    code, said, error = run("movies", "evaluate", "--folder", raw, *arguments)
    assert (code, said) == (1, "")
    assert sentence in error


def test_what_is_missing_is_said_in_one_sentence(run, tmp_path):
    assert "no folder or zip file" in run("movies", "evaluate", "--folder", tmp_path / "none")[2]
    assert "build it first" in run("movies", "evaluate")[2]
    assert "--ratings needs --folder" in run("movies", "evaluate", "--ratings", tmp_path)[2]
    unrated = write_raw(tmp_path / "raw", [Made("The Mill")])
    assert "There are no ratings of films in the catalog" in run("movies", "evaluate", "--folder", unrated)[2]


def test_a_method_that_fails_is_named_and_the_others_are_measured(data, monkeypatch):
    real = Trials.run

    def failing(self, method):
        if method == "ease":
            raise UnavailableError("The method ease ended with code -9: it said nothing.")
        return real(self, method)

    monkeypatch.setattr(Trials, "run", failing)
    found = evaluate(data, methods=["popularity", "ease"])
    assert found.table["method"].unique().to_list() == ["popularity"]
    assert "code -9" in found.described["failed"]["random ease"]


def test_a_process_that_ends_badly_is_an_error_with_its_last_line(data):
    (split,), _ = evaluation._make_splits(data.pairs, ["random"], 0)
    with Trials(split, data.content, 0) as made, pytest.raises(UnavailableError, match=r"ended with code 1: .*no_such"):
        made.run("no_such")


def test_an_interrupted_evaluation_ends_its_process_and_writes_nothing(raw, tmp_path, run, monkeypatch):
    started = []

    class Interrupted(trials.subprocess.Popen):
        def communicate(self, *_arguments, **_named):
            started.append(self)
            raise KeyboardInterrupt

    monkeypatch.setattr(trials.subprocess, "Popen", Interrupted)
    code, _, _ = run("movies", "evaluate", "--folder", raw, "--methods", "ease", "--output", tmp_path / "out")
    assert (code, len(started)) == (130, 1)
    assert started[0].returncode == -9
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_said_and_an_older_evaluation_stays_whole(measured, tmp_path):
    found = measured
    evaluation_files.write(tmp_path / "out", found.table, found.described)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnavailableError, match="cannot be written"):
        evaluation_files.write(tmp_path / "file", found.table, found.described)
    evaluation_files.write(tmp_path / "out", found.table, found.described)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_pictures_of_another_evaluation_do_not_stay(measured, tmp_path):
    (tmp_path / "other-ndcg_at_10.svg").write_text("<svg/>")
    (tmp_path / "notes.svg").write_text("<svg/>")
    evaluation_files.write(tmp_path, measured.table, measured.described)
    kept = {path.name for path in tmp_path.glob("*.svg")}
    assert kept == {"notes.svg", *(f"random-{metric}.svg" for metric in evaluation_files.PLOTTED)}


def test_a_method_that_needs_an_absent_library_says_how_to_get_it():
    from almazara.movies.judging import methods

    with pytest.raises(MissingExtraError, match="bench"):
        methods.create("rectools_pure_svd")
    with pytest.raises(NotFoundError, match="choose from"):
        methods.create("nothing")

"""A published version that is damaged: the one before answers; commands, doctor and lists of versions say so."""

import json
import shutil

import pytest

from almazara.artifacts import ArtifactStore
from refused import flip_a_bit, forecast_product, with_a_damaged_newest

ANSWERS = {
    "movies": [("movies", "ask", "score", "Press"), ("movies", "recommend-for", "ana")],
    "forecasts": [("prices", "forecast", "{oil}"), ("prices", "advice", "{oil}")],
}
PRODUCTS = {"movies": "movies", "forecasts": "prices"}
CHECKS = {"movies": "films", "forecasts": "forecasts"}


@pytest.fixture
def home(demo_home, tmp_path, monkeypatch):
    home = tmp_path / "a home"
    home.mkdir()
    for database in demo_home.glob("*.db"):
        shutil.copy(database, home)
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    return home


def asked(command, demo_home):
    return [word.format(oil=forecast_product(demo_home)) for word in command]


@pytest.mark.parametrize("kind", ANSWERS)
def test_commands_answer_from_the_version_before_a_damaged_one_and_say_so(home, demo_home, sample_home, run, kind):
    source = sample_home if kind == "movies" else demo_home
    first, newest = with_a_damaged_newest(home, kind, source=source)
    for command in ANSWERS[kind]:
        code, _, told = run(*asked(command, demo_home))
        assert code == 0, told
        assert f"{newest.version} of {kind} is damaged" in told
        assert f"{first} answers" in told
    code, out, _ = run(PRODUCTS[kind], "versions", "--json")
    assert [(one["version"], bool(one["damaged"])) for one in json.loads(out)] == [
        (newest.version, True),
        (first, False),
    ]
    [check] = [one for one in json.loads(run("doctor", "--json")[1]) if one["name"] == CHECKS[kind]]
    assert (check["state"], newest.version in check["found"]) == ("failed", True)
    assert run(PRODUCTS[kind], "rollback", first)[0] == 0
    code, _, told = run(*asked(ANSWERS[kind][0], demo_home))
    assert (code, "answers" in told) == (0, False)


@pytest.mark.parametrize("kind", ANSWERS)
def test_where_no_version_is_whole_a_command_names_the_damaged_one_and_what_to_do(
    home, demo_home, sample_home, run, kind
):
    source = sample_home if kind == "movies" else demo_home
    shutil.copytree(source / "artifacts" / kind, home / "artifacts" / kind)
    artifact = ArtifactStore(home / "artifacts").current(kind)
    damaged = flip_a_bit(artifact)
    code, _, told = run(*asked(ANSWERS[kind][0], demo_home))
    assert code == 1
    [sentence] = [line for line in told.splitlines() if line.startswith("almazara: ")]
    assert artifact.version in sentence
    assert damaged.name in sentence
    assert f"almazara {PRODUCTS[kind]} rollback" in sentence


def test_the_doctor_of_prices_names_damaged_forecasts(home, demo_home, run):
    _, newest = with_a_damaged_newest(home, "forecasts", source=demo_home)
    code, out, _ = run("prices", "doctor", "--json")
    assert code == 1
    assert any(newest.version in one for one in json.loads(out)["problems"])


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_doctor_sees_a_damaged_manifest(home, demo_home, sample_home, run, kind):
    source = sample_home if kind == "movies" else demo_home
    shutil.copytree(source / "artifacts" / kind, home / "artifacts" / kind)
    (ArtifactStore(home / "artifacts").current(kind).path / "manifest.json").write_bytes(b"{")
    [check] = [one for one in json.loads(run("doctor", "--json")[1]) if one["name"] == CHECKS[kind]]
    assert check["state"] == "failed"

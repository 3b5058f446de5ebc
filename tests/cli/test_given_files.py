"""What commands are given: a pipe or a device is no file, and bytes that are no UTF-8 are no text."""

import tracemalloc

import pytest

COMMANDS = (
    "prices import GIVEN",
    "prices forecast --input GIVEN --cutoff 2026-01-01 --output out.csv",
    "prices advise --input GIVEN --cutoff 2026-01-01 --output out.csv",
    "prices train-lstm --input GIVEN --output out",
    "prices read GIVEN --url https://shop.example/1",
    "prices rule try GIVEN --price b",
    "movies build GIVEN",
    "movies build . --ratings GIVEN",
    "movies recommend-for ana --solo @GIVEN",
    "restore GIVEN",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_device_in_the_place_of_a_file_is_refused_in_a_sentence(run, tmp_path, monkeypatch, command):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    given = tmp_path / "prices.csv"
    given.symlink_to("/dev/null")  # nothing is waited for at its end, whoever opens it
    code, _, err = run(*command.replace("GIVEN", str(given)).split())
    *_, last = err.splitlines()
    assert (code, last.startswith("almazara: ")) == (1, True)
    assert "pipe or a device" in last


@pytest.mark.parametrize("option", ["--solo", "--excluir"])
def test_a_file_that_is_no_list_of_ids_by_its_size_is_not_held_in_memory(run, tmp_path, monkeypatch, option):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    given = tmp_path / "ids.txt"
    with given.open("wb") as file:
        file.truncate(3_000_000_000)
    tracemalloc.start()
    try:
        code, _, err = run("movies", "recommend-for", "ana", option, f"@{given}")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (code, "no es una lista de ids" in err) == (1, True)
    assert peak < 100_000_000


def test_an_argument_that_is_no_text_is_refused_in_a_sentence_unless_it_is_a_file_that_is_there(run, tmp_path):
    page = tmp_path / "p\udce1gina.html"
    page.write_text("<h1>Lagar</h1>")
    code, _, err = run("prices", "read", page, "--url", "https://a\udcff/")
    assert (code, err) == (1, "almazara: 'https://a?/' holds bytes that are no UTF-8 text.\n")
    code, out, _ = run("prices", "read", page, "--url", "https://shop.example/1", "--json")
    assert (code, '"outcome": "unreadable"' in out) == (0, True)

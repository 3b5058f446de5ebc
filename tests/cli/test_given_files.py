"""What commands are given to read: a pipe or a device is none of it."""

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

"""What all commands share, as docs/command-line.md says it: JSON, completion, exit codes, colours."""

import json
import os
import subprocess
import sys

import pytest
import typer

from almazara.cli import app
from command_line import commands

RUNNING_ON = {("up",), ("serve",), ("flows", "serve"), ("flows", "run", "films"), ("flows", "run", "prices")}
STARTED = "import sys; sys.argv[0] = 'almazara'; from almazara.cli import main; main()"


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", sorted(COMMANDS.keys() - RUNNING_ON), ids=" ".join)
def test_every_command_whose_answer_is_data_gives_it_in_json(words):
    assert any("--json" in parameter.opts for parameter in COMMANDS[words].params)


def test_what_was_changed_is_told_in_json_too(run):
    url = "https://shop.example/aove"
    one = json.loads(run("prices", "track", url, "--json")[1])["id"]
    rule = json.loads(run("prices", "alert", "add", "lowest", "--days", "30", "--json")[1])["rule_id"]
    said = [
        (("prices", "alert", "remove", rule), {"removed": rule}),
        (("prices", "goods", "forget", one), {"forgotten": one}),
        (("prices", "untrack", one), {"not_followed": one}),
        (("prices", "track", "--default"), {"followed": 21}),
        (("keys", "add", "ana"), {"name": "ana"}),
        (("keys", "revoke", "ana"), {"revoked": "ana"}),
    ]
    for words, answer in said:
        assert answer.items() <= json.loads(run(*words, "--json")[1]).items()
    assert json.loads(run("keys", "link", "--json")[1])["address"].startswith("http://127.0.0.1:8000/")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--version"], 0, ""),
        (["prices", "untrack", "nothing"], 1, "almazara: "),
        (["prices", "nope"], 2, "No such command"),
        (["prices", "track", "--nope"], 2, "No such option"),
        (["movies", "fetch", "nope"], 2, "Invalid value"),
        (["movies", "ask"], 2, "Missing argument"),
    ],
)
def test_an_exit_code_says_whether_it_was_done_not_done_or_not_understood(run, words, code, told):
    ended, _, err = run(*words)
    assert (ended, told in err) == (code, True)


def test_who_interrupts_a_command_is_told_that_nothing_published_was_touched(run, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("almazara.cli.keys.load_settings", interrupted)
    code, _, err = run("keys", "list")
    assert (code, err) == (130, "almazara: interrupted; what was published before is untouched.\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell):
    typed = "almazara prices unt"
    asked = {"COMP_WORDS": typed, "COMP_CWORD": "2", "_TYPER_COMPLETE_ARGS": typed}
    asked |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_ALMAZARA_COMPLETE": f"complete_{shell}"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    assert "untrack" in done.stdout


@pytest.mark.parametrize(
    ("names", "found"),
    [({}, (True, True)), ({"TERM": "dumb"}, (False, False)), ({"NO_COLOR": "1"}, (True, False))],
    ids=["a terminal", "a dumb one", "without colours"],
)
def test_colours_are_for_terminals_that_want_them(run, monkeypatch, names, found):
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", **names}.items():
        monkeypatch.setenv(name, value)
    table, error = run("prices", "alert", "list")[1], run("prices", "nope")[2]
    assert ("\x1b[" in table, "\x1b[31m" in error) == found

"""The command line, run in the process of the tests."""

import sys

import pytest

from almazara.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command in this process; returns its exit code, output and error output."""

    def run_(*arguments, columns=200):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["almazara", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_


def commands(group, *words):
    """Every command below a group, by its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)
        else:
            yield (*words, name), command

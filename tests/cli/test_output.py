"""Answers in words: tables that keep every column, on a narrow terminal and in a pipe."""

import pytest

from almazara.cli.output import Table, print_answer

LONG = "shop:" + "-".join(f"word{number}" for number in range(30))


def printed(capsys, *rows):
    print_answer(None, [Table(["id", "price"], rows)], as_json=False)
    return capsys.readouterr().out


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def test_a_long_id_takes_no_room_from_the_price_beside_it(capsys, narrow):
    out = printed(capsys, (LONG, "12,34 €"))
    assert "12,34 €" in out
    cells = [line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│")]
    assert "".join(cells) == LONG


def test_a_short_id_stays_in_one_piece(capsys, narrow):
    assert "amazon.es:B000000000" in printed(capsys, ("amazon.es:B000000000", "a long title " * 20))


def test_into_a_pipe_each_row_is_one_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    lines = [line for line in printed(capsys, (LONG, "12,34 €"), ("b", "x " * 200)).splitlines() if "│" in line]
    assert len(lines) == 2
    assert LONG in lines[0]

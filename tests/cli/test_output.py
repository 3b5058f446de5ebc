"""Answers in words: tables that keep every column, on a narrow terminal and in a pipe."""

import json
import re
from pathlib import Path

import pytest

from almazara import cli
from almazara.cli.output import Table, print_answer, say

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


def listed(capsys, *rows):
    print_answer(None, [Table(["title", "price", "id"], rows, cut=("title", "id"))], as_json=False)
    return capsys.readouterr().out


def test_what_may_be_cut_leaves_a_row_on_one_line_of_a_narrow_terminal(capsys, narrow):
    lines = [line for line in listed(capsys, ("Aceite " * 20, "12,34 €", LONG)).splitlines() if line.startswith("│")]
    [title, price, identity] = [cell.strip() for cell in lines[0].strip("│").split("│")]
    assert len(lines) == 1
    assert price == "12,34 €"
    assert title.endswith("…")
    assert identity.endswith("…")
    assert len(title) > len(identity)
    assert len(lines[0]) == 60


def test_what_may_be_cut_is_whole_where_there_is_room(capsys, narrow, monkeypatch):
    assert "…" not in listed(capsys, ("Aceite", "12,34 €", "amazon.es:B000000000"))
    monkeypatch.delenv("FORCE_COLOR")
    assert LONG in listed(capsys, ("Aceite " * 20, "12,34 €", LONG))


def test_brackets_and_colons_of_a_cell_are_what_they_are(capsys):
    out = printed(capsys, ("oil [shop; virgin]", "pip install 'almazara[boost]' :smile:"))
    assert "oil [shop; virgin]" in out
    assert "'almazara[boost]' :smile:" in out


ORDERS = "a\x1b[31mb\x07c\rd\x9be\x7ff\u202eg\u2066h\ni\tj"


def test_what_a_terminal_would_obey_is_printed_neither_in_words_nor_in_a_table(capsys, narrow):
    print_answer(None, [ORDERS, Table(["id"], [[ORDERS]])], as_json=False)
    say(ORDERS, err=True)
    printed = capsys.readouterr()
    assert printed.out.startswith("a[31mbcdefgh\ni\tj\n")
    assert printed.err == "a[31mbcdefgh\ni\tj\n"
    shown = re.sub(r"\x1b\[[0-9;]*m", "", printed.out)  # the colours of the table
    assert not set("\x1b\x07\r\x9b\x7f\u202e\u2066") & set(shown)


def test_in_json_what_a_terminal_would_obey_is_escaped_and_lost_by_nobody(capsys):
    print_answer({"title": ORDERS}, [], as_json=True)
    out = capsys.readouterr().out
    assert not set("\x1b\x07\r\x9b\x7f\u202e\u2066") & set(out)
    assert json.loads(out) == {"title": ORDERS}


def test_commands_print_through_one_place():
    sources = {path.name: path.read_text() for path in Path(cli.__file__).parent.rglob("*.py")}
    assert [name for name, text in sources.items() if re.search(r"typer\.echo|\bprint\(", text)] == ["output.py"]

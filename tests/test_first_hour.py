"""The pages of the first hour, run as they stand: every command in a box, and that it says what the box shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.server

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs" / "first-hour").glob("*.md"))
_BOX = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"\[(\d+)\] (.*)")
PLAIN = re.compile(r"^    ((?:almazara|make|git|pip) .*?)(?:  +#.*)?$", re.MULTILINE)
"""Commands that are shown and not run: they install, serve until they are stopped, or ask a shop."""


def boxes(page):
    """Each command of the boxes of a page, and the lines that it shows."""
    for box in _BOX.findall(page.read_text(encoding="utf-8")):
        for part in box.split("$ ")[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield command, shown


def as_shown(line):
    """A pattern for a line in which … stands for anything."""
    return ".*".join(map(re.escape, line.split("…")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_runs_and_says_what_the_page_shows(page, tmp_path):
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "200", "ALMAZARA_HOME": str(tmp_path / "home")}
    run = 0
    for command, shown in boxes(page):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said, code = done.stdout + done.stderr, 0
        for line in shown:
            if told := _CODE.fullmatch(line):
                code, line = int(told[1]), told[2]  # noqa: PLW2901 - the same line, without its mark
            assert re.search(as_shown(line), said), f"{command}\n{line}\n{said}"
        assert done.returncode == code, f"{command}: {said}"
        run += 1
    assert run >= 5


def test_both_languages_show_the_same_commands():
    for page in PAGES:
        if not page.stem.endswith(".es"):
            spanish = page.with_name(f"{page.stem}.es.md")
            assert list(boxes(spanish)) == list(boxes(page))
            first = [" ".join(one.split()[:2]) for one in PLAIN.findall(page.read_text(encoding="utf-8"))]
            assert first == [" ".join(one.split()[:2]) for one in PLAIN.findall(spanish.read_text(encoding="utf-8"))]


def test_a_first_answer_about_ones_own_data_takes_five_commands_at_most():
    for page, answer in (("films", "movies ask"), ("prices", "prices advise")):
        text = (ROOT / "docs" / "first-hour" / f"{page}.md").read_text(encoding="utf-8")
        shown = re.findall(r"^(?:    |\$ )((?:git|pip|almazara) .*)$", text, re.MULTILINE)
        commands = [one for line in shown for one in line.split(" && ")]
        first = next(place for place, command in enumerate(commands, start=1) if answer in command)
        assert first <= 5

"""The documents name every command and only what exists."""

import re
from pathlib import Path

import pytest
import typer

from almazara.cli import app
from almazara.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
_OTHER_VARIABLES = {"ALMAZARA_MIGRATE_TO"}  # the environment's way to give a command's argument


def commands(group, *words):
    for name, command in group.commands.items():
        yield (*words, name)
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)


COMMANDS = set(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", sorted(COMMANDS), ids=" ".join)
def test_every_command_is_named_in_the_documents(words):
    *group, name = words
    direct = rf"almazara {' '.join(words)}\b"
    beside = rf"almazara {' '.join(group)}[^`\n]*[`|, ] ?`?{name}\b"  # `almazara prices list | history ID`
    assert re.search(direct, TEXT) or re.search(beside, TEXT)


def test_every_command_that_the_documents_name_exists():
    first = {words[0] for words in COMMANDS}
    groups = {words[0] for words in COMMANDS if len(words) > 1}
    for name, below in re.findall(r"`almazara ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", TEXT):
        assert name in first, name
        assert name not in groups or not below or (name, below) in COMMANDS, (name, below)


def test_every_setting_that_the_documents_name_exists():
    named = set(re.findall(r"ALMAZARA_[A-Z_]+[A-Z]", TEXT))
    assert named - _OTHER_VARIABLES <= {f"ALMAZARA_{name.upper()}" for name in Settings.model_fields}


def test_every_file_that_the_documents_link_to_exists():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_every_test_that_the_documents_name_exists():
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT):
        assert (ROOT / path).exists(), path
        assert f"def {name or 'test_'}" in (ROOT / path).read_text(encoding="utf-8"), (path, name)

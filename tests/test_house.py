"""What a newcomer relies on: small folders, small files, tests where the source is, documents that name real places."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "almazara"
VERTICALS = ("movies", "prices")
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")})
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WALKS = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_STEP = re.compile(r"^\d+\. `([a-z_/]+\.py)` `([A-Za-z_.]+)`", re.MULTILINE)


def modules(folder):
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(PACKAGE)))
def test_no_folder_holds_more_than_twenty_modules(folder):
    assert len(modules(folder)) <= 20


@pytest.mark.parametrize("vertical", VERTICALS)
def test_the_root_of_a_vertical_holds_at_most_eight_files(vertical):
    assert len(list((PACKAGE / vertical).glob("*.py"))) <= 8


def test_no_module_is_longer_than_four_hundred_lines():
    long = {path.name: len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.py")}
    assert [name for name, lines in long.items() if lines > 400] == []


@pytest.mark.parametrize("vertical", VERTICALS)
def test_the_tests_of_a_step_stand_where_its_source_stands(vertical):
    tests = ROOT / "tests" / vertical
    for path in tests.rglob("test_*.py"):
        assert (PACKAGE / vertical / path.parent.relative_to(tests)).is_dir(), path


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_every_module_that_a_document_names_exists(page):
    for name in re.findall(r"`((?:movies|prices|api|cli|app)/[a-z_/]+\.py)`", page.read_text(encoding="utf-8")):
        assert (PACKAGE / name).is_file(), name
    for name in re.findall(r"`?((?:src|tests|benchmarks|tools)/[a-z_/]+\.py)`?", page.read_text(encoding="utf-8")):
        assert (ROOT / name).is_file(), name


def walks():
    """Each walk of the architecture page: its title, and its steps as (file, function)."""
    for title, text in re.findall(r"^### ([^\n]+)\n(.+?)(?=^#|\Z)", WALKS, re.MULTILINE | re.DOTALL):
        if steps := _STEP.findall(text):
            yield pytest.param(steps, id=title)


def definition(step):
    """The syntax tree of a function or method."""
    file, name = step
    path = (ROOT if file.startswith("tests/") else PACKAGE) / file
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for part in name.split("."):
        found = [node for node in body if getattr(node, "name", None) == part]
        assert found, f"{file} has no {name}"
        body = getattr(found[0], "body", [])
    return found[0]


def names_in(node):
    """Every name that a definition speaks of."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("stop", sorted(set(re.findall(r"`([a-z_/]+\.py)`\s+`([A-Za-z_.]+)`", TOUR))), ids=" ".join)
def test_what_the_tour_shows_is_there(stop):
    definition(stop)


@pytest.mark.parametrize("steps", list(walks()))
def test_a_walk_of_the_architecture_page_can_be_followed(steps):
    for here, there in pairwise(steps):
        spoken = set(names_in(definition(here)))
        assert there[1].rpartition(".")[2] in spoken, f"{here} does not hand on to {there}"
    definition(steps[-1])

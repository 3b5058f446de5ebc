"""The examples of the docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

import almazara

PACKAGE = Path(almazara.__file__).parent
WITH_EXAMPLES = sorted(path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


def test_some_modules_have_examples():
    assert len(WITH_EXAMPLES) > 10


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_examples_of_a_module_give_what_they_say(path):
    module = importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    tried = doctest.testmod(module)
    assert tried.attempted
    assert tried.failed == 0

"""The words of the film product: each code that the source names has some."""

import re
from pathlib import Path

import almazara
from almazara.words import said as module

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(almazara.__file__).parent.rglob("*.py"))


def test_every_code_of_films_that_the_source_names_has_words():
    named = set(re.findall(r'"(films\.[a-z_]+\.[a-z_]+)"', SOURCE))
    assert len(named) > 20
    assert named <= set(module._words())

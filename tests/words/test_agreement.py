"""Every sentence of the product with 0, 1 and 2 in the place of its figures: what stands beside them agrees."""

import re
import string

import pytest

from almazara.words import said as module
from almazara.words.numbers import Language
from almazara.words.said import Said

WORDS = module._words()
_ONE_OF_MANY = re.compile(
    r"(?<![\d.,\u2212/-])(?<!últimos )(?<!próximos )(?<!the last )(?<!the next )\b1 ([a-záéíóúñ]+s)\b"
)
NEVER_ONE = {"most", "window", "of", "needed", "least", "limit", "least_days"}
"""Figures that are limits of the product: what is counted beside them is always many."""
SINGULAR = {
    *("es", "más", "menos", "les", "is", "was", "has", "does", "less", "its", "series", "vs"),
    *("answers", "comes", "costs", "knows", "lies", "needs", "resembles", "shows", "watches"),
}
"""Words that follow a 1, or what stands in the place of a name, and are no plurals."""


def figures(text, value):
    """What a template names: the value for counts, 2 for limits, a number of the kind for what is written otherwise."""
    found = {}
    for _, name, _how, _ in string.Formatter().parse(text):
        if name is not None:
            counted = 2 if name in NEVER_ONE else value
            found.setdefault(name, counted)
    return found


@pytest.mark.parametrize("code", sorted(WORDS))
def test_what_stands_beside_a_figure_agrees_with_it_in_both_languages(code):
    for language in Language:
        template = WORDS[code][language]
        for value in (0, 1, 2):
            text = Said(code, figures(template, value)).text(language)
            assert "{" not in text.replace("{n", "")
            if value == 1:
                plurals = [word for word in _ONE_OF_MANY.findall(text) if word not in SINGULAR]
                assert not plurals, f"{code}: {text}"

"""The words of prices, of /health and of what is kept: each code is used, and each kind of thing has words."""

import re
from pathlib import Path

import pytest

import almazara
from almazara.prices.alerts.rules import Reference, RuleKind
from almazara.prices.buying.policy import Why
from almazara.prices.collecting.scraper_health import Trouble
from almazara.words import said as module
from almazara.words.said import is_worded

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(almazara.__file__).parent.rglob("*.py"))
CODES = [code for code in module._words() if code.startswith(("prices", "health.", "kept."))]


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_prices_is_said_somewhere(code):
    section, name = code.rsplit(".", 1)
    endings = re.findall(rf'f"{re.escape(section)}\.\{{[^}}]*\}}([a-z_]*)"', SOURCE)
    made = [name.removesuffix(ending) for ending in endings if name.endswith(ending)]
    assert f'"{code}"' in SOURCE or any(re.search(f"[\"']{one}[\"']", SOURCE) for one in made)


def test_every_code_of_prices_that_the_source_names_has_words():
    named = set(re.findall(r'"((?:prices|prices_refused|health|kept)\.[a-z_]+\.[a-z_0-9]+)"', SOURCE))
    assert len(named) > 20
    assert named <= set(CODES)


@pytest.mark.parametrize(
    ("section", "kinds"),
    [("advice", Why), ("alert", RuleKind), ("alert", Reference), ("health", Trouble)],
)
def test_every_kind_has_words(section, kinds):
    assert all(is_worded(f"prices.{section}.{kind}") for kind in kinds)

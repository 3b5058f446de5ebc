"""The stylesheet: a rule for all that is drawn, enough contrast in both themes, nothing that a policy refuses."""

import re
from itertools import product

import pytest
from hypothesis import given

from almazara.figures import style
from almazara.figures.axes.shades import INVERTED, SHADES
from almazara.figures.chart import Axis, Chart, Level, Line, Role
from almazara.figures.cloud import cloud
from almazara.figures.drawing.layout import STEP, WIDEST
from almazara.figures.drawing.looks import VARIANTS
from almazara.figures.keys import legend
from almazara.figures.ruler import ruler
from almazara.figures.sparkline import sparkline
from almazara.figures.style import Theme, color, standalone, values
from almazara.figures.svg import draw
from chart_strategies import charts
from pictures import parsed

SHEET = (style.files("almazara.figures") / "figures.css").read_text(encoding="utf-8")
WORDS, SHAPES = 4.5, 3.0  # contrast at least, WCAG 2.2


def luminance(hexadecimal):
    channels = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def over(front, back, opacity):
    """A colour that lets another shine through."""
    pairs = ((int(front[at : at + 2], 16), int(back[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a * opacity + b * (1 - opacity)):02x}" for a, b in pairs)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("role", "variant"), list(product(Role, range(1, VARIANTS + 1))))
def test_what_a_role_is_drawn_with_can_be_seen_and_read(theme, role, variant):
    assert contrast(color(role, variant, theme), values(theme)["paper"]) >= WORDS


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("name", ["ink", "soft", "leaf", "oil"])
def test_words_can_be_read(theme, name):
    assert contrast(values(theme)[name], values(theme)["paper"]) >= WORDS


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("of", ["leaf", "sea"])
@pytest.mark.parametrize("level", range(1, SHADES + 1))
def test_words_in_a_cell_can_be_read_on_every_shade(theme, of, level):
    colors = values(theme)
    ground = over(colors[of], colors["paper"], float(colors[f"shade-{level}"]))
    assert contrast(colors["paper" if level >= INVERTED else "ink"], ground) >= WORDS


@pytest.mark.parametrize("theme", Theme)
def test_shades_grow_stronger(theme):
    shades = [float(values(theme)[f"shade-{level}"]) for level in range(1, SHADES + 1)]
    assert shades == sorted(shades)
    assert shades[-1] == 1


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("selector", "of"), [(".f-area", "oil"), (".f-span", "soft")])
def test_the_edges_of_what_is_faintly_filled_can_be_seen(theme, selector, of):
    [body] = re.findall(rf"^{re.escape(selector)}{{(.*)}}$", SHEET, re.MULTILINE)
    opacity = float(re.search(r"stroke-opacity:([\d.]+)", body)[1])
    assert contrast(over(values(theme)[of], values(theme)["paper"], opacity), values(theme)["paper"]) >= SHAPES


def test_every_role_has_a_colour():
    for role in Role:
        assert f".r-{role.value}{{color:" in SHEET


def test_every_variant_of_a_line_has_its_own_dashes():
    dashes = re.findall(r"^\.f-line\.n-\d\{stroke-dasharray:([^}]+)\}", SHEET, re.MULTILINE)
    assert len(set(dashes)) == len(dashes) == VARIANTS - 1


def test_there_is_a_margin_for_each_step():
    for pixels in range(STEP, WIDEST + 1, STEP):
        assert f".f-left-{pixels}{{padding-left:{pixels}px}}" in SHEET
        assert f".f-right-{pixels}{{padding-right:{pixels}px}}" in SHEET


def test_the_dark_theme_is_the_same_whether_chosen_or_asked_for_by_the_machine():
    [asked, chosen] = re.findall(r"(?:claro\]\)|oscuro\])\{\s*(--paper:#1[^}]*?)\s*\}", SHEET)
    assert asked == chosen


@given(charts())
def test_every_class_that_is_drawn_has_a_rule(made):
    drawn = draw(made) + legend(made) + draw(made, width=500)
    assert classes(drawn) <= classes_of_the_sheet()


def test_every_class_of_the_small_figures_has_a_rule():
    small = ruler({1: 1, 2: 2}, label="", now=1, band=(1, 2), target=1, quartiles=(1,)) + sparkline([1, 2])
    assert classes(small + cloud({"a": 2, "b": 1}, label="")) <= classes_of_the_sheet()


def classes(drawn):
    return {name for text in re.findall(r'class="([^"]*)"', drawn) for name in text.split()} - {"f-plot"}


def classes_of_the_sheet():
    marks_without_variants = {f"n-{variant}" for variant in range(2, VARIANTS + 1)}
    return set(re.findall(r"\.([a-z]+(?:-[a-z0-9-]+)?)", SHEET)) | marks_without_variants


@given(charts())
def test_nothing_is_drawn_that_a_strict_policy_refuses(made):
    drawn = draw(made) + legend(made) + draw(made, width=500)
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=|\sid=|href", re.sub(r">[^<]*<|\"[^\"]*\"", "><", drawn))


def test_a_picture_that_stands_alone_has_its_values_inside_and_needs_no_page():
    alone = standalone(draw(Chart("", Axis(), Axis(), [Line("", [0, 1], [1, 2]), Level("a", 1)]), width=500))
    assert parsed(alone).tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in alone
    assert "@" not in alone
    assert ".r-observed{color:#4c5d18}" in alone
    assert "svg{background:#fcfbf5}" in alone

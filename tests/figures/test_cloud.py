"""The cloud of words."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.figures.axes.lettering import text_width
from almazara.figures.cloud import cloud, placed
from chart_strategies import HOSTILE
from pictures import parsed, said
from profiles import examples

TITLES = {"love": 90, "man": 70, "night": 60, "life": 50, "day": 40, "Frankenstein": 10, "corazón": 5}
words = st.dictionaries(st.text(min_size=1, max_size=14), st.floats(0.01, 1e6), max_size=100)


def apart(one, other):
    """Whether two boxes do not meet."""
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    return beside or one.top + one.height <= other.top or other.top + other.height <= one.top


@settings(max_examples=examples(nightly=200))
@given(words, st.sampled_from([320, 350, 920]))
def test_no_word_lies_over_another_or_outside_and_none_is_lost(weights, width):
    found = placed(weights, width)
    assert {word.text for word in found} == {text for text in weights if text.strip()}
    assert all(apart(one, other) for one, other in combinations(found, 2))
    assert all(word.left >= 0 and word.left + word.width <= width and word.top >= -1e-6 for word in found)


def test_a_box_is_as_wide_as_its_word():
    assert all(word.width == pytest.approx(text_width(word.text, word.size)) for word in placed(TITLES, 920))


def test_the_heaviest_word_is_the_largest_and_in_the_middle():
    found = placed(TITLES, 920)
    assert [word.text for word in found][:2] == ["love", "man"]
    assert found[0].size == max(word.size for word in found)
    assert found[0].left + found[0].width / 2 == pytest.approx(460)


def test_the_area_of_a_word_goes_with_its_weight():
    first, second = placed({"aaaa": 400, "bbbb": 100}, 920)
    assert first.size == pytest.approx(2 * second.size, rel=0.02)


def test_the_same_words_lie_in_the_same_places_whatever_their_order():
    assert cloud(TITLES, label="") == cloud(dict(reversed(TITLES.items())), label="")


def test_of_more_than_a_hundred_words_the_heaviest_are_shown():
    found = placed({f"w{index}": index for index in range(1, 151)}, 920)
    assert {word.text for word in found} == {f"w{index}" for index in range(51, 151)}


def test_words_without_weight_are_not_shown():
    assert placed({"a": 0, "b": -1, "c": float("nan"), "d": float("inf"), " ": 3}, 920) == []
    assert parsed(cloud({}, label="nada", width=600)).get("aria-label") == "nada"


def test_a_page_gets_a_narrow_and_a_wide_cloud_and_a_file_one():
    assert cloud(TITLES, label="").count("<svg") == 2
    root = parsed(cloud(TITLES, label="", width=600))
    assert root.get("width") == "600"
    assert sorted(said(root)) == sorted(TITLES)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_hostile_words_are_words(text):
    assert said(parsed(cloud({text: 1}, label=text, width=600))) == [text]

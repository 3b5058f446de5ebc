"""Widths of words, and words that are made to fit."""

from hypothesis import given
from hypothesis import strategies as st

from almazara.figures.axes.lettering import in_lines, shortened, text_width


def test_wide_letters_are_wider_than_narrow_ones_and_accents_add_nothing():
    assert text_width("mmm", 12) > text_width("lll", 12) > 0
    assert text_width("áéñü", 12) == text_width("aenu", 12)
    assert text_width("日本", 10) == 20


def test_digits_are_as_wide_as_each_other():
    assert len({text_width(digit, 12) for digit in "0123456789"}) == 1


@given(st.text(max_size=60), st.floats(10, 300))
def test_a_shortened_text_fits_and_begins_as_the_whole(text, room):
    short = shortened(text, 12, room)
    assert text_width(short, 12) <= max(room, text_width("…", 12))
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.text("mil", min_size=1, max_size=60), st.floats(20, 300))
def test_a_shortened_text_keeps_all_that_has_room(text, room):
    short = shortened(text, 12, room)
    if short != text:
        assert text_width(text[: len(short)] + "…", 12) > room


@given(st.text("ab ñ", max_size=60), st.floats(30, 300))
def test_lines_fit_and_lose_nothing_that_has_room(text, room):
    lines = in_lines(text, 12, room, 3)
    assert 1 <= len(lines) <= 3
    assert all(text_width(line, 12) <= room for line in lines)
    if "…" not in "".join(lines):
        assert " ".join(lines).split() == text.split()


def test_a_long_name_is_broken_between_words():
    assert in_lines("Película de televisión", 12, 90, 2) == ["Película de", "televisión"]
    assert in_lines("Drama", 12, 90, 2) == ["Drama"]


def test_a_word_that_is_too_long_for_its_line_is_cut_and_the_next_one_stands_below():
    first, second = in_lines("Extraordinariamente largo", 12, 60, 2)
    assert first.endswith("…")
    assert second == "largo"

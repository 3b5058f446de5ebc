"""What the search finds for what people type, and what its index promises."""

import csv
import gzip
import io
import random
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.catalog.search import SearchIndex, build_index, found_code
from almazara.movies.catalog.titles import normalize

# (film, text, votes): invented films; some have an original title, two share one title.
FILMS = [
    (1, "The Silver Orchard", 900),
    (1, "Τὸ ἀσημένιο περιβόλι", 900),
    (2, "The Silver Orchard Returns", 400),
    (3, "Midnight/Noon", 50),
    (4, "Lantern", 10),
    (5, "Lantern", 3000),
    (6, "O", 70),
    (7, "Up & Over", 700),
    (8, "ガラスの庭", 5),
    (8, "Garden of Glass", 5),
    (9, "¿?", 1),
    (10, "Letters from a Quiet Harbor", 20),
    (11, "Harbor", 0),
]


def _index(films=FILMS):
    ids, texts, votes = zip(*films, strict=True)
    return build_index(texts, np.array(ids, np.int32), np.array(votes, np.float32))


def _found(query, n=5):
    return [match.entry_id for match in SearchIndex(_index()).search(query, n)]


@pytest.mark.parametrize(
    ("query", "film"),
    [
        ("the silver orchard", 1),
        ("Teh Silver Orchrad", 1),
        ("silver orchard", 1),
        ("Orchard Silver The", 1),
        ("the silver orchard retrns", 2),
        ("silver returns", 2),
        ("midnightnoon", 3),
        ("Lantren", 5),
        ("o", 6),
        ("up", 7),
        ("Up and Over", 7),
        ("περιβολι ασημενιο", 1),
        ("ガラスの廷", 8),
        ("glas", 8),
        ("letters quiet harbor", 10),
        ("harbro", 11),
        ("¿?", 9),
    ],
)
def test_the_film_that_was_meant_comes_first(query, film):
    assert _found(query)[0] == film


SEQUELS = [
    (1, "Orchard", 50),
    (2, "The Orchard: Part II", 900),
    (3, "Orchard 3: A Long Way Through the Many Gardens of the Glassmakers", 40),
    (4, "Orchid", 3000),
    (5, "Orchards V", 20),
    (6, "Orchard Maniacs", 1),
]


def _sequel(query):
    return [match.entry_id for match in SearchIndex(_index(SEQUELS)).search(query, 6)]


@pytest.mark.parametrize(
    ("query", "film"),
    [("orchard 2", 2), ("orchard ii", 2), ("part 2 orchard", 2), ("orchard iii", 3), ("orchards 5", 5)],
)
def test_a_sequel_is_found_by_its_number_in_either_figures(query, film):
    assert _sequel(query)[0] == film


def test_a_title_that_holds_the_typed_words_comes_before_one_that_resembles_them():
    assert _sequel("gardens")[0] == 3
    assert set(_sequel("orchard")[:4]) == {1, 2, 3, 6}
    assert [match.holds for match in SearchIndex(_index(SEQUELS)).search("orchard", 6)] == [True] * 4 + [False] * 2


def test_of_titles_that_hold_one_word_the_known_one_comes_first_and_the_same_title_before_all():
    assert _sequel("orchard")[:2] == [1, 2]
    assert _sequel("maniacs")[0] == 6


NEARLY = [
    (1, "Harbor", 4),
    (2, "The Harbor", 6024),
    (3, "Harbar", 9000),
    (4, "Harber", 2),
    *((5 + number, f"Harbor {word}", 300) for number, word in enumerate(("Lights", "Nights", "Days", "Master"))),
]


def test_an_article_tells_less_than_votes_and_a_known_title_one_letter_off_comes_among_those_that_hold_the_word():
    found = [match.entry_id for match in SearchIndex(_index(NEARLY)).search("harbor", 8)]
    assert found[:3] == [2, 1, 3]
    assert found[-1] == 4


def test_a_title_one_letter_off_holds_no_typed_word():
    found = SearchIndex(_index(NEARLY)).search("harbor", 8)
    assert {match.entry_id for match in found if not match.holds} == {3, 4}
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


def test_of_equal_titles_the_most_voted_comes_first():
    assert _found("lantern")[:2] == [5, 4]


def test_equally_voted_equal_titles_come_by_entry():
    films = [(entry, "Lantern", 3) for entry in (7, 2, 5)]
    assert [match.entry_id for match in SearchIndex(_index(films)).search("lantern", 5)] == [2, 5, 7]


def test_an_unfinished_word_is_completed():
    assert _found("the silv")[:2] == [1, 2]


def test_a_film_comes_once_by_its_nearest_text():
    matches = SearchIndex(_index()).search("garden of glass ガラス", 10)
    assert [match.text for match in matches if match.entry_id == 8] == ["Garden of Glass"]


def test_scores_fall_and_an_equal_text_scores_near_one():
    scores = [match.score for match in SearchIndex(_index()).search("LANTERN", 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.9


@pytest.mark.parametrize("query", ["", "   ", "ж", "\ud800"])
def test_what_shares_nothing_with_any_text_finds_nothing(query):
    assert _found(query) == []


def test_what_resembles_a_text_but_slightly_is_no_guess():
    index = SearchIndex(_index([(1, "Fuzzy Sparrow", 10), (2, "Jazz", 5)]))
    assert [index.search(query, 5) for query in ("zzzzqqqq", "fuzqwkjx")] == [[], []]
    assert [match.text for match in index.search("fuzy sparow", 1)] == ["Fuzzy Sparrow"]


def test_the_beginning_of_a_word_finds_the_longest_title_that_has_it():
    long = "The Strange and Wonderful Adventures of a Clockmaker Who Lost His Way Home in the Snow"
    index = SearchIndex(_index([(1, long, 0), (2, "Harbor", 10_000)]))
    assert [match.text for match in index.search("sn", 1)] == [long]


@pytest.mark.parametrize(
    ("query", "code"),
    [("glas", "found"), ("of gard", "found"), ("gardenofglass", "found"), ("gaden", "resembling")],
)
def test_whether_what_was_typed_is_in_a_text_is_known(query, code):
    assert found_code(["The Lantern", "Garden of Glass"], query) == code


def test_no_more_than_n_are_returned():
    assert len(_found("the", 1)) == 1
    assert _found("the", 0) == []


def test_an_index_of_nothing_finds_nothing():
    nothing = build_index([], np.array([], np.int32), np.array([], np.float32))
    assert SearchIndex(nothing).search("lantern", 5) == []


def test_votes_may_all_be_zero():
    assert SearchIndex(_index([(1, "Harbor", 0), (2, "Lantern", 0)])).search("lantern", 1)[0].entry_id == 2


def test_the_same_texts_give_the_same_bytes_in_any_order():
    first, second = _index(), _index(random.Random(7).sample(FILMS, len(FILMS)))
    assert {name: array.tobytes() for name, array in first.items()} == {
        name: array.tobytes() for name, array in second.items()
    }


def test_an_index_can_be_saved_and_memory_mapped(tmp_path):
    arrays = _index()
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    mapped = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in arrays}
    found = SearchIndex(mapped).search("silver orchrad", 3)
    assert found == SearchIndex(_index()).search("silver orchrad", 3)


def _score(title, query):
    return SearchIndex(_index([(1, title, 1)])).search(query, 1)[0].score


SIX, SEVEN = ("olive press harbor lantern orchard garden", "olive press harbor lantern orchard garden glass")
TWELVE, THIRTEEN = (" ".join(f"word{number:02}" for number in range(count)) for count in (12, 13))


def _swapped(title):
    first, *middle, last = title.split()
    return " ".join([last, *middle, first])


def test_words_that_changed_places_cost_little_among_up_to_six_of_them():
    assert _score(SIX, _swapped(SIX)) == pytest.approx(1 / 1.6)
    assert _score(SEVEN, _swapped(SEVEN)) == pytest.approx(1 / 2.5)  # all its words are there


def test_a_word_left_out_costs_little_among_up_to_twelve_of_them():
    assert _score(TWELVE, TWELVE.partition(" ")[2]) == pytest.approx(1 / 1.9)
    assert _score(THIRTEEN, THIRTEEN.partition(" ")[2]) < 0.4


def test_only_the_first_hundred_letters_of_query_and_title_are_compared():
    long = "o" * 99
    assert _score(f"{long}ab", f"{long}ax") == 1
    assert _score(f"{long}ab", f"{long}b") < 1


@given(st.text(max_size=300), st.integers(0, 20))
def test_no_query_breaks_the_search(query, n):
    assert len(_found(query, n)) <= n


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=15), min_size=1, max_size=8, unique_by=normalize
    )
)
def test_each_text_finds_itself(texts):
    index = SearchIndex(_index([(entry, text, 1) for entry, text in enumerate(texts)]))
    for entry, text in enumerate(texts):
        if normalize(text):
            assert index.search(text, 1)[0].entry_id == entry


@pytest.fixture(scope="module")
def real_titles(real_data):
    """Title -> (film, votes) of its most voted film."""
    csv.field_size_limit(sys.maxsize)
    path = real_data / "movies" / "the-movies-dataset" / "movies_metadata.csv.gz"
    best = {}
    with gzip.open(path, "rb") as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")):
            if row["id"].isdigit() and row["title"]:
                film = (float(row["vote_count"] or 0), -int(row["id"]))
                best[normalize(row["title"])] = max(best.get(normalize(row["title"]), film), film)
    return best


@pytest.mark.real_data
def test_real_titles_with_an_edit_or_swapped_words_find_their_film(real_titles):
    keys = sorted(real_titles)
    ids = np.array([-real_titles[key][1] for key in keys], np.int32)
    index = SearchIndex(build_index(keys, ids, np.array([real_titles[key][0] for key in keys], np.float32)))
    rng = random.Random(404)
    right = 0
    for key in rng.sample([key for key in keys if len(key) >= 8], 100):
        place = rng.randrange(len(key))
        words = key.split(" ")
        typed = " ".join(words[1:] + words[:1]) if len(words) == 2 else key[:place] + key[place + 1 :]
        right += index.search(typed, 5)[0].entry_id == -real_titles[key][1]
    assert right >= 96

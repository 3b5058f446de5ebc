import ast
import json

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.movies.raw.nested import CastMember, Country, CrewMember, Director, Tag, split_names, to_json, unnest

AWKWARD = st.text(alphabet="'\"\\,:{}[] NoneTrueFalsnul\x01\x04/xu0aé\xa0\u200e\n\t😀", max_size=12)
TEXT = st.one_of(AWKWARD, st.text(max_size=8), st.sampled_from([": None,", "a': None, 'b", "\\u00e9", 'it\'s "so"']))
VALUE = st.one_of(TEXT, st.none(), st.booleans(), st.integers(-(2**40), 2**40))
DICTIONARY = st.dictionaries(TEXT, VALUE, max_size=4)
ENTRY = st.fixed_dictionaries({"id": st.integers(0, 2**63 - 1), "name": TEXT}, optional={"poster": VALUE, "x'": VALUE})


def unnested(*cells, entry=Tag, single=False):
    return unnest(pl.Series(cells, dtype=pl.String), entry, single=single)


def expected(cells):
    return [(index, entry["id"], entry["name"]) for index, entries in enumerate(cells) for entry in entries]


@given(st.lists(st.lists(ENTRY, max_size=3), max_size=6))
@example([[{"id": 10**18, "x'": None, "name": ""}]])  # nineteen digits
def test_what_python_wrote_is_read_back_exactly(cells):
    found = unnested(*map(repr, cells))
    assert found.entries.rows() == expected(cells)
    assert found.refused.is_empty()


@given(st.lists(st.lists(ENTRY, max_size=3), max_size=6), st.booleans())
def test_what_json_wrote_is_read_back_exactly(cells, ascii_only):
    found = unnested(*(json.dumps(cell, ensure_ascii=ascii_only) for cell in cells))
    assert found.entries.rows() == expected(cells)
    assert found.refused.is_empty()


@given(st.lists(st.lists(DICTIONARY, max_size=3).map(repr), min_size=1, max_size=4))
def test_replacements_keep_the_content_or_make_no_json_at_all(cells):
    chunk = pl.DataFrame({"_cell": cells})
    for group, text in to_json(chunk):
        lines = text.split(b"\n") if len(group) > 1 else [text]
        for cell, line in zip(group["_cell"], lines, strict=True):
            try:
                content = json.loads(line)
            except ValueError:
                continue
            assert content == ast.literal_eval(cell)


@pytest.mark.fuzz
@given(st.lists(st.text(alphabet="[]{}'\": ,idname1\\\n", max_size=25), min_size=1, max_size=5), st.data())
def test_any_text_is_read_or_refused_cell_by_cell(cells, data):
    index = data.draw(st.integers(0, len(cells) - 1))
    together, alone = unnested(*cells), unnested(cells[index])
    assert [row[1:] for row in together.entries.rows() if row[0] == index] == [row[1:] for row in alone.entries.rows()]
    assert (index in together.refused["index"]) == (len(alone.refused) > 0)


@pytest.mark.parametrize(
    "name",
    [
        "Louis Gossett, Jr.",
        "A | B",
        "O'Brien",
        'The "Duke"',
        'it\'s "both"',
        "back\\slash",
        "\xa0\u200e",
        "None",
        "x': None}",
    ],
)
def test_names_with_separators_quotes_and_escapes_stay_as_they_are(name):
    assert unnested(repr([{"id": 1, "name": name, "poster": None}])).entries["name"].to_list() == [name]


@pytest.mark.parametrize(
    "cell", ["[{'id': 1, 'name': 'Bro", "[{'id': 1,, 'name': 'x'}]", "hello", "[", "[{'name': 'O'Brien'}]"]
)
def test_a_cell_that_neither_language_reads_is_refused_as_unreadable(cell):
    assert unnested(cell).refused.rows() == [(0, "unreadable")]


@pytest.mark.parametrize(
    "cell",
    ["{'id': 1, 'name': 'x'}", "[{'id': 1}]", "[{'id': 1, 'name': nan}]", "[None]", "[3]", "False", "2.5"],
)
def test_entries_of_another_shape_are_refused(cell):
    found = unnested(cell)
    assert found.refused.rows() == [(0, "wrong_shape")]
    assert found.entries.is_empty()


def test_an_entry_that_is_none_costs_its_cell_only_that():
    found = unnested("[{'id': 1, 'name': 'a'}, {'id': 2, 'name': None}, {'id': nan, 'name': nan}, 7]")
    assert found.entries.rows() == [(0, 1, "a")]
    assert found.malformed == 3
    assert found.refused.is_empty()


@pytest.mark.parametrize("cell", ["[{'id': nan, 'name': 'a', 'x': inf}]", '[{"id": NaN, "name": "a"}]'])
def test_what_pandas_writes_for_nothing_is_nothing(cell):
    assert unnested(cell).entries.rows() == [(0, None, "a")]


def test_numbers_of_an_entry_are_read_as_text_and_as_floats_and_are_none_where_they_cannot_be():
    cell = "[{'id': '500', 'name': 'a', 'order': 700.0}, {'id': 2.5, 'name': 'b', 'order': -1, 'character': 7}]"
    assert unnested(cell, entry=CastMember).entries.rows() == [(0, 500, "a", None, 700), (0, None, "b", None, None)]


def test_a_list_of_names_is_read_but_not_where_a_name_alone_says_too_little():
    assert unnested("['Drama', \"Mill's\"]").entries.rows() == [(0, None, "Drama"), (0, None, "Mill's")]
    assert unnested("['Ana Oliva']", entry=CrewMember).refused.rows() == [(0, "wrong_shape")]


def split(*cells, **kinds):
    return split_names(pl.Series(cells, dtype=pl.String), **{"entry": Tag, **kinds}).entries.rows()


def test_names_are_split_where_the_column_splits_them():
    assert split("Drama, Science Fiction", None, "Comedy") == [
        (0, None, "Drama"),
        (0, None, "Science Fiction"),
        (2, None, "Comedy"),
    ]
    assert split("Drama|A, B", "C|") == [(0, None, "Drama"), (0, None, "A, B"), (1, None, "C")]
    assert split("Old Mill, The", single=True) == [(0, None, "Old Mill, The")]


@pytest.mark.parametrize("cell", ["18, 35", "<list object>", "[{'id': 18, 'na"])
def test_what_is_no_name_among_names_is_refused(cell):
    found = split_names(pl.Series(["Drama", None, cell]), Tag)
    assert found.entries.rows() == [(0, None, "Drama")]
    assert found.refused.rows() == [(2, "unreadable")]


def test_a_comma_before_what_ends_a_name_does_not_split_it():
    assert [name for *_, name in split("Mill Films, Inc., Oil Co., Ltd, Olive")] == [
        "Mill Films, Inc.",
        "Oil Co., Ltd",
        "Olive",
    ]


def test_names_of_the_cast_stand_in_their_order_and_those_of_directors_direct():
    assert split("Ana Oliva|Luis Prensa", entry=CastMember)[1] == (0, None, "Luis Prensa", None, 1)
    assert split("Ana Oliva", entry=Director) == [(0, None, "Ana Oliva", "Directing", "Director")]


def test_a_refused_cell_leaves_its_neighbors_alone():
    found = unnested("[{'id': 1, 'name': 'a'}]", "[{'id': 2, 'name': 'b", None, "[{'id': 3, 'name': 'c'}]")
    assert found.entries.rows() == [(0, 1, "a"), (3, 3, "c")]
    assert found.refused.rows() == [(1, "unreadable")]


def test_the_same_cell_counts_wherever_it_stands():
    cell = "[{'id': 1, 'name': 'a'}, {'id': 2, 'name': 'b'}]"
    assert unnested(cell, "[]", cell).entries.rows() == [(0, 1, "a"), (0, 2, "b"), (2, 1, "a"), (2, 2, "b")]


def test_a_single_dictionary_is_one_entry():
    assert unnested("{'id': 1, 'name': 'a', 'poster_path': None}", single=True).entries.rows() == [(0, 1, "a")]


def test_cast_and_crew_are_read_in_the_full_and_the_short_form():
    full = "{'cast_id': 14, 'character': 'W', 'gender': 2, 'id': 31, 'name': 'T', 'order': 0, 'profile_path': None}"
    assert unnested(f"[{full}, {{'name': 'U', 'order': 1}}]", entry=CastMember).entries.rows() == [
        (0, 31, "T", "W", 0),
        (0, None, "U", None, 1),
    ]
    crew = "[{'credit_id': '5', 'department': 'Directing', 'gender': 0, 'id': 7, 'job': 'Director', 'name': 'J'}]"
    assert unnested(crew, entry=CrewMember).entries.rows() == [(0, 7, "J", "Directing", "Director")]


def test_countries_are_read_by_their_code():
    assert unnested('[{"iso_3166_1": "US", "name": "United States"}]', entry=Country).entries.rows() == [
        (0, "US", "United States")
    ]


def test_deep_nesting_is_refused_and_not_fatal():
    assert unnested("[" * 5_000 + "]" * 5_000).refused.height == 1


def test_a_half_surrogate_is_refused():
    assert unnested(r"[{'id': 1, 'name': '\ud83d'}]").refused.height == 1

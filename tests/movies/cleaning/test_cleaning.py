import json
from datetime import date

import polars as pl
import pytest

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import clean
from almazara.movies.raw.tables import DAMAGED, EXTRA, ROW, RawCatalog, RawFile

FILM = {
    "adult": "False",
    "belongs_to_collection": "",
    "budget": "1000000",
    "genres": "[]",
    "homepage": "",
    "id": "1",
    "imdb_id": "tt0000001",
    "original_language": "en",
    "original_title": "Uno",
    "overview": "",
    "popularity": "1.5",
    "poster_path": "/a.jpg",
    "production_companies": "[]",
    "production_countries": "[]",
    "release_date": "1995-10-30",
    "revenue": "3000000",
    "runtime": "81.0",
    "spoken_languages": "[]",
    "status": "Released",
    "tagline": "",
    "title": "One",
    "video": "False",
    "vote_average": "7.7",
    "vote_count": "5415",
}
CREDIT = {"cast": "[]", "crew": "[]", "id": "1"}


def raw_file(name, rows):
    return RawFile(name, "0" * 64, pl.DataFrame(rows).with_row_index(ROW, offset=1).cast({ROW: pl.Int64}))


def cleaned(*films, of=(CREDIT,), keywords=None):
    return clean(
        RawCatalog(
            movies=raw_file("movies_metadata.csv", [FILM | film for film in films]),
            credits=raw_file("credits.csv", [CREDIT | credit for credit in of]),
            keywords=raw_file("keywords.csv", keywords) if keywords else None,
        )
    )


def film(**fields):
    return cleaned(fields).tables[s.FILMS].row(0, named=True)


def report(catalog, name="movies_metadata.csv"):
    return catalog.report.as_dict()["files"][name]


def test_every_table_is_exactly_as_the_schema_names_it():
    for name, table in cleaned({}).tables.items():
        assert dict(table.schema) == dict(pl.Schema(s.SCHEMAS[name])), name


def test_a_row_without_release_date_is_dropped_and_counted():
    catalog = cleaned({}, {"id": "2", "release_date": ""}, {"id": "3", "release_date": "NaN"})
    assert catalog.tables[s.FILMS]["id"].to_list() == [1]
    assert report(catalog)["dropped"] == {"no_release_date": 2}


@pytest.mark.parametrize("text", ["1", "1995", "30-10-1995", "1995-02-30", "1995-1-1", "0001-01-01", "1995-10-30x"])
def test_only_calendar_dates_are_release_dates(text):
    assert report(cleaned({}, {"id": "2", "release_date": text}))["dropped"] == {"invalid_release_date": 1}


def test_the_release_year_is_that_of_the_date():
    assert film()[s.RELEASE_DATE] == date(1995, 10, 30)
    assert film()[s.RELEASE_YEAR] == 1995


@pytest.mark.parametrize("text", ["", "NaN", "nan", "/path.jpg", "-5", "inf", "1e300"])
def test_money_that_is_missing_or_invalid_is_zero_and_so_is_the_return(text):
    row = film(budget=text)
    assert (row[s.BUDGET], row[s.REVENUE], row[s.RETURN], row[s.MONEY_DOUBTFUL]) == (0, 3_000_000, 0.0, False)


def test_the_return_is_revenue_by_budget():
    assert film()[s.RETURN] == 3.0


@pytest.mark.parametrize(("budget", "doubtful"), [("1", True), ("999", True), ("1000", False), ("0", False)])
def test_money_that_cannot_be_meant_stays_and_is_flagged(budget, doubtful):
    row = film(budget=budget)
    assert row[s.BUDGET] == int(budget)
    assert row[s.MONEY_DOUBTFUL] is doubtful


def test_amounts_as_people_write_them_are_read():
    row = film(budget="$1,000,000", revenue="2,500,000", vote_average="6,5", runtime="1h 35m")
    assert (row[s.BUDGET], row[s.RETURN], row[s.VOTE_AVERAGE], row["runtime"]) == (1_000_000, 2.5, 6.5, 95)


def test_a_cell_that_is_no_number_goes_to_quarantine_and_is_counted():
    catalog = cleaned({}, {"id": "2", "budget": "a lot"}, {"id": "3", "budget": "", "imdb_id": "nm5"})
    assert catalog.report.cells == {
        "movies_metadata.csv budget not_a_number": 1,
        "movies_metadata.csv imdb_id not_an_id": 1,
    }
    cell = catalog.tables[s.QUARANTINE].row(0, named=True)
    assert (cell["row"], json.loads(cell["content"])) == (2, {"id": 2, "budget": "a lot"})
    budget = next(column for column in catalog.report.columns if column.column == "budget")
    assert (budget.told, budget.lost, budget.examples, budget.rows) == (2, 1, ("a lot",), (2,))


@pytest.mark.parametrize("nothing", ["None", "null", "<NA>", "\\N"])
def test_what_programs_write_for_nothing_is_nothing_and_no_loss(nothing):
    catalog = cleaned({"budget": nothing, "runtime": nothing, "imdb_id": nothing}, {"id": "2", "imdb_id": "0"})
    assert catalog.report.cells == {}
    assert report(cleaned({"release_date": nothing}, {"id": "2"}))["dropped"] == {"no_release_date": 1}
    assert film(title=nothing)[s.TITLE] == nothing


def test_letters_that_were_lost_before_are_told():
    assert "1 titles of movies_metadata.csv hold \ufffd" in cleaned({"title": "Ja\ufffdn"}).report.notes[-1]


def test_a_release_date_may_be_written_as_its_midnight():
    assert film(release_date="1995-10-30T00:00:00Z")[s.RELEASE_DATE] == date(1995, 10, 30)


@pytest.mark.parametrize("text", ["7", "0000007", "tt0000007", "7.0"])
def test_imdb_ids_are_written_alike(text):
    assert cleaned({"imdb_id": text}).tables[s.FILM_KEYS][s.IMDB_ID].to_list() == ["tt0000007"]


def test_rows_whose_bytes_are_no_utf_8_go_to_quarantine():
    catalog = cleaned({DAMAGED: False}, {"id": "2", DAMAGED: True}, of=[{DAMAGED: True}])
    assert report(catalog)["dropped"] == {"quarantined:not_utf8": 1}
    assert report(catalog, "credits.csv")["dropped"] == {"quarantined:not_utf8": 1}


def test_values_out_of_range_are_no_values():
    row = film(popularity="Beware", vote_average="11", vote_count="", runtime="-3")
    assert (row[s.POPULARITY], row[s.VOTE_AVERAGE], row[s.VOTE_COUNT], row["runtime"]) == (None, None, 0, None)


def test_a_shifted_row_goes_to_quarantine_as_it_was():
    shifted = dict.fromkeys(FILM, "") | {
        "adult": " - Written by X",
        "belongs_to_collection": "0.06",
        "budget": "/a.jpg",
        "id": "1997-08-20",
        "release_date": "1",
    }
    catalog = cleaned({}, shifted)
    assert report(catalog)["dropped"] == {"quarantined:shifted": 1}
    quarantined = catalog.tables[s.QUARANTINE].row(0, named=True)
    assert (quarantined["file"], quarantined["row"], quarantined["reason"]) == ("movies_metadata.csv", 2, "shifted")
    assert json.loads(quarantined["content"])["adult"] == " - Written by X"


def test_a_shifted_row_is_found_even_where_its_id_is_a_number():
    shifted = {"id": "7", "popularity": "Some text", "release_date": "[]", "video": "Title", "vote_average": "False"}
    assert report(cleaned({}, shifted))["dropped"] == {"quarantined:shifted": 1}


@pytest.mark.parametrize("text", ["", "0", "-1", "abc", "1.5"])
def test_an_id_that_is_no_positive_whole_number_goes_to_quarantine(text):
    assert report(cleaned({}, {"id": text}))["dropped"] == {"quarantined:invalid_id": 1}


NO_NUMBERS = "adult video budget revenue popularity vote_average vote_count runtime"
NO_LISTS = "genres belongs_to_collection production_companies production_countries spoken_languages keywords"
MISFITS = {
    **dict.fromkeys(NO_NUMBERS.split(), "/a.jpg"),
    **dict.fromkeys(NO_LISTS.split(), "3.5"),
    "release_date": "1",
    "imdb_id": "5 stars",
}


@pytest.mark.parametrize("column", MISFITS)
def test_three_fields_that_are_not_of_their_kind_are_another_rows_tail_whichever_they_are(column):
    others = [name for name in ("runtime", "genres", "video") if name != column][:2]
    shifted = {"id": "2", **{name: MISFITS[name] for name in (column, *others)}}
    assert report(cleaned({"keywords": "[]"}, {"keywords": "[]", **shifted}))["dropped"] == {"quarantined:shifted": 1}


@pytest.mark.parametrize("flag", ["0", "1", "1.0", "f", "TRUE"])
def test_flags_are_written_in_many_ways(flag):
    odd = {"adult": flag, "video": flag, "budget": "x"}
    assert report(cleaned(odd, {"id": "2"}, {"id": "3"}))["kept"] == 3


def test_columns_that_are_all_written_otherwise_make_no_row_another_rows_tail():
    odd = {"release_date": "1/10/90", "adult": "for all", "popularity": "high"}
    films = [{"id": str(number), **odd} for number in range(1, 6)]
    assert report(cleaned(*films))["dropped"] == {"invalid_release_date": 5}


OPTIONAL = (
    "imdb_id original_language original_title overview runtime status tagline belongs_to_collection "
    "production_companies production_countries spoken_languages"
)


@pytest.mark.parametrize("column", OPTIONAL.split())
def test_a_file_may_lack_any_column_that_is_not_required(column):
    row = {name: text for name, text in FILM.items() if name != column}
    catalog = clean(RawCatalog(raw_file("movies_metadata.csv", [row]), raw_file("credits.csv", [CREDIT])))
    [made] = catalog.tables[s.FILMS].rows(named=True)
    assert not made.get(column)


def test_one_or_two_bad_values_do_not_make_a_row_unreadable():
    assert report(cleaned({"budget": "x", "revenue": "y"}))["kept"] == 1


def test_a_row_that_ends_after_its_date_goes_to_quarantine():
    cut = dict.fromkeys(list(FILM)[list(FILM).index("revenue") + 1 :], "")
    assert report(cleaned({}, {"id": "2", **cut}))["dropped"] == {"quarantined:cut_short": 1}


def test_a_row_with_more_fields_than_the_header_goes_to_quarantine():
    catalog = cleaned({EXTRA: None}, {"id": "2", EXTRA: '["x"]'})
    assert report(catalog)["dropped"] == {"quarantined:too_many_fields": 1}
    assert '[\\"x\\"]' in catalog.tables[s.QUARANTINE]["content"][0]


def test_an_empty_line_is_counted_as_blank():
    assert report(cleaned({}, dict.fromkeys(FILM, "")))["dropped"] == {"blank": 1}


def test_an_id_that_comes_twice_keeps_its_first_row():
    catalog = cleaned({"title": "First"}, {"title": "Second"}, {"title": "First"})
    assert catalog.tables[s.FILMS]["title"].to_list() == ["First"]
    assert report(catalog)["merged"] == {"repeated_id": 1, "repeated_row": 1}


def test_an_undated_row_does_not_stand_in_the_way_of_a_dated_one():
    assert report(cleaned({"release_date": ""}, {}))["kept"] == 1


def test_repeated_credits_count_nobody_twice():
    credit = {"crew": "[{'id': 5, 'name': 'C N', 'job': 'Director', 'department': 'Directing'}]"}
    catalog = cleaned({}, of=[credit, credit, credit | {"cast": "[{'name': 'X'}]"}])
    assert catalog.tables[s.CREW].height == 1
    assert catalog.tables[s.CAST].is_empty()
    assert report(catalog, "credits.csv")["merged"] == {"repeated_id": 1, "repeated_row": 1}


def test_credits_of_a_film_that_is_not_kept_are_counted():
    assert report(cleaned({}, of=[{"id": "9"}]), "credits.csv")["dropped"] == {"no_such_film": 1}


def test_a_nested_cell_that_cannot_be_read_costs_its_film_only_that_cell():
    catalog = cleaned({"genres": "[{'id': 18, 'name': 'Dra", "production_companies": "[{'id': 3}]"})
    assert catalog.tables[s.FILMS].height == 1
    assert catalog.tables[s.FILMS]["genres"].to_list() == [[]]
    assert catalog.report.cells == {
        "movies_metadata.csv genres unreadable": 1,
        "movies_metadata.csv production_companies wrong_shape": 1,
    }
    assert catalog.tables[s.QUARANTINE]["reason"].to_list() == [
        "cell genres: unreadable",
        "cell production_companies: wrong_shape",
    ]


def test_genres_directors_and_the_collection_are_joined_back_in_raw_order():
    crew = [
        {"name": "Z", "id": 2, "job": "Director", "department": "Directing"},
        {"name": "W", "id": 3, "job": "Writer", "department": "Writing"},
        {"name": "A, Jr.", "id": 1, "job": "Director", "department": "Directing"},
    ]
    catalog = cleaned(
        {
            "genres": "[{'id': 35, 'name': 'Comedy'}, {'id': 12, 'name': 'Adventure'}]",
            "belongs_to_collection": "{'id': 10, 'name': 'C Collection', 'poster_path': None}",
        },
        of=[{"crew": repr(crew)}],
    )
    row = catalog.tables[s.FILMS].row(0, named=True)
    assert row[s.GENRES] == ["Comedy", "Adventure"]
    assert row[s.DIRECTORS] == ["Z", "A, Jr."]
    assert row[s.COLLECTION] == "C Collection"


def test_a_film_without_nested_entries_has_empty_lists_and_no_collection():
    row = film()
    assert (row[s.GENRES], row[s.DIRECTORS], row[s.COLLECTION]) == ([], [], None)


def test_an_entry_without_a_name_or_twice_in_a_film_is_left_out_and_counted():
    keywords = [{"id": "1", "keywords": "[{'id': 1, 'name': ''}, {'id': 2, 'name': 'k'}, {'id': 2, 'name': 'k'}]"}]
    catalog = cleaned({}, keywords=keywords)
    assert catalog.tables[s.KEYWORDS].rows() == [(1, 2, "k")]
    assert catalog.report.entries == {"keywords.csv keywords unnamed": 1, "keywords.csv keywords repeated": 1}


def test_a_title_that_is_missing_is_the_original_one():
    assert film(title="")[s.TITLE] == "Uno"


def test_a_film_without_any_title_is_dropped():
    assert report(cleaned({}, {"id": "2", "title": "", "original_title": ""}))["dropped"] == {"no_title": 1}


@pytest.mark.parametrize(
    ("text", "adult"),
    [
        ("True", True),
        ("true", True),
        ("1", True),
        ("1.0", True),
        ("yes", True),
        ("0.0", False),
        ("False", False),
        ("0", False),
        ("", None),
    ],
)
def test_whether_a_film_is_for_adults_is_kept_apart_from_it(text, adult):
    tables = cleaned({"adult": text}).tables
    assert tables[s.FILM_KEYS]["adult"].to_list() == [adult]
    assert "adult" not in tables[s.FILMS].columns


def test_tmdb_5000_is_read_with_json_cells_and_keywords_among_the_films():
    columns = ("adult", "belongs_to_collection", "imdb_id", "video", "poster_path")
    row = {name: text for name, text in FILM.items() if name not in columns}
    row |= {"genres": '[{"id": 28, "name": "Action"}]', "keywords": '[{"id": 1463, "name": "culture clash"}]'}
    credit = {"movie_id": "1", "title": "One", "cast": '[{"id": 65731, "name": "S W", "order": 0}]', "crew": "[]"}
    catalog = clean(RawCatalog(raw_file("tmdb_5000_movies.csv", [row]), raw_file("tmdb_5000_credits.csv", [credit])))
    assert catalog.tables[s.GENRES].rows() == [(1, 28, "Action")]
    assert catalog.tables[s.KEYWORDS].rows() == [(1, 1463, "culture clash")]
    assert catalog.tables[s.CAST][s.NAME].to_list() == ["S W"]
    assert "belongs_to_collection" in catalog.report.notes[0]


NAMES = {
    "genres": "Drama, Science Fiction",
    "production_companies": "Mill Films, Inc., Oil",
    "production_countries": "Spain, Portugal",
    "spoken_languages": "Spanish",
    "keywords": "olive, harvest",
}


def merged(**columns):
    """One file of films that holds all."""
    return clean(RawCatalog(raw_file("all.csv", [FILM | columns]), credits=None))


def test_lists_of_bare_names_are_read_and_have_no_ids():
    tables = merged(**NAMES).tables
    assert tables[s.GENRES].rows() == [(1, None, "Drama"), (1, None, "Science Fiction")]
    assert tables[s.COMPANIES]["company"].to_list() == ["Mill Films, Inc.", "Oil"]
    assert tables[s.COUNTRIES].rows() == [(1, None, "Spain"), (1, None, "Portugal")]
    assert tables[s.LANGUAGES].rows() == [(1, None, "Spanish")]
    assert tables[s.KEYWORDS]["keyword"].to_list() == ["olive", "harvest"]


def test_credits_may_stand_in_the_file_of_films():
    crew = "[{'id': 5, 'name': 'C N', 'job': 'Director', 'department': 'Directing'}]"
    catalog = merged(cast="[{'id': 4, 'name': 'A O', 'order': 0}]", crew=crew)
    assert catalog.tables[s.CAST][s.NAME].to_list() == ["A O"]
    assert catalog.tables[s.FILMS][s.DIRECTORS].to_list() == [["C N"]]
    assert [file.name for file in catalog.report.files] == ["all.csv"]


def test_of_a_crew_that_was_cut_to_its_directors_they_are_read():
    catalog = merged(cast="A O|L P", director="C N")
    assert catalog.tables[s.CAST].select(s.NAME, "order").rows() == [("A O", 0), ("L P", 1)]
    assert catalog.tables[s.FILMS][s.DIRECTORS].to_list() == [["C N"]]


def test_a_file_of_films_without_any_credits_says_so():
    assert "all.csv has no column keywords, cast, crew" in merged().report.notes[0]


def test_columns_are_known_by_other_names_and_in_another_case():
    row = {"tmdb_id": "9", **{name.title(): text for name, text in FILM.items() if name != "id"}}
    catalog = clean(
        RawCatalog(raw_file("m.csv", [row]), raw_file("c.csv", [{"movie_id": "9", "cast": "[]", "crew": ""}]))
    )
    assert catalog.tables[s.FILMS].select(s.ID, s.TITLE).rows() == [(9, "One")]
    assert report(catalog, "c.csv")["kept"] == 1


@pytest.mark.parametrize(
    "column", ["id", "title", "release_date", "budget", "revenue", "popularity", "vote_average", "vote_count", "genres"]
)
def test_a_missing_column_of_films_is_named_in_a_sentence(column):
    row = {name: text for name, text in FILM.items() if name != column}
    with pytest.raises(InputError, match=f"lacks the required columns {column};"):
        clean(RawCatalog(raw_file("movies_metadata.csv", [row]), raw_file("credits.csv", [CREDIT])))


def test_a_missing_column_of_credits_is_named_in_a_sentence():
    with pytest.raises(InputError, match=r"credits\.csv lacks the required columns crew"):
        clean(RawCatalog(raw_file("m.csv", [FILM]), raw_file("credits.csv", [{"id": "1", "cast": "[]"}])))


def test_the_report_reads_as_lines():
    text = str(cleaned({}, {"id": "2", "release_date": ""}).report)
    assert "movies_metadata.csv: 2 rows read, 1 kept, no_release_date 1" in text

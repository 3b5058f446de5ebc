"""Exports of Letterboxd, IMDb and Trakt: what their rows say, and what is refused; all samples are invented."""

import contextlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports import Source, read_export
from almazara.movies.users.exports.files import read_files
from almazara.movies.users.exports.rows import Entry, ExportFile, Refused

NOW = datetime(2026, 3, 31, 21, tzinfo=UTC)
LETTERBOXD = "Date,Name,Year,Letterboxd URI"
IMDB = "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Year,Genres"
TRAKT = "rated_at,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id,tvdb_id,url,rating"


def read(source, path, *lines):
    return read_export(source, [ExportFile(path, "\n".join([*lines, ""]))], NOW)


def told(rows):
    return [(row.title, row.kind, row.value, str(row.at)[:10]) for row in rows if isinstance(row, Entry)]


def reasons(rows):
    return [row.reason for row in rows if isinstance(row, Refused)]


def test_ratings_of_letterboxd_are_stars():
    rows = read(
        Source.LETTERBOXD, "ratings.csv", f"{LETTERBOXD},Rating", '2026-01-02,"Oil, Please",1999,https://boxd.it/a,4.5'
    )
    assert rows == [
        Entry("ratings.csv row 1", "Oil, Please", 1999, Kind.RATING, 4.5, datetime(2026, 1, 2, tzinfo=UTC)),
    ]


def test_a_row_of_the_diary_counts_on_the_day_of_watching_with_or_without_a_rating():
    rows = read(
        Source.LETTERBOXD,
        "diary.csv",
        f"{LETTERBOXD},Rating,Rewatch,Tags,Watched Date",
        "2026-01-09,The Mill,1999,https://boxd.it/a,4,,,2026-01-02",
        "2026-01-09,The Press,2001,https://boxd.it/b,,Yes,,2026-01-03",
    )
    assert told(rows) == [("The Mill", Kind.RATING, 4, "2026-01-02"), ("The Press", Kind.VIEW, None, "2026-01-03")]


def test_a_whole_zip_of_letterboxd_counts_what_was_seen_and_not_what_was_deleted_or_is_only_wanted(tmp_path):
    row = "2026-01-02,{},1999,https://boxd.it/a"
    members = {
        "watched.csv": f"{LETTERBOXD}\n{row.format('Watched')}\n",
        "ratings.csv": f"{LETTERBOXD},Rating\n{row.format('Rated')},3.5\n",
        "likes/films.csv": f"{LETTERBOXD}\n{row.format('Liked')}\n",
        "likes/reviews.csv": "Date,Content\n2026-01-02,x\n",
        "watchlist.csv": f"{LETTERBOXD}\n{row.format('Wanted')}\n",
        "deleted/diary.csv": f"{LETTERBOXD}\n{row.format('Deleted')}\n",
        "lists/best.csv": f"{LETTERBOXD}\n{row.format('Listed')}\n",
        "profile.csv": "Date Joined,Username\n2020-01-01,ana\n",
        "comments.csv": "Date,Content,Comment\n",
    }
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    rows = read_export(Source.LETTERBOXD, read_files(tmp_path / "export.zip"), NOW)
    assert {(row.title, row.kind) for row in rows} == {
        ("Watched", Kind.VIEW),
        ("Rated", Kind.RATING),
        ("Liked", Kind.LIKE),
    }


def test_one_file_of_letterboxd_under_another_name_is_known_by_its_columns():
    rows = read(Source.LETTERBOXD, "mine (1).csv", f"{LETTERBOXD},Rating", "2026-01-02,The Mill,1999,u,5")
    assert told(rows) == [("The Mill", Kind.RATING, 5, "2026-01-02")]


def test_columns_that_could_be_a_watch_list_are_not_taken_for_films_that_were_seen():
    with pytest.raises(InputError, match=r"call it watched\.csv"):
        read(Source.LETTERBOXD, "mine.csv", LETTERBOXD, "2026-01-02,The Mill,1999,u")


def test_ratings_of_imdb_are_halved_and_their_number_is_kept():
    rows = read(Source.IMDB, "ratings.csv", IMDB, "tt0012345,9,2026-01-02,The Mill,The Mill,u,Movie,7.1,1999,Drama")
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    assert rows == [
        Entry("ratings.csv row 1", "The Mill", 1999, Kind.RATING, 4.5, moment, imdb=12345, original="The Mill")
    ]


def test_rows_of_imdb_without_a_rating_are_refused():
    rows = read(Source.IMDB, "ratings.csv", IMDB, "tt2,,2026-01-02,The Mill,The Mill,u,Movie,7.1,1999,Drama")
    assert reasons(rows) == ["it has no rating"]


@pytest.mark.parametrize("kind", ["Movie", "movie", "Película", "tvMovie", "TV-Film", "Court métrage", "Video", ""])
def test_a_film_is_called_so_in_many_languages(kind):
    [row] = read(Source.IMDB, "ratings.csv", IMDB, f"tt1,9,2026-01-02,A,A,u,{kind},7.1,1999,Drama")
    assert row.is_film


@pytest.mark.parametrize("kind", ["TV Series", "Serie TV", "Episodio TV", "Videojuego", "ポッドキャスト"])
def test_what_is_called_otherwise_is_not_said_to_be_a_film(kind):
    [row] = read(Source.IMDB, "ratings.csv", IMDB, f"tt1,9,2026-01-02,A,A,u,{kind},7.1,1999,Drama")
    assert not row.is_film


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ("Const,Your Rating,Date Added,Title,Title Type,Year", "tt1,9,2017-10-01,A,movie,1999"),
        ("position,const,created,Title,Title type,You rated,Year", "1,tt1,Sun Oct  1 00:00:00 2017,A,Film,9,1999"),
        ("const;your rating;date rated;title;year", "tt1;9,0;2017-10-01;A;1999"),
    ],
)
def test_older_exports_of_imdb_are_read(columns, row):
    assert told(read(Source.IMDB, "ratings.csv", columns, row)) == [("A", Kind.RATING, 4.5, "2017-10-01")]


def test_simkl_is_read_as_a_table_and_as_its_backup():
    columns = "SIMKL_ID,Title,Type,Year,Watchlist,WatchedDate,Rating,TMDB,IMDB"
    rows = read(
        Source.SIMKL,
        "simkl.csv",
        columns,
        "1,A,movie,1999,completed,2026-01-02,8,34,tt12",
        "2,B,movie,1999,completed,2026-01-02,,35,",
        "3,C,movie,1999,plantowatch,,,36,",
        "4,D,tv,1999,completed,2026-01-02,8,37,",
    )
    assert told(rows[:2]) == [("A", Kind.RATING, 4, "2026-01-02"), ("B", Kind.VIEW, None, "2026-01-02")]
    assert reasons(rows) == ["it is not said to have been seen"]
    assert [row.is_film for row in (rows[0], rows[3])] == [True, False]
    one = {"user_rating": 8, "status": "completed", "last_watched_at": "2026-01-02T00:00:00Z", "movie": MOVIE}
    [row] = read(Source.SIMKL, "backup.json", json.dumps({"movies": [one], "shows": [{"show": OLIVES}]}))
    assert (row.title, row.year, row.value, row.tmdb, row.imdb) == ("The Mill", 1999, 4, 34, 12)


def test_of_tmdb_the_own_rating_counts_and_not_that_of_all():
    columns = "TMDb ID,IMDb ID,Type,Name,Release Date,Rating,Your Rating,Date Rated"
    [row] = read(Source.TMDB, "ratings.csv", columns, "34,tt12,movie,A,1999-05-01T00:00:00Z,7.1,4,2026-01-02T10:00:00Z")
    assert (row.tmdb, row.year, row.value) == (34, 1999, 2)
    with pytest.raises(InputError, match="no column Your Rating"):
        read(Source.TMDB, "watchlist.csv", "TMDb ID,Name,Rating", "34,A,7.1")


def test_a_spanish_table_is_read_with_its_decimal_comma_and_its_dates():
    rows = read(
        Source.FILMAFFINITY,
        "votos.csv",
        "Título;Año;Nota;Fecha",
        "A;1999;7,5;13/02/2026",
        "B;1999;9;03/02/2026",
        "C;1999;0;03/02/2026",
    )
    assert told(rows) == [("A", Kind.RATING, 3.75, "2026-02-13"), ("B", Kind.RATING, 4.5, "2026-02-03")]
    assert reasons(rows) == ["it has no rating"]


def test_months_may_come_first_and_where_nobody_knows_a_date_is_refused():
    assert (
        told(read(Source.CSV, "a.csv", "imdb,rating,date", "tt1,5,2/13/2026", "tt2,5,2/3/2026"))[1][3] == "2026-02-03"
    )
    assert reasons(read(Source.CSV, "a.csv", "imdb,rating,date", "tt1,5,2/3/2026")) == ["its date cannot be read"]


@pytest.mark.parametrize(
    ("column", "ratings", "values"),
    [
        ("rating", ["5", "3.5"], [5, 3.5]),
        ("rating", ["7", "10", "1"], [3.5, 5, 0.5]),
        ("stars", ["70", "100"], [3.5, 5]),
        ("Rating10", ["4", "3"], [2, 1.5]),
    ],
)
def test_the_scale_of_a_table_is_told_by_its_ratings(column, ratings, values):
    rows = read(Source.CSV, "mine.csv", f"title,year,{column}", *(f"A,1999,{rating}" for rating in ratings))
    assert [row.value for row in rows] == values


def test_where_ratings_tell_no_scale_it_is_asked_for():
    file = ExportFile("mine.csv", "title,year,rating\nA,1999,4\n")
    with pytest.raises(InputError, match="up to 4, out of 5, 10 or 100"):
        read_export(Source.CSV, [file], NOW)
    assert [row.value for row in read_export(Source.CSV, [file], NOW, scale=10)] == [2]


def test_columns_of_a_table_can_be_named():
    file = ExportFile("mine.csv", "obra,estreno,voto\nA,1999,8\n")
    with pytest.raises(InputError, match="a column that names a film: title, name"):
        read_export(Source.CSV, [file], NOW)
    columns = {"title": "obra", "year": "estreno", "rating": "voto"}
    assert told(read_export(Source.CSV, [file], NOW, columns=columns)) == [("A", Kind.RATING, 4, "None")]
    with pytest.raises(InputError, match="no column votos; it has obra"):
        read_export(Source.CSV, [file], NOW, columns={"rating": "votos"})


def test_numbers_of_movielens_are_found_in_its_links():
    files = [
        ExportFile("links.csv", "movieId,imdbId,tmdbId\n1,0012345,34\n"),
        ExportFile("movies.csv", "movieId,title,genres\n1,The Mill (1999),Drama\n"),
        ExportFile("ratings.csv", "userId,movieId,rating,timestamp\n7,1,4.5,1767312000\n"),
    ]
    [row] = read_export(Source.CSV, files, NOW)
    assert (row.value, row.tmdb, row.imdb, str(row.at)[:10]) == (4.5, 34, 12345, "2026-01-02")
    with pytest.raises(InputError, match=r"give the folder that has links\.csv"):
        read_export(Source.CSV, files[2:], NOW)


def test_a_table_of_several_users_is_nobodys_history():
    with pytest.raises(InputError, match="several users"):
        read(Source.CSV, "ratings.csv", "userId,imdbId,rating", "1,tt1,5", "2,tt1,5")


def test_a_year_may_stand_behind_the_title_and_a_list_without_ratings_was_seen():
    assert read(Source.CSV, "seen.csv", "title", "The Mill (1999)") == [
        Entry("seen.csv row 1", "The Mill", 1999, Kind.VIEW)
    ]


def test_the_number_0_is_no_id():
    movie = {"title": "The Mill", "year": 1999, "ids": {"tmdb": 0, "imdb": "tt0000000"}}
    [row] = read(Source.TRAKT, "watched-history-1.json", json.dumps([{"watched_at": "2026-01-02", "movie": movie}]))
    assert (row.tmdb, row.imdb) == (None, None)


def test_a_film_of_the_diary_that_was_not_rated_was_seen():
    columns = f"{LETTERBOXD},Rating,Rewatch,Tags,Watched Date"
    assert told(read(Source.LETTERBOXD, "diary.csv", columns, "2026-01-09,A,1999,u,0,,,2026-01-02")) == [
        ("A", Kind.VIEW, None, "2026-01-02")
    ]


OLIVES = {"title": "Olives", "year": 2020}
MOVIE = {"title": "The Mill", "year": 1999, "ids": {"trakt": 1, "slug": "the-mill-1999", "imdb": "tt12", "tmdb": 34}}


@pytest.mark.parametrize(
    ("name", "entry", "kind", "value"),
    [
        ("ratings-movies.json", {"rated_at": "2026-01-02T10:00:00.000Z", "rating": 7}, Kind.RATING, 3.5),
        ("watched-movies.json", {"plays": 2, "last_watched_at": "2026-01-02T10:00:00.000Z"}, Kind.VIEW, None),
        ("watched-history-1.json", {"id": 1, "watched_at": "2026-01-02T10:00:00.000Z"}, Kind.VIEW, None),
        ("lists-favorites.json", {"rank": 1, "listed_at": "2026-01-02T10:00:00.000Z"}, Kind.LIKE, None),
    ],
)
def test_the_files_of_trakt_are_read_with_their_ids(name, entry, kind, value):
    rows = read(Source.TRAKT, name, json.dumps([{**entry, "type": "movie", "movie": MOVIE}]))
    moment = datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert rows == [Entry(f"{name} entry 1", "The Mill", 1999, kind, value, moment, tmdb=34, imdb=12)]


def test_a_moment_of_another_zone_is_brought_to_utc_and_one_without_a_zone_is_utc():
    moments = ("2026-01-02T10:00:00+02:00", "2026-01-02T10:00:00")
    entries = [{"watched_at": moment, "movie": MOVIE} for moment in moments]
    rows = read(Source.TRAKT, "watched-history-1.json", json.dumps(entries))
    assert [row.at.isoformat() for row in rows] == ["2026-01-02T08:00:00+00:00", "2026-01-02T10:00:00+00:00"]


def test_episodes_of_trakt_are_no_films_and_its_watch_list_is_left_alone():
    files = [
        ExportFile("watched-history-1.json", json.dumps([{"watched_at": "2026-01-02", "show": OLIVES}])),
        ExportFile("lists-watchlist.json", json.dumps([{"listed_at": "2026-01-02", "movie": MOVIE}])),
        ExportFile("user-profile.json", json.dumps({"username": "ana"})),
    ]
    rows = read_export(Source.TRAKT, files, NOW)
    assert [(row.title, row.year, row.reason) for row in rows] == [("Olives", 2020, "it is no film")]


def test_a_csv_of_trakt_is_read_like_its_json():
    rows = read(
        Source.TRAKT,
        "ratings.csv",
        TRAKT,
        "2026-01-02T10:00:00Z,movie,The Mill,1999,7.1,1,tt12,34,,u,8",
        "2026-01-02T10:00:00Z,episode,Olives,1999,7.1,1,tt12,34,,u,8",
    )
    moment = datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert rows[0] == Entry("ratings.csv row 1", "The Mill", 1999, Kind.RATING, 4, moment, tmdb=34, imdb=12)
    assert reasons(rows) == ["it is no film"]


@pytest.mark.parametrize(
    ("source", "expected"), [(Source.LETTERBOXD, "Letterboxd URI"), (Source.IMDB, "Const"), (Source.TRAKT, "tmdb_id")]
)
def test_a_file_with_other_columns_says_which_are_expected(source, expected):
    with pytest.raises(InputError, match=f"lacks .*{expected}.* it has (the columns )?a, b"):
        read(source, "mine.csv", "a,b", "1,2")


@pytest.mark.parametrize(
    ("date", "rating", "reason"),
    [
        ("2026-01-02", "6", "its rating is no number of the scale"),
        ("2026-01-02", "nan", "its rating is no number of the scale"),
        ("2026-01-02", "", "its rating is no number of the scale"),
        ("2026-05-02", "4", "its date is in the future or before film"),
        ("1700-01-01", "4", "its date is in the future or before film"),
        ("yesterday", "4", "its date cannot be read"),
    ],
)
def test_a_row_that_cannot_be_read_surely_is_refused(date, rating, reason):
    rows = read(Source.LETTERBOXD, "ratings.csv", f"{LETTERBOXD},Rating", f"{date},The Mill,1999,u,{rating}")
    assert reasons(rows) == [reason]


def test_a_row_of_another_width_is_refused():
    rows = read(Source.LETTERBOXD, "ratings.csv", f"{LETTERBOXD},Rating", "2026-01-02,The Mill", "", "a,b,c,d,e,f")
    assert reasons(rows) == ["it has not as many cells as columns"] * 2


def test_a_date_of_today_further_east_is_now():
    rows = read(Source.LETTERBOXD, "ratings.csv", f"{LETTERBOXD},Rating", "2026-04-01,The Mill,1999,u,4")
    assert [row.at for row in rows] == [NOW]


def test_an_export_without_a_history_is_said_so(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("a.csv", "x\n")
        archive.writestr("b.csv", "x\n")
    with pytest.raises(InputError, match=r"no file of a history in this letterboxd export; it holds a\.csv, b\.csv"):
        read_export(Source.LETTERBOXD, read_files(tmp_path / "export.zip"), NOW)


def test_a_file_that_is_no_text_or_not_there_is_said_so(tmp_path):
    (tmp_path / "ratings.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_files(tmp_path / "ratings.csv")
    with pytest.raises(InputError, match="There is no file"):
        read_files(tmp_path / "nothing.csv")


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    (tmp_path / "ratings.csv").write_text(
        f"\ufeff{LETTERBOXD},Rating\r\n2026-01-02,The Mill,1999,u,4\r\n", encoding="utf-8"
    )
    assert told(read_export(Source.LETTERBOXD, read_files(tmp_path / "ratings.csv"), NOW))


def assert_sure(source, file):
    """What a file says is in range, or it is refused, row by row or whole."""
    with contextlib.suppress(InputError):
        for row in read_export(source, [file], NOW):
            if isinstance(row, Refused):
                assert row.reason
            else:
                assert row.value is None or 0.5 <= row.value <= 5
                assert row.at is None or row.at.tzinfo is not None


@pytest.mark.fuzz
@given(st.sampled_from(Source), st.text(max_size=200), st.sampled_from([".csv", ".json"]))
def test_any_text_is_read_or_refused(source, text, ending):
    own = {Source.LETTERBOXD: f"{LETTERBOXD},Rating", Source.TRAKT: TRAKT, Source.TMDB: "TMDb ID,Name,Your Rating"}
    header = own.get(source, IMDB)
    for content in (text, f"{header}\n{text}"):
        assert_sure(source, ExportFile(f"ratings{ending}", content))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["movie", "ids", "tmdb", "imdb", "title", "year", "rated_at", "rating", "watched_at"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(content):
    text = io.StringIO()
    json.dump([content, {"rated_at": content, "movie": content}], text)
    assert_sure(Source.TRAKT, ExportFile("ratings-movies.json", text.getvalue()))

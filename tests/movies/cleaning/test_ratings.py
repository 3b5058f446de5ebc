from datetime import UTC, date, datetime

import polars as pl
import pytest

from almazara.errors import InputError
from almazara.movies.cleaning import ratings
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.rated_films import rated_films
from almazara.movies.raw.pairs import read_pairs, scale_of
from almazara.movies.raw.tables import ROW, RawCatalog, RawFile, RawRatings, summed

FILMS = pl.DataFrame(
    {
        s.ID: [10, 20, 30, 40, 50],
        s.TITLE: ["The Matrix", "Amélie", "Twins", "Twins", "It"],
        s.RELEASE_YEAR: [1999, 2001, 1988, 1988, 1990],
        s.RELEASE_DATE: [date(1999, 1, 1)] * 5,
    },
    schema_overrides={s.RELEASE_YEAR: pl.Int32},
)
KEYS = pl.DataFrame(
    {s.FILM_ID: [10, 20, 30], s.IMDB_ID: ["tt0133093", "tt0211915", None], s.ORIGINAL_TITLE: [None] * 3}
)


def frame(rows):
    return pl.DataFrame(rows).with_row_index(ROW, offset=1)


def raw_ratings(*rows, columns=("userId", "movieId", "rating", "timestamp")):
    found = read_pairs(frame([dict(zip(columns, row, strict=True)) for row in rows]), "ratings.csv")
    return RawRatings(
        "ratings.csv", "0" * 64, len(rows), found.good, found.refused, found.undated, summed(found.losses)
    )


def rated(*rows, links=None, own_links=False, titles=None, films=FILMS, **options):
    nothing = RawFile("x", "0" * 64, pl.DataFrame())
    catalog = RawCatalog(
        nothing,
        nothing,
        ratings=raw_ratings(*rows, **options),
        links=RawFile("links.csv", "0" * 64, frame(links)) if links else None,
        own_links=own_links,
        titles=RawFile("movies.dat", "0" * 64, frame(titles)) if titles else None,
    )
    return ratings.clean(catalog, films, KEYS)


def link(movie, imdb, tmdb):
    return {"movieId": movie, "imdbId": imdb, "tmdbId": tmdb}


LINKS = [link("1", "0133093", "10"), link("2", "0211915", ""), link("3", "", "999")]


def test_ids_are_matched_by_tmdb_id_then_by_imdb_id_and_never_guessed():
    found = rated(("1", "1", "4.0", "5"), ("1", "2", "3.5", "6"), ("1", "3", "1.0", "7"), links=LINKS)
    assert found.table.select(s.FILM_ID, s.RATING).rows() == [(10, 4.0), (20, 3.5)]
    assert [file.as_dict()["dropped"] for file in found.files] == [{"no_such_film": 1}, {"no_such_film": 1}]


def test_the_last_rating_of_a_pair_stays_and_the_others_are_counted():
    found = rated(("1", "1", "4.0", "9"), ("1", "1", "2.0", "5"), ("2", "1", "3.0", "1"), links=LINKS)
    assert found.table.select(s.USER_ID, s.RATING).rows() == [(1, 4.0), (2, 3.0)]
    assert found.files[1].merged == {"repeated_rating": 1}
    assert found.files[1].accounts_for_all()


def test_times_are_utc_and_a_time_that_is_none_is_null():
    found = rated(("1", "1", "4.0", "0"), ("2", "1", "4.0", "99999999999999"), ("3", "1", "4.0", "x"), links=LINKS)
    assert found.table[s.RATED_AT].to_list() == [datetime(1970, 1, 1, tzinfo=UTC), None, None]


def test_bare_pairs_have_neither_rating_nor_time():
    found = rated(("1", "1"), ("1", "1"), links=LINKS, columns=("userId", "movieId"))
    assert found.table.rows() == [(1, 10, None, None)]
    assert dict(found.table.schema) == dict(pl.Schema(s.SCHEMAS[s.RATINGS]))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("0", "1", "4", "1"), "invalid_id"),
        (("1", "x", "4", "1"), "invalid_id"),
        (("1", "1", "", "1"), "invalid_rating"),
        (("1", "1", "9", "1"), "invalid_rating"),
        (("1", "1", "0", "1"), "invalid_rating"),
    ],
)
def test_a_rating_that_cannot_be_read_is_refused_with_a_reason(row, reason):
    found = rated(row, links=LINKS)
    assert found.quarantine.select("row", "reason").rows() == [(1, reason)]
    assert found.files[1].dropped == {f"quarantined:{reason}": 1}


def titled(title, movie="1"):
    return rated(("1", movie, "4", "1"), titles=[{"movieId": movie, "title": title}]).table[s.FILM_ID].to_list()


@pytest.mark.parametrize("title", ["Matrix, The (1999)", "the matrix (1999)", "Matrix, The (La matriz) (1999)"])
def test_without_links_titles_match_by_name_and_year(title):
    assert titled(title) == [10]


def test_accents_do_not_keep_titles_apart():
    assert titled("Amelie (2001)") == [20]


@pytest.mark.parametrize(
    "title",
    [
        "Amelie (2002)",
        "Amelie (2000)",
        "Fabuleux destin d'Amélie Poulain, Le (Amelie) (2001)",
        "Fabuleux destin, Le (a.k.a. Amélie) (2001)",
    ],
)
def test_a_title_in_parentheses_and_the_year_beside_name_a_film_too(title):
    assert titled(title) == [20]


def test_the_same_year_goes_before_the_one_beside_it():
    films = FILMS.with_columns(pl.when(pl.col(s.ID) == 40).then(1989).otherwise(s.RELEASE_YEAR).alias(s.RELEASE_YEAR))
    listed = [{"movieId": "1", "title": "Twins (1988)"}, {"movieId": "2", "title": "Twins (1989)"}]
    assert dict(known_of(listed, films=films)) == {1: 30, 2: 40}
    assert known_of([{"movieId": "3", "title": "Twins (1990)"}], films=films) == [(3, 40)]
    assert known_of([*listed, {"movieId": "3", "title": "Twins (1990)"}], films=films) == [(1, 30), (2, 40)]


@pytest.mark.parametrize("title", ["Romeo and Juliet (1968)", "Romeo & Juliet (1968)", "Wild Romeo, A (1968)"])
def test_an_article_and_an_ampersand_keep_no_titles_apart(title):
    titles = ["Romeo & Juliet", "The Wild Romeo"]
    films = FILMS.head(2).with_columns(pl.Series(s.TITLE, titles), pl.Series(s.RELEASE_YEAR, [1968] * 2, pl.Int32))
    assert known_of([{"movieId": "1", "title": title}], films=films) == [(1, 20 if "Wild" in title else 10)]


def known_of(listed, *, links=None, films=FILMS, keys=KEYS):
    nothing = RawFile("x", "0" * 64, pl.DataFrame())
    links = RawFile("links.csv", "0" * 64, frame(links)) if links else None
    titles = RawFile("movies.dat", "0" * 64, frame(listed))
    found = rated_films(RawCatalog(nothing, nothing, links=links, titles=titles), films, keys)
    return sorted(found.films.rows())


MANY = pl.DataFrame(
    {
        s.ID: range(100, 160),
        s.TITLE: [f"Film {number}" for number in range(100, 160)],
        s.RELEASE_YEAR: [1990] * 60,
        s.RELEASE_DATE: [date(1990, 1, 1)] * 60,
    },
    schema_overrides={s.RELEASE_YEAR: pl.Int32},
)
LISTED = [{"movieId": str(number), "title": f"Film {100 + number} (1990)"} for number in range(1, 41)]


@pytest.mark.parametrize(("wrong", "are_used"), [(0, True), (1, True), (2, False)])
def test_links_that_lie_with_the_films_are_used_where_titles_agree(wrong, are_used):
    links = [link(str(number), "", str(100 + number + (10 if number <= wrong else 0))) for number in range(1, 41)]
    links = [*links[:38], link("41", "", "159")]  # two films of the list have no link, and one that has is not in it
    found = dict(known_of([*LISTED, {"movieId": "50", "title": "Film no more (1990)"}], links=links, films=MANY))
    by_title = {number: 100 + number for number in range(1, 41)}
    if are_used:
        assert found == by_title | {number: 110 + number for number in range(1, wrong + 1)} | {41: 159}
    else:
        assert found == by_title


def test_links_that_are_left_out_are_named_with_what_they_agree_in():
    links = [link(str(number), "", str(101 + number)) for number in range(1, 41)]
    found = rated(("1", "1", "4", "1"), links=links, titles=LISTED, films=MANY)
    assert found.notes == ("links.csv was left out: of 40 films of movies.dat it names 0 alike.",)
    assert found.table[s.FILM_ID].to_list() == [101]
    assert [file.name for file in found.files] == ["movies.dat", "ratings.csv"]


def own(links, titles, *movies):
    asked = [("1", movie, "4", "1") for movie in movies]
    return rated(*asked, links=links, own_links=True, titles=titles, films=MANY)


@pytest.mark.parametrize(
    "links",
    [
        [link(str(number), "", str(101 + number)) for number in range(1, 41)],
        [link(str(number), str(100 + number), "") for number in range(1, 41)],
    ],
    ids=["moved by a row", "columns swapped"],
)
@pytest.mark.parametrize("listed", [40, 3])
def test_links_beside_ratings_that_contradict_the_titles_beside_them_are_left_out_and_named(links, listed):
    found = own(links[:listed], LISTED[:listed], "1", "2")
    assert found.table[s.FILM_ID].to_list() == [101, 102]
    assert found.notes[0].startswith("links.csv was left out: of ")


def test_links_beside_ratings_that_few_titles_prove_are_used_and_say_which_films_are_lost():
    links = [link("1", "", "101"), link("2", "", "999"), link("3", "", "103")]
    listed = [LISTED[0], LISTED[1], {"movieId": "3", "title": "Película 103 (1990)"}]
    found = own(links, listed, "1", "2", "3")
    assert found.table[s.FILM_ID].to_list() == [101, 103]  # who is linked to another film is none of the same title
    assert found.notes == ("Of 1 rated films the catalog has none; with most ratings: Film 102 (1990) (1).",)


def test_a_film_without_ids_in_proved_links_is_found_by_its_title():
    found = own([link("1", "", "101"), link("2", "", "")], LISTED[:2], "1", "2")
    assert found.table[s.FILM_ID].to_list() == [101, 102]


def test_links_beside_titles_of_which_none_is_known_are_believed():
    found = own([link("1", "", "101")], [{"movieId": "1", "title": "Película 101 (1990)"}], "1")
    assert found.table[s.FILM_ID].to_list() == [101]


def test_rated_films_that_the_catalog_lacks_are_named_most_ratings_first():
    titles = [{"movieId": "7", "title": "Lost (1990)"}, {"movieId": "8", "title": "Gone (1990)"}]
    asked = [(user, movie, "4", "1") for movie, users in (("8", "1"), ("7", "123"), ("9", "12")) for user in users]
    (note,) = rated(*asked, titles=titles).notes
    assert note.endswith("with most ratings: Lost (1990) (3); MovieLens 9 (2); Gone (1990) (1).")
    assert rated(("1", "1", "4", "1"), links=LINKS).notes == ()


@pytest.mark.parametrize("title", ["Twins (1988)", "The Matrix", "The Matrix (1979)", "() (1999)", ""])
def test_a_title_that_is_shared_or_of_another_year_matches_nothing(title):
    assert titled(title) == []


def test_a_title_that_comes_twice_in_the_list_matches_nothing():
    titles = [{"movieId": "1", "title": "It (1990)"}, {"movieId": "2", "title": "It (1990)"}]
    assert rated(("1", "1", "4", "1"), titles=titles).table.is_empty()


def test_ratings_without_links_and_titles_are_refused_with_a_sentence():
    with pytest.raises(InputError, match=r"no links\.csv, movies\.csv or movies\.dat beside ratings\.csv"):
        rated(("1", "1", "4", "1"))


def test_a_time_that_cannot_be_read_is_counted_and_leaves_its_rating():
    found = rated(("1", "1", "4.0", "2005-04-02 23:53:47"), ("2", "1", "4.0", "yesterday"), links=LINKS)
    assert found.table[s.RATED_AT].to_list() == [datetime(2005, 4, 2, 23, 53, 47, tzinfo=UTC), None]
    assert found.quarantine.select("row", "reason").rows() == [(2, "cell timestamp: not_a_time")]
    assert [(loss.column, loss.told, loss.lost) for loss in found.losses if loss.lost] == [("timestamp", 2, 1)]


def test_users_that_are_words_are_refused_with_examples():
    *_, loss = rated(("ana", "1", "4.0", "5"), ("eva", "1", "4.0", "5"), links=LINKS).losses
    assert (loss.column, loss.lost, loss.examples) == ("userId", 2, ("ana", "eva"))


@pytest.mark.parametrize(
    ("imdb", "tmdb"), [("tt0133093", ""), ("133093.0", ""), ("", "10.0"), ("0133093", "0"), ("nan", "10")]
)
def test_links_may_write_ids_with_tt_and_as_floats_and_0_for_none(imdb, tmdb):
    found = rated(("1", "1", "4.0", "5"), links=[{"movie_id": "1", "imdb_id": imdb, "tmdb_id": tmdb}])
    assert found.table[s.FILM_ID].to_list() == [10]
    assert all(loss.lost == 0 for loss in found.losses)


def test_ids_of_links_that_are_none_are_counted():
    found = rated(("1", "1", "4.0", "5"), links=[link("1", "the matrix", "10")])
    assert [(loss.column, loss.examples) for loss in found.losses if loss.lost] == [("imdbId", ("the matrix",))]


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        (["4", "3.5", "5"], 5),
        (["8", "3", "10", "5"], 10),
        (["80", "35", "100", "5"], 100),
        (["4,5", "3,5"], 5),
        (["4"] * 9 + ["9"], 5),
        (["", "x"], 5),
    ],
)
def test_the_scale_is_the_one_that_the_ratings_use(scores, scale):
    rows = frame([{"userId": "1", "movieId": "1", "rating": score} for score in scores])
    assert scale_of(rows) == scale
    assert scale_of(rows.drop("rating")) == 5


def test_ratings_of_another_scale_are_brought_to_five():
    rows = frame([{"userId": "1", "movieId": str(n), "rating": score} for n, score in enumerate(["7", "10", "11"], 1)])
    found = read_pairs(rows, "ratings.csv", scale=10)
    assert found.good["rating"].to_list() == [3.5, 5.0]
    assert found.refused["reason"].to_list() == ["invalid_rating"]

"""Titles in other languages: which rows of a file count, for which film, in which language, and which one is shown."""

import csv
import gzip
import io
from contextlib import suppress

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import CleanCatalog
from almazara.movies.cleaning.local_titles import with_local_titles
from almazara.movies.cleaning.report import CleaningReport, FileReport
from almazara.movies.raw import local_titles as raw
from made_films import Film, made_tables

FILMS = ["The Mill", "The Press", "The Jar"]
IMDB = "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n"
HEADER = "id,title,language,region\n"


def catalog():
    """Three films, 1 to 3; IMDb knows the first as tt0000011 and the other two as tt0000022."""
    keys = pl.DataFrame(
        [(1, "tt0000011", "The Mill", False), (2, "tt0000022", None, False), (3, "tt0000022", None, False)],
        schema=s.SCHEMAS[s.FILM_KEYS],
        orient="row",
    )
    tables = made_tables([Film(title) for title in FILMS], film_keys=keys)
    return CleanCatalog(tables, CleaningReport((FileReport("films.csv", "", 3, 3),), {}, {}))


@pytest.fixture
def read(tmp_path):
    """What the catalog has of a file's text: film, language and title; and what became of the file's rows."""

    def read_(content, name="titles.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return titled(tmp_path, file)

    return read_


def titled(folder, file):
    with raw.local_titles(folder, file, lambda _stage: None) as titles:
        clean = with_local_titles(catalog(), titles)
    return clean.tables[s.LOCAL_TITLES].rows(), clean.report.files[-1]


def test_a_film_is_named_by_its_number_or_by_its_imdb_id(read):
    assert read(HEADER + "2,La prensa,es,\ntt0000011,El molino,es,\n")[0] == [
        (1, "es", "El molino"),
        (2, "es", "La prensa"),
    ]


def test_an_imdb_id_of_several_films_names_none(read):
    found, report = read(HEADER + "tt0000022,La prensa,es,\n1,El molino,es,\n")
    assert found == [(1, "es", "El molino")]
    assert report.dropped == {"no_such_film": 1}


def test_columns_may_be_called_as_tmdb_and_imdb_call_them(read):
    assert read("imdb_id;iso_639_1;title\n0000011;es;El molino\n")[0] == [(1, "es", "El molino")]


def test_a_language_that_is_not_told_is_that_of_the_country_where_it_is_surely_one(read):
    found, report = read(HEADER + "1,El molino,,mx\n1,Le moulin,,CA\n1,Mill,,GB\n")
    assert found == [(1, "en", "Mill"), (1, "es", "El molino")]
    assert report.dropped == {"other_language": 1}


def test_the_title_of_spain_goes_first_then_that_of_no_country(read):
    rows = "1,Molino de México,es,MX\n1,Molino de nadie,es,\n1,Molino de España,es,ES\n1,Molino de Chile,es-CL,\n"
    assert [title for *_, title in read(HEADER + rows)[0]] == [
        "Molino de España",
        "Molino de nadie",
        "Molino de México",
        "Molino de Chile",
    ]


def test_of_english_titles_that_of_the_catalog_goes_first(read):
    assert read(HEADER + "1,Mill,en,US\n1,The Mill,en,AU\n")[0] == [(1, "en", "The Mill"), (1, "en", "Mill")]


def test_a_title_that_comes_twice_counts_once(read):
    found, report = read(HEADER + "1,El molino,es,ES\n1, El molino ,es,MX\n")
    assert found == [(1, "es", "El molino")]
    assert (report.read, report.kept, report.merged) == (2, 1, {"repeated_row": 1})


def test_rows_that_cannot_be_read_are_refused_each_with_its_reason(read):
    bad = "x,El molino,es,\n1,El\x01molino,es,\n1,El molino,español,\n1,El molino,es,ES,more\n1,,es,\n9,Otra,es,\n"
    _, report = read(HEADER + "1,El molino,es,\n" + bad)
    assert report.dropped == {
        "no_such_film": 1,
        "no_title": 1,
        "quarantined:invalid_id": 1,
        "quarantined:invalid_language": 1,
        "quarantined:too_many_fields": 1,
        "quarantined:unreadable": 1,
    }


def test_a_title_whose_letters_were_lost_is_refused(read):
    _, report = read(HEADER.encode() + "1,El pequeño molín,es,\n".encode() + "1,El añejo,es,\n".encode("latin-1"))
    assert report.dropped == {"quarantined:unreadable": 1}


def test_imdbs_own_file_is_read_as_it_is(read):
    rows = (
        "tt0000011\t1\tThe Mill\t\\N\t\\N\toriginal\t\\N\t1\n"
        'tt0000011\t2\t"El" molino\tES\t\\N\timdbDisplay\t\\N\t0\n'
        "tt0000011\t3\tMoulin, le\tFR\t\\N\timdbDisplay\t\\N\t0\n"
        "tt0000011\t4\t粉挽き\tJP\tja\timdbDisplay\t\\N\t0\n"
        'tt0000011\t5\t"Molinazo\tMX\t\\N\t\\N\t\\N\t0\n'
        "tt0099999\t1\tOtra\tES\t\\N\t\\N\t\\N\t0\n"
    )
    found, report = read(gzip.compress((IMDB + rows).encode()), "title.akas.tsv.gz")
    assert found == [(1, "es", '"El" molino'), (1, "es", '"Molinazo')]
    assert report.dropped == {"no_such_film": 1, "other_language": 3}


def test_of_imdbs_titles_those_that_it_shows_go_before_working_titles(read):
    rows = (
        "tt0000011\t1\tObra sin nombre\tES\t\\N\tworking\t\\N\t0\n"
        "tt0000011\t2\tMolino de México\tMX\t\\N\timdbDisplay\t\\N\t0\n"
        "tt0000011\t3\tMolino repuesto\tES\t\\N\t\\N\treissue title\t0\n"
        "tt0000011\t4\tMolino\tES\t\\N\t\\N\t\\N\t0\n"
        "tt0000011\t5\tEl molino\tES\t\\N\timdbDisplay\t\\N\t0\n"
    )
    assert [title for *_, title in read(IMDB + rows)[0]] == [
        "El molino",
        "Molino",
        "Molino de México",
        "Obra sin nombre",
        "Molino repuesto",
    ]


def test_any_language_of_a_file_of_ones_own_is_taken(read):
    assert read(HEADER + "1,El molí,ca,\n1,水車小屋,zh-Hant,\n")[0] == [(1, "ca", "El molí"), (1, "zh", "水車小屋")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_as_excel_saves_it_is_read_in_every_encoding(read, encoding, end):
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    text = mark + "id,title,language,region\n1,Película número 1 ñandú,es,\n2,El niño,es,\n"
    found, report = read(text.replace("\n", end).encode(encoding))
    assert found == [(1, "es", "Película número 1 ñandú"), (2, "es", "El niño")]
    assert (report.read, report.kept) == (2, 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((HEADER + "1,El molino,es,\n").encode("utf-16-le"), "UTF-16 without the mark"),
        ((HEADER + "1,Młyn żółty,pl,\n").encode("cp1250"), "not sure which encoding"),
        ((HEADER + "1,El molino,es,\n").encode("utf-16")[:-1], "damaged where its UTF-16"),
        (HEADER.encode(), "titles.csv has no rows"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(read, content, said):
    with pytest.raises(InputError, match=said):
        read(content)


@pytest.mark.parametrize(
    "content", ["userId,movieId,rating\n1,2,3\n", "id,name\n1,x\n", "", "\x00\x01\x02", "id,title\n1,x\n"]
)
def test_a_file_that_is_no_file_of_titles_ends_in_one_sentence(read, content):
    with pytest.raises(InputError) as raised:
        read(content)
    assert str(raised.value).endswith(".")


def test_a_file_that_is_not_there_ends_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match="There is no file of titles"):
        titled(tmp_path, tmp_path / "titles.csv")


def test_a_file_that_lies_with_the_films_is_found(tmp_path):
    (tmp_path / "local_titles.csv").write_text(HEADER + "1,El molino,es,\n", encoding="utf-8")
    assert titled(tmp_path, None)[0] == [(1, "es", "El molino")]


def test_a_folder_without_titles_gives_none(tmp_path):
    with raw.local_titles(tmp_path, None, lambda _stage: None) as titles:
        assert titles is None


CELLS = st.one_of(
    st.sampled_from(("1", "2", "3", "4", "tt0000011", "tt0000022", "", "\\N", "es", "en", "ES", "MX", "es-AR", "x")),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=8),
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_every_row_of_any_file_is_accounted_for(tmp_path_factory, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("id", "title", "language", "region"), *rows])
    folder = tmp_path_factory.mktemp("titles")
    (folder / "titles.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    found, report = titled(folder, folder / "titles.csv")
    assert report.accounts_for_all()
    assert (report.read, report.kept) == (len(rows), len(found))
    assert {title for *_, title in found} <= {cell.strip() for _, cell, *_ in rows}


@given(st.binary(max_size=300))
def test_whatever_bytes_come_are_read_or_refused_in_a_sentence(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("titles") / "titles.csv"
    file.write_bytes(HEADER.encode() + content)
    with suppress(InputError):
        assert titled(file.parent, file)[1].accounts_for_all()

import gzip
import hashlib
import os
import subprocess
import sys
import zipfile

import polars as pl
import pytest

from almazara.errors import InputError, NotFoundError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import clean
from almazara.movies.cleaning.tables import read_table, write_tables
from almazara.movies.raw import storage
from almazara.movies.raw.files import read_raw
from almazara.movies.raw.tables import ROW
from sample import make_sample

BUILD = """
import sys
from pathlib import Path
from almazara.movies.raw.files import read_raw
from almazara.movies.cleaning.tables import write_tables
from almazara.movies.cleaning.cleaning import clean
write_tables(clean(read_raw(Path(sys.argv[1]))), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def sample():
    return make_sample(films=400, users=5)


def store(folder, files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def frames(raw):
    return {
        file.name.removesuffix(".gz"): file.frame.rows() for file in (raw.movies, raw.credits, raw.keywords, raw.links)
    }


@pytest.fixture
def plain(tmp_path, sample):
    return store(tmp_path / "plain", sample)


def test_plain_gzip_and_zip_hold_the_same(tmp_path, sample, plain):
    packed = store(tmp_path / "packed", {f"{name}.gz": gzip.compress(content) for name, content in sample.items()})
    with zipfile.ZipFile(tmp_path / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/credits.csv", b"x")
        for name, content in sample.items():
            archive.writestr(f"archive/{name}", content)
    expected = read_raw(plain)
    for path in (packed, tmp_path / "archive.zip"):
        raw = read_raw(path)
        assert frames(raw) == frames(expected)
        assert raw.ratings.pairs.equals(expected.ratings.pairs)


def test_each_file_is_known_by_the_hash_of_its_stored_bytes(plain, sample):
    assert read_raw(plain).credits.sha256 == hashlib.sha256(sample["credits.csv"]).hexdigest()


def test_files_one_folder_down_and_under_their_other_name_are_found(tmp_path, sample):
    renamed = {name.replace("movies_metadata", "movies_dataset"): content for name, content in sample.items()}
    (tmp_path / "outer").mkdir()
    store(tmp_path / "outer" / "inner", renamed)
    assert read_raw(tmp_path / "outer").movies.name == "movies_dataset.csv"


def test_a_gzip_file_of_several_members_is_read_whole(tmp_path, sample):
    content = sample["credits.csv"]
    parts = gzip.compress(content[:100]) + gzip.compress(content[100:]) + b"\0" * 10
    folder = store(tmp_path / "x", sample | {"credits.csv": parts})
    assert len(read_raw(folder).credits.frame) == len(read_raw(store(tmp_path / "y", sample)).credits.frame)


def test_progress_names_each_file(plain):
    told = []
    read_raw(plain, progress=told.append)
    assert told[0] == "Reading movies_metadata.csv"
    assert len(told) == 5


def without(files, name):
    return {key: content for key, content in files.items() if key != name}


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path, sample):
    with pytest.raises(InputError, match="There is no folder or zip file"):
        read_raw(tmp_path / "nowhere")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InputError, match="neither a folder nor a zip file"):
        read_raw(tmp_path / "text.zip")
    with pytest.raises(InputError, match=r"no file of films: looked for movies_metadata\.csv.*found credits\.csv"):
        read_raw(store(tmp_path / "a", {"credits.csv": b"x"}))
    with pytest.raises(InputError, match="no file of credits"):
        read_raw(store(tmp_path / "b", without(sample, "credits.csv")))
    with pytest.raises(InputError, match=r"credits\.csv is empty"):
        read_raw(store(tmp_path / "c", sample | {"credits.csv": b""}))
    with pytest.raises(InputError, match="no file of ratings"):
        read_raw(store(tmp_path / "d", sample), store(tmp_path / "e", {"README": b"x"}))


def test_ratings_that_nothing_links_to_films_are_left_out_with_a_note(tmp_path, sample):
    catalog = clean(read_raw(store(tmp_path / "x", without(sample, "links.csv"))))
    assert catalog.tables[s.RATINGS].is_empty()
    assert "ratings_small.csv was left out" in catalog.report.notes[0]


def test_a_damaged_gzip_file_is_refused(tmp_path, sample):
    cut = gzip.compress(sample["credits.csv"])[:-20]
    with pytest.raises(InputError, match=r"credits\.csv\.gz cannot be read"):
        read_raw(store(tmp_path / "x", without(sample, "credits.csv") | {"credits.csv.gz": cut}))


def test_a_damaged_zip_member_is_refused(tmp_path, sample):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sample.items():
            archive.writestr(name, content)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Released", b"Reneased", 1))
    with pytest.raises(InputError, match="cannot be read"):
        read_raw(path)


def test_a_file_that_unpacks_beyond_the_limit_is_refused(tmp_path, sample, monkeypatch):
    monkeypatch.setattr(storage, "MAX_UNPACKED", 10_000)
    bomb = {"movies_metadata.csv.gz": gzip.compress(b"a" * 20_000)}
    with pytest.raises(InputError, match="unpacks to more than"):
        read_raw(store(tmp_path / "x", {"credits.csv": b"x"} | bomb))


def test_a_file_that_unpacks_to_a_hundred_times_its_size_is_refused(tmp_path):
    bomb = {"movies_metadata.csv.gz": gzip.compress(FILMS + b"a" * 20_000_000)}
    with pytest.raises(InputError, match="unpacks to more than 100 times its size"):
        read_raw(store(tmp_path / "x", {"credits.csv": b"x"} | bomb))


def test_a_cell_that_no_film_has_is_refused(tmp_path):
    with pytest.raises(InputError, match="a cell of 100 MB in the column overview"):
        read_raw(store(tmp_path / "x", {"movies_metadata.csv": b"title,overview\nX," + b"a" * 100_000_000 + b"\n"}))


def test_ratings_without_an_end_of_line_are_refused(plain, tmp_path):
    ratings = {"ratings.csv": b"userId,movieId,rating\n1,1,4\n" + b"9" * 70_000_000, "movies.csv": b"movieId,title\n"}
    with pytest.raises(InputError, match="a line of more than 32 MB"):
        read_raw(plain, store(tmp_path / "ml", ratings))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ratings.csv", b"userId,movieId,rating,timestamp\n1,1,4.0,5\n2,1,3.0,6\n"),
        ("ratings.csv", b'"user_id","movie_id","rating"\r\n"1","1","4"\r\n"2","1","3"'),
        ("ratings.csv", b"userId;movieId;rating;timestamp\n1;1;4,5;5\n2;1;3,0;6\n"),
        ("rating.csv", b'"userId","movieId","rating","timestamp"\n1,1,4,2005-04-02 23:53:47\n2,1,3,5\n'),
        ("ratings.dat", b"1::1::4::5\n2::1::3::6\n"),
        ("u.data", b"1\t1\t4\t5\n2\t1\t3\t6\n"),
        ("interactions.csv", b"userID,movieID\n1,1\n2,1\n"),
    ],
)
def test_ratings_are_read_in_every_form(tmp_path, plain, name, content):
    raw = read_raw(plain, store(tmp_path / "ml", {name: content, "movies.dat": b"1::X (2001)::Drama\n"}))
    assert raw.ratings.pairs.select("userId", "movieId").rows() == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("movies.csv", "movieId,title,genres\n1,Café (2001),Drama\n".encode()),
        ("movies.dat", "1::Café (2001)::Drama\n".encode("latin-1")),
        ("u.item", "1|Café (2001)|01-Jan-2001||x\n".encode("latin-1")),
    ],
)
def test_lists_of_titles_are_read_in_every_form(tmp_path, plain, name, titles):
    raw = read_raw(plain, store(tmp_path / "ml", {"u.data": b"1\t1\t4\t5\n", name: titles}))
    assert raw.titles.frame.select("movieId", "title").rows() == [("1", "Café (2001)")]


def test_titles_beside_own_links_are_read_to_prove_these_and_no_films_are_taken_for_titles(tmp_path, plain, sample):
    own = {"u.data": b"1\t1\t4\t5\n", "links.csv": b"movieId,imdbId,tmdbId\n1,1,2\n"}
    raw = read_raw(plain, store(tmp_path / "ml", {**own, "movies.csv": b"movieId,title,genres\n1,X (2001),\n"}))
    assert raw.own_links
    assert raw.titles.frame.select("movieId", "title").rows() == [("1", "X (2001)")]
    assert read_raw(plain, store(tmp_path / "films", {**own, "movies.csv": b"id,title\n1,X\n"})).titles is None


def test_links_beside_the_films_are_read_for_ratings_that_have_titles_alone(tmp_path, plain, sample):
    linked = store(tmp_path / "linked", sample)
    pairs, titles = {"u.data": b"1\t1\t4\t5\n"}, {"u.item": b"1|X (2001)|\n"}
    raw = read_raw(linked, store(tmp_path / "titled", {**pairs, **titles}))
    assert (raw.links.name, raw.titles.name, raw.own_links) == ("links.csv", "u.item", False)
    raw = read_raw(
        linked, store(tmp_path / "both", {**pairs, **titles, "links.csv": b"movieId,imdbId,tmdbId\n1,1,2\n"})
    )
    assert (raw.links.frame.height, raw.titles.name, raw.own_links) == (1, "u.item", True)
    assert read_raw(linked, store(tmp_path / "neither", pairs)).links is None


def test_ratings_in_utf_16_are_read_and_a_file_without_rows_is_named(tmp_path, plain, sample):
    header = "userId,movieId,rating,timestamp\n"
    raw = read_raw(plain, store(tmp_path / "ml", {"ratings.csv": f"{header}1,1,4,5\n".encode("utf-16")}))
    assert raw.ratings.pairs.height == raw.ratings.read == 1
    catalog = clean(read_raw(store(tmp_path / "x", {**sample, "ratings.csv": header.encode()})))
    assert "ratings.csv has no rows." in catalog.report.notes


def test_ratings_up_to_ten_are_halved_and_that_is_said(tmp_path, plain):
    lines = b"userId,movieId,rating\n1,1,8\n2,1,10\n3,1,3\n"
    raw = read_raw(plain, store(tmp_path / "ml", {"rating.csv": lines, "movie.csv": b"movieId,title\n1,X (2001)\n"}))
    assert raw.ratings.pairs["rating"].to_list() == [4.0, 5.0, 1.5]
    assert "rating.csv rates up to 10: ratings were divided by 2." in clean(raw).report.notes


FILMS = b"id,title,release_date,genres,vote_count,cast\n1,One,2001-01-01,Drama,5,A O\n"


def test_one_file_of_films_is_known_by_its_columns_whatever_its_name_and_needs_no_credits(tmp_path):
    others = {"movies.csv": b"movieId,title,genres\n1,One (2001),Drama\n", "twice.csv": b"a,a\n1,2\n"}
    raw = read_raw(store(tmp_path / "x", {"everything.csv": FILMS, **others}))
    assert (raw.movies.name, raw.credits) == ("everything.csv", None)


def test_a_file_of_a_known_name_needs_no_credits_where_it_holds_them(tmp_path):
    assert read_raw(store(tmp_path / "x", {"movies_metadata.csv": FILMS})).credits is None


def test_of_two_files_of_films_none_is_chosen(tmp_path):
    with pytest.raises(InputError, match="no file of films"):
        read_raw(store(tmp_path / "x", {"one.csv": FILMS, "two.csv": FILMS}))


def test_pairs_in_parquet_are_read(tmp_path, plain):
    folder = store(tmp_path / "ml", {"movies.dat": b"1::X (2001)::Drama\n"})
    pl.DataFrame({"userID": ["1", "2"], "movieID": ["7", "x"]}).write_parquet(folder / "interactions.parquet")
    raw = read_raw(plain, folder)
    assert raw.ratings.pairs.select("userId", "movieId").rows() == [(1, 7)]
    assert raw.ratings.refused.select(ROW, "reason").rows() == [(2, "invalid_id")]


def test_ratings_without_a_column_of_users_are_refused(tmp_path, plain):
    with pytest.raises(InputError, match=r"needs one column userId and one movieId; it has a, b"):
        read_raw(plain, store(tmp_path / "ml", {"ratings.csv": b"a,b\n1,2\n"}))


def test_a_malformed_line_of_ratings_is_refused_and_counted(tmp_path, plain):
    lines = b'userId,movieId,rating,timestamp\n1,1,4.0,5\n2,1,3.0,6,7\n3,"1,3.0\n'
    raw = read_raw(plain, store(tmp_path / "ml", {"ratings.csv": lines, "movies.csv": b"movieId,title\n1,X (2001)\n"}))
    assert raw.ratings.read == 3
    assert raw.ratings.refused["reason"].to_list() == ["too_many_fields", "invalid_id"]


def test_tables_are_read_back_as_they_were_written(tmp_path, plain):
    catalog = clean(read_raw(plain))
    write_tables(catalog, tmp_path)
    for name, table in catalog.tables.items():
        assert read_table(tmp_path, name).equals(table)
    with pytest.raises(NotFoundError):
        read_table(tmp_path, "nothing")


@pytest.mark.server
def test_cleaning_twice_gives_identical_bytes(tmp_path, plain):
    written = []
    for seed in ("1", "2"):
        target = tmp_path / seed
        target.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", BUILD, plain, target], check=True, env=environment)
        written.append({path.name: path.read_bytes() for path in target.iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {f"{name}.parquet" for name in s.SCHEMAS}

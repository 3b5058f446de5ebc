import ast
import csv
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from sample import SAMPLE_DEFECTS, make_sample
from sample.archive import ARCHIVE, packed

pytestmark = pytest.mark.training
TOOLS = Path(__file__).resolve().parents[2] / "tools"
FINGERPRINTS = {
    "movies_metadata.csv": "f691937fa202616c711b0bd384a31afe474f4ce2755c49d6db3af370bccc16f9",
    "credits.csv": "f5ff71713099e4855c48266915746dee2fd7d66ebcb8192f3bc954b5b82266d8",
    "keywords.csv": "908eb8da442639452410d8f7b359c85a7487d6738bebd74c62cfd33074dcd942",
    "links.csv": "f41b03c3e212938c71466f20baf4b9b0b40e9f9f7aaeaad5c4a6538573946ed5",
    "ratings_small.csv": "2348b5dd9ff274c024fd0f597d6a0bd154974814636b777fdb94ec127b907a54",
}
METADATA_COLUMNS = (
    "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,original_title,overview,"
    "popularity,poster_path,production_companies,production_countries,release_date,revenue,runtime,"
    "spoken_languages,status,tagline,title,video,vote_average,vote_count"
)


def rows_of(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


@pytest.fixture(scope="module")
def files():
    return make_sample()


@pytest.fixture(scope="module")
def metadata(files):
    return rows_of(files, "movies_metadata.csv")


@pytest.fixture(scope="module")
def sound(metadata):
    """The rows that are neither the tail nor the head of a broken one."""
    return [row for row in metadata if row["id"].isdigit() and row["vote_count"]]


def literal(cell):
    return ast.literal_eval(cell)


def unreadable(cell):
    try:
        literal(cell)
    except SyntaxError:
        return True
    return False


def is_number(cell):
    return re.fullmatch(r"\d+(\.\d+)?(e-\d+)?", cell) is not None


def repeats(rows):
    """The later rows of each id, beside the first one."""
    first: dict[str, dict[str, str]] = {}
    again = []
    for row in rows:
        if row["id"] in first:
            again.append((first[row["id"]], row))
        first.setdefault(row["id"], row)
    return again


def test_the_files_are_the_same_bytes_on_every_platform_and_version(files):
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == FINGERPRINTS


@pytest.mark.server
def test_the_hash_seed_of_the_process_changes_nothing():
    program = (
        "import hashlib; from sample import make_sample; files = make_sample(films=400, users=20);"
        "print(hashlib.sha256(b''.join(files.values())).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TOOLS)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "4242")
    }
    assert len(printed) == 1


def test_an_archive_is_the_same_bytes_in_whatever_order_the_files_come(files):
    some = {name: files[name] for name in ("links.csv", "keywords.csv")}
    assert packed(some) == packed(dict(reversed(some.items())))


def test_the_archive_in_the_package_tells_no_time_and_no_owner():
    with tarfile.open(ARCHIVE) as archive:
        entries = archive.getmembers()
    assert [entry.name for entry in entries] == sorted(FINGERPRINTS)
    assert {(entry.mtime, entry.uid, entry.uname) for entry in entries} == {(0, 0, "")}


def test_another_seed_makes_other_films():
    assert make_sample(films=400, users=0, seed=1) != make_sample(films=400, users=0, seed=2)


def test_too_few_films_for_the_defects_are_refused():
    with pytest.raises(ValueError, match="at least 400"):
        make_sample(films=100)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_smallest_sample_holds_every_broken_row_whatever_the_seed(seed):
    rows = rows_of(make_sample(films=400, users=5, seed=seed), "movies_metadata.csv")
    assert sum(not row["id"].isdigit() for row in rows) == SAMPLE_DEFECTS["row broken in two"]


def test_the_headers_are_those_of_the_raw_files(files):
    headers = {name: content.split(b"\n", 1)[0].decode().strip() for name, content in files.items()}
    assert headers == {
        "movies_metadata.csv": METADATA_COLUMNS,
        "credits.csv": "cast,crew,id",
        "keywords.csv": "id,keywords",
        "links.csv": "movieId,imdbId,tmdbId",
        "ratings_small.csv": "userId,movieId,rating,timestamp",
    }


def test_every_row_has_the_columns_of_its_header(files):
    for name, content in files.items():
        widths = {len(row) for row in csv.reader(io.StringIO(content.decode(), newline=""), strict=True)}
        assert len(widths) == 1, name


def test_the_nested_entries_have_the_raw_keys(files):
    row = next(row for row in rows_of(files, "credits.csv") if "'cast_id'" in row["cast"] and "'job'" in row["crew"])
    cast, crew = literal(row["cast"])[0], literal(row["crew"])[0]
    assert list(cast) == ["cast_id", "character", "credit_id", "gender", "id", "name", "order", "profile_path"]
    assert list(crew) == ["credit_id", "department", "gender", "id", "job", "name", "profile_path"]


def test_rows_and_repeated_rows_add_up_to_the_films_asked_for(metadata):
    extra = ("row broken in two", "row repeated whole", "id repeated with other values")
    assert len(metadata) == 2000 + sum(SAMPLE_DEFECTS[defect] for defect in extra)


def test_each_tail_of_a_broken_row_follows_its_empty_head_nine_columns_to_the_left(metadata):
    columns = METADATA_COLUMNS.split(",")
    broken = [(head, tail) for head, tail in pairwise(metadata) if tail["adult"].startswith(" - ")]
    assert len(broken) == SAMPLE_DEFECTS["row broken in two"]
    for head, tail in broken:
        assert not any(head[column] for column in columns[10:])
        assert date.fromisoformat(tail["id"])
        assert tail["release_date"] in {"1", "12", "22"}
        assert tail["budget"].startswith("/")
        assert literal(tail["genres"]) is not None


def test_rows_without_a_release_date_are_counted(metadata, sound):
    assert sum(not row["release_date"] for row in sound) == SAMPLE_DEFECTS["release date empty"]
    dated = [row["release_date"] for row in sound if row["release_date"]]
    assert sum(not is_date(text) for text in dated) == SAMPLE_DEFECTS["release date invalid"]


def is_date(text):
    try:
        return date.fromisoformat(text) is not None and len(text) == 10
    except ValueError:
        return False


def test_repeated_ids_come_whole_and_with_other_values(sound):
    again = repeats(sound)
    whole = sum(first == later for first, later in again)
    assert whole == SAMPLE_DEFECTS["row repeated whole"]
    assert len(again) - whole == SAMPLE_DEFECTS["id repeated with other values"]
    assert max(Counter(row["id"] for row in sound).values()) == 3


def test_invalid_and_missing_numbers_are_counted(sound):
    assert sum(row["budget"] == "NaN" for row in sound) == SAMPLE_DEFECTS["budget NaN"]
    strange = [row for row in sound if not is_number(row["budget"]) and row["budget"] != "NaN"]
    assert len(strange) == SAMPLE_DEFECTS["budget not a number"]
    assert sum(not is_number(row["popularity"]) for row in sound) == SAMPLE_DEFECTS["popularity not a number"]
    assert sum(not row["runtime"] for row in sound) == SAMPLE_DEFECTS["runtime empty"]
    dated = [row for row in sound if row["release_date"]]
    assert sum(not row["revenue"] for row in dated) == SAMPLE_DEFECTS["revenue empty"]


def test_absurd_money_is_counted(sound):
    assert sum(row["budget"] == "1" for row in sound) == SAMPLE_DEFECTS["budget of 1 dollar"]
    small = [row for row in sound if row["revenue"].isdigit() and 0 < int(row["revenue"]) < 20]
    assert len(small) == SAMPLE_DEFECTS["revenue below 20 dollars"]


def test_texts_and_flags_are_counted(sound):
    assert sum("\n" in row["overview"] for row in sound) == SAMPLE_DEFECTS["overview with line breaks"]
    assert sum(row["overview"] == "No overview found." for row in sound) == SAMPLE_DEFECTS["overview without text"]
    assert sum(row["adult"] == "True" for row in sound) == SAMPLE_DEFECTS["adult"]
    assert sum(unreadable(row["genres"]) for row in sound) == SAMPLE_DEFECTS["genres unreadable"]


def test_defects_of_credits_are_counted(files, sound):
    credits_rows = rows_of(files, "credits.csv")
    again = repeats(credits_rows)
    assert sum(first == later for first, later in again) == SAMPLE_DEFECTS["credits repeated whole"]
    assert sum(first != later for first, later in again) == SAMPLE_DEFECTS["credits repeated with another cast"]
    films, credited = {row["id"] for row in sound}, {row["id"] for row in credits_rows}
    heads = SAMPLE_DEFECTS["row broken in two"]
    assert len(films - credited) == SAMPLE_DEFECTS["credits missing"]
    assert len(credited - films) == SAMPLE_DEFECTS["credits of an unknown film"] + heads
    assert sum(unreadable(row["cast"]) for row in credits_rows) == SAMPLE_DEFECTS["cast unreadable"]
    casts = [[entry["id"] for entry in literal(row["cast"])] for row in credits_rows if not unreadable(row["cast"])]
    twice = [cast for cast in casts if len(cast) != len(set(cast))]
    assert len(twice) == SAMPLE_DEFECTS["actor twice in a cast"]


def test_defects_of_keywords_and_links_are_counted(files, metadata):
    keywords = rows_of(files, "keywords.csv")
    assert len(repeats(keywords)) == SAMPLE_DEFECTS["keywords repeated whole"]
    unknown = {row["id"] for row in keywords} - {row["id"] for row in metadata}
    assert len(unknown) == SAMPLE_DEFECTS["keywords of an unknown film"]
    assert sum(unreadable(row["keywords"]) for row in keywords) == SAMPLE_DEFECTS["keywords unreadable"]
    links = rows_of(files, "links.csv")
    assert sum(not row["tmdbId"] for row in links) == SAMPLE_DEFECTS["link without tmdbId"]


def test_nested_cells_hold_escapes_and_both_kinds_of_quotes(files):
    text = files["credits.csv"].decode() + files["keywords.csv"].decode()
    assert r"\xa0" in text
    assert r"\'" in text
    assert '""Oona O\'Molino""' in text


def test_names_are_hard_to_split(files):
    names = {
        entry["name"]
        for row in rows_of(files, "credits.csv")
        if not unreadable(row["cast"])
        for entry in literal(row["cast"])
    }
    for part in (", Jr.", " | ", "'", '"', "ó", "ίκος", "油"):
        assert any(part in name for name in names), part


def test_somebody_both_plays_and_directs(files):
    actors, directors = set(), set()
    for row in rows_of(files, "credits.csv"):
        if not unreadable(row["cast"]):
            actors |= {entry["id"] for entry in literal(row["cast"])}
            directors |= {entry["id"] for entry in literal(row["crew"]) if entry["job"] == "Director"}
    assert actors & directors


def test_titles_include_the_ones_that_are_hard_to_look_up(sound):
    found = Counter(row["title"] for row in sound)
    for title in ("K", "7", "Oil/Water", "Who Pressed the Olive?", "100% Picual", "#Harvest", "GRO·VE", "ひとしずく"):
        assert title in found
    assert found["The Taster's Daughter"] >= 9
    assert any("Aceituna Jones" in row["belongs_to_collection"] for row in sound)


def test_some_films_have_an_original_title_in_another_alphabet(sound):
    originals = [row["original_title"] for row in sound if row["original_title"] != row["title"]]
    for letters in ("[β-ω]", "[ぁ-ん]", "[áéíóúñ]"):
        assert any(re.search(letters, title) for title in originals)


def test_popularity_is_long_tailed_and_most_money_is_unknown(sound):
    votes = sorted((int(row["vote_count"]) for row in sound), reverse=True)
    assert 20 < sum(count > 2000 for count in votes) < 100
    assert {2000, 2001} <= set(votes)
    assert votes[len(votes) // 2] < 100
    assert votes[-1] == 0
    known = [row for row in sound if row["budget"] not in {"0", "NaN", ""} and row["revenue"] not in {"0", ""}]
    assert 0.03 < len(known) / len(sound) < 0.25


def test_dates_reach_from_the_first_films_to_2017_with_many_on_new_year(sound):
    dates = [row["release_date"] for row in sound if is_date(row["release_date"])]
    assert min(dates)[:4] == "1895"
    assert max(dates)[:4] == "2017"
    assert sum(text.endswith("-01-01") for text in dates) > 100


def test_ratings_are_half_stars_of_known_films_spread_over_years(files):
    ratings = rows_of(files, "ratings_small.csv")
    assert {row["rating"] for row in ratings} <= {repr(half / 2) for half in range(1, 11)}
    assert {row["movieId"] for row in ratings} <= {row["movieId"] for row in rows_of(files, "links.csv")}
    assert len({(row["userId"], row["movieId"]) for row in ratings}) == len(ratings)
    moments = [int(row["timestamp"]) for row in ratings]
    assert max(moments) - min(moments) > 10 * 365 * 86_400


def test_profiles_are_short_and_long(files):
    profiles = Counter(row["userId"] for row in rows_of(files, "ratings_small.csv"))
    assert len(profiles) == 300
    assert min(profiles.values()) < 15
    assert max(profiles.values()) > 200


def test_users_stay_with_the_genres_that_they_like(files, sound):
    """Two films of one user share their first genre far more often than two films of neighboring users."""
    genre = {row["id"]: row["genres"].split("}")[0] for row in sound}
    film = {row["movieId"]: row["tmdbId"] for row in rows_of(files, "links.csv")}
    profiles = defaultdict(list)
    for row in rows_of(files, "ratings_small.csv"):
        profiles[row["userId"]].append(genre.get(film[row["movieId"]]))
    users = list(profiles.values())
    own = [a == b for user in users for a, b in pairwise(user)]
    others = [a == b for user, other in pairwise(users) for a, b in zip(user, other, strict=False)]
    assert sum(own) / len(own) > 1.8 * sum(others) / len(others)


def test_known_films_are_rated_most(files):
    counts = sorted(Counter(row["movieId"] for row in rows_of(files, "ratings_small.csv")).values(), reverse=True)
    assert sum(counts[:200]) > 0.3 * sum(counts)

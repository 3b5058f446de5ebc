"""Files that others made are read within bounds: whatever they hold, what reads them is given up in time."""

import json

import pytest

from almazara.bounded import reading
from almazara.errors import InputError
from almazara.movies import building
from almazara.movies.building import Raw, read_clean
from price_shop import settings_over
from waiting import no_progress

pytestmark = pytest.mark.server

TOLD = "almazara.movies.users.exports.files:told"
ASKED = {"source": "trakt", "now": "2026-03-01T12:00:00+00:00", "scale": None, "columns": None}


@pytest.mark.parametrize("value", ["[]", '{"a":1}', "1.5"])
def test_a_file_whose_content_takes_more_memory_than_it_may_is_refused_with_what_was_done(tmp_path, value):
    path = tmp_path / "history.json"
    path.write_text(f"[{','.join([value] * (30_000_000 // (len(value) + 1)))}]")
    with pytest.raises(InputError, match=r"Reading history\.json takes more than 300 MB of memory"):
        list(reading(TOLD, 300, lambda _stage: None, path=str(path), **ASKED))


def test_what_is_read_comes_back_with_what_was_refused_and_told(tmp_path):
    path, stages = tmp_path / "history.json", []
    film = {"movie": {"title": "X \ud800", "year": 1999}, "watched_at": "2026-01-01T00:00:00Z"}
    path.write_text(json.dumps([film, {"show": {"title": "Y"}, "watched_at": "2026-01-01T00:00:00Z"}]))
    [told] = reading(TOLD, 300, stages.append, path=str(path), **ASKED)
    assert [(is_entry, row["title"]) for is_entry, row in told] == [(True, "X ?"), (False, "Y")]
    assert stages == ["Reading history.json"]


def test_what_the_function_refuses_is_refused_in_its_words(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        list(reading(TOLD, 300, lambda _stage: None, path=str(tmp_path / "none"), **ASKED))


def test_a_defect_of_what_reads_is_no_fault_of_the_file():
    with pytest.raises(RuntimeError, match="TypeError"):
        list(reading(TOLD, 300, lambda _stage: None))


def test_films_that_take_more_memory_than_they_may_are_refused(tmp_path):
    rows = "".join(f"Film {number},2001-01-01,[],{number}\n" for number in range(3_000_000))
    (tmp_path / "films.csv").write_text(f"title,release_date,genres,vote_count\n{rows}")
    with pytest.raises(
        InputError, match="more than 300 MB of memory: for files that you trust set ALMAZARA_READING_MB"
    ):
        read_clean(settings_over(tmp_path / "home", reading_mb=300), Raw(tmp_path), no_progress)


def test_films_and_ratings_that_are_large_themselves_may_take_in_proportion(tmp_path):
    (tmp_path / "raw").mkdir()
    with (tmp_path / "raw" / "ratings.csv").open("wb") as large, (tmp_path / "ratings.zip").open("wb") as packed:
        large.truncate(100_000_000)  # of which the disk keeps nothing
        packed.truncate(50_000_000)
    (tmp_path / "small.zip").write_bytes(b"x" * 1000)
    assert building._room(tmp_path / "raw", None) == 2000
    assert building._room(tmp_path / "raw", tmp_path / "ratings.zip") == 2000 + 4 * 1000
    assert building._room(tmp_path / "small.zip", None) == 800

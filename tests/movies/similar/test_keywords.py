"""Keywords that are reasons are English, and say something of what a film tells."""

import ast
import csv
import gzip

import polars as pl
import pytest

from almazara.artifacts import open_artifacts
from almazara.movies.catalog.catalog import Texts
from almazara.movies.similar.build import build_reasons
from almazara.movies.similar.keywords import is_telling
from almazara.movies.similar.reasons import FIELDS
from sample_catalog import settings_for


def telling(*keywords):
    frame = pl.DataFrame({"keyword": keywords})
    return frame.filter(is_telling(pl.col("keyword")))["keyword"].to_list()


@pytest.mark.parametrize(
    "keyword",
    [
        *(
            "fiancé",
            "cinéma vérité",
            "doppelgänger",
            "côte d'azur",
            "daughter\u2013in\u2013law",
            "pokémon",
            "rock 'n' roll",
        ),
        *("surrealism", "plumber", "film noir", "silent film", "found footage", "young adult", "kung fu", "samsung"),
        *("video game", "rock 'n' roll", "monkey", "blitzkrieg", "stagecoach"),
    ],
)
def test_english_words_are_reasons_with_accents_and_however_rare(keyword):
    assert telling(keyword) == [keyword]


@pytest.mark.parametrize(
    "keyword",
    [
        *("gewalt im film", "stadt", "umerziehung", "bestechung", "begnadigung", "plötzlicher reichtum", "straßenkids"),
        *("Øverste hylde", "skab under tv", "perustuu näytelmään", "cine familiar", "любовь", "停車", "찌라시"),
        *("dvd", "film", "imax", "3d", "aftercreditsstinger"),
    ],
)
def test_words_of_other_languages_and_of_the_copy_are_none(keyword):
    assert telling(keyword) == []


def test_reasons_are_built_of_these_alone(sample_home):
    folder = open_artifacts(settings_for(sample_home)).current("movies").path
    tables = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
    film = tables["films"]["id"][0]
    said = pl.DataFrame({"film_id": [film] * 3, "keyword_id": [1, 2, 3], "keyword": ["imax", "doppelgänger", "stadt"]})
    groups = build_reasons({**tables, "keywords": said})
    starts, names = groups["reasons"]["starts"], Texts(groups["reason_names"])
    first, end = starts[FIELDS.index("keyword")], starts[FIELDS.index("keyword") + 1]
    assert [names[code] for code in range(first, end)] == ["doppelgänger"]


@pytest.mark.real_data
def test_few_keywords_of_the_real_catalog_are_left_out(real_data):
    """Of those that two films share; the rest tells nobody anything."""
    shared, seen = set(), set()
    with gzip.open(real_data / "movies" / "the-movies-dataset" / "keywords.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            names = {entry["name"] for entry in ast.literal_eval(row["keywords"])}
            shared |= names & seen
            seen |= names
    left_out = shared - set(telling(*shared))
    assert {"umerziehung", "skab under tv", "imax"} <= left_out
    assert len(left_out) < 0.01 * len(shared)

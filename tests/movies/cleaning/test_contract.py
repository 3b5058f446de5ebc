from dataclasses import replace

import polars as pl
import pytest

from almazara.errors import ContractError
from almazara.movies.cleaning import contract
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import clean
from almazara.movies.cleaning.report import FileReport
from almazara.movies.raw.files import read_raw
from almazara.movies.raw.tables import ColumnLoss
from sample import make_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    for name, content in make_sample(films=400, users=5).items():
        (folder / name).write_bytes(content)
    return clean(read_raw(folder))


def broken(sample, name, *expressions):
    return replace(sample, tables=sample.tables | {name: sample.tables[name].with_columns(*expressions)})


def test_the_sample_keeps_the_contract(sample):
    contract.check(sample, max_loss_share=0.5)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        (s.FILMS, pl.lit(None, pl.String).alias(s.TITLE), "films.title is null"),
        (s.FILMS, pl.lit(5, pl.Int64).alias(s.ID), "films repeats id in 384 rows"),
        (s.FILMS, pl.lit(-1, pl.Int64).alias(s.BUDGET), "films.budget is outside"),
        (s.FILMS, pl.lit(float("inf")).alias(s.RETURN), "films.return is outside"),
        (s.FILMS, pl.lit(float("nan")).alias(s.RETURN), "return is not revenue / budget"),
        (s.FILMS, pl.lit(1999, pl.Int32).alias(s.RELEASE_YEAR), "release_year is not that of the date"),
        (s.FILMS, pl.lit(11.0).alias(s.VOTE_AVERAGE), "films.vote_average is outside"),
        (s.CAST, pl.lit(3, pl.Int64).alias(s.FILM_ID), "cast has .* not in the catalog"),
        (s.RATINGS, pl.lit(9, pl.Float32).alias(s.RATING), "ratings.rating is outside"),
        (s.GENRES, pl.col("genre_id").cast(pl.String), "genre_id is String, not Int64"),
    ],
)
def test_a_broken_promise_is_named(sample, name, change, sentence):
    with pytest.raises(ContractError, match=sentence):
        contract.check(broken(sample, name, change), max_loss_share=1)


def test_all_that_is_broken_is_listed(sample):
    twice = broken(sample, s.FILMS, pl.lit(-1, pl.Int64).alias(s.BUDGET), pl.lit(None, pl.String).alias(s.TITLE))
    with pytest.raises(ContractError, match=r"films.title .*films.budget"):
        contract.check(twice, max_loss_share=1)


def test_a_missing_table_or_column_is_named(sample):
    without = {name: table for name, table in sample.tables.items() if name != s.CAST}
    with pytest.raises(ContractError, match="lacks the tables cast"):
        contract.check(replace(sample, tables=without), max_loss_share=1)
    narrow = sample.tables | {s.FILMS: sample.tables[s.FILMS].drop(s.TITLE)}
    with pytest.raises(ContractError, match="films lacks the columns title"):
        contract.check(replace(sample, tables=narrow), max_loss_share=1)


def test_a_build_that_loses_too_many_films_is_refused(sample):
    with pytest.raises(ContractError, match="were dropped, more than 0%"):
        contract.check(sample, max_loss_share=0)


def test_a_report_that_loses_a_row_is_refused(sample):
    first, *others = sample.report.files
    report = replace(sample.report, files=(replace(first, read=first.read + 1), *others))
    with pytest.raises(ContractError, match="does not account for"):
        contract.check(replace(sample, report=report), max_loss_share=1)


def with_columns(sample, *losses):
    return replace(sample, report=replace(sample.report, columns=losses))


def loss(lost, told):
    return ColumnLoss("m.csv", "budget", told, lost, ("a lot", "some", "3 €"), (1, 4, 9), "numbers are read")


def test_a_column_that_cannot_be_read_is_named_with_examples_and_what_would_be_read(sample):
    sentence = (
        r"5 of 90 cells of the column budget of m\.csv cannot be read, such as «a lot» \(row 1\), «some» \(row 4\), "
        r"«3 €» \(row 9\): numbers are read"
    )
    with pytest.raises(ContractError, match=sentence) as raised:
        contract.check(with_columns(sample, loss(5, 90)), max_loss_share=0.05)
    assert raised.value.report == with_columns(sample, loss(5, 90)).report.as_dict()


@pytest.mark.parametrize(("lost", "told"), [(4, 90), (2, 2)])
def test_few_cells_of_a_column_may_be_lost(sample, lost, told):
    contract.check(with_columns(sample, loss(lost, told)), max_loss_share=0.05)


@pytest.mark.parametrize(
    ("fate", "sentence"),
    [
        ({"kept": 0, "dropped": {"no_such_film": 90}}, r"no row of ratings\.csv was kept \(90 no_such_film\)"),
        ({"kept": 80, "dropped": {"quarantined:invalid_id": 10}}, r"10 of 90 rows of ratings\.csv cannot be read"),
    ],
)
def test_a_file_beside_the_films_may_not_be_lost_in_silence(sample, fate, sentence):
    file = FileReport("ratings.csv", "0" * 64, read=90, **fate)
    with pytest.raises(ContractError, match=sentence):
        contract.check(replace(sample, report=replace(sample.report, files=(*sample.report.files, file))), 0.05)


def test_rows_of_films_that_the_catalog_does_not_have_may_be_many(sample):
    file = FileReport("ratings.csv", "0" * 64, read=90, kept=1, dropped={"no_such_film": 89})
    contract.check(replace(sample, report=replace(sample.report, files=(*sample.report.files, file))), 0.05)

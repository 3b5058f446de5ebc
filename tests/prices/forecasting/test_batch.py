"""Forecasts of a file: each row is read or refused, each series forecast or refused, and nothing comes from later."""

import gzip
from datetime import date, timedelta
from math import ceil

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from almazara.cli import app
from almazara.errors import InputError
from almazara.prices.forecasting import batch
from almazara.prices.forecasting.batch import FORECAST_COLUMNS, QUANTILES, forecast_batch, read_prices, read_table
from almazara.prices.forecasting.models.ensemble import Ensemble
from almazara.prices.forecasting.models.steps import Steps

pytestmark = pytest.mark.training

START = date(2026, 1, 1)
CUTOFF = START + timedelta(days=59)


def rows(series_id, prices, every=1, currency="EUR"):
    return [
        {"series_id": series_id, "date": str(START + timedelta(days=every * i)), "price": str(p), "currency": currency}
        for i, p in enumerate(prices)
    ]


def table(*groups):
    return pl.DataFrame(
        [row for group in groups for row in group],
        schema=dict.fromkeys(("series_id", "date", "price", "currency"), pl.String),
    )


def forecast(found, horizon=7):
    return forecast_batch(found.panel, Steps(), horizon).collect()


def prices_of(found, name):
    return found.panel.prices[found.panel.names.index(name)]


wavy = [10.0 if day % 20 < 12 else 8.5 for day in range(60)]


def test_a_forecast_has_every_series_day_and_quantile_in_order():
    found = forecast(read_prices(table(rows("b", wavy), rows("a", wavy[5:])), CUTOFF))
    assert tuple(found.columns) == FORECAST_COLUMNS
    assert found.height == 2 * 7 * len(QUANTILES) == 2 * 7 * 21
    assert found.equals(found.sort("series_id", "target_date", "quantile"))
    assert found["target_date"].unique().sort().to_list() == [CUTOFF + timedelta(days=i) for i in range(1, 8)]
    assert found["cutoff"].unique().to_list() == [CUTOFF]
    assert found["model"].unique().to_list() == ["steps"]
    assert (found.select(pl.col("value").diff().over("series_id", "target_date")).drop_nulls().to_series() >= 0).all()


def test_change_events_are_filled_forward_from_the_first_row_to_the_cutoff_and_never_backward():
    found = read_prices(
        table(
            rows("a", [10.0, 8.0], every=20),
            [{"series_id": "late", "date": "2026-02-10", "price": "5", "currency": "EUR"}],
        ),
        CUTOFF,
    )
    assert prices_of(found, "a").tolist() == [10.0] * 20 + [8.0] * 40
    assert np.isnan(prices_of(found, "late")[:40]).all()
    assert prices_of(found, "late")[40:].tolist() == [5.0] * 20


def test_of_a_days_rows_the_last_moment_counts_and_of_equal_ones_the_last_row():
    late = [
        {"series_id": "a", "date": "2026-01-03T18:00:00", "price": "7", "currency": "EUR"},
        {"series_id": "a", "date": "2026-01-03T09:00:00", "price": "9", "currency": "EUR"},
        {"series_id": "b", "date": "2026-01-03", "price": "1", "currency": "EUR"},
        {"series_id": "b", "date": "2026-01-03", "price": "2", "currency": "EUR"},
    ]
    found = read_prices(table(late), date(2026, 1, 3))
    assert found.panel.prices[:, -1].tolist() == [7.0, 2.0]


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("2026-10-25T02:10:00+01:00", "2026-10-25T02:50:00+02:00"),  # the hour that summer time gives back
        ("2026-10-25T09:00-03:30", "2026-10-25T12:00Z"),
        ("2026-10-25T09:00", "2026-10-25T10:00+0200"),
        ("2026-10-25 09:00:01", "2026-10-25T09:00:00.999"),
        ("2026-10-25T00:30+02:00", "2026-10-25"),
    ],
)
def test_moments_of_one_day_are_in_order_of_time_not_of_text(later, earlier):
    told = [{"series_id": "a", "date": at, "price": p, "currency": ""} for at, p in ((later, "7"), (earlier, "9"))]
    assert read_prices(table(told), date(2026, 10, 25)).panel.prices.tolist() == [[7.0]]


def test_a_last_price_that_history_does_not_make_plausible_is_held_and_not_forecast_from():
    spiked = [*wavy[:-1], "9999.99"]
    found = read_prices(table(rows("a", wavy), rows("b", spiked), rows("c", [9999.99])), CUTOFF)
    assert list(found.held) == ["b"]
    assert "to 9999.99 EUR" in found.held["b"]
    assert "None" not in read_prices(table(rows("b", spiked, currency="")), CUTOFF).held["b"]
    assert prices_of(found, "b")[-1] == wavy[-2]
    assert prices_of(found, "c")[-1] == 9999.99


@pytest.mark.parametrize(
    ("field", "text"),
    [("price", t) for t in ("", "free", "0", "-3", "nan", "inf", "1,5", "1e3", "10000000000000")]
    + [("date", t) for t in ("", "yesterday", "2026-13-01", "01/02/2026", "2026-01-05 noon", "20260105")]
    + [("date", "2026-01-05T25:00")]
    + [("series_id", " ")],
)
def test_a_row_that_cannot_be_read_is_refused_and_counted(field, text):
    broken = {"series_id": "a", "date": "2026-01-05", "price": "3", "currency": "EUR"} | {field: text}
    found = read_prices(table(rows("a", wavy), [broken]), CUTOFF)
    assert sum(found.refused_rows.values()) == 1
    assert prices_of(found, "a").tolist() == wavy


@pytest.mark.parametrize(
    "text", ["2026-01-05", "2026-01-05T10:00", "2026-01-05 10:00:01.5", "2026-01-05T10:00:00+02:00"]
)
def test_days_and_iso_moments_are_read(text):
    found = read_prices(table([{"series_id": "a", "date": text, "price": "3", "currency": ""}]), date(2026, 1, 5))
    assert found.panel.prices.tolist() == [[3.0]]


def test_a_series_of_two_currencies_is_refused_and_the_others_are_not():
    found = read_prices(table(rows("a", wavy), rows("a", wavy[:3], currency="USD"), rows("b", wavy)), CUTOFF)
    assert found.panel.names == ("b",)
    assert "EUR, USD" in found.refused_series["a"]


def test_a_currency_that_changes_after_the_cutoff_is_not_seen():
    later = [{"series_id": "a", "date": "2026-12-01", "price": "3", "currency": "USD"}]
    assert read_prices(table(rows("a", wavy), later), CUTOFF).refused_series == {}


def test_changing_the_future_changes_nothing():
    long = [*wavy, *wavy]
    first = read_prices(table(rows("a", long), rows("b", long[3:])), CUTOFF)
    second = read_prices(table(rows("a", [*wavy, *(p * 9 for p in wavy)]), rows("b", long[3:])), CUTOFF)
    model = Ensemble([Steps().learn])
    assert forecast_batch(first.panel, model, 7).collect().equals(forecast_batch(second.panel, model, 7).collect())


@pytest.mark.parametrize(
    "prices", [[4.0], [4.0, 5.0], [9.95] * 60, [1e11] * 59 + [2e11], ["0.000001"] * 50 + ["0.000002"] * 10, [3.0] * 13]
)
def test_any_series_gets_a_finite_forecast(prices):
    found = read_prices(table(rows("a", prices), rows("b", wavy)), CUTOFF)
    for model in (Steps(), Ensemble([Steps().learn])):
        values = forecast_batch(found.panel, model, 30).collect().filter(pl.col("series_id") == "a")["value"]
        assert len(values) == 30 * 21
        assert values.is_finite().all()
        assert (values > 0).all()


def test_one_value_alone_is_its_own_forecast():
    found = read_prices(table(rows("a", [4.0])), START)
    assert forecast(found)["value"].unique().to_list() == [4.0]


def test_an_old_history_counts_from_its_window_on():
    old = [{"series_id": "a", "date": "1999-01-01", "price": "3", "currency": "EUR"}]
    found = read_prices(table(old), CUTOFF)
    assert found.panel.prices.shape == (1, 1100)
    assert (found.panel.prices == 3.0).all()


def test_no_series_give_an_empty_table():
    found = read_prices(table(rows("a", wavy)), START - timedelta(days=1))
    assert "no price" in found.refused_series["a"]
    assert forecast(found).is_empty()
    assert tuple(forecast(found).columns) == FORECAST_COLUMNS


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="price"):
        read_prices(table(rows("a", wavy)).drop("price"), CUTOFF)


def test_a_header_of_semicolons_is_told_how_to_be_parted():
    with pytest.raises(InputError, match="Part its cells by commas"):
        read_prices(pl.DataFrame({"series_id;date;price": ["a;2026-01-01;9,95"]}), CUTOFF)


@pytest.mark.parametrize("horizon", [0, 366])
def test_a_horizon_that_is_none_is_refused(horizon):
    with pytest.raises(InputError, match="horizon"):
        forecast(read_prices(table(rows("a", wavy)), CUTOFF), horizon)


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_the_command_writes_the_same_bytes_whatever_comes_after_the_cutoff(tmp_path, name):
    written = []
    for factor in (1, 7):
        source, target = tmp_path / "in.csv.gz", tmp_path / name
        later = [{"series_id": "a", "date": "2026-06-01", "price": str(factor), "currency": "EUR"}]
        source.write_bytes(gzip.compress(table(rows("a", wavy), rows("b", wavy[7:]), later).write_csv().encode()))
        asked = ["prices", "forecast", "--input", str(source), "--cutoff", str(CUTOFF), "--horizon", "5"]
        result = CliRunner().invoke(app, [*asked, "--output", str(target)])
        assert result.exit_code == 0, result.output
        written.append(target.read_bytes())
    assert written[0] == written[1]
    assert list(tmp_path.glob("*.partial")) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], "what to forecast"),
        (["shop:1", "--input", "x.csv"], "what to forecast"),
        (["--input", "x.csv"], "--cutoff"),
        (["--input", "missing.csv", "--cutoff", "2026-01-01", "--output", "out.csv"], "cannot be read"),
        (["--input", "missing.csv", "--cutoff", "2026-01-01", "--output", "out.xlsx"], ".parquet or .csv"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(asked, said):
    result = CliRunner().invoke(app, ["prices", "forecast", *asked])
    assert said in str(result.exception)


@pytest.mark.parametrize("command", ["forecast", "advise"])
def test_an_output_that_is_the_input_is_refused(tmp_path, command):
    source, link = tmp_path / "in.csv", tmp_path / "link.csv"
    source.write_text("before")
    link.symlink_to(source)
    asked = ["prices", command, "--input", str(source), "--cutoff", str(CUTOFF), "--output", str(link)]
    assert "the input itself" in str(CliRunner().invoke(app, asked).exception)
    assert source.read_text() == "before"


@pytest.mark.parametrize("content", [b"a," * 400_000, b"a" * 2_000_000])
def test_a_table_that_takes_more_memory_than_it_may_is_refused(tmp_path, content):
    source = tmp_path / "in.csv.gz"
    source.write_bytes(gzip.compress(b"series_id,date,price\n" + content))
    with pytest.raises(InputError, match="more than 3 MB of memory"):
        read_table(source, reading_mb=3)


@pytest.mark.parametrize(("copies", "ahead"), [(1, 0), (1, 800), (3, 0)])
def test_series_that_take_more_memory_day_by_day_than_their_file_may_are_refused(copies, ahead):
    ids = [f"s{number}" for number in range(3_000)]
    years = pl.DataFrame({"series_id": 2 * ids, "date": ["2023-06-01"] * 3_000 + ["2026-05-31"] * 3_000, "price": "5"})
    most = 8 * (3_000 * (copies * 1_096 + ahead) + 4 * 1_000 * ahead) / 0.85 / 1_000_000
    asked = {"copies": copies, "ahead": ahead}
    found = read_prices(years, date(2026, 5, 31), **asked, reading_mb=ceil(most))
    assert found.panel.prices.shape == (3_000, 1_096)
    with pytest.raises(InputError, match="ALMAZARA_READING_MB"):
        read_prices(years, date(2026, 5, 31), **asked, reading_mb=int(most))


@pytest.mark.parametrize("command", ["forecast", "advise"])
def test_a_small_file_of_many_series_years_apart_is_refused_before_its_panel_is_made(tmp_path, monkeypatch, command):
    monkeypatch.setenv("ALMAZARA_READING_MB", "200")
    source, days = tmp_path / "in.csv", ("2023-06-01", "2026-05-31")
    source.write_text("series_id,date,price\n" + "".join(f"s{n},{day},5\n" for n in range(60_000) for day in days))
    asked = ["prices", command, "--input", str(source), "--cutoff", "2026-05-31", "--output", str(tmp_path / "o.csv")]
    refused = CliRunner().invoke(app, asked)
    assert isinstance(refused.exception, InputError)
    assert "60,000 series" in str(refused.exception)
    assert not (tmp_path / "o.csv").exists()


def test_a_panel_that_is_filled_forward_in_slices_is_the_same(monkeypatch):
    given = table(*(rows(name, [5, 6 + i], every=1 + i) for i, name in enumerate("abcde")))
    whole = read_prices(given, CUTOFF).panel
    monkeypatch.setattr(batch, "_AT_ONCE", 2)
    assert np.array_equal(read_prices(given, CUTOFF).panel.prices, whole.prices, equal_nan=True)


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_a_table_that_is_written_in_pieces_is_the_same(tmp_path, monkeypatch, name):
    source = tmp_path / "in.csv"
    source.write_bytes(table(*(rows(name, wavy) for name in "abcde")).write_csv().encode())
    asked = ["prices", "forecast", "--input", str(source), "--cutoff", str(CUTOFF), "--horizon", "5", "--output"]
    read, written = pl.read_csv if name.endswith("csv") else pl.read_parquet, []
    for most in (10**6, 1):
        monkeypatch.setattr(batch, "_ROWS_AT_ONCE", most)
        assert CliRunner().invoke(app, [*asked, str(tmp_path / name)]).exit_code == 0
        written.append(read(tmp_path / name))
    assert written[0].equals(written[1])
    assert written[0].columns == list(FORECAST_COLUMNS)


@pytest.mark.parametrize("line", ["a,2026-01-05,6,99", "a,2026-01-05,6,,99", 'a,2026-01-05,6,"",x,y,z'])
def test_a_row_of_more_cells_than_the_header_is_refused_since_its_price_may_be_cut_in_two(tmp_path, line):
    source = tmp_path / "in.csv"
    source.write_text(f"series_id,date,price\na,2026-01-04,5\nb,2026-01-04\nb,2026-01-05,7,\n{line}\n")
    found = read_prices(read_table(source), date(2026, 1, 5))
    assert found.refused_rows == {
        "more cells than the header: decimals take a point": 1,
        "the price is no positive number": 1,
    }
    assert found.panel.prices[:, -1].tolist() == [5, 7]


@pytest.mark.parametrize(
    ("content", "said"),
    [("series_id,date,price,date\na,2026-01-01,5,2026-01-02\n", "twice: date"), ("series_id,date,price\n", "no rows")],
)
def test_a_header_that_says_a_thing_twice_or_nothing_more_is_refused(tmp_path, content, said):
    source = tmp_path / "in.csv"
    source.write_text(content)
    with pytest.raises(InputError, match=said):
        read_table(source)


def test_a_file_that_is_no_table_is_refused(tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"\xff\xfe\x00not a table")
    asked = [
        "prices",
        "forecast",
        "--input",
        str(source),
        "--cutoff",
        "2026-01-01",
        "--output",
        str(tmp_path / "o.csv"),
    ]
    assert "no readable CSV" in str(CliRunner().invoke(app, asked).exception)
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("x" * 2_000_000, "a line of more than a million"),
        ('"' + "x\n" * 1_000_000 + '"', "a cell of more than a million"),
    ],
    ids=["line", "cell"],
)
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_line_or_cell_of_a_million_characters_is_refused(tmp_path, cell, said, packed):
    path = tmp_path / "long.csv"
    path.write_bytes(packed(f"series_id,date,price\n{cell},2026-01-01,1\n".encode()))
    with pytest.raises(InputError, match=said):
        read_table(path)


def test_a_series_id_that_each_row_of_the_output_would_repeat_is_refused_when_it_is_long():
    found = read_prices(table(rows("x" * 300, [1.0]), rows("y" * 301, [1.0])), CUTOFF)
    assert found.panel.names == ("x" * 300,)
    assert dict(found.refused_rows) == {"the series_id has more than 300 characters": 1}
    assert found.refused_series == {}

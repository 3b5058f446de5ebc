"""Advice for a file of histories: what it says, what it refuses, and that it sees nothing after the cutoff."""

import gzip
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from almazara.errors import InputError
from almazara.prices.adapters.advice_table import advise_file
from almazara.prices.advice_batch import advise_all
from almazara.prices.schema import Availability, Observation

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
CUTOFF = date(2025, 1, 31)


def observation(series, day, price, currency="EUR"):
    amount = None if price is None else Decimal(str(price))
    stock = Availability.UNAVAILABLE if price is None else Availability.IN_STOCK
    return Observation(series, FIRST + timedelta(days=day), stock, amount, currency if price else None)


def offered(series, phase=0, days=500):
    """Change events of a product at 10, and at 7 for a week out of five."""
    for day in range(-phase, days, 35):
        for at, price in ((day, 7.0), (day + 7, 10.0)):
            if at >= 0:
                yield observation(series, at, price)


def panel():
    return [one for number in range(20) for one in offered(f"s{number:02}", phase=number * 3)]


def test_each_series_has_one_row_with_a_price_to_wait_for_or_none():
    rows = advise_all(panel(), CUTOFF, 30)
    assert [row.series_id for row in rows] == [f"s{number:02}" for number in range(20)]
    waits = [row for row in rows if row.action == "wait"]
    assert 5 < len(waits) < 20
    assert all(row.price == 10 and row.target_price == 8.5 for row in waits)
    assert all(CUTOFF < row.until <= CUTOFF + timedelta(days=30) for row in waits)
    assert all(row.expected_saving > 0 for row in waits)
    assert [row.expected_saving for row in waits] == pytest.approx([row.expected_saving_percent / 10 for row in waits])
    bought = [row for row in rows if row.action == "buy"]
    assert {(row.target_price, row.until, row.expected_saving, row.chance_of_paying_more) for row in bought} == {
        (None, None, 0.0, 0.0)
    }


def test_what_comes_after_the_cutoff_is_not_seen():
    later = [observation(f"s{number:02}", 400, 1.0) for number in range(20)]
    begun_later = [observation("new", 450, 1.0)]
    before = [one for one in panel() if one.observed_at.date() <= CUTOFF]
    assert advise_all([*panel(), *later, *begun_later], CUTOFF, 30) == advise_all(before, CUTOFF, 30)


def test_the_order_of_the_rows_does_not_matter():
    assert advise_all(panel()[::-1], CUTOFF, 14) == advise_all(panel(), CUTOFF, 14)


def test_a_series_whose_currency_changed_begins_anew():
    changed = [observation("x", day, 10.0, "EUR") for day in range(380)] + [observation("x", 385, 1100.0, "JPY")]
    [row] = [row for row in advise_all([*panel(), *changed], CUTOFF, 30) if row.series_id == "x"]
    assert (row.action, row.price, row.why) == ("buy", 1100.0, "short_history")


def test_out_of_stock_on_the_cutoff_is_not_waited_for():
    rows = advise_all([*panel(), *offered("x", days=380), observation("x", 395, None)], CUTOFF, 30)
    assert [(row.action, row.price, row.why) for row in rows if row.series_id == "x"] == [("buy", None, "stale")]


@pytest.mark.parametrize("deadline", [0, 91])
def test_a_deadline_out_of_range_is_refused(deadline):
    with pytest.raises(InputError, match="1 to 90"):
        advise_all(panel(), CUTOFF, deadline)


def test_a_cutoff_before_every_series_is_refused():
    with pytest.raises(InputError, match="2020-01-01"):
        advise_all(panel(), date(2020, 1, 1), 30)


def test_a_file_is_read_and_its_bad_rows_are_counted(tmp_path):
    lines = [f"{one.listing_id},{one.observed_at:%Y-%m-%d},{one.price}" for one in panel()]
    source, target = tmp_path / "history.csv.gz", tmp_path / "advice.parquet"
    source.write_bytes(
        gzip.compress("\n".join(["series_id,date,price", *lines, "s01,2024-02-30,5", "s01,,x"]).encode())
    )
    rows, refused = advise_file(source, target, cutoff=CUTOFF, deadline_days=30)
    written = pl.read_parquet(target)
    assert refused == 2
    assert written["series_id"].to_list() == [row.series_id for row in rows]
    assert written.schema["until"] == pl.Date
    assert written["chance_of_paying_more"].is_between(0, 1).all()


def test_a_file_that_cannot_be_used_leaves_the_output_alone(tmp_path):
    source, target = tmp_path / "history.csv", tmp_path / "advice.parquet"
    source.write_text("day,cost\n2024-01-01,3\n")
    target.write_text("kept")
    with pytest.raises(InputError, match="series_id"):
        advise_file(source, target, cutoff=CUTOFF, deadline_days=30)
    assert target.read_text() == "kept"


@pytest.mark.real_data
def test_advice_on_real_prices_would_have_saved_and_seldom_paid_more(real_data, tmp_path):
    source = real_data / "prices" / "series" / "heissepreise_at_price_changes_2017_2023.csv.gz"
    cutoff, target = date(2023, 4, 1), tmp_path / "advice.parquet"
    rows, _ = advise_file(source, target, cutoff=cutoff, deadline_days=30)
    events = pl.read_csv(source).select("series_id", pl.col("date").str.slice(0, 10).str.to_date(), "price")
    saved = [_saved(row, events.filter(pl.col("series_id") == row.series_id)) for row in rows if row.action == "wait"]
    assert len(saved) > 20
    assert sum(saved) > 0
    assert sum(one < 0 for one in saved) <= 0.1 * len(rows)


def _saved(row, events):
    """What waiting brought, as a share of the price on the cutoff."""
    later = events.filter((pl.col("date") > row.cutoff) & (pl.col("date") <= row.until))["price"].to_list()
    paid = next((price for price in later if price <= row.target_price), later[-1] if later else row.price)
    return 1 - paid / row.price

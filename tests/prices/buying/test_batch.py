"""Advice for a table of prices: what it says, what it refuses, and that it sees nothing after the cutoff."""

import gzip
from datetime import date, timedelta

import polars as pl
import pytest

from almazara.errors import InputError
from almazara.prices.buying.batch import ADVICE_SCHEMA, advise_batch, advise_file
from almazara.prices.forecasting.batch import read_prices
from waiting import no_progress

FIRST = date(2024, 1, 1)
CUTOFF = date(2025, 1, 31)


def row(series, day, price, currency="EUR"):
    return {"series_id": series, "date": str(FIRST + timedelta(days=day)), "price": str(price), "currency": currency}


def offered(series, phase=0, days=500):
    """Change events of a product at 10, and at 7 for a week out of five."""
    events = [(at, price) for day in range(-phase, days, 35) for at, price in ((day, 7.0), (day + 7, 10.0))]
    return [row(series, at, price) for at, price in events if at >= 0]


def panel():
    return [one for number in range(20) for one in offered(f"s{number:02}", phase=number * 3)]


def advised(rows, deadline=30, cutoff=CUTOFF):
    return advise_batch(read_prices(pl.DataFrame(rows), cutoff).panel, cutoff, deadline)


def test_each_series_has_one_row_with_a_price_to_wait_for_or_none():
    table = advised(panel())
    assert table["series_id"].to_list() == [f"s{number:02}" for number in range(20)]
    waits = table.filter(pl.col("action") == "wait")
    assert 5 < waits.height < 20
    assert waits.select("price", "target_price").unique().rows() == [(10.0, 8.5)]
    assert waits["until"].is_between(CUTOFF, CUTOFF + timedelta(days=30), closed="right").all()
    assert (waits["expected_saving"] > 0).all()
    assert (waits["expected_saving"] * 10).to_list() == pytest.approx(waits["expected_saving_percent"].to_list())
    assert waits["chance_of_paying_more"].is_between(0, 1).all()
    bought = table.filter(pl.col("action") == "buy").drop("series_id", "price", "why")
    assert bought.unique().rows() == [(CUTOFF, "buy", None, None, 0.0, 0.0, 0.0)]


def taxed(days_before):
    """The same products of a shop that has passed on a tax of 4 %, some days before the cutoff."""
    first = (CUTOFF - FIRST).days - days_before
    rows = [dict(one, series_id=f"shop:{one['series_id']}") for one in panel()]
    paid = {}
    for one in rows:
        price = float(one["price"])
        if one["date"] <= str(FIRST + timedelta(days=first)):
            paid[one["series_id"]] = price
        else:
            one["price"] = str(price * 1.04)
    return rows + [row(name, first, price * 1.04) for name, price in paid.items()]


def test_a_tax_that_a_whole_shop_passed_on_is_no_reason_to_wait():
    plain, moved = advised(panel()), advised(taxed(days_before=1))
    assert moved["action"].to_list() == plain["action"].to_list()
    assert moved["chance_of_paying_more"].to_list() == pytest.approx(plain["chance_of_paying_more"].to_list())
    waits = moved["target_price"].drop_nulls().unique().to_list()
    assert waits == pytest.approx([8.5 * 1.04])


def test_while_a_whole_shop_is_on_offer_its_lowest_prices_are_bought():
    first = (CUTOFF - FIRST).days - 3
    rows = [dict(one, series_id=f"shop:{one['series_id']}") for one in panel() if one["date"] <= str(CUTOFF)]
    paid = {one["series_id"]: float(one["price"]) for one in rows if one["date"] <= str(FIRST + timedelta(days=first))}
    table = advised(rows + [row(name, first, price * 0.6) for name, price in paid.items()])
    cheapest = table.filter(pl.col("price") < 6.5)  # 10 or 7, less 40 %
    assert cheapest.height >= 18  # two would have changed on that day anyway
    assert set(cheapest["action"]) == {"buy"}


def test_a_file_of_one_day_and_announced_moves_are_advised_on(tmp_path):
    events = tmp_path / "events.csv"
    events.write_text(f"date,factor\n{CUTOFF},1.1\n")
    assert written([row("a", (CUTOFF - FIRST).days, 5.0)], tmp_path, events=events).unknown == 1


def test_before_an_announced_rise_one_buys_and_rows_that_say_nothing_are_counted(tmp_path):
    events = tmp_path / "events.csv"
    events.write_text(f"date,factor,group\n{CUTOFF + timedelta(days=1)},1.1,\n2025-13-01,1.1,\n2025-02-03,1.1,nobody\n")
    report = written(panel(), tmp_path, events=events)
    assert (report.wait, report.buy, sum(report.refused_events.values())) == (0, 20, 2)
    whys = set(pl.read_parquet(tmp_path / "advice.parquet")["why"])
    assert whys == {"rise_announced"}


def test_what_comes_after_the_cutoff_is_not_seen():
    later = [row(f"s{number:02}", 400, 1.0) for number in range(20)]
    before = [one for one in panel() if one["date"] <= str(CUTOFF)]
    assert advised([*panel(), *later, row("new", 450, 1.0)]).equals(advised(before))


def test_the_order_of_the_rows_does_not_matter():
    assert advised(panel()[::-1], 14).equals(advised(panel(), 14))


def test_a_series_in_two_currencies_is_refused_and_the_others_are_not(tmp_path):
    report = written([*panel(), row("x", 1, 10), row("x", 2, 1000, "JPY")], tmp_path)
    assert list(report.refused_series) == ["x"]
    assert report.wait + report.buy == 20


def written(rows, folder, **asked):
    source, target = folder / "history.csv", folder / "advice.parquet"
    pl.DataFrame(rows).write_csv(source)
    return advise_file(source, target, cutoff=CUTOFF, deadline_days=30, progress=no_progress, **asked)


@pytest.mark.parametrize("deadline", [0, 91])
def test_a_deadline_out_of_range_is_refused(deadline):
    with pytest.raises(InputError, match="1 to 90"):
        advised(panel(), deadline)


def test_a_cutoff_before_every_series_advises_on_none():
    table = advised(panel(), cutoff=date(2020, 1, 1))
    assert (table.height, dict(table.schema)) == (0, ADVICE_SCHEMA)


def test_a_zipped_file_is_read_and_its_bad_rows_are_counted(tmp_path):
    lines = [f"{one['series_id']},{one['date']},{one['price']}" for one in panel()]
    source, target = tmp_path / "history.csv.gz", tmp_path / "advice.parquet"
    source.write_bytes(
        gzip.compress("\n".join(["series_id,date,price", *lines, "s01,2024-02-30,5", "s01,,x"]).encode())
    )
    report = advise_file(source, target, cutoff=CUTOFF, deadline_days=30, progress=no_progress)
    assert sum(report.refused_rows.values()) == 2
    found = pl.read_parquet(target)
    assert found.height == report.wait + report.buy == 20
    assert dict(found.schema) == ADVICE_SCHEMA


def test_a_file_that_cannot_be_used_leaves_the_output_alone(tmp_path):
    source, target = tmp_path / "history.csv", tmp_path / "advice.parquet"
    source.write_text("day,cost\n2024-01-01,3\n")
    target.write_text("kept")
    with pytest.raises(InputError, match="series_id"):
        advise_file(source, target, cutoff=CUTOFF, deadline_days=30, progress=no_progress)
    assert target.read_text() == "kept"


@pytest.mark.real_data
def test_advice_on_real_prices_would_have_saved_and_seldom_paid_more(real_data, tmp_path):
    source = real_data / "prices" / "series" / "heissepreise_at_price_changes_2017_2023.csv.gz"
    cutoff, target = date(2023, 4, 1), tmp_path / "advice.parquet"
    advise_file(source, target, cutoff=cutoff, deadline_days=30, progress=no_progress)
    found = pl.read_parquet(target)
    events = pl.read_csv(source).select("series_id", pl.col("date").str.slice(0, 10).str.to_date(), "price")
    saved = [
        saving(one, events.filter(pl.col("series_id") == one["series_id"]))
        for one in found.filter(pl.col("action") == "wait").iter_rows(named=True)
    ]
    assert len(saved) > 20
    assert sum(saved) > 0
    assert sum(one < 0 for one in saved) <= 0.1 * found.height


def saving(advice, events):
    """What waiting brought, as a share of the price on the cutoff."""
    later = events.filter(pl.col("date") > advice["cutoff"], pl.col("date") <= advice["until"])["price"].to_list()
    reached = [price for price in later if price <= advice["target_price"]]
    return 1 - [*reached[:1], *later[::-1], advice["price"]][0] / advice["price"]

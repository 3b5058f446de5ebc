"""Importing and exporting price histories: what goes in, what is refused, what a file that lies does."""

import csv
import dataclasses
import gzip
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.prices.exchange import files, readers
from almazara.prices.exchange.files import export_file, import_file
from almazara.prices.exchange.rows import TIDY_SCHEMA, Defaults, Entry, Refusal, TidyTable, tidy_row, tidy_texts
from almazara.prices.schema import Availability, Listing, Observation
from almazara.prices.store.registry import store_at
from observation_strategies import observations
from profiles import NIGHTLY

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OIL = "amazon.es:B00OIL"
MOMENTS_OF_SHOPS = st.datetimes(datetime(1972, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
LARGE = 40_000  # bytes; two files take longer than all others together
HEADER = "listing_id,observed_at,price,currency,availability\n"


@pytest.fixture
def store(tmp_path):
    opened = store_at(f"sqlite:///{tmp_path}/prices.db")
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path):
    opened = store_at(f"sqlite:///{tmp_path}/other.db")
    yield opened
    opened.close()


@pytest.fixture
def load(store, tmp_path):
    """Write a text (or bytes) to a file and import it."""

    def load(content, name="prices.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(store, path, now=NOW, **options)

    return load


def counts(report):
    assert report.read == report.imported + report.already_there + report.held + report.refused
    return report.read, report.imported, report.already_there, report.refused


def seen(price, when="2024-06-30T10:00:00+00:00", **more):
    kept = {"rule": "import", "source": "import"} | more
    return Observation(OIL, datetime.fromisoformat(when), Availability.IN_STOCK, Decimal(price), "EUR", **kept)


def test_a_csv_of_our_own_columns_goes_in(load, store):
    report = load(
        "listing_id,observed_at,price,currency,availability,list_price,seller,title,category\n"
        f'{OIL},2024-06-30T12:00:00+02:00,24.90,EUR,in_stock,29.90,"Núñez, S.L.",Aceite 5 l,olive-oil\n'
        f"{OIL},2024-07-01T10:00:00+00:00,,,unavailable,,,,\n"
    )
    assert counts(report) == (2, 2, 0, 0)
    out = Observation(OIL, datetime(2024, 7, 1, 10, tzinfo=UTC), Availability.UNAVAILABLE)
    first = seen("24.90", list_price=Decimal("29.90"), seller="Núñez, S.L.")
    assert store.history(OIL) == [first, dataclasses.replace(out, rule="import", source="import")]
    about = {"tracked": False, "litres": Decimal(5), "created_at": NOW}
    expected = Listing(OIL, "amazon.es", "B00OIL", "", "Aceite 5 l", "olive-oil", **about)
    assert store.listings() == [expected]


def test_change_events_with_series_and_date_go_in_as_midnights_of_utc(load, store):
    report = load(
        "series_id,date,price,currency,title\n"
        "shop:1,2024-06-30,5.00,GBP,Butter\n"
        "shop:1,2024-06-30T10:30:00,4.5,GBP,Butter\n"
        "WORLD,1990-01-01,2972.682,USD,World\n"
    )
    assert counts(report) == (3, 3, 0, 0)
    assert [(o.observed_at.isoformat(), str(o.price)) for o in store.history("shop:1")] == [
        ("2024-06-30T00:00:00+00:00", "5.00"),
        ("2024-06-30T10:30:00+00:00", "4.50"),
    ]
    assert (store.listing("WORLD").shop, store.listing("WORLD").sku) == ("import", "WORLD")


def test_what_is_there_already_is_counted_and_left_alone(load, store):
    rows = HEADER + f"{OIL},2024-06-30T10:00:00Z,24.90,EUR,in_stock\n"
    assert counts(load(rows)) == (1, 1, 0, 0)
    again = rows.replace("24.90", "1.00") + f"{OIL},2024-07-01T10:00:00Z,23.90,EUR,in_stock\n"
    assert counts(load(again)) == (2, 1, 1, 0)
    assert [o.price for o in store.history(OIL)] == [Decimal("24.90"), Decimal("23.90")]


def test_an_import_does_not_replace_a_listing_that_is_tracked(load, store):
    mine = Listing(OIL, "amazon.es", "B00OIL", "https://www.amazon.es/dp/B00OIL", "Mine", "oil")
    store.save_listing(mine)
    report = load(HEADER + f"{OIL},2024-06-30T10:00:00Z,24.90,EUR,in_stock\n")
    assert (report.listings, store.listings()) == (0, [mine])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{oil},2024-06-30,NaN,EUR,in_stock", "no plain number"),
        ("{oil},2024-06-30,nan,EUR,", "no plain number"),
        ("{oil},2024-06-30,Infinity,EUR,in_stock", "no plain number"),
        ("{oil},2024-06-30,-5.00,EUR,in_stock", "positive"),
        ("{oil},2024-06-30,0.00,EUR,in_stock", "positive"),
        ("{oil},2024-06-30,,EUR,in_stock", "must have a price"),
        ("{oil},2024-06-30,,EUR,", "price is empty"),
        ("{oil},2024-06-30,5.00,EUR,unavailable", "must have a price"),
        ('{oil},2024-06-30,"5,999",EUR,in_stock', "no plain number"),
        ('{oil},2024-06-30,"1.005,99",EUR,in_stock', "no plain number"),
        ("{oil},2024-06-30,5.99 €,EUR,in_stock", "no plain number"),
        ("{oil},2024-06-30,1e3,EUR,in_stock", "no plain number"),
        ("{oil},2024-06-30,5.99,,in_stock", "ISO 4217"),
        ("{oil},2024-06-30,5.99,XYZ,in_stock", "ISO 4217"),
        ("{oil},30/06/2024,5.99,EUR,in_stock", "no date"),
        ("{oil},2024-02-30,5.99,EUR,in_stock", "no date"),
        ("{oil},,5.99,EUR,in_stock", "no date"),
        ("{oil},2024-06-30T10:00:00,5.99,EUR,in_stock", "no time zone"),
        ("{oil},2024-06-30,5.99,EUR,sold", "availability"),
        (",2024-06-30,5.99,EUR,in_stock", "listing_id"),
        ("{oil},2024-06-30,5.99,EUR,in_stock,", "6 cells"),
        ("{oil},2024-06-30,5.99,EUR", "4 cells"),
        ("{oil},2024-06-30,5.9999999999999,EUR,in_stock", "decimals"),
        ("{oil},2024-06-30,9999999999999999,EUR,in_stock", "digits"),
    ],
)
def test_a_row_that_cannot_be_read_surely_is_refused_with_its_line_and_the_rest_goes_in(load, store, row, reason):
    good = f"{OIL},2024-07-01,5.99,EUR,in_stock\n"
    report = load(HEADER + good + row.format(oil=OIL) + "\n" + good.replace("07-01", "07-02"))
    assert counts(report) == (3, 2, 0, 1)
    assert report.refusals[0].line == 3
    assert reason in report.refusals[0].reason
    assert store.count(OIL) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file_after_empty_ones_and_cells_of_several(load, end, monkeypatch):
    monkeypatch.setattr(readers, "_CHUNK", 7)
    monkeypatch.setattr(readers, "_LINES", 2)
    rows = [f"{OIL},2024-07-0{day},5.99,EUR,in_stock" for day in (1, 2, 3, 4)]
    told = [
        HEADER.strip(),
        "",
        rows[0],
        f'{OIL},2024-08-01,"5{end}99",EUR,in_stock',
        rows[1],
        "",
        rows[2],
        "x",
        rows[3],
    ]
    report = load(end.join(told))
    assert counts(report) == (6, 4, 0, 2)
    assert [refusal.line for refusal in report.refusals] == [5, 9]


def test_only_the_first_hundred_refusals_are_named(load):
    report = load(HEADER + f"{OIL},2024-07-01,NaN,EUR,in_stock\n" * 250)
    assert (report.refused, len(report.refusals)) == (250, 100)


def test_a_file_without_currency_needs_one_from_the_user(load, store):
    text = "series_id,date,price\nshop:1,2024-06-30,5.00\n"
    with pytest.raises(InputError, match="currency"):
        load(text)
    assert counts(load(text, defaults=Defaults("EUR", "olive-oil"))) == (1, 1, 0, 0)
    assert store.listing("shop:1").category == "olive-oil"


GOOD_CSV = HEADER + f"{OIL},2024-07-01,5.99,EUR,in_stock\n"
KEEPA = {"asin": "B00OIL", "domainId": 9, "title": "Aceite", "csv": [[7000000, 2490, 7000060, -1], None]}
HEISSE = {
    "store": "billa",
    "id": "00-1",
    "name": "Öl",
    "price": 5.99,
    "unit": "ml",
    "quantity": 750,
    "priceHistory": [{"date": "2024-02-01", "price": 5.99}, {"date": "2024-01-01", "price": 4.5}],
}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "prices.csv"),
        (b"\x89PNG\r\n\x1a\n\0\0", "prices.csv"),
        (b"<html><body>Not found</body></html>", "prices.csv"),
        (b"fecha;precio\n2024-01-01;5\n", "prices.csv"),
        (GOOD_CSV.encode() + b"\xff\xfe", "prices.csv"),
        (GOOD_CSV.encode() + b'"never closed', "prices.csv"),
        (GOOD_CSV.encode() + b"x" * 1_200_000, "prices.csv"),
        (gzip.compress(GOOD_CSV.encode() * 100)[:-20], "prices.csv.gz"),
        (b"listing_id,listing_id,observed_at,price,currency\n", "prices.csv"),
        (GOOD_CSV.encode(), "prices.parquet"),
        (b"PAR1" + b"\0" * 50 + b"PAR1", "prices.parquet"),
        (GOOD_CSV.encode(), "prices.json"),
        (json.dumps([KEEPA, KEEPA]).encode()[:-30], "prices.json"),
        (json.dumps([HEISSE]).encode() + b"]", "prices.json"),
        (json.dumps([HEISSE, 5]).encode(), "prices.json"),
        (b"[" * 100_000, "prices.json"),
        (b"[]", "prices.json"),
        (GOOD_CSV.encode(), "prices.xlsx"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_an_error_and_changes_nothing(load, store, content, name):
    with pytest.raises(InputError):
        load(content, name)
    assert (store.latest(), store.listings()) == ({}, [])


def test_a_gzip_file_that_unpacks_to_hundreds_of_times_its_size_is_refused(load, store):
    with pytest.raises(InputError, match="unpacks to more than 250 times its size"):
        load(gzip.compress(GOOD_CSV.encode() + b"a,2024-01-01,5,EUR\n" * 4_000_000), "prices.csv.gz")
    assert store.listings() == []


def test_a_row_that_goes_on_over_many_lines_is_refused(load):
    with pytest.raises(InputError, match="a line of more than a million characters"):
        load(GOOD_CSV.encode() + b'"a\n",' * 2_000_000, "prices.csv")


@pytest.mark.parametrize("value", [b"[],", b'{"a":1},', b"1.5,", b'"ab",'])
def test_json_whose_values_take_far_more_memory_than_itself_is_refused(load, value):
    with pytest.raises(InputError, match="millions of values"):
        load(b'[{"csv":[' + value * (60_000_000 // len(value)) + b"1]}]", "prices.json")


@pytest.mark.parametrize(
    "number", ["1e99999999999999999999", "-1.5e-99999999999999999999", "1.0E+99999999999999999999"]
)
def test_a_number_of_json_that_no_number_can_be_is_refused_in_a_sentence(load, store, number):
    item = f'[{{"store":"spar","id":"1","name":"Olive Oil","priceHistory":[{{"date":"2024-01-01","price":{number}}}]}}]'
    with pytest.raises(InputError, match=re.escape(f"{number} is no number that can be read")):
        load(item.encode(), "prices.json")
    assert store.listings() == []


@pytest.mark.parametrize("number", ["1e999999", "1e-999999", "NaN", "Infinity", "-5.00"])
def test_a_number_of_json_that_no_price_can_be_is_a_refused_row(load, store, number):
    item = {"store": "spar", "id": "1", "name": "Olive Oil", "unit": "ml", "quantity": 0}
    item["priceHistory"] = [{"date": "2024-01-01", "price": 0}]
    report = load(json.dumps([item]).replace(": 0", f": {number}").encode(), "prices.json")
    assert report.refused == 1
    assert store.latest() == {}


@pytest.mark.server
def test_parquet_that_takes_more_memory_than_it_may_is_refused(store, tmp_path):
    cells = {"listing_id": "a", "date": "2024-01-01", "price": 5.0, "currency": "EUR"}
    columns = {name: pl.repeat(cell, 20_000_000) for name, cell in cells.items()}
    pl.select(**columns).write_parquet(tmp_path / "prices.parquet", row_group_size=20_000_000)
    with pytest.raises(InputError, match=r"Reading prices\.parquet takes more than 400 MB of memory"):
        import_file(store, tmp_path / "prices.parquet", now=NOW, reading_mb=400)
    assert store.listings() == []


@pytest.mark.server
def test_parquet_with_a_cell_that_no_table_of_prices_has_is_refused(store, tmp_path):
    row = {"listing_id": ["x" * 2_000_000], "date": ["2024-01-01"], "price": [5.0], "currency": ["EUR"]}
    pl.DataFrame(row).write_parquet(tmp_path / "prices.parquet")
    with pytest.raises(InputError, match="a cell of 2 MB"):
        import_file(store, tmp_path / "prices.parquet", now=NOW)


def test_a_file_that_is_not_there_is_an_error(store, tmp_path):
    with pytest.raises(InputError, match="No such file"):
        import_file(store, tmp_path / "none.csv", now=NOW)


def test_an_unknown_format_is_an_error(load):
    with pytest.raises(InputError, match="not known"):
        load(GOOD_CSV, file_format="excel")


def test_a_gzip_file_and_a_byte_order_mark_are_read(load):
    assert counts(load(gzip.compress(b"\xef\xbb\xbf" + GOOD_CSV.encode()), "prices.csv.gz")) == (1, 1, 0, 0)


def test_parquet_takes_decimals_floats_and_dates_and_refuses_nan(load, store, tmp_path):
    frame = pl.DataFrame(
        {
            "series_id": [OIL, OIL, OIL],
            "date": [date(2024, 6, 30), date(2024, 7, 1), date(2024, 7, 2)],
            "price": [24.9, float("nan"), 23.95],
            "currency": ["EUR", "EUR", "EUR"],
        }
    )
    for number, dtype in enumerate([pl.Float64, pl.Float32]):
        frame.with_columns(pl.col("price").cast(dtype)).write_parquet(tmp_path / f"{number}.parquet")
        report = import_file(store, tmp_path / f"{number}.parquet", now=NOW)
        assert (report.read, report.refused, report.refusals[0].line) == (3, 1, 2)
        assert [str(o.price) for o in store.history(OIL)] == ["24.90", "23.95"]


def test_parquet_moments_without_time_zone_are_refused_where_they_should_have_one(store, tmp_path):
    frame = pl.DataFrame(
        {"listing_id": [OIL], "observed_at": [datetime(2024, 6, 30)], "price": ["5.99"], "currency": ["EUR"]}  # noqa: DTZ001
    )
    frame.write_parquet(tmp_path / "prices.parquet")
    assert "no time zone" in import_file(store, tmp_path / "prices.parquet", now=NOW).refusals[0].reason


def test_a_column_of_lists_is_an_error_and_changes_nothing(store, tmp_path):
    row = {"listing_id": [OIL], "date": ["2024-06-30"], "price": [[5.99]], "currency": ["EUR"]}
    pl.DataFrame(row).write_parquet(tmp_path / "prices.parquet")
    with pytest.raises(InputError, match="Parquet"):
        import_file(store, tmp_path / "prices.parquet", now=NOW)
    assert store.latest() == {}


def test_moments_of_parquet_are_of_their_time_zone_to_the_microsecond(store, tmp_path):
    moments = pl.Series([datetime(2024, 6, 30, 10, 0, 0, 123456)]).dt.replace_time_zone("Europe/Madrid")  # noqa: DTZ001
    row = {"listing_id": [OIL], "observed_at": moments, "price": ["5.99"], "currency": ["EUR"]}
    pl.DataFrame(row).write_parquet(tmp_path / "prices.parquet")
    import_file(store, tmp_path / "prices.parquet", now=NOW)
    assert store.latest()[OIL].observed_at == datetime(2024, 6, 30, 8, 0, 0, 123456, tzinfo=UTC)


def test_a_product_of_keepa_is_read_with_its_minutes_and_cents(load, store):
    assert counts(load(json.dumps({"products": [KEEPA]}), "keepa.json")) == (2, 2, 0, 0)
    first, second = store.history(OIL)
    assert first.observed_at.timestamp() == (7000000 + 21564000) * 60
    assert (first.price, first.currency) == (Decimal("24.90"), "EUR")
    assert second.availability is Availability.UNAVAILABLE
    assert store.listing(OIL).url == "https://www.amazon.es/dp/B00OIL"


def test_yen_have_no_cents(load, store):
    load(json.dumps([{**KEEPA, "domainId": 5, "csv": [7000000, 1980]}]), "keepa.json")
    assert store.latest()["amazon.co.jp:B00OIL"].price == Decimal(1980)


@pytest.mark.parametrize(
    "change",
    [
        {"domainId": None},
        {"domainId": 99},
        {"asin": ""},
        {"csv": "none"},
        {"csv": [[1]]},
        {"csv": [[1, -2]]},
        {"csv": [[1, 5.5]]},
        {"csv": [[1, None]]},
        {"csv": [[-1, 5]]},
        {"csv": [["1", 5]]},
        {"csv": [[10**18, 5]]},
        {"csv": [[8_000_000 * 10, 5]]},
    ],
)
def test_what_is_wrong_in_a_product_of_keepa_is_refused(load, change):
    assert counts(load(json.dumps([{**KEEPA, **change}]), "keepa.json")) == (1, 0, 0, 1)


def test_a_product_that_amazon_never_offered_has_no_history(load):
    assert counts(load(json.dumps([{**KEEPA, "csv": [None, [1, 2]]}]), "keepa.json")) == (0, 0, 0, 0)


def test_a_file_without_prices_says_so(load):
    [note] = load(json.dumps([{**KEEPA, "csv": []}]), "keepa.json").notes
    assert "B00OIL" in note.text
    [note] = load(json.dumps([{**HEISSE, "priceHistory": []}]), "heisse.json").notes
    assert "empty" in note.text
    [note] = load("[]", "keepa.json", file_format="keepa").notes
    assert "no prices" in note.text


@pytest.mark.parametrize(
    ("name", "quantity", "litres"),
    [
        ("Olivenöl 750 ml", 750, "0.75"),
        ("Olivenöl 2 x 500 ml", 1000, "1"),
        ("Olivenöl 1 Liter", 750, None),
        ("Olivenöl 6 x 750 ml", 750, None),
        ("Öl", 1125, "1.125"),
    ],
)
def test_litres_of_a_quantity_count_where_the_name_says_nothing_else(load, store, name, quantity, litres):
    notes = load(json.dumps([{**HEISSE, "name": name, "quantity": quantity}]), "heisse.json").notes
    assert store.listing("billa:00-1").litres == (litres and Decimal(litres))
    assert bool(notes) == (litres is None)


def of_days(*prices, first=date(2025, 12, 1)):
    """A CSV of one price a day."""
    days = ((first + timedelta(days=number)).isoformat() for number in range(len(prices)))
    return "listing_id,date,price,currency\n" + "".join(
        f"{OIL},{day},{price},EUR\n" for day, price in zip(days, prices, strict=True)
    )


def test_an_implausible_last_price_is_held_until_a_second_one_agrees(load, store):
    report = load(of_days("10", "10.5", "9999.99"))
    assert (report.imported, report.held, report.notes[0].line) == (2, 1, 4)
    assert "9999.99" in report.notes[0].text
    assert store.latest()[OIL].price == Decimal("10.50")
    assert store.document("held", OIL)["reading"]["price"] == "9999.99"
    again = load(of_days("10", "10.5", "9999.99"))
    assert (again.imported, again.already_there, again.held) == (0, 2, 1)
    confirmed = load(of_days("9999.99", first=date(2025, 12, 4)))
    assert (confirmed.imported, confirmed.held) == (1, 0)
    assert [str(one.price) for one in store.history(OIL)] == ["10.00", "10.50", "9999.99", "9999.99"]
    assert store.document("held", OIL) is None


def test_a_price_after_a_held_one_that_fits_lets_go_of_it(load, store):
    load(of_days("10", "9999.99"))
    assert load(of_days("10.2", first=date(2025, 12, 4))).imported == 1
    assert store.document("held", OIL) is None


def test_rows_may_come_newest_first_and_be_repeated(load, store):
    lines = of_days("10", "10.5", "11").splitlines()
    report = load("\n".join([lines[0], lines[3], lines[3].replace("11", "12"), lines[2], lines[1]]))
    assert counts(report) == (4, 3, 1, 0)
    assert [str(one.price) for one in store.history(OIL)] == ["10.00", "10.50", "11.00"]


@pytest.mark.parametrize("kept", range(5))
def test_an_import_that_breaks_off_anywhere_is_repeated_and_is_whole(store, other, tmp_path, monkeypatch, kept):
    """Days of three products in no order, one of them twice; the last price of one is held."""
    monkeypatch.setattr(files, "_BATCH", 3)
    days = [(f"s:{n % 3}", f"2025-12-{1 + (n * 5) % 11:02}", f"{9 + n % 2}.50") for n in range(15)]
    rows = [*days, ("s:0", "2025-12-30", "9999.99"), (*days[4][:2], "1.00")]
    path = tmp_path / "prices.csv"
    path.write_text("listing_id,date,price\n" + "".join(f"{','.join(row)}\n" for row in rows))
    euros = {"now": NOW, "defaults": Defaults("EUR")}
    whole = import_file(other, path, **euros)
    calls, append = iter(range(9)), store.append

    def breaking(observations):
        if next(calls) == kept:
            raise UnavailableError("The connection was lost.")
        return append(observations)

    store.append = breaking
    with pytest.raises(UnavailableError):
        import_file(store, path, **euros)
    store.append = append
    again = import_file(store, path, **euros)
    assert (again.held, again.imported + again.already_there) == (1, whole.imported + whole.already_there)
    assert store.histories(["s:0", "s:1", "s:2"]) == other.histories(["s:0", "s:1", "s:2"])
    assert (store.listings(), store.documents("held")) == (other.listings(), other.documents("held"))


@pytest.mark.parametrize("moment", ["9999-12-31", "2026-01-03", "1970-01-01", "0001-01-01"])
def test_a_moment_that_cannot_be_one_of_a_reading_is_refused_with_its_line(load, store, moment):
    report = load(f"listing_id,date,price,currency\n{OIL},2025-12-31,5,EUR\n{OIL},{moment},5,EUR\n")
    assert counts(report) == (2, 1, 0, 1)
    assert report.refusals[0].line == 3
    assert moment in report.refusals[0].reason


def test_a_moment_of_a_calendar_that_is_a_day_ahead_is_no_future(load):
    assert load(f"listing_id,date,price,currency\n{OIL},2026-01-02,5,EUR\n").imported == 1


def test_items_of_heisse_preise_are_read_oldest_first_with_their_litres(load, store):
    wrong = {**HEISSE, "id": "2", "priceHistory": [{"date": "2024-02-01", "price": None}, 7, "EXP"]}
    text = json.dumps([HEISSE, wrong, {**HEISSE, "priceHistory": None}], indent=2)
    report = load(text.replace('"EXP"', '{"date": "2024-03-01", "price": 1e3}'), "heisse.json")
    assert counts(report) == (6, 2, 0, 4)
    assert [(o.observed_at.date().isoformat(), str(o.price)) for o in store.history("billa:00-1")] == [
        ("2024-01-01", "4.50"),
        ("2024-02-01", "5.99"),
    ]
    assert store.listing("billa:00-1").litres == Decimal("0.75")


def test_a_long_list_of_items_is_read_in_pieces(load):
    items = [{**HEISSE, "id": str(number), "description": "x" * 500} for number in range(400)]
    assert counts(load(json.dumps(items), "heisse.json")) == (800, 800, 0, 0)


@given(observations())
def test_the_cells_of_any_observation_are_read_as_what_was_written(observation):
    file = io.StringIO(newline="")
    listing = Listing(observation.listing_id, shop="", sku="", url="")
    csv.writer(file).writerow(tidy_texts(tidy_row(observation, listing)))
    cells = next(csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True))
    read = TidyTable(list(TIDY_SCHEMA), Defaults()).read(1, cells)
    assert isinstance(read, Entry), read
    assert read.observation == as_imported(observation)


def cells():
    """What a cell of a column may hold: what such columns hold, or anything."""
    near = {
        "observed_at": st.datetimes().map(str) | st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"]),
        "price": st.decimals(allow_nan=True).map(str) | st.sampled_from(["1e3", "٣", "0x1", "1_0", "∞"]),
        "currency": st.sampled_from(["EUR", "JPY", "eur", "XXX", "BTC"]),
        "named": st.just('[{"kind": "club", "price": "1"}]') | st.just("[[[[") | st.just('[{"kind": 1}]'),
    }
    return st.tuples(*(near.get(name, st.nothing()) | st.none() | st.text(max_size=30) for name in TIDY_SCHEMA))


@pytest.mark.fuzz
@given(st.lists(cells(), min_size=1, max_size=3))
def test_whatever_stands_in_the_cells_a_row_is_read_or_refused(rows):
    table = TidyTable(list(TIDY_SCHEMA), Defaults())
    for row in rows:
        read = table.read(1, row)
        assert isinstance(read, Refusal) or read.observation.price is None or read.observation.price > 0


def as_imported(o):
    """CSV knows no difference between nothing and an empty text."""
    return dataclasses.replace(o, seller=o.seller or None, rule=o.rule or "import", source=o.source or "import")


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(observations(moments=MOMENTS_OF_SHOPS), min_size=1, max_size=6))
def test_what_is_exported_and_imported_is_what_it_was(tmp_path_factory, file_format, batch):
    folder = tmp_path_factory.mktemp("exchange")
    store, other = store_at(f"sqlite:///{folder}/one.db"), store_at(f"sqlite:///{folder}/two.db")
    count = store.append(batch)
    assert export_file(store, folder / f"prices.{file_format}").written == count
    report = import_file(other, folder / f"prices.{file_format}", now=NOW)
    assert (report.read, report.imported + report.held, report.refused) == (count, count, 0)
    held = other.documents("held")
    for listing_id in store.latest():
        history = [as_imported(o) for o in store.history(listing_id)]
        assert other.history(listing_id) == history[: -1 if listing_id in held else None]
    store.close()
    other.close()


def test_a_title_that_a_spreadsheet_would_run_stays_as_it_is(store, other, tmp_path):
    title = '=HYPERLINK("http://x";"y")'
    store.save_listing(Listing(OIL, "amazon.es", "B00OIL", "", title))
    store.append([seen("5.99")])
    export_file(store, tmp_path / "prices.csv")
    import_file(other, tmp_path / "prices.csv", now=NOW)
    assert other.listing(OIL).title == title


@pytest.mark.parametrize("file_format", ["keepa", "heisse-preise"])
def test_histories_go_out_in_other_styles_and_come_back(store, other, tmp_path, file_format):
    prices = {"2024-06-29T00:00:00+00:00": "5.99", "2024-06-30T00:00:00+00:00": "6.49"}
    store.append([seen(price, when) for when, price in prices.items()])
    path = tmp_path / "histories.json"
    assert export_file(store, path, file_format=file_format).written == 2
    assert counts(import_file(other, path, now=NOW)) == (2, 2, 0, 0)
    assert [(o.observed_at.isoformat(), str(o.price)) for o in other.history(OIL)] == list(prices.items())


def test_what_a_style_cannot_hold_is_counted_as_left_out(store, tmp_path):
    store.append([seen("5.995"), dataclasses.replace(seen("5.99"), listing_id="carrefour.es:1")])
    store.append([seen("5.99", "2024-06-29T00:00:00+00:00")])
    report = export_file(store, tmp_path / "keepa.json", file_format="keepa")
    assert (report.written, report.left_out) == (1, 2)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"listing_ids": ["unknown:id", OIL]}, NotFoundError, "unknown:id"),
        ({"file_format": "keepa"}, InputError, "none of the 1 obs"),
        ({"end": NOW - timedelta(days=9999)}, InputError, "nothing to write"),
    ],
)
def test_what_cannot_be_exported_leaves_the_file_that_was_there(store, tmp_path, asked, error, said):
    path = tmp_path / ("prices.json" if "file_format" in asked else "prices.csv")
    path.write_text("before")
    store.append([seen("5.995")])
    with pytest.raises(error, match=said):
        export_file(store, path, **asked)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir() if path.name in file.name] == [path.name]


@pytest.mark.parametrize(
    ("name", "file_format"), [("prices.db", "csv"), ("prices.csv", "keepa"), ("prices", "parquet")]
)
def test_a_file_that_may_be_no_export_is_not_replaced_by_one(store, tmp_path, name, file_format):
    path = tmp_path / name
    path.write_text("before")
    store.append([seen("5.99")])
    with pytest.raises(InputError, match="may be no export"):
        export_file(store, path, file_format=file_format)
    assert path.read_text() == "before"


def test_an_export_may_be_of_some_listings_and_days(store, tmp_path):
    days = [seen("5.99", f"2024-06-{day}T00:00:00+00:00") for day in (10, 20, 30)]
    store.append([*days, dataclasses.replace(days[0], listing_id="carrefour.es:1")])
    start, end = days[1].observed_at, days[2].observed_at
    report = export_file(store, tmp_path / "some.csv", listing_ids=[OIL], start=start, end=end)
    assert report.written == 1


def test_a_failed_export_leaves_the_file_that_was_there(store, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("before")
    store.append([seen("5.99")])
    store.history = None  # the store breaks in the middle
    with pytest.raises(TypeError):
        export_file(store, path)
    assert path.read_text() == "before"
    assert sorted(p.name for p in tmp_path.iterdir() if "csv" in p.name) == ["prices.csv"]


def test_an_export_into_a_folder_that_is_not_there_is_an_error(store, tmp_path):
    with pytest.raises(UnavailableError):
        export_file(store, tmp_path / "none" / "prices.csv")


@pytest.mark.real_data
def test_the_real_series_go_in_whole_and_twice_changes_nothing(store, real_data):
    series = sorted((real_data / "prices" / "series").glob("*.csv.gz"))
    for path in series if NIGHTLY else [path for path in series if path.stat().st_size < LARGE]:
        report = import_file(store, path, now=NOW)
        assert report.imported > 0
        assert report.refused == 0, report.refusals[:3]
        again = import_file(store, path, now=NOW)
        assert (again.imported, again.already_there) == (0, report.imported + report.already_there)


SPANISH = "listing_id;date;price;currency;list_price\n"


def test_a_table_with_semicolons_decimal_commas_and_days_first_goes_in(load, store):
    report = load(SPANISH + f"{OIL};01/06/2024;24,95;EUR;29,9\n{OIL};13/06/2024;25;EUR;\n")
    assert counts(report) == (2, 2, 0, 0)
    assert [(one.observed_at.date().isoformat(), one.price, one.list_price) for one in store.history(OIL)] == [
        ("2024-06-01", Decimal("24.95"), Decimal("29.90")),
        ("2024-06-13", Decimal("25.00"), None),
    ]


def test_where_commas_mark_decimals_a_point_before_three_digits_may_mark_thousands_and_is_refused(load, store):
    report = load(SPANISH + f"{OIL};2024-06-01;1.250;EUR;\n{OIL};2024-06-02;24,95;EUR;\n{OIL};2024-06-03;25.50;EUR;\n")
    assert counts(report) == (3, 2, 0, 1)
    assert [one.price for one in store.history(OIL)] == [Decimal("24.95"), Decimal("25.50")]


@pytest.mark.parametrize(
    ("days", "read"),
    [
        (["01/06/2024", "06/13/2024"], ["2024-01-06", "2024-06-13"]),
        (["1.6.2024", "13.6.2024"], ["2024-06-01", "2024-06-13"]),
        (["01-06-2024", "13-06-2024"], ["2024-06-01", "2024-06-13"]),
        (["05/05/2024", "06/06/2024"], ["2024-05-05", "2024-06-06"]),
        (["01/06/2024"] * 300 + ["13/06/2024"], ["2024-06-01", "2024-06-13"]),
    ],
)
def test_one_day_above_twelve_says_what_stands_first_in_all_dates(load, store, days, read):
    load(SPANISH + "".join(f"{OIL};{day};24,95;EUR;\n" for day in days))
    assert [one.observed_at.date().isoformat() for one in store.history(OIL)] == read


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (["01/06/2024", "05/05/2024"], "whether 01/06/2024 begins with the day or the month: write dates like 2026"),
        (["13/06/2024", "06/13/2024"], r"day first and with the month first \(13/06/2024, 06/13/2024\): write"),
    ],
)
def test_dates_that_can_be_read_both_ways_are_refused_before_anything_is_changed(load, store, days, reason):
    with pytest.raises(InputError, match=reason):
        load(SPANISH + "".join(f"{OIL};{day};24,95;EUR;\n" for day in days))
    assert store.listings() == []


def test_a_date_with_its_year_last_among_others_is_refused_alone(load, store):
    report = load(SPANISH + f"{OIL};2024-06-01;24,95;EUR;\n{OIL};13/06/2024;25;EUR;\n{OIL};31/02/2024;25;EUR;\n")
    assert counts(report) == (3, 1, 0, 2)
    load(SPANISH + f"{OIL};31/02/2024;25;EUR;\n{OIL};30/06/2024;25;EUR;\n")
    assert [one.observed_at.day for one in store.history(OIL)] == [1, 30]

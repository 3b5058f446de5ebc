"""One row of a tidy table: what it names is kept."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.exchange import rows
from almazara.prices.exchange.rows import Defaults, Entry, Refusal, TidyTable

ROW = {"listing_id": "shop:1", "date": "2026-03-01", "price": "5.99", "currency": "EUR"}


def read(row):
    return TidyTable(list(row), Defaults()).read(1, list(row.values()))


def test_a_row_keeps_its_title_category_and_address():
    named = {"title": "Aceite", "category": "oil", "url": "https://shop.example/1"}
    found = read({**ROW, **named})
    assert isinstance(found, Entry)
    assert (found.listing.title, found.listing.category, found.listing.url) == tuple(named.values())


def with_named(text):
    return read({**ROW, "named": text})


@pytest.mark.parametrize("price", ['"5.50"', "5.50", '"5.5"'])
def test_a_named_price_is_kept_with_the_currencys_decimals(price):
    found = with_named(f'[{{"name": "club", "price": {price}, "condition": "socios"}}]')
    assert isinstance(found, Entry)
    assert [str(one.price) for one in found.observation.named] == ["5.50"]


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ('[{"name": "club", "price": "1e1", "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": 5e0, "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": "5,50", "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": true, "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": null, "condition": ""}]', "no amount"),
        ('[{"name": "club", "price": "5.99", "condition": ""}]', "none that a reading keeps"),
        ('[{"name": "basket", "price": "6.00", "condition": ""}]', "none that a reading keeps"),
        ('[{"name": "coupon", "price": "1.00", "condition": ""}]', "none that a reading keeps"),
        ('[{"name": "delivered", "price": "5.98", "condition": ""}]', "none that a reading keeps"),
        (
            '[{"name":"club","price":"5.50","condition":"a"},{"name":"club","price":"5.40","condition":"a"}]',
            "one name and condition has one amount",
        ),
        ('[{"name": "half", "price": "5.50", "condition": ""}]', "not such as an export writes"),
        ('{"name": "club"}', "not such as an export writes"),
    ],
)
def test_a_named_price_that_no_reading_would_keep_refuses_the_row(named, reason):
    found = with_named(named)
    assert isinstance(found, Refusal)
    assert reason in found.reason


def test_sellers_may_ask_several_prices():
    sellers = ", ".join(f'{{"name": "seller", "price": "{p}", "condition": "{p}"}}' for p in ("5.50", "6.50"))
    assert [one.price for one in with_named(f"[{sellers}]").observation.named] == [Decimal("5.50"), Decimal("6.50")]


CLUB = '[{"name": "club", "price": "%s", "condition": ""}]'


@pytest.mark.parametrize(
    "more",
    [{"price": "1.005"}, {"price": "1005", "list_price": "1200.5"}, {"price": "1005", "named": CLUB % "900.5"}],
)
def test_decimals_of_a_currency_that_has_none_refuse_the_row_unless_it_is_of_an_export(more):
    refused = read({**ROW, "currency": "JPY", **more})
    assert isinstance(refused, Refusal)
    assert "has decimals, and JPY has none" in refused.reason
    assert isinstance(read({**ROW, "currency": "JPY", "source": "", **more}), Entry)


@pytest.mark.parametrize(("price", "currency"), [("1005.00", "JPY"), ("2.824", "EUR"), ("12.345", "TND")])
def test_zeros_and_decimals_of_a_currency_that_has_some_are_read(price, currency):
    assert read({**ROW, "price": price, "currency": currency}).observation.price == Decimal(price)


CELLS = {
    "listing_id": ["shop:1", "shop:2", "", "a\0"],
    "title": ["Aceite 5 l", "Aceite 1 l", "", "\0"],
    "gtin": ["", "8410179100012", "123"],
    "date": ["2026-03-01", "2026-03-02T10:00:00+02:00", "2026-02-30", "", "0001-01-01T00:00:00+12:00"],
    "price": ["5.99", "5.990", "1000", "1e3", "", "0", "NaN", "5,99", " 5.99"],
    "currency": ["EUR", "eur ", "JPY", "XYZ", ""],
    "availability": ["", "in_stock", "unavailable", "sold"],
    "list_price": ["", "7.99", "-1"],
    "named": ["", '[{"name": "club", "price": "5.50", "condition": ""}]', "{}"],
}


@given(st.lists(st.tuples(*(st.sampled_from(values) for values in CELLS.values())), max_size=20))
def test_what_a_table_remembers_of_a_row_changes_no_other(told):
    table = TidyTable(list(CELLS), Defaults())
    for line, row in enumerate(told):
        assert table.read(line, row) == TidyTable(list(CELLS), Defaults()).read(line, row)


def test_a_table_forgets_before_it_remembers_too_much(monkeypatch):
    monkeypatch.setattr(rows, "_REMEMBERED", 2)
    table = TidyTable(["listing_id", "date", "price", "currency"], Defaults())
    for number in [1, 2, 3, 1, 2, 3]:
        assert table.read(
            1, [f"s:{number}", "2026-03-01", f"{number}.50", "EUR"]
        ).observation.price == number + Decimal("0.5")
        assert len(table._listings) <= 2
        assert len(table._offers) <= 2

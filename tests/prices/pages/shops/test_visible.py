"""Prices in print: which ways of writing an amount count as the amount."""

import re
from decimal import Decimal

import pytest

from almazara.prices.pages.shops.visible import written


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234.50", "1234.50 €"),
        ("1234.50", "1.234,50 €"),
        ("1234.50", "1,234.50"),
        ("1234.50", "1 234 , 50"),
        ("1234.50", "1'234€50"),
        ("1234.00", "1.234,-"),
        ("1234.00", "1234 €"),
        ("1234567.80", "1.234.567,80"),
        ("4.125", "4,125 TND"),
    ],
)
def test_an_amount_is_found_however_it_is_printed(amount, text):
    assert re.search(written(Decimal(amount)), f"Ahora {text}")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("234.50", "1.234,50"), ("1234.50", "1234"), ("12.50", "12,505"), ("12.50", "12,5.50"), ("1234.50", "1234750")],
)
def test_a_part_of_a_longer_number_is_not_the_amount(amount, text):
    assert not re.search(written(Decimal(amount)), f"Ahora {text}")

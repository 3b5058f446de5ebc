"""The registry of stores: an optional driver that is missing is named with the extra that brings it."""

import sys

import pytest

from almazara.errors import InputError, MissingExtraError
from almazara.prices.store.registry import store_at


@pytest.mark.parametrize(
    ("url", "driver", "extra"),
    [
        ("postgresql://almazara@127.0.0.1:1/prices", "psycopg", "postgres"),
        ("dynamodb://prices?region=eu-west-1", "boto3", "dynamodb"),
    ],
)
def test_a_missing_driver_is_named_with_its_extra(monkeypatch, url, driver, extra):
    monkeypatch.setitem(sys.modules, driver, None)
    for name in ("dynamodb", "dynamodb_table"):
        monkeypatch.delitem(sys.modules, f"almazara.prices.store.{name}", raising=False)
    with pytest.raises(MissingExtraError, match=rf"\.\[{extra}\]"):
        store_at(url)


def test_an_unknown_store_is_refused_with_those_that_are_known():
    with pytest.raises(InputError, match="sqlite, postgresql, dynamodb"):
        store_at("mongodb://localhost/prices")

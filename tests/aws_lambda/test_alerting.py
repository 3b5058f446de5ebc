"""Alerts are looked for by a function of their own, and nobody is told twice."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from price_shop import observed, product

pytestmark = pytest.mark.server


def test_what_has_come_true_is_found_once(account):
    account.store.save_listing(product(1, title="Aceite", target_price=Decimal("10.00")))
    account.store.append([replace(observed("shop.example:1", 0, "9.95"), observed_at=datetime.now(UTC))])
    with account.function("alert", ALMAZARA_ARTIFACTS_URL=f"s3://{account.bucket}/artifacts") as alert:
        assert alert({})["found"] == 1
        assert alert({})["found"] == 0

"""What shops write of condition, in words or as an address of schema.org."""

import pytest

from almazara.prices.pages.outcome import Condition
from almazara.prices.pages.shops.claims import condition_of


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        (None, Condition.NEW),
        ("https://schema.org/NewCondition", Condition.NEW),
        ("RefurbishedCondition", Condition.REFURBISHED),
        ("https://schema.org/UsedCondition", None),
        ("https://schema.org/DamagedCondition", None),
    ],
)
def test_damaged_and_used_goods_are_never_new(written, condition):
    assert condition_of(written) is condition

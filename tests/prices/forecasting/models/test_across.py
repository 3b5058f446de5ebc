"""Groups of series, as their names tell them."""

from almazara.prices.forecasting.models.across import group_numbers


def test_series_are_grouped_by_what_stands_before_the_last_colon():
    names = [f"{shop}:{number}" for shop in ("a:oil", "b:oil") for number in range(20)]
    found = group_numbers(names).tolist()
    assert found == [0] * 20 + [1] * 20


def test_groups_of_few_series_are_one_together():
    names = [*(f"a:{number}" for number in range(20)), *(f"b:{number}" for number in range(19)), "alone", "c:1"]
    found = group_numbers(names).tolist()
    assert found[:20] == [1] * 20
    assert found[20:] == [0] * 21
    assert group_numbers([]).tolist() == []

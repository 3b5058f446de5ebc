"""Numbers of goods: what is one in any writing, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.gtin import check_digit, gtin_of, gtins_in, require_gtin


def numbered(body):
    return f"{body}{check_digit(body)}"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("8410179100012", "8410179100012"),
        (" 8 410179-100012 ", "8410179100012"),
        (8410179100012, "8410179100012"),
        ("036000291452", "0036000291452"),
        ("08410179100012", "8410179100012"),
        (numbered("1841017910001"), numbered("1841017910001")),
        ("96385074", "96385074"),
        ("0000096385074", "96385074"),
        ("978-84-204-1214-6", "9788420412146"),
    ],
)
def test_a_number_is_read_in_any_writing(written, number):
    assert gtin_of(written) == number


@pytest.mark.parametrize(
    "body",
    ["977123456700", "200000000001",
     "020000000001", "040000000001", "050000000001", "981000000001", "990000000001", "2000001",
     "0123456", "9841017910001", "1204101791000"],
)  # fmt: skip
def test_what_each_shop_gives_out_for_itself_and_coupons_are_none(body):
    assert gtin_of(numbered(body)) is None


@pytest.mark.parametrize(
    "text",
    ["", "0000000000000", "1234567890128", "1111111111116", "8410179100013", "84101791000", "٨٤١٠١٧٩١٠٠٠١٢",
     "B00OIL1234", True, None, 8410179100012.0],
)  # fmt: skip
def test_what_is_no_number_or_one_that_was_made_up_is_none(text):
    assert gtin_of(text) is None


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("8410179100012", {"8410179100012"}),
        ("8410179100012, 08410179100012", {"8410179100012"}),
        ("8410179100012 / 5702015643092", {"8410179100012", "5702015643092"}),
        ("036000291452 5702015643092", {"0036000291452", "5702015643092"}),
        ("8410179100012, 8410179100013", set()),
        ("8410179100012 (caja)", set()),
        ("", set()),
        (None, set()),
        ("8410179100012 " * 100, set()),
    ],
)
def test_a_field_holds_numbers_alone_or_none(field, numbers):
    assert gtins_in(field) == numbers


def test_a_wrong_number_is_refused_in_a_sentence():
    with pytest.raises(InputError, match="check digit is wrong"):
        require_gtin("8410179100013")


@given(st.from_regex(r"[36-8][0-9]{11}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_a_digit_that_was_mistyped_is_noticed(body, place, more):
    number = numbered(body)
    mistyped = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
    assert gtin_of(mistyped) is None


@given(st.from_regex(r"[0-9]{7}|[0-9]{11,13}", fullmatch=True).map(numbered))
def test_a_number_that_was_read_is_read_again_as_itself(text):
    number = gtin_of(text)
    assert number is None or gtin_of(number) == number

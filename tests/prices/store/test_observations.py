"""What may be kept and what is refused at the border."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given

from almazara.errors import InputError
from almazara.prices.schema import Availability, Listing, NamedPrice, Observation, PriceName, Run, RunState
from almazara.prices.store.observations import document_text, validate_listing, validate_observation, validate_run
from observation_strategies import observations

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
GOOD = Observation("amazon.es:B00OIL", START, Availability.IN_STOCK, Decimal("5.99"), "EUR")


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": Decimal("NaN")},
        {"price": Decimal("Infinity")},
        {"price": Decimal("-1.00")},
        {"price": Decimal(0)},
        {"price": 5.99},
        {"price": Decimal("1E+15")},
        {"price": Decimal("1E-13")},
        {"price": None},
        {"currency": None},
        {"currency": "EURO"},
        {"currency": "XXY"},
        {"list_price": Decimal("NaN")},
        {"observed_at": START.replace(tzinfo=None)},
        {"listing_id": ""},
        {"listing_id": "x" * 1001},
        *({name: text} for name in ("seller", "rule", "source") for text in ("a\0b", "\ud800", 5)),
        {"availability": Availability.UNAVAILABLE},
        {"availability": "sold out"},
        {"named": (NamedPrice(PriceName.CLUB, Decimal(0), ""),)},
        {"named": (NamedPrice(PriceName.CLUB, Decimal(1), "x" * 201),)},
        {"named": (NamedPrice(PriceName.CLUB, Decimal(1), "a\0b"),)},
        {"named": (NamedPrice(PriceName.SELLER, Decimal(1), "a"),) * 21},
    ],
    ids=repr,
)
def test_a_wrong_observation_is_refused(wrong):
    with pytest.raises(InputError):
        validate_observation(dataclasses.replace(GOOD, **wrong))


@given(observations())
def test_a_good_observation_stays_equal_and_becomes_plain(observation):
    valid = validate_observation(observation)
    assert valid == observation
    assert valid.observed_at.tzinfo is UTC
    assert validate_observation(valid) == valid


def test_a_moment_that_leaves_the_calendar_in_utc_is_refused():
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    with pytest.raises(InputError, match="calendar"):
        validate_observation(dataclasses.replace(GOOD, observed_at=edge))


def test_an_unavailable_observation_with_a_list_price_is_refused():
    wrong = dataclasses.replace(GOOD, availability=Availability.UNAVAILABLE, price=None, currency=None)
    assert validate_observation(wrong) == wrong
    with pytest.raises(InputError, match="list price"):
        validate_observation(dataclasses.replace(wrong, list_price=Decimal(1)))


def test_an_unavailable_observation_has_no_named_price():
    club = (NamedPrice(PriceName.CLUB, Decimal(1), ""),)
    wrong = dataclasses.replace(GOOD, availability=Availability.UNAVAILABLE, price=None, currency=None, named=club)
    with pytest.raises(InputError, match="named price"):
        validate_observation(wrong)


def test_a_listing_keeps_its_gtin_in_one_form_and_none_that_is_wrong():
    one = Listing("a:b", "a", "b", "https://a/b", gtin="036000291452")
    assert validate_listing(one).gtin == "0036000291452"
    with pytest.raises(InputError, match="check digit"):
        validate_listing(dataclasses.replace(one, gtin="036000291453"))


def test_a_listing_with_an_infinite_target_is_refused():
    with pytest.raises(InputError):
        validate_listing(Listing("a:b", "a", "b", "https://a/b", target_price=Decimal("Infinity")))


def test_a_document_is_json_of_any_language():
    assert document_text("rule", "a", {"text": "aceite «ñ»"}) == '{"text": "aceite «ñ»"}'


def test_a_run_keeps_its_end_in_utc_and_refuses_one_without_a_time_zone():
    end = datetime(2024, 1, 1, 14, tzinfo=timezone(timedelta(hours=1)))
    run = Run("20240101T120000-00", "scrape", "*", RunState.DONE, START, end)
    assert validate_run(run).ended_at.isoformat() == "2024-01-01T13:00:00+00:00"
    with pytest.raises(InputError, match="end"):
        validate_run(dataclasses.replace(run, ended_at=end.replace(tzinfo=None)))

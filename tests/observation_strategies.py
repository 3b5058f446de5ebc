"""Hypothesis strategies of the price product's values."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from almazara.prices.pages.naming import settled
from almazara.prices.schema import Availability, NamedPrice, Observation, PriceName
from almazara.prices.store.observations import CURRENCIES

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NAMES = TEXT.filter(bool)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FIRST, _LAST = datetime(2, 1, 1), datetime(9998, 12, 31)  # noqa: DTZ001 (Hypothesis adds the time zone)
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=st.one_of(st.just(UTC), OFFSETS))


@st.composite
def amounts(draw):
    """Any amount that is kept: up to 15 digits, up to 12 decimals, trailing zeros, exponents."""
    decimals = draw(st.integers(-3, 12))
    digits = draw(st.integers(1, 10 ** (15 + min(decimals, 0)) * 10 ** max(decimals, 0) - 1))
    return Decimal(digits).scaleb(-decimals)


def _beside(price):
    """Amounts of which many may stand beside a price as named ones: any, the same, and one a little below it."""
    exponent = int(price.as_tuple().exponent)
    lower = Decimal(int(price.scaleb(-exponent)) * 3 // 4).scaleb(exponent)
    return amounts() | st.sampled_from([price, lower or price])


@st.composite
def observations(draw, listing_ids=NAMES, moments=MOMENTS):
    """Any observation that a store must keep."""
    identity = {"listing_id": draw(listing_ids), "observed_at": draw(moments)}
    rest = {"seller": draw(st.none() | TEXT), "rule": draw(TEXT), "source": draw(TEXT)}
    availability = draw(st.sampled_from(Availability))
    if availability is Availability.UNAVAILABLE:
        return Observation(**identity, availability=availability, **rest)
    money = {"price": draw(amounts()), "currency": draw(st.sampled_from(sorted(CURRENCIES)))}
    drawn = draw(st.lists(st.builds(NamedPrice, st.sampled_from(PriceName), _beside(money["price"]), TEXT), max_size=2))
    rest["named"] = settled(drawn, money["price"])
    return Observation(**identity, availability=availability, list_price=draw(st.none() | amounts()), **money, **rest)

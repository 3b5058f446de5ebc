"""What advice says: the same figures in either language, whatever the history."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.answers import LatestPrice, Product
from almazara.prices.buying.advice import Question, advise
from almazara.prices.buying.learning import learn
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.schema import Availability, ListingKind
from almazara.words.numbers import Language
from panels import made_panel
from price_shop import NOW

TODAY = date(2026, 3, 1)
LEARNED = learn(np.where((np.arange(300) + 11 * np.arange(12)[:, None]) % 35 < 7, 7.0, 10.0), [""] * 12)
KNOWN = Decimal("9.95")


def asked(prices):
    """A question about a product with so many days of prices up to TODAY."""
    last = next((one for one in reversed(prices) if one), None)
    price = None if last is None else Decimal(str(last))
    latest = LatestPrice(NOW, Availability.IN_STOCK, price or KNOWN, "EUR", None, 0.1) if prices else None
    kind = ListingKind.PRODUCT
    one = Product("shop:1", "shop", "1", "https://shop/1", "AOVE", None, kind, None, True, None, latest)
    panel = made_panel({"shop:1": prices} if prices else {}, TODAY - timedelta(days=max(len(prices) - 1, 0)), ["EUR"])
    return Question(one, [one], panel, TODAY, 30, 1)


histories = st.tuples(
    st.sampled_from([1, 9.99, 1234.5]),
    st.lists(st.tuples(st.sampled_from([None, 0.7, 0.999, 1, 1, 1.2]), st.integers(1, 40)), min_size=1, max_size=12),
).map(lambda drawn: [one and round(one * drawn[0], 2) for one, days in drawn[1] for _ in range(days)])


@given(histories, st.sampled_from([AdvicePolicies(), LEARNED]))
def test_every_advice_is_said_in_both_languages_with_the_same_figures(prices, policies):
    spanish, english = (advise(asked(prices), policies, language) for language in Language)
    assert spanish.told == english.told
    for one, language in ((spanish, Language.ES), (english, Language.EN)):
        assert [one.message, *one.reasons] == [sentence.text(language) for sentence in one.told]
        assert "nan" not in " ".join(one.reasons)
    assert msgspec.json.decode(msgspec.json.encode(spanish.told))


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_what_a_wait_saves_has_the_decimals_of_its_currency(currency, decimals):
    question = asked([700.0] * 7 + [1000.0] * 28 + [700.0] * 7 + [1000.0] * 28)
    one = advise(replace(question, history=replace(question.history, currencies=(currency,))), LEARNED)
    assert one.action == "wait"
    saved = one.expected_saving, one.saving_low, one.saving_high
    assert [-amount.as_tuple().exponent for amount in saved] == [decimals] * 3


@pytest.mark.parametrize(
    ("prices", "spanish", "english"),
    [
        ([10.0] * 60, "No ha cambiado: se conocen 60 días de los últimos 90.",
         "It did not change: 60 days are known of the last 90."),
        ([1000.0] * 30 + [1234.5] * 10,
         "Está cerca del máximo de lo que ha costado en 40 días: de 1.000,00 € a 1.234,50 €; hoy, 1.234,50 €.",
         "It is near the highest that it cost on 40 days: from €1,000.00 to €1,234.50; today, €1,234.50."),
        ([8.0] * 30 + [10.0] * 10 + [9.0] * 20,
         "Lleva 19 días con este precio; el último cambio fue una bajada de un 10 %.",
         "It has had this price for 19 days; the last change was a fall of 10%."),
        ([8.0] * 30 + [10.0] * 2, "Lleva 1 día con este precio; el último cambio fue una subida de un 25 %.",
         "It has had this price for 1 day; the last change was a rise of 25%."),
        ([10.0] * 90, "En las últimas 12 semanas no ha costado menos.", "It did not cost less in the last 12 weeks."),
    ],
)  # fmt: skip
def test_a_history_is_told_with_its_figures(prices, spanish, english):
    assert spanish in advise(asked(prices), LEARNED).reasons
    assert english in advise(asked(prices), LEARNED, Language.EN).reasons


def test_a_price_that_counted_on_is_told_of_the_day_on_which_it_was_read():
    question = asked([8.0] * 30 + [10.0] * 10 + [None] * 20)
    read_at = datetime.combine(TODAY - timedelta(days=25), time(12), UTC)
    latest = replace(question.product.latest, observed_at=read_at)
    told = " ".join(advise(replace(question, product=replace(question.product, latest=latest)), LEARNED).reasons)
    assert f"el {read_at:%d/%m/%Y}, 10,00 €" in told
    assert "en 40 días" in told

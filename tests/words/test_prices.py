"""The words of the price product: what code names has some in each language."""

import pytest

from almazara.prices.answering.issued_forecasts import IssuedState
from almazara.prices.collecting.each_listing import COUNTS, DAMAGED, DEFECT
from almazara.prices.collecting.plausibility import HoldReason
from almazara.prices.pages.outcome import BlockKind
from almazara.words import said as module

MISSING = ("page", "asin", "title", "variant", "price", "currency", "product", "offer", "results")
NAMED = [
    *(f"prices.held.{reason}" for reason in HoldReason),
    *(f"prices.cause.{cause}" for cause in (*BlockKind, *MISSING, DAMAGED, DEFECT)),
    *(f"prices.unread.{outcome}" for outcome in COUNTS[1:]),
    *(
        f"prices.unread.{outcome}_by"
        for outcome in ("blocked", "unreadable", "failed", "observed", "unchanged", "held")
    ),
    *(f"site.reader.scrape_{name}" for name in COUNTS),
    *(f"site.reader.retrain_{name}" for name in ("forecast", "refused")),
    *(f"site.forecasts.{state}" for state in IssuedState if state is not IssuedState.SCORED),
]


@pytest.mark.parametrize("code", NAMED)
def test_what_the_reader_of_prices_names_has_words(code):
    assert set(module._words()[code]) == {"es", "en"}

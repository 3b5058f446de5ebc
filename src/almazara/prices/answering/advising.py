"""What is asked of one product: buy now or wait, with what is known of it and of its likes."""

from almazara.prices.answering.known import ADVISED_DAYS, Known
from almazara.prices.answers import Advice
from almazara.prices.buying.advice import Question, advise
from almazara.prices.forecasting.panel import Panel
from almazara.prices.schema import Listing
from almazara.words.numbers import Language


def advice(known: Known, listing_id: str, deadline_days: int, quantity: int, language: Language) -> Advice:
    """The advice on a product, in words of a language; see `advise` for the errors."""
    listing = known.product(listing_id)
    prices = known.series([listing_id], days=ADVISED_DAYS).panel
    return advise(question(known, listing, prices, deadline_days, quantity), known.policies, language)


def question(known: Known, listing: Listing, prices: Panel, deadline_days: int, quantity: int) -> Question:
    """The question about a product of which these are the daily prices."""
    beside = known.products(listing.category) if listing.category else known.shown([listing])
    own = next(one for one in beside if one.id == listing.listing_id)
    moves = known.moved.of(listing.listing_id)
    return Question(own, beside, prices, known.today, deadline_days, quantity, moves)

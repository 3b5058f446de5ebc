"""Everything that a product's page shows, in one answer: its year, what is expected of it, its likes in other shops."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from almazara.prices.alerts.alerting import rules_about
from almazara.prices.alerts.rules import AlertRule
from almazara.prices.answering.advising import question
from almazara.prices.answering.good_stories import GoodRow
from almazara.prices.answering.known import ADVISED_DAYS, YEAR, Known
from almazara.prices.answering.troubles import HeldReading, held_reading
from almazara.prices.answers import Advice, Prediction, Product, per_litre_daily
from almazara.prices.buying.advice import advise
from almazara.prices.buying.category_index import at_present_sizes
from almazara.prices.buying.lookalikes import Lookalike, lookalikes, per_litre
from almazara.prices.buying.named_prices import NamedPriceRow, named_rows
from almazara.prices.buying.recent import NOTHING, Recent, recent
from almazara.prices.buying.states import MIN_DAYS
from almazara.prices.collecting.sizing import last_change
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.models.forecaster import MIN_DAYS as FORECAST_FROM
from almazara.prices.forecasting.series import DailySeries, DayState, daily
from almazara.prices.schema import Listing, Observation, Sized, litres_daily
from almazara.words.numbers import Language, as_amount
from almazara.words.said import Said, said

_OLD_FORECAST: Final = 3
"""A forecast that is more days old is said to be so."""


@dataclass(frozen=True, slots=True)
class StoryDay:
    """One day; the list price is that which the shop struck on it, the price of a litre that of the day's size."""

    date: date
    state: DayState
    price: Decimal | None
    list_price: Decimal | None
    price_per_litre: Decimal | None


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last."""

    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class Story:
    """A product's page.

    Attributes:
        notices: What a page must say of what is missing, late or waiting, most important first.
        days: The last year, one by one, from the first day that is known.
        prediction: Up to the deadline at least where it is kept, with the backtest of its model.
        moves: What is announced of these days, or was, and of those that are forecast; and what moved the whole shop.
        rules: The alert rules that watch it.
        named: The other prices of its page, over the days that advice looks at.
        lookalikes: What is probably the same in other shops, by its title: never taken for it.
        good: The same good at all its shops, itself among them; None where it is sold here only.
    """

    product: Product
    notices: list[Said]
    advice: Advice
    recent: Recent
    days: list[StoryDay]
    sold_out: list[Span]
    gaps: list[Span]
    held: HeldReading | None
    prediction: Prediction | None
    moves: list[AnnouncedMove]
    rules: list[AlertRule]
    lookalikes: list[Lookalike]
    named: list[NamedPriceRow]
    good: GoodRow | None


def story(known: Known, listing_id: str, deadline_days: int, quantity: int, language: Language = Language.ES) -> Story:
    """A product's page, its advice in words of a language; see `advise` for the errors of its question."""
    listing = known.product(listing_id)
    observations = known.store.history(listing_id, known.now - timedelta(days=ADVISED_DAYS))
    series = daily(observations, until=known.today, timezone=known.timezone)
    days = _days(series, observations, listing, known)
    asked = question(known, listing, series.panel, deadline_days, quantity)
    prediction = known.prediction(listing_id, deadline_days)
    story = Story(
        product=asked.product,
        notices=[],
        advice=advise(asked, known.policies, language),
        recent=next(iter(recent(series.panel)), NOTHING),
        days=days,
        sold_out=_spans(days, DayState.OUT_OF_STOCK),
        gaps=_spans(days, DayState.GAP),
        held=held_reading(known, listing, next(reversed(observations), None)),
        prediction=prediction,
        moves=_moves(asked.moves, days, prediction),
        rules=rules_about(known.store, listing),
        lookalikes=_lookalikes(known, asked.product, asked.beside),
        named=named_rows(observations),
        good=None,
    )
    return replace(story, notices=list(_notices(known, story)))


def _days(series: DailySeries, observations: Sequence[Observation], listing: Listing, known: Known) -> list[StoryDay]:
    zone, first = ZoneInfo(known.timezone), known.today - timedelta(days=YEAR - 1)
    struck = {one.observed_at.astimezone(zone).date(): one.list_price for one in observations}  # the day's last one
    days = [(day, state, price) for _, day, price, state in series.days()]
    sizes = litres_daily(listing, days[0][0], len(days), zone).tolist() if days else []
    currency = next(iter(series.panel.currencies), None)
    return [
        StoryDay(
            day,
            state,
            as_amount(price, currency),
            struck.get(day),
            per_litre_daily(price, size, currency),
        )
        for (day, state, price), size in zip(days, sizes, strict=True)
        if day >= first
    ]


def _moves(
    announced: Sequence[AnnouncedMove], days: Sequence[StoryDay], prediction: Prediction | None
) -> list[AnnouncedMove]:
    """Those of the days that are shown."""
    shown = [one.date for one in (*days, *(prediction.days if prediction else ()))]
    return [one for one in announced if shown and shown[0] < one.date <= shown[-1]]


def _spans(days: Sequence[StoryDay], state: DayState) -> list[Span]:
    """Where a state begins and ends."""
    runs = [list(run) for of, run in groupby(days, key=lambda day: day.state) if of is state]
    return [Span(run[0].date, run[-1].date, len(run)) for run in runs]


def _lookalikes(known: Known, product: Product, beside: Sequence[Product]) -> list[Lookalike]:
    words, others = lookalikes(product, beside), {one.id: one for one in beside}
    if not words:
        return []
    panel = at_present_sizes(known.series(list(words), days=ADVISED_DAYS).panel, others, ZoneInfo(known.timezone))
    last_year = panel.prices[:, -YEAR:]
    first_day = known.today - timedelta(days=last_year.shape[1] - 1)
    currency = product.latest and product.latest.currency
    return [
        Lookalike(others[name], words[name], first_day, per_litre(prices, others[name].litres))
        for name, of, prices in zip(panel.names, panel.currencies, last_year, strict=True)
        if currency in {None, of}
    ]


def _notices(known: Known, story: Story) -> Iterator[Said]:
    """What a page must say of what is missing, late or waiting."""
    latest, today = story.product.latest, story.days[-1].state if story.days else None
    if latest is None:
        yield said("prices.story.no_price")
    elif today is DayState.OUT_OF_STOCK:
        yield said("prices.story.sold_out", since=story.sold_out[-1].first)
    elif today in {DayState.GAP, None}:
        yield said("prices.story.unread", since=latest.observed_at.astimezone(ZoneInfo(known.timezone)).date())
    if story.held is not None:
        yield said("prices.story.held", why=story.held.why)
    days = sum(one.days for one in story.recent.comb)
    if latest is not None and days < MIN_DAYS:
        yield said("prices.story.short_history", days=days, needed=MIN_DAYS)
    if latest is not None:
        known_days = sum(day.price is not None for day in story.days)
        yield from forecast_notices(known, story.product.id, story.prediction, known_days)
    yield from size_notices(story.product, known.now, known.timezone)
    if not story.product.tracked:
        yield said("prices.story.not_followed")


def size_notices(one: Sized, now: datetime, timezone: str) -> Iterator[Said]:
    """What must be said of a size that changed within the year."""
    if found := last_change(one, now - timedelta(days=YEAR), now):
        before, after = (float(size.litres or 0) for size in found)
        since = found[1].since.astimezone(ZoneInfo(timezone)).date()
        yield said("prices.story.resized", since=since, now=after, before=before)


def forecast_notices(known: Known, name: str, prediction: Prediction | None, days: int) -> Iterator[Said]:
    """What must be said of the forecast of a listing or an index whose price is known on so many days."""
    if prediction is not None:
        if (known.today - prediction.cutoff).days > _OLD_FORECAST:
            yield said("prices.story.forecast_old", cutoff=prediction.cutoff)
        yield from (one.sentence for one in prediction.moves)
    elif days < FORECAST_FROM:
        yield said("prices.story.forecast_refused", days=days, needed=FORECAST_FROM)
    elif name not in known.forecasts.index.refused:
        yield said("prices.story.not_forecast")
    else:
        yield said("prices.story.forecast_failed")

"""Charts of what the price service answers: a history with what may come, and what it says in one sentence."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from almazara.figures.chart import Axis, Band, Chart, Dots, Level, Line, Mark, Moment, Role, Scale, Spans, Steps
from almazara.prices.answering.story import Story, StoryDay
from almazara.prices.answers import ForecastDay, Prediction
from almazara.prices.buying.recent import Recent
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.series import DayState
from almazara.web.overview import money_of
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Money, Said, said

_SHOWN_LEVELS = (95, 80)


def history_chart(story: Story, language: Language) -> Chart:
    """A product's days, and those ahead: prices, struck and held ones too, stock-outs, intervals, target, moves."""

    def words(code: str) -> str:
        return said(f"site.product.{code}").text(language)

    days, prediction, advice = story.days, story.prediction, story.advice
    marks: list[Mark] = [
        *_stretches(days, words("sold_out")),
        *(fan(prediction.days, language) if prediction else ()),
        *_struck(days, words("list_price")),
        Steps(words("price"), [one.date for one in days], [plotted(one.price) for one in days]),
    ]
    if story.held is not None:
        held = story.held
        marks.append(Dots(words("held"), [held.since.date()], [float(held.price.amount)], role=Role.HELD))
    if advice.target_price is not None:
        target = Money(advice.target_price, advice.currency)
        marks.append(Level(said("site.product.target", price=target).text(language), float(advice.target_price)))
    if days:
        marks.append(Moment(words("today").lower(), days[-1].date))
    marks += (Moment(_announced(one).text(language), one.date) for one in story.moves)
    prices = [(one.date, plotted(one.price)) for one in days]
    told = said_of_days(prices, prediction, lambda price: money_of(price, advice.currency), story.recent)
    unit = numbers.sign(advice.currency or "")
    return Chart(told.text(language), Axis(Scale.DAY), Axis(unit=unit), marks, language)


def plotted(amount: Decimal | None) -> float | None:
    """Where an amount stands on an axis."""
    return None if amount is None else float(amount)


def _announced(move: AnnouncedMove) -> Said:
    """How a move is called at its day."""
    code = f"site.product.{move.how}_rise" if move.is_rise else f"site.product.{move.how}_fall"
    return said(code, share=abs(move.factor - 1))


def _struck(days: Sequence[StoryDay], name: str) -> Iterator[Line]:
    """The struck prices of the shop; nothing where it showed none."""
    prices = [plotted(one.list_price) for one in days]
    if any(price is not None for price in prices):
        yield Line(name, [one.date for one in days], prices, Role.LISTED)


def _stretches(days: Sequence[StoryDay], name: str) -> Iterator[Spans]:
    """The days without stock, as stretches; nothing where there are none."""
    found = [list(run) for is_so, run in groupby(days, key=lambda one: one.state is DayState.OUT_OF_STOCK) if is_so]
    if found:
        ends = [run[-1].date + timedelta(days=1) for run in found]
        yield Spans(name, [run[0].date for run in found], ends, Role.MISSING)


def fan(days: Sequence[ForecastDay], language: Language) -> Iterator[Mark]:
    """The intervals, widest first, and the median."""
    dates = [day.date for day in days]
    by_quantile = {one.quantile: [] for one in days[0].quantiles}  # type: dict[float, list[float]]
    for day in days:
        for one in day.quantiles:
            by_quantile[one.quantile].append(float(one.price))
    for level in _SHOWN_LEVELS:
        low, high = round((100 - level) / 200, 4), round((100 + level) / 200, 4)
        name = said("site.product.interval", level=level / 100).text(language)
        yield Band(name, dates, by_quantile[low], by_quantile[high])
    yield Line(said("site.product.median").text(language), dates, by_quantile[0.5], Role.FUTURE)


def said_of_days(
    days: Sequence[tuple[date, float | None]],
    prediction: Prediction | None,
    level: Callable[[float], Figure],
    recent: Recent | None = None,
) -> Said:
    """What a chart shows in one sentence: the ends and the last of some days' values, and what may come of them.

    The day of the low is that of `recent`, where its low is the same: the facts beside the chart name that one.
    """
    known = [(value, day) for day, value in days if value is not None]
    if not known:
        return said("site.product.no_history")
    (low, low_day), (high, high_day) = min(known), max(known)
    if recent is not None and recent.low == low and recent.low_date is not None:
        low_day = recent.low_date
    figures: dict[str, Figure] = {"low": level(low), "low_day": low_day, "high": level(high), "high_day": high_day}
    past = said("site.product.history_label", n=len(days), last=level(known[-1][0]), **figures)
    if prediction is None:
        return past
    last = prediction.days[-1]
    ends = [float(one.price) for one in last.quantiles]
    return said("site.product.label_ahead", past=past, until=last.date, low=level(min(ends)), high=level(max(ends)))

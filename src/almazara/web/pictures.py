"""Charts of what the price service answers: a history with what may come, and what it says in one sentence."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from almazara.figures.chart import Axis, Band, Chart, Dots, Level, Line, Mark, Moment, Role, Scale, Spans, Steps
from almazara.prices.answers import Advice, DailyRow, ForecastDay, Prediction
from almazara.words.numbers import Language
from almazara.words.said import Figure, Money, said

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def history_chart(
    rows: Sequence[DailyRow],
    prediction: Prediction | None,
    advice: Advice,
    language: Language,
    *,
    before: Sequence[tuple[date, Decimal]] = (),
    held: Sequence[tuple[date, Decimal]] = (),
) -> Chart:
    """A product's days, and those ahead.

    Args:
        rows: One a day, the last one today.
        prediction: With the quantiles of two intervals; None where nothing was forecast.
        advice: Its target is a line across the chart.
        language: Of all words.
        before: The struck prices that the shop showed, by day.
        held: Prices that wait for a second reading, by day.
    """

    def words(code: str) -> str:
        return said(f"site.{code}").text(language)

    marks: list[Mark] = [
        *_stretches(rows, words("product.sold_out"), "out_of_stock"),
        *(_ahead(prediction.days, prediction.levels, language) if prediction else ()),
    ]
    if before:
        days, amounts = zip(*before, strict=True)
        marks.append(Line(words("product.list_price"), days, [float(amount) for amount in amounts], Role.LISTED))
    marks.append(Steps(words("product.price"), [row.date for row in rows], [row.price for row in rows]))
    if held:
        days, amounts = zip(*held, strict=True)
        marks.append(Dots(words("product.held"), days, [float(amount) for amount in amounts], role=Role.HELD))
    if advice.target_price is not None:
        target = Money(advice.target_price, advice.currency)
        marks.append(Level(said("site.product.target", price=target).text(language), float(advice.target_price)))
    if rows:
        marks.append(Moment(words("product.today"), rows[-1].date))
    unit = SIGNS.get(advice.currency or "", advice.currency or "")
    return Chart(_label(rows, prediction, language), Axis(Scale.DAY), Axis(unit=unit), marks, language)


def _stretches(rows: Sequence[DailyRow], name: str, state: str) -> Iterator[Spans]:
    """The days of one state, as stretches; nothing where there are none."""
    found = [list(days) for is_so, days in groupby(rows, key=lambda row: row.state == state) if is_so]
    if found:
        ends = [days[-1].date + timedelta(days=1) for days in found]
        yield Spans(name, [days[0].date for days in found], ends, Role.MISSING)


def _ahead(days: Sequence[ForecastDay], levels: Sequence[int], language: Language) -> Iterator[Mark]:
    """The intervals, widest first, and the median."""
    dates = [day.date for day in days]
    by_quantile = {one.quantile: [] for one in days[0].quantiles}  # type: dict[float, list[float]]
    for day in days:
        for one in day.quantiles:
            by_quantile[one.quantile].append(one.price)
    for level in sorted(levels, reverse=True):
        low, high = round((100 - level) / 200, 4), round((100 + level) / 200, 4)
        name = said("site.product.interval", level=level / 100).text(language)
        yield Band(name, dates, by_quantile[low], by_quantile[high])
    yield Line(said("site.product.median").text(language), dates, by_quantile[0.5], Role.FUTURE)


def _label(rows: Sequence[DailyRow], prediction: Prediction | None, language: Language) -> str:
    known = [row for row in rows if row.price is not None]
    if not known:
        return said("site.product.no_history").text(language)
    lowest, highest = min(known, key=lambda row: row.price or 0), max(known, key=lambda row: row.price or 0)
    ahead = [one.price for one in prediction.days[-1].quantiles] if prediction else []
    figures: dict[str, Figure] = {
        "n": len(rows),
        "low": _money(lowest),
        "low_day": lowest.date,
        "high": _money(highest),
        "high_day": highest.date,
        "last": _money(known[-1]),
    }
    if not ahead:
        return said("site.product.history_label", **figures).text(language)
    until = prediction.days[-1].date if prediction else rows[-1].date
    currency = known[-1].currency
    low, high = (Money(Decimal(str(round(value, 2))), currency) for value in (min(ahead), max(ahead)))
    return said("site.product.chart_label", **figures, until=until, ahead_low=low, ahead_high=high).text(language)


def _money(row: DailyRow) -> Money:
    return Money(Decimal(str(round(row.price or 0, 2))), row.currency)

"""How often prices change, how far, and on which weekday."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Bars, Moment, Scale, Table
from almazara.figures.explored import Drawing, Explored, percent_of, tied
from almazara.prices.buying.states import SAME
from almazara.prices.exploring.market import Market
from almazara.prices.forecasting.panel import Days, Floats
from almazara.words.said import named, said

MIN_CHANGES: Final = 20
"""Of fewer changes nothing is told."""
_SPANS: Final = (1, 2, 4, 8, 15, 31, 91)
"""Days at which the classes of how long prices stand begin."""
_STEP, _LOWEST, _HIGHEST = 5, -50, 100
_WEEKDAYS: Final = [named("weekday", str(number)) for number in range(7)]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a market's prices, product by product in order of days.

    Attributes:
        products: Row of the product.
        days: Column on which the new price was read first.
        sizes: Of the price before, 0.1 being a tenth more.
    """

    products: Days
    days: Days
    sizes: Floats


def changes(market: Market) -> Changes:
    """Every difference of more than SAME between two prices that are known one after the other."""
    logs, _ = market.changes
    products, days = np.nonzero(np.abs(np.nan_to_num(logs)) > SAME)
    return Changes(products, days, np.expm1(logs[products, days]))


def too_few(found: Changes) -> bool:
    """Whether the changes are too few to tell anything."""
    return len(found.days) < MIN_CHANGES


def how_often(market: Market, draw: Drawing) -> Explored:
    """How many days lie between a product's changes."""
    found = changes(market)
    same = found.products[1:] == found.products[:-1]
    stood = np.diff(found.days)[same]
    if too_few(found) or not len(stood):
        return draw.nothing(said("exploring.few-changes", changes=len(found.days), least=MIN_CHANGES))
    counts = np.bincount(np.searchsorted(_SPANS, stood, side="right") - 1, minlength=len(_SPANS)).tolist()
    names = [_span(number, draw) for number in range(len(_SPANS))]
    read = int(np.count_nonzero(~np.isnan(market.prices)))
    sentence = draw.said(
        "sentence",
        changes=len(found.days),
        products=len(market.listings),
        every=read / len(found.days),
        median=float(np.median(stood)),
    )
    rows = [(name, count, percent_of(count, len(stood))) for name, count in zip(names, counts, strict=True)]
    axes = Axis(Scale.NAME, draw.word("days")), Axis(label=draw.word("changes"), from_zero=True)
    table = Table(draw.words("days", "changes", "share_of_changes"), rows)
    return draw.figure(
        sentence, axes, [Bars(draw.word("changes"), names, counts)], table, said("exploring.change-rule")
    )


def _span(number: int, draw: Drawing) -> str:
    low = _SPANS[number]
    if number + 1 == len(_SPANS):
        return draw.written(said("exploring.more", low=low))
    high = _SPANS[number + 1] - 1
    return str(low) if low == high else draw.written(said("exploring.between", low=low, high=high))


def how_far(market: Market, draw: Drawing) -> Explored:
    """How large changes are, upwards and downwards."""
    found = changes(market)
    if too_few(found):
        return draw.nothing(said("exploring.few-changes", changes=len(found.days), least=MIN_CHANGES))
    percents = np.round(100 * found.sizes, 6)
    places = np.clip(np.floor(percents / _STEP) * _STEP, _LOWEST, _HIGHEST - _STEP)
    starts = np.arange(places.min(), places.max() + _STEP, _STEP)
    counts = [int(np.count_nonzero(places == start)) for start in starts]
    up, down = found.sizes[found.sizes > 0], found.sizes[found.sizes < 0]
    sentence = draw.said(
        "sentence" if len(up) and len(down) else "up" if len(up) else "down",
        changes=len(found.sizes),
        up=len(up),
        rise=float(np.median(up)) if len(up) else 0.0,
        down=len(down),
        fall=-float(np.median(down)) if len(down) else 0.0,
    )
    ends = [None if end == _HIGHEST else end for end in (starts + _STEP).tolist()]
    lows = [None if start == _LOWEST else start for start in starts.tolist()]
    shares = [percent_of(count, len(percents)) for count in counts]
    bars = Bars(draw.word("changes"), starts.tolist(), counts, ends=(starts + _STEP).tolist())
    axes = Axis(label=draw.word("change"), unit="%"), Axis(label=draw.word("changes"), from_zero=True)
    table = Table(
        draw.words("from_percent", "to_percent", "changes", "share_of_changes"),
        list(zip(lows, ends, counts, shares, strict=True)),
    )
    return draw.figure(sentence, axes, [bars, Moment("", 0)], table, said("exploring.change-rule"))


def on_weekdays(market: Market, draw: Drawing) -> Explored:
    """On which weekday prices change, beside how many were read on it and on the day before."""
    logs, since = market.changes
    dated = ~np.isnan(logs) & (since == 1)
    changed = dated & (np.abs(np.nan_to_num(logs)) > SAME)
    if np.count_nonzero(changed) < MIN_CHANGES:
        return draw.nothing(said("exploring.few-changes", changes=int(np.count_nonzero(changed)), least=MIN_CHANGES))
    weekdays = (np.arange(logs.shape[1]) + market.panel.first_day.weekday()) % 7
    counts, read = (
        np.bincount(weekdays, weights=flags.sum(axis=0), minlength=7).astype(np.int64) for flags in (changed, dated)
    )
    shares = counts / np.maximum(read, 1)
    most = int(shares.argmax())
    sentence = draw.said(
        "sentence",
        most=tied(_WEEKDAYS, (shares == shares.max()).tolist()),
        changes=int(counts[most]),
        read=int(read[most]),
        share=float(shares[most]),
        everywhere=float(counts.sum() / read.sum()),
    )
    names, percents = [draw.written(name) for name in _WEEKDAYS], np.round(100 * shares, 1).tolist()
    rows = list(zip(names, counts.tolist(), read.tolist(), percents, strict=True))
    axes = Axis(Scale.NAME), Axis(label=draw.word("share_changed"), unit="%", from_zero=True)
    table = Table(draw.words("weekday", "changes", "prices_read", "share_changed"), rows)
    bars = Bars(draw.word("share_changed"), names, percents)
    return draw.figure(sentence, axes, [bars], table, said("exploring.weekday-rule"))

"""Alert rules -> events: pure, so that the same history gives the same events, with the same ids, after any restart.

What goes out once per event means here, by kind of rule:

- `below_target`, and `drop` and `rise` against the median of 30 days, are states. An event begins with the first
  reading in it, and there is none again until a reading was out of it. A stock-out leaves the state as it is.
- `drop` and `rise` against the previous price, `change`, `back_in_stock` and `lowest` are moments: each reading that
  does it is an event.
- `buy_now` is the moment when the advice of `advice.decide`, under one and the same policy, turns from wait to buy.
- `scraper_unwell` lasts from the moment when trouble was first seen until the scraper is well again, and
  `forecasts_drifted` from when published forecasts were first seen to be worse than they promise until they are not.

A rule looks at nothing before its creation, except to compare. Events older than FRESH are not made any more, unless
their state still lasts: nobody wants to hear of last month's sale. `alert_delivery` sends each event once.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import msgspec

from almazara.prices.alerts.rules import MEASURED, AlertEvent, AlertRule, Reference, RuleKind
from almazara.prices.buying.named_prices import as_featured
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.prices.collecting.sizing import last_change
from almazara.prices.forecasting.scores import Drift
from almazara.prices.schema import Listing, Observation, PriceName
from almazara.words.said import Figure, Money, Said, named, said

Advises = Callable[[Sequence[Observation]], bool | None]
FRESH = timedelta(days=3)
MEDIAN_WINDOW = timedelta(days=30)
ADVICE_WINDOW = timedelta(days=400)


def history_needed(rule: AlertRule) -> datetime:
    """From when on `evaluate` needs a listing's history, so that its events keep their ids."""
    window = ADVICE_WINDOW if rule.kind is RuleKind.BUY_NOW else MEDIAN_WINDOW
    return rule.created_at - max(window, timedelta(days=(rule.days or 0) + 1))


@dataclass(frozen=True, slots=True)
class Watched:
    """What a rule looks at: a listing, a good at its shops, or an index.

    Attributes:
        subject: Its id.
        name: What people call it; None for the title of each reading's listing.
        listings: By id, those of its readings; an index has none.
    """

    subject: str
    name: Said | None
    listings: Mapping[str, Listing]

    @classmethod
    def of(cls, listing: Listing) -> Watched:
        """A listing by itself."""
        return cls(listing.listing_id, None, {listing.listing_id: listing})


def evaluate(
    rule: AlertRule, watched: Watched, history: Sequence[Observation], advises_buying: Advises = lambda _: None
) -> tuple[AlertEvent, ...]:
    """The events of one rule and what it watches that are fresh, or still last.

    Args:
        rule: Any rule but one of Almazara itself.
        watched: What it is about.
        history: Its readings in any order, all of them from `history_needed` on.
        advises_buying: Of `buy_now`: whether the advice after such readings is to buy; None where nothing is known.
    """
    readings = _comparable(history if rule.price is None else _of_price(rule.price, rule.seller, history))
    if not readings:
        return ()
    first = bisect_left(readings, rule.created_at, key=lambda o: o.observed_at)
    if rule.kind is RuleKind.BUY_NOW:
        states = _turns(readings, first, advises_buying)
    else:
        states = [(i, _CONDITIONS[rule.kind](rule, readings, i)) for i in range(first, len(readings))]
    known = [(i, state) for i, state in states if state is not None]
    begins = _begins(known) if _is_state(rule) else [i for i, state in known if state]
    lasts = bool(known) and known[-1][1] and rule.index is None  # the past of an index moves with its newest day
    newest = readings[-1].observed_at
    return tuple(
        _reading_event(rule, watched, readings, i)
        for i in begins
        if newest - readings[i].observed_at <= FRESH or (lasts and i == begins[-1])
    )


def _of_price(name: PriceName, seller: str | None, history: Sequence[Observation]) -> list[Observation]:
    return [as_featured(reading, name, seller or "") for reading in history]


def unwell_event(rule: AlertRule, report: HealthReport, since: datetime) -> AlertEvent | None:
    """The event of a scraper that is unwell since `since`, or None while it is well."""
    if rule.kind is not RuleKind.SCRAPER_UNWELL or report.healthy:
        return None
    return _own_event(rule, since, report.sentences)


def drift_event(rule: AlertRule, drifts: Sequence[Drift], since: datetime) -> AlertEvent | None:
    """The event of published forecasts that drift since `since`, or None while they keep what they promise."""
    if rule.kind is not RuleKind.FORECASTS_DRIFTED or not drifts:
        return None
    return _own_event(rule, since, [one.sentence for one in drifts])


def _is_state(rule: AlertRule) -> bool:
    return rule.kind is RuleKind.BELOW_TARGET or (rule.kind in MEASURED and rule.reference is Reference.MEDIAN_30)


def _begins(known: Sequence[tuple[int, bool]]) -> list[int]:
    before = [False, *(state for _, state in known)]
    return [i for (i, state), was in zip(known, before, strict=False) if state and not was]


def _comparable(history: Sequence[Observation]) -> list[Observation]:
    """Readings in order of time, without those in another currency than the newest price's."""
    ordered = sorted(history, key=lambda o: o.observed_at)
    currency = next((o.currency for o in reversed(ordered) if o.price is not None), None)
    return [o for o in ordered if o.price is None or o.currency == currency]


def _below_target(rule: AlertRule, readings: Sequence[Observation], i: int) -> bool | None:
    price = readings[i].price
    return None if price is None or rule.target is None else price <= rule.target


def _dropped(rule: AlertRule, readings: Sequence[Observation], i: int) -> bool | None:
    price, reference = readings[i].price, _reference_price(rule, readings, i)
    if price is None or rule.percent is None:
        return None
    return reference is not None and price <= reference * (1 - rule.percent / 100)


def _rose(rule: AlertRule, readings: Sequence[Observation], i: int) -> bool | None:
    price, reference = readings[i].price, _reference_price(rule, readings, i)
    if price is None or rule.percent is None:
        return None
    return reference is not None and price >= reference * (1 + rule.percent / 100)


def _changed(_: AlertRule, readings: Sequence[Observation], i: int) -> bool | None:
    return i > 0 and readings[i].price != readings[i - 1].price


def _back_in_stock(_: AlertRule, readings: Sequence[Observation], i: int) -> bool | None:
    return readings[i].price is not None and i > 0 and readings[i - 1].price is None


def _lowest(rule: AlertRule, readings: Sequence[Observation], i: int) -> bool | None:
    """Lower than every price that was valid in the days before; no, where the history is younger than that."""
    price = readings[i].price
    if price is None or rule.days is None:
        return None
    start = readings[i].observed_at - timedelta(days=rule.days)
    valid_at_start = bisect_left(readings, start, key=lambda o: o.observed_at) - 1
    if valid_at_start < 0:
        return False
    earlier = [o.price for o in readings[valid_at_start:i] if o.price is not None]
    return bool(earlier) and price < min(earlier)


def _turns(readings: Sequence[Observation], first: int, advises_buying: Advises) -> list[tuple[int, bool | None]]:
    """Whether the advice turned from wait to buy with each fresh reading; older turns are no news."""
    fresh = bisect_left(readings, readings[-1].observed_at - FRESH, key=lambda o: o.observed_at)
    tried = range(max(first, fresh, 1), len(readings))
    return [(i, advises_buying(readings[: i + 1]) and advises_buying(readings[:i]) is False) for i in tried]


_CONDITIONS: Mapping[RuleKind, Callable[[AlertRule, Sequence[Observation], int], bool | None]] = {
    RuleKind.BELOW_TARGET: _below_target,
    RuleKind.DROP: _dropped,
    RuleKind.RISE: _rose,
    RuleKind.CHANGE: _changed,
    RuleKind.BACK_IN_STOCK: _back_in_stock,
    RuleKind.LOWEST: _lowest,
}


def _reference_price(rule: AlertRule, readings: Sequence[Observation], i: int) -> Decimal | None:
    if rule.reference is Reference.PREVIOUS:
        return next((o.price for o in reversed(readings[:i]) if o.price is not None), None)
    return _median_price(readings[: i + 1], readings[i].observed_at - MEDIAN_WINDOW)


def _median_price(readings: Sequence[Observation], start: datetime) -> Decimal | None:
    """Median of the prices from `start` to the last reading, each weighed by the time that it was valid."""
    spans = sorted(
        (now.price, later.observed_at - max(now.observed_at, start))
        for now, later in pairwise(readings)
        if now.price is not None and later.observed_at > start
    )
    half, passed = sum((span for _, span in spans), timedelta()) / 2, timedelta()
    for price, span in spans:
        passed += span
        if passed >= half:
            return price
    return None


def _reading_event(rule: AlertRule, watched: Watched, readings: Sequence[Observation], i: int) -> AlertEvent:
    reading = readings[i]
    listing = watched.listings.get(reading.listing_id)
    about: dict[str, Figure] = {
        "name": _name(rule, watched, listing),
        "price": _money(reading.price, reading.currency),
    }
    lines = [said("prices.alert.product", **about)] if reading.price is not None else []
    lines += _detail(rule, readings, i)
    if rule.price is PriceName.SELLER and reading.seller and reading.price is not None:
        lines.append(said("prices.alert.seller", seller=reading.seller))
    if listing is not None:
        if len(watched.listings) > 1 and reading.price is not None:
            lines.append(said("prices.alert.shop", shop=listing.shop))
        lines += [*_size(listing, reading), said("prices.alert.link", url=listing.url)]
    if rule.kind is RuleKind.LOWEST:
        about["days"] = rule.days or 0
    return _event(rule, watched.subject, reading, _title(rule, readings, i), lines, **about)


def _name(rule: AlertRule, watched: Watched, listing: Listing | None) -> str | Said:
    """What an event calls what it is about, with the price that it names."""
    title = (listing.title or listing.listing_id) if listing else watched.subject
    name = watched.name or title
    return name if rule.price is None else said("prices.alert.named", name=name, price=named("price", rule.price))


def _detail(rule: AlertRule, readings: Sequence[Observation], i: int) -> Iterator[Said]:
    """What the price is compared with, where it is."""
    currency, reference = readings[i].currency, _reference_price(rule, readings, i)
    match rule.kind:
        case RuleKind.BELOW_TARGET:
            yield said("prices.alert.target", target=_money(rule.target, currency))
        case RuleKind.DROP | RuleKind.RISE:
            compared: dict[str, Figure] = {
                "reference": _money(reference, currency),
                "percent": float(rule.percent or 0),
            }
            rises = rule.kind is RuleKind.RISE
            code = f"prices.alert.{rule.reference}_rise" if rises else f"prices.alert.{rule.reference}"
            yield said(code, **compared)
        case RuleKind.CHANGE if reference is not None:
            before = next(o.currency for o in reversed(readings[:i]) if o.price is not None)
            yield said("prices.alert.before", reference=_money(reference, before))
        case RuleKind.BUY_NOW:
            yield said("prices.alert.turned", days=rule.deadline_days)
        case _:
            return


def _size(listing: Listing, reading: Observation) -> Iterator[Said]:
    """That the pack changed, where what the price is compared with may be of another size."""
    if found := last_change(listing, reading.observed_at - MEDIAN_WINDOW, reading.observed_at):
        before, now = (float(size.litres or 0) for size in found)
        yield said("prices.alert.resized", now=now, before=before)


def _money(amount: Decimal | None, currency: str | None) -> Money:
    """An amount that the rule would not have let through without a value."""
    return Money(amount or Decimal(0), currency)


def _title(rule: AlertRule, readings: Sequence[Observation], i: int) -> str:
    """The code of an event's title: that of the rule's kind, or how a price came or went."""
    if rule.kind is not RuleKind.CHANGE or readings[i].price is not None is not readings[i - 1].price:
        return f"prices.alert.{rule.kind}"
    if readings[i].price is None:
        return "prices.alert.change_gone" if rule.price is None else "prices.alert.change_ended"
    return "prices.alert.back_in_stock"


def _event(
    rule: AlertRule, subject: str, reading: Observation, code: str, lines: Sequence[Said], **about: Figure
) -> AlertEvent:
    """An event of which the title is about some figures."""
    told = (said(code, **about), *lines)
    listing_id = None if rule.index is not None else reading.listing_id
    return AlertEvent(
        _event_id(rule, subject, reading.observed_at), rule.rule_id, rule.kind, listing_id, reading.observed_at, told
    )


def _own_event(rule: AlertRule, began: datetime, lines: Sequence[Said]) -> AlertEvent:
    """An event of Almazara itself."""
    told = (said(f"prices.alert.{rule.kind}"), *lines)
    return AlertEvent(_event_id(rule, None, began), rule.rule_id, rule.kind, None, began, told)


def _event_id(rule: AlertRule, subject: str | None, began: datetime) -> str:
    asked = msgspec.to_builtins([rule.rule_id, rule.kind, rule.target, rule.percent, rule.reference, rule.days])
    more = [rule.good, rule.category, rule.index, rule.price, rule.seller]
    asked += msgspec.to_builtins(more) if any(more) else []
    return hashlib.sha256(json.dumps([*asked, subject, began.isoformat()]).encode()).hexdigest()[:32]

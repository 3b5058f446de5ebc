"""Alert rules -> events: pure, so that the same history gives the same events, with the same ids, after any restart.

What goes out once per event means here, by kind of rule:

- `below_target`, and `drop` against the median of 30 days, are states. An event begins with the first reading in it,
  and there is none again until a reading was out of it. A stock-out leaves the state as it is.
- `drop` against the previous price, `back_in_stock` and `lowest` are moments: each reading that does it is an event.
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
from enum import StrEnum
from itertools import pairwise
from typing import Any

import msgspec

from almazara.errors import InputError
from almazara.prices.buying.policy import DEADLINE_DAYS, LONGEST_DEADLINE
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.prices.collecting.sizing import last_change
from almazara.prices.forecasting.scores import Drift
from almazara.prices.schema import Listing, Observation
from almazara.words.said import Figure, Money, Said, said

Advises = Callable[[Sequence[Observation]], bool | None]
FRESH = timedelta(days=3)
MEDIAN_WINDOW = timedelta(days=30)
ADVICE_WINDOW = timedelta(days=400)


TARGET = "target:"
"""Begins the id of the rule that a listing's own target price stands for."""


class RuleKind(StrEnum):
    """What a rule waits for."""

    BELOW_TARGET = "below_target"
    DROP = "drop"
    BACK_IN_STOCK = "back_in_stock"
    LOWEST = "lowest"
    BUY_NOW = "buy_now"
    SCRAPER_UNWELL = "scraper_unwell"
    FORECASTS_DRIFTED = "forecasts_drifted"


SYSTEM_RULES = frozenset({RuleKind.SCRAPER_UNWELL, RuleKind.FORECASTS_DRIFTED})
"""Kinds that watch Almazara itself and no listing."""


class Reference(StrEnum):
    """What a drop is measured against."""

    PREVIOUS = "previous"
    MEDIAN_30 = "median_30"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What the owner wants to hear of.

    Attributes:
        created_at: From when on it looks (aware, UTC).
        listing_id: The listing that it watches; None for every listing, or for the scraper.
        target: Of `below_target`: at or below this price, in the listing's currency.
        percent: Of `drop`: by at least so many percent.
        reference: Of `drop`: against which price.
        days: Of `lowest`: lower than at any time in as many days. Of `buy_now`: the deadline, DEADLINE_DAYS by default.

    Raises:
        InputError: when what its kind needs is missing or makes no sense.
    """

    rule_id: str
    kind: RuleKind
    created_at: datetime
    listing_id: str | None = None
    target: Decimal | None = None
    percent: Decimal | None = None
    reference: Reference = Reference.PREVIOUS
    days: int | None = None

    def __post_init__(self) -> None:
        if self.kind is RuleKind.BELOW_TARGET and (self.listing_id is None or not _positive(self.target)):
            raise InputError(f"A rule of kind {self.kind} needs a listing and a target price above 0.")
        if self.kind is RuleKind.DROP and (not _positive(self.percent) or not _positive(100 - (self.percent or 0))):
            raise InputError(f"A rule of kind {self.kind} needs a percentage between 0 and 100.")
        if self.kind is RuleKind.LOWEST and (self.days or 0) < 1:
            raise InputError(f"A rule of kind {self.kind} needs a number of days of 1 or more.")
        if self.kind is RuleKind.BUY_NOW and not 1 <= self.deadline_days <= LONGEST_DEADLINE:
            raise InputError(f"A rule of kind {self.kind} needs a deadline of 1 to {LONGEST_DEADLINE} days.")
        if self.created_at.tzinfo is None:
            raise InputError("The moment of a rule's creation needs a time zone.")

    @property
    def deadline_days(self) -> int:
        """Of `buy_now`: within how many days one wants to have bought."""
        return DEADLINE_DAYS if self.days is None else self.days

    def as_document(self) -> dict[str, Any]:
        """JSON values, for a store's documents; `from_document` reads them again."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> AlertRule:
        """The rule of a document; what is none is refused."""
        try:
            return msgspec.convert(document, cls)
        except msgspec.ValidationError as error:
            raise InputError(f"The alert rule cannot be understood: {error}.") from error


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """Something that the owner wanted to hear of.

    Attributes:
        event_id: The same whenever the same rule meets the same reading.
        occurred_at: Moment of the reading with which it began.
        told: Its title, and the lines below it.
    """

    event_id: str
    rule_id: str
    kind: RuleKind
    listing_id: str | None
    occurred_at: datetime
    told: tuple[Said, ...]


def target_rule(listing: Listing) -> AlertRule | None:
    """The rule that a listing's own target price stands for, if it has one."""
    if listing.target_price is None or listing.created_at is None:
        return None
    rule_id = f"{TARGET}{listing.listing_id}"
    return AlertRule(
        rule_id, RuleKind.BELOW_TARGET, listing.created_at, listing.listing_id, target=listing.target_price
    )


def history_needed(rule: AlertRule) -> datetime:
    """From when on `evaluate` needs a listing's history, so that its events keep their ids."""
    window = ADVICE_WINDOW if rule.kind is RuleKind.BUY_NOW else MEDIAN_WINDOW
    return rule.created_at - max(window, timedelta(days=(rule.days or 0) + 1))


def evaluate(
    rule: AlertRule, listing: Listing, history: Sequence[Observation], advises_buying: Advises = lambda _: None
) -> tuple[AlertEvent, ...]:
    """The events of one rule and listing that are fresh, or still last.

    Args:
        rule: Any rule but one of the scraper, which gives nothing here.
        listing: What it is about.
        history: The listing's readings in any order, all of them from `history_needed` on.
        advises_buying: Of `buy_now`: whether the advice after such readings is to buy; None where nothing is known.
    """
    if rule.kind in SYSTEM_RULES or rule.listing_id not in {None, listing.listing_id}:
        return ()
    readings = _comparable(history)
    if not readings:
        return ()
    first = bisect_left(readings, rule.created_at, key=lambda o: o.observed_at)
    if rule.kind is RuleKind.BUY_NOW:
        states = _turns(readings, first, advises_buying)
    else:
        states = [(i, _CONDITIONS[rule.kind](rule, readings, i)) for i in range(first, len(readings))]
    known = [(i, state) for i, state in states if state is not None]
    begins = _begins(known) if _is_state(rule) else [i for i, state in known if state]
    lasts = bool(known) and known[-1][1]
    newest = readings[-1].observed_at
    return tuple(
        _reading_event(rule, listing, readings, i)
        for i in begins
        if newest - readings[i].observed_at <= FRESH or (lasts and i == begins[-1])
    )


def unwell_event(rule: AlertRule, report: HealthReport, since: datetime) -> AlertEvent | None:
    """The event of a scraper that is unwell since `since`, or None while it is well."""
    if rule.kind is not RuleKind.SCRAPER_UNWELL or report.healthy:
        return None
    return _event(rule, None, since, report.sentences)


def drift_event(rule: AlertRule, drifts: Sequence[Drift], since: datetime) -> AlertEvent | None:
    """The event of published forecasts that drift since `since`, or None while they keep what they promise."""
    if rule.kind is not RuleKind.FORECASTS_DRIFTED or not drifts:
        return None
    return _event(rule, None, since, [one.sentence for one in drifts])


def _positive(number: Decimal | int | None) -> bool:
    return number is not None and Decimal(number).is_finite() and number > 0


def _is_state(rule: AlertRule) -> bool:
    return rule.kind is RuleKind.BELOW_TARGET or (rule.kind is RuleKind.DROP and rule.reference is Reference.MEDIAN_30)


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


def _reading_event(rule: AlertRule, listing: Listing, readings: Sequence[Observation], i: int) -> AlertEvent:
    reading = readings[i]
    about: dict[str, Figure] = {
        "name": listing.title or listing.listing_id,
        "price": _money(reading.price, reading.currency),
    }
    detail = _detail(rule, reading.currency, _reference_price(rule, readings, i))
    size = _size(listing, reading)
    lines = [said("prices.alert.product", **about), *detail, *size, said("prices.alert.link", url=listing.url)]
    if rule.kind is RuleKind.LOWEST:
        about["days"] = rule.days or 0
    return _event(rule, listing.listing_id, reading.observed_at, lines, **about)


def _detail(rule: AlertRule, currency: str | None, reference: Decimal | None) -> Iterator[Said]:
    """What the price is compared with, where it is."""
    match rule.kind:
        case RuleKind.BELOW_TARGET:
            yield said("prices.alert.target", target=_money(rule.target, currency))
        case RuleKind.DROP:
            percent = float(rule.percent or 0)
            yield said(f"prices.alert.{rule.reference}", reference=_money(reference, currency), percent=percent)
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


def _event(
    rule: AlertRule, listing_id: str | None, began: datetime, lines: Sequence[Said], **about: Figure
) -> AlertEvent:
    """An event of which the title, that of the rule's kind, is about some figures."""
    asked = msgspec.to_builtins([rule.rule_id, rule.kind, rule.target, rule.percent, rule.reference, rule.days])
    text = json.dumps([*asked, listing_id, began.isoformat()])
    event_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    told = (said(f"prices.alert.{rule.kind}", **about), *lines)
    return AlertEvent(event_id, rule.rule_id, rule.kind, listing_id, began, told)

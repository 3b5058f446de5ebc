"""Alerts after a run: rules over the history of what is followed, events kept once, messages sent."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from almazara import log
from almazara.errors import InputError, NotFoundError
from almazara.prices.alerts import delivery
from almazara.prices.alerts.delivery import Delivered, Notifier
from almazara.prices.alerts.evaluating import Watched, drift_event, evaluate, history_needed, unwell_event
from almazara.prices.alerts.rules import SYSTEM_RULES, TARGET, AlertEvent, AlertRule, target_rule
from almazara.prices.alerts.watching import watched
from almazara.prices.buying.concerned import Announced
from almazara.prices.buying.deciding import decided
from almazara.prices.buying.goods import good_meant, goods
from almazara.prices.buying.policy import AdvicePolicies, advises_buying
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import kept_moves
from almazara.prices.forecasting.panel import Panel, filled_forward
from almazara.prices.forecasting.scores import Drift
from almazara.prices.schema import Listing, Observation
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import Language
from almazara.words.said import said

RULES = "alert_rule"
_SHOWN = 100  # characters of what is not known
MOST_DAYS = 3650
"""As far back a rule may look."""


def rules(store: ObservationStore, tracked: Iterable[Listing] | None = None) -> list[AlertRule]:
    """The rules that were made, and those that the products' target prices stand for, oldest first.

    The listings that are `tracked` are read from the store where they are not given.
    """
    targets = (target_rule(listing) for listing in (store.listings(tracked=True) if tracked is None else tracked))
    return _in_order([*_made(store), *(rule for rule in targets if rule is not None)])


def rules_about(store: ObservationStore, listing: Listing) -> list[AlertRule]:
    """The rules that watch a listing: its own, those for every listing, and what its target price stands for."""
    watching = [one for one in _made(store) if one.watches(listing)]
    target = target_rule(listing) if listing.tracked else None
    return _in_order([*watching, *([target] if target else [])])


def _made(store: ObservationStore) -> list[AlertRule]:
    return [AlertRule.from_document(document) for document in store.documents(RULES).values()]


def _in_order(found: Iterable[AlertRule]) -> list[AlertRule]:
    return sorted(found, key=lambda rule: (rule.created_at, rule.rule_id))


def events(
    store: ObservationStore,
    health: HealthReport,
    now: datetime,
    *,
    timezone: str,
    policies: AdvicePolicies | None = None,
    drifts: Sequence[Drift] = (),
) -> Iterator[AlertEvent]:
    """The events of all rules that are fresh or still last; without policies there is no advice to turn.

    The days of an index are those of `timezone` (an IANA name).
    """
    unwell_since = delivery.trouble_since(store, "scraper", lasts=not health.healthy, now=now)
    drifted_since = delivery.trouble_since(store, "forecasts", lasts=bool(drifts), now=now)
    for rule in rules(store):
        unwell = unwell_event(rule, health, unwell_since) if unwell_since else None
        drifted = drift_event(rule, drifts, drifted_since) if drifted_since else None
        yield from (event for event in (unwell, drifted) if event)
    made = [rule for rule in rules(store) if rule.kind not in SYSTEM_RULES]
    moves = kept_moves(store)
    for seen, history, watching in watched(store, made, now, timezone):
        category = next((one.category for one in seen.listings.values()), None)
        concerning = Announced(moves, seen.listings).of_all(seen.listings)
        for rule in watching:
            advises = partial(_advises_buying, policies, category, concerning, rule.deadline_days)
            needed = bisect_left(history, history_needed(rule), key=lambda reading: reading.observed_at)
            yield from _evaluated(rule, seen, history[needed:], advises)


def _evaluated(
    rule: AlertRule,
    seen: Watched,
    history: Sequence[Observation],
    advises: Callable[[Sequence[Observation]], bool | None],
) -> tuple[AlertEvent, ...]:
    """The events of a rule and what it watches; one that fails is logged, and keeps no other from being told."""
    try:
        return evaluate(rule, seen, history, advises)
    except Exception as error:  # noqa: BLE001 - nothing outside is asked here, so it is of this rule alone
        log.broken("rule_failed", error, rule=rule.rule_id, subject=seen.subject)
        return ()


def _advises_buying(
    policies: AdvicePolicies | None,
    category: str | None,
    moves: Sequence[AnnouncedMove],
    deadline_days: int,
    readings: Sequence[Observation],
) -> bool | None:
    if policies is None or readings[-1].price is None:
        return None
    [decision] = decided(_daily(readings), [moves], [category], policies, deadline_days)
    return advises_buying(decision)


def _daily(readings: Sequence[Observation]) -> Panel:
    """One price a day, the last reading of a day counting, carried until the next one."""
    days = [reading.observed_at.date().toordinal() - readings[0].observed_at.date().toordinal() for reading in readings]
    prices = np.full((1, days[-1] + 1), np.nan)
    for day, reading in zip(days, readings, strict=True):
        prices[0, day] = np.nan if reading.price is None else float(reading.price)
    return Panel.whole([readings[-1].listing_id], readings[0].observed_at.date(), filled_forward(prices))


def alert(
    store: ObservationStore,
    notifier: Notifier,
    health: HealthReport,
    now: datetime,
    *,
    timezone: str,
    policies: AdvicePolicies | None = None,
    drifts: Sequence[Drift] = (),
    language: Language = Language.ES,
) -> tuple[int, Delivered]:
    """Keep new events in words of a language, and send what is due; returns how many were new, and what was sent."""
    found = events(store, health, now, timezone=timezone, policies=policies, drifts=drifts)
    new = delivery.record(store, found, notifier.targets, now=now, language=language)
    sent = delivery.deliver(store, notifier, now=now)
    log.event("alerts", new=new, sent=sent.sent, failed=sent.failed)
    return new, sent


def add_rule(store: ObservationStore, make: Callable[[str, datetime], AlertRule]) -> AlertRule:
    """Keep an alert rule under a new id; of those that ask for the same there is one, which is given back.

    Raises:
        InputError: when what its kind needs is missing or makes no sense.
        NotFoundError: when what it watches is not known.
    """
    now = datetime.now(UTC)
    rule = make("", now)
    if (rule.days or 0) > MOST_DAYS:
        raise InputError(said("prices.error.rule_days", most=str(MOST_DAYS), days=str(rule.days)))
    _require_known(store, rule)
    if (known := _known(store, rule)) is not None:
        return known
    # The same for all who ask for it at once, and another one when it is made again after it was removed.
    rule = replace(rule, rule_id=f"{now:%Y%m%dT%H%M}-{sha256(msgspec.json.encode(_asked(rule))).hexdigest()[:16]}")
    store.put_document(RULES, rule.rule_id, rule.as_document(), if_absent=True)
    return _known(store, rule) or rule


def _known(store: ObservationStore, rule: AlertRule) -> AlertRule | None:
    """The rule that asks for the same, where there is one."""
    return next((one for one in _in_order(_made(store)) if _asked(one) == _asked(rule)), None)


def _asked(rule: AlertRule) -> dict[str, Any]:
    return {name: value for name, value in rule.as_document().items() if name not in {"rule_id", "created_at"}}


def _require_known(store: ObservationStore, rule: AlertRule) -> None:
    if rule.listing_id is not None and not (is_key(rule.listing_id) and store.listing(rule.listing_id)):
        raise NotFoundError(said("prices.error.no_product", product=rule.listing_id[:_SHOWN]))
    if rule.good is None and rule.category is None and rule.index is None:
        return
    listings = store.listings()
    if rule.good is not None and good_meant(rule.good, goods(listings), listings) is None:
        raise NotFoundError(said("prices.error.no_good", good=rule.good[:_SHOWN]))
    categories = {one.category for one in listings if one.category}
    for name in (rule.category, rule.index):
        if name is not None and name not in categories:
            near = get_close_matches(name[:_SHOWN], sorted(categories))
            raise NotFoundError(said("prices.error.no_category", name=name[:_SHOWN]), near)


def remove_rule(store: ObservationStore, rule_id: str) -> None:
    """Forget a rule, or the target price that one stands for.

    Raises:
        NotFoundError: when there is no such rule.
    """
    known = is_key(rule_id)
    if known and store.document(RULES, rule_id) is not None:
        store.delete_document(RULES, rule_id)
        return
    listing = store.listing(rule_id.removeprefix(TARGET)) if known and rule_id.startswith(TARGET) else None
    if listing is None or listing.target_price is None:
        raise NotFoundError(said("prices.error.no_rule", rule=rule_id[:100]))
    store.save_listing(replace(listing, target_price=None))

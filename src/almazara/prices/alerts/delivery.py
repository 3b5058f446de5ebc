"""Sending each alert event once to each target, whatever is restarted, killed or unreachable in between.

The guarantee: an event is kept before it is sent, and tried again with growing pauses until the target took it or
GIVE_UP has passed; it is sent once. Only when the process is killed in the moment between the target's "taken" and our
keeping of that fact is it sent a second time, because losing it would be worse.

How, with nothing but `put_document(if_absent=True)`, of which one of several processes wins:

- `alert_event/<event>`: the message in the owner's words and as codes and figures, and its targets, kept once and
  never changed.
- `alert_attempt/<event>/<target>/<number>`: whoever creates it may send; the others leave that attempt alone.
- `alert_delivery/<event>/<target>`: how the newest finished attempt ended, kept by whoever made it.

An attempt without an end that is older than LEASE was cut off by a kill: the next attempt is open to all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from almazara.prices.alerts.rules import AlertEvent, RuleKind
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import Language
from almazara.words.said import Said

EVENTS, ATTEMPTS, DELIVERIES, STATE = "alert_event", "alert_attempt", "alert_delivery", "alert_state"
LEASE = timedelta(minutes=15)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
GIVE_UP = timedelta(days=7)


class DeliveryState(StrEnum):
    """How the newest attempt ended."""

    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


class Notifier(Protocol):
    """A way out for messages."""

    @property
    def targets(self) -> Sequence[str]:
        """Names of the targets, without secrets; the same after a restart."""
        ...

    def send(self, target: str, title: str, body: str) -> str | None:
        """Send a message; None when the target took it, else why not, without secrets."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it was kept: `occurred_at` is the moment of its reading, `recorded_at` that of its discovery."""

    event_id: str
    rule_id: str
    kind: RuleKind
    listing_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one call of `deliver` did."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def record(
    store: ObservationStore,
    events: Iterable[AlertEvent],
    targets: Sequence[str],
    *,
    now: datetime,
    language: Language = Language.ES,
) -> int:
    """Keep events that are not kept yet, to be sent to `targets` in a language; returns how many were new."""
    about = {"targets": list(targets), "recorded_at": now.isoformat()}
    return sum(
        store.put_document(EVENTS, event.event_id, {**_document(event, language), **about}, if_absent=True)
        for event in events
    )


def _document(event: AlertEvent, language: Language) -> dict[str, Any]:
    """An event in words, and as codes and figures (`told`)."""
    title, body = _message(event.told, language)
    return {**msgspec.to_builtins(event), "title": title, "body": body}


def recorded(
    store: ObservationStore, limit: int | None = None, language: Language | None = None
) -> list[RecordedEvent]:
    """The events that were kept, newest first: as they were sent, or in a language where that is known of them."""
    found = (_recorded(document, language) for document in store.documents(EVENTS).values())
    return sorted(found, key=lambda event: (event.recorded_at, event.event_id), reverse=True)[:limit]


def _recorded(document: dict[str, Any], language: Language | None) -> RecordedEvent:
    event = msgspec.convert(document, RecordedEvent)
    if language is None or "told" not in document:
        return event
    try:
        title, body = _message([Said.of(one) for one in document["told"]], language)
    except KeyError:  # kept by another version, whose words are not ours
        return event
    return replace(event, title=title, body=body)


def _message(told: Sequence[Said], language: Language) -> tuple[str, str]:
    title, *lines = (one.text(language) for one in told)
    return title, "\n".join(lines)


def deliver(store: ObservationStore, notifier: Notifier, *, now: datetime) -> Delivered:
    """Send what is kept, due and not sent yet; safe to call from several processes at once."""
    deliveries = store.documents(DELIVERIES)
    ends = [
        _try(store, notifier, event, target, now=now)
        for event_id, event in store.documents(EVENTS).items()
        for target in event["targets"]
        if target in notifier.targets and _is_due(deliveries.get(f"{event_id}/{target}"), now)
    ]
    return Delivered(*(ends.count(state) for state in DeliveryState))


def trouble_since(store: ObservationStore, subject: str, *, lasts: bool, now: datetime) -> datetime | None:
    """Since when a subject is in trouble, kept over restarts; None, and forgotten, as soon as it is not."""
    if not lasts:
        store.delete_document(STATE, subject)
        return None
    store.put_document(STATE, subject, {"unwell_since": now.isoformat()}, if_absent=True)
    kept = store.document(STATE, subject)
    return now if kept is None else datetime.fromisoformat(kept["unwell_since"])


def _is_due(delivery: dict[str, Any] | None, now: datetime) -> bool:
    if delivery is None:
        return True
    if delivery["state"] != DeliveryState.FAILED:
        return False
    # The exponent is bounded, because 2 to a large number of attempts overflows long before the pause matters.
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(delivery["attempts"] - 1, 10), LONGEST_PAUSE)
    return now - datetime.fromisoformat(delivery["at"]) >= pause


def _try(
    store: ObservationStore, notifier: Notifier, event: dict[str, Any], target: str, *, now: datetime
) -> DeliveryState | None:
    """Make the next attempt, unless another process is at it; returns how it ended."""
    key = f"{event['event_id']}/{target}"
    number = _claim(store, key, now)
    if number is None:
        return None
    reason = notifier.send(target, event["title"], event["body"])
    state = DeliveryState.SENT
    if reason is not None:
        too_old = now - datetime.fromisoformat(event["recorded_at"]) >= GIVE_UP
        state = DeliveryState.GIVEN_UP if too_old else DeliveryState.FAILED
    ended = {"state": state.value, "attempts": number, "at": now.isoformat(), "reason": reason}
    store.put_document(DELIVERIES, key, ended)
    return state


def _claim(store: ObservationStore, key: str, now: datetime) -> int | None:
    """Win the next attempt of `key`: its number, or None when it is not ours to make."""
    # Read anew, because another process may have made an attempt since the deliveries were listed.
    delivery = store.document(DELIVERIES, key)
    if not _is_due(delivery, now):
        return None
    number = 1 if delivery is None else delivery["attempts"] + 1
    while not store.put_document(ATTEMPTS, f"{key}/{number}", {"at": now.isoformat()}, if_absent=True):
        claimed = store.document(ATTEMPTS, f"{key}/{number}")
        if claimed is None or now - datetime.fromisoformat(claimed["at"]) < LEASE:
            return None
        number += 1
    return number

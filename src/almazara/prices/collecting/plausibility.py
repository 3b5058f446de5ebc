"""Is a new reading believable? One that history does not make plausible is held until a second agrees.

The rule, in factors (30 € after 10 €, or 10 € after 30 €, is a factor of 3):

- The reference is the last price before the reading. A factor of up to 2.5 is plausible for any listing; one that moved
  more within the last year may move 1.25 times its largest move, up to a factor of 4 and never more.
- So a shifted decimal point, or cents taken for euros, is always held, unless the true price moved by a
  factor of more than 2.5 in the same instant. On real retail series fewer than one change in a thousand is
  held (docs/prices-forecasts.md).
- Another currency than the last one is always held.

A stock-out and a first price are accepted: there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

import msgspec

from almazara.errors import InputError
from almazara.prices.schema import Observation
from almazara.words.said import said

ALWAYS_PLAUSIBLE = Decimal("2.5")
NEVER_PLAUSIBLE = Decimal(4)
HEADROOM = Decimal("1.25")
MEMORY = timedelta(days=365)
AGREEMENT = Decimal("0.02")
CONFIRM_AFTER = timedelta(minutes=10)
UNCONTRADICTED = timedelta(days=7)
_SHIFTS = tuple(Decimal(10) ** n for n in range(1, 4))
_SHIFT_TOLERANCE = Decimal("1.1")


class HoldReason(StrEnum):
    """Why a reading is held."""

    JUMP = "jump"
    DECIMAL_SHIFT = "decimal_shift"
    CURRENCY = "currency"
    NOT_POSITIVE = "not_positive"


@dataclass(frozen=True, slots=True)
class Held:
    """A reading that waits for a second one.

    Attributes:
        sentence: What is odd, for the person who looks after the scraper.
    """

    reading: Observation
    reason: HoldReason
    sentence: str

    def as_document(self) -> dict[str, Any]:
        """JSON values, for a store's documents; `from_document` reads them again."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Held:
        """The held reading of a document; refuses one that `as_document` has not made."""
        try:
            return msgspec.convert(document, cls)
        except msgspec.ValidationError as error:
            raise InputError(said("prices_refused.store.held", why=str(error))) from error


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a reading: `held` is set, or all in `accepted` is recorded and nothing stays held.

    Attributes:
        accepted: The new reading alone, or after the held one that it confirms.
        held: What is to be kept as the listing's held reading: the new one, or the earlier one where the new
            one agrees with it but came too soon.
    """

    accepted: tuple[Observation, ...] = ()
    held: Held | None = None

    @property
    def reason(self) -> str:
        """Why it is held, in a sentence; empty when it is not."""
        return "" if self.held is None else self.held.sentence


def judge(history: Sequence[Observation], reading: Observation, held: Held | None = None) -> Verdict:
    """Decide what to do with a reading.

    Args:
        history: The listing's recorded observations, in any order; at least those of the year before the
            reading, and the last one that has a price.
        reading: What was just read.
        held: The listing's reading that waits for confirmation, if any.
    """
    if reading.price is None:
        return Verdict((reading,))
    doubt = _doubt(history, reading)
    if doubt is None:
        return Verdict((reading,))
    if doubt.reason is HoldReason.NOT_POSITIVE or held is None or not _agree(held.reading, reading):
        return Verdict(held=doubt)
    if reading.observed_at - held.reading.observed_at < CONFIRM_AFTER:
        return Verdict(held=held)
    return Verdict((held.reading, reading))


def judge_last(
    history: Sequence[Observation], reading: Observation, *, until: datetime, held: Held | None = None
) -> Verdict:
    """Decide as `judge` does of the last reading of a history that was not judged as it came.

    A spike just before it is not held against it: what fits the price before the spike is accepted. So is what stood
    for UNCONTRADICTED until `until`, the end of what is known: a history of changes tells a price once.
    """
    if until - reading.observed_at >= UNCONTRADICTED:
        return Verdict((reading,))
    verdict = judge(history, reading, held)
    earlier = _priced_before(history, reading)[:-1]
    if verdict.held is None or not earlier or judge(earlier, reading).held is not None:
        return verdict
    return Verdict((reading,))


def _doubt(history: Sequence[Observation], reading: Observation) -> Held | None:
    price = reading.price
    if price is None or not price.is_finite() or price <= 0:
        return Held(reading, HoldReason.NOT_POSITIVE, f"The price {price} is no positive number.")
    earlier = _priced_before(history, reading)
    if not earlier:
        return None
    last = earlier[-1]
    if reading.currency != last.currency:
        return Held(reading, HoldReason.CURRENCY, f"The currency was {last.currency} and is now {reading.currency}.")
    factor = _factor(last, reading)
    limit = _limit([o for o in earlier if o.observed_at >= reading.observed_at - MEMORY])
    if factor <= limit:
        return None
    went = f"The price went from {last.price} to {price} {reading.currency or ''}".rstrip()
    if any(max(factor / shift, shift / factor) <= _SHIFT_TOLERANCE for shift in _SHIFTS):
        return Held(reading, HoldReason.DECIMAL_SHIFT, f"{went}, as if the decimal point had moved.")
    sentence = f"{went}, a factor of {factor:.1f}; up to {limit:.1f} is plausible here."
    return Held(reading, HoldReason.JUMP, sentence)


def _priced_before(history: Sequence[Observation], reading: Observation) -> list[Observation]:
    return sorted(
        (o for o in history if o.price is not None and o.price > 0 and o.observed_at < reading.observed_at),
        key=lambda o: o.observed_at,
    )


def _limit(recent: Sequence[Observation]) -> Decimal:
    moves = [_factor(a, b) for a, b in pairwise(recent) if a.currency == b.currency]
    return min(max(ALWAYS_PLAUSIBLE, HEADROOM * max(moves, default=Decimal(1))), NEVER_PLAUSIBLE)


def _factor(before: Observation, after: Observation) -> Decimal:
    a, b = before.price, after.price
    return max(a / b, b / a) if a and b else Decimal(1)


def _agree(held: Observation, reading: Observation) -> bool:
    if held.price is None or reading.price is None or held.currency != reading.currency:
        return False
    return abs(held.price - reading.price) <= AGREEMENT * held.price

"""Is a new reading believable? A price that history does not make plausible is held until a second reading agrees.

The rule, in factors (30 € after 10 €, or 10 € after 30 €, is a factor of 3):

- The reference is the last price before the reading. A factor of up to 2.5 is plausible for any listing; one
  that moved more within the last year may move 1.25 times its largest move, up to a factor of 4 and never
  more.
- So a shifted decimal point, or cents taken for euros, is always held, unless the true price moved by a
  factor of more than 2.5 in the same instant. On real retail series fewer than one change in a thousand is
  held (docs/prices-forecasts.md).
- Another currency than the last one is always held.

A stock-out and a first price are accepted: there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from almazara.prices.schema import Observation

ALWAYS_PLAUSIBLE = Decimal("2.5")
NEVER_PLAUSIBLE = Decimal(4)
HEADROOM = Decimal("1.25")
MEMORY = timedelta(days=365)
AGREEMENT = Decimal("0.02")
CONFIRM_AFTER = timedelta(minutes=10)
_SHIFTS = tuple(Decimal(10) ** n for n in range(1, 4))
_SHIFT_TOLERANCE = Decimal("1.1")


class HoldReason(StrEnum):
    """Why a reading is held."""

    JUMP = "jump"
    DECIMAL_SHIFT = "decimal_shift"
    CURRENCY = "currency"
    NOT_POSITIVE = "not_positive"


@dataclass(frozen=True, slots=True)
class Accept:
    """Record the reading; a held one, if any, is refuted and can be dropped."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Do not record; keep `reading` as the listing's held one.

    Attributes:
        reading: The new reading, or the held one where the new one agrees with it but came too soon.
        sentence: What is odd, for the person who looks after the scraper.
    """

    reading: Observation
    reason: HoldReason
    sentence: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Record both the held reading and the new one, which agrees with it; nothing is held any more."""

    held: Observation


Verdict = Accept | Hold | Confirm


def judge(history: Sequence[Observation], reading: Observation, held: Observation | None = None) -> Verdict:
    """Decide what to do with a reading.

    Args:
        history: The listing's recorded observations, in any order; at least those of the year before the
            reading, and the last one that has a price.
        reading: What was just read.
        held: The listing's reading that waits for confirmation, if any.
    """
    if reading.price is None:
        return Accept()
    doubt = _doubt(history, reading)
    if doubt is None:
        return Accept()
    reason, sentence = doubt
    if reason is HoldReason.NOT_POSITIVE or held is None or not _agree(held, reading):
        return Hold(reading, reason, sentence)
    if reading.observed_at - held.observed_at < CONFIRM_AFTER:
        return Hold(held, reason, sentence)
    return Confirm(held)


def _doubt(history: Sequence[Observation], reading: Observation) -> tuple[HoldReason, str] | None:
    price = reading.price
    if price is None or not price.is_finite() or price <= 0:
        return HoldReason.NOT_POSITIVE, f"The price {price} is no positive number."
    earlier = sorted(
        (o for o in history if o.price is not None and o.price > 0 and o.observed_at < reading.observed_at),
        key=lambda o: o.observed_at,
    )
    if not earlier:
        return None
    last = earlier[-1]
    if reading.currency != last.currency:
        return HoldReason.CURRENCY, f"The currency was {last.currency} and is now {reading.currency}."
    factor = _factor(last, reading)
    limit = _limit([o for o in earlier if o.observed_at >= reading.observed_at - MEMORY])
    if factor <= limit:
        return None
    went = f"The price went from {last.price} to {price} {reading.currency}"
    if any(max(factor / shift, shift / factor) <= _SHIFT_TOLERANCE for shift in _SHIFTS):
        return HoldReason.DECIMAL_SHIFT, f"{went}, as if the decimal point had moved."
    return HoldReason.JUMP, f"{went}, a factor of {factor:.1f}; up to {limit:.1f} is plausible here."


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

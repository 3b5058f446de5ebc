"""Buy now or wait: the answer to a buyer's question, and why, in figures that are true of the history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np

from almazara.errors import InputError
from almazara.prices.answers import MOST_PIECES, Advice, Plan, Product
from almazara.prices.buying.cheapest import switch
from almazara.prices.buying.deciding import decided
from almazara.prices.buying.policy import LONGEST_DEADLINE, Action, AdvicePolicies, Decision, Policy, Why
from almazara.prices.buying.states import MIN_DAYS, SAME, STATES, WEEKS, WINDOW_DAYS, cheaper_weeks, states
from almazara.prices.forecasting.announced import AnnouncedMove, restated
from almazara.prices.forecasting.panel import Floats, Panel, filled_forward
from almazara.words.numbers import Language, smallest
from almazara.words.said import Figure, Money, Said, said

_NEAR_TOP, _NEAR_BOTTOM = 0.8, 0.2


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be bought and its daily prices, within how many days, and how many.

    Attributes:
        beside: The products of its category, itself among them.
        history: Of the product alone, up to today.
        moves: Announced, and about the product.
    """

    product: Product
    beside: Sequence[Product]
    history: Panel
    today: date
    deadline_days: int
    quantity: int
    moves: Sequence[AnnouncedMove] = ()

    @property
    def prices(self) -> Floats:
        """Shape (days,); NaN where unknown."""
        return self.history.prices[0] if self.history.names else np.full(1, np.nan)

    @property
    def price(self) -> Decimal | None:
        """What it costs, if that is known of today."""
        latest = self.product.latest
        return latest.price if latest and not np.isnan(self.prices[-1]) else None

    @property
    def currency(self) -> str | None:
        """Of the daily prices."""
        return self.history.currencies[0] if self.history.names else None


def advise(asked: Question, policies: AdvicePolicies, language: Language = Language.ES) -> Advice:
    """The answer to one question, by what was learned, in words of a language.

    Raises:
        InputError: for a deadline or quantity out of range.
    """
    if not 1 <= asked.deadline_days <= LONGEST_DEADLINE:
        raise InputError(said("prices_refused.asked.deadline", days=str(asked.deadline_days), most=LONGEST_DEADLINE))
    if not 1 <= asked.quantity <= MOST_PIECES:
        raise InputError(said("prices_refused.asked.quantity", quantity=str(asked.quantity), most=str(MOST_PIECES)))
    decision = _decision(asked, policies)
    policy = policies.of(asked.product.category, decision.days or asked.deadline_days)
    planned = plan(decision, asked.price, asked.today)
    saving = (asked.price or Decimal(0)) * asked.quantity * Decimal(decision.saving)
    between = _between(asked, decision)
    least, most = between or (None, None)
    told = [_message(asked, decision, planned), *_reasons(asked, decision, between, policy)]
    message, *reasons = (one.text(language) for one in told)
    return Advice(
        product=asked.product.id,
        action=planned.action,
        why=planned.why,
        price=asked.price,
        currency=asked.currency,
        as_of=asked.today if asked.price is not None else None,
        deadline_days=asked.deadline_days,
        quantity=asked.quantity,
        target_price=planned.target_price,
        until=planned.until,
        expected_saving=saving.quantize(smallest(asked.currency), ROUND_HALF_UP),
        expected_saving_percent=planned.expected_saving_percent,
        saving_low=least,
        saving_high=most,
        chance_of_paying_more=planned.chance_of_paying_more,
        message=message,
        reasons=reasons,
        told=told,
        cheapest=switch(asked.product, asked.beside, asked.quantity, language),
    )


def _between(asked: Question, decision: Decision) -> tuple[Decimal, Decimal] | None:
    """In money, for the quantity, between which a wait mostly saves."""
    if decision.saves is None or asked.price is None:
        return None
    # Without the last digits, which are noise, and would be a cent more.
    least, most = (asked.price * asked.quantity * Decimal(str(round(one, 12))) for one in decision.saves)
    unit = smallest(asked.currency)
    return least.quantize(unit, ROUND_FLOOR), most.quantize(unit, ROUND_CEILING)


def _decision(asked: Question, policies: AdvicePolicies) -> Decision:
    if not asked.history.names:
        return Decision(Action.UNKNOWN, Why.NO_PRICE if asked.product.latest is None else Why.STALE)
    category = asked.product.category
    [decision] = decided(
        asked.history, [asked.moves], [category], policies, asked.deadline_days, quantity=asked.quantity
    )
    return decision


def plan(decision: Decision, price: Decimal | None, today: date) -> Plan:
    """A decision of today on a product that costs so much, as it is answered."""
    return Plan(
        action=decision.action.value,
        why=decision.why.value,
        target_price=_target(decision, price or Decimal(0)),
        until=today + timedelta(days=decision.days) if decision.action is Action.WAIT else None,
        expected_saving_percent=round(decision.saving * 100, 1),
        chance_of_paying_more=round(decision.chance, 2),
    )


def _target(decision: Decision, price: Decimal) -> Decimal | None:
    """Rounded down to the decimals that the price has, so that a price there is one that was meant."""
    if decision.target is None:
        return None
    exponent = price.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else -2)
    return max(unit, Decimal(f"{decision.target:.12g}").quantize(unit, ROUND_FLOOR))  # of 9.35, and no bit below it


def _message(asked: Question, decision: Decision, planned: Plan) -> Said:
    """The advice itself."""
    code, latest = f"prices.advice.{decision.why}", asked.product.latest
    if planned.target_price is not None and planned.until is not None:
        target = Money(planned.target_price, asked.currency)
        return said(
            code, target=target, until=planned.until, saving=decision.saving, chance=planned.chance_of_paying_more
        )
    if decision.coming is not None:
        day = asked.today + timedelta(days=decision.coming.days)
        return said(code, day=day, share=decision.coming.factor - 1)
    if decision.why is Why.SHORT_HISTORY:
        return said(code, window=WINDOW_DAYS, needed=MIN_DAYS)
    if decision.why is Why.STALE and latest is not None:
        if latest.price is None:
            return said("prices.advice.sold_out")
        return said(code, price=Money(latest.price, latest.currency), n=int(latest.days_ago))
    return said(code)


def _reasons(
    asked: Question, decision: Decision, between: tuple[Decimal, Decimal] | None, policy: Policy | None
) -> Iterator[Said]:
    """The range, the last weeks, the last change, and what waiting brought before."""
    if np.isnan(asked.prices).all():
        return
    past = filled_forward(asked.prices[None, :])
    yield _range(past[0, -WINDOW_DAYS:], asked)
    yield _weeks(past, asked.currency)
    if past.shape[1] > 1 and asked.price is not None:
        yield from _standing(past)
    yield from _announced(asked, decision)
    if between:
        low, high = between
        code = "prices.reason.saves_between" if low >= 0 else "prices.reason.saves_or_costs"
        yield said(code, low=Money(abs(low), asked.currency), high=Money(high, asked.currency))
    if policy is not None and decision.why in {Why.WORTH, Why.NOT_WORTH, Why.TOO_LITTLE}:
        yield from _backtested(policy)


def _range(window: Floats, asked: Question) -> Said:
    now, low, high = window[-1], np.nanmin(window), np.nanmax(window)
    days = int((~np.isnan(asked.prices[-WINDOW_DAYS:])).sum())
    if high <= low * (1 + SAME):
        return said("prices.reason.unchanged", days=days, window=WINDOW_DAYS)
    position = (now - low) / (high - low)
    where = "near_top" if position >= _NEAR_TOP else "near_bottom" if position <= _NEAR_BOTTOM else "within"
    amounts = {"low": low, "high": high, "now": now}
    span: dict[str, Figure] = {name: _amount(price, asked.currency) for name, price in amounts.items()}
    if asked.price is not None:
        return said(f"prices.reason.{where}", days=days, **span)
    known = int(np.flatnonzero(~np.isnan(asked.prices))[-1])
    day, latest = asked.today - timedelta(days=len(asked.prices) - 1 - known), asked.product.latest
    span["day"] = min(day, latest.observed_at.date()) if latest else day  # a price counts on for some days after it
    return said(f"prices.reason.{where}_before", days=days, **span)


def _weeks(past: Floats, currency: str | None) -> Said:
    weeks = cheaper_weeks(past)[0]
    if not weeks.any():
        return said("prices.reason.never_cheaper", of=WEEKS)
    lowest = float(np.nanmin(past[0, -7 * WEEKS :]))
    share = 1 - lowest / float(past[0, -1])
    return said(
        "prices.reason.cheaper", weeks=int(weeks.sum()), of=WEEKS, share=share, lowest=_amount(lowest, currency)
    )


def _standing(past: Floats) -> Iterator[Said]:
    state = dict(zip(STATES, states(past)[0], strict=True))
    change = float(np.expm1(state["last_change"]))
    if change:
        yield said(f"prices.reason.{'rose' if change > 0 else 'fell'}", days=int(state["standing"]), share=abs(change))


def _announced(asked: Question, decision: Decision) -> Iterator[Said]:
    """The announced moves that the message does not name: those that explain a price, and those to come."""
    for one in asked.moves:
        if one.date > asked.today:
            is_near = (one.date - asked.today).days <= asked.deadline_days
            if is_near and decision.why not in {Why.RISE_ANNOUNCED, Why.FALL_ANNOUNCED}:
                yield one.sentence
        elif _has_moved(asked.history, one):
            code = f"prices.reason.{one.how}_rise" if one.is_rise else f"prices.reason.{one.how}_fall"
            yield said(code, day=one.date, share=abs(one.factor - 1))


def _has_moved(history: Panel, move: AnnouncedMove) -> bool:
    """Whether the price moved as was announced, within the days that reasons are about."""
    window = slice(-WINDOW_DAYS, None)
    return not np.array_equal(restated(history, [[move]]).prices[:, window], history.prices[:, window], equal_nan=True)


def _backtested(policy: Policy) -> Iterator[Said]:
    evidence = policy.evidence
    if evidence.waits:
        waited = {"days": policy.days, "waits": evidence.waits, "cases": evidence.cases}
        saving, more = (share * evidence.cases / evidence.waits for share in (evidence.saving, evidence.paid_more))
        yield said("prices.reason.backtested", **waited, saving=saving, more=more)


def _amount(price: float, currency: str | None) -> Money:
    return Money(Decimal(str(round(float(price), 4))), currency)

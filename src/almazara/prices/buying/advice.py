"""Buy now or wait: what a policy says of a price today, and why, in figures that are true of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

import numpy as np

from almazara.prices.answers import Advice, Switch
from almazara.prices.buying.policy import AdvicePolicies, Policy
from almazara.prices.buying.states import (
    MIN_DAYS,
    SAME,
    STATES,
    WEEKS,
    WINDOW_DAYS,
    Floats,
    cheaper_weeks,
    filled_forward,
    states,
    target_prices,
)
from almazara.prices.money import money

_CENT: Final = Decimal("0.01")
_NEAR_TOP, _NEAR_BOTTOM = 0.8, 0.2


class Action(StrEnum):
    """What to do."""

    BUY = "buy"
    WAIT = "wait"


class Why(StrEnum):
    """What decided."""

    NO_PRICE = "no_price"
    SHORT_HISTORY = "short_history"
    STALE = "stale"
    NO_SUPPORT = "no_support"
    NOT_WORTH = "not_worth"
    WORTH = "worth"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of one series; shares of its price.

    Attributes:
        action: Buy or wait.
        why: What decided.
        target: The price to wait for; None with `buy`.
        days: How long to wait at most; 0 with `buy`.
        saving: Expected of waiting, 0 with `buy`.
        chance: Of paying more than now, 0 with `buy`.
    """

    action: Action
    why: Why
    target: float | None = None
    days: int = 0
    saving: float = 0.0
    chance: float = 0.0


def decide(prices: Floats, policy: Policy | None) -> list[Decision]:
    """The decision for each series on its last day; `buy` wherever too little is known.

    Args:
        prices: Shape (series, days), NaN where unknown; the last column is the day of the decision.
        policy: Of their kind; None where nothing was learned.
    """
    known = ~np.isnan(prices)
    found = [_unknown(days) for days in known]
    asked = np.flatnonzero([one is None for one in found])
    if policy is None or policy.threshold is None:
        return [one or Decision(Action.BUY, Why.NO_SUPPORT) for one in found]
    if asked.size:
        past = filled_forward(prices[asked])
        state, targets = states(past), target_prices(past)
        saving, chance, _ = policy.judge(state)
        for row, waits, target, *expected in zip(asked, policy.waits(state), targets, saving, chance, strict=True):
            found[row] = Decision(Action.BUY, Why.NOT_WORTH)
            if waits:
                found[row] = Decision(Action.WAIT, Why.WORTH, float(target), policy.days, *map(float, expected))
    return [one for one in found if one is not None]


def _unknown(known: np.ndarray) -> Decision | None:
    """Why nothing can be said of one series, or None where it can."""
    if not known.any():
        return Decision(Action.BUY, Why.NO_PRICE)
    if not known[-1]:
        return Decision(Action.BUY, Why.STALE)
    enough = int(known[-WINDOW_DAYS:].sum()) >= MIN_DAYS
    return None if enough else Decision(Action.BUY, Why.SHORT_HISTORY)


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: a product's daily prices, and what its buyer needs."""

    listing_id: str
    group: str | None
    prices: Floats
    last_day: date
    price: Decimal | None
    currency: str | None
    deadline_days: int
    quantity: int


def advise(asked: Asked, policies: AdvicePolicies, cheapest: Switch | None) -> Advice:
    """The answer to one question.

    Args:
        asked: The question; `prices` has shape (days,).
        policies: What was learned.
        cheapest: The cheapest comparable litre, if known.
    """
    policy = policies.of(asked.group, asked.deadline_days)
    decision = decide(asked.prices[None, :], policy)[0]
    price = asked.price or Decimal(0)
    target, until = _target(decision, price), asked.last_day + timedelta(days=decision.days)
    saving = price * asked.quantity * Decimal(decision.saving)
    waits = decision.action is Action.WAIT
    return Advice(
        product=asked.listing_id,
        action=decision.action.value,
        price=asked.price,
        currency=asked.currency,
        as_of=asked.last_day if asked.price is not None else None,
        deadline_days=asked.deadline_days,
        quantity=asked.quantity,
        target_price=target,
        until=until if waits else None,
        expected_saving=saving.quantize(_CENT, ROUND_HALF_UP),
        expected_saving_percent=round(decision.saving * 100, 1),
        chance_of_paying_more=round(decision.chance, 2),
        message=_message(decision, target, until, asked.currency),
        reasons=_reasons(asked, decision, policy),
        cheapest=cheapest,
    )


def _target(decision: Decision, price: Decimal) -> Decimal | None:
    """Rounded down to the decimals that the price has, so that a price there is one that was meant."""
    if decision.target is None:
        return None
    exponent = price.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else -2)
    return max(unit, Decimal(decision.target).quantize(unit, ROUND_FLOOR))


def _message(decision: Decision, target: Decimal | None, until: date, currency: str | None) -> str:
    if decision.action is Action.WAIT:
        return (
            f"Espera: compra en cuanto cueste {money(target, currency)} o menos, y si no baja, el {until:%d/%m/%Y} "
            f"como tarde. Ahorro esperado: {_percent(decision.saving)}; en {_percent(decision.chance)} de los casos "
            "se paga más que hoy."
        )
    return _WHY[decision.why]


_WHY: Final = {
    Why.NO_PRICE: "Compra cuando puedas: todavía no se ha leído ningún precio.",
    Why.SHORT_HISTORY: (
        f"Compra ya: de los últimos {WINDOW_DAYS} días se conoce el precio de menos de {MIN_DAYS}, "
        "y no se sabe si es caro."
    ),
    Why.STALE: "Compra cuando puedas: el precio de hoy no se conoce (agotado, o hace días que no se lee).",
    Why.NO_SUPPORT: "Compra ya: en el pasado de productos como este no está probado que esperar ese plazo ahorre.",
    Why.NOT_WORTH: "Compra ya: con este precio, esperar no ha compensado en productos como este.",
}


def _reasons(asked: Asked, decision: Decision, policy: Policy | None) -> list[str]:
    """Sentences in Spanish: the range, the last weeks, the last change, and what waiting brought before."""
    known = asked.prices[~np.isnan(asked.prices)]
    if not known.size:
        return []
    past = filled_forward(asked.prices[None, :])
    said = [_range(past[0, -WINDOW_DAYS:], asked.currency), _weeks(past, asked.currency)]
    if past.shape[1] > 1:
        said.append(_standing(past))
    if policy is not None and decision.why in {Why.WORTH, Why.NOT_WORTH}:
        said.append(_backtested(policy))
    return [sentence for sentence in said if sentence]


def _range(window: Floats, currency: str | None) -> str:
    now, low, high = window[-1], np.nanmin(window), np.nanmax(window)
    days = int((~np.isnan(window)).sum())
    if high <= low * (1 + SAME):
        return f"No ha cambiado en los {days} días que se conocen de los últimos {WINDOW_DAYS}."
    position = (now - low) / (high - low)
    where = (
        "cerca del máximo" if position >= _NEAR_TOP else "cerca del mínimo" if position <= _NEAR_BOTTOM else "dentro"
    )
    span = f"de {_amount(low, currency)} a {_amount(high, currency)}"
    return f"Está {where} de lo que ha costado en {days} días: {span}; hoy, {_amount(now, currency)}."


def _weeks(past: Floats, currency: str | None) -> str:
    weeks = cheaper_weeks(past)[0]
    if not weeks.any():
        return f"En las últimas {WEEKS} semanas no ha costado menos."
    lowest = float(np.nanmin(past[0, -7 * WEEKS :]))
    most = f"{_percent(1 - lowest / float(past[0, -1]))} menos ({_amount(lowest, currency)})"
    return f"Costó menos en {weeks.sum()} de las últimas {WEEKS} semanas: hasta {most}."


def _standing(past: Floats) -> str:
    state = dict(zip(STATES, states(past)[0], strict=True))
    days, change = int(state["standing"]), float(np.expm1(state["last_change"]))
    if change == 0:
        return ""
    what = "subida" if change > 0 else "bajada"
    return f"Lleva {days} días con este precio; el último cambio fue una {what} de {_percent(abs(change))}."


def _backtested(policy: Policy) -> str:
    evidence = policy.evidence
    if not evidence.waits:
        return ""
    saving = evidence.saving * evidence.cases / evidence.waits
    more = evidence.paid_more * evidence.cases / evidence.waits
    return (
        f"En el pasado, seguir este consejo hasta {policy.days} días hizo esperar en {evidence.waits} de "
        f"{evidence.cases} casos: ahorró {_percent(saving)} de media y pagó más en {_percent(more)} de las esperas."
    )


def _amount(price: float, currency: str | None) -> str:
    return money(Decimal(str(round(float(price), 4))), currency)


def _percent(share: float) -> str:
    """A share as Spain writes it: `un 8,3 %`."""
    number = f"{share * 100:.1f}".removesuffix(".0").replace(".", ",")
    return f"un {number} %"


def advises_buying(prices: Floats, policy: Policy | None) -> bool | None:
    """Whether the advice on the last day is to buy; None where too little is known to have one.

    Args:
        prices: Shape (days,); NaN where unknown.
        policy: Of its kind.
    """
    decision = decide(prices[None, :], policy)[0]
    return decision.action is Action.BUY if decision.why in {Why.WORTH, Why.NOT_WORTH} else None


def daily_prices(dated: Sequence[tuple[date, float | None]]) -> Floats:
    """One price a day out of dated readings in order, the last of a day counting, carried until the next one."""
    first, last = dated[0][0], dated[-1][0]
    prices = np.full((last - first).days + 1, np.nan)
    by_day = dict(dated)
    for day, price in by_day.items():
        prices[(day - first).days] = np.nan if price is None else price
    return np.asarray(filled_forward(prices[None, :])[0])

"""Buy now or wait: the answer to a buyer's question, and why, in figures that are true of the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.prices.answers import MOST_PIECES, Advice, Plan, Product
from almazara.prices.buying.cheapest import switch
from almazara.prices.buying.policy import LONGEST_DEADLINE, Action, AdvicePolicies, Decision, Policy, Why, decide
from almazara.prices.buying.states import MIN_DAYS, SAME, STATES, WEEKS, WINDOW_DAYS, cheaper_weeks, states
from almazara.prices.forecasting.panel import Floats, Panel, filled_forward
from almazara.prices.money import money

_CENT: Final = Decimal("0.01")
_NEAR_TOP, _NEAR_BOTTOM = 0.8, 0.2
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


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be bought and its daily prices, within how many days, and how many.

    Attributes:
        beside: The products of its category, itself among them.
        history: Of the product alone, up to today.
    """

    product: Product
    beside: Sequence[Product]
    history: Panel
    today: date
    deadline_days: int
    quantity: int

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


def advise(asked: Question, policies: AdvicePolicies) -> Advice:
    """The answer to one question, by what was learned.

    Raises:
        InputError: for a deadline or quantity out of range.
    """
    if not 1 <= asked.deadline_days <= LONGEST_DEADLINE:
        raise InputError(f"deadline_days is {asked.deadline_days}: ask for 1 to {LONGEST_DEADLINE}.")
    if not 1 <= asked.quantity <= MOST_PIECES:
        raise InputError(f"quantity is {asked.quantity}: ask for 1 to {MOST_PIECES}.")
    policy = policies.of(asked.product.category, asked.deadline_days)
    decision = decide(asked.prices[None, :], policy)[0]
    planned = plan(decision, asked.price, asked.today)
    saving = (asked.price or Decimal(0)) * asked.quantity * Decimal(decision.saving)
    return Advice(
        product=asked.product.id,
        action=planned.action,
        price=asked.price,
        currency=asked.currency,
        as_of=asked.today if asked.price is not None else None,
        deadline_days=asked.deadline_days,
        quantity=asked.quantity,
        target_price=planned.target_price,
        until=planned.until,
        expected_saving=saving.quantize(_CENT, ROUND_HALF_UP),
        expected_saving_percent=planned.expected_saving_percent,
        chance_of_paying_more=planned.chance_of_paying_more,
        message=_message(decision, planned, asked.currency),
        reasons=_reasons(asked, decision, policy),
        cheapest=switch(asked.product, asked.beside, asked.quantity),
    )


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
    return max(unit, Decimal(decision.target).quantize(unit, ROUND_FLOOR))


def _message(decision: Decision, planned: Plan, currency: str | None) -> str:
    if planned.until is not None:
        return (
            f"Espera: compra en cuanto cueste {money(planned.target_price, currency)} o menos, y si no baja, el "
            f"{planned.until:%d/%m/%Y} como tarde. Ahorro esperado: {_percent(decision.saving)}; en "
            f"{_percent(decision.chance)} de los casos se paga más que hoy."
        )
    return _WHY[decision.why]


def _reasons(asked: Question, decision: Decision, policy: Policy | None) -> list[str]:
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

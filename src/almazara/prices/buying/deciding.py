"""Buy now or wait, where moves of prices are announced: past ones explain a price, those to come are met in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from almazara.prices.buying.policy import Action, AdvicePolicies, Coming, Decision, LeastSaving, Why, decide
from almazara.prices.buying.states import SAME
from almazara.prices.forecasting.announced import AnnouncedMove, factors, restated
from almazara.prices.forecasting.panel import Panel

_NOT_TO_BE_HAD: Final = {Why.NO_PRICE, Why.STALE}


def decided(
    panel: Panel,
    moves: Sequence[Sequence[AnnouncedMove]],
    categories: Sequence[str | None],
    policies: AdvicePolicies,
    deadline_days: int,
    *,
    quantity: int = 1,
) -> list[Decision]:
    """The decision on each listing on the last day of a panel of which all series end on that day.

    A rise that is announced within the deadline brings that forward to the day before; a fall is waited for. No wait is
    advised that saves less than `policies.least`.

    Args:
        panel: Daily prices.
        moves: Announced, of each listing.
        categories: Of each listing: whose policies it goes by.
        policies: What was learned.
        deadline_days: Within how many days one wants to have bought.
        quantity: How many of each.
    """
    if not panel.names:  # and so no days
        return []
    coming = [_Coming.of(some, panel.last_day, deadline_days) for some in moves]
    deadlines = [one.rise.days - 1 if one.rise else deadline_days for one in coming]
    cases = list(zip(categories, deadlines, strict=True))
    prices = restated(panel, moves).prices
    found: dict[int, Decision] = {}
    for case in set(cases):
        rows = [row for row, one in enumerate(cases) if one == case]
        found |= dict(zip(rows, decide(prices[rows], policies.of(*case)), strict=True))
    now = prices[:, -1].tolist()
    return [
        one.counted(found[row], price, policies.least, quantity)
        for row, (one, price) in enumerate(zip(coming, now, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Coming:
    """What is announced of a price within a deadline: the lowest that it falls to, and the first rise above today's."""

    fall: Coming | None = None
    rise: Coming | None = None

    @classmethod
    def of(cls, moves: Sequence[AnnouncedMove], today: date, deadline_days: int) -> Self:
        """What moves bring."""
        if not moves:  # as nearly always, for each of thousands of products
            return cls()
        path = factors(moves, today, deadline_days)
        is_lowest, is_above = (path == path.min()) & (path < 1 - SAME), path > 1 + SAME
        fall, rise = (
            Coming(int(days.argmax()) + 1, float(path[days][0])) if days.any() else None
            for days in (is_lowest, is_above)
        )
        return cls(fall, rise)

    def counted(self, decision: Decision, price: float, least: LeastSaving, quantity: int) -> Decision:
        """A decision by what was learned, where this is announced, and a wait must save so much."""
        if decision.why in _NOT_TO_BE_HAD:
            return decision
        if decision.action is Action.WAIT and not least.is_reached(decision.saving, price * quantity):
            decision = Decision(Action.BUY, Why.TOO_LITTLE)
        saving = 1 - self.fall.factor if self.fall else 0.0
        if self.fall and least.is_reached(saving, price * quantity):  # it is sure, and the day after it is asked again
            return Decision(Action.WAIT, Why.FALL_ANNOUNCED, price * self.fall.factor, self.fall.days, saving)
        if self.rise and decision.action is not Action.WAIT:
            return Decision(Action.BUY, Why.RISE_ANNOUNCED, coming=self.rise)
        return decision

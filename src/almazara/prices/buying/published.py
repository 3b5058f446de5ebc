"""One published version: the forecasts of all listings, and the policies of advice that were learned beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from almazara.prices.buying import policy
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.forecasting.kept import Forecasts, open_forecasts


@dataclass(frozen=True, slots=True)
class Published:
    """What questions about days to come are answered from."""

    forecasts: Forecasts
    policies: AdvicePolicies


def open_published(folder: Path) -> Published:
    """Open a version; the forecasts' values are memory-mapped."""
    return Published(open_forecasts(folder), policy.read(folder))

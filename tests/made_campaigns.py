"""Made prices of two shops that lower some by a fifth for seven days, every week on a weekday of their own."""

import numpy as np

from almazara.prices.forecasting.models.step_features import StepHistory

SERIES, DAYS = 120, 260


def campaigns(seed: int = 0) -> StepHistory:
    """Half of the series are of each shop; the weekdays are counted from the first day."""
    rng = np.random.default_rng(seed)
    prices = np.repeat(rng.uniform(2, 20, (SERIES, 1)).round(2), DAYS, axis=1)
    groups = np.arange(SERIES) % 2
    for group, weekday in enumerate((3, 5)):
        for day in range(weekday, DAYS, 7):
            lowered = rng.choice(np.flatnonzero(groups == group), 9, replace=False)
            prices[lowered, day : day + 7] *= 0.8
    return StepHistory.of(prices, groups)

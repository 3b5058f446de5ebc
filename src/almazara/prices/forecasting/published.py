"""The forecasts that are published, in memory and in an artifact, and the answers read from them."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import astuple, dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Self

import msgspec
import numpy as np

from almazara.errors import InputError, NotFoundError
from almazara.prices.forecasting.announced import AnnouncedMove, factors
from almazara.prices.forecasting.chances import Chances
from almazara.prices.forecasting.models.forecaster import quantiles_of, why_none
from almazara.prices.forecasting.panel import Floats
from almazara.words.said import said

HORIZON_DAYS: Final = 90
LEVELS: Final = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98)
QUANTILES: Final = tuple(quantiles_of(LEVELS))
MovesOf = Callable[[str], Sequence[AnnouncedMove]]
"""The announced moves that concern a listing or an index."""
_INDEX, _VALUES = "index.json", "values.npy"


@dataclass(frozen=True, slots=True)
class Backtested:
    """How a model did on a listing's past, beside the last value; ratios below 1 are better than doing nothing."""

    model: str
    folds: int
    mae: float
    mae_ratio: float | None
    crps_ratio: float | None
    coverage_80: float


@dataclass(frozen=True, slots=True)
class Forecasted:
    """What is known of one listing's forecast; its values are a row of the array.

    Attributes:
        last: The price that was known last; None in versions of before it was kept.
    """

    model: str
    cutoff: str
    currency: str
    backtest: list[Backtested]
    last: float | None = None


@dataclass(frozen=True, slots=True)
class ForecastIndex:
    """All listings: those forecast, in order of the array's rows, and why the others are not.

    Attributes:
        left_out: Models that failed as a whole and were tried no further, and how.
    """

    forecasts: dict[str, Forecasted]
    refused: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuantileForecast:
    """One listing's answer: dated values by quantile, and the announced moves of those days that they count with.

    Attributes:
        chances: Of these days; None where the last price was not kept.
        probable_change: The first of all kept days on which the price is probably another one, if there is one.
    """

    listing_id: str
    about: Forecasted
    dates: list[date]
    levels: list[int]
    quantiles: list[float]
    values: Floats
    moves: list[AnnouncedMove]
    chances: Chances | None
    probable_change: date | None


class Forecasts:
    """What is published, made by `making` or opened from an artifact.

    Values have shape (listings, HORIZON_DAYS, len(QUANTILES)), and know nothing of what is announced; see `counting`.
    """

    def __init__(self, index: ForecastIndex, values: np.ndarray) -> None:
        self.index = index
        self.values = values
        self.moves_of: MovesOf = lambda _name: ()
        self._rows = {listing_id: row for row, listing_id in enumerate(index.forecasts)}

    @classmethod
    def none(cls) -> Self:
        """Nothing is published yet."""
        return cls(ForecastIndex({}, {}), np.empty((0, HORIZON_DAYS, len(QUANTILES))))

    def counting(self, moves_of: MovesOf) -> Self:
        """The same forecasts, in whose answers the announced moves count that concern a listing or index."""
        counting = copy(self)
        counting.moves_of = moves_of
        return counting

    def of_days(self, listing_id: str) -> Floats:
        """A listing's values on the days after its cutoff: from its day on a move multiplies them."""
        values: Floats = self.values[self._rows[listing_id]]
        if moves := self.moves_of(listing_id):
            cutoff = date.fromisoformat(self.index.forecasts[listing_id].cutoff)
            return np.asarray(values * factors(moves, cutoff, HORIZON_DAYS)[:, None])
        return values

    def interval(self, listing_id: str, day: date, level: int) -> tuple[float, float] | None:
        """Between which prices a listing lies on a day with a probability of `level` percent, if that is kept."""
        if listing_id not in self._rows:
            return None
        ahead = (day - date.fromisoformat(self.index.forecasts[listing_id].cutoff)).days
        if not 1 <= ahead <= HORIZON_DAYS:
            return None
        low, _, high = (QUANTILES.index(quantile) for quantile in quantiles_of([level]))
        values = self.of_days(listing_id)[ahead - 1]
        return float(values[low]), float(values[high])

    def of(
        self, listing_id: str, horizon_days: int, levels: Sequence[int], wanted: float | None = None
    ) -> QuantileForecast:
        """Quantiles for the days after the cutoff, and chances, also that of a wanted price.

        Raises:
            InputError: for a horizon or level that is not kept, or a listing whose history is too short.
            NotFoundError: for a listing that no forecast was made for.
        """
        if not 1 <= horizon_days <= HORIZON_DAYS:
            raise InputError(said("prices_refused.forecast.horizon", days=str(horizon_days), most=HORIZON_DAYS))
        if unknown := [level for level in levels if level not in LEVELS]:
            raise InputError(said("prices_refused.forecast.levels", level=unknown[0], known=[*map(str, LEVELS)]))
        if listing_id in self.index.refused:
            raise InputError(why_none(listing_id, self.index.refused[listing_id]))
        if listing_id not in self._rows:
            raise NotFoundError(said("prices_refused.forecast.none_of", product=listing_id))
        about = self.index.forecasts[listing_id]
        quantiles = quantiles_of(levels)
        columns = [QUANTILES.index(quantile) for quantile in quantiles]
        first = date.fromisoformat(about.cutoff)
        dates = [first + timedelta(days=day) for day in range(1, horizon_days + 1)]
        every = self.of_days(listing_id)
        moves = [one for one in self.moves_of(listing_id) if first < one.date <= dates[-1]]
        chances = None if about.last is None else Chances.of(every, QUANTILES, about.last, wanted)
        ahead = chances and chances.probable_change()
        return QuantileForecast(
            listing_id=listing_id,
            about=about,
            dates=dates,
            levels=sorted(set(levels)),
            quantiles=quantiles,
            values=every[:horizon_days, columns],
            moves=moves,
            chances=chances,
            probable_change=first + timedelta(days=ahead) if ahead else None,
        )


def backtested(index: ForecastIndex) -> dict[str, float]:
    """How the chosen models did in their backtests, each figure a mean over the listings that have it."""
    chosen = [one for about in index.forecasts.values() for one in about.backtest if one.model == about.model]
    figures = {name: [getattr(one, name) for one in chosen] for name in ("mae_ratio", "crps_ratio", "coverage_80")}
    known = {name: [value for value in values if value is not None] for name, values in figures.items()}
    return {name: round(float(np.mean(values)), 6) for name, values in known.items() if values}


def backtests(index: ForecastIndex) -> Iterator[list[object]]:
    """A table of all backtests: its header, then a row a listing and model; what is not known is empty."""
    yield ["product", "chosen", *(column.name for column in fields(Backtested))]
    for listing_id, about in index.forecasts.items():
        for one in about.backtest:
            yield [listing_id, int(one.model == about.model), *("" if v is None else v for v in astuple(one))]


def joined(first: Forecasts, second: Forecasts) -> Forecasts:
    """Two sets of forecasts of different listings as one."""
    index = ForecastIndex(
        first.index.forecasts | second.index.forecasts,
        first.index.refused | second.index.refused,
        first.index.left_out | second.index.left_out,
    )
    return Forecasts(index, np.concatenate([first.values, second.values]))


def write(folder: Path, made: Forecasts) -> None:
    """Write the index as JSON and the values as one array."""
    (folder / _INDEX).write_bytes(msgspec.json.encode(made.index))
    np.save(folder / _VALUES, made.values, allow_pickle=False)


def open_forecasts(folder: Path) -> Forecasts:
    """Open an artifact; the values are memory-mapped."""
    index = msgspec.json.decode((folder / _INDEX).read_bytes(), type=ForecastIndex)
    return Forecasts(index, np.load(folder / _VALUES, mmap_mode="r", allow_pickle=False))

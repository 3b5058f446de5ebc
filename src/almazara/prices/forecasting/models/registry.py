"""Forecasters by name; heavy libraries are imported only when one that needs them is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final, cast

from almazara.errors import NotFoundError
from almazara.prices.forecasting.models.across import AcrossSeries, ClassLearner, Learner
from almazara.prices.forecasting.models.forecaster import Forecaster

STEPS, BOOST, ENSEMBLE = "steps", "boost", "ensemble"
DEFAULTS: Final = ("last_value", "seasonal_naive", ENSEMBLE)
"""What every retraining tries; the others are challengers, which cost more than they were found to give."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a forecaster lives.

    Attributes:
        factory: Its class there; called without arguments.
    """

    module: str
    factory: str
    library: str | None = None

    @property
    def is_installed(self) -> bool:
        """Whether its library is there; nothing heavy is imported to find out."""
        return self.library is None or find_spec(self.library) is not None


ENTRIES: Mapping[str, Entry] = {
    "last_value": Entry("naive", "LastValue"),
    "seasonal_naive": Entry("naive", "SeasonalNaive"),
    STEPS: Entry("steps", "Steps"),
    BOOST: Entry("boost", "Boost", library="lightgbm"),
    ENSEMBLE: Entry("ensemble", "Ensemble"),
    "drift": Entry("statistical", "Drift", library="statsforecast"),
    "ses": Entry("statistical", "SimpleExponentialSmoothing", library="statsforecast"),
    "ets": Entry("statistical", "ExponentialSmoothing", library="statsforecast"),
    "theta": Entry("statistical", "Theta", library="statsforecast"),
    "ces": Entry("statistical", "ComplexExponentialSmoothing", library="statsforecast"),
    "arima": Entry("statistical", "Arima", library="statsforecast"),
    "combination": Entry("statistical", "Combination", library="statsforecast"),
    "prophet": Entry("prophet", "ProphetForecaster", library="prophet"),
    "lstm": Entry("lstm", "LstmForecaster", library="tensorflow"),
}


def installed() -> list[str]:
    """Names of the forecasters whose library is there."""
    return [name for name, entry in ENTRIES.items() if entry.is_installed]


def unknown(name: str) -> str:
    """What is said of a name that no forecaster has."""
    return f"There is no forecaster {name!r}: choose one of {', '.join(ENTRIES)}."


def create(name: str) -> Forecaster:
    """The forecaster of this name.

    Raises:
        NotFoundError: for an unknown name.
        MissingExtraError: when its library is not installed.
    """
    entry = ENTRIES.get(name)
    if entry is None:
        raise NotFoundError(unknown(name), list(ENTRIES))
    module = import_module(f"{__package__}.{entry.module}")
    return cast("Forecaster", getattr(module, entry.factory)())


def panel_learners() -> list[Learner]:
    """The models across series that the ensemble averages, as far as their libraries are there."""
    return [cast("AcrossSeries", create(name)).learn for name in (STEPS, BOOST) if ENTRIES[name].is_installed]


def class_learner() -> ClassLearner | None:
    """The model of classes beside them, where its library is there."""
    if not ENTRIES[BOOST].is_installed:
        return None
    return cast("ClassLearner", import_module(f"{__package__}.classes").learned)


def challengers(named: Iterable[str]) -> list[str]:
    """The models of these names that are no defaults; `all` names those that are installed."""
    asked = {name for one in named for name in (installed() if one == "all" else [one])}
    return sorted(asked.difference(DEFAULTS))

"""What Prometheus is told of the scraper, the models and the schedule, read when it asks.

However many products are followed there are as many series: listings are counted by their age, and the worst are named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric

from almazara.app.schedule import Planned
from almazara.artifacts import Artifact
from almazara.prices.collecting.scraper_health import BAD, GOOD, HealthReport, Rate
from almazara.prices.forecasting.issued import ForecastReport
from almazara.prices.forecasting.scores import ForecastScore
from almazara.prices.schema import RunState

_DAY_SECONDS: Final = 86_400
_AGES: Final = (1, 2, 3, 7, 30)
"""Days since a listing was read, up to which listings are counted."""
_NAMED: Final = 20
"""As many listings, shops and rules are named, the worst of them."""
_FORECAST_GAUGES: Final = {
    "mae": "Mean absolute error as a share of the price.",
    "mae_ratio": "Mean absolute error beside the last value's.",
    "crps": "Continuous ranked probability score as a share of the price.",
    "coverage_80": "Share of prices within the 80 % interval.",
    "coverage_95": "Share of prices within the 95 % interval.",
    "changed": "Share of prices that differed from the last one.",
    "chance_of_change": "What forecasts said of that, in the mean.",
    "brier": "Mean squared difference of that chance and what came.",
}


def of_scraper(report: HealthReport) -> Iterator[Metric]:
    """Its health, what became of a week's pages and runs, how old readings are."""
    yield GaugeMetricFamily("almazara_scraper_healthy", "1 when nothing is wrong.", float(report.healthy))
    yield GaugeMetricFamily("almazara_scraper_problems", "Things that are wrong.", len(report.problems))
    for kind, rates in (("shop", report.shops), ("rule", report.rules)):
        what = f"Share of pages read, by {kind}, in a week; the worst {_NAMED}."
        yield _gauge(f"almazara_scraper_success_by_{kind}", what, [kind], _worst(rates))
    pages = (([outcome], report.outcomes.get(outcome, 0)) for outcome in (*GOOD, *BAD, "refused"))
    yield _gauge("almazara_scraper_pages", "Pages of a week, by what became of them.", ["outcome"], pages)
    runs = (([str(state)], report.runs.get(str(state), 0)) for state in RunState)
    yield _gauge("almazara_scraper_runs", "Runs of a week, by state.", ["state"], runs)
    yield from _ages(report.days_since_read)


def _worst(rates: Mapping[str, Rate]) -> list[tuple[list[str], float]]:
    known = [(rate.success, name) for name, rate in rates.items() if rate.success is not None]
    return [([name], success) for success, name in sorted(known)[:_NAMED]]


def _ages(days: Mapping[str, float | None]) -> Iterator[Metric]:
    read = sorted(((age, name) for name, age in days.items() if age is not None), reverse=True)
    yield GaugeMetricFamily("almazara_products_never_read", "Followed, and not read yet.", len(days) - len(read))
    within = Counter(next((most for most in _AGES if age <= most), None) for age, _ in read)
    upto = [
        (str(float(most)), number) for most, number in zip(_AGES, accumulate(within[one] for one in _AGES), strict=True)
    ]
    ages = HistogramMetricFamily("almazara_days_since_read", "Followed products by days since they were read.")
    ages.add_metric([], [*upto, ("+Inf", len(read))], sum(age for age, _ in read))
    yield ages
    what = f"Days since a product was read; the worst {_NAMED}."
    yield _gauge("almazara_longest_unread_days", what, ["product"], (([name], age) for age, name in read[:_NAMED]))
    if read:
        newest = read[-1][0] * _DAY_SECONDS
        yield GaugeMetricFamily("almazara_scraper_last_reading_seconds", "Since the last good reading.", newest)


def of_forecasts(report: ForecastReport) -> Iterator[Metric]:
    """How the published forecasts did over the last weeks, but for the days that announced moves changed."""
    scores = [score for score in report.scores if not score.announced]
    for field, what in _FORECAST_GAUGES.items():
        found = ((_named(score), getattr(score, field)) for score in scores)
        yield _gauge(f"almazara_forecast_{field}", what, ["model", "horizon"], found)
    ratios = ((_named(score), _crps_ratio(score)) for score in scores)
    yield _gauge("almazara_forecast_crps_ratio", "CRPS beside the last value's.", ["model", "horizon"], ratios)
    yield GaugeMetricFamily("almazara_forecast_drifts", "Things in which forecasts drifted.", len(report.drift))


def _named(score: ForecastScore) -> list[str]:
    return [score.model, str(score.horizon)]


def _crps_ratio(score: ForecastScore) -> float | None:
    """The CRPS over the last value's, which as that of one value is its absolute error."""
    return score.crps * score.mae_ratio / score.mae if score.mae_ratio and score.mae else None


def of_models(served: Sequence[Artifact]) -> Iterator[Metric]:
    """The versions that are answered from: since when they are there, and the figures of their manifests."""
    names = (([one.kind, one.version], 1.0) for one in served)
    yield _gauge("almazara_model_info", "The version that is served.", ["kind", "version"], names)
    built = (([one.kind], _built(one.manifest["built_at"])) for one in served if "built_at" in one.manifest)
    yield _gauge("almazara_model_built_timestamp_seconds", "When the served version was made.", ["kind"], built)
    figures = (
        ([one.kind, name], float(value))
        for one in served
        for name, value in one.manifest.get("metrics", {}).items()
        if isinstance(value, int | float)
    )
    yield _gauge("almazara_model_metric", "What was counted and measured of it.", ["kind", "metric"], figures)


def _built(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def of_schedule(planned: Iterable[Planned]) -> Iterator[Metric]:
    """When what the server does by itself was due last, and is next."""
    tasks = list(planned)
    for field, what in (("last", "was due last"), ("next", "is due next")):
        moments = ((one.name, getattr(one, field)) for one in tasks)
        found = (([name], moment.timestamp() if moment else None) for name, moment in moments)
        yield _gauge(f"almazara_schedule_{field}_timestamp_seconds", f"When a task {what}.", ["task"], found)


def _gauge(name: str, what: str, labels: Sequence[str], found: Iterable[tuple[Sequence[str], float | None]]) -> Metric:
    """A value for each set of labels; one that is not known is left out."""
    gauge = GaugeMetricFamily(name, what, labels=labels)
    for of_labels, value in found:
        if value is not None:
            gauge.add_metric(of_labels, value)
    return gauge

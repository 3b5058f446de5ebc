"""Fixtures of the whole product as `almazara up` shows it: the sample's films, the demo shop's prices and forecasts."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from almazara import asgi
from almazara.prices.demo.following import follow_demo
from almazara.prices.forecasting.models import registry
from made import made_once
from price_shop import opened, retrain, settings_over
from sample_catalog import served
from waiting import no_progress


@pytest.fixture(scope="session")
def demo_home(sample_home, tmp_path_factory) -> Path:
    """A home folder with the sample, and the demo shop's past and today, forecast by the quickest models; read only."""

    def make(home: Path) -> None:
        (home / "artifacts").mkdir(parents=True)
        (home / "artifacts" / "movies").symlink_to(sample_home / "artifacts" / "movies")
        settings = settings_over(home, demo=True)
        follow_demo(settings, no_progress)
        with pytest.MonkeyPatch.context() as patch, opened(settings) as prices:
            prices.jobs.run()
            patch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))
            retrain(settings, prices, no_progress)

    return made_once(tmp_path_factory, "demo-home", make)


@pytest.fixture(scope="session")
def demo_site(demo_home) -> Iterator[httpx.Client]:
    """A client of API and site over the sample and the demo shop."""
    with served(asgi.app_over(settings_over(demo_home, demo=True))) as client:
        yield client

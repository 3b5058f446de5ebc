"""What a server does not load to answer about prices: Polars alone takes a third of its memory."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from almazara.prices.forecasting.models import registry
from price_shop import NOW, observed, opened, product, retrain, settings_over
from waiting import no_progress

pytestmark = pytest.mark.server

PATHS = (
    "/productos",
    "/data",
    "/data?format=csv",
    "/data?daily=true",
    "/data?daily=true&format=csv",
    "/data?category=oil&index=true",
    "/predict?product=shop.example:1",
    "/predict?category=oil",
    "/advice?product=shop.example:1",
    "/cheapest?category=oil",
    "/categories",
    "/categories/oil",
    "/overview",
    "/overview?format=csv",
    "/story?product=shop.example:1",
    "/forecasts/score",
    "/forecasts/issued",
    "/forecasts/issued?format=csv",
    "/runs",
    "/held",
    "/blocked",
    "/health",
    "/metrics",
    "/",
    "/precios",
    "/precios/shop.example:1",
    "/precios/categoria/oil",
    "/precios/modelos",
    "/precios/lector",
)
CODE = """
import sys
from pathlib import Path
from almazara import asgi
from fastapi.testclient import TestClient
from price_shop import settings_over

with TestClient(asgi.app_over(settings_over(Path(sys.argv[1])))) as client:
    for path in sys.argv[2:]:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
print([name for name in ("polars", "scipy", "pandas") if name in sys.modules])
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A product that was read for sixty days, and forecast."""
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value",))
    shift = datetime.now(UTC) - NOW
    with opened(settings_over(tmp_path)) as prices:
        prices.store.save_listing(product(category="oil"))
        rows = [observed("shop.example:1", day, f"{10 + day % 3}.00") for day in range(60)]
        prices.store.append(type(o)(o.listing_id, o.observed_at + shift, o.availability, o.price, "EUR") for o in rows)
        retrain(settings_over(tmp_path), prices, no_progress)
    return tmp_path


def test_a_server_answers_about_prices_without_polars(home):
    command = [sys.executable, "-c", CODE, str(home), *PATHS]
    paths = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    said = subprocess.run(command, env=paths, capture_output=True, text=True, check=False, timeout=120)
    assert (said.stdout.strip(), said.returncode) == ("[]", 0), said.stderr

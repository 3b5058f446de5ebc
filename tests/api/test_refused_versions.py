"""A published version that is damaged is named in /health, and the one before it answers."""

import shutil

import pytest

from almazara import asgi
from almazara.artifacts import ArtifactStore
from price_shop import settings_over
from problems import is_problem
from refused import flip_a_bit, forecast_product, with_a_damaged_newest
from sample_catalog import app_over, served

pytestmark = pytest.mark.server


def test_health_names_a_damaged_catalog_and_the_one_before_answers(sample_home, tmp_path):
    home = tmp_path / "home"
    first, newest = with_a_damaged_newest(home, "movies", source=sample_home)
    with served(app_over(home, tmp_path / "prices")) as api:
        health = api.get("/health").json()
        assert health["versiones_rechazadas"] == [f"movies {newest.version}"]
        assert health["peliculas"]["version"] == first
        assert api.get("/score_titulo/Press").status_code == 200


@pytest.fixture
def forecast(demo_home, tmp_path):
    """A home with the prices of the demo shop, and how it is served."""
    home = tmp_path / "home"
    home.mkdir()
    for database in demo_home.glob("*.db"):
        shutil.copy(database, home)
    return home, lambda: served(asgi.app_over(settings_over(home)))


def test_health_names_damaged_forecasts_and_those_before_answer(forecast, demo_home):
    home, serve = forecast
    first, newest = with_a_damaged_newest(home, "forecasts", source=demo_home)
    with serve() as api:
        health = api.get("/health").json()
        assert health["versiones_rechazadas"] == [f"forecasts {newest.version}"]
        assert health["precios"]["pronosticos"] == first
        assert api.get(f"/predict?product={forecast_product(demo_home)}").status_code == 200


def test_forecasts_of_which_no_version_is_whole_are_said_to_be_damaged(forecast, demo_home):
    home, serve = forecast
    shutil.copytree(demo_home / "artifacts" / "forecasts", home / "artifacts" / "forecasts")
    artifact = ArtifactStore(home / "artifacts").current("forecasts")
    damaged = flip_a_bit(artifact)
    with serve() as api:
        assert api.get("/health").json()["versiones_rechazadas"] == [f"forecasts {artifact.version}"]
        detail = is_problem(api.get(f"/predict?product={forecast_product(demo_home)}"), 503)["detail"]
        assert artifact.version in detail
        assert "almazara prices retrain" in detail
        assert str(home) not in detail
        assert damaged.name not in detail
        assert api.get(f"/advice?product={forecast_product(demo_home)}").status_code == 200

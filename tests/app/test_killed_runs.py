"""A run whose process was killed cannot say so: whoever looks at the runs sees that nobody is at it."""

import pytest

from almazara import asgi
from almazara.prices.schema import Run, RunState
from price_shop import NOW, product, settings_over
from sample_catalog import served

SCRAPE, RETRAIN = "20260301T120000-00000a.shop.example", "20260301T120000-00000b"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A server that has begun, and its store."""
    app = asgi.app_over(settings_over(tmp_path_factory.mktemp("killed")))
    app.state.scraper_watch._seconds = 0
    with served(app) as client:
        client.get("/health")
        yield client, app.state.prices.store


def left_running(store):
    """What is kept of runs whose process is killed."""
    store.save_listing(product(1))
    store.save_run(Run(SCRAPE, "scrape", "shop.example", RunState.RUNNING, NOW, pending=("shop.example:1",)))
    store.save_run(Run(RETRAIN, "retrain", "*", RunState.RUNNING, NOW))


@pytest.mark.server
@pytest.mark.parametrize("path", ["/runs", f"/scraper/{SCRAPE}", f"/retrain/{RETRAIN}", "/health", "/precios/lector"])
def test_it_is_shown_as_interrupted(site, path):
    client, store = site
    left_running(store)
    accept = "text/html" if path.startswith("/precios") else "application/json"
    answer = client.get(path, headers={"accept": accept})
    assert answer.status_code == 200
    assert '"running"' not in answer.text
    if path in {"/runs", f"/scraper/{SCRAPE}", f"/retrain/{RETRAIN}"}:
        assert '"interrupted"' in answer.text


def test_looking_at_it_writes_nothing(site):
    client, store = site
    left_running(store)
    client.get("/runs")
    assert {store.run(name).state for name in (SCRAPE, RETRAIN)} == {RunState.RUNNING}

"""Each query of the Grafana dashboard is PromQL, and asks for what /metrics of a served app has."""

import json
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from almazara import asgi
from almazara.prices.forecasting.issued import SCORES
from price_shop import opened, settings_over
from sample_catalog import served

pytestmark = pytest.mark.server

DASHBOARD = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "dashboard.json"
PANELS = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
QUERIES = {target["expr"]: panel["title"] for panel in PANELS for target in panel.get("targets", ())}


@pytest.fixture(scope="module")
def series(demo_home, tmp_path_factory):
    """The labels of every series of /metrics, by name, of a server that was asked a little."""
    home = tmp_path_factory.mktemp("seen") / "home"
    shutil.copytree(demo_home, home, symlinks=True)
    settings = settings_over(home, demo=True, schedule=True)
    with opened(settings) as prices:
        yesterday = (datetime.now(ZoneInfo(settings.timezone)).date() - timedelta(days=1)).isoformat()
        prices.store.put_document(SCORES, yesterday, {"steps/7": [40, 8.0, 10.0, 0.5, 36, 39, 0]})
    app = asgi.app_over(settings)

    @app.get("/worn")
    def worn():
        raise RuntimeError

    with served(app) as api:
        for path in ("/overview", "/peliculas/900007", "/peliculas/1", "/worn"):
            for accept in ("application/json", "text/html"):  # after an error the server closes the connection
                api.get(path, headers={"Accept": accept, "Connection": "close"})
        text = api.get("/metrics").text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def selected(node):
    """What an expression selects, and the labels by which it groups that."""
    own = [node.vector_selector] if hasattr(node, "vector_selector") else [node] if hasattr(node, "matchers") else []
    below = [getattr(node, name, None) for name in ("expr", "lhs", "rhs", "param")] + list(getattr(node, "args", ()))
    groups = set(getattr(getattr(node, "modifier", None), "labels", ()))
    for one in filter(None, below):
        selectors, labels = selected(one)
        own += selectors
        groups |= labels
    return own, groups


def fits(labels, matchers):
    """Whether the labels of a series fit, as Prometheus sees it."""
    how = {
        "MatchOp.Equal": lambda is_, wanted: is_ == wanted,
        "MatchOp.NotEqual": lambda is_, wanted: is_ != wanted,
        "MatchOp.Re": lambda is_, wanted: re.fullmatch(wanted, is_) is not None,
        "MatchOp.NotRe": lambda is_, wanted: re.fullmatch(wanted, is_) is None,
    }
    return all(one.name in labels and how[str(one.op)](labels[one.name], one.value) for one in matchers)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: f"{QUERIES[query]}: {query[:40]}")
def test_every_query_asks_for_series_that_are_there(query, series):
    reader = pytest.importorskip("promql_parser", reason="promql-parser is not installed")
    selectors, groups = selected(reader.parse(query))
    assert selectors
    for one in selectors:
        there = series.get(one.name, [])
        assert any(fits(labels, one.matchers.matchers) for labels in there), one.name
        assert all(groups <= labels.keys() for labels in there)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_every_legend_names_labels_that_its_query_has(panel, series):
    reader = pytest.importorskip("promql_parser", reason="promql-parser is not installed")
    for target in panel.get("targets", ()):
        selectors, groups = selected(reader.parse(target["expr"]))
        known = groups or set.intersection(*(set(series[one.name][0]) for one in selectors))
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= known


def test_the_dashboard_shows_api_site_scraper_and_models():
    assert [panel["title"] for panel in PANELS if panel["type"] == "row"] == ["API", "Site", "Scraper", "Models"]
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_every_metric_of_ours_is_shown(series):
    shown = " ".join(QUERIES)
    ours = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in series if name.startswith("almazara_")}
    assert {name for name in ours if name not in shown} <= {"almazara_forecast_mae", "almazara_forecast_crps"}

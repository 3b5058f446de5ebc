"""Alerts of a product's page: set and removed by forms, under the bounds of the API."""

import pytest

from almazara import asgi
from price_shop import opened, product, settings_over
from sample_catalog import served

pytestmark = pytest.mark.server
PAGE = "/precios/shop.example:1"


@pytest.fixture
def site(tmp_path):
    settings = settings_over(tmp_path)
    with opened(settings) as prices:
        prices.store.save_listing(product())
    with served(asgi.app_over(settings)) as client:
        yield client


def rules(site):
    return [rule for rule in site.get("/alerts/rules").json() if not rule["rule_id"].startswith("target:")]


def post(site, path, **fields):
    return site.post(path, data=fields, headers={"Accept": "text/html"})


@pytest.mark.parametrize(
    ("kind", "value", "field", "kept"),
    [
        ("below_target", " 30,50 ", "target", "30.50"),
        ("drop", "10", "percent", "10"),
        ("lowest", "90", "days", 90),
        ("back_in_stock", "", "days", None),
        ("buy_now", "14", "days", 14),
    ],
)
def test_a_rule_of_each_kind_is_set_and_removed(site, kind, value, field, kept):
    assert (
        post(site, f"{PAGE}/avisos", tipo=kind, valor=value).headers["location"] == f"{PAGE.replace(':', '%3A')}#avisos"
    )
    [rule] = rules(site)
    assert (rule["kind"], rule[field]) == (kind, kept)
    post(site, f"{PAGE}/avisos/quitar", aviso=rule["rule_id"])
    assert rules(site) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [("lowest", "1e999999999"), ("lowest", "7.5"), ("drop", "100"), ("drop", "nan"), ("drop", "1_0"),
     ("drop", "\uff15"), ("below_target", "1e13"),
     ("below_target", ""), ("scraper_unwell", ""), ("<b>", "1")],
)  # fmt: skip
def test_what_the_api_would_not_take_is_refused_and_not_kept(site, kind, value):
    answer = post(site, f"{PAGE}/avisos", tipo=kind, valor=value)
    assert answer.status_code == 422
    assert "<b>" not in answer.text
    assert rules(site) == []


def test_a_rule_that_is_not_there_is_said_to_be_so(site):
    assert post(site, f"{PAGE}/avisos/quitar", aviso="nobody").status_code == 404

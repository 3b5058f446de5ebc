"""The start page says what is there and what is wrong, in every state of things."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from price_shop import observed, opened, product, settings_over
from sample_catalog import Made, app_over, publish_made, served

pytestmark = pytest.mark.server


def said(published, home):
    with served(app_over(published, home)) as site:
        page = site.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        return page.text


def test_with_nothing_built_it_says_how_to_begin(tmp_path):
    page = said(tmp_path / "empty", tmp_path / "home")
    assert "<code>almazara up</code>" in page
    assert "<code>almazara prices track DIRECCIÓN</code>" in page
    assert not re.search(r'<main.*action="/peliculas"', page, re.DOTALL)


def test_a_sample_is_said_to_be_one(sample_api):
    page = sample_api.get("/").text
    assert "muestra inventada" in page
    assert "tienda de demostración" not in page


def test_a_catalog_of_real_films_shows_no_sample_notice(tmp_path):
    publish_made(tmp_path / "made", [Made("The Mill")])
    page = said(tmp_path / "made", tmp_path / "home")
    assert "1 película en el catálogo" in page
    assert "muestra inventada" not in page


@pytest.mark.parametrize(("days_ago", "is_well"), [(0, True), (5, False)])
def test_a_scraper_that_is_unwell_is_said_to_need_attention(tmp_path, days_ago, is_well):
    now = datetime.now(UTC)
    with opened(settings_over(tmp_path / "home")) as prices:
        prices.store.save_listing(replace(product(), created_at=now - timedelta(days=30)))
        at = now - timedelta(days=days_ago, minutes=1)
        prices.store.append([replace(observed("shop.example:1", 0, "39.95"), observed_at=at)])
    page = said(tmp_path / "empty", tmp_path / "home")
    assert "1 producto seguido" in page
    assert ("necesita atención" not in page) is is_well

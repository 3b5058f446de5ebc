"""Prices in words: lists that fit a terminal, and amounts as people write them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from almazara.prices.forecasting.models import registry
from price_shop import NOW, observed, opened, product, settings_over
from sample_pages import html_of

TITLE = "Aceite de oliva virgen extra de Molino Alto, picual, garrafa de 5 l"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def keep(home, number, price, currency="EUR", **values):
    """A product of which each of the last sixty days has a price."""
    shift = datetime.now(UTC) - NOW
    values = {"title": TITLE, "category": "oil", "litres": Decimal(5), **values}
    with opened(settings_over(home)) as prices:
        prices.store.save_listing(replace(product(number, **values), created_at=NOW + shift))
        rows = (observed(f"shop.example:{number}", day, price) for day in range(60))
        prices.store.append(replace(row, observed_at=row.observed_at + shift, currency=currency) for row in rows)


def test_the_list_says_first_what_people_look_for_and_fits_80_columns(home, run, monkeypatch):
    keep(home, "aceite-de-oliva-virgen-extra-picual", "34.95")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out = re.sub(r"\x1b\[[0-9;]*m", "", run("prices", "list", columns=80)[1])
    heading, row = [line for line in out.splitlines() if "price" in line or "34.95" in line]
    assert re.findall(r"\w[\w ]*\w", heading) == ["title", "price", "per litre", "read", "advice", "id"]
    assert max(map(len, out.splitlines())) <= 80
    assert [part in row for part in ("Aceite de oliva", "€34.95", "€6.99/L", "h ago", "buy")] == [True] * 5


def test_into_a_pipe_the_list_keeps_titles_and_ids_whole(home, run):
    keep(home, "aceite-de-oliva-virgen-extra-picual", "34.95")
    [row] = [line for line in run("prices", "list", columns=80)[1].splitlines() if "34.95" in line]
    assert TITLE in row
    assert "shop.example:aceite-de-oliva-virgen-extra-picual" in row


def test_a_litre_has_no_more_than_two_decimals_in_words(home, run):
    keep(home, 1, "20.47", litres=Decimal("0.75"), title="Aceite de oliva virgen extra 750 ml")
    keep(home, 2, "36.25")
    assert "€27.29/L" in run("prices", "history", "shop.example:1")[1]
    assert "€27.29/L" in run("prices", "history", "shop.example:1", "--daily")[1]
    assert "7,25 €/l" in run("prices", "advice", "shop.example:1")[1]


def test_a_forecast_has_the_decimals_of_its_currency(home, run, monkeypatch):
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value",))
    keep(home, 1, "1000", currency="JPY")
    assert run("prices", "retrain")[0] == 0
    out = run("prices", "forecast", "shop.example:1")[1]
    assert "1,000 " in out
    assert "1000.00" not in out


def test_a_saved_page_is_read_at_the_address_that_it_names_itself(home, run, tmp_path):
    page, url = tmp_path / "page.html", "https://www.amazon.es/dp/B0SAMPLE01"
    body = html_of("amazon_2025_new_and_used_rows")
    page.write_text(body.replace("<head>", f'<head><link rel="canonical" href="{url}">'), encoding="utf-8")
    out = run("prices", "read", page)[1]
    assert f"The page names its address: {url}" in out
    assert [part in out for part in ("€52.41", "26,21€ / l", "usedAccordionRow € 42,98")] == [True] * 3
    assert json.loads(run("prices", "read", page, "--json")[1])["url"] == url
    page.write_text(body.replace("<head>", f'<head><meta property="og:url" content="{url}">'), encoding="utf-8")
    assert "€52.41" in run("prices", "read", page)[1]
    page.write_text("<h1>Aceite</h1>", encoding="utf-8")
    code, _, err = run("prices", "read", page)
    assert (code, "names no address of its own: say it with --url" in err) == (1, True)


def test_a_saved_list_is_a_table_of_its_products(home, run, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(html_of("amazon_search"), encoding="utf-8")
    out = run("prices", "read", page, "--url", "https://www.amazon.es/")[1]
    assert "A list of 4 products of amazon.es" in out
    [row] = [line for line in out.splitlines() if "B0SEARCH02" in line]
    assert [part in row for part in ("Aceite dos 5 l", "€39.95", "€7.99/L")] == [True] * 3

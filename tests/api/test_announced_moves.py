"""Moves that are announced over HTTP: kept once, told and withdrawn, and counted with by every answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.prices.forecasting.models import registry
from almazara.words import numbers
from almazara.words.numbers import Language
from price_shop import NOW, observed, opened, product, retrain, settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server

OIL, SALT = "shop.example:1", "shop.example:2"
ZONE = "UTC"


def in_days(days):
    return datetime.now(UTC).date() + timedelta(days=days)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An oil of two litres and a salt, forecast today."""
    folder = tmp_path_factory.mktemp("home")
    shift = datetime.now(UTC) - NOW
    settings = settings_over(folder, timezone=ZONE)
    with pytest.MonkeyPatch.context() as patch, opened(settings) as prices:
        patch.setattr(registry, "DEFAULTS", ("last_value",))
        for number, category in ((1, "oil"), (2, "salt")):
            prices.store.save_listing(product(number, category=category, litres=Decimal(2)))
            rows = [observed(f"shop.example:{number}", day, f"{10 + day % 3}.50") for day in range(60)]
            prices.store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)
        retrain(settings, prices, lambda *_: None)
    return folder


@pytest.fixture
def api(home):
    with served(asgi.app_over(settings_over(home, timezone=ZONE, writes_per_minute=1000))) as client:
        yield client
        for one in client.get("/announced-moves").json():
            assert client.delete(f"/announced-moves/{one['move_id']}").status_code == 204


def announced(api, days, factor, **group):
    answer = api.post("/announced-moves", json={"date": in_days(days).isoformat(), "factor": factor, **group})
    assert answer.status_code == 201, answer.text
    return answer.json()


def predicted(api, **asked):
    answer = api.get("/predict", params={"horizon": 30, "levels": "80", **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def prices_of(prediction):
    return {
        date.fromisoformat(day["date"]): [float(one["price"]) for one in day["quantiles"]] for day in prediction["days"]
    }


def told(move):
    return {name: move[name] for name in ("date", "factor", "group")}


def test_a_move_is_kept_once_told_with_what_it_concerns_and_withdrawn(api):
    made = announced(api, 10, 1.02, group="oil")
    assert announced(api, 10, "1.020", group=" oil ") == made
    assert (made["factor"], made["group"], made["products"]) == (1.02, "oil", 1)
    early = announced(api, 5, 0.9, group="all")
    assert (early["group"], early["products"]) == ("", 2)
    assert api.get("/announced-moves").json() == [early, made]
    assert api.delete(f"/announced-moves/{made['move_id']}").status_code == 204
    assert api.get("/announced-moves").json() == [early]


def test_a_move_that_is_not_there_cannot_be_withdrawn_and_the_refusal_speaks_the_readers_language(api):
    is_problem(api.delete("/announced-moves/%00"), 404)
    found = [
        is_problem(api.delete("/announced-moves/nothing", params={"language": spoken}), 404)["detail"]
        for spoken in ("es", "en")
    ]
    assert found == ["No se ha anunciado ningún cambio «nothing».", "There is no announced move “nothing”."]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"date": "2026-10-01"},
        {"factor": 1.02},
        {"date": "2026-10-01", "factor": 1},
        {"date": "2026-10-01", "factor": 0.01},
        {"date": "2026-10-01", "factor": 11},
        {"date": "2026-10-01", "factor": "x"},
        {"date": "2026-10-01", "factor": "NaN"},
        {"date": "1/10/2026", "factor": 1.02},
        {"date": 1790000000, "factor": 1.02},
        {"date": "20261001", "factor": 1.02},
        {"date": "2026-10-01T10:00:00", "factor": 1.02},
        {"date": "2026-10-01", "factor": 1.02, "group": "x" * 301},
        {"date": "2026-10-01", "factor": 1.02, "group": "a\u0000"},
        {"date": "2026-10-01", "factor": 1.02, "group": None},
        {"date": "2026-10-01", "factor": 1.02, "product": "x"},
        [],
    ],
)
def test_what_is_no_move_is_refused_and_not_kept(api, body):
    is_problem(api.post("/announced-moves", json=body), 422)
    assert api.get("/announced-moves").json() == []


def test_moves_are_announced_by_those_who_may_write_alone(home):
    with served(asgi.app_over(settings_over(home, api_keys="secret-key", timezone=ZONE))) as client:
        assert client.get("/announced-moves").status_code == 200
        is_problem(client.post("/announced-moves", json={"date": "2026-10-01", "factor": 1.02}), 401)
        is_problem(client.delete("/announced-moves/x"), 401)


@pytest.mark.parametrize("asked", [{"product": OIL}, {"category": "oil"}])
def test_a_forecast_counts_with_a_move_from_its_day_on_and_says_so(api, asked):
    before = predicted(api, **asked)
    assert before["moves"] == []
    move = announced(api, 10, 1.5, group="oil")
    after = predicted(api, **asked)
    assert after["moves"] == [told(move)]
    for day, values in prices_of(before).items():
        expected = [1.5 * value for value in values] if day >= in_days(10) else values
        assert prices_of(after)[day] == pytest.approx(expected, abs=1e-3)
    assert predicted(api, **asked, horizon=5)["moves"] == []


def test_a_move_of_others_and_one_of_the_past_change_no_forecast(api):
    before = predicted(api, product=OIL), predicted(api, category="oil")
    announced(api, 10, 1.5, group="salt")
    announced(api, 0, 1.5)
    assert (predicted(api, product=OIL), predicted(api, category="oil")) == before


def test_all_products_at_once_are_told_anew_when_a_move_is_announced(api):
    def intervals():
        rows = api.get("/overview").json()
        return {row["product"]["id"]: (float(row["low_80"]), float(row["high_80"])) for row in rows}

    before = intervals()
    announced(api, 10, 1.5, group="oil")
    after = intervals()
    assert after[OIL] == pytest.approx([1.5 * end for end in before[OIL]], abs=1e-3)
    assert after[SALT] == before[SALT]


def page_of(api, path, language):
    answer = api.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200
    return " ".join(LexborHTMLParser(answer.text).body.text(separator=" ").split())


@pytest.mark.parametrize("path", [f"/precios/{OIL}", "/precios/categoria/oil"])
def test_the_pages_of_a_product_and_its_category_say_what_they_count_with(api, path):
    assert "anunciado" not in page_of(api, path, "es")
    announced(api, 10, 1.02, group="oil")
    announced(api, 20, 0.95)
    spoken = page_of(api, path, "es")
    assert f"Desde el {numbers.day(in_days(10))} se cuenta con +2 % (anunciado)." in spoken
    assert f"Desde el {numbers.day(in_days(20))} se cuenta con \u22125 % (anunciado)." in spoken
    told = f"From {numbers.day(in_days(10), Language.EN)} on it is counted with +2% (announced)."
    assert told in page_of(api, path, "en")


def test_a_story_names_the_moves_that_its_forecast_counts_with(api):
    move = announced(api, 10, 1.02, group="oil")
    story = api.get("/story", params={"product": OIL}).json()
    assert story["prediction"]["moves"] == [told(move)]
    assert "prices.story.announced_rise" in [one["code"] for one in story["notices"]]

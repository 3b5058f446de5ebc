"""The routes of the buyer over a real server and store: advice with true figures, the cheapest litre, the index."""

import csv
import io
import json
import os
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.prices.forecasting.models import registry
from price_shop import NOW, observed, opened, product, retrain, settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server

DAYS = 300
ZONE = "UTC"  # one without summer time, in which days ago are days ago at any hour
NUMBERS = (*range(11), 12, 13, 21)
SPANISH = {"de", "el", "los", "en", "se", "que", "con"}
ENGLISH = {"of", "the", "it", "on", "is", "that", "with"}


def price_on(day, number):
    """10 euros, and 7 for a week out of five; product 0 was last on offer two weeks ago."""
    return "7.00" if (day + 11 * number + 20) % 35 < 7 else "10.00"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Twelve oils with offers (21: since today), one just found and one sold out; learned and forecast."""
    folder = tmp_path_factory.mktemp("home")
    now = datetime.now(NOW.tzinfo)
    with pytest.MonkeyPatch.context() as patch, opened(settings_over(folder, timezone=ZONE)) as prices:
        patch.setattr(registry, "DEFAULTS", ("last_value",))
        rows = []
        for number in NUMBERS:
            listing = product(number, category="oil", litres=Decimal(5), title="Aceite de oliva virgen extra, 5 l")
            prices.store.save_listing(listing)
            days = 5 if number == 12 else DAYS
            rows += [observed(listing.listing_id, day, price_on(day, number)) for day in range(1, days)]
        rows += [observed("shop.example:13", 0, None)]
        rows += [observed(f"shop.example:{number}", 0, price_on(0, number)) for number in NUMBERS if number != 13]
        prices.store.append(
            one.__class__(**{name: getattr(one, name) for name in one.__slots__ if name != "observed_at"},
                          observed_at=one.observed_at + (now - NOW))
            for one in rows
        )  # fmt: skip
        retrain(settings_over(folder, timezone=ZONE), prices, lambda *_: None)
    return folder


@pytest.fixture(scope="module")
def api(home):
    with served(asgi.app_over(settings_over(home, timezone=ZONE))) as client:
        yield client


def asked(api, number=0, **query):
    answer = api.get("/advice", params={"product": f"shop.example:{number}", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_price_that_falls_again_and_again_is_waited_for_with_true_figures(api):
    found = asked(api, deadline_days=30, quantity=3)
    assert (found["action"], found["price"], found["currency"]) == ("wait", "10.00", "EUR")
    assert found["target_price"] == "8.50"
    assert date.fromisoformat(found["as_of"]) < date.fromisoformat(found["until"])
    assert date.fromisoformat(found["until"]) <= date.fromisoformat(found["as_of"]) + timedelta(days=30)
    saving = Decimal(30) * Decimal(str(found["expected_saving_percent"])) / 100
    assert float(found["expected_saving"]) == pytest.approx(float(saving), abs=0.02)
    assert 0 < found["expected_saving_percent"] < 30
    assert float(found["saving_low"]) <= float(found["expected_saving"]) <= float(found["saving_high"]) <= 9
    assert 0 <= found["chance_of_paying_more"] <= 0.2
    assert "8,50 €" in found["message"]
    told = " ".join(found["reasons"])
    assert "De cada diez esperas así, ocho" in told
    assert "cerca del máximo" in told
    assert "de 7,00 € a 10,00 €" in told
    assert "hasta un 30 % menos (7,00 €)" in told


def test_the_weeks_in_which_it_was_cheaper_are_counted_right(api):
    prices = [float(price_on(day, 0)) for day in range(84)]
    weeks = sum(min(prices[7 * week : 7 * week + 7]) < 10 for week in range(12))
    assert f"Costó menos en {weeks} de las últimas 12 semanas" in " ".join(asked(api)["reasons"])


def test_an_offer_is_bought_now(api):
    number = next(n for n in range(12) if price_on(0, n) == "7.00")
    found = asked(api, number)
    assert (found["action"], found["target_price"], found["until"]) == ("buy", None, None)
    assert (found["expected_saving"], found["expected_saving_percent"], found["chance_of_paying_more"]) == (
        "0.00",
        0,
        0,
    )
    assert (found["saving_low"], found["saving_high"]) == (None, None)
    assert found["message"].startswith("Compra ya")


@pytest.mark.parametrize(("number", "word"), [(12, "menos de 28"), (13, "ahora está agotado")])
def test_what_is_not_known_is_said(api, number, word):
    found = asked(api, number)
    assert (found["action"], found["target_price"]) == ("unknown", None)
    assert word in found["message"]


def test_a_deadline_too_short_to_judge_means_buy_now(api):
    assert asked(api, deadline_days=3)["action"] == "buy"


@pytest.mark.parametrize("number", [0, 12, 13])
def test_advice_comes_in_spanish_or_english_and_in_no_other_language(api, number):
    plain, english = asked(api, number), asked(api, number, language="en")
    assert asked(api, number, language="es") == plain
    assert english["told"] == plain["told"]
    assert [one["code"].rsplit(".", 1)[0] for one in plain["told"]][:2] == ["prices.advice", "prices.reason"]
    for spoken in ("message", "reasons"):
        assert english[spoken] != plain[spoken]
    assert not SPANISH & words(english["message"], *english["reasons"])
    assert not ENGLISH & words(plain["message"], *plain["reasons"])
    is_problem(api.get("/advice", params={"product": f"shop.example:{number}", "language": "fr"}), 422)


def words(*sentences):
    return set(re.findall(r"\w+", " ".join(sentences).lower()))


def test_advice_in_english_has_the_same_figures(api):
    found = asked(api, deadline_days=30, quantity=3, language="en")
    assert found["message"].startswith("Wait: buy as soon as it costs €8.50 or less")
    told = " ".join(found["reasons"])
    assert "near the highest" in told
    assert "from €7.00 to €10.00; today, €10.00" in told
    assert "up to 30% less (€7.00)" in told
    assert "last 7 days" in found["cheapest"]["assumes"]


@pytest.mark.parametrize(
    ("path", "place"),
    [("/cheapest?category=oil", ("assumes",)), ("/categories/oil?", ("cheapest", "assumes")),
     ("/story?product=shop.example:0", ("advice", "message"))],
)  # fmt: skip
def test_what_a_page_shows_at_once_is_said_in_the_language_that_is_asked_for(api, path, place):
    def sentence(language):
        found = api.get(f"{path}{language}").json()
        for name in place:
            found = found[name]
        return words(found)

    assert sentence("") == sentence("&language=es")
    assert not ENGLISH & sentence("")
    assert not SPANISH & sentence("&language=en")
    is_problem(api.get(f"{path}&language=eo"), 422)


@pytest.mark.parametrize(("language", "other"), [("es", "en"), ("en", "es")])
@pytest.mark.parametrize("number", [0, 12, 13])
def test_the_page_of_a_product_says_all_in_the_language_of_its_reader(api, number, language, other):
    query = {"lengua": language}
    page = api.get(f"/precios/shop.example:{number}", params=query, headers={"Accept": "text/html"})
    api.cookies.clear()
    shown = " ".join(LexborHTMLParser(page.text).css_first("main").text().replace("\xa0", " ").split())
    for spoken, is_there in ((language, True), (other, False)):
        advice = asked(api, number, language=spoken)
        for sentence in (advice["message"], *advice["reasons"]):
            assert (sentence in shown) is is_there


def test_the_cheapest_litre_stands_beside_the_advice(api):
    switch = asked(api, quantity=2)["cheapest"]
    assert switch["offer"]["price_per_litre"] == "1.4000"
    assert (switch["switch"], switch["saving"], switch["saving_percent"]) == (True, "6.00", 30.0)


def test_the_cheapest_of_a_category_are_listed_in_order(api):
    found = api.get("/cheapest", params={"category": "oil"}).json()
    prices = [Decimal(one["price_per_litre"]) for one in found["offers"]]
    assert prices == sorted(prices)
    assert len(prices) == 13
    assert found["cheapest"] == found["offers"][:1]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/advice", 422),
        ("/advice?product=shop.example:0&deadline_days=0", 422),
        ("/advice?product=shop.example:0&deadline_days=91", 422),
        ("/advice?product=shop.example:0&deadline_days=soon", 422),
        ("/advice?product=shop.example:0&quantity=0", 422),
        ("/advice?product=nobody:1", 404),
        ("/cheapest", 422),
        ("/cheapest?category=wine", 404),
        ("/data?category=wine&index=true", 404),
        ("/data?index=true", 422),
        ("/data?product=shop.example:0&index=true", 422),
        ("/predict", 422),
        ("/predict?product=shop.example:0&category=oil", 422),
        ("/predict?category=wine", 404),
        ("/predict?category=oil&currency=USD", 404),
        ("/predict?category=oil&currency=euros", 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem(api, path, status):
    answer = api.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]


def test_a_category_has_a_history_and_a_forecast_like_a_product(api):
    rows = api.get("/data", params={"category": "oil", "index": True, "limit": 1000}).json()["items"]
    assert [row["product"] for row in (rows[0], rows[-1])] == ["category:oil"] * 2
    assert len(rows) == DAYS
    assert (rows[-1]["unit"], rows[-1]["currency"], rows[-1]["products"]) == ("litre", "EUR", 13)
    assert rows[-1]["price"] in {"1.40", "2.00"}
    predicted = api.get("/predict", params={"category": "oil", "horizon": 14}).json()
    assert (predicted["product"], predicted["unit"], predicted["currency"]) == ("category:oil", "litre", "EUR")
    assert len(predicted["days"]) == 14
    assert predicted["cutoff"] == rows[-1]["date"]
    product_forecast = api.get("/predict", params={"product": "shop.example:0"}).json()
    assert product_forecast["unit"] == "piece"


def test_the_overview_is_all_products_with_their_advice(api):
    rows = api.get("/overview").json()
    assert len(rows) == 14
    row = next(one for one in rows if one["product"]["id"] == "shop.example:0")
    advice = asked(api)
    assert (row["plan"]["action"], row["plan"]["target_price"]) == (advice["action"], advice["target_price"])
    assert (row["plan"]["why"], row["recent"]["low"], len(row["recent"]["prices"])) == ("worth", 7.0, 90)
    predicted = api.get("/predict", params={"product": "shop.example:0", "horizon": 30, "levels": "80"}).json()
    [low, _, high] = [one["price"] for one in predicted["days"][-1]["quantiles"]]
    assert (row["low_80"], row["high_80"]) == (low, high)
    assert api.get("/overview?category=wine").json() == []
    assert api.get("/overview?shop=shop.example&category=oil").json() == rows
    assert api.get("/overview?format=xlsx").status_code == 422


def test_a_category_is_told_in_short_and_in_full(api):
    [short] = api.get("/categories").json()
    assert (short["category"], short["products"], short["shops"], short["unit"]) == (
        "oil",
        14,
        ["shop.example"],
        "litre",
    )
    full = api.get("/categories/oil").json()
    assert full["category"] == short
    rows = api.get("/data", params={"category": "oil", "index": True, "limit": 1000}).json()["items"]
    assert full["index"] == rows[-365:]
    values = {row["date"]: row["price"] for row in rows}
    days = [date.fromisoformat(rows[-1]["date"]) - timedelta(days=ago) for ago in (0, 30, 90)]
    assert [short["index"], short["index_30"], short["index_90"]] == [values[day.isoformat()] for day in days]
    predicted = api.get("/predict", params={"category": "oil", "horizon": 30}).json()
    assert full["prediction"] == predicted
    assert full["cheapest"] == api.get("/cheapest", params={"category": "oil"}).json()
    assert short["cheapest"] == full["cheapest"]["cheapest"]
    assert len(full["lines"]) == 14
    assert api.get("/categories/wine").status_code == 404


def test_a_story_holds_what_the_other_routes_say(api):
    story = api.get("/story", params={"product": "shop.example:13", "deadline_days": 30}).json()
    assert story["advice"] == asked(api, 13)
    assert [one["code"] for one in story["notices"]] == ["prices.story.sold_out"]
    assert story["notices"][0]["figures"] == {"since": story["days"][-1]["date"]}
    assert (story["days"][-1]["state"], story["days"][-2]["list_price"]) == ("out_of_stock", None)
    assert story["prediction"]["backtest"][0]["model"] == "last_value"
    assert api.get("/story", params={"product": "nobody:1"}).status_code == 404
    assert api.get("/story", params={"product": "shop.example:13", "deadline_days": 91}).status_code == 422


def test_the_overview_comes_as_a_table_too(api):
    rows = api.get("/overview").json()
    text = api.get("/overview?format=csv")
    assert text.headers["content-type"].startswith("text/csv")
    read = list(csv.DictReader(io.StringIO(text.text)))
    assert [one["product_id"] for one in read] == [one["product"]["id"] for one in rows]
    assert [one["product_latest_price"] for one in read] == [one["product"]["latest"]["price"] or "" for one in rows]
    assert {"grade", "recent_change_30", "recent_low_date", "plan_target_price", "low_80"} <= read[0].keys()
    assert not {"recent_prices", "recent_comb", "product_latest"} & read[0].keys()
    frame = pl.read_parquet(io.BytesIO(api.get("/overview?format=parquet").content))
    assert frame.columns == list(read[0])
    assert frame["recent_low_date"].dtype == pl.Date


def test_the_index_comes_as_a_table_too(api):
    query = {"category": "oil", "index": True, "limit": 5}
    text = api.get("/data", params={**query, "format": "csv"})
    assert text.headers["X-Next-Cursor"]
    assert len(list(csv.DictReader(io.StringIO(text.text)))) == 5
    frame = pl.read_parquet(io.BytesIO(api.get("/data", params={**query, "format": "parquet"}).content))
    assert frame.columns == ["product", "date", "price", "currency", "unit", "products"]


def test_before_anything_was_learned_the_advice_is_to_buy_what_has_a_price(tmp_path):
    with opened(settings_over(tmp_path)) as prices:
        for number, days in ((1, 0), (2, 30)):
            prices.store.save_listing(product(number))
            prices.store.append(observed(f"shop.example:{number}", day, "9.95") for day in range(days))
        service = replace(prices.service, clock=lambda: NOW)
        found = [service.advice(f"shop.example:{number}", 30, 1) for number in (1, 2)]
    assert [(one.action, one.why) for one in found] == [("unknown", "no_price"), ("buy", "no_support")]


@pytest.fixture
def run(home, monkeypatch, run):
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    monkeypatch.setenv("ALMAZARA_TIMEZONE", ZONE)
    return partial(run, "prices")


def test_the_command_line_advises_as_the_api_does(run, api):
    code, out, _ = run("advice", "shop.example:0", "--deadline-days", 30, "--quantity", 2, "--json")
    assert (code, json.loads(out)) == (0, asked(api, quantity=2))
    code, out, _ = run("advice", "shop.example:0")
    assert out.startswith("Espera: compra en cuanto cueste 8,50 €")
    assert "% menos" in out


def test_the_command_line_speaks_the_language_of_the_settings(run, api, monkeypatch):
    monkeypatch.setenv("ALMAZARA_LANGUAGE", "en")
    code, out, _ = run("advice", "shop.example:0", "--json")
    assert (code, json.loads(out)) == (0, asked(api, language="en"))
    out = run("advice", "shop.example:0")[1]
    assert out.startswith("Wait: buy as soon as it costs €8.50")
    assert "costs less by the litre: €1.40/L (30% less)." in out
    assert "Compared are prices per litre" in run("cheapest", "oil")[1]
    monkeypatch.setenv("ALMAZARA_LANGUAGE", "fr")
    code, _, err = run("advice", "shop.example:0")
    assert (code, "ALMAZARA_LANGUAGE" in err, "Traceback" in err) == (1, True, False)


def test_the_command_line_names_the_cheapest(run):
    code, out, _ = run("cheapest", "oil", "--json")
    assert (code, len(json.loads(out)["offers"])) == (0, 13)
    assert "extra virgin" in run("cheapest", "oil")[1]


@pytest.mark.parametrize(
    "arguments",
    [("advice", "nobody:1"), ("advice", "shop.example:0", "--deadline-days", 91), ("cheapest", "wine"),
     ("advise", "--input", "missing.csv", "--cutoff", "2024-01-01", "--output", "x.parquet")],
)  # fmt: skip
def test_what_the_command_line_cannot_answer_is_one_line(run, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("almazara: ")
    assert "Traceback" not in err


def test_a_file_is_advised_on_from_the_command_line(run, tmp_path):
    source, target = tmp_path / "history.csv", tmp_path / "advice.parquet"
    days = [date(2024, 1, 1) + timedelta(days=day) for day in range(DAYS)]
    lines = [f"s{n},{day},{price_on(i, n)}" for n in range(12) for i, day in enumerate(days)]
    source.write_text("\n".join(["series_id,date,price", *lines]))
    code, out, err = run("advise", "--input", source, "--cutoff", days[-1], "--deadline-days", 30, "--output", target)
    assert code == 0, err
    assert "0 series and 0 rows refused" in out
    assert set(pl.read_parquet(target)["action"]) == {"wait", "buy"}


def test_the_alert_on_advice_goes_from_the_command_line_to_the_events(run):
    assert (price_on(0, 21), price_on(1, 21)) == ("7.00", "10.00")
    code, _, err = run("alert", "add", "buy_now", "--product", "shop.example:21", "--days", 30)
    assert code == 0, err
    with opened(settings_over(Path(os.environ["ALMAZARA_HOME"]))) as prices:
        [(rule_id, rule)] = prices.store.documents("alert_rule").items()
        yesterday = datetime.now(NOW.tzinfo) - timedelta(days=1)
        prices.store.put_document("alert_rule", rule_id, {**rule, "created_at": yesterday.isoformat()})
    assert json.loads(run("alert", "check", "--json")[1])["new"] == 1
    [event] = json.loads(run("alert", "events", "--json")[1])
    assert event["title"].startswith("Ya no esperes: compra a 7,00 €")
    assert json.loads(run("alert", "check", "--json")[1])["new"] == 0

"""How published forecasts did: the route, the metrics, and the retraining that feeds them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.issued import ISSUED, SCORES
from almazara.prices.forecasting.kept_moves import keep_moves
from almazara.prices.forecasting.models import registry
from price_shop import NOW, observed, opened, product, retrain, settings_over
from problems import is_problem
from sample_catalog import served
from waiting import no_progress

pytestmark = pytest.mark.server


def today():
    """Now and not when the module is imported: a day may end between."""
    return datetime.now(ZoneInfo("Europe/Madrid")).date()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a product that was forecast two days ago, as the issued document says, and was read since."""
    return made_home(tmp_path_factory.mktemp("home"))


def made_home(folder, *moves):
    """The same, where these moves were announced."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "DEFAULTS", ("last_value",))
        settings = settings_over(folder)
        with opened(settings) as prices:
            prices.store.save_listing(product())
            shift = datetime.now(NOW.tzinfo) - NOW
            rows = [observed("shop.example:1", day, "10.00") for day in range(40)]
            prices.store.append(
                one.__class__(**{**{n: getattr(one, n) for n in one.__slots__}, "observed_at": one.observed_at + shift})
                for one in rows
            )
            retrain(settings, prices, no_progress)
            [(_, issued)] = prices.store.documents(ISSUED).items()
            keep_moves(prices.store, moves)
            for ago in (2, 8):
                key = f"{today() - timedelta(days=ago)}/0000"
                prices.store.put_document(ISSUED, key, issued)
            retrain(settings, prices, no_progress)
    return folder


@pytest.fixture(scope="module")
def api(home):
    with served(asgi.app_over(settings_over(home))) as client:
        yield client


def test_a_retraining_scores_what_has_come_due(api):
    answer = api.get("/forecasts/score").json()
    assert answer["until"] == (today() - timedelta(days=1)).isoformat()
    assert [(one["model"], one["horizon"], one["forecasts"]) for one in answer["scores"]] == [
        ("last_value", 1, 2),
        ("last_value", 7, 1),
    ]
    assert all(one["mae"] == 0 and one["mae_ratio"] is None and one["coverage_80"] == 1 for one in answer["scores"])
    assert answer["drift"] == []


def test_only_the_days_that_are_asked_for_count(api):
    scores = api.get("/forecasts/score?days=1").json()["scores"]
    assert [(one["horizon"], one["forecasts"]) for one in scores] == [(1, 1), (7, 1)]


@pytest.mark.parametrize("days", ["0", "401", "x"])
def test_a_number_of_days_that_is_none_is_refused(api, days):
    answer = api.get("/forecasts/score", params={"days": days})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


DRIFTED = {
    "en": "7 days ahead, price steps: it errs 8.00 times as much as the last price.",
    "es": "A 7 días, escalones de precio: yerra 8,00 veces lo que yerra el último precio.",
}


def test_drift_is_said_in_the_language_that_is_asked_for(tmp_path):
    with opened(settings_over(tmp_path)) as prices:
        yesterday = (today() - timedelta(days=1)).isoformat()
        prices.store.put_document(SCORES, yesterday, {"steps/7": [40, 8.0, 1.0, 0.5, 36, 39, 0]})
    with served(asgi.app_over(settings_over(tmp_path))) as client:
        assert client.get("/forecasts/score").json()["drift"] == [DRIFTED["es"]]
        assert client.get("/forecasts/score?language=fr").status_code == 422
        for language, other in (("es", "en"), ("en", "es")):
            assert client.get(f"/forecasts/score?language={language}").json()["drift"] == [DRIFTED[language]]
            page = client.get(f"/precios/modelos?lengua={language}", headers={"Accept": "text/html"}).text
            assert DRIFTED[language] in page
            assert DRIFTED[other] not in page


def test_prometheus_sees_the_scores(api):
    text = api.get("/metrics").text
    assert 'almazara_forecast_coverage_80{horizon="7",model="last_value"} 1.0' in text
    assert "almazara_forecast_drifts 0.0" in text


def issued(api, **asked):
    answer = api.get("/forecasts/issued", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_published_forecast_stands_beside_what_came_the_newest_day_that_has_ended_first(api):
    rows = issued(api)["items"]
    days = [(today() - datetime.fromisoformat(row["date"]).date()).days for row in rows]
    assert [(ago, row["horizon"], row["state"]) for ago, row in zip(days, rows, strict=True)] == [
        (1, 1, "scored"),
        (1, 7, "scored"),
        (7, 1, "scored"),
        (-1, 1, "to_come"),
        (-5, 7, "to_come"),
        (-6, 14, "to_come"),
        (-7, 7, "to_come"),
        (-12, 14, "to_come"),
        (-14, 14, "to_come"),
        (-22, 30, "to_come"),
        (-28, 30, "to_come"),
        (-30, 30, "to_come"),
    ]
    assert (rows[0]["product"], rows[0]["model"], rows[0]["currency"]) == ("shop.example:1", "last_value", "EUR")
    assert (rows[0]["last"], rows[0]["median"], rows[0]["price"]) == ("10.00", "10.00", "10.00")
    assert (rows[0]["within_80"], rows[-1]["within_80"], rows[-1]["price"]) == (True, None, None)


def test_pages_of_published_forecasts_are_the_whole(api):
    whole, found, cursor = issued(api)["items"], [], None
    for _ in range(len(whole)):
        page = issued(api, limit=2, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole


def test_published_forecasts_of_fewer_days_and_of_one_product(api):
    assert [row["state"] for row in issued(api, days=1)["items"]].count("scored") == 2
    assert issued(api, product="shop.example:1") == issued(api)
    answer = api.get("/forecasts/issued?format=csv&limit=2")
    assert answer.text.splitlines()[0].startswith("product,title,model,cutoff,horizon,date,currency,last,median,low_80")
    assert (len(answer.text.splitlines()), bool(answer.headers["x-next-cursor"])) == (3, True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("days=0", 422),
        ("days=31", 422),
        ("limit=0", 422),
        ("cursor=x", 422),
        ("product=nobody", 404),
        ("product=%00", 404),
    ],
)
def test_published_forecasts_that_cannot_be_asked_for_are_a_problem(api, query, status):
    is_problem(api.get(f"/forecasts/issued?{query}"), status)


def test_the_page_shows_each_with_its_result_in_words_and_goes_on(api):
    headers = {"Accept": "text/html"}
    first = LexborHTMLParser(api.get("/precios/modelos", headers=headers).text.replace("\u00a0", " "))
    rows = [row.text(separator=" ", strip=True) for row in first.css("#publicados ~ div tbody tr:has(td)")]
    assert len(rows) == 12
    assert rows[0] == "dentro 10,00 € 10,00 € 10,00 € 1 día antes último precio"
    assert "por venir" in rows[-1]
    for query, status in (("desde=x", 422), ("product=%3Cb%3E", 404), ("product=shop.example:1", 200)):
        assert api.get(f"/precios/modelos?{query}", headers=headers).status_code == status


def test_days_of_announced_moves_are_told_apart_by_the_route_the_page_and_the_command_and_in_no_metric(
    tmp_path, monkeypatch, run
):
    home = made_home(tmp_path, AnnouncedMove(today() - timedelta(days=4), 1.02))
    with served(asgi.app_over(settings_over(home))) as client:
        scores = client.get("/forecasts/score").json()["scores"]
        page = LexborHTMLParser(client.get("/precios/modelos", headers={"Accept": "text/html"}).text)
        metrics = client.get("/metrics").text
    assert [(one["horizon"], one["announced"], one["forecasts"]) for one in scores] == [(1, False, 2), (7, True, 1)]
    assert "con cambios anunciados" in page.css_first("table").text()
    told = [line for line in metrics.splitlines() if line.startswith("almazara_forecast_mae{")]
    assert len(told) == 1
    assert 'horizon="1"' in told[0]
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    assert "last_value, announced moves" in run("prices", "score")[1]

"""`almazara prices ...`: every command in words and in JSON, and every error in one line."""

import csv
import gzip
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from almazara.prices.fetching.protocol import Page
from almazara.prices.fetching.snapshots import Snapshots
from almazara.prices.forecasting.models import registry
from almazara.prices.schema import EPOCH, NamedPrice, PriceName, Run, RunState, Size
from page_server import serving
from price_shop import NOW, observed, offer_page, opened, product, settings_over, shows
from sample_pages import ASIN, html_of

URL = f"https://www.amazon.es/dp/{ASIN}"


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("ALMAZARA_HOME", str(folder))
    monkeypatch.setenv("ALMAZARA_DELAY_SECONDS", "0")
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(home, run):
    return partial(run, "prices")


@pytest.fixture
def as_json(run):
    def command(*arguments, code=0):
        ended, out, err = run(*arguments, "--json")
        assert ended == code, err
        return json.loads(out)

    return command


@pytest.fixture
def history(home):
    """A product with sixty days of history until today."""
    shift = datetime.now(UTC) - NOW
    with opened(settings_over(home)) as prices:
        prices.store.save_listing(replace(product(title="Aceite", category="oil"), created_at=NOW + shift))
        rows = [observed("shop.example:1", day, f"{30 + day % 5}.95") for day in range(60)]
        prices.store.append(replace(row, observed_at=row.observed_at + shift) for row in rows)
    return "shop.example:1"


def is_one_line(ended, *said):
    code, out, err = ended
    lines = [line for line in err.splitlines() if line.startswith("almazara:")]
    assert code == 1
    assert len(lines) == 1, err
    assert "Traceback" not in err + out
    for part in said:
        assert part in lines[0]


@pytest.mark.parametrize("packed", [False, True])
def test_read_says_what_a_saved_page_shows(as_json, run, tmp_path, packed):
    page = tmp_path / "page"
    body = html_of("amazon_2025_new_and_used_rows").encode()
    page.write_bytes(gzip.compress(body) if packed else body)
    found = as_json("read", page, "--url", URL)
    assert (found["outcome"], found["price"], found["currency"], found["list_price"], found["asin"]) == (
        "offer", "52.41", "EUR", "66.11", ASIN
    )  # fmt: skip
    assert {"unit_price", "title", "rule"} <= set(found)
    code, out, _ = run("read", page, "--url", URL)
    assert code == 0
    assert "52.41" in out


def test_read_shows_the_other_prices_and_the_number_of_the_goods(as_json, run, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(html_of("amazon_2026_other_prices"), encoding="utf-8")
    found = as_json("read", page, "--url", URL)
    assert found["gtin"] == "8410179100012"
    assert found["named"][0] == {"name": "coupon", "price": "38.00", "condition": "Aplicar cupón de 5 %"}
    _, out, _ = run("read", page, "--url", URL)
    assert all(part in out for part in ("8410179100012", "coupon price", "€38.00 Aplicar cupón de 5 %", "Molino Alto"))


@pytest.mark.parametrize(
    ("sample", "outcome"),
    [
        ("blocked_image_captcha", "blocked"),
        ("amazon_2019_out_of_stock", "unavailable"),
        ("amazon_2025_no_buy_box", "unreadable"),
        ("amazon_search", "listing"),
    ],
)
def test_read_names_every_outcome(as_json, tmp_path, sample, outcome):
    (tmp_path / "page.html").write_text(html_of(sample), encoding="utf-8")
    assert as_json("read", tmp_path / "page.html", "--url", "https://www.amazon.es/")["outcome"] == outcome


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0\0\0", b"\xff\xfe\x00", b"<html", b"<" * 100_000, b"<div>" * 50_000, "añejo 5 €".encode("utf-16"),
        b"\x89PNG\r\n", b'<meta charset="shift_jis">' + "precio 5 €".encode(), b"{}", bytes(range(256)) * 100,
    ],
)  # fmt: skip
def test_read_takes_any_page_and_makes_up_no_price(as_json, tmp_path, body):
    (tmp_path / "page.html").write_bytes(body)
    found = as_json("read", tmp_path / "page.html", "--url", URL)
    assert (found["outcome"], found["price"]) == ("unreadable", None)


def test_read_refuses_what_it_cannot_take(run, tmp_path):
    page = tmp_path / "page.html.gz"
    packed = gzip.compress(html_of("amazon_home").encode() * 50)
    for body in (packed[:-20], packed[:100], b"\x1f\x8b" + b"nonsense" * 9, packed[:200] + b"\0" * 50 + packed[250:]):
        page.write_bytes(body)
        is_one_line(run("read", page, "--url", URL), "cannot be read")
    is_one_line(run("read", tmp_path, "--url", URL), "cannot be read")
    is_one_line(run("read", tmp_path / "nothing", "--url", URL), "cannot be read")


@pytest.mark.server
def test_read_of_a_huge_page_or_bomb_ends_soon_and_in_bounded_memory(tmp_path):
    page = tmp_path / "large.html"
    page.write_bytes(b"<html><body>" + b"<p>aceite</p>" * 4_000_000)
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb") as file:
        for _ in range(300):
            file.write(bytes(1_000_000))
    code = (
        "import re, sys; from almazara.prices.fetching.snapshots import saved_page; from almazara.prices import pages\n"
        "from almazara.errors import InputError\n"
        "from pathlib import Path\n"
        "try: print(type(pages.read(saved_page(Path(sys.argv[1])), url='https://www.amazon.es/dp/B0SAMPLE01')).__name__)\n"
        "except InputError as e: print(e)\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)"
    )
    for path in (page, bomb):
        said = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, timeout=60, check=True
        )
        what, megabytes = said.stdout.strip().splitlines()
        assert what == "Unreadable" or "holds more than" in what
        assert int(megabytes) < 500


def test_products_are_followed_listed_and_left(as_json, run):
    found = as_json("track", URL.replace(ASIN, "B0SAMPLE01"), "--category", "Olive Oil", "--target", "24.95")
    assert (found["id"], found["category"], found["target_price"]) == ("amazon.es:B0SAMPLE01", "olive-oil", "24.95")
    assert as_json("track", "b0sample01", "--marketplace", "es")["id"] == found["id"]
    assert as_json("track", "search: aceite 5 l", "--marketplace", "amazon.es")["kind"] == "search"
    assert len(as_json("list")) == 2
    assert [one["id"] for one in as_json("list", "--category", "olive-oil")] == [found["id"]]
    assert run("list")[0] == 0
    assert run("untrack", found["id"])[0] == 0
    assert len(as_json("list")) == 1
    assert len(as_json("list", "--all")) == 2


def test_the_marketplace_is_asked_once_and_kept(as_json, run):
    is_one_line(run("track", "B0SAMPLE01"), "needs a marketplace")
    run("track", "https://shop.example/aove", "--marketplace", "de")
    is_one_line(run("track", "B0SAMPLE01"), "needs a marketplace")
    run("track", "B0SAMPLE01", "--marketplace", "es")
    code, out, err = run("track", "B0SAMPLE02")
    assert (code, "amazon.es:B0SAMPLE02" in out) == (0, True)
    assert err == "Taken from amazon.es, the last --marketplace that was given.\n"
    assert "amazon.es" not in run("track", "https://shop.example/aove")[2]
    assert as_json("track", "search: aceite")["shop"] == "amazon.es"
    run("track", "B0SAMPLE01", "--marketplace", "de")
    assert as_json("track", "search: aceite")["shop"] == "amazon.de"


def test_the_default_list_is_about_twenty_searches_for_olive_oil(run, as_json):
    assert "21 searches" in run("track", "--default")[1]
    assert run("track", "--default")[0] == 0
    listed = as_json("list")
    assert len(listed) == 21
    assert {one["kind"] for one in listed} == {"search"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("track",), ("track", "nothing"), ("track", "http://127.0.0.1/"), ("track", "B0SAMPLE01"),
        ("track", URL, "--target", "cheap"), ("track", URL, "--target", "NaN"), ("track", URL, "--target", "-1"),
        ("track", "B0SAMPLE01", "--marketplace", "moon"), ("untrack", "nothing"), ("history", "nothing"),
        ("forecast", "nothing"), ("scrape", "nothing"), ("scrape",), ("replay", "nowhere"), ("import", "nowhere.csv"),
        ("export", "out.xyz"), ("migrate", "nonsense"), ("alert", "add", "nonsense"), ("alert", "add", "drop"),
        ("alert", "add", "below_target", "--product", "nothing", "--target", "5"), ("alert", "remove", "nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_line(run, arguments):
    is_one_line(run(*arguments))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALMAZARA_TIMEZONE", "Mars/X"),
        ("ALMAZARA_DELAY_SECONDS", "inf"),
        ("ALMAZARA_STORE_URL", "sqlite:///prices.db?timeout=abc"),
        ("ALMAZARA_STORE_URL", "postgresql://ana@db.example:abc/prices"),
        ("ALMAZARA_NOTIFY_URLS", "json://host:abc/"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line(run, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    is_one_line(run("alert", "check"), name)


def test_scrape_reads_alerts_and_forecasts(as_json, run, home, monkeypatch):
    with serving() as server:
        shows(server, {"/1": offer_page("29.95"), "/2": b"<html>Nada</html>"})
        monkeypatch.setenv("ALMAZARA_LOOPBACK_PORTS", str(server.port))
        one = as_json("track", server.url("/1"), "--target", "30")["id"]
        two = as_json("track", server.url("/2"))["id"]
        ended = as_json("scrape")
        assert (ended["state"], ended["counts"]["observed"], ended["counts"]["unreadable"]) == ("done", 1, 1)
        assert ended["problems"][0]["listing_id"] == two
        assert len(as_json("alert", "events")) == 1
        assert run("scrape", two, "--no-forecast")[0] == 1  # nothing could be read
        assert run("scrape", one, "--no-forecast")[0] == 0
        assert [row["price"] for row in as_json("history", one)] == ["29.95", "29.95"]
        replayed = as_json("replay")
        assert (replayed["counts"]["same"], replayed["different"]) == (2, [])


@pytest.mark.server
def test_a_retraining_writes_what_it_is_worth_for_tools_that_compare_versions(as_json, history, tmp_path):
    manifest = as_json("retrain", "--output", str(tmp_path / "told"))
    metrics = json.loads((tmp_path / "told" / "metrics.json").read_text())
    assert (metrics["version"], metrics["forecast"]) == (manifest["version"], 1)
    assert set(metrics["backtest"]) == {"mae_ratio", "crps_ratio", "coverage_80"}
    rows = list(csv.DictReader((tmp_path / "told" / "backtests.csv").read_text().splitlines()))
    assert {row["product"] for row in rows} == {history, "category:oil"}
    [chosen] = [row for row in rows if row["product"] == history and row["chosen"] == "1"]
    assert float(chosen["coverage_80"]) == pytest.approx(metrics["backtest"]["coverage_80"])
    assert as_json("retrain")["inputs"] == manifest["inputs"]


def test_history_forecast_and_retraining(as_json, run, history):
    rows = as_json("history", history)
    assert len(rows) == 60
    assert rows[-1]["price"] == "30.95"
    assert {row["state"] for row in as_json("history", history, "--daily")} == {"observed"}
    is_one_line(run("forecast", history), "`almazara prices retrain`, makes one")
    assert as_json("retrain")["metrics"] == {"forecast": 1, "refused": 0}
    found = as_json("forecast", history, "--horizon", "7", "--levels", "50,80")
    assert len(found["days"]) == 7
    for arguments in (("history", history), ("history", history, "--daily"), ("forecast", history), ("retrain",)):
        code, out, _ = run(*arguments)
        assert (code, bool(out)) == (0, True)
    is_one_line(run("forecast", history, "--horizon", "91"), "horizon")
    is_one_line(run("forecast", history, "--levels", "x"), "levels")


def test_a_retraining_of_nothing_is_one_line_and_no_version_and_quiet_for_a_server(run, as_json, home):
    is_one_line(run("retrain"), "No product can be forecast", "none is followed or kept yet")
    as_json("track", URL)
    is_one_line(run("retrain"), "1 product was not read yet (amazon.es:B0SAMPLE01)")
    code, out, err = run("retrain", "--run-id", "20260301T083000-2265b1")
    assert (code, out, "almazara:" in err) == (0, "", False)
    assert as_json("versions") == []


def test_a_retraining_says_why_products_have_no_forecast(run, history, home):
    with opened(settings_over(home)) as prices:
        prices.store.save_listing(product(2))
    out = run("retrain")[1]
    assert out == "1 product forecast.\nNo forecast: 1 product was not read yet (shop.example:2).\n"


def test_the_history_says_what_a_litre_cost_and_that_the_pack_shrank(run, history, home):
    sizes = (Size(EPOCH, Decimal(1)), Size(datetime.now(UTC) - timedelta(days=9), Decimal("0.5")))
    with opened(settings_over(home)) as prices:
        prices.store.save_listing(replace(prices.store.listing(history), litres=Decimal("0.5"), sizes=sizes))
    _, out, _ = run("history", history)
    assert "0.5 l, and 1 l before" in out
    assert "€30.95/L" in out
    assert "€61.90/L" in out


def test_published_forecasts_are_listed_scored_and_left_for_earlier_ones(as_json, run, history):
    is_one_line(run("rollback"), "no version")
    as_json("retrain")
    as_json("retrain")
    newest, first = as_json("versions")
    assert (newest["current"], newest["metrics"]["forecast"]) == (True, 1)
    assert first["version"] in run("rollback")[1]
    assert [one["current"] for one in as_json("versions")] == [False, True]
    assert as_json("score")["scores"] == []  # no day has ended yet
    assert all(run(command)[0] == 0 for command in ("score", "versions"))


def test_a_history_goes_out_and_into_another_store(as_json, run, history, tmp_path, monkeypatch):
    for name in ("out.csv", "out.parquet"):
        assert run("export", tmp_path / name)[0] == 0
        monkeypatch.setenv("ALMAZARA_STORE_URL", f"sqlite:///{tmp_path / name}.db")
        report = as_json("import", tmp_path / name)
        assert (report["imported"], report["refused"]) == (60, 0)
        assert as_json("import", tmp_path / name)["already_there"] == 60
        monkeypatch.delenv("ALMAZARA_STORE_URL")
    assert as_json("migrate", f"sqlite:///{tmp_path / 'copy.db'}")["verified"] == 1
    told = run("migrate", f"sqlite:///{tmp_path / 'copy.db'}")[1]
    assert "0 observations copied" in told
    assert "0 film events verified" in told


def test_an_import_refuses_rows_without_a_price_and_keeps_the_others(as_json, run, tmp_path):
    file = tmp_path / "in.csv"
    rows = ["s:1,2026-03-01,9.95,EUR", "s:1,2026-03-02,NaN,EUR", "s:1,2026-03-03,inf,EUR", "s:1,2026-03-04,-1,EUR"]
    file.write_text("\n".join(["series_id,date,price,currency", *rows]))
    report = as_json("import", file)
    assert (report["imported"], report["refused"]) == (1, 3)
    assert "refused" in run("import", file)[1]
    told = "Nothing is followed. Kept and not followed, such as imports: 1; `almazara prices list --all` lists them.\n"
    assert run("list")[1] == told
    assert as_json("list") == []
    assert "not followed" not in run("list", "--all")[1]


def test_rules_are_made_listed_checked_and_removed(as_json, run, history):
    assert run("alert", "add", "drop", "--percent", "10", "--product", history)[0] == 0
    assert run("alert", "add", "lowest", "--days", "30")[0] == 0
    assert run("alert", "add", "scraper_unwell")[0] == 0
    rules = as_json("alert", "list")
    assert {one["kind"] for one in rules} == {"drop", "lowest", "scraper_unwell"}
    assert set(as_json("alert", "check")) == {"new", "sent", "failed", "given_up"}
    for one in rules:
        assert run("alert", "remove", one["rule_id"])[0] == 0
    assert as_json("alert", "list") == []
    assert as_json("alert", "events") == []
    for arguments in (("alert", "list"), ("alert", "events"), ("alert", "check")):
        assert run(*arguments)[0] == 0


def test_the_doctor_says_whether_the_scraper_is_well(as_json, run, history, home, monkeypatch):
    assert as_json("doctor")["healthy"] is True
    assert "Nothing is wrong" in run("doctor")[1]
    now = datetime.now(UTC)
    bad = Run("r.shop.example", "scrape", "shop.example", RunState.DONE, now, now, (), {"requested": 9, "blocked": 9})
    with opened(settings_over(home)) as prices:
        prices.store.save_run(bad)
    found = as_json("doctor", code=1)
    assert found["healthy"] is False
    english = "Of 9 pages of the shop shop.example in 7 days, none could be read."
    assert found["problems"] == [english]
    assert english in run("doctor")[1]
    monkeypatch.setenv("ALMAZARA_LANGUAGE", "es")
    assert as_json("doctor", code=1)["problems"] == [
        "De 9 páginas de la tienda shop.example en 7 días no se ha podido leer ninguna."
    ]


def test_every_command_has_help(run):
    names = [
        "events",
        "read",
        "track",
        "untrack",
        "list",
        "scrape",
        "replay",
        "history",
        "forecast",
        "retrain",
        "alert",
        "import",
    ]
    for name in [*names, "export", "migrate", "doctor"]:
        code, out, _ = run(name, "--help")
        assert code == 0
        assert "Usage" in out


def test_a_page_that_takes_too_long_ends_in_a_sentence(as_json, tmp_path, monkeypatch):
    monkeypatch.setenv("ALMAZARA_PAGE_SECONDS", "0.5")
    page = tmp_path / "slow.html"
    slow_to_read, slow_to_look_through = f"<p>{'5,60 € ' * 1_400_000}</p>", "<p></p><b>5</b>" * 20_000
    page.write_bytes(offer_page("5.60").replace(b"</body>", f"{slow_to_read}{slow_to_look_through}</body>".encode()))
    url = "https://shop.example/1"
    found = as_json("read", page, "--url", url)
    tried = as_json("rule", "try", page, "--price", "i ~ b", "--url", url)["trials"][0]
    assert [one["reason"].partition(" s of")[0] for one in (found, tried["rule"], tried["published"])] == [
        "Reading the page took more than 0.5"
    ] * 3


def test_a_rule_of_a_shop_is_tried_kept_listed_and_removed(as_json, run, tmp_path):
    saved = []
    for number in (1, 2):
        address = f"https://molino.example/aceite-{number}"
        saved.append(tmp_path / f"{number}.html")
        saved[-1].write_text(f"<link rel=canonical href={address}><h1>Aceite {number}</h1><p id=pvp>7,50 €</p>")
    tried = as_json("rule", "try", *saved, "--price", "#pvp")
    assert [one["verdict"] for one in tried["trials"]] == ["reads alone", "reads alone"]
    assert as_json("rule", "list") == []
    is_one_line(run("rule", "try", saved[0], "--price", "#pvp", "--keep"), "fewer than 2 pages")
    assert as_json("rule", "try", *saved, "--price", "#pvp", "--keep")["kept"]
    assert [one["shop"] for one in as_json("rule", "list")] == ["molino.example"]
    assert "molino.example" in run("rule", "list")[1]
    assert run("rule", "remove", "molino.example")[0] == 0
    is_one_line(run("rule", "remove", "molino.example"), "no rule of molino.example")
    is_one_line(run("rule", "try", saved[0], "--price", "p["), "no CSS selector")
    saved[0].write_text("<p id=pvp>7,50 €</p>")
    is_one_line(run("rule", "try", saved[0], "--price", "#pvp"), "--url")
    other = as_json("rule", "try", saved[0], "--price", "#pvp", "--url", "https://molino.example/x")
    assert other["trials"][0]["rule"]["price"] == "7.50"
    is_one_line(run("rule", "try", *saved, "--price", "#pvp", "--url", "https://other.example/x"), "several shops")


def test_a_rule_is_tried_on_the_pages_of_earlier_runs_too(as_json, home, tmp_path):
    now = datetime.now(UTC)
    for number in (2, 3):
        url = f"https://molino.example/aceite-{number}"
        body = f"<h1>Aceite {number}</h1><p id=pvp>7,50 €</p>".encode()
        Snapshots(home / "snapshots").keep("molino.example", str(number), Page(url, url, 200, {}, body, now))
    saved = tmp_path / "1.html"
    saved.write_text("<link rel=canonical href=https://molino.example/aceite-1><h1>Aceite 1</h1><p id=pvp>7,50 €</p>")
    tried = as_json("rule", "try", saved, "--price", "#pvp")["trials"]
    assert [one["page"] for one in tried] == [str(saved), "molino.example:2", "molino.example:3"]


EAN = "8410179100012"


@pytest.fixture
def shops(home):
    """The same oil at two shops under one number, and at a third without one."""
    shift = datetime.now(UTC) - NOW
    with opened(settings_over(home)) as prices:
        for number, price in ((1, "9.95"), (2, "8.95"), (3, "8.50")):
            gtin = EAN if number < 3 else None
            one = replace(product(number, title="Aceite", category="oil", gtin=gtin), shop=f"shop{number}.example")
            prices.store.save_listing(one)
            row = observed(f"shop.example:{number}", 0, price)
            prices.store.append([replace(row, observed_at=row.observed_at + shift)])


def test_goods_are_listed_shown_declared_and_forgotten(shops, run, as_json):
    [good] = as_json("goods", "list")
    assert (good["good_id"], good["best"]) == (f"gtin:{EAN}", "shop.example:2")
    assert "€8.95" in run("goods", "list")[1]
    assert run("goods", "same", "shop.example:1", "shop.example:3")[1].endswith("is sold at 3 places now.\n")
    assert as_json("goods", "show", f"gtin:{EAN}")["good"]["best"] == "shop.example:3"
    assert "shop3.example" in run("goods", "show", "shop.example:1")[1]
    for number in (1, 2, 3):
        run("goods", "forget", f"shop.example:{number}")
    run("goods", "apart", "shop.example:2")
    assert as_json("goods", "list") == []


def test_a_good_that_nobody_knows_is_one_line_and_exit_code_1(shops, run):
    for arguments in (("show", "nobody"), ("same", "shop.example:1", "nobody:1"), ("same", "a:1", "a:1")):
        code, _, err = run("goods", *arguments)
        assert (code, err.count("\n")) == (1, 1)


def test_a_basket_says_where_to_buy_what(shops, run, as_json):
    answer = as_json("basket", f"gtin:{EAN}~2", "shop.example:3", "--delivery", "shop2.example~1")
    assert answer["basket"]["total"] == "27.40"
    _, out, _ = run("basket", f"gtin:{EAN}~2", "nobody:1")
    assert "€17.90" in out
    assert "nobody:1 is no good and no product." in out
    assert run("basket", "a~b")[0] == 1


def test_alert_rules_watch_goods_categories_and_other_prices(shops, run, as_json):
    assert run("alert", "add", "rise", "--good", f"gtin:{EAN}", "--percent", "5")[0] == 0
    assert run("alert", "add", "change", "--category", "oil", "--price", "club")[0] == 0
    assert [rule["good"] or rule["category"] for rule in as_json("alert", "list")] == [f"gtin:{EAN}", "oil"]
    assert run("alert", "add", "change", "--index", "oil")[0] == 0
    listed = run("alert", "list")[1]
    assert "category oil (club)" in listed
    assert "index oil" in listed
    code, _, err = run("alert", "add", "change", "--price", "list")
    assert code == 1
    assert "coupon, club" in err


def test_the_history_of_another_price_has_the_readings_that_show_it(shops, home, as_json):
    with opened(settings_over(home)) as prices:
        club = (NamedPrice(PriceName.CLUB, Decimal("7.50"), "socios"),)
        row = replace(observed("shop.example:1", 3, "9.95"), named=club)
        prices.store.append([row])
    assert [row["price"] for row in as_json("history", "shop.example:1", "--price", "club")] == ["7.50"]


def test_a_backup_is_written_and_restored_elsewhere(history, home, tmp_path, monkeypatch, request):
    run = request.getfixturevalue("run").func
    code, out, _ = run("backup", str(tmp_path / "b.zip"))
    assert (code, "60 observations of 1 listings" in out) == (0, True)
    code, _, err = run("restore", str(tmp_path / "b.zip"))
    assert (code, "with which a restore would be mixed" in err) == (1, True)
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "new"))
    assert run("restore", str(tmp_path / "b.zip"))[0] == 0
    assert history in run("prices", "list")[1] + run("prices", "history", history)[1]


def test_announced_moves_are_added_listed_counted_with_and_removed(history, as_json, run):
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    assert run("retrain")[0] == 0
    assert as_json("forecast", history)["moves"] == []
    added = as_json("events", "add", "--date", day, "--factor", "1.02", "--group", "oil")
    assert run("events", "add", "--date", day, "--factor", "1.02", "--group", "oil")[0] == 0
    found = as_json("events", "list")
    assert (found, added["refused"]) == (added["moves"], {})
    assert [(one["date"], one["factor"], one["group"], one["products"]) for one in found] == [(day, 1.02, "oil", 1)]
    assert as_json("forecast", history)["moves"] == [{"date": day, "factor": 1.02, "group": "oil"}]
    assert day in run("events", "list")[1]
    assert run("events", "remove", found[0]["move_id"])[0] == 0
    assert as_json("events", "list") == []
    is_one_line(run("events", "remove", found[0]["move_id"]), "no announced move")


def test_of_a_table_of_announced_moves_rows_that_cannot_be_read_are_counted_and_named(as_json, run, tmp_path):
    table = tmp_path / "events.csv"
    table.write_text("date,factor,group\n2026-10-01,1.02,oil\n2027-01-01,0.9,\nsoon,1.1,\n2026-10-01,0,\n")
    added = as_json("events", "add", "--file", table)
    assert [(one["date"], one["factor"], one["group"]) for one in added["moves"]] == [
        ("2026-10-01", 1.02, "oil"), ("2027-01-01", 0.9, "")
    ]  # fmt: skip
    assert sum(added["refused"].values()) == 2
    assert "1 rows refused: the date is no ISO 8601 day" in run("events", "add", "--file", table)[1]
    assert as_json("events", "list") == added["moves"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((), "by its day and factor"),
        (("--date", "2026-10-01"), "by its day and factor"),
        (("--factor", "1.02"), "by its day and factor"),
        (("--date", "2026-10-01", "--factor", "1.02", "--file", "x.csv"), "by its day and factor"),
        (("--date", "2026-10-01", "--factor", "1"), "1.02 is a rise"),
        (("--file", "x.csv"), "cannot be read"),
    ],
)
def test_what_is_no_announced_move_is_refused_in_a_line(run, as_json, asked, told):
    is_one_line(run("events", "add", *asked), told)
    assert as_json("events", "list") == []

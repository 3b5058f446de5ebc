"""The scraper's health is told from listings, observations and runs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.collecting.scraper_health import Rate, Trouble, assess, rule_name
from almazara.prices.schema import Availability, Listing, Observation, Problem, Run, RunState
from almazara.words.numbers import Language
from almazara.words.said import text_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHOP = "tienda.example"


def listing(name, *, tracked=True, created_days_ago=90, shop=SHOP):
    return Listing(
        f"{shop}:{name}",
        shop,
        name,
        f"https://{shop}/{name}",
        tracked=tracked,
        created_at=NOW - timedelta(days=created_days_ago),
    )


def observed(name, *, days_ago=0.5, rule="json_ld"):
    at = NOW - timedelta(days=days_ago)
    price = Decimal("9.95")
    return Observation(f"{SHOP}:{name}", at, Availability.IN_STOCK, price, "EUR", rule=rule, source="http")


def newest(*observations):
    return {one.listing_id: one for one in observations}


def run(days_ago, problems=(), *, kind="scrape", shop=SHOP, rules=None, **counts):
    started = NOW - timedelta(days=days_ago)
    return Run(f"r{days_ago}", kind, shop, RunState.DONE, started, counts=counts, problems=tuple(problems), rules=rules)


def words(report, language=Language.EN):
    return [one.text(language) for one in report.sentences]


def troubles(report):
    return [(problem.trouble, problem.subject) for problem in report.problems]


def test_a_scraper_that_reads_everything_is_healthy():
    report = assess([listing("a")], newest(observed("a")), [run(1, requested=9, observed=5, unchanged=4)], now=NOW)
    assert report.healthy
    assert report.sentences == []
    assert report.shops == {SHOP: Rate(9, 0)}
    assert report.days_since_read == {f"{SHOP}:a": 0.5}


def test_nothing_followed_yet_is_healthy():
    assert assess([], {}, [], now=NOW).healthy


def test_a_low_success_rate_of_a_shop_is_told_with_its_numbers():
    report = assess([], {}, [run(1, observed=3, blocked=5, unreadable=2)], now=NOW)
    assert troubles(report) == [(Trouble.LOW_SHOP_RATE, SHOP)]
    assert words(report) == [f"Of 10 pages of the shop {SHOP} in 7 days, 30% could be read."]
    assert words(report, Language.ES) == [f"De 10 páginas de la tienda {SHOP} en 7 días se ha podido leer el 30 %."]


def test_an_out_of_stock_page_was_read_well_and_a_refused_one_was_not_asked_for():
    report = assess([], {}, [run(1, unavailable=8, refused=30)], now=NOW)
    assert report.healthy
    assert report.shops[SHOP].attempts == 8


def test_too_few_attempts_say_nothing():
    assert assess([], {}, [run(1, blocked=4)], now=NOW).healthy


def test_old_runs_and_retrainings_do_not_count():
    report = assess([], {}, [run(30, blocked=50), run(1, kind="retrain", unreadable=50)], now=NOW)
    assert report.healthy
    assert report.shops == {}


def test_a_failure_counts_against_the_rule_that_read_the_listing_last():
    names = [f"p{i}" for i in range(6)]
    seen = newest(*(observed(name, days_ago=2, rule="amazon:kindle") for name in names), observed("ok"))
    failed = [Problem(f"{SHOP}:{name}", "unreadable", "no price") for name in names]
    before = run(2, rules={"amazon:kindle": 6, "json_ld": 1}, observed=7)
    report = assess([], seen, [before, run(1, failed, rules={}, observed=100, unreadable=6)], now=NOW)
    assert report.rules == {"amazon:kindle": Rate(6, 6), "json_ld": Rate(1, 0)}
    assert troubles(report) == [(Trouble.LOW_RULE_RATE, "amazon:kindle")]
    assert "regla «página de Amazon» (amazon:kindle)" in words(report, Language.ES)[0]


def test_a_rule_is_called_by_what_it_reads_and_one_that_nobody_named_as_it_is():
    names = {rule: text_of(rule_name(rule)) for rule in ("structured:json-ld+meta", "amazon:unavailable", "other:x")}
    assert list(names.values()) == ["datos que la página publica", "aviso de que no está a la venta", "other:x"]


def test_a_run_that_did_not_count_by_rule_says_nothing_of_rules():
    failed = [Problem(f"{SHOP}:p{i}", "unreadable", "no price") for i in range(6)]
    seen = newest(*(observed(f"p{i}", days_ago=2) for i in range(6)))
    assert assess([], seen, [run(1, failed, observed=100, unreadable=6)], now=NOW).rules == {}


def test_a_sudden_drop_is_told_even_when_the_week_is_still_good():
    runs = [run(days, observed=100) for days in (5, 4, 3, 2)] + [run(1, observed=6, blocked=4)]
    report = assess([], {}, runs, now=NOW)
    assert troubles(report) == [(Trouble.DROP, SHOP)]
    assert words(report) == [f"The newest run of {SHOP} read 60% of its pages; 100% is usual."]
    assert words(report, Language.ES)[0].endswith("ha leído el 60 % de sus páginas; lo habitual es el 100 %.")


def test_a_first_bad_run_is_no_drop():
    assert assess([], {}, [run(2, observed=50), run(1, observed=6, blocked=4)], now=NOW).healthy


def test_many_held_prices_point_at_the_rule():
    report = assess([], {}, [run(1, observed=7, held=3)], now=NOW)
    assert troubles(report) == [(Trouble.HELD, SHOP)]
    assert words(report)[0].startswith("30% of the prices")
    assert words(report, Language.ES)[0].startswith("El 30 % de los precios")


def test_listings_of_which_what_is_kept_is_damaged_are_named_and_not_called_stale():
    report = assess([listing("a"), listing("b")], newest(observed("b", days_ago=1)), [], now=NOW, damaged={f"{SHOP}:a"})
    assert troubles(report) == [(Trouble.DAMAGED, SHOP)]
    assert words(report)[0].startswith(f"What is kept of {SHOP}:a, of {SHOP}, is damaged")


def test_stale_listings_of_a_shop_are_one_problem_that_names_a_few():
    names = ["a", "b", "c", "d", "e"]
    report = assess([listing(n) for n in names], newest(*(observed(n, days_ago=4) for n in names)), [], now=NOW)
    assert troubles(report) == [(Trouble.STALE, SHOP)]
    assert f"more than 3 days at {SHOP}: {SHOP}:a, {SHOP}:b, {SHOP}:c and 2 more." in words(report)[0]
    assert words(report, Language.ES)[0].endswith(f"{SHOP}:c y 2 más.")


def test_readings_of_moments_that_have_not_come_are_told_of_their_shop():
    names = ["a", "b", "c"]
    few_seconds, ahead = observed("a", days_ago=-0.001), [observed(n, days_ago=-2) for n in names[1:]]
    report = assess([listing(n) for n in names], newest(few_seconds, *ahead), [], now=NOW)
    assert troubles(report) == [(Trouble.CLOCK, SHOP)]
    assert set(report.days_since_read.values()) == {0}
    assert "2 readings have moments that have not come, up to " in words(report)[0]
    assert "2 lecturas tienen horas que no han llegado" in words(report, Language.ES)[0]
    (one,) = words(assess([listing("b")], newest(ahead[0]), [], now=NOW), Language.ES)
    assert "1 lectura tiene una hora que no ha llegado" in one


def test_a_listing_never_read_is_stale_only_after_a_while():
    fresh, old = listing("fresh", created_days_ago=1), listing("old", created_days_ago=9)
    report = assess([fresh, old], {}, [], now=NOW)
    assert report.days_since_read == {f"{SHOP}:fresh": None, f"{SHOP}:old": None}
    assert words(report) == [f"Not read for more than 3 days at {SHOP}: {SHOP}:old."]


def test_an_untracked_listing_is_nobodys_business():
    assert assess([listing("a", tracked=False)], {}, [], now=NOW).healthy


def test_shops_are_judged_apart():
    runs = [run(1, observed=50), run(1, blocked=50, shop="otra.example")]
    report = assess([], {}, runs, now=NOW)
    assert troubles(report) == [(Trouble.LOW_SHOP_RATE, "otra.example")]


outcomes = st.sampled_from(["observed", "unchanged", "unavailable", "blocked", "unreadable", "refused", "held"])


@given(st.lists(st.dictionaries(outcomes, st.integers(0, 50)), max_size=8))
def test_healthy_means_that_there_is_no_sentence_and_rates_lie_between_0_and_1(counts):
    report = assess([], {}, [run(i / 2, **each) for i, each in enumerate(counts)], now=NOW)
    assert report.healthy == (report.sentences == [])
    assert all(rate.success is None or 0 <= rate.success <= 1 for rate in report.shops.values())

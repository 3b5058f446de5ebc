"""How often a host may be asked."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.fetching.politeness import (
    HostState,
    Politeness,
    Robots,
    Stop,
    after_block,
    after_status,
    as_seen,
    backoff_seconds,
    gate,
    parse_retry_after,
    pause_seconds,
    read_robots,
    rest,
    spend,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLITE = Politeness()


def later(**kwargs):
    return NOW + timedelta(**kwargs)


def test_a_host_that_was_never_asked_may_be_asked_at_once():
    assert gate(HostState(), POLITE, NOW) == 0.0


def test_a_rest_must_be_waited_for():
    assert gate(rest(HostState(), 5, NOW), POLITE, later(seconds=2)) == 3.0


def test_a_shorter_rest_does_not_replace_a_longer_one():
    state = rest(rest(HostState(), 60, NOW), 5, NOW)
    assert gate(state, POLITE, NOW) == 60.0


def test_a_wait_beyond_the_limit_stops_the_host_and_says_until_when():
    stop = gate(rest(HostState(), 3600, NOW), POLITE, NOW)
    assert isinstance(stop, Stop)
    assert "2026-03-01 13:00:00 UTC" in stop.reason


def test_the_budget_ends_a_day_and_the_next_day_renews_it():
    polite, state = Politeness(daily_budget=2), HostState()
    for _ in range(2):
        assert isinstance(gate(state, polite, NOW), float)
        state = spend(state, NOW)
    assert isinstance(gate(state, polite, NOW), Stop)
    assert isinstance(gate(state, polite, later(hours=12)), float)


BACK = [timedelta(hours=1), timedelta(days=1)]


@pytest.mark.parametrize("back", BACK)
def test_when_the_clock_is_set_back_rests_and_stops_last_as_long_as_they_had_to(back):
    state = as_seen(rest(HostState(), 5, NOW), NOW - back)
    assert gate(state, POLITE, NOW - back) == 5.0
    stopped = as_seen(after_block(HostState(), POLITE, NOW, "a captcha"), NOW - back)
    assert isinstance(gate(stopped, POLITE, NOW - back), Stop)
    assert gate(stopped, POLITE, NOW - back + timedelta(hours=1)) == 0.0


@pytest.mark.parametrize("back", BACK)
def test_when_the_clock_is_set_back_the_days_budget_stays_spent_and_the_next_day_renews_it(back):
    just_after_midnight = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    state = as_seen(spend(HostState(), just_after_midnight), just_after_midnight - back)
    polite = Politeness(daily_budget=1)
    assert isinstance(gate(state, polite, just_after_midnight - back), Stop)
    assert gate(state, polite, just_after_midnight - back + timedelta(days=1)) == 0.0


@pytest.mark.parametrize("back", BACK)
def test_when_the_clock_is_set_back_while_a_page_is_fetched_the_next_one_waits_for_the_pause_alone(back):
    state = rest(spend(rest(HostState(), 5, NOW), NOW), 5, NOW - back)
    assert gate(state, POLITE, NOW - back) == 5.0


def test_a_clock_that_goes_on_changes_no_state():
    state = spend(HostState(), NOW)
    assert as_seen(state, NOW) is as_seen(state, later(days=1)) is state


def test_a_block_stops_the_host_for_the_cool_off_time():
    state = after_block(HostState(), POLITE, NOW, "a captcha")
    stop = gate(state, POLITE, later(minutes=59))
    assert isinstance(stop, Stop)
    assert "a captcha" in stop.reason
    assert gate(state, POLITE, later(minutes=60)) == 0.0


def test_a_second_block_soon_after_stops_the_host_for_twice_as_long():
    state = after_block(HostState(), POLITE, NOW, "a captcha")
    state = after_block(state, POLITE, later(hours=2), "a captcha")
    assert isinstance(gate(state, POLITE, later(hours=3, minutes=59)), Stop)
    assert isinstance(gate(state, POLITE, later(hours=4)), float)


def test_blocks_never_stop_a_host_for_more_than_a_day():
    state, moment = HostState(), NOW
    for _ in range(40):
        state = after_block(state, POLITE, moment, "a captcha")
        assert state.open_until - moment <= timedelta(days=1)
        moment = state.open_until


def test_a_block_long_after_the_last_one_counts_as_the_first():
    state = after_block(HostState(), POLITE, NOW, "a captcha")
    state = after_block(state, POLITE, later(days=3), "a captcha")
    assert state.openings == 1


@pytest.mark.parametrize("status", [403, 429, 503])
def test_refusals_in_a_row_stop_the_host(status):
    state = HostState()
    for _ in range(4):
        state = after_status(state, status, POLITE, NOW)
        assert isinstance(gate(state, POLITE, NOW), float)
    assert isinstance(gate(after_status(state, status, POLITE, NOW), POLITE, NOW), Stop)


def test_a_good_answer_forgets_the_refusals_before_it():
    state = HostState()
    for status in [503] * 4 + [200] + [503] * 4:
        state = after_status(state, status, POLITE, NOW)
    assert isinstance(gate(state, POLITE, NOW), float)


def test_after_the_cool_off_one_more_refusal_stops_the_host_again():
    state = after_block(HostState(), POLITE, NOW, "a captcha")
    state = after_status(state, 503, POLITE, later(hours=1))
    assert isinstance(gate(state, POLITE, later(hours=1)), Stop)


def test_a_missing_page_is_no_refusal():
    assert after_status(HostState(troubles=2), 404, POLITE, NOW).troubles == 2


@given(st.integers(), st.floats(0, 1e6))
def test_a_pause_is_never_shorter_than_ours_or_the_one_asked_for(seed, asked):
    pause = pause_seconds(POLITE, random.Random(seed), asked)
    assert max(POLITE.delay_seconds, asked) <= pause <= 1.5 * max(POLITE.delay_seconds, asked)


@given(st.integers(), st.integers(1, 10))
def test_each_repetition_waits_longer_than_the_one_before_could(seed, attempt):
    rng = random.Random(seed)
    assert backoff_seconds(POLITE, attempt, rng) < backoff_seconds(POLITE, attempt + 1, rng)


@pytest.mark.parametrize(("attempt", "times"), [(1, 1), (2, 2), (4, 8)])
def test_the_pause_before_a_repetition_doubles_with_jitter_of_up_to_a_half(attempt, times):
    shortest = times * POLITE.backoff_seconds
    assert shortest <= backoff_seconds(POLITE, attempt, random.Random(attempt)) <= 1.5 * shortest


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", 7 * 86400.0),
        ("Sun, 01 Mar 2026 12:05:00 GMT", 300.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sunday, 01-Mar-26 12:05:00 GMT", 300.0),
        ("Mon, 01 Mar 2100 12:00:00 GMT", 7 * 86400.0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_or_not_at_all(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_gives_nothing_or_at_most_a_week(value):
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 7 * 86400


RULES = b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\n\nUser-agent: Almazara\nDisallow: /not-for-almazara\n"


def test_robots_rules_for_our_name_count_before_those_for_everybody():
    robots = read_robots(200, RULES)
    assert robots.refusal("https://shop.example/not-for-almazara", "Almazara")
    assert robots.refusal("https://shop.example/private", "Almazara") is None
    assert robots.refusal("https://shop.example/private", "Other")


def test_robots_may_ask_for_a_pause():
    assert read_robots(200, RULES).pause_seconds("Other") == 7.0
    assert read_robots(200, b"User-agent: *\nRequest-rate: 1/10s").pause_seconds("Almazara") == 10.0
    assert Robots(None).pause_seconds("Almazara") == 0.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_a_robots_file_everything_is_allowed(status):
    assert read_robots(status, b"Disallow: /").refusal("https://shop.example/", "Almazara") is None


@pytest.mark.parametrize("status", [429, 500, 503, 302])
def test_while_robots_cannot_be_read_nothing_is_allowed(status):
    assert str(status) in read_robots(status, b"").refusal("https://shop.example/", "Almazara")


@pytest.mark.fuzz
@given(st.binary(max_size=300))
def test_any_robots_file_can_be_read(body):
    robots = read_robots(200, body)
    robots.refusal("https://shop.example/oil", "Almazara")
    assert robots.pause_seconds("Almazara") >= 0

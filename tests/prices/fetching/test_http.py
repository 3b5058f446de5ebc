"""The http page source against a real server on loopback; time passes by argument."""

import gzip
import os
import random
import socket
import subprocess
import sys
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError, UnavailableError
from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.host_states import FileHostStates, MemoryHostStates
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.politeness import HostState, Politeness
from almazara.prices.fetching.protocol import Failed, NotModified, Page, Refused
from page_server import (
    Crowd,
    FakeTime,
    NoJitter,
    dripping,
    dripping_headers,
    endless,
    in_turn,
    raw,
    redirect,
    reply,
    self_signed,
    serving,
    silent,
)

pytestmark = pytest.mark.server

HTML = b"<html><title>Aceite de oliva</title></html>"


@pytest.fixture
def shop():
    with serving() as server:
        server.routes["/oil"] = reply(HTML, Content_Type="text/html; charset=utf-8")
        yield server


@pytest.fixture
def hours():
    return FakeTime()


@pytest.fixture
def source_for(shop, hours):
    """Make a source that may ask the shop; further settings are those of `HttpConfig` and `Politeness`."""

    def make(*, states=None, resolver=lambda *_: ["127.0.0.1"], polite=None, **settings):
        settings.setdefault("addresses", AddressPolicy(loopback_ports=frozenset({shop.port})))
        config = HttpConfig(politeness=Politeness(**(polite or {})), **settings)
        return HttpSource(config, states, clock=hours.clock, sleep=hours.sleep, rng=NoJitter(), resolver=resolver)

    return make


# --- what is asked


def test_a_page_comes_with_where_it_came_from(shop, source_for, hours):
    page = source_for().fetch(shop.url("/oil"))
    assert page == Page(shop.url("/oil"), shop.url("/oil"), 200, page.headers, HTML, hours.now)
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_the_user_agent_names_almazara_and_its_contact(shop, source_for):
    source_for(contact_url="https://oil.example/bot").fetch(shop.url("/oil"))
    for _, headers in shop.asked:
        assert headers["user-agent"].startswith("Almazara/")
        assert headers["user-agent"].endswith(" (+https://oil.example/bot)")


def test_headers_of_the_user_are_sent_and_nothing_else(shop, source_for):
    source_for(headers={"Accept-Language": "pt"}).fetch(shop.url("/oil"))
    assert set(shop.asked[-1][1]) == {"host", "accept-encoding", "accept-language", "user-agent"}
    assert shop.asked[-1][1]["accept-language"] == "pt"


def test_cookies_are_not_kept(shop, source_for):
    shop.routes["/oil"] = reply(HTML, Set_Cookie="session=1")
    source = source_for()
    page = source.fetch(shop.url("/oil"))
    source.fetch(shop.url("/oil"))
    assert "set-cookie" not in page.headers
    assert not any("cookie" in headers for _, headers in shop.asked)


@pytest.mark.parametrize("name", ["Cookie", "authorization", "Host", "Content-Length", "Proxy-Authorization"])
def test_headers_of_logins_and_of_the_transfer_are_refused(name):
    with pytest.raises(InputError, match=name):
        HttpConfig(headers={name: "x"})


@pytest.mark.parametrize(
    "settings",
    [
        {"headers": {"X-Shop": "a\r\nCookie: b"}},
        {"headers": {"X-Shop: a\r\nCookie": "b"}},
        {"headers": {"X-Shop": "a\0b"}},
        {"user_agent": "Almazara\nX: y"},
        {"contact_url": "https://oil.example\r\nX: y"},
        {"proxies": ("file:///etc/passwd",)},
    ],
)
def test_settings_that_could_smuggle_headers_are_refused(settings):
    with pytest.raises(InputError):
        HttpConfig(**settings)


def test_a_validator_that_holds_a_line_break_is_not_sent(shop, source_for):
    source_for().fetch(shop.url("/oil"), {"etag": '"x"\r\nX-Injected: 1'})
    assert "if-none-match" not in shop.asked[-1][1]
    assert "x-injected" not in shop.asked[-1][1]


def test_a_page_that_has_not_changed_is_not_sent_again(shop, source_for, hours):
    def answer(handler):
        fresh = handler.headers.get("If-None-Match") == '"1"'
        (reply(status=304) if fresh else reply(HTML, ETag='"1"'))(handler)

    shop.routes["/oil"] = answer
    source = source_for()
    page = source.fetch(shop.url("/oil"))
    assert source.fetch(shop.url("/oil"), {"etag": page.headers["etag"]}) == NotModified(shop.url("/oil"), hours.now)


def test_last_modified_is_a_validator_too(shop, source_for):
    moment = "Sun, 01 Mar 2026 12:00:00 GMT"
    source_for().fetch(shop.url("/oil"), {"last-modified": moment})
    assert shop.asked[-1][1]["if-modified-since"] == moment


def test_not_modified_without_a_question_is_a_failure(shop, source_for):
    shop.routes["/oil"] = reply(status=304)
    assert isinstance(source_for().fetch(shop.url("/oil")), Failed)


@pytest.mark.parametrize("status", [404, 410, 403])
def test_a_page_of_any_status_is_a_page(shop, source_for, status):
    shop.routes["/oil"] = reply(b"gone", status)
    page = source_for().fetch(shop.url("/oil"))
    assert (page.status, page.body) == (status, b"gone")
    assert shop.paths().count("/oil") == 1


def test_a_body_in_a_wrong_charset_comes_as_it_is(shop, source_for):
    body = "ñ €".encode("cp1252")
    shop.routes["/oil"] = reply(body, Content_Type="text/html; charset=utf-8")
    assert source_for().fetch(shop.url("/oil")).body == body


# --- politeness


def test_pauses_lie_between_requests_of_a_host(shop, source_for, hours):
    source = source_for(polite={"delay_seconds": 5})
    for _ in range(3):
        source.fetch(shop.url("/oil"))
    assert hours.slept == [5, 5, 5]  # robots.txt is a request too


def test_another_host_is_not_waited_for(shop, source_for, hours):
    source = source_for()
    source.fetch(shop.url("/oil", host="one.example"))
    before = len(hours.slept)
    source.fetch(shop.url("/robots.txt", host="two.example"))
    assert len(hours.slept) == before + 1  # its own robots.txt only


def test_threads_ask_a_host_one_at_a_time(shop, hours):
    crowd = Crowd()
    shop.routes["/oil"] = crowd.reply(HTML)
    config = HttpConfig(
        politeness=Politeness(delay_seconds=0), addresses=AddressPolicy(loopback_ports=frozenset({shop.port}))
    )
    source = HttpSource(config, resolver=lambda *_: ["127.0.0.1"])
    with ThreadPoolExecutor(5) as pool:
        pages = list(pool.map(source.fetch, [shop.url("/oil")] * 8))
    assert all(isinstance(page, Page) for page in pages)
    assert crowd.most == 1


def test_robots_txt_is_obeyed_and_read_once_a_day(shop, source_for, hours):
    shop.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /private\n")
    source = source_for()
    assert isinstance(source.fetch(shop.url("/private")), Refused)
    assert isinstance(source.fetch(shop.url("/oil")), Page)
    hours.pass_by(23 * 3600)
    source.fetch(shop.url("/oil"))
    assert shop.paths() == ["/robots.txt", "/oil", "/oil"]
    hours.pass_by(3600)
    source.fetch(shop.url("/oil"))
    assert shop.paths()[3:] == ["/robots.txt", "/oil"]


def test_robots_txt_can_be_switched_off_by_setting(shop, source_for):
    shop.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /\n")
    assert isinstance(source_for(polite={"robots": False}).fetch(shop.url("/oil")), Page)


def test_without_robots_txt_everything_is_allowed(shop, source_for):
    assert isinstance(source_for().fetch(shop.url("/oil")), Page)


def test_while_robots_txt_answers_500_nothing_is_asked(shop, source_for, hours):
    shop.routes["/robots.txt"] = in_turn(*[reply(status=500)] * 4, reply(b""))
    source = source_for()
    outcome = source.fetch(shop.url("/oil"))
    assert isinstance(outcome, Refused)
    assert "robots.txt" in outcome.reason
    assert "/oil" not in shop.paths()
    hours.pass_by(600)
    assert isinstance(source.fetch(shop.url("/oil")), Page)


def test_an_unreachable_robots_txt_refuses(shop, source_for):
    shop.routes["/robots.txt"] = raw(b"")
    assert isinstance(source_for().fetch(shop.url("/oil")), Refused)


def test_robots_txt_may_lie_behind_a_redirect(shop, source_for):
    shop.routes["/robots.txt"] = redirect("/rules")
    shop.routes["/rules"] = reply(b"User-agent: *\nDisallow: /oil\n")
    assert isinstance(source_for().fetch(shop.url("/oil")), Refused)


def test_of_an_endless_robots_txt_the_first_part_counts(shop, source_for):
    shop.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /oil\n" + b"# more\n" * 200_000)
    outcome = source_for().fetch(shop.url("/oil"))
    assert isinstance(outcome, Refused)
    assert "asks robots not to" in outcome.reason


def test_a_crawl_delay_is_kept(shop, source_for, hours):
    shop.routes["/robots.txt"] = reply(b"User-agent: *\nCrawl-delay: 30\n")
    source = source_for(polite={"delay_seconds": 1})
    for _ in range(3):
        source.fetch(shop.url("/oil"))
    assert hours.slept == [1, 30, 30]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_errors_are_repeated_with_growing_pauses(shop, source_for, hours, status):
    shop.routes["/oil"] = in_turn(*[reply(status=status)] * 2, reply(HTML))
    page = source_for(polite={"delay_seconds": 0, "backoff_seconds": 4}).fetch(shop.url("/oil"))
    assert page.status == 200
    assert hours.slept == [4, 8]


def test_repetitions_end_and_the_last_answer_is_the_page(shop, source_for):
    shop.routes["/oil"] = reply(b"busy", 500)
    assert source_for(polite={"retries": 3}).fetch(shop.url("/oil")).status == 500
    assert shop.paths().count("/oil") == 4


def test_a_broken_connection_is_repeated(shop, source_for):
    shop.routes["/oil"] = in_turn(raw(b""), reply(HTML))
    assert source_for().fetch(shop.url("/oil")).body == HTML


def test_retry_after_in_seconds_is_waited_for(shop, source_for, hours):
    shop.routes["/oil"] = in_turn(reply(status=429, Retry_After="60"), reply(HTML))
    assert source_for().fetch(shop.url("/oil")).status == 200
    assert 60 in hours.slept


def test_retry_after_as_a_date_is_waited_for(shop, source_for, hours):
    hours.now = hours.now.replace(hour=11, minute=59, second=0)
    shop.routes["/oil"] = in_turn(reply(status=503, Retry_After="Sun, 01 Mar 2026 12:00:00 GMT"), reply(HTML))
    source_for().fetch(shop.url("/oil"))
    assert hours.now.replace(microsecond=0).strftime("%H:%M:%S") == "12:00:00"


def test_a_retry_after_beyond_the_limit_stops_the_host_and_says_until_when(shop, source_for, hours):
    shop.routes["/oil"] = reply(b"later", 429, Retry_After="7200")
    source = source_for()
    assert source.fetch(shop.url("/oil")).status == 429
    asked = len(shop.asked)
    outcome = source.fetch(shop.url("/oil"))
    assert isinstance(outcome, Refused)
    assert "2026-03-01 14:0" in outcome.reason
    assert len(shop.asked) == asked
    hours.pass_by(7200)
    shop.routes["/oil"] = reply(HTML)
    assert source.fetch(shop.url("/oil")).status == 200


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1)])
def test_a_clock_that_is_set_back_lets_the_next_page_wait_for_its_pause_and_a_stop_for_its_time(
    shop, source_for, hours, back
):
    source = source_for(polite={"robots": False})
    source.fetch(shop.url("/oil"))
    hours.now -= back
    assert isinstance(source.fetch(shop.url("/oil")), Page)
    assert hours.slept == [5.0]
    source.report_block(shop.url("/oil"))
    hours.now -= back
    assert isinstance(source.fetch(shop.url("/oil")), Refused)
    hours.pass_by(3600)
    assert isinstance(source.fetch(shop.url("/oil")), Page)


def test_the_days_budget_ends_the_requests_to_a_host(shop, source_for, hours):
    source = source_for(polite={"daily_budget": 3})
    outcomes = [source.fetch(shop.url("/oil")) for _ in range(3)]
    assert [type(outcome) for outcome in outcomes] == [Page, Page, Refused]
    assert "budget" in outcomes[-1].reason
    hours.pass_by(86_400)
    assert isinstance(source.fetch(shop.url("/oil")), Refused) is False


def test_a_reported_block_stops_the_host_for_the_cool_off_time(shop, source_for, hours):
    source = source_for()
    source.fetch(shop.url("/oil"))
    source.report_block(shop.url("/oil"))
    outcome = source.fetch(shop.url("/oil"))
    assert isinstance(outcome, Refused)
    assert "captcha" in outcome.reason
    hours.pass_by(3600)
    assert isinstance(source.fetch(shop.url("/oil")), Page)


def test_repeated_refusals_stop_the_host_without_a_reader(shop, source_for):
    shop.routes["/oil"] = reply(b"no", 403)
    source = source_for()
    outcomes = [type(source.fetch(shop.url("/oil"))) for _ in range(6)]
    assert outcomes == [Page] * 4 + [Page, Refused]


def test_budget_and_stops_are_shared_through_files(shop, source_for, tmp_path):
    source_for(states=FileHostStates(tmp_path)).report_block(shop.url("/oil"))
    assert isinstance(source_for(states=FileHostStates(tmp_path)).fetch(shop.url("/oil")), Refused)
    assert shop.asked == []


def test_a_state_that_cannot_be_kept_refuses_to_ask(shop, source_for, tmp_path):
    (tmp_path / "states").write_text("a file, not a folder")
    source = source_for(states=FileHostStates(tmp_path / "states"))
    outcome = source.fetch(shop.url("/oil"))
    assert isinstance(outcome, Refused)
    assert "remembered" in outcome.reason
    with pytest.raises(UnavailableError, match="remembered"):
        source.report_block(shop.url("/oil"))


def test_an_unreadable_state_is_begun_anew(shop, source_for, tmp_path):
    states = FileHostStates(tmp_path)
    with states.turn("shop.example") as turn:
        turn.keep(HostState(spent=3))
    next(tmp_path.glob("*.json")).write_text("{half")
    with states.turn("shop.example") as turn:
        assert turn.state == HostState()


@pytest.mark.parametrize("kind", ["memory", "files"])
def test_a_state_that_was_kept_is_there_at_the_next_turn(kind, tmp_path, hours):
    states = MemoryHostStates() if kind == "memory" else FileHostStates(tmp_path)
    kept = HostState(hours.now.date(), 3, hours.now, 1, 2, hours.now, "a captcha")
    with states.turn("shop.example:81") as turn:
        assert turn.state == HostState()
        turn.keep(kept)
    with states.turn("shop.example:81") as turn:
        assert turn.state == kept
    with states.turn("other.example") as turn:
        assert turn.state == HostState()


# --- safety


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://10.0.0.1/",
        "http://127.0.0.1:6379/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:secret@shop.example/",
        "http://2852039166/",
        "//[bad",
    ],
)
def test_a_redirect_to_a_forbidden_address_is_refused(shop, source_for, location):
    shop.routes["/oil"] = redirect(location)
    outcome = source_for(resolver=lambda host, _: [host.replace("shop.test", "127.0.0.1")]).fetch(shop.url("/oil"))
    assert isinstance(outcome, Refused)
    assert outcome.url == shop.url("/oil")
    assert outcome.reason.startswith("it redirects: ")
    assert "secret" not in outcome.reason


def test_redirects_are_followed_and_the_final_address_is_told(shop, source_for):
    shop.routes["/a"] = redirect("/b?x=1", 301)
    shop.routes["/b?x=1"] = redirect(shop.url("/oil"), 308)
    page = source_for().fetch(shop.url("/a"))
    assert (page.url, page.final_url, page.body) == (shop.url("/a"), shop.url("/oil"), HTML)


def test_a_redirect_obeys_the_robots_txt_of_where_it_leads(shop, source_for):
    shop.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /private\n")
    shop.routes["/oil"] = redirect("/private")
    assert isinstance(source_for().fetch(shop.url("/oil")), Refused)
    assert "/private" not in shop.paths()


def test_a_redirect_loop_ends(shop, source_for):
    shop.routes["/a"], shop.routes["/b"] = redirect("/b"), redirect("/a")
    outcome = source_for(max_redirects=5).fetch(shop.url("/a"))
    assert isinstance(outcome, Failed)
    assert "more than 5 times" in outcome.reason
    assert len(shop.paths()) == 7  # robots.txt and six pages


def test_a_name_that_changes_to_a_private_address_is_refused(shop, source_for):
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["169.254.169.254"]])
    source = source_for(resolver=lambda *_: next(answers))
    assert isinstance(source.fetch(shop.url("/oil", host="shop.example")), Page)
    assert isinstance(source.fetch(shop.url("/oil", host="shop.example")), Refused)


def test_the_connection_goes_to_the_address_that_was_checked(shop, source_for):
    """The name exists nowhere but in the argument: no name server is asked a second time."""
    page = source_for().fetch(shop.url("/oil", host="nowhere.invalid"))
    assert page.body == HTML
    assert shop.asked[-1][1]["host"] == f"nowhere.invalid:{shop.port}"


def test_loopback_is_refused_without_the_setting(shop, source_for):
    source = source_for(addresses=AddressPolicy(ports=frozenset({shop.port})))
    assert isinstance(source.fetch(shop.url("/oil")), Refused)
    assert shop.asked == []


def test_a_name_without_an_address_is_a_failure(shop, source_for):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    outcome = source_for(resolver=unknown, polite={"robots": False}).fetch(shop.url("/oil", host="x.example"))
    assert isinstance(outcome, Failed)


def test_a_proxy_in_the_environment_is_not_used(shop, source_for, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(source_for().fetch(shop.url("/oil")), Page)


def test_the_proxies_of_the_setting_are_used_in_turn(shop, source_for):
    with serving() as first, serving() as second:
        for proxy in (first, second):
            proxy.routes[shop.url("/oil")] = reply(b"through a proxy")
        proxies = tuple(f"http://user:secret@127.0.0.1:{proxy.port}" for proxy in (first, second))
        source = source_for(proxies=proxies, polite={"robots": False})
        assert [source.fetch(shop.url("/oil")).body for _ in range(4)] == [b"through a proxy"] * 4
        assert len(first.asked) == len(second.asked) == 2
    assert shop.asked == []


def test_a_proxy_that_fails_is_a_failure_without_its_password(shop, source_for):
    outcome = source_for(proxies=("http://user:secret@127.0.0.1:1",), polite={"robots": False}).fetch(shop.url("/oil"))
    assert isinstance(outcome, Failed)
    assert "secret" not in repr(outcome)


def test_the_private_host_of_a_proxied_request_is_refused(shop, source_for):
    source = source_for(proxies=("http://127.0.0.1:1",), resolver=lambda *_: ["10.0.0.1"])
    assert isinstance(source.fetch(shop.url("/oil", host="inside.example")), Refused)


def test_certificates_are_checked_against_the_name_though_the_address_is_pinned(tmp_path):
    """In a process of its own, because curl_cffi reads `SSL_CERT_FILE` once."""
    certificate, context = self_signed(tmp_path, "oil.example")
    program = """
import sys
from almazara.prices.fetching.addresses import AddressPolicy
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.politeness import Politeness
polite = Politeness(delay_seconds=0, retries=0, robots=False)
config = HttpConfig(addresses=AddressPolicy(loopback_ports=frozenset({int(sys.argv[1])})), politeness=polite)
source = HttpSource(config, resolver=lambda *_: ["127.0.0.1"])
for host in ("oil.example", "other.example"):
    print(source.fetch(f"https://{host}:{sys.argv[1]}/oil"))
"""
    with serving(context) as shop:
        shop.routes["/oil"] = reply(HTML)
        said = subprocess.run(
            [sys.executable, "-c", program, str(shop.port)],
            env=os.environ | {"SSL_CERT_FILE": str(certificate)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    assert said[0].startswith("Page(")
    assert said[1].startswith("Failed(")
    assert "certificate" in said[1]


# --- limits


def _gzip_bomb(megabytes):
    return gzip.compress(bytes(megabytes * 1_000_000))


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", _gzip_bomb(60)),
        ("deflate", zlib.compress(bytes(60_000_000))),
    ],
    ids=["gzip", "deflate"],
)
def test_a_decompression_bomb_is_refused_before_it_is_in_memory(shop, source_for, encoding, content):
    shop.routes["/oil"] = reply(content, Content_Encoding=encoding)
    source = source_for(max_bytes=1_000_000, polite={"robots": False})
    tracemalloc.start()
    try:
        outcome = source.fetch(shop.url("/oil"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(outcome, Failed)
    assert "larger than allowed" in outcome.reason
    assert peak < 20_000_000
    assert shop.paths() == ["/oil"]


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "odd"])
def test_an_encoding_that_was_not_asked_for_is_refused(shop, source_for, encoding):
    shop.routes["/oil"] = reply(gzip.compress(_gzip_bomb(1)), Content_Encoding=encoding)
    outcome = source_for().fetch(shop.url("/oil"))
    assert isinstance(outcome, Failed)
    assert encoding in outcome.reason
    assert "/oil" in shop.paths()
    assert encoding not in shop.asked[-1][1]["accept-encoding"]


def _raw_deflate(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(HTML)),
        ("x-gzip", gzip.compress(HTML)),
        ("GZIP", gzip.compress(HTML[:9]) + gzip.compress(HTML[9:])),
        ("gzip", gzip.compress(HTML) + bytes(8)),
        ("deflate", zlib.compress(HTML)),
        ("deflate", _raw_deflate(HTML)),
        ("identity", HTML),
    ],
    ids=["gzip", "x-gzip", "members", "padding", "zlib", "raw deflate", "identity"],
)
def test_a_compressed_page_is_unpacked(shop, source_for, encoding, content):
    shop.routes["/oil"] = reply(content, Content_Encoding=encoding)
    page = source_for().fetch(shop.url("/oil"))
    assert page.body == HTML
    assert "content-encoding" not in page.headers


@pytest.mark.parametrize("content", [b"not gzip at all", gzip.compress(HTML * 100)[:40]], ids=["odd", "cut"])
def test_a_page_that_cannot_be_unpacked_is_a_failure(shop, source_for, content):
    shop.routes["/oil"] = reply(content, Content_Encoding="gzip")
    assert isinstance(source_for().fetch(shop.url("/oil")), Failed)


def test_an_endless_page_is_refused_at_the_limit(shop, source_for):
    shop.routes["/oil"] = endless
    outcome = source_for(max_bytes=1_000_000).fetch(shop.url("/oil"))
    assert outcome == Failed(shop.url("/oil"), "the page is larger than allowed")


def test_a_page_that_says_it_is_too_large_is_not_read(shop, source_for):
    shop.routes["/oil"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
    assert "larger than allowed" in source_for().fetch(shop.url("/oil")).reason


def test_a_page_of_exactly_the_limit_is_read(shop, source_for):
    shop.routes["/oil"] = reply(bytes(1000))
    assert len(source_for(max_bytes=1000).fetch(shop.url("/oil")).body) == 1000


@pytest.mark.parametrize("answer", [dripping, dripping_headers])
def test_a_page_that_drips_is_given_up_after_the_time_limit_and_not_asked_again(shop, source_for, answer):
    shop.routes["/oil"] = answer
    outcome = source_for(timeout_seconds=0.3, polite={"retries": 1}).fetch(shop.url("/oil"))
    assert outcome == Failed(shop.url("/oil"), "it began to answer, and took longer than allowed")
    assert shop.paths().count("/oil") == 1


def test_a_page_that_does_not_begin_in_time_is_asked_again(shop, source_for):
    shop.routes["/oil"] = in_turn(silent, reply(HTML))
    assert source_for(timeout_seconds=0.3, polite={"retries": 1}).fetch(shop.url("/oil")).body == HTML


def test_headers_without_end_are_a_failure(shop, source_for):
    shop.routes["/oil"] = raw(b"HTTP/1.1 200 OK\r\n" + b"X-More: and more\r\n" * 50_000)
    assert isinstance(source_for(polite={"retries": 0}).fetch(shop.url("/oil")), Failed)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<html>half",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"<html>no header at all</html>",
    ],
    ids=["nothing", "half a body", "half the chunks", "half a header", "HTTP/0.9"],
)
def test_a_broken_answer_is_a_failure(shop, source_for, content):
    shop.routes["/oil"] = raw(content)
    assert isinstance(source_for(polite={"retries": 1}).fetch(shop.url("/oil")), Failed)


def test_a_port_on_which_nobody_listens_is_a_failure(source_for):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    policy = AddressPolicy(loopback_ports=frozenset({port}))
    source = source_for(addresses=policy, polite={"robots": False})
    assert isinstance(source.fetch(f"http://127.0.0.1:{port}/"), Failed)


@given(content=st.binary(max_size=200))
def test_whatever_a_server_sends_is_an_outcome(content):
    with serving() as shop:
        shop.routes["/oil"] = raw(b"HTTP/1.1 " + content)
        policy = AddressPolicy(loopback_ports=frozenset({shop.port}))
        polite = Politeness(delay_seconds=0, retries=0, robots=False)
        config = HttpConfig(addresses=policy, politeness=polite, timeout_seconds=1)
        outcome = HttpSource(config, rng=random.Random(1)).fetch(shop.url("/oil"))
    assert isinstance(outcome, Page | NotModified | Failed | Refused)


def test_a_killed_process_gives_its_turn_back(tmp_path):
    states, started = FileHostStates(tmp_path), threading.Event()
    child = os.fork()
    if child == 0:
        with states.turn("shop.example") as turn:
            turn.keep(HostState(spent=1))
            os._exit(9)
    os.waitpid(child, 0)
    with states.turn("shop.example") as turn:
        started.set()
        assert turn.state == HostState(spent=1)
    assert started.is_set()

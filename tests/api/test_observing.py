"""What is seen of a running server: the id, the line, the numbers and the span of each request; /metrics; traces."""

import json
import logging
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prometheus_client import generate_latest
from prometheus_client.core import CollectorRegistry

from almazara import log, tracing
from almazara.api.observing import gauges
from almazara.errors import InputError, MissingExtraError
from almazara.movies.service import MovieService
from almazara.prices.collecting.scraper_health import HealthReport, Rate
from almazara.runs import at_once
from price_shop import opened, product, settings_over
from sample_catalog import app_over, served, server_process
from waiting import wait_for

pytestmark = pytest.mark.server


@pytest.fixture
def lines(monkeypatch):
    """What the log has as JSON objects from now on."""
    kept = []

    class Stream:
        def write(self, text):
            kept.extend(json.loads(line) for line in text.splitlines())

        def flush(self):
            pass

    loggers = [log.LOGGER, *map(logging.getLogger, log._OTHERS)]
    before = [(one.handlers, one.level, one.propagate) for one in loggers]
    monkeypatch.setattr("sys.stderr", Stream())
    log.configure("info", "json")
    yield kept
    for one, (one.handlers, level, one.propagate) in zip(loggers, before, strict=True):
        one.setLevel(level)


def requests_in(lines, number=1):
    """So many requests at least: each has its line just after its answer was sent."""
    wait_for(lambda: sum(one["event"] == "request" for one in lines) >= number)
    return [one for one in lines if one["event"] == "request"]


def test_each_request_is_one_line_without_its_query(sample_api, lines):
    answer = sample_api.get("/score_titulo/Press", params={"formato": "secret"}, headers={"X-API-Key": "hidden"})
    (line,) = requests_in(lines)
    assert line["request_id"] == answer.headers["x-request-id"]
    told = {key: line[key] for key in ("method", "route", "path", "status", "bytes", "level")}
    assert told == {
        "method": "GET",
        "route": "/score_titulo/{titulo:text}",
        "path": "/score_titulo/Press",
        "status": 200,
        "bytes": len(answer.content),
        "level": "info",
    }
    assert line["ms"] > 0
    assert "secret" not in str(lines)
    assert "hidden" not in str(lines)


def test_a_page_is_told_from_the_answer_at_its_address(sample_api, lines):
    for accept in ("text/html", "application/json"):
        sample_api.get("/peliculas/900007", headers={"Accept": accept})
    assert [one["route"] for one in requests_in(lines, 2)] == ["/peliculas/{id} (página)", "/peliculas/{id}"]


def test_what_is_asked_all_the_time_is_quiet_unless_it_fails(sample_api, lines):
    style = sample_api.get("/", headers={"Accept": "text/html"}).text.split("/estatico/")[1].split('"')[0]
    for path in ("/health", "/ready", "/metrics", f"/estatico/{style}", "/static-offline-docs/favicon.png"):
        assert sample_api.get(path).status_code == 200
    assert sample_api.get("/health?lengua=fr").status_code == 422
    assert [(one["path"], one["status"]) for one in requests_in(lines, 2)] == [("/", 200), ("/health", 422)]


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("abc-123", True),
        ("8f14e45f-ceea-467f-a0e6-1d2c3b4a5f60", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("", False),
        ("two words", False),
        ('x"} forged', False),
        ("ñ".encode(), False),
    ],
)
def test_an_id_that_came_is_kept_where_it_is_sane_and_else_made(sample_api, given, is_taken):
    ids = [sample_api.get("/ready", headers={"X-Request-ID": given}).headers.get_list("x-request-id") for _ in "12"]
    assert [len(one) for one in ids] == [1, 1]
    assert (ids == [[given], [given]]) == is_taken
    assert (ids[0] != ids[1]) == (not is_taken)


def test_an_unexpected_error_bears_the_id_of_its_request_wherever_it_is_told(sample_home, tmp_path, monkeypatch, lines):
    def broken(*_args, **_values):
        raise RuntimeError("worn out\nforged")

    monkeypatch.setattr(MovieService, "score", broken, raising=False)
    monkeypatch.setattr(MovieService, "find", broken, raising=False)
    app = app_over(sample_home, tmp_path / "home")

    @app.get("/worn")
    def worn():
        broken()

    with served(app) as api:
        answer = api.get("/worn", headers={"X-Request-ID": "lost"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "lost")
    told = {one["event"]: one for one in lines if one.get("request_id") == "lost"}
    assert {"request", "unexpected_error"} <= told.keys()
    assert (told["request"]["status"], told["request"]["level"]) == (500, "warning")


def test_strangers_break_no_line(sample_api, lines):
    sample_api.get("/nada%0AINFO%20forged%E2%80%A8" + "x" * 1000)
    (line,) = requests_in(lines)
    assert (line["route"], line["status"], len(line["path"])) == ("unknown", 404, 200)


def test_a_server_that_logs_json_says_nothing_else(sample_home):
    with server_process("serve", sample_home, log_format="json", log_level="info", demo="false") as (process, api):
        api.get("/peliculas/900007?firma=secret")
        process.terminate()
        told = [json.loads(line) for line in process.stderr]
    assert "/peliculas/{id}" in [one.get("route") for one in told]
    assert "secret" not in str(told)


def text_of(metrics):
    registry = CollectorRegistry()
    registry.register(type("Found", (), {"collect": lambda _self: list(metrics)})())
    return generate_latest(registry).decode()


def test_with_more_products_metrics_have_no_more_lines():
    def report(count):
        ages = {f"shop.example:{number}": number / 100 for number in range(count)}
        rates = {f"shop{number}.example": Rate(number, 1) for number in range(count)}
        return HealthReport((), rates, rates, {**ages, "shop.example:new": None}, {"observed": count}, {"done": 1})

    few, many = (text_of(gauges.of_scraper(report(count))).splitlines() for count in (100, 10_000))
    assert len(few) == len(many)
    assert 'almazara_days_since_read_bucket{le="30.0"} 3001.0' in many
    assert "almazara_days_since_read_count 10000.0" in many
    assert "almazara_products_never_read 1.0" in many
    assert "almazara_scraper_last_reading_seconds 0.0" in many
    assert 'almazara_longest_unread_days{product="shop.example:9999"} 99.99' in many
    assert 'almazara_scraper_success_by_shop{shop="shop0.example"} 0.0' in many


def test_metrics_name_the_served_versions_and_what_the_schedule_does_next(sample_home, tmp_path):
    with served(app_over(sample_home, tmp_path / "home", schedule=True, scrape_hours=(7,))) as api:
        version = api.get("/health").json()["peliculas"]["version"]
        text = api.get("/metrics").text
        following = next(one for one in api.get("/health").json()["horario"] if one["tarea"] == "prices")["proxima"]
    assert f'almazara_model_info{{kind="movies",version="{version}"}} 1.0' in text
    assert 'almazara_model_metric{kind="movies",metric="films"}' in text
    (line,) = [
        one for one in text.splitlines() if one.startswith('almazara_schedule_next_timestamp_seconds{task="prices"')
    ]
    assert float(line.split()[1]) == datetime.fromisoformat(following).timestamp()


class Collector(HTTPServer):
    """Takes spans by OTLP over HTTP."""

    def __init__(self):
        class Takes(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.server.received.append((self.path, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args):
                pass

        super().__init__(("127.0.0.1", 0), Takes)
        self.received = []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self):
        """The spans that came, by name; all that were begun are sent first."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        tracing.stop()
        assert {path for path, _ in self.received} <= {"/v1/traces"}
        sent = [ExportTraceServiceRequest.FromString(body) for _, body in self.received]
        groups = [scope.spans for one in sent for resource in one.resource_spans for scope in resource.scope_spans]
        return {span.name: span for group in groups for span in group}


@pytest.fixture
def collector():
    pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")
    with Collector() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        tracing.configure(running.address)
        yield running
        tracing.stop()
        running.shutdown()
        thread.join()


def figures(span):
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_is_a_span_of_its_callers_trace(sample_api, collector):
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace}-{parent}-01", "X-Request-ID": "r1"}
    sample_api.get("/score_titulo/Press?formato=secret", headers=headers)
    span = collector.spans()["GET /score_titulo/{titulo:text}"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (trace, parent)
    told = figures(span)
    assert (told["http.response.status_code"], told["url.path"], told["almazara.request_id"]) == (
        200, "/score_titulo/Press", "r1",
    )  # fmt: skip
    assert not any(b"secret" in body for _, body in collector.received)


def test_a_server_that_is_told_to_end_sends_the_spans_that_are_left(sample_home, collector):
    with server_process("serve", sample_home, otlp_endpoint=collector.address, demo="false") as (process, api):
        api.get("/peliculas/900007")
        process.terminate()
        process.wait(30)
    assert "GET /peliculas/{id}" in collector.spans()


def test_a_page_that_is_read_is_a_span_within_its_run(tmp_path, collector):
    with opened(settings_over(tmp_path)) as prices:
        prices.store.save_listing(product(1, "http://127.0.0.1:1/closed"))
        prices.jobs.run(["shop.example:1"])
    spans = collector.spans()
    page, run = spans["scrape listing"], spans["scrape"]
    assert page.parent_span_id == run.span_id
    assert figures(page) == {"listing": "shop.example:1", "outcome": "refused"}
    assert figures(run)["shop"] == "shop.example"


def test_the_steps_of_a_retraining_are_spans_within_it(collector):
    with tracing.span("retraining"):
        at_once("train", lambda: 1, str)
        at_once("publish", lambda: 1, str)
    spans = collector.spans()
    assert {spans[name].parent_span_id for name in ("train", "publish")} == {spans["retraining"].span_id}


def test_without_an_endpoint_nothing_is_sent(sample_api, collector):
    tracing.configure("")
    sample_api.get("/score_titulo/Press")
    assert collector.spans() == {}


@pytest.mark.parametrize(
    "endpoint", ["collector:4318", "ftp://collector", "http://", "http://a b", "http://me:secret@collector"]
)
def test_an_endpoint_that_is_no_address_is_refused(endpoint):
    with pytest.raises(InputError, match="no address of a collector") as refused:
        tracing.configure(endpoint)
    assert "secret" not in str(refused.value)


def test_without_the_extra_a_start_with_an_endpoint_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtraError, match=r"pip install '\.\[otel\]'"):
        tracing.configure("http://127.0.0.1:4318")

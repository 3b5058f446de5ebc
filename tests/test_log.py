import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara import log


@pytest.fixture(autouse=True)
def _as_before():
    loggers = [log.LOGGER, *map(logging.getLogger, log._OTHERS)]
    before = [(one.handlers, one.level, one.propagate) for one in loggers]
    yield
    for one, (one.handlers, level, one.propagate) in zip(loggers, before, strict=True):
        one.setLevel(level)


def lines(capsys):
    return capsys.readouterr().err.splitlines()


def test_an_event_is_one_line_with_its_numbers_as_fields(capsys):
    log.configure("info")
    log.event("collected", listings=12, new=11)
    assert capsys.readouterr().err.endswith("INFO collected listings=12 new=11\n")


def test_an_event_is_one_object_in_json(capsys):
    log.configure("info", "json")
    log.event("collected", listings=12, share=0.5, reason="it is closed", whole=True, ratio=float("nan"))
    (line,) = lines(capsys)
    found = json.loads(line)
    assert found.pop("ts").endswith("Z")
    assert found == {
        "level": "info",
        "event": "collected",
        "listings": 12,
        "share": 0.5,
        "reason": "it is closed",
        "whole": True,
        "ratio": "nan",
    }


@given(st.text() | st.characters(categories=["Cc", "Zl", "Zp", "Cs"]))
def test_no_value_breaks_its_line_or_pretends_to_be_another_field(text):
    told = log.Event("read", {"title": text, "size": 3})
    for form in ("text", "json"):
        line = log._Lines(form).line(0.5, "INFO", told)
        assert len(line.splitlines()) == 1
        assert line.isprintable()
    assert json.loads(line)["title"] == text
    title, _, size = str(told).removeprefix("read title=").rpartition(" size=")
    assert title == text or json.loads(title) == text
    assert size == "3"


def test_no_field_takes_the_place_of_what_every_line_has(capsys):
    log.configure("info", "json")
    log.event("collected", ts="never", event="nothing")
    (line,) = lines(capsys)
    assert json.loads(line)["event"] == "collected"
    assert json.loads(line)["ts"] != "never"


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_event_within_a_request_bears_its_id(capsys, form):
    log.configure("info", form)
    before = log.REQUEST.set("abc")
    log.event("collected")
    log.REQUEST.reset(before)
    log.event("collected")
    assert ["abc" in line for line in lines(capsys)] == [True, False]


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_traceback_of_an_error_begins_no_line_of_the_log(capsys, form):
    log.configure("info", form)
    try:
        int("bad\nINFO forged\u2028ERROR forged")
    except ValueError as error:
        log.broken("run_failed", error, run="r")
    first, *others = lines(capsys)
    assert "run_failed" in first
    assert bool(others) == (form == "text")
    assert all(line.startswith("    ") for line in others)
    assert "ValueError" in (json.loads(first)["traceback"] if form == "json" else "".join(others))


def test_what_the_server_says_is_a_line_like_the_others(capsys):
    log.configure("warning", "json")
    logging.getLogger("uvicorn.protocols").error("Invalid %s\nreceived.", "request")
    (line,) = lines(capsys)
    assert json.loads(line)["message"] == "Invalid request\nreceived."


def test_a_log_that_nobody_reads_any_more_stops_no_work(monkeypatch):
    class Closed:
        def write(self, _text):
            raise BrokenPipeError

    log.configure("info")
    monkeypatch.setattr(log, "_stream", Closed())
    log.event("collected")


def test_an_event_below_the_level_is_not_shown(capsys):
    log.configure("WARNING")
    log.event("collected", listings=12)
    log.event("failed", level=logging.ERROR)
    assert capsys.readouterr().err.count("\n") == 1


def test_configuring_twice_shows_an_event_once(capsys):
    log.configure("INFO")
    log.configure("INFO")
    log.event("collected")
    assert capsys.readouterr().err.count("collected") == 1

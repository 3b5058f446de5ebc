import logging

import pytest

from almazara import log


@pytest.fixture(autouse=True)
def _as_before():
    handlers, level, propagate = log.LOGGER.handlers, log.LOGGER.level, log.LOGGER.propagate
    yield
    log.LOGGER.handlers, log.LOGGER.propagate = handlers, propagate
    log.LOGGER.setLevel(level)


def test_an_event_is_one_line_with_its_numbers_as_fields(capsys):
    log.configure("info")
    log.event("collected", listings=12, new=11)
    assert capsys.readouterr().err.endswith("INFO collected listings=12 new=11\n")


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

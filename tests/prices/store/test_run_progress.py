"""A run as what has changed since it was written whole: exactly it again, or it is written whole; and not too often."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from almazara.prices.schema import Availability, Observation, Problem, Run, RunState
from almazara.prices.store.protocol import BEHIND
from almazara.prices.store.run_progress import Progress, RunsUnderWay, run_of, run_text

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROBLEMS = st.lists(st.builds(Problem, st.text(max_size=9), st.just("failed"), st.text(max_size=40)), max_size=4)
RUN = Run("r", "scrape", "s", RunState.RUNNING, START, pending=tuple("abcdefgh"), counts={"requested": 8}, rules={})
LONG = replace(RUN, pending=tuple(f"s:{number}" for number in range(100)))


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def runs(clock):
    return RunsUnderWay(clock)


def written_whole(run):
    made = RunsUnderWay()
    made.wrote(run, whole=True)
    return made


def over(runs, run, whole):
    """The run that is read where `whole` was written and what has changed beside it."""
    text = runs.progress(run)
    return None if text is None else json.decode(text, type=Progress).over(whole)


def left(run, read):
    """A run that has read so many."""
    return replace(run, pending=run.pending[read:], counts={"observed": read})


@given(st.integers(0, 8), PROBLEMS, PROBLEMS, st.sampled_from([None, {}, {"structured:json-ld": 3}]))
def test_a_run_that_goes_on_is_read_as_it_is(done, before, more, rules):
    whole = replace(RUN, problems=tuple(before), rules=rules and {})
    run = replace(left(whole, done), problems=(*before, *more), rules=rules)
    runs = written_whole(whole)
    assert over(runs, run, whole) in (run, None)
    if sum(len(one.reason) + len(one.listing_id) for one in more) < 40:
        assert over(runs, run, whole) == run


def test_what_is_more_than_going_on_is_written_whole():
    assert RunsUnderWay().progress(RUN) is None
    runs = written_whole(RUN)
    for other in (
        replace(RUN, pending=("x",)),
        replace(RUN, pending=(*RUN.pending, "i")),
        replace(RUN, state=RunState.DONE),
        replace(RUN, shop="t"),
        replace(RUN, problems=(Problem("a", "failed", "x" * 900),)),
    ):
        assert runs.progress(other) is None
    runs.wrote(replace(RUN, state=RunState.DONE), whole=True)
    assert runs.progress(replace(RUN, pending=())) is None


def test_progress_of_what_was_written_before_the_run_was_written_whole_again_is_not_its():
    old = Progress(8, 3, {"observed": 3}, ())
    again = replace(RUN, pending=RUN.pending[4:])
    assert old.over(again) == again
    assert old.over(replace(RUN, state=RunState.INTERRUPTED)).pending == RUN.pending


def test_a_state_is_written_when_so_many_listings_were_read_since_the_last_one(runs):
    assert not runs.waits(LONG)
    runs.wrote(LONG, whole=True)
    written = []
    for read in range(1, 40):
        if not runs.waits(left(LONG, read)):
            runs.wrote(left(LONG, read), whole=False)
            written.append(read)
        assert runs.newest(LONG) == left(LONG, read)
    assert written == [BEHIND, 2 * BEHIND, 3 * BEHIND]


def test_a_state_is_written_when_two_minutes_have_gone_by(runs, clock):
    runs.wrote(LONG, whole=True)
    clock.seconds = 119
    assert runs.waits(left(LONG, 1))
    clock.seconds = 120
    assert not runs.waits(left(LONG, 2))
    runs.wrote(left(LONG, 2), whole=False)
    assert runs.waits(left(LONG, 3))


def test_an_end_and_what_is_more_than_going_on_never_wait(runs):
    runs.wrote(LONG, whole=True)
    for state in (RunState.DONE, RunState.FAILED, RunState.INTERRUPTED):
        assert not runs.waits(replace(LONG, state=state))
    assert not runs.waits(replace(LONG, pending=("x",)))
    assert not runs.waits(replace(LONG, run_id="another"))


def test_what_was_observed_is_untold_until_a_state_is_written(runs):
    seen = Observation("s:1", START, Availability.UNAVAILABLE)
    runs.observe("r", [seen])
    runs.observe("q", [seen, seen])
    assert (runs.untold("r"), runs.untold("q"), runs.untold("x")) == ([seen], [seen, seen], [])
    runs.wrote(LONG, whole=True)
    assert (runs.untold("r"), runs.untold("q")) == ([], [seen, seen])


def test_a_run_that_another_process_has_written_is_not_taken_for_ours(runs):
    runs.wrote(LONG, whole=True)
    assert runs.waits(left(LONG, 1))
    assert runs.newest(left(LONG, 5)) is None
    assert runs.newest(replace(LONG, run_id="another")) is None
    runs.wrote(replace(LONG, state=RunState.DONE), whole=True)
    assert runs.newest(LONG) is None


@given(st.integers(0, 3000))
def test_a_run_of_any_length_is_packed_and_unpacked(listings):
    run = replace(RUN, pending=tuple(f"shop.example:{number}" for number in range(listings)))
    assert run_of(run_text(run)) == run
    assert len(run_text(run)) < 4000 + 12 * listings

"""A run as what has changed since it was written whole: exactly it again, or it is written whole."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from almazara.prices.schema import Problem, Run, RunState
from almazara.prices.store.run_progress import Progress, WrittenRuns, packed, unpacked

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROBLEMS = st.lists(st.builds(Problem, st.text(max_size=9), st.just("failed"), st.text(max_size=40)), max_size=4)
RUN = Run("r", "scrape", "s", RunState.RUNNING, START, pending=tuple("abcdefgh"), counts={"requested": 8})


def over(written, run, whole):
    """The run that is read where `whole` was written and what has changed beside it."""
    text = written.progress(run)
    return None if text is None else json.decode(text, type=Progress).over(whole)


@given(st.integers(0, 8), PROBLEMS, PROBLEMS)
def test_a_run_that_goes_on_is_read_as_it_is(done, before, more):
    whole = replace(RUN, problems=tuple(before))
    written = WrittenRuns()
    written.note(whole)
    run = replace(whole, pending=whole.pending[done:], counts={"observed": done}, problems=(*before, *more))
    assert over(written, run, whole) in (run, None)
    if sum(len(one.reason) + len(one.listing_id) for one in more) < 40:
        assert over(written, run, whole) == run


def test_what_is_more_than_going_on_is_written_whole():
    written = WrittenRuns()
    assert written.progress(RUN) is None
    written.note(RUN)
    for other in (
        replace(RUN, pending=("x",)),
        replace(RUN, pending=(*RUN.pending, "i")),
        replace(RUN, state=RunState.DONE),
        replace(RUN, shop="t"),
        replace(RUN, problems=(Problem("a", "failed", "x" * 900),)),
    ):
        assert written.progress(other) is None
    written.note(replace(RUN, state=RunState.DONE))
    assert written.progress(replace(RUN, pending=())) is None


def test_progress_of_what_was_written_before_the_run_was_written_whole_again_is_not_its():
    old = Progress(8, 3, {"observed": 3}, ())
    again = replace(RUN, pending=RUN.pending[4:])
    assert old.over(again) == again
    assert old.over(replace(RUN, state=RunState.INTERRUPTED)).pending == RUN.pending


@given(st.integers(0, 3000))
def test_a_run_of_any_length_is_packed_and_unpacked(listings):
    run = replace(RUN, pending=tuple(f"shop.example:{number}" for number in range(listings)))
    assert unpacked(packed(run)) == run
    assert len(packed(run)) < 4000 + 12 * listings

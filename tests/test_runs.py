"""Runs of long work: names, one at a time, and what is kept of one that fails, is cut off, or dies in its child."""

import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from almazara.errors import ConflictError, InputError, UnavailableError
from almazara.files import file_lock
from almazara.runs import ExclusiveRuns, LongWork, in_turn, is_run_id, new_run_id

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Book:
    """Keeps in memory what became of runs."""

    def __init__(self):
        self.kept = {}

    def begin(self, run_id, now):
        self.kept[run_id] = "running"
        return run_id

    def unfinished(self, run_id):
        return run_id if self.kept.get(run_id) == "running" else None

    def break_off(self, run, now, why=None):
        self.kept[run] = why or "interrupted"


@pytest.fixture
def book():
    return Book()


@pytest.fixture
def runs_of(tmp_path, book):
    """Makes runs whose child processes do what a piece of Python says."""

    def make(code="pass"):
        said = ("it turns", "it broke: {}", "code {}", "killed")
        work = LongWork("milling", "milled", (sys.executable, "-c", code), *said)
        return ExclusiveRuns(work, book, tmp_path / "locks" / "mill.lock", clock=lambda: NOW, rng=random.Random(1))

    return make


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_names_sort_by_time_and_differ():
    rng = random.Random(1)
    ids = [new_run_id(NOW + timedelta(seconds=second), rng) for second in range(50)]
    assert ids == sorted(ids)
    assert len({new_run_id(NOW, rng) for _ in range(50)}) == 50
    assert all(is_run_id(one) for one in ids)
    assert not is_run_id(f"../{ids[0]}")


def test_a_second_run_is_refused_in_the_words_of_the_work_until_the_first_has_ended(runs_of):
    runs = runs_of()
    with runs.running(None, None), pytest.raises(ConflictError, match="it turns"), runs_of().running(None, None):
        pass
    with runs.running(None, None):
        pass


@pytest.mark.parametrize(
    ("error", "kept"), [(ValueError("{oil}"), "it broke: {oil}"), (KeyboardInterrupt(), "interrupted")]
)
def test_what_breaks_a_run_is_kept_and_goes_on(runs_of, book, error, kept):
    with pytest.raises(type(error)), runs_of().running(None, None):
        raise error
    assert list(book.kept.values()) == [kept]


def test_a_run_that_was_begun_is_gone_on_with_under_the_lock_that_was_handed_over(runs_of, book):
    book.begin("begun", NOW)
    with runs_of().exclusive() as lock, runs_of().running("begun", lock.fileno()) as run:
        assert run == "begun"
    assert list(book.kept) == ["begun"]


def test_a_descriptor_of_another_file_is_no_lock(runs_of, book):
    with pytest.raises(InputError, match="lock of milling"), runs_of().running(None, 0):
        pass
    assert book.kept == {}


def test_a_child_holds_the_lock_to_its_end_and_one_that_says_nothing_has_failed(runs_of, book):
    runs = runs_of("import sys; sys.exit(3)")
    run = runs.start()
    wait_for(lambda: book.kept[run] == "code 3")
    with runs.exclusive():
        pass


def test_a_child_that_the_system_kills_is_said_to_be_killed(runs_of, book):
    run = runs_of("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").start()
    wait_for(lambda: book.kept[run] == "killed")


def test_one_training_waits_for_another_under_the_same_home_and_says_so(tmp_path):
    told = []
    first = in_turn(tmp_path, lambda *_: None)

    def progress(stage, *_):
        told.append(stage)
        first.close()

    with in_turn(tmp_path, progress), pytest.raises(ConflictError):
        file_lock(tmp_path / "locks" / "training.lock", busy="busy")
    assert told == ["Waiting for the other training"]


def test_a_turn_that_cannot_be_kept_is_said(tmp_path):
    (tmp_path / "locks").write_text("in the way")
    with pytest.raises(UnavailableError, match="cannot be written"):
        in_turn(tmp_path, lambda *_: None)


def test_a_child_is_told_its_run_and_its_lock(runs_of, book, tmp_path):
    said = tmp_path / "said"
    run = runs_of(f"import sys; open({str(said)!r}, 'w').write(' '.join(sys.argv[1:]))").start()
    wait_for(lambda: book.kept[run] != "running")
    assert said.read_text().startswith(f"--run-id {run} --lock ")


def test_a_child_leaves_the_processor_to_whoever_answers(runs_of):
    runs = runs_of("import time; time.sleep(60)")
    runs.start()
    (child,) = runs._children.values()
    try:
        assert os.getpriority(os.PRIO_PROCESS, child.pid) > os.getpriority(os.PRIO_PROCESS, os.getpid())
    finally:
        runs.stop()


def test_who_stops_interrupts_what_it_has_begun(runs_of, book):
    runs = runs_of("import time; time.sleep(60)")
    run = runs.start()
    with pytest.raises(ConflictError):
        runs_of().exclusive()
    runs.stop()
    assert book.kept[run] == "interrupted"
    runs_of().exclusive().close()


def test_an_end_that_cannot_be_kept_is_logged(runs_of, book, caplog, monkeypatch):
    def refuse(_run_id):
        raise UnavailableError("no room")

    monkeypatch.setattr("almazara.log.LOGGER.propagate", True)
    monkeypatch.setattr(book, "unfinished", refuse)
    with caplog.at_level("INFO", "almazara"):
        runs_of().start()
        wait_for(lambda: "milled" in caplog.text)
    assert "milling_not_kept" in caplog.text


def test_a_lock_that_cannot_be_written_is_said(runs_of, tmp_path):
    (tmp_path / "locks").write_text("in the way")
    with pytest.raises(UnavailableError, match="cannot be written"):
        runs_of().start()
